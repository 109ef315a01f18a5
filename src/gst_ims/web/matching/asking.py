"""Suppliers are asked about what the portal lacks, once the message was looked at."""

from __future__ import annotations

from litestar import Response, post

from gst_ims.core.gstin import Gstin
from gst_ims.desk.followup import messages
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.outward.endpoints import TheParty
from gst_ims.web.pages import AnyRequest, page


@post("/ask/preview", sync_to_thread=True, status_code=200)
def preview(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheParty) -> Response[str]:
    """The message that a supplier would get."""
    asked = messages.preview(desk, person, gstin, "supplier", [Gstin(data.party)])
    return page(request, "outward_ask.html", gstin=gstin, place="matching", asked=asked, party=data.party, sent=False)


@post("/ask", sync_to_thread=True, status_code=200)
def ask(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheParty) -> Response[str]:
    """Send it."""
    asked = messages.ask(desk, person, gstin, "supplier", [Gstin(data.party)])
    return page(request, "outward_ask.html", gstin=gstin, place="matching", asked=asked, party=data.party, sent=True)
