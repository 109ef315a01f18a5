"""The workbench beside the portal: two applications at one address, which know nothing of each other."""

from __future__ import annotations

from litestar import Litestar
from litestar.datastructures import State
from litestar.types import Receive, Scope, Send

from gst_ims.web.app import PATHS


class Beside:
    """Each call goes where its address belongs: `/` and `PATHS` to the workbench, all else to the portal."""

    def __init__(self, portal: Litestar, workbench: Litestar) -> None:
        """Both are open, and somebody else closes them."""
        self._portal, self._workbench = portal, workbench

    @property
    def state(self) -> State:
        """The portal's."""
        return self._portal.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on."""
        path = scope["path"] if scope["type"] in ("http", "websocket") else ""
        ours = path == "/" or any(path == it or path.startswith(f"{it}/") for it in PATHS)
        await (self._workbench if ours else self._portal)(scope, receive, send)
