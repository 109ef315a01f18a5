"""/docs: the API in a browser, by Swagger UI, which `make setup` installs; no other host is asked for anything."""

from __future__ import annotations

from pathlib import Path

from litestar import MediaType, Response, Router, get
from litestar.params import FromPath
from litestar.response import File

from gst_ims.core.errors import NotFound

OURS = Path(__file__).parent
INSTALLED = OURS.parent / "assets"
FILES = {
    "docs.css": (OURS, "text/css"),
    "init.js": (OURS, "text/javascript"),
    "favicon.svg": (OURS, "image/svg+xml"),
    "swagger-ui.css": (INSTALLED, "text/css"),
    "swagger-ui-bundle.js": (INSTALLED, "text/javascript"),
}
# Nothing but our own files. Swagger UI has its pictures inside its stylesheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


@get("/", include_in_schema=False, sync_to_thread=True)
def page() -> Response[str]:
    """The page, or what to do to get it."""
    ready = all((folder / name).is_file() for name, (folder, _) in FILES.items())
    name, status = ("index.html", 200) if ready else ("missing.html", 503)
    return Response((OURS / name).read_text(encoding="utf-8"), status_code=status, media_type=MediaType.HTML)


@get("/assets/{name:str}", include_in_schema=False, sync_to_thread=True)
def asset(name: FromPath[str]) -> File:
    """A file of the page. Raises NotFound for any other."""
    folder, media_type = FILES.get(name, (OURS, ""))
    if not media_type or not (folder / name).is_file():
        raise NotFound
    return File(folder / name, media_type=media_type, content_disposition_type="inline")


router = Router("/docs", route_handlers=[page, asset], response_headers=HEADERS)
