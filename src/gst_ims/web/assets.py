"""Scripts, styles and pictures: ours from `static`, those of others from `assets`, where `make setup` puts them.

An address has the hash of what is behind it. So a browser keeps each for ever, and asks anew when it has changed.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, cached_property
from pathlib import Path

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from gst_ims.desk.desk import Unknown

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Asset:
    """A file, as it is sent."""

    def __init__(self, path: Path) -> None:
        """Read it."""
        self.content = path.read_bytes()
        self.media_type = _TYPES[path.suffix]
        self.address = f"/web/{hashlib.sha256(self.content).hexdigest()[:16]}/{path.name}"

    @cached_property
    def packed(self) -> bytes:
        """With gzip."""
        return gzip.compress(self.content, mtime=0)


@cache
def load() -> dict[str, Asset]:
    """The assets by their names, read once."""
    return {
        path.name: Asset(path)
        for folder in ("static", "assets")
        for path in sorted((_HERE / folder).glob("*"))
        if path.suffix in _TYPES
    }


@get("/web/{digest:str}/{name:str}", sync_to_thread=True, opt={"open": True})
def asset(request: Request[object, object, State], digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file under its address. Raises Unknown for any other, so for one of another version."""
    found: Asset | None = request.app.state["assets"].get(name)
    if found is None or found.address != request.scope["path"]:
        raise Unknown(f"There is no {name} under {digest}: load the page again.")
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(found.packed if packed else found.content, media_type=found.media_type, headers=headers)
