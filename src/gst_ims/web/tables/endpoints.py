"""Tables as files, whole: who may see one may have it, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import Annotated, Any

from litestar import Router, get, post
from litestar.datastructures import MultiDict
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Stream

from gst_ims.core.errors import ImsError
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.report.single import FORMS, write_table
from gst_ims.web import texts
from gst_ims.web.books import tables as books
from gst_ims.web.contacts import tables as contacts
from gst_ims.web.decisions import tables as decisions
from gst_ims.web.downloads import attachment, chunks
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.home import tables as home
from gst_ims.web.inward import tables as inward
from gst_ims.web.matching import tables as matching
from gst_ims.web.outward import tables as outward
from gst_ims.web.pages import AnyRequest
from gst_ims.web.policy import tables as policy
from gst_ims.web.statements import supposed
from gst_ims.web.statements import tables as statements
from gst_ims.web.tables.asked import Asked, Made

#: Every table of the workbench, by the name in its address.
TABLES: dict[str, Callable[[Asked], Made]] = {
    "deadlines": home.deadlines,
    "ageing": home.ageing,
    "at-risk": home.at_risk,
    "sections": home.sections,
    "news": home.changed,
    "inward": inward.inward,
    "suppliers": inward.suppliers,
    "contacts": contacts.all_contacts,
    "registers": books.all_registers,
    "problems": books.problems,
    "matching": books.found,
    "beside": matching.beside,
    "runs": matching.runs,
    "moves": matching.moves,
    "run": matching.run,
    "doubtful": matching.doubtful,
    "links": matching.links,
    "to-ask": matching.to_ask,
    "approvals": decisions.approvals,
    "pushes": decisions.pushes,
    "not-applied": decisions.push_rows,
    "trail": decisions.trail,
    "policies": policy.versions,
    "tried": policy.tried,
    "tried-totals": policy.tried_totals,
    "tried-changes": policy.tried_changes,
    "tried-rows": policy.tried_rows,
    "customers": outward.customers,
    "acted": outward.acted,
    "sold": outward.sold,
    "corrections": outward.corrections,
    "came-back": outward.back,
    "asked": outward.asked_for,
    "statements": statements.read,
    "documents": statements.documents,
    "figures": statements.figures,
    "behind": statements.behind,
    "differences": statements.differences,
    "before-and-after": statements.before_and_after,
    "what-if-heads": supposed.heads,
    "what-if-sections": supposed.sections,
    "what-if-suppliers": supposed.suppliers,
    "what-if-records": supposed.records,
}
#: Bytes that stay in memory.
_IN_MEMORY = 1_000_000
# A long table takes a connection of the database and a processor for a minute: pages need them as well.
_PLACES, _WAIT = BoundedSemaphore(2), 30


Words = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class TooMany(ImsError):
    """Others are having long tables written: try again in a minute."""


@get("/tables/{name:str}", sync_to_thread=True)
def of_all(request: AnyRequest, desk: TheDesk, person: ThePerson, name: FromPath[str]) -> Stream:
    """A table about all taxpayers of a person."""
    return _send(request, desk, person, None, name, request.query_params)


@get("/{taxpayer:str}/tables/{name:str}", sync_to_thread=True)
def of_one(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, name: FromPath[str]) -> Stream:
    """A table about one."""
    return _send(request, desk, person, gstin, name, request.query_params)


@post("/{taxpayer:str}/tables/{name:str}", sync_to_thread=True, status_code=200)
def of_words(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, name: FromPath[str], data: Words
) -> Stream:
    """A table about one, of words that are too long for an address. Nothing is kept."""
    return _send(request, desk, person, gstin, name, MultiDict(data))


def _send(
    request: AnyRequest, desk: Desk, person: Person, gstin: Gstin | None, name: str, told: MultiDict[Any]
) -> Stream:
    """Write a table, then send it: who reads slowly keeps no connection of the database."""
    table, _, form = name.rpartition(".")
    if table not in TABLES or form not in FORMS:
        raise Unknown(f"There is no table {name}: follow the links of the pages.")
    say = texts.translations(request.headers.get("accept-language", "")[:200]).gettext
    asked = Asked(desk, person, gstin, told, say)
    with _place():
        file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when it is sent
        try:
            write_table(file, *TABLES[table](asked), form, person.name)
        except BaseException:
            file.close()
            raise
    day = f"{desk.clock.now():%Y-%m-%d}"
    return attachment(chunks(file), "-".join(filter(None, (table, gstin, day))) + f".{form}")


@contextmanager
def _place() -> Generator[None]:
    if not _PLACES.acquire(timeout=_WAIT):
        raise TooMany
    try:
        yield
    finally:
        _PLACES.release()


router = Router("/desk", route_handlers=[of_all, of_one, of_words])
