"""Pages: a template, and what all of them show: who is here, for whom, and where else to go."""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Request, Response
from litestar.datastructures import State

from gst_ims.core.gstin import Gstin
from gst_ims.desk.people.service import Person, Registration, registrations
from gst_ims.web import texts, words
from gst_ims.web.tokens import COOKIE, form_token
from gst_ims.web.words import N_

AnyRequest = Request[Any, Any, State]

#: The pages about one taxpayer, by the last part of their address.
PLACES = (
    ("inward", N_("Inward")),
    ("books", N_("Registers")),
    ("matching", N_("Matching")),
    ("approvals", N_("Approvals")),
    ("pushes", N_("Pushes")),
    ("policy", N_("Policy")),
    ("outward", N_("Outward")),
    ("statements", N_("GSTR-2B")),
    ("reports", N_("Reports")),
    ("contacts", N_("Contacts")),
    ("trail", N_("Trail")),
)


def page(
    request: AnyRequest,
    template: str,
    *,
    gstin: Gstin | None = None,
    place: str = "",
    status: int = 200,
    **shown: Any,
) -> Response[str]:
    """A page, or a part of one. `gstin` and `place` say where in the workbench it is."""
    nonce = secrets.token_urlsafe(16)
    person: Person | None = request.scope.get("person")  # type: ignore[assignment]
    about: dict[str, Any] = {
        "person": person,
        "mine": _mine(request, person),
        "gstin": gstin,
        "place": place,
        "places": PLACES,
        "theme": theme if (theme := request.cookies.get("theme")) in ("dark", "light") else "",
        "form_token": form_token(request.cookies.get(COOKIE, "")),
        "nonce": nonce,
        "hint": request.app.state["hint"],
        "assets": request.app.state["assets"],
        # In test mode the clock is in the database, which a page that says that it is away must not ask.
        "now": request.app.state["desk"].clock.now() if person else None,
    }
    language = request.headers.get("accept-language", "")
    html = environment(language[:200]).get_template(template).render(about | shown)
    headers = {"content-security-policy": policy(nonce), "cache-control": "no-store"}
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)


def policy(nonce: str = "") -> str:
    """What a browser may do with our pages: nothing but what comes from us. The grid writes styles, with the nonce."""
    styles = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


@lru_cache(maxsize=32)
def environment(language: str) -> Environment:
    """The templates in a language, by Accept-Language. Whatever they show is escaped; what they miss is an error."""
    made = Environment(
        loader=PackageLoader("gst_ims.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalog = texts.translations(language)
    made.filters.update(texts.filters(catalog))
    shared: dict[str, Any] = made.globals  # pyright: ignore[reportAssignmentType]
    shared["words"] = words.ALL
    made.install_gettext_translations(catalog, newstyle=True)  # type: ignore[attr-defined]
    return made


def _mine(request: AnyRequest, person: Person | None) -> list[Registration]:
    # A part of a page has no switcher.
    return registrations(request.app.state["desk"], person) if person and "hx-request" not in request.headers else []
