"""The supplier's view: what he reported, and the liability that comes back (contract 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from gst_ims.client.access import API, Access
from gst_ims.client.amounts import (
    Members,
    amount,
    day,
    decided,
    decode,
    gstin,
    members,
    must_be_of,
    objects,
    optional_amount,
    period,
    rest,
    text,
)
from gst_ims.client.errors import NothingFound
from gst_ims.client.steps import Call, Steps
from gst_ims.client.views import AddedBack, AddedBackEntry, Item, Sale, Sales
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period

T = TypeVar("T")

SALES = ("B2B", "B2BA", "CDNR", "CDNRA", "ECOM", "ECOMA")
ADDED_BACK = ("CDNR", "B2BA", "CDNRA", "ECOMA")
RETURNS = ("gstr-1", "gstr-1a")

_NUMBERS = ("nt_num", "inum"), ("nt_dt", "idt"), ("ont_num", "oinum"), ("ont_dt", "oidt")
_KNOWN = {*(name for names in _NUMBERS for name in names)} | {
    *("val", "pos", "inv_typ", "ntty", "rchrg", "imsactn", "remarks", "itms")
}


def sales(access: Access, of: Period, section: str, return_type: str) -> Steps[Sales]:
    """What the taxpayer reported in a period. Raises Invalid for a section or a return that there isn't."""
    query = {"section": _one_of("Section", section.upper(), SALES)}
    query["return_type"] = _one_of("Return type", return_type.lower(), RETURNS)
    call = Call("GET", f"{API}/invoices/{of.year}/{of.month:02}/sales", query=query, repeatable=True)
    try:
        reply = yield from access.ask(call)
    except NothingFound:
        return Sales(access.gstin, of, ())
    told = decode(reply.payload, call.name)
    must_be_of(told, access.gstin, of, call.name)
    documents = [
        document
        for root in ("gstr1", "gstr1a")
        for table, groups in members(told.get(root)).items()
        for document in _sold(table, groups)
    ]
    return Sales(access.gstin, of, tuple(documents))


def added_back(access: Access, of: Period, section: str) -> Steps[AddedBack]:
    """The liability that comes back in a period. Raises Invalid for a section that there isn't."""
    query = {"section": _one_of("Section", section.upper(), ADDED_BACK)}
    path = f"{API}/invoices/added-back-liabilities/{of.year}/{of.month:02}"
    call = Call("GET", path, query=query, repeatable=True)
    try:
        reply = yield from access.ask(call)
    except NothingFound:
        return AddedBack(access.gstin, of, ())
    told = decode(reply.payload, call.name)
    must_be_of(told, access.gstin, of, call.name)
    tables = members(told.get("rejInvAddBackLiab"))
    entries = [_entry(table, row) for table, rows in tables.items() for row in objects(rows)]
    return AddedBack(access.gstin, of, tuple(entries))


def _sold(table: str, groups: object) -> Iterator[Sale]:
    """ECOM and ECOMA have tables inside, by whether the seller is registered."""
    if isinstance(groups, dict):
        for inner in members(groups).values():
            yield from _sold(table, inner)
        return
    for group in objects(groups):
        for told in objects(group.get("inv", group.get("nt"))):
            yield _sale(table, group, told)


def _sale(table: str, group: Members, told: Members) -> Sale:
    number, date, original, original_date = _NUMBERS
    return Sale(
        table=table,
        recipient=_needed(gstin(group, "ctin", "rtin"), "recipient", told),
        number=_needed(text(told, *number), "number", told),
        date=_needed(day(told, *date), "date", told),
        value=optional_amount(told, "val"),
        pos=text(told, "pos") or "",
        invoice_type=text(told, "inv_typ"),
        note_type=text(told, "ntty"),
        original_number=text(told, *original),
        original_date=day(told, *original_date),
        seller=gstin(group, "stin"),
        reverse_charge=text(told, "rchrg") == "Y",
        action=decided(text(told, "imsactn") or "N"),
        remarks=text(told, "remarks"),
        items=tuple(_item(members(item.get("itm_det"))) for item in objects(told.get("itms"))),
        more=rest(told, *_KNOWN),
    )


def _item(told: Members) -> Item:
    taxes = (amount(told, name) for name in ("txval", "iamt", "camt", "samt", "csamt"))
    return Item(amount(told, "rt"), *taxes)


def _entry(table: str, told: Members) -> AddedBackEntry:
    number, date, original, original_date = _NUMBERS
    return AddedBackEntry(
        table=table,
        recipient=_needed(gstin(told, "ctin", "rtin"), "recipient", told),
        recipient_name=text(told, "tradenm", "rtinNam") or "",
        number=_needed(text(told, *number), "number", told),
        date=_needed(day(told, *date), "date", told),
        original_number=text(told, *original),
        original_date=day(told, *original_date),
        note_type=text(told, "ntty"),
        invoice_type=text(told, "inv_typ"),
        period=_needed(period(told, "supPrd"), "period", told),
        form=text(told, "form") or "R1",
        value=amount(told, "val"),
        taxable=amount(told, "txval"),
        igst=amount(told, "iamt"),
        cgst=amount(told, "camt"),
        sgst=amount(told, "samt"),
        cess=amount(told, "csamt"),
        remarks=text(told, "remarks"),
    )


def _needed(value: T | None, name: str, told: Members) -> T:
    if value is None:
        raise Invalid(f"A document of the portal has no {name}: {str(told)[:200]}.")
    return value


def _one_of(what: str, text: str, possible: tuple[str, ...]) -> str:
    if text not in possible:
        raise Invalid(f"{what} {text!r} doesn't exist: use one of {', '.join(possible)}.")
    return text
