"""Suppliers and customers are asked about their documents, once the message was looked at."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from msgspec import Struct

from gst_ims.core.gstin import Gstin
from gst_ims.desk.followup import messages
from gst_ims.desk.followup.documents import Side
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page


class Whom(Struct):
    """One party, and the ids of its documents that were shown and chosen. What wasn't shown counts as chosen."""

    side: Side
    party: str
    shown: list[str] | str = ""
    chosen: list[str] | str = ""

    @property
    def without(self) -> list[str]:
        """What was shown, and isn't chosen."""
        shown, chosen = (dict.fromkeys([it] if isinstance(it, str) else it) for it in (self.shown, self.chosen))
        return [it for it in shown if it and it not in chosen]


TheWhom = Annotated[Whom, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/preview", sync_to_thread=True, status_code=200)
def preview(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheWhom) -> Response[str]:
    """The message that the party would get."""
    asked = messages.preview(desk, person, gstin, data.side, [Gstin(data.party)], without=data.without)
    return page(request, "asked.html", gstin=gstin, asked=asked, whom=data, sent=False)


@post("/", sync_to_thread=True, status_code=200)
def ask(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheWhom) -> Response[str]:
    """Send it."""
    asked = messages.ask(desk, person, gstin, data.side, [Gstin(data.party)], without=data.without)
    return page(request, "asked.html", gstin=gstin, asked=asked, whom=data, sent=True)


router = Router("/desk/{taxpayer:str}/ask", route_handlers=[preview, ask])
