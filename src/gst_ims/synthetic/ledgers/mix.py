"""How often books go wrong, and how."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mix:
    """Defects in ten thousand documents. The default is a bad month of an ordinary office.

    What happens to a document as a whole excludes each other; what happens to its number, amounts, date and GSTIN comes
    by itself, so that some documents have two defects.
    """

    # To the document as a whole.
    missing_in_books: int = 200
    missing_in_portal: int = 200
    split: int = 60  # one document of the portal, booked as two to four
    merged: int = 60  # two or three documents, booked as one
    regrouped: int = 10  # three documents, booked as two others of the same total
    duplicate_in_books: int = 50
    duplicate_in_portal: int = 30
    amended: int = 70

    # To its number.
    number_format: int = 500  # case, separators, zeros, financial year, O for 0, I for 1
    number_typo: int = 150

    # To its amounts.
    rounded: int = 200  # at most half a rupee each
    other_amount: int = 100
    heads_swapped: int = 70

    # To its date.
    date_shifted: int = 200

    # To the supplier's GSTIN.
    gstin_typo: int = 70
    gstin_of_pan: int = 50

    # To credit notes, in ten thousand of those.
    credit_negative: int = 2_000
    credit_as_invoice: int = 500

    @classmethod
    def none(cls) -> Mix:
        """Books without a mistake."""
        return cls(**dict.fromkeys(cls.__slots__, 0))
