"""A recipient, his supplier and the calls that close a period, each test with new companies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from httpx import Response
from tests.api import Api, Taxpayer, data, echo
from tests.story import draw_up_drafts

from gst_ims.portal.statement import service as statement


@dataclass
class Books:
    """What a recipient does about his statements, in words. A period is as in paths: 2025/10."""

    api: Api
    who: Taxpayer

    def on(self, moment: str) -> Books:
        """Go to a moment, and do what the nights until then have queued."""
        self.api.go_to(moment)
        draw_up_drafts(self.api)
        return self

    def ask(self, period: str) -> Response:
        return self.who.post(f"gstrs/gstr-2b/{period}/regenerate")

    def compute(self, period: str = "2025/10") -> dict[str, Any]:
        """GSTR-2B anew. Returns the request's status."""
        reference = data(self.ask(period))["reference_id"]
        statement.compute(self.api.portal, self.who.gstin, reference)
        return data(self.who.get("gstrs/gstr-2b/regenerate", reference_id=reference))

    def answer(self, period: str = "2025/10", **query: str) -> Response:
        return self.who.get(f"gstrs/gstr-2b/{period}", **query)

    def read(self, period: str = "2025/10", **query: str) -> dict[str, Any]:
        return data(self.answer(period, **query))["data"]

    def documents(self, period: str = "2025/10", **query: str) -> dict[str, tuple[str, str]]:
        """Part and status of the documents of a statement, by number."""
        said = self.read(period, **query)
        return {
            document.get("inum") or document["ntnum"]: (part, document["imsStatus"])
            for part in ("docdata", "docRejdata")
            for groups in said.get(part, {}).values()
            for group in groups
            for document in group.get("inv", group.get("nt", ()))
        }

    def file(self, period: str = "2025/10") -> Response:
        return self.who.post(f"gstrs/gstr-3b/{period}/file")

    def close(self, period: str = "2025/10") -> None:
        data(self.file(period))

    def return_3b(self, period: str = "2025/10") -> dict[str, Any]:
        return data(self.who.get(f"gstrs/gstr-3b/{period}"))

    def act(self, section: str, number: str, action: str, **more: Any) -> None:
        (record,) = [
            r for r in self.who.records(section) if number in (r.get("inum"), r.get("nt_num"), r.get("boenum"))
        ]
        status = self.who.act(section, echo(record, action, **more))
        assert status["status_cd"] == "S", status


@pytest.fixture
def books(api: Api) -> Books:
    """A monthly filer in Maharashtra, on the 5th of November 2025."""
    api.go_to("2025-11-05T10:00")
    return Books(api, api.company("27"))


@pytest.fixture
def quarterly(api: Api) -> Books:
    """A quarterly filer in Maharashtra."""
    api.go_to("2025-11-05T10:00")
    return Books(api, api.company("27", "quarterly"))


@pytest.fixture
def seller(api: Api) -> Taxpayer:
    """A monthly filer in Gujarat: what he sells bears IGST."""
    return api.company("24")
