"""The portal as its users see it: companies that file, act and look, in words instead of addresses and headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from httpx import Response
from litestar.testing import TestClient

from gst_ims.core.gstin import Gstin, check_digit
from gst_ims.database.connection import Connection
from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_OTP, TEST_SECRET
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal
from gst_ims.portal.filing import service as filing

BASE = "/gst/compliance/tax-payer"
# Whatever a request of a taxpayer can change; not sessions, keys and the clock.
TABLES_OF_DATA = (
    *("record", "trail", "action_request", "outward", "outward_rest", "outward_return", "filing_request"),
    *("added_back", "taxpayer", "procrastinate_jobs"),
)
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


def inside(tax: float) -> dict[str, float]:
    """The tax of a supply inside a state, CGST as much as SGST."""
    return {"camt": tax, "samt": tax}


def amending(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The amendment of an invoice or a note: it names the original, and says `changes` anew."""
    head, day = ("nt_num", "nt_dt") if "nt_num" in document else ("inum", "idt")
    names = {"nt_num": "ont_num", "nt_dt": "ont_dt", "inum": "oinum", "idt": "oidt"}
    return {**document, **changes, names[head]: document[head], names[day]: document[day]}


def bill_of_entry(rtin: str, number: str = "2566282", section: str = "IMPG", **more: Any) -> dict[str, Any]:
    """A bill of entry as the operator brings it."""
    row = {"rtin": rtin, "section": section, "portcd": "INNSA1", "boenum": number, "boedt": "28-10-2025"}
    row |= {"itcprd": "102025", "txval": 50000, "igst": 9000, "cess": 12.5}
    return row | more


def distribution(rtin: str, stin: str, number: str = "ISD-1", **more: Any) -> dict[str, Any]:
    """A document of an input service distributor as the operator brings it."""
    row = {"rtin": rtin, "stin": stin, "doctyp": "ISDI", "docnum": number, "docdt": "28-10-2025", "rtnprd": "102025"}
    row |= {"iamt": 90, "camt": 0, "samt": 0, "cess": 0}
    return row | more


def echo(record: dict[str, Any], action: str | None = None, **more: Any) -> dict[str, Any]:
    """The row of a save (or, without `action`, of a reset) for a record as a list shows it."""
    row = {name: value for name, value in record.items() if name not in NOT_ECHOED}
    return {**row, "prev_status": record["action"], **({"action": action} if action else {}), **more}


