"""Suppliers are asked about what the portal lacks, once the message was looked at."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from msgspec import Struct

from gst_ims.core.gstin import Gstin
from gst_ims.desk.followup import messages
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page


class Asked(Struct):
    """One supplier, and the ids of his documents that were shown and chosen. What wasn't shown counts as chosen."""

    party: str
    shown: list[str] | str = ""
    chosen: list[str] | str = ""

    @property
    def without(self) -> list[str]:
        """What was shown, and isn't chosen."""
        shown, chosen = ([it] if isinstance(it, str) else it for it in (self.shown, self.chosen))
        return [it for it in shown if it and it not in chosen]


TheAsked = Annotated[Asked, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/ask/preview", sync_to_thread=True, status_code=200)
def preview(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheAsked) -> Response[str]:
    """The message that a supplier would get."""
    asked = messages.preview(desk, person, gstin, "supplier", [Gstin(data.party)], without=data.without)
    return _page(request, gstin, asked, data, sent=False)


@post("/ask", sync_to_thread=True, status_code=200)
def ask(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheAsked) -> Response[str]:
    """Send it."""
    asked = messages.ask(desk, person, gstin, "supplier", [Gstin(data.party)], without=data.without)
    return _page(request, gstin, asked, data, sent=True)


def _page(request: AnyRequest, gstin: Gstin, asked: messages.Asked, data: Asked, *, sent: bool) -> Response[str]:
    return page(
        request,
        "outward_ask.html",
        gstin=gstin,
        place="matching",
        asked=asked,
        party=data.party,
        without=data.without,
        sent=sent,
    )
