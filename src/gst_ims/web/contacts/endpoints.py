"""Contacts: searched, kept and removed one by one, and taken from a file."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect
from msgspec import Struct, structs

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup import contacts
from gst_ims.desk.people.service import Person, Role
from gst_ims.web.books.uploads import uploads_of
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page

_PAGE = 100
#: Rows that are shown of what is wrong.
_SHOWN = 500
Text = FromQuery[str]


class Given(Struct):
    """A contact as its form has it. The secret isn't shown again: empty it stays as it is."""

    gstin: str = ""
    name: str = ""
    email: str = ""
    webhook: str = ""
    secret: str = ""


TheGiven = Annotated[Given, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/", sync_to_thread=True)
def show(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    text: Text = "",
    after: Text = "",
    party: Text = "",
    name: Text = "",
    kept: Text = "",
) -> Response[str]:
    """The contacts; with `party` its own in the form, or a new one of that `name`. `kept` was so just now."""
    wanted = party.strip().upper()
    known = {str(one): it for one, it in contacts.known(desk, person, gstin, [wanted, kept]).items()}
    it = known.get(wanted)
    given = Given(it.party, it.name, it.email, it.webhook) if it else Given(wanted, name)
    told = {"given": given, "there": it is not None, "kept": kept if kept in known else ""}
    return _show(request, desk, person, gstin, "contacts.html", text, after, **told)


@post("/", sync_to_thread=True)
def keep(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheGiven
) -> Response[Any] | Redirect:
    """Keep one; what is wrong stays in the form, to be corrected."""
    try:
        made = contacts.keep(desk, person, gstin, structs.asdict(data))
    except Invalid as error:
        data.secret = ""
        return _show(request, desk, person, gstin, "contacts.html", given=data, wrong=str(error), status=422)
    return Redirect(f"/desk/{gstin}/contacts?kept={made.party}", status_code=303)


@post("/remove", sync_to_thread=True)
def remove(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheGiven) -> Redirect:
    """Forget one."""
    contacts.remove(desk, person, gstin, data.gstin)
    return Redirect(f"/desk/{gstin}/contacts", status_code=303)


@post("/take", sync_to_thread=True, status_code=200)
def take(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[list[UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[str]:
    """Take a file of them; then the list, with the rows that were left out."""
    person.must(gstin, Role.ADMINISTRATOR)
    with uploads_of(request).looking_at_one(person.name, gstin, data) as (token, upload):
        made = contacts.import_contacts(desk, person, gstin, upload.path)
    uploads_of(request).drop(token)
    return _show(request, desk, person, gstin, "contacts_list.html", taken=made, problems=made.problems[:_SHOWN])


def _show(
    request: AnyRequest,
    desk: Desk,
    person: Person,
    gstin: Gstin,
    template: str,
    text: str = "",
    after: str = "",
    **shown: Any,
) -> Response[str]:
    found = contacts.contacts(desk, person, gstin, text, after or None, _PAGE + 1)
    told: dict[str, Any] = {"given": Given(), "there": False, "kept": "", "wrong": "", "taken": None, "problems": ()}
    return page(
        request,
        template,
        gstin=gstin,
        place="contacts",
        found=found[:_PAGE],
        more=len(found) > _PAGE,
        text=text,
        administers=Role.ADMINISTRATOR in person.duties[gstin],
        **(told | shown),
    )


router = Router("/desk/{taxpayer:str}/contacts", route_handlers=[show, keep, remove, take])
