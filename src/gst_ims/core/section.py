"""Sections of IMS, the actions on their records, and the forms that feed them."""

from __future__ import annotations

from enum import StrEnum

from gst_ims.core.errors import Invalid


class Section(StrEnum):
    """A section of IMS. The value is the key of the wire in replies and in save and reset requests."""

    B2B = "b2b"
    B2BA = "b2ba"
    B2BDN = "b2bdn"
    B2BDNA = "b2bdna"
    B2BCN = "b2bcn"
    B2BCNA = "b2bcna"
    ECOM = "ecom"
    ECOMA = "ecoma"
    IMPG = "impg"
    IMPGA = "impga"
    IMPGSEZ = "impgsez"
    IMPGSEZA = "impgseza"
    ISD = "isd"
    ISDA = "isda"
    ISDCN = "isdcn"
    ISDCNA = "isdcna"

    @classmethod
    def parse(cls, text: str) -> Section:
        """Read a section in any case and in both spellings: CN or B2BCN. Raises Invalid, listing what is possible."""
        key = text.lower()
        key = f"b2b{key}" if key in ("dn", "dna", "cn", "cna") else key
        try:
            return cls(key)
        except ValueError:
            raise Invalid(f"Section {text!r} doesn't exist: use one of {', '.join(cls)}.") from None

    @property
    def is_amendment(self) -> bool:
        return self in _ORIGINALS

    @property
    def has_original(self) -> bool:
        """Whether its records name the document that they amend."""
        return self.is_amendment

    @property
    def original(self) -> Section:
        """The section of the documents that this one's amend; itself if it amends none."""
        return _ORIGINALS.get(self, self)

    @property
    def is_note(self) -> bool:
        """Whether its documents are notes of a supplier (nt_num on the wire), not invoices."""
        return self in (Section.B2BDN, Section.B2BDNA, Section.B2BCN, Section.B2BCNA)

    @property
    def is_credit(self) -> bool:
        """Whether its documents take ITC away. Their amounts are positive on the wire nevertheless."""
        return self in (Section.B2BCN, Section.B2BCNA)

    @property
    def is_import(self) -> bool:
        return self in IMPORTS

    @property
    def is_isd(self) -> bool:
        return self in INWARD_SUPPLIES

    @property
    def declares_reduction(self) -> bool:
        """Whether an acceptance may say how much ITC is to be reduced (R6.5)."""
        return self.is_credit or self in (Section.B2BA, Section.B2BDNA, Section.ECOMA)

    @property
    def error_key(self) -> str:
        """The section's key in an error report, where GSTN writes notes without b2b."""
        return self.value.removeprefix("b2b") if self.is_note else self.value


_ORIGINALS = {section: Section(section.value[:-1]) for section in Section if section.value[:-1] in set(Section)}

# The three replies of the count, each in its order.
OTHERS = (
    Section.B2B,
    Section.B2BA,
    Section.B2BCN,
    Section.B2BCNA,
    Section.B2BDN,
    Section.B2BDNA,
    Section.ECOM,
    Section.ECOMA,
)
INWARD_SUPPLIES = (Section.ISD, Section.ISDA, Section.ISDCN, Section.ISDCNA)
IMPORTS = (Section.IMPG, Section.IMPGA, Section.IMPGSEZ, Section.IMPGSEZA)

#: The sections on whose records a recipient may act: what an ISD distributes is only shown.
ACTIONABLE = OTHERS + IMPORTS


class Action(StrEnum):
    """What the recipient has decided about a record. NONE counts as accepted when GSTR-2B is drawn up (R2.2)."""

    NONE = "N"
    ACCEPT = "A"
    REJECT = "R"
    PENDING = "P"

    @classmethod
    def of_status(cls, text: str) -> Action:
        """Read the word by which lists are filtered, such as no_action_taken. Raises Invalid."""
        try:
            return _STATUSES[text]
        except KeyError:
            raise Invalid(f"Status {text!r} doesn't exist: use one of {', '.join(_STATUSES)}.") from None


_STATUSES = {
    "accepted": Action.ACCEPT,
    "rejected": Action.REJECT,
    "pending": Action.PENDING,
    "no_action_taken": Action.NONE,
}


class Form(StrEnum):
    """The form by which a record came: GSTR-1, GSTR-1A, IFF, GSTR-5, GSTR-6, or a bill of entry."""

    R1 = "R1"
    R1A = "R1A"
    IFF = "IFF"
    R5 = "R5"
    R6 = "R6"
    BOE = "BOE"
