"""Cases that a chartered accountant can read and write: sentences with dates, played through the API.

A case is a YAML file with a name, a source, the filing frequency of recipient and supplier (monthly unless said), and
steps, each a date (and perhaps a time) with a sentence. The sentences are those of `SENTENCES`, below.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from httpx import Response
from tests.api import MUMBAI, SURAT, Api, Taxpayer, data, echo

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.portal.statement import service as statement

CASES = Path(__file__).parent / "cases"
TABLES = {"invoice": "b2b", "credit note": "cdnr", "debit note": "cdnr", "ECO document": "ecom"}
SECTIONS = {
    **{"invoice": "b2b", "credit note": "b2bcn", "debit note": "b2bdn", "ECO document": "ecom"},
    **{"amended invoice": "b2ba", "amended credit note": "b2bcna", "amended debit note": "b2bdna"},
    **{"amended ECO document": "ecoma", "bill of entry": "impg"},
}
ACTIONS = {"accepts": "A", "rejects": "R", "pends": "P"}
STATES = {"no action": "N", "accepted": "A", "rejected": "R", "pending": "P"}


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One file."""

    name: str
    source: str
    steps: list[dict[str, str]]
    recipient: str = "monthly"
    supplier: str = "monthly"
    rules: list[str] = []  # those that it shows besides the one in its name


def load(path: Path) -> Case:
    return msgspec.yaml.decode(path.read_bytes(), type=Case)


