"""Corrections of what customers rejected, as returns that a filing endpoint takes: GSTR-1A, or amendments in GSTR-1.

A draft reports the document again, word for word: then the customer can accept it, and nothing is owed twice (R5.7).
Where the customer is right, change the amounts in the file before it is filed, or have them set to zero here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup import settings
from gst_ims.desk.followup.liability import first_open_3b
from gst_ims.desk.people.service import Person, Role, registration
from gst_ims.rulebook.calendar import due_date_1, tax_period
from gst_ims.rulebook.law import Frequency, law
from gst_ims.rulebook.scope import credit_limit

queries: Any = load(__file__)

GSTR_1, GSTR_1A = "gstr-1", "gstr-1a"
_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode
_ZERO = Decimal("0.00")


class _Detail(msgspec.Struct):
    """One rate of a document."""

    rt: Decimal
    txval: Decimal
    iamt: Decimal
    camt: Decimal
    samt: Decimal
    csamt: Decimal


class _Item(msgspec.Struct):
    """One line of a document."""

    num: int
    itm_det: _Detail


class _Source(msgspec.Struct):
    """What is kept of a sale beside its columns, by its names on the wire."""

    itms: list[_Item]
    rchrg: str = "N"
    seller: str | None = None
    inv_typ: str | None = None
    etin: str | None = None
    diff_percent: Decimal | None = None
    sply_ty: str | None = None
    p_gst: str | None = None


@dataclass(frozen=True)
class Correction:
    """How one document can be corrected. `route`: gstr-1a, gstr-1 (an amendment), or empty, where neither is open."""

    id: str
    party: Gstin
    number: str
    tax: Paise
    remarks: str
    route: str
    #: The return that it goes into; None where there is none.
    period: Period | None
    #: Why this way, and until when.
    why: str
    #: Whether all amounts are zero in the draft.
    to_zero: bool


@dataclass(frozen=True)
class Draft:
    """One return to be saved and filed: `body` is what the filing endpoint takes."""

    gstin: Gstin
    route: str
    period: Period
    body: bytes
    documents: int

    @property
    def name(self) -> str:
        """Of its file."""
        return f"{self.gstin}-{self.route}-{self.period}.json"


@dataclass(frozen=True)
class Drafts:
    """A choice for every document that was rejected, and the returns that come of it."""

    corrections: tuple[Correction, ...]
    drafts: tuple[Draft, ...]


def drafts(desk: Desk, by: Person, gstin: Gstin, to_zero: Collection[str] = (), into: Period | None = None) -> Drafts:
    """Draft the correction of every rejected document; those in `to_zero`, by their ids, with nothing left of them.

    Amendments go into GSTR-1 of `into`, or of the first period in which it isn't due yet. Raises NotAllowed; Invalid
    where an id isn't one of a rejected document, or a return can't be corrected in that period.
    """
    by.must(gstin, Role.PREPARER)
    it, today = registration(desk, gstin), desk.clock.now().date()
    with desk.of([gstin]) as db:
        told = settings.read(db, gstin)
        rows = list(queries.to_correct(db, gstin=gstin))
    if unknown := set(to_zero) - {row.id for row in rows}:
        raise Invalid(f"{', '.join(sorted(unknown))}: no such document is rejected and uncorrected.")
    first = first_open_3b(it.frequency, gstin.state, told.filed_3b, today)
    corrections: list[Correction] = []
    returns: dict[tuple[str, Period], list[tuple[Any, bool]]] = {}
    for row in rows:
        route, period, why = _choose(row, it.frequency, first, into, today)
        zero = row.id in to_zero
        of = (row.id, Gstin(row.rtin), row.number, row.tax, row.remarks or "")
        corrections.append(Correction(*of, route, period, why, zero))
        if period is not None:
            returns.setdefault((route, period), []).append((row, zero))
    made = [
        Draft(gstin, route, period, _encode(_body(gstin, period, its)), len(its))
        for (route, period), its in sorted(returns.items())
    ]
    return Drafts(tuple(sorted(corrections, key=lambda it: (-it.tax, it.id))), tuple(made))


def write(made: Drafts, folder: Path) -> list[Path]:
    """Write each return into a file of its own. Raises Invalid where one is there already; then none is written."""
    paths = {folder / draft.name: draft.body for draft in made.drafts}
    if there := [path.name for path in paths if path.exists()]:
        raise Invalid(f"{folder} has {', '.join(there)} already: move it away, or choose another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for path, body in paths.items():
        with path.open("xb") as file:
            file.write(body)
    return list(paths)


def _first_open_1(frequency: Frequency, today: date) -> Period:
    """The first return period whose GSTR-1 isn't due yet (R7.3)."""
    period = Period.of(today).previous()
    return period if due_date_1(frequency, period, law()) >= today else period.next()


