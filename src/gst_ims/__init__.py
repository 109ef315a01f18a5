"""India's GST Invoice Management System: the portal, the client and the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gst_ims.client import AsyncClient, Client

__version__ = "0.1.0"

__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> object:
    """The clients, imported when they are first asked for: most commands need none."""
    if name in ("AsyncClient", "Client"):
        from gst_ims import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
