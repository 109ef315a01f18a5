"""Policies: versions, a dry run while somebody writes, and two people to put one into force."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person, Role, registration
from gst_ims.desk.policy import service as policies
from gst_ims.desk.policy.columns import FUNCTIONS, GROUPS
from gst_ims.desk.policy.document import read, starter
from gst_ims.desk.policy.problems import PolicyWrong
from gst_ims.desk.policy.trial import Altered, Behind
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page
from gst_ims.web.words import N_

#: Records of a page.
_PAGE = 50
#: What a rule says: each line's name, what it means, and the words that there are for it.
LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": (N_("What people read where it decided; no two rules have the same."), ()),
    "when": (N_("The condition; without it the rule always holds, so it is the last."), ()),
    "action": (N_("What becomes of the record:"), ("accept", "reject", "pending", "ask")),
    "remarks": (N_("What goes to the portal with it."), ()),
    "declaration": (N_("By how much credit is reduced:"), ("full", "none", "as in books")),
    "approval": (
        N_("Who looks: true, so without it, a second person; false, nobody; a number, from so many rupees of tax on."),
        (),
    ),
}
#: Rules to begin with, as the page shows them.
EXAMPLES = (
    """
[[rule]]
name = "a few rupees apart"
when = "bucket = 'mismatch' and abs(difference_tax) <= 10"
action = "accept"
approval = false
""",
    """
[[rule]]
name = "not in the books, and there is time"
when = "bucket = 'missing in books' and days_to_3b > 7"
action = "pending"
remarks = "Not received yet."
""",
    """
[[rule]]
name = "not ours"
when = "in_list('strangers') or supplier_rejected >= 3 and tax < 1_000"
action = "reject"
remarks = "We did not buy this."
""",
)


class Text(Struct):
    """A policy as it is written."""

    text: str
    why: str = ""


class Rows(Text):
    """Which records of a policy: of a rule by its place, or of a change; and after which one."""

    place: int | None = None
    which: str = "all"
    was: str = ""
    becomes: str = ""
    after_tax: int = 0
    after_name: str = ""


class Chosen(Struct):
    """A version, or a policy by its name alone; an empty name means none."""

    name: str
    version: int = 0


TheText = Annotated[Text, Body(media_type=RequestEncodingType.URL_ENCODED)]
TheRows = Annotated[Rows, Body(media_type=RequestEncodingType.URL_ENCODED)]
TheChosen = Annotated[Chosen, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/", sync_to_thread=True)
def show(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    name: FromQuery[str] = "",
    version: FromQuery[int] = 0,
) -> Response[str]:
    """The versions, and the text of one: the one that is asked for, or the newest; at first the starter."""
    told = _versions(desk, person, gstin)
    found = told["versions"]
    asked = [it for it in found if (it.name, it.version) == (name, version)]
    if name and not asked:
        raise Unknown(f"There is no {name} v{version}.")
    current = asked or found[:1]
    return page(
        request,
        "policy.html",
        gstin=gstin,
        place="policy",
        again=False,
        text=current[0].text if current else starter(),
        shown=current[0] if current else None,
        lines=LINES,
        examples=EXAMPLES,
        groups=GROUPS,
        functions=FUNCTIONS,
        **told,
    )


@post("/try", sync_to_thread=True, status_code=200)
def attempt(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheText) -> Response[str]:
    """What the policy would do now, or what is wrong with it and where. Nothing is kept."""
    try:
        trial = policies.attempt_at(desk, person, gstin, data.text)
    except PolicyWrong as error:
        return page(request, "policy_wrong.html", problems=error.problems)
    return page(request, "policy_trial.html", gstin=gstin, trial=trial, text=data.text)


@post("/check", sync_to_thread=True, status_code=200)
def check(request: AnyRequest, gstin: TheGstin, data: TheText) -> Response[str]:
    """Whether it can be read, or what is wrong with it and where; no record is looked at."""
    try:
        policy = read(data.text)
    except PolicyWrong as error:
        return page(request, "policy_wrong.html", problems=error.problems)
    return page(request, "policy_right.html", gstin=gstin, rules=len(policy.rules))


@post("/rows", sync_to_thread=True, status_code=200)
def rows(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheRows) -> Response[str]:
    """The records behind a number of a trial, for the text on the screen. Nothing is kept."""
    after = (data.after_tax, data.after_name) if data.after_name else None
    found: list[Behind] | list[Altered]
    try:
        if data.which == "changed":
            change = (data.was, data.becomes) if data.was else None
            found = list(policies.altered(desk, person, gstin, data.text, change, after, _PAGE + 1))
        else:
            found = list(policies.behind(desk, person, gstin, data.text, data.place, data.which, after, _PAGE + 1))
    except PolicyWrong as error:
        return page(request, "policy_wrong.html", problems=error.problems)
    asked = {name: value for name in ("place", "which", "was", "becomes") if (value := getattr(data, name)) is not None}
    last = found[_PAGE - 1] if len(found) > _PAGE else None
    more = asked | {"after_tax": last.tax, "after_name": last.id} if last else None
    return page(request, "policy_rows.html", gstin=gstin, found=found[:_PAGE], more=more, asked=data)


@post("/", sync_to_thread=True, status_code=200)
def keep(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheText) -> Response[str]:
    """Keep a new version, for another person to approve."""
    try:
        made = policies.put(desk, person, gstin, data.text, data.why)
    except PolicyWrong as error:
        return page(request, "policy_wrong.html", problems=error.problems)
    return page(request, "policy_kept.html", gstin=gstin, made=made, again=True, **_versions(desk, person, gstin))


@post("/approve", sync_to_thread=True)
def approve(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheChosen) -> Redirect:
    """Put a version of another person into force."""
    policies.approve(desk, person, gstin, data.name, data.version)
    return _back(gstin)


@post("/use", sync_to_thread=True)
def use(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheChosen) -> Redirect:
    """Say which policy proposes for this taxpayer, if any."""
    policies.use(desk, person, gstin, data.name or None)
    return _back(gstin)


@post("/propose", sync_to_thread=True, status_code=200)
def propose(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """Let the policy in force propose decisions, in the background."""
    policies.request(desk, person, gstin)
    return page(request, "policy_queued.html", gstin=gstin)


def _versions(desk: Desk, person: Person, gstin: Gstin) -> dict[str, Any]:
    mine = person.duties[gstin]
    return {
        "versions": policies.versions(desk, person, gstin),
        "used": registration(desk, gstin).policy,
        "writes": bool(mine & {Role.PREPARER, Role.APPROVER}),
        "approves": Role.APPROVER in mine,
    }


def _back(gstin: TheGstin) -> Redirect:
    return Redirect(f"/desk/{gstin}/policy", status_code=303)


router = Router("/desk/{taxpayer:str}/policy", route_handlers=[show, check, attempt, rows, keep, approve, use, propose])