def rupees(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@dataclass
class Story:
    """A case while it is played: who takes part, and which section each document named so far is in."""

    api: Api
    case: Case
    sections: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    today: date = date(2025, 10, 1)
    supplier: Taxpayer = field(init=False)
    recipient: Taxpayer = field(init=False)

    def play(self) -> None:
        for step in self.case.steps:
            ((when, sentence),) = step.items()
            moment = when.removeprefix("on ")
            self.at(moment if "T" in moment else f"{moment}T10:00")
            self.tell(sentence)

    def at(self, moment: str) -> None:
        """Move the clock there, sign everybody in again, and let the night's work be done."""
        self.today = datetime.fromisoformat(moment).date()
        self.api.go_to(moment)
        self.supplier = self.api.taxpayer(SURAT, self.case.supplier)
        self.recipient = self.api.taxpayer(MUMBAI, self.case.recipient)
        draw_up_drafts(self.api)

    def tell(self, sentence: str) -> None:
        for pattern, method in SENTENCES.items():
            found = re.fullmatch(pattern, sentence)
            if found:
                method(self, **found.groupdict())
                return
        raise AssertionError(f"no such sentence: {sentence}")

    def save(self, form: str, period: str, document: str, then: str = "saves") -> None:
        found = re.fullmatch(
            r"(?P<amended>amended )?(?P<kind>invoice|credit note|debit note|ECO document) (?P<number>\S+?)"
            r"( of (?P<original>\S+?))?( dated (?P<dated>[\d-]+))?(?P<rcm> under reverse charge)?"
            r"(?P<pos> with place of supply in the supplier's state)?, tax (?P<tax>[\d,.]+)",
            document,
        )
        assert found, f"no such document: {document}"
        of = found.groupdict()
        amended, kind = bool(of["amended"]), of["kind"]
        day = date.fromisoformat(of["dated"]) if of["dated"] else min(self.today, Period.parse(period).last_day)
        tax = rupees(of["tax"])
        value = tax / Decimal("0.18")
        heads = {"camt": float(tax / 2), "samt": float(tax / 2)} if of["pos"] else {"iamt": float(tax)}
        row: dict[str, Any] = {
            "val": float(round(value + tax, 2)),
            "pos": "24" if of["pos"] else "27",
            "rchrg": "Y" if of["rcm"] else "N",
            "inv_typ": "R",
            "itms": [{"num": 1, "itm_det": {"rt": 18, "txval": float(round(value, 2)), **heads}}],
        }
        note = "note" in kind
        names = ("nt_num", "nt_dt", "ont_num", "ont_dt") if note else ("inum", "idt", "oinum", "oidt")
        row |= {names[0]: of["number"], names[1]: day.strftime("%d-%m-%Y")}
        if note:
            row["ntty"] = "C" if kind == "credit note" else "D"
        if amended:
            row |= {names[2]: of["original"], names[3]: self.dates[of["original"]]}
        table = TABLES[kind] + ("a" if amended else "")
        if kind == "ECO document":
            group: Any = {("b2ba" if amended else "b2b"): [{"rtin": MUMBAI, "stin": SURAT, "inv": [row]}]}
        else:
            group = [{"ctin": MUMBAI, "nt" if note else "inv": [row]}]
        self.sections[of["number"]] = SECTIONS[("amended " if amended else "") + kind]
        self.dates.setdefault(of["number"], row[names[1]])
        path = f"{period[2:]}/{period[:2]}"
        outcome = self.supplier.save_return(path, form.lower(), **{table: group})
        assert outcome["status_cd"] == "P", outcome
        if then == "files":
            self.file(form, period)

    def file(self, form: str, period: str, code: str | None = None) -> None:
        refused(self.supplier.file(f"{period[2:]}/{period[:2]}", form.lower()), code)

    def record(self, name: str) -> dict[str, Any] | None:
        return next((r for r in self.recipient.records(self.sections[name]) if name in number_of(r)), None)

    def act(self, verb: str, name: str, reducing: str | None, remarks: str | None, code: str | None) -> None:
        record = self.record(name)
        assert record, f"{name} isn't in IMS"
        extra: dict[str, Any] = {"remarks": remarks} if remarks else {}
        if reducing == "fully":
            extra["itcRedReq"] = "Y"
        elif reducing == "nothing":
            extra["itcRedReq"] = "N"
        elif reducing:
            extra |= {"itcRedReq": "Y", "declIgst": float(rupees(reducing))}
        outcome = self.recipient.act(self.sections[name], echo(record, ACTIONS[verb], **extra))
        self.answered(outcome, code)

    def reset(self, name: str, code: str | None) -> None:
        record = self.record(name)
        assert record, f"{name} isn't in IMS"
        self.answered(self.recipient.reset(self.sections[name], echo(record)), code)

    def answered(self, outcome: dict[str, Any], code: str | None) -> None:
        if code is None:
            assert outcome["status_cd"] == "S", outcome
        else:
            codes = [group["error_cd"] for groups in outcome.get("error_report", {}).values() for group in groups]
            assert codes == [code]

    def state(self, name: str, state: str) -> None:
        record = self.record(name)
        assert record, f"{name} isn't in IMS"
        assert record["action"] == STATES[state]

    def allowed(self, name: str, what: str, how: str) -> None:
        flag = {"pending": "ispendactblocked", "declaration": "isItcRedReqBlocked", "remarks": "isRemarksBlocked"}[what]
        record = self.record(name)
        assert record, f"{name} isn't in IMS"
        assert record[flag] == {"allowed": "N", "blocked": "Y"}[how]

    def presence(self, name: str, negated: str | None) -> None:
        assert (self.record(name) is None) == bool(negated)

    def filed_state(self, name: str, status: str) -> None:
        record = self.record(name)
        assert record, f"{name} isn't in IMS"
        assert record["srcfilstatus"] == status

    def recompute(self, period: str, code: str | None) -> None:
        path = f"gstrs/gstr-2b/{period[2:]}/{period[:2]}/regenerate"
        answer = self.recipient.post(path)
        if refused(answer, code):
            return
        reference = data(answer)["reference_id"]
        statement.compute(self.api.portal, self.recipient.gstin, reference)
        outcome = data(self.recipient.get("gstrs/gstr-2b/regenerate", reference_id=reference))
        assert outcome["status_cd"] == "P", outcome

    def file_3b(self, who: str, period: str, code: str | None) -> None:
        taxpayer = self.recipient if who == "recipient" else self.supplier
        refused(taxpayer.post(f"gstrs/gstr-3b/{period[2:]}/{period[:2]}/file"), code)

    def credit(self, period: str, amount: str, rejected: str | None) -> None:
        summary = self.statement(period)["itcsumm"]
        assert net(summary["itcavl"]) == rupees(amount)
        if rejected:
            assert sum(gross(summary["itcRejected"])) == rupees(rejected)

    def unavailable(self, period: str, amount: str) -> None:
        assert net(self.statement(period)["itcsumm"]["itcunavl"]) == rupees(amount)

    def refused_statement(self, period: str, code: str) -> None:
        refused(self.recipient.get(f"gstrs/gstr-2b/{period[2:]}/{period[:2]}"), code)

    def statement(self, period: str) -> dict[str, Any]:
        answer = self.recipient.get(f"gstrs/gstr-2b/{period[2:]}/{period[:2]}")
        payload: dict[str, Any] = data(answer)["data"]
        return payload

    def shown(self, period: str, name: str, members: str) -> None:
        tables = self.statement(period)["docdata"].values()
        notes = [document for table in tables for group in table for document in group.get("nt", group.get("inv", ()))]
        (document,) = [d for d in notes if name in (d.get("inum"), d.get("ntnum"))]
        for member in members.split(", "):
            key, _, value = member.partition(" ")
            said = document[key]
            assert said == (rupees(value) if isinstance(said, int | float | Decimal) else value), (key, said)

    def liability(self, period: str, amount: str) -> None:
        figures = data(self.supplier.get(f"gstrs/gstr-3b/{period[2:]}/{period[:2]}"))["liab_added_back"]
        assert sum(Decimal(str(value)) for value in figures.values()) == rupees(amount)

    def file_by(self, frequency: str) -> None:
        self.case.recipient = frequency

    def import_goods(self, does: str, number: str, period: str, tax: str) -> None:
        row = {
            "rtin": MUMBAI,
            "section": {"reports": "IMPG", "amends": "IMPGA"}[does],
            "portcd": "INNSA1",
            "boenum": number,
            "boedt": "05-10-2025",
        }
        row |= {"itcprd": period, "txval": float(rupees(tax) * 5), "igst": float(rupees(tax)), "cess": 0}
        data(self.api.operator("POST", "imports", json={"imports": [row]}))
        self.sections[number] = "impg"


def number_of(record: dict[str, Any]) -> list[str]:
    return [record[name] for name in ("inum", "nt_num", "boenum") if name in record]


def refused(answer: Response, code: str | None) -> bool:
    """Whether the answer is a refusal; it must be one with this code, or none if there is no code."""
    body = answer.json()
    assert answer.status_code == 200, body
    found = body["data"].get("error", {}).get("error_cd")
    assert found == code, body
    return found is not None


def net(part: dict[str, Any]) -> Decimal:
    """Credit less what reduces it, over all heads of a part."""
    return sum(
        (-1 if supply == "othersup" else 1)
        * sum(Decimal(str(tables[head])) for head in ("igst", "cgst", "sgst", "cess"))
        for supply, tables in part.items()
    ) + Decimal(0)


def gross(part: dict[str, Any]) -> list[Decimal]:
    return [Decimal(str(tables[head])) for tables in part.values() for head in ("igst", "cgst", "sgst", "cess")]


def draw_up_drafts(api: Api) -> None:
    """Do what the night has queued, as a worker would."""
    with api.portal.transaction() as db:
        jobs = db.execute(
            "delete from procrastinate_jobs where task_name = 'statement:draft' and status = 'todo' returning args"
        ).fetchall()
    for job in jobs:
        statement.draft(api.portal, Gstin(job.args["gstin"]), Period.parse(job.args["period"]))


REFUSED = r"( is refused with (?P<code>[\w-]+))?"
SENTENCES: dict[str, Callable[..., None]] = {
    r"recipient files (?P<frequency>monthly|quarterly) from now on": Story.file_by,
    r"supplier (?P<then>saves|files) (?P<form>GSTR-1A?) (?P<period>\d{6}) with (?P<document>.+)": Story.save,
    r"supplier files (?P<form>GSTR-1A?) (?P<period>\d{6})" + REFUSED: Story.file,
    r"recipient (?P<verb>accepts|rejects|pends) (?P<name>\S+?)(, reducing (?P<reducing>fully|nothing|[\d,.]+))?"
    r'(, saying "(?P<remarks>[^"]*)")?' + REFUSED: Story.act,
    r"recipient resets (?P<name>\S+)" + REFUSED: Story.reset,
    r"(?P<name>\S+) is (?P<negated>not )?in IMS": Story.presence,
    r"(?P<name>\S+) is (?P<status>Filed|Not Filed)": Story.filed_state,
    r"(?P<name>\S+) has (?P<what>pending|declaration|remarks) (?P<how>allowed|blocked)": Story.allowed,
    r"(?P<name>\S+) is (?P<state>no action|accepted|rejected|pending)": Story.state,
    r"recipient recomputes (?P<period>\d{6})" + REFUSED: Story.recompute,
    r"(?P<who>recipient|supplier) files GSTR-3B (?P<period>\d{6})" + REFUSED: Story.file_3b,
    r"GSTR-2B (?P<period>\d{6}) has credit (?P<amount>-?[\d,.]+)(, rejected (?P<rejected>[\d,.]+))?": Story.credit,
    r"GSTR-2B (?P<period>\d{6}) has credit not available (?P<amount>-?[\d,.]+)": Story.unavailable,
    r"GSTR-2B (?P<period>\d{6}) shows (?P<name>\S+) with (?P<members>.+)": Story.shown,
    r"GSTR-2B (?P<period>\d{6}) is refused with (?P<code>[\w-]+)": Story.refused_statement,
    r"supplier's liability (?P<period>\d{6}) is (?P<amount>-?[\d,.]+)": Story.liability,
    r"customs (?P<does>reports|amends) bill of entry (?P<number>\d+) for (?P<period>\d{6}), "
    r"tax (?P<tax>[\d,.]+)": Story.import_goods,
}
