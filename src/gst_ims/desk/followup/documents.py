"""Documents to ask about: suppliers about what they reported, customers about what they refuse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, indian, paise
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.match.settings import Settings
from gst_ims.desk.people.service import Person
from gst_ims.rulebook.calendar import due_date_1
from gst_ims.rulebook.law import Frequency, law

queries: Any = load(__file__)

Side = Literal["supplier", "customer"]
_MONEY = {"value", "taxable", "igst", "cgst", "sgst", "cess"}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document that its party has to be asked about. Amounts are paise.

    `kind`, of suppliers: unfiled (saved, and not filed when GSTR-1 was due), mismatch (the books say something else),
    missing (in the books only). Of customers: rejected, pending.
    """

    kind: str
    party: Gstin
    #: What the party is called, as far as the portal or a contact says; or empty.
    name: str
    #: Of the record, as in the trail, or of the book.
    id: str
    section: str
    number: str
    date: date
    #: Of the return; None where the document stands in the books only.
    period: Period | None
    form: str
    value: Paise
    taxable: Paise
    tax: Paise
    remarks: str
    #: What differs, for people.
    detail: str

    def age(self, today: date) -> int:
        """How many days old it is."""
        return (today - self.date).days


@dataclass(frozen=True)
class Party:
    """A supplier or a customer, and what he has to be asked about, the most tax first."""

    gstin: Gstin
    name: str
    documents: tuple[Document, ...]

    @property
    def tax(self) -> Paise:
        """The tax of all documents, with credit notes of a supplier taken off."""
        return sum(-it.tax if it.section in ("b2bcn", "b2bcna") else it.tax for it in self.documents)

    def of(self, kind: str) -> tuple[Document, ...]:
        """The documents of one kind."""
        return tuple(it for it in self.documents if it.kind == kind)

    def age(self, today: date) -> int:
        """How many days old the oldest is."""
        return max(it.age(today) for it in self.documents)


def suppliers(desk: Desk, by: Person, gstin: Gstin) -> list[Party]:
    """Suppliers to be asked, those with the most tax first. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return parties(documents(db, desk, gstin, "supplier"))


def customers(desk: Desk, by: Person, gstin: Gstin) -> list[Party]:
    """Customers who rejected or keep pending, those with the most tax first. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return parties(documents(db, desk, gstin, "customer"))


class Acted(NamedTuple):
    """What customers did with the documents of a return period and a section: how many, and their tax in paise."""

    period: date
    section: str
    #: N, A, R or P, as the portal shows it.
    action: str
    documents: int
    tax: Paise


def actions(desk: Desk, by: Person, gstin: Gstin) -> list[Acted]:
    """What customers did with what was sold, the newest period first. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return [Acted(*row) for row in queries.customer_actions(db, gstin=gstin)]


def sold(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    period: Period,
    section: str,
    action: str,
    after: tuple[Paise, str] | None = None,
    limit: int = 100,
) -> Sequence[Any]:
    """The documents behind such a number, the most tax first: rtin, customer, number, `size` (its tax) and so on.

    Raises NotAllowed.
    """
    by.must(gstin)
    size, name = after or (None, None)
    asked = {"period": period, "section": section, "action": action, "limit": limit}
    with desk.of([gstin]) as db:
        return list(queries.sold(db, gstin=gstin, after_size=size, after=name, **asked))


def documents(db: Connection, desk: Desk, gstin: Gstin, side: Side) -> list[Document]:
    """Every document of one side, in the caller's transaction."""
    if side == "customer":
        return [of_row(row) for row in queries.customer_documents(db, gstin=gstin)]
    today = desk.clock.now().date()
    overdue = {name: last_due(name, today) for name in ("monthly", "quarterly")}
    return [
        of_row(row) for row in queries.supplier_documents(db, gstin=gstin, tolerance=Settings().absolute, **overdue)
    ]


def parties(found: Iterable[Document]) -> list[Party]:
    """By party: those with the most tax first, and so are the documents of each."""
    by: dict[Gstin, list[Document]] = {}
    for it in found:
        by.setdefault(it.party, []).append(it)
    made = [
        Party(party, next((it.name for it in its if it.name), ""), tuple(sorted(its, key=lambda it: (-it.tax, it.id))))
        for party, its in by.items()
    ]
    return sorted(made, key=lambda party: (-party.tax, party.gstin))


def last_due(frequency: Frequency, today: date) -> Period:
    """The last period whose GSTR-1 was due before today (R7.3)."""
    period = Period.of(today)
    while due_date_1(frequency, period, law()) >= today:
        period = period.previous()
    return period


def differences(told: Iterable[dict[str, Any]]) -> str:
    """What the portal and the books say of a document, where they differ."""
    return "; ".join(
        f"{it['field'].replace('_', ' ')}: {_plain(it, 'portal')} in the portal, {_plain(it, 'books')} in our books"
        for it in told
    )


def _plain(told: dict[str, Any], side: str) -> str:
    value = told[side]
    if value is None:
        return "nothing"
    return indian(paise(value)) if told["field"] in _MONEY else str(value)


def of_row(row: Any) -> Document:
    """A document of a row of the statements that find them."""
    return Document(
        kind=row.kind,
        party=Gstin(row.party),
        name=row.name or "",
        id=row.id,
        section=row.section,
        number=row.number or "",
        date=row.document_date,
        period=row.period and Period.of(row.period),
        form=row.form or "",
        value=row.value or 0,
        taxable=row.taxable,
        tax=row.tax,
        remarks=row.remarks or "",
        detail=differences(row.differences or ()),
    )
