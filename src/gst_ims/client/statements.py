"""GSTR-2B: reading all of it, and having it computed anew (contract 6.1 to 6.3)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from typing import Any, cast

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
from gst_ims.client.errors import NotFound, UnexpectedAnswer, WaitTimeout, of_code
from gst_ims.client.outcome import State, Status
from gst_ims.client.protocol import MALFORMED, integer
from gst_ims.client.reports import read_computation
from gst_ims.client.steps import Call, Sleep, Steps, until
from gst_ims.client.views import Gstr2b, StatementDocument
from gst_ims.core.money import paise, rupees
from gst_ims.core.period import Period

_DOCUMENTS = ("inv", "nt", "doclist", "boe")
_KNOWN = {
    *("inum", "ntnum", "docnum", "boenum", "dt", "docdt", "boedt", "val", "txval", "igst", "cgst", "sgst", "cess"),
    *("itcavl", "imsStatus", "remarks"),
}
_MONEY = ("txval", "igst", "cgst", "sgst", "cess")


def statement(access: Access, of: Period) -> Steps[Gstr2b]:
    """GSTR-2B of a period, all its pages. Raises StatementMissing or StatementTooEarly where there is none."""
    head = yield from _page(access, of, None)
    must_be_of(head, access.gstin, of, "GSTR-2B")
    pages = [head]
    for number in range(1, (integer(head.get("fc")) or 0) + 1):
        page = yield from _page(access, of, number)
        if page.get("version") != head.get("version"):
            raise UnexpectedAnswer("It was computed anew while it was read: read it again.", call="GSTR-2B")
        pages.append(page)
    taken = [document for page in pages for document in documents(page.get("docdata"), rejected=False)]
    refused = [document for page in pages for document in documents(page.get("docRejdata"), rejected=True)]
    return Gstr2b(
        gstin=access.gstin,
        period=of,
        version=text(head, "version") or "",
        generated=day(head, "gendt"),
        summary=_figures(members(head.get("itcsumm"))),
        suppliers=_figures(members(head.get("cpsumm"))),
        suppliers_rejected=_figures(members(head.get("cpSummRej"))),
        documents=(*taken, *refused),
    )


def regenerate(access: Access, of: Period) -> Steps[str]:
    """Have GSTR-2B computed anew. Returns the reference id. Raises StatementUnchanged, or another Refused."""
    call = Call("POST", f"{_path(of)}/regenerate")
    reply = yield from access.ask(call)
    reference_id = text(decode(reply.payload, call.name), "reference_id", "ref_id")
    if reference_id is None:
        raise UnexpectedAnswer("There is no reference_id in the answer.", call=call.name)
    return reference_id


def computation(access: Access, of: Period | None, reference_id: str) -> Steps[Status]:
    """How far the computation of a GSTR-2B is. Without its period only one address is asked."""
    # Which of two paths has it, Sandbox's documents leave open.
    paths = [f"{API}/gstrs/gstr-2b/regenerate", *([] if of is None else [f"{_path(of)}/regenerate"])]
    for path in paths:
        call = Call("GET", path, query={"reference_id": reference_id}, repeatable=True)
        try:
            reply = yield from access.ask(call)
        except NotFound:
            continue
        try:
            return read_computation(reference_id, reply.payload)
        except MALFORMED as error:
            raise UnexpectedAnswer(f"It isn't a status ({error})", call=call.name) from error
    raise NotFound(call=f"GET {paths[-1]}")


def computed(access: Access, of: Period | None, reference_id: str, timeout: float) -> Steps[Status]:
    """Wait until a GSTR-2B is computed. Raises WaitTimeout, or the Refused of its code where it couldn't be."""
    deadline = access.line.ticks() + timeout
    return (yield from until(deadline, access.line.ticks, _computed(access, of, reference_id, deadline)))


def _computed(access: Access, of: Period | None, reference_id: str, deadline: float) -> Steps[Status]:
    for attempt in count(1):
        status = yield from computation(access, of, reference_id)
        if status.state is State.FAILED:
            raise of_code(status.code)(status.words, call="GSTR-2B", code=status.code or None)
        if status.final:
            return status
        if access.line.ticks() >= deadline:
            raise WaitTimeout
        yield Sleep(access.line.pause(attempt, 30.0) / 4)
    raise AssertionError("unreachable")


def _path(of: Period) -> str:
    return f"{API}/gstrs/gstr-2b/{of.year}/{of.month:02}"


def _page(access: Access, of: Period, number: int | None) -> Steps[Members]:
    query = {} if number is None else {"file_num": str(number)}
    call = Call("GET", _path(of), query=query, repeatable=True)
    reply = yield from access.ask(call)
    told = decode(reply.payload, call.name)
    # GSTN writes it beside its checksum.
    page = told.get("data", told)
    if not isinstance(page, dict):
        raise UnexpectedAnswer("It isn't a GSTR-2B.", call=call.name)
    return members(page)


def documents(tables: Any, *, rejected: bool, prefix: str = "") -> Iterator[StatementDocument]:
    """The documents of `docdata` or `docRejdata`, as they stand in a page or in a file. Raises Invalid."""
    for table, groups in members(tables).items():
        for group in objects(groups):
            if table == "itcrev":
                yield from documents(group, rejected=rejected, prefix="itcrev.")
                continue
            nested = next((group[name] for name in _DOCUMENTS if name in group), None)
            for told in objects(group if nested is None else nested):
                yield _document(prefix + table, group, told, rejected=rejected)


def _document(table: str, group: Members, told: Members, *, rejected: bool) -> StatementDocument:
    igst, cgst, sgst, cess = (_sum(told, name) for name in ("igst", "cgst", "sgst", "cess"))
    action = text(told, "imsStatus")
    return StatementDocument(
        table=table,
        rejected=rejected,
        supplier=gstin(group, "ctin"),
        supplier_name=text(group, "trdnm"),
        period=period(group, "supprd"),
        filed=day(group, "supfildt"),
        number=text(told, "inum", "ntnum", "docnum", "boenum") or "",
        date=day(told, "dt", "docdt", "boedt"),
        value=optional_amount(told, "val"),
        taxable=_sum(told, "txval") if "txval" in told or "items" in told else None,
        igst=igst,
        cgst=cgst,
        sgst=sgst,
        cess=cess,
        credit_available=text(told, "itcavl", "itcelg"),
        action=None if action is None else decided(action),
        remarks=text(told, "remarks"),
        more=rest(told, *_KNOWN),
    )


def _sum(told: Members, name: str) -> Decimal:
    """The amount of the document, or that of its items, as older versions have it."""
    if name in told:
        return amount(told, name)
    return sum((amount(item, name) for item in objects(told.get("items"))), Decimal("0.00"))


def _figures(told: Members) -> Members:
    return {name: _figure(name, value) for name, value in told.items()}


def _figure(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _figures(members(value))
    if isinstance(value, list):
        return [_figure(name, item) for item in cast("list[Any]", value)]
    return rupees(paise(value)) if name in _MONEY and isinstance(value, int | Decimal) else value