@contextmanager
def as_owner(portal: Portal, *, triggers: bool = True) -> Iterator[Connection]:
    """A transaction of the database's administrator, who may do what no role may; without triggers, all."""
    with portal.transaction() as db:
        db.execute("set local role none")
        if not triggers:
            db.execute("set local session_replication_role = replica")
        yield db


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
    moves: int = 0
    moment: str = ""
    account_tokens: dict[int, str] = field(default_factory=dict)

    def operator(self, method: str, path: str, **more: Any) -> Response:
        """A call of the operator."""
        return self.http.request(method, f"/operator/v1/{path}", headers={"x-operator-key": TEST_OPERATOR_KEY}, **more)

    def set_clock(self, moment: str) -> None:
        """Move the portal's clock, for example to 2025-11-05T10:00 (in India)."""
        data(self.operator("PUT", "clock", json={"now": f"{moment}:00+05:30"}))

    def go_to(self, moment: str) -> None:
        """Like `set_clock`, and every taxpayer signs in anew at his next call: his token may be of another time.

        Where the clock was set to `moment` some minutes ago it just runs on.
        """
        late = self.portal.clock.now() - datetime.fromisoformat(f"{moment}:00+05:30")
        if moment != self.moment or not timedelta(0) <= late < timedelta(minutes=5):
            self.set_clock(moment)
            self.moment, self.moves = moment, self.moves + 1

    def account_token(self) -> str:
        """The account's own token, got once until the clock moves."""
        if self.moves not in self.account_tokens:
            answer = self.http.post("/authenticate", headers={"x-api-key": TEST_KEY, "x-api-secret": TEST_SECRET})
            self.account_tokens[self.moves] = answer.json()["data"]["access_token"]
        return self.account_tokens[self.moves]

    def company(self, state: str = "24", frequency: str = "monthly") -> Taxpayer:
        """A taxpayer that nobody has met before."""
        return self.taxpayer(gstin(state, 100 + len(self.taxpayers)), frequency)

    def imports(self, *rows: dict[str, Any]) -> Response:
        """Bills of entry arrive."""
        return self.operator("POST", "imports", json={"imports": list(rows)})

    def distributions(self, *rows: dict[str, Any]) -> Response:
        """Documents of input service distributors arrive."""
        return self.operator("POST", "isd", json={"isd": list(rows)})

    def fingerprint(self, tables: Iterable[str] = TABLES_OF_DATA) -> dict[str, str]:
        """What the portal holds, table by table: the same exactly while nothing has changed."""
        with self.portal.transaction() as db:
            return {
                table: db.execute(f"select md5(string_agg(t::text, '' order by t::text)) as sum from {table} t")
                .fetchone()
                .sum
                for table in tables
            }

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
                "select stin as gstin, reference_id from filing_request where finished_at is null"
                " order by received_at, reference_id"
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
    username: str = ""
    token: str = ""
    signed_in_after: int = 0

    def sign_in(self) -> None:
        self.signed_in_after = self.api.moves
        headers = {"x-api-key": TEST_KEY, "authorization": self.api.account_token()}
        who = {"username": self.username or f"user.{self.gstin}", "gstin": self.gstin}
        data(self.api.http.post(f"{BASE}/otp", headers=headers, json=who))
        session = self.api.http.post(f"{BASE}/otp/verify?otp={TEST_OTP}", headers=headers, json=who)
        self.token = data(session)["access_token"]

    def call(self, method: str, path: str, **more: Any) -> Response:
        """Any call of this taxpayer, with his headers; `headers` of the call's own go before."""
        if self.signed_in_after != self.api.moves:
            self.sign_in()
        headers = {"x-api-key": TEST_KEY, "authorization": self.token, **more.pop("headers", {})}
        return self.api.http.request(method, f"{BASE}/{path}", headers=headers, **more)

    def get(self, path: str, **query: str) -> Response:
        return self.call("GET", path, params=query or None)

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

    def read_return(self, period: str = "2025/10", name: str = "gstr-1") -> dict[str, Any]:
        """What is saved of a return."""
        return data(self.get(f"gstrs/{name}/{period}"))

    def reset_return(self, period: str = "2025/10", name: str = "gstr-1") -> dict[str, Any]:
        """Delete what is saved of a return. Returns the request's status."""
        reference = data(self.post(f"gstrs/{name}/{period}/reset"))["reference_id"]
        self.api.work()
        return data(self.get(f"gstrs/{period}/status", reference_id=reference))

    def sales(self, period: str = "2025/10", **query: str) -> dict[str, Any]:
        """The tables of the supplier view."""
        answer = data(self.get(f"invoices/{period}/sales", **query))
        return answer["gstr1a" if query.get("return_type") == "gstr-1a" else "gstr1"]

    def sold(self, table: str, period: str = "2025/10", **query: str) -> list[dict[str, Any]]:
        """The documents of one table of the supplier view, without their groups."""
        groups = self.sales(period, section=table, **query)[table]
        if isinstance(groups, dict):
            groups = [group for part in groups.values() for group in part]
        return [document for group in groups for document in group.get("inv", group.get("nt"))]

    def record(self, section: str) -> dict[str, Any]:
        """The only inward record of a section."""
        (record,) = self.records(section)
        return record

    def records(self, section: str, **query: str) -> list[dict[str, Any]]:
        """The inward records of a section."""
        (records,) = data(self.get("invoices", section=section, **query)).values()
        return records

    def counts(self, type_of_goods: str = "others") -> dict[str, Any]:
        (counts,) = data(self.get("invoices/count", type_of_goods=type_of_goods)).values()
        return counts

    def act(self, section: str, *rows: dict[str, Any]) -> dict[str, Any]:
        """Save actions and have them processed. Returns the request's status."""
        return self._request("save", section, rows)

    def reset(self, section: str, *rows: dict[str, Any]) -> dict[str, Any]:
        """Reset actions and have them processed. Returns the request's status."""
        return self._request("reset", section, rows)

    def save(self, invdata: Any) -> dict[str, Any]:
        """Save actions on several sections and have them processed. Returns the request's status."""
        reference = self.submit("save", invdata)
        self.api.work()
        return self.status_of(reference)

    def submit(self, kind: str, invdata: Any) -> str:
        """Send a save or a reset. Returns its reference id."""
        body = {"rtin": self.gstin, "reqtyp": kind.upper(), "invdata": invdata}
        return data(self.post(f"invoices/status/{kind}", body))["reference_id"]

    def status_of(self, reference: str) -> dict[str, Any]:
        """How far a save or a reset is."""
        return data(self.get("invoices/status", reference_id=reference))

    def _request(self, kind: str, section: str, rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        reference = self.submit(kind, {section: list(rows)})
        self.api.work()
        return self.status_of(reference)
