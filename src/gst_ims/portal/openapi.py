"""/openapi.json and /docs."""

from __future__ import annotations

from typing import Any

from litestar import Request, get


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: Request[Any, Any, Any]) -> dict[str, Any]:
    return request.app.openapi_schema.to_schema()


docs: list[Any] = []
