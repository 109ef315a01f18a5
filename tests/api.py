"""The portal as its users see it: companies that file, act and look, in words instead of addresses and headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from httpx import Response
from litestar.testing import TestClient

from gst_ims.core.gstin import Gstin, check_digit
from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_OTP, TEST_SECRET
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal
from gst_ims.portal.filing import service as filing

BASE = "/gst/compliance/tax-payer"
# What a list shows and a save doesn't echo.
NOT_ECHOED = ("hash", "ispendactblocked", "srcfilstatus", "isRemarksBlocked", "isItcRedReqBlocked", "action", "remarks")
NOT_ECHOED += ("itcRedReq", "declIgst", "declCgst", "declSgst", "declCess")


def gstin(state: str, number: int) -> Gstin:
    """A made-up GSTIN of a state with the right check digit."""
    first = f"{state}AAXCT{number:04}K1Z"
    return Gstin(first + check_digit(first))


MUMBAI, PUNE, SURAT, MYSURU = gstin("27", 1), gstin("27", 2), gstin("24", 3), gstin("29", 4)


def invoice(
    number: str = "INV-1", day: str = "05-10-2025", taxable: float = 1000, pos: str = "27", **more: Any
) -> dict[str, Any]:
    """An invoice at 18 per cent to another state than the supplier's, unless `tax` says otherwise."""
    tax = more.pop("tax", {"iamt": round(taxable * 0.18, 2)})
    detail = {"rt": 18, "txval": taxable, "iamt": 0, "camt": 0, "samt": 0, "csamt": 0, **tax}
    value = round(taxable + sum(tax.values()), 2)
    head = {"inum": number, "idt": day, "val": value, "pos": pos, "rchrg": "N", "inv_typ": "R"}
    return {**head, "itms": [{"num": 1, "itm_det": detail}], **more}


def note(
    number: str = "CN-1", day: str = "06-10-2025", taxable: float = 100, kind: str = "C", **more: Any
) -> dict[str, Any]:
    """A credit (C) or debit (D) note, otherwise like `invoice`."""
    made = invoice(number, day, taxable, **more)
    return {"nt_num": made.pop("inum"), "nt_dt": made.pop("idt"), "ntty": kind, **made}


def echo(record: dict[str, Any], action: str | None = None, **more: Any) -> dict[str, Any]:
    """The row of a save (or, without `action`, of a reset) for a record as a list shows it."""
    row = {name: value for name, value in record.items() if name not in NOT_ECHOED}
    return {**row, "prev_status": record["action"], **({"action": action} if action else {}), **more}


def data(response: Response) -> Any:
    """The payload of a successful answer."""
    body = response.json()
    assert response.status_code == 200, body
    assert body["data"]["status_cd"] == "1", body
    return body["data"].get("data", body["data"])


def error(response: Response) -> str:
    """The code of a business failure."""
    body = response.json()
    assert response.status_code == 200, body
    assert body["data"]["status_cd"] == "0", body
    return body["data"]["error"]["error_cd"]


@dataclass
class Api:
    """The whole portal."""

    portal: Portal
    http: TestClient
    taxpayers: dict[Gstin, Taxpayer] = field(default_factory=dict)

    def operator(self, method: str, path: str, **more: Any) -> Response:
        """A call of the operator."""
        return self.http.request(method, f"/operator/v1/{path}", headers={"x-operator-key": TEST_OPERATOR_KEY}, **more)

    def set_clock(self, moment: str) -> None:
        """Move the portal's clock, for example to 2025-11-05T10:00 (in India)."""
        data(self.operator("PUT", "clock", json={"now": f"{moment}:00+05:30"}))

    def taxpayer(self, gstin: Gstin, frequency: str = "monthly") -> Taxpayer:
        """A registered taxpayer who is signed in; the same one for the same GSTIN."""
        if gstin not in self.taxpayers:
            row = {
                "gstin": gstin,
                "username": f"user.{gstin}",
                "legal_name": f"Legal {gstin}",
                "trade_name": f"Trade {gstin}",
            }
            row |= {"filing_frequency": frequency, "taxpayer_type": "Regular"}
            data(self.operator("POST", "taxpayers", json={"taxpayers": [row]}))
            self.taxpayers[gstin] = Taxpayer(self, gstin)
            self.taxpayers[gstin].sign_in()
        return self.taxpayers[gstin]

    def work(self) -> None:
        """Do what is queued, in order, as a worker would."""
        with self.portal.transaction() as db:
            filings = db.execute(
                "select stin as gstin, reference_id from filing_request where finished_at is null order by received_at, reference_id"
            ).fetchall()
            actions = db.execute(
                "select rtin as gstin, reference_id from action_request where finished_at is null"
            ).fetchall()
        for row in filings:
            filing.process(self.portal, Gstin(row.gstin), row.reference_id)
        for row in actions:
            action.process(self.portal, Gstin(row.gstin), row.reference_id)