def _choose(
    row: Any, frequency: Frequency, first: Period, into: Period | None, today: date
) -> tuple[str, Period | None, str]:
    """GSTR-1A until the supplier's GSTR-3B, once a period (R3.5); then an amendment, within the time limit."""
    of = Period.of(row.of)
    if row.form != Form.R1A and tax_period(frequency, of) >= first:
        return GSTR_1A, of, f"GSTR-3B of {tax_period(frequency, of)} isn't filed yet: GSTR-1A is open until it is."
    limit = credit_limit(row.original_date or row.document_date, law())
    if today > limit:
        return "", None, f"The time limit of amendments was {print_date(limit)}: agree on a new document."
    if into is not None and into <= of:
        raise Invalid(f"{row.id} can't be amended in {into}: amend it in a later period.")
    period = into or max(_first_open_1(frequency, today), of.next())
    # An operator's documents have no place in IFF.
    period = tax_period(frequency, period) if row.section.startswith("ecom") else period
    closed = "was reported in GSTR-1A" if row.form == Form.R1A else f"is of {of}, whose GSTR-3B is filed or overdue"
    return GSTR_1, period, f"It {closed}: amend it in GSTR-1 of {period}, until {print_date(limit)}."


def _body(gstin: Gstin, period: Period, rows: list[tuple[Any, bool]]) -> dict[str, Any]:
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row, zero in rows:
        source = msgspec.json.decode(row.source, type=_Source)
        section = row.section.rstrip("a") + "a"
        groups.setdefault((section, row.rtin, source.seller or ""), []).append(_document(row, source, zero))
    body: dict[str, Any] = {"gstin": gstin, "fp": str(period)}
    for (section, rtin, seller), documents in groups.items():
        if section == "ecoma":
            part = body.setdefault("ecoma", {}).setdefault("b2ba" if seller else "urp2ba", [])
            part.append({"rtin": rtin, **({"stin": seller} if seller else {}), "inv": documents})
        else:
            kind = "nt" if section == "cdnra" else "inv"
            body.setdefault(section, []).append({"ctin": rtin, kind: documents})
    return body


def _document(row: Any, source: _Source, zero: bool) -> dict[str, Any]:
    number, day = ("nt_num", "nt_dt") if row.section.startswith("cdnr") else ("inum", "idt")
    items = [{"num": it.num, "itm_det": _to_zero(it.itm_det) if zero else it.itm_det} for it in source.itms]
    made = {
        **{number: row.number, day: print_date(row.document_date)},
        **{f"o{number}": row.original_number or row.number},
        **{f"o{day}": print_date(row.original_date or row.document_date)},
        **{"ntty": row.note_type, "val": _ZERO if zero else rupees(row.value), "pos": row.pos, "rchrg": source.rchrg},
        **{"inv_typ": source.inv_typ, "etin": source.etin, "diff_percent": source.diff_percent},
        **{"sply_ty": source.sply_ty, "p_gst": source.p_gst, "itms": items},
    }
    return {name: value for name, value in made.items() if value is not None}


def _to_zero(it: _Detail) -> _Detail:
    """The rate stays; nothing is left of what it was applied to."""
    return _Detail(it.rt, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO)
