"""The supplier's view: customers who rejected or wait, what comes back, drafts to correct it, and messages."""

from __future__ import annotations

from urllib.parse import urlencode

from litestar import MediaType, Response, Router, get, post
from litestar.params import FromPath, FromQuery

from gst_ims.core.period import Period
from gst_ims.desk.desk import Unknown
from gst_ims.desk.followup import contacts, documents, messages
from gst_ims.desk.followup.drafts import drafts
from gst_ims.desk.followup.liability import liability
from gst_ims.desk.parties import names_of
from gst_ims.desk.people.service import Role
from gst_ims.desk.sync import sales
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page

#: Documents that are shown of each kind.
_SHOWN = 100


@get("/", sync_to_thread=True)
def show(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """Customers by value, what came back and what is to come, and how it can be corrected."""
    mine = person.duties[gstin]
    owed = liability(desk, person, gstin)
    customers = documents.customers(desk, person, gstin)
    made = drafts(desk, person, gstin) if Role.PREPARER in mine else None
    corrections = made.corrections[:_SHOWN] if made else ()
    sent = messages.messages(desk, person, gstin, limit=20)
    back = owed.back[:_SHOWN]
    parties = {it.gstin for it in customers} | {it.party for it in (*corrections, *sent, *back)}
    return page(
        request,
        "outward.html",
        gstin=gstin,
        place="outward",
        customers=customers,
        reached=contacts.known(desk, person, gstin, (it.gstin for it in customers)),
        acted=documents.actions(desk, person, gstin),
        owed=owed,
        back=back,
        made=made,
        corrections=corrections,
        sent=sent,
        names=names_of(desk, person, gstin, parties),
        prepares=Role.PREPARER in mine,
        today=desk.clock.now().date(),
    )


@get("/documents", sync_to_thread=True)
def sold(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    period: FromQuery[str],
    section: FromQuery[str],
    action: FromQuery[str],
    after_size: FromQuery[int] = 0,
    after: FromQuery[str] = "",
) -> Response[str]:
    """What was sold in a period, of one section and with one action of the customers."""
    place = (after_size, after) if after else None
    rows = documents.sold(desk, person, gstin, Period.parse(period), section, action, place, _SHOWN + 1)
    of = {"period": period, "section": section, "action": action}
    more = of | {"after_size": rows[_SHOWN - 1].size, "after": rows[_SHOWN - 1].name} if len(rows) > _SHOWN else {}
    return page(
        request,
        "outward_documents.html",
        gstin=gstin,
        place="outward",
        asked=of,
        of=Period.parse(period),
        rows=rows[:_SHOWN],
        names=names_of(desk, person, gstin, (it.rtin for it in rows)),
        more=urlencode(more),
    )


@post("/read", sync_to_thread=True, status_code=200)
def read(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """Queue a reading of what customers did."""
    sales.request(desk, person, gstin)
    return page(request, "outward_queued.html", gstin=gstin)


@get("/drafts/{name:str}", sync_to_thread=True)
def draft(desk: TheDesk, person: ThePerson, gstin: TheGstin, name: FromPath[str]) -> Response[bytes]:
    """A return that corrects what was rejected, as JSON to save and file."""
    for it in drafts(desk, person, gstin).drafts:
        if it.name == name:
            headers = {"content-disposition": f'attachment; filename="{it.name}"'}
            return Response(it.body, media_type=MediaType.JSON, headers=headers)
    raise Unknown(f"There is no draft {name} now: load the page again.")


router = Router("/desk/{taxpayer:str}/outward", route_handlers=[show, sold, read, draft])