@dataclass
class Taxpayer:
    """A signed-in taxpayer, as supplier and as recipient."""

    api: Api
    gstin: Gstin
    token: str = ""

    def sign_in(self) -> None:
        key = {"x-api-key": TEST_KEY}
        account = self.api.http.post("/authenticate", headers={**key, "x-api-secret": TEST_SECRET})
        headers = {**key, "authorization": account.json()["data"]["access_token"]}
        who = {"username": f"user.{self.gstin}", "gstin": self.gstin}
        data(self.api.http.post(f"{BASE}/otp", headers=headers, json=who))
        session = self.api.http.post(f"{BASE}/otp/verify?otp={TEST_OTP}", headers=headers, json=who)
        self.token = data(session)["access_token"]

    def call(self, method: str, path: str, **more: Any) -> Response:
        """Any call of this taxpayer, with his headers."""
        headers = {"x-api-key": TEST_KEY, "authorization": self.token, **more.pop("headers", {})}
        return self.api.http.request(method, f"{BASE}/{path}", headers=headers, **more)

    def get(self, path: str, **query: str) -> Response:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> Response:
        return self.call("POST", path, json=body)

    def save_return(self, period: str, name: str = "gstr-1", **tables: Any) -> dict[str, Any]:
        """Save tables of a return, for example of 2025/10, and have them processed. Returns the request's status."""
        year, month = period.split("/")
        body = {"gstin": self.gstin, "fp": f"{month}{year}", **tables}
        reference = data(self.post(f"gstrs/{name}/{period}", body))["reference_id"]
        self.api.work()
        return data(self.get(f"gstrs/{period}/status", reference_id=reference))

    def sell(self, to: Gstin, *invoices: dict[str, Any], period: str = "2025/10") -> dict[str, Any]:
        """Save invoices to one recipient."""
        return self.save_return(period, b2b=[{"ctin": to, "inv": list(invoices)}])

    def give_notes(self, to: Gstin, *notes: dict[str, Any], period: str = "2025/10") -> dict[str, Any]:
        """Save credit or debit notes to one recipient."""
        return self.save_return(period, cdnr=[{"ctin": to, "nt": list(notes)}])

    def file(self, period: str = "2025/10", name: str = "gstr-1") -> Response:
        return self.post(f"gstrs/{name}/{period}/file")

    def records(self, section: str, **query: str) -> list[dict[str, Any]]:
        """The inward records of a section."""
        (records,) = data(self.get("invoices", section=section, **query)).values()
        return records

    def counts(self, type_of_goods: str = "others") -> dict[str, Any]:
        (counts,) = data(self.get("invoices/count", type_of_goods=type_of_goods)).values()
        return counts

    def act(self, section: str, *rows: dict[str, Any]) -> dict[str, Any]:
        """Save actions and have them processed. Returns the request's status."""
        return self._request("save", "SAVE", section, rows)

    def reset(self, section: str, *rows: dict[str, Any]) -> dict[str, Any]:
        """Reset actions and have them processed. Returns the request's status."""
        return self._request("reset", "RESET", section, rows)

    def _request(self, path: str, kind: str, section: str, rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        body = {"rtin": self.gstin, "reqtyp": kind, "invdata": {section: list(rows)}}
        reference = data(self.post(f"invoices/status/{path}", body))["reference_id"]
        self.api.work()
        return data(self.get("invoices/status", reference_id=reference))
