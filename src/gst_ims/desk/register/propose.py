"""Proposing which column is which: by what stands above it, by what stands in it, and by the arithmetic of tax."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from gst_ims.desk.register.columns import Column
from gst_ims.desk.register.mapping import Mapping, Proposal, fingerprint
from gst_ims.desk.register.sources import Numbered
from gst_ims.desk.register.words import AMOUNTS, HEADS, field_of, is_of_purchases, plain, words

_RUPEE = Decimal(1)
_ZERO = Decimal(0)
#: The share of rows that must agree.
_MOST = 0.9
_PARTS = ("taxable", "igst", "cgst", "sgst", "cess", "gst")
_NOT_FIELDS = ("unused", "serial")


def propose(headings: Sequence[str], rows: Sequence[Numbered]) -> Mapping:
    """A mapping of a sheet with these headings, from its first rows of data."""
    # Totals and headings fit no arithmetic: what has as many filled cells as most is a document.
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    usual = sorted(widths)[len(widths) // 2] if widths else 0
    documents = [cells for (_, cells), width in zip(rows, widths, strict=True) if 2 * width >= usual > 0]
    columns = [Column([cells[at] if at < len(cells) else "" for cells in documents]) for at in range(len(headings))]
    guess = _Guess(headings, columns)
    guess.by_heading()
    guess.by_content()
    guess.by_arithmetic()
    return Mapping(
        fingerprint=fingerprint(headings), headings=tuple(headings), proposals=tuple(guess.proposals.values())
    )


class _Guess:
    """The proposals for one sheet, as they come together."""

    def __init__(self, headings: Sequence[str], columns: Sequence[Column]) -> None:
        self.headings = headings
        self.columns = columns
        self.proposals: dict[str, Proposal] = {}
        # What a heading says it is not.
        self._barred = {
            at for at, said in enumerate(headings) if (found := field_of(said)) is not None and found[0] in _NOT_FIELDS
        }

    @property
    def free(self) -> list[int]:
        """The columns that have no field yet, and may have one."""
        used = {column for it in self.proposals.values() for column in it.columns} | self._barred
        return [at for at in range(len(self.columns)) if at not in used]

    def take(self, field: str, columns: Sequence[int], confidence: int, reason: str) -> None:
        self.proposals[field] = Proposal(field=field, columns=tuple(columns), confidence=confidence, reason=reason)

    def by_heading(self) -> None:
        """The columns whose heading means a field, and whose cells don't contradict it."""
        found: dict[str, list[tuple[bool, int]]] = {}
        for at, said in enumerate(self.headings):
            meaning = field_of(said)
            if meaning is not None and meaning[0] not in _NOT_FIELDS and self._may_be(meaning[0], self.columns[at]):
                found.setdefault(meaning[0], []).append((meaning[1], at))
        for field, candidates in found.items():
            whole = [at for exact, at in candidates if exact]
            chosen = self._ranked(field, whole or [at for _, at in candidates])
            # A column that says just CGST is a sum already; those that say CGST 9% and CGST 14% are to be added up.
            if field in AMOUNTS and whole:
                chosen = chosen[:1]
            sure = 95 if whole else 80
            if not any(self.columns[at].filled for at in chosen):
                sure -= 20
            self.take(
                field, chosen, sure, "Its heading is one of this field's." if whole else "Its heading has this word."
            )

    def _may_be(self, field: str, column: Column) -> bool:
        if not column.filled:
            return True
        if field in ("stin", "rtin"):
            return column.gstins > 0 or column.shaped > 0.5
        if field in ("document_date", "voucher_date", "original_date"):
            return column.dates > 0.3
        if field == "rate" and column.numeric > _MOST:
            # A price is called so too.
            return column.rates > 0.5
        return field not in AMOUNTS or column.numeric > 0.3

    def _ranked(self, field: str, chosen: list[int]) -> list[int]:
        """The columns in the order in which the words have their headings."""
        order = words().fields[field].headings

        def rank(at: int) -> tuple[int, int]:
            said = plain(self.headings[at])
            return (order.index(said) if said in order else len(order), at)

        return sorted(chosen, key=rank)

    def by_content(self) -> None:
        """What has no heading: the supplier by GSTINs, the date by days, the number by what it is not."""
        if "stin" not in self.proposals:
            found = [at for at in self.free if self.columns[at].gstins > _MOST]
            if found:
                # One's own GSTIN is the same in every row.
                best = max(found, key=lambda at: len(set(self.columns[at].filled)))
                self.take("stin", [best], 85, "Its cells are GSTINs with the right check digit.")
        if not {"document_date", "voucher_date"} & set(self.proposals):
            found = [at for at in self.free if self.columns[at].dates > _MOST and self.columns[at].numeric < 0.5]
            if found:
                self.take("document_date", found[:1], 75 if len(found) == 1 else 50, "Its cells are days.")
        if "number" not in self.proposals:
            found = [at for at in self.free if self._is_number(self.columns[at])]
            if found:
                best = max(found, key=lambda at: self.columns[at].distinct)
                self.take("number", [best], 50, "Its cells are short, and nearly all different.")
        if "number" not in self.proposals and "voucher" in self.proposals:
            booked = self.proposals.pop("voucher")
            self.take("number", booked.columns, 40, "No column has the supplier's number: this is that of the books.")

    def _is_number(self, column: Column) -> bool:
        return (
            column.distinct > 0.6
            and column.dates < 0.5
            and column.gstins < 0.1
            and all(len(cell) <= 20 for cell in column.filled)
            and any(any(sign.isdigit() for sign in cell) for cell in column.filled)
            and not any("." in cell and column.numeric > 0.5 for cell in column.filled)
        )

    def by_arithmetic(self) -> None:
        """Amounts that no heading tells: tax is taxable times a rate, the value is taxable and tax together."""
        if any(field in self.proposals for field in HEADS[:3]):
            self.proposals.pop("gst", None)  # it is their sum
        self._purchases()
        if not any(self.proposals.get(field) for field in ("taxable", "igst", "cgst", "sgst", "gst", "value")):
            self._heads()
        if "taxable" not in self.proposals:
            self._taxable()
        elif "value" in self.proposals:
            self._ledgers()
        if "value" not in self.proposals and "taxable" in self.proposals:
            self._value()
        self._check()

    def _purchases(self) -> None:
        """Ledgers such as Purchase IGST 18% have what was bought at that rate: the tax is in others, and less."""
        for head in HEADS[:3]:
            proposal = self.proposals.get(head)
            if proposal is None or len(proposal.columns) == 1:
                continue
            named = [at for at in proposal.columns if is_of_purchases(self.headings[at])]
            # Whatever they are called, of two columns one of which is a rate of the other that one is the tax.
            each = [[it for it in proposal.columns if it != at] for at in proposal.columns]
            for bought, exact in ((named, 0.0), *((others, 0.5) for others in each)):
                taxes = [at for at in proposal.columns if at not in bought]
                if bought and taxes and self._are_taxed(bought, taxes, 100 if head == "igst" else 200, exact):
                    self.take(head, taxes, proposal.confidence, proposal.reason)
                    taxable = self.proposals.get("taxable")
                    self.take(
                        "taxable", [*(taxable.columns if taxable else ()), *bought], 80, "It is what the tax is of."
                    )
                    break

    def _are_taxed(self, bought: Sequence[int], taxes: Sequence[int], part: int, exact: float) -> bool:
        """Whether the second are tax of the first: at most the highest rate, and in this share a rate exactly."""
        rates = [Decimal(rate) / part for rate in words().rates if rate != "0"]
        pairs = [
            tuple(sum((self.columns[at].amounts[row] or _ZERO for at in side), _ZERO) for side in (bought, taxes))
            for row in range(len(self.columns[0].cells))
        ]
        seen = [(base, tax) for base, tax in pairs if base and tax]
        most = [abs(tax) <= abs(base) * max(rates) + _RUPEE for base, tax in seen]
        fit = [min(abs(base * rate - tax) for rate in rates) <= Decimal("0.02") for base, tax in seen]
        return bool(seen) and sum(most) >= _MOST * len(seen) and sum(fit) >= exact * len(seen)

    def _numeric(self) -> list[int]:
        return [at for at in self.free if self.columns[at].numeric > _MOST and any(self.columns[at].amounts)]

    def _heads(self) -> None:
        """CGST and SGST are two columns that are equal, and taxed by the same third."""
        numeric = self._numeric()
        for first, second in combinations(numeric, 2):
            equal = self.columns[first].amounts == self.columns[second].amounts
            base = next(
                (at for at in numeric if at not in (first, second) and self._is_taxed(at, first, half=True)), None
            )
            if equal and base is not None:
                for field, at in (("taxable", base), ("cgst", first), ("sgst", second)):
                    self.take(
                        field, [at], 70, "The columns fit: CGST and SGST are equal, each half a rate of the taxable."
                    )
                break
        tax = next(
            ((base, at) for base in numeric for at in numeric if base != at and self._is_taxed(base, at, half=False)),
            None,
        )
        if "taxable" not in self.proposals and tax is not None:
            self.take("taxable", [tax[0]], 60, "Another column is this one times a rate of GST.")
            self.take("gst", [tax[1]], 60, "It is the taxable times a rate of GST.")
        elif tax is not None and tax[0] in self.proposals["taxable"].columns and tax[1] in self.free:
            self.take("igst", [tax[1]], 65, "It is the taxable times a rate of GST, where CGST and SGST are empty.")

    def _is_taxed(self, base: int, tax: int, *, half: bool) -> bool:
        rates = {Decimal(rate) / (2 if half else 1) for rate in words().rates if rate != "0"}
        pairs = [
            (on, of)
            for on, of in zip(self.columns[base].amounts, self.columns[tax].amounts, strict=True)
            if on and of and on != of
        ]
        fit = sum(min(abs(on * rate / 100 - of) for rate in rates) <= Decimal("0.02") for on, of in pairs)
        return bool(pairs) and fit >= _MOST * len(pairs)

    def _taxable(self) -> None:
        """All that is left over of the value once the tax is taken off, as in ledgers side by side."""
        if "value" not in self.proposals:
            return
        numeric = self._numeric()
        for size in (len(numeric), 1):
            for chosen in combinations(numeric, size):
                if chosen and self._agreement(chosen) >= _MOST:
                    self.take("taxable", chosen, 80, "Together with the taxes they make the value.")
                    return

    def _ledgers(self) -> None:
        """Ledgers beside those that are called taxable, such as freight: without them the value isn't reached."""
        taxable = self.proposals["taxable"]
        chosen: list[int] = []
        share = self._agreement()
        if share < _MOST and taxable.confidence < 95:
            # Ledgers of which some aren't called so, beside one column that has them all.
            del self.proposals["taxable"]
            self._taxable()
            if "taxable" in self.proposals:
                return
            self.proposals["taxable"] = taxable
        for at in self._numeric():
            if share < 1 and (more := self._agreement([*chosen, at])) > share:
                chosen, share = [*chosen, at], more
        if chosen:
            self.take(
                "taxable", [*taxable.columns, *chosen], 75, f"{taxable.reason} With the others it makes the value."
            )

    def _value(self) -> None:
        for at in reversed(self._numeric()):
            if self._agreement(at=at) >= _MOST:
                self.take("value", [at], 75, "It is the taxable and the taxes together.")
                return

    def _sum(self, field: str, row: int) -> Decimal:
        proposal = self.proposals.get(field)
        return sum((self.columns[at].amounts[row] or _ZERO for at in proposal.columns), _ZERO) if proposal else _ZERO

    @cached_property
    def _documents(self) -> list[list[int]]:
        """The rows of each document, as far as its number tells."""
        number = self.proposals.get("number")
        rows = range(len(self.columns[0].cells) if self.columns else 0)
        if number is None:
            return [[row] for row in rows]
        found: dict[str, list[int]] = {}
        for row in rows:
            said = self.columns[number.columns[0]].cells[row]
            found.setdefault(said or f"row {row}", []).append(row)
        return list(found.values())

    def _agreement(self, more: Sequence[int] = (), at: int | None = None) -> float:
        """The share of documents whose value is the taxable and the taxes, to a rupee.

        `more` are columns to be taken as taxable, `at` the column of the value. It may stand on each row of a document.
        """
        fits = seen = 0
        for rows in self._documents:
            values = [self._sum("value", row) if at is None else self.columns[at].amounts[row] or _ZERO for row in rows]
            parts = sum((self._sum(field, row) for row in rows for field in _PARTS), _ZERO)
            parts += sum((self.columns[column].amounts[row] or _ZERO for row in rows for column in more), _ZERO)
            if parts or any(values):
                seen += 1
                totals = {sum(values, _ZERO), *values[:1]} if len(set(values)) == 1 else {sum(values, _ZERO)}
                fits += any(abs(abs(total) - abs(parts)) <= _RUPEE for total in totals)
        return fits / seen if seen else 0.0

    def _check(self) -> None:
        """Say of the value whether it fits the rest."""
        value = self.proposals.get("value")
        if value is None or "taxable" not in self.proposals or value.confidence < 80:
            return
        share = self._agreement()
        said = f"{value.reason} It is the taxable and the taxes together in {share:.0%} of the documents."
        self.take("value", value.columns, min(99, value.confidence + 4) if share >= _MOST else 80, said)
