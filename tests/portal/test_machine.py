"""Suppliers file and edit, recipients decide, time passes, in any order: the portal is always what the rules say.

Hypothesis makes up the stories; `tests/model.py` says what must come of them. IMS_EXAMPLES=300 makes many more of them.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests import model
from tests.api import MUMBAI, MYSURU, PUNE, SURAT, Api, Taxpayer, data, error, gstin
from tests.model import Document, Outcome, Record, Return, Rules, Tax, echo

from gst_ims.core.clock import parse_moment
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period, financial_year
from gst_ims.core.section import OTHERS, Action, Section
from gst_ims.portal.access import service as access
from gst_ims.portal.action import service as action
from gst_ims.portal.filing import service as filing
from gst_ims.portal.record import service as inward
from gst_ims.portal.supplier import service as outward

SUPPLIERS, QUARTERLY = (SURAT, PUNE), PUNE
EVERYBODY = (MUMBAI, MYSURU, SURAT, PUNE)
SELLERS = ("", gstin("27", 8), gstin("29", 9))
TABLES = ("b2b", "b2b", "b2b", "b2ba", "cdnr", "cdnr", "cdnr", "cdnra", "cdnra", "ecom", "ecoma")
NUMBERS = ("7", "007", "A/1", "A-1", "10")
# Around the days on which windows of GSTR-2B change, the time limit of section 16(4), and the two cut-overs.
DAYS = [
    "2024-10-05T10:00",
    "2024-10-11T23:30",
    "2024-10-12T00:00",
    "2024-10-13T23:30",
    "2024-10-14T00:00",
    "2024-11-30T23:00",
    "2024-12-01T00:00",
    "2025-09-25T10:00",
    "2025-10-05T10:00",
    "2025-10-11T23:30",
    "2025-10-12T00:00",
    "2025-10-13T23:30",
    "2025-10-14T00:00",
    "2025-11-01T00:00",
    "2025-11-11T23:30",
    "2025-11-12T00:00",
    "2025-11-14T00:00",
    "2025-11-30T23:00",
    "2025-12-01T00:00",
    "2025-12-14T00:00",
]
MOMENTS = [parse_moment(f"{day}:00+05:30") for day in DAYS]
BEGINNINGS = [MOMENTS[number] for number in (8, 8, 11, 17, 0, 3, 7)]
WRITTEN = ("record", "trail", "action_request", "outward", "outward_return", "filing_request", "procrastinate_jobs")
CHANGES = ("amount", "amount", "amount", "nothing", "nothing", "delete", "to", "pos", "day", "note", "seller", "charge")
SPOILED = [{"itcredreq": "Y"}, {"action": "N"}, {"iamt": -1}, {"rtnprd": "132025"}, {"cess": None}]
FORMS = {"R1": "gstr-1", "IFF": "gstr-1", "R1A": "gstr-1a"}


# What may happen. Most of it is right, so that stories go on; everything is small, so that things meet.


def mostly(usual: Any, *rare: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual] * 12 + list(rare))


@st.composite
def returns(draw: st.DrawFn, rules: Rules) -> Return:
    """A return of these months, mostly one that is begun and not filed."""
    begun = sorted({record.of for record in rules.records.values() if not record.filed}, key=str)
    if begun and draw(st.integers(0, 5)):
        return draw(st.sampled_from(begun))
    period = Period.of(rules.now.date()).plus(draw(st.sampled_from([-1, -1, -1, -1, 0, 0, 0, -2, 1])))
    stin = draw(st.sampled_from(SUPPLIERS))
    filed = rules.return_of(stin, period) in rules.filed
    return rules.return_of(stin, period, corrects=draw(mostly(filed, not filed)))


@st.composite
def documents(draw: st.DrawFn, rules: Rules, of: Return) -> Document:
    """A new document, or one like a known one."""
    known = [record.document for record in rules.outward(of)]
    if known and draw(st.booleans()):
        document = draw(st.sampled_from(known))
        change = draw(st.sampled_from(CHANGES))
        match change:
            case "delete":
                return replace(document, deleted=True)
            case "to":
                document = replace(document, to=draw(recipients()))
            case "pos":
                document = replace(document, pos=draw(places()))
            case "day":
                document = replace(document, day=draw(days(of.period)))
            case "note" if document.note:
                document = replace(document, note={"C": "D", "D": "C"}[document.note])
            case "seller" if document.table.startswith("ecom"):
                document = replace(document, seller=draw(st.sampled_from(SELLERS)))
            case "charge":
                document = replace(document, reverse_charge=not document.reverse_charge)
            case "amount":
                document = replace(document, taxable=document.taxable + 10_00)
        return taxed(of, document) if change in ("pos", "seller", "amount") else document
    allowed = [table for table in TABLES if of.form != "IFF" or table in (*model.IFF_TABLES, "ecoma")]
    table, to = draw(st.sampled_from(allowed)), draw(recipients())
    document = Document(
        table=table,
        number=draw(st.sampled_from(NUMBERS)),
        day=draw(days(of.period)),
        to=to,
        taxable=draw(amounts()),
        pos=draw(mostly(to[:2], "24", "27")),
        note=draw(st.sampled_from("CCCD" if table.startswith("cdnr") else [""])),
        kind=draw(mostly("R", "SEWP", "DE")) if not table.startswith("ecom") else "R",
        seller=draw(st.sampled_from(SELLERS)) if table.startswith("ecom") else "",
        reverse_charge=draw(mostly(False, True)),
        deleted=draw(mostly(False, True)),
    )
    if table in model.ORIGINALS:
        own = [r.document for r in rules.records.values() if r.of.stin == of.stin]
        originals = [(d.number, d.day, d.to) for d in own if d.table == model.ORIGINALS[table]]
        number, day, to = draw(st.sampled_from([*originals, ("X", of.period.first_day, to)]))
        document = replace(document, original=(number, day), to=draw(mostly(to, document.to, document.to)))
    return draw(mostly(taxed(of, document), replace(document, tax=Tax(1_00, 1_00, 1_00))))


def taxed(of: Return, document: Document) -> Document:
    """With the tax of 18 per cent that its place of supply asks for."""
    half, cess = document.taxable * 9 // 100, 1_01 if document.taxable == 120_50 else 0
    tax = Tax(igst=2 * half, cess=cess) if document.interstate(of.stin) else Tax(0, half, half, cess)
    return replace(document, tax=tax)


def recipients() -> st.SearchStrategy[Gstin]:
    return st.sampled_from([MUMBAI] * 7 + [MYSURU] * 4 + [SURAT, PUNE])


def amounts() -> st.SearchStrategy[int]:
    return st.sampled_from([60_00, 100_00, 120_50])


def places() -> st.SearchStrategy[str]:
    return st.sampled_from(["27", "27", "29", "24"])


def days(period: Period) -> st.SearchStrategy[date]:
    """In the period, in the year before (whose credit may be lost), or after the period, where no document may be."""
    march = date(financial_year(period.first_day), 3, 15)
    return mostly(period.first_day + timedelta(days=4), march, march, march, period.next().first_day)


@st.composite
def saves(draw: st.DrawFn, rules: Rules) -> tuple[Return, list[Document]]:
    """Documents for a return. Registered sellers stand first on the wire."""
    of = draw(returns(rules))
    chosen = draw(st.lists(documents(rules, of), min_size=1, max_size=6))
    return of, sorted(chosen, key=lambda document: not document.seller)


@st.composite
def beginnings(draw: st.DrawFn) -> tuple[datetime, tuple[Return, list[Document]]]:
    moment = draw(st.sampled_from(BEGINNINGS))
    return moment, draw(saves(Rules([QUARTERLY], moment)))


Row = tuple[Section, dict[str, Any]]
Seen = list[tuple[Gstin, Section, dict[str, Any]]]


@st.composite
def requests(draw: st.DrawFn, rules: Rules, seen: Seen, kind: str) -> tuple[Gstin, list[Row]]:
    """Decisions on what a recipient has, some of them on what he had, or not on what he has quite so."""
    having = {record.document.to for record in rules.records.values() if not record.outside}
    rtin = draw(st.sampled_from(sorted(having or {rtin for rtin, *_ in seen})))
    now = [(record.document.section, record.shown()) for record in rules.inward(rtin)]
    once = [(section, shown) for of, section, shown in seen if of == rtin][-10:]
    chosen = draw(st.lists(st.sampled_from(now), min_size=1, max_size=5, unique_by=repr)) if now else []
    if not now or draw(mostly(False, True, True)):
        chosen.append(draw(st.sampled_from(once)))
    rows: list[Row] = []
    for section, shown in chosen:
        row = echo(shown) | {"prev_status": draw(mostly(shown["action"], "N", "A"))}
        wrong = draw(mostly("", "val", "stin")) and draw(st.sampled_from(["val", "camt", "stin", "pos"]))
        if wrong:
            row[wrong] = {"stin": str(PUNE), "pos": "07"}.get(wrong) or row[wrong] + 1
        rows.append((section, row | (draw(wishes(shown)) if kind == "SAVE" else {})))
    return rtin, rows


@st.composite
def wishes(draw: st.DrawFn, shown: dict[str, Any]) -> dict[str, Any]:
    """The new action, remarks, and what is declared."""
    wish = {"action": draw(st.sampled_from("AAARRPP"))}
    remarks = draw(mostly("why", None, None, None, " ", "ह" * 250, "x" * 251))
    if remarks is not None:
        wish["remarks"] = remarks
    offered = shown.get("isItcRedReqBlocked")
    if offered and draw(mostly(offered == "N" and wish["action"] == "A", True, False)):
        reduction = draw(st.sampled_from(["Y", "Y", "Y", "N", None]))
        part = draw(st.sampled_from([None, None, 0.5, 1, 0, 2]))
        heads = zip(model.DECLARED, ("iamt", "camt", "samt", "cess"), strict=True)
        wish |= {"itcRedReq": reduction} if reduction else {}
        wish |= {name: round(shown[head] * part, 2) for name, head in heads} if part is not None else {}
    return wish


@st.composite
def events(draw: st.DrawFn, machine: Machine) -> tuple[Any, ...]:
    """What happens next: the name of a method of the machine, and what it is called with.

    One rule for all: Hypothesis leaves out some of a machine's rules in each example, and stories need all of them.
    """
    rules, seen = machine.rules, machine.seen
    waiting = sorted(stin for stin, queue in rules.saves.items() if queue)
    later = [moment for moment in MOMENTS if moment > rules.now][:5]
    kinds = {
        "supplier_saves": 8,
        "supplier_resets": 1,
        "supplier_files": 5,
        "time_passes": 3 if later else 0,
        "recipient_decides": 8 if seen else 0,
        "recipient_resets": 1 if seen else 0,
        "recipient_sends_nonsense": 1 if seen else 0,
        "somebody_else_acts": 1 if seen else 0,
        "portal_works_on_a_return": 3 if waiting else 0,
        "portal_works_on_decisions": 3 if machine.open else 0,
    }
    kind = draw(st.sampled_from([kind for kind, weight in kinds.items() for _ in range(weight)]))
    at_once = mostly(True, False, False)
    match kind:
        case "supplier_saves":
            return kind, *draw(saves(rules)), draw(at_once)
        case "supplier_resets":
            return kind, draw(returns(rules)), draw(at_once)
        case "supplier_files":
            return kind, draw(returns(rules))
        case "time_passes":
            return kind, draw(st.sampled_from(later))
        case "recipient_decides":
            return kind, *draw(requests(rules, seen, "SAVE")), draw(at_once)
        case "recipient_resets":
            return kind, *draw(requests(rules, seen, "RESET")), draw(at_once)
        case "recipient_sends_nonsense":
            return kind, *draw(st.sampled_from(seen)), draw(st.sampled_from(SPOILED))
        case "somebody_else_acts":
            return kind, *draw(st.sampled_from(seen)), draw(st.sampled_from(EVERYBODY))
        case "portal_works_on_a_return":
            return kind, draw(st.sampled_from(waiting))
        case _:
            return kind, draw(st.sampled_from(sorted(machine.open)))


class Machine(RuleBasedStateMachine):
    """The real portal and its model, side by side."""

    def __init__(self, api: Api) -> None:
        super().__init__()
        self.api, self.portal = api, api.portal
        self.references: dict[Gstin, list[tuple[Return, str]]] = defaultdict(list)
        self.open: dict[Gstin, str] = {}
        self.seen: Seen = []
        self.touched: set[Return] = set()
        self.hashes: dict[str, str] = {}
        self.contents: dict[str, str] = {}
        with self.portal.transaction() as db:
            for table in WRITTEN:
                db.execute(f"delete from {table}")  # type: ignore[arg-type]

    @initialize(beginning=beginnings())
    def begin(self, beginning: tuple[datetime, tuple[Return, list[Document]]]) -> None:
        moment, (of, chosen) = beginning
        self.rules = Rules([QUARTERLY], moment)
        self.api.set_clock(f"{moment:%Y-%m-%dT%H:%M}")
        self.submit_return(of, chosen, at_once=True)

    @rule(event=st.runner().flatmap(lambda self: events(self)))
    def then(self, event: tuple[Any, ...]) -> None:
        kind, *details = event
        getattr(self, kind)(*details)

    # What happens.

    def time_passes(self, to: datetime) -> None:
        self.rules.now = to
        self.api.set_clock(f"{to:%Y-%m-%dT%H:%M}")

    def supplier_saves(self, of: Return, chosen: list[Document], at_once: bool) -> None:
        self.submit_return(of, chosen, at_once)

    def supplier_resets(self, of: Return, at_once: bool) -> None:
        self.submit_return(of, None, at_once)

    def supplier_files(self, of: Return) -> None:
        self.touched.add(of)
        expected = self.rules.file(of)
        response = self.who(of.stin).file(path(of.period), FORMS[of.form])
        assert (error(response) if expected else data(response)["ack_num"] and None) == expected

    def portal_works_on_a_return(self, stin: Gstin) -> None:
        expected = self.rules.work_on_save(stin)
        of, reference = self.references[stin].pop(0)
        filing.process(self.portal, stin, reference)
        said = data(self.who(stin).get(f"gstrs/{path(of.period)}/status", reference_id=reference))
        assert said["status_cd"] == expected.status, (said, expected)
        report = [
            (table, group["ctin"], document.get("nt_num", document.get("inum")), group["error_cd"])
            for table, groups in said.get("error_report", {}).items()
            for group in groups
            for document in group.get("nt", group.get("inv"))
        ]
        check_refusals(report, expected, lambda row: (row.section, row.partner, row.number))

    def recipient_decides(self, rtin: Gstin, rows: list[Row], at_once: bool) -> None:
        self.submit_decisions("SAVE", rtin, rows, at_once)

    def recipient_resets(self, rtin: Gstin, rows: list[Row], at_once: bool) -> None:
        self.submit_decisions("RESET", rtin, rows, at_once)

    def portal_works_on_decisions(self, rtin: Gstin) -> None:
        expected = self.rules.work_on_decisions(rtin)
        reference = self.open.pop(rtin)
        action.process(self.portal, rtin, reference)
        said = data(self.who(rtin).get("invoices/status", reference_id=reference))
        assert said["status_cd"] == {"P": "S", "PE": "PE"}[expected.status], said
        assert (said["proc_cnt"], said.get("err_cnt", "0")) == (str(expected.applied), str(len(expected.refused))), said
        report = [
            (section, group["stin"], document["inum"], document["rtnprd"], group["error_cd"])
            for section, groups in said.get("error_report", {}).items()
            for group in groups
            for document in group["inv"]
        ]
        check_refusals(report, expected, lambda row: (row.section, row.partner, row.number, row.period))

    # What must change nothing.

    def recipient_sends_nonsense(
        self, rtin: Gstin, section: Section, shown: dict[str, Any], spoil: dict[str, Any]
    ) -> None:
        """One row that isn't as the schema has it, and none is applied."""
        if rtin in self.open:
            return
        good = echo(shown) | {"prev_status": shown["action"], "action": "R"}
        reference = data(self.send(rtin, "SAVE", [(section, good), (section, good | spoil)]))["reference_id"]
        action.process(self.portal, rtin, reference)
        said = data(self.who(rtin).get("invoices/status", reference_id=reference))
        assert (said["status_cd"], said["err_cd"], said["proc_cnt"]) == ("ER", "IMSSAV005", "0"), said

    def somebody_else_acts(self, rtin: Gstin, section: Section, shown: dict[str, Any], thief: Gstin) -> None:
        """The records of others can't be reached: not by their GSTIN in the body, not by one's own."""
        if thief == rtin or thief in self.open:
            return
        row = echo(shown) | {"prev_status": shown["action"], "action": "R"}
        body = {"rtin": rtin, "reqtyp": "SAVE", "invdata": {section: [row]}}
        assert self.who(thief).post("invoices/status/save", body).status_code == 403
        if rtin in self.open:
            response = self.who(thief).get("invoices/status", reference_id=self.open[rtin])
            assert error(response) == "RET13508"
        if not any(r.content() == echo(shown) for r in self.rules.inward(thief, section)):
            reference = data(self.send(thief, "SAVE", [(section, row)]))["reference_id"]
            action.process(self.portal, thief, reference)
            said = data(self.who(thief).get("invoices/status", reference_id=reference))
            assert (said["status_cd"], said["proc_cnt"]) == ("PE", "0")

    # What must be.

    @invariant()
    def everything_is_as_the_rules_have_it(self) -> None:
        if not hasattr(self, "rules"):
            return
        with self.portal.transaction() as db:
            for gstin in EVERYBODY:
                for section in {record.document.section for record in self.rules.inward(gstin)}:
                    rows = [json.loads(row) for row in inward.records(db, gstin, section, None)]
                    self.compare(gstin, section, rows, self.rules.inward(gstin, section))
                counts = msgspec.to_builtins(inward.counts(db, gstin, "others"))["all_oth"]
                assert counts == self.expected_counts(gstin), gstin
            for of in self.touched:
                tables = outward.documents(db, of.stin, [of.form], of.period, None, with_actions=True)
                said = {name: json.loads("".join(pieces)) for name, pieces in tables}
                assert as_sold(said) == sold(self.rules.outward(of)), of

    def teardown(self) -> None:
        if hasattr(self, "rules") and sys.exc_info()[0] is None:
            for gstin in (MUMBAI, SURAT, PUNE):
                self.look(gstin)

    def look(self, gstin: Gstin) -> None:
        """What is read through the API is what the invariant reads below it, filtered by status too."""
        who = self.who(gstin)
        for section in OTHERS:
            records = self.rules.inward(gstin, section)
            self.compare(gstin, section, who.records(section.upper().replace("B2BCN", "CN")), records)
        wanted = {"accepted": "A", "rejected": "R", "pending": "P", "no_action_taken": "N"}
        for status, letter in wanted.items():
            records = [r for r in self.rules.inward(gstin, Section.B2BCN) if r.action == letter]
            self.compare(gstin, Section.B2BCN, who.records("b2bcn", status=status), records)
        assert who.counts() == self.expected_counts(gstin)
        for type_of_goods in ("inward_supplies", "imports"):
            assert who.counts(type_of_goods)["ttl_cnt"] == 0
        for of in (of for of in self.touched if of.stin == gstin):
            node = "gstr1a" if of.form == "R1A" else "gstr1"
            response = who.get(f"invoices/{path(of.period)}/sales", return_type=FORMS[of.form])
            if records := self.rules.outward(of):
                assert as_sold(data(response)[node]) == sold(records)
            else:
                assert error(response) == "RET11416"

    # How.

    def who(self, gstin: Gstin) -> Taxpayer:
        return self.api.taxpayers[gstin]

    def submit_return(self, of: Return, chosen: list[Document] | None, at_once: bool) -> None:
        self.touched.add(of)
        expected = self.rules.save(of, chosen)
        address = f"gstrs/{FORMS[of.form]}/{path(of.period)}"
        if chosen is None:
            response = self.who(of.stin).post(f"{address}/reset")
        else:
            response = self.who(of.stin).post(address, on_the_wire(of, chosen))
        assert (error(response) if expected else None) == expected
        if not expected:
            self.references[of.stin].append((of, data(response)["reference_id"]))
            while at_once and self.references[of.stin]:
                self.portal_works_on_a_return(of.stin)

    def submit_decisions(self, kind: str, rtin: Gstin, rows: list[Row], at_once: bool) -> None:
        expected = self.rules.decide(rtin, kind, rows)
        response = self.send(rtin, kind, rows)
        assert (error(response) if expected else None) == expected
        if not expected:
            self.open[rtin] = data(response)["reference_id"]
            assert data(self.who(rtin).get("invoices/status", reference_id=self.open[rtin])) == {
                "status_cd": "P",
                "transTypCd": {"SAVE": "SAV", "RESET": "RST"}[kind],
                "proc_cnt": "0",
                "err_cd": "",
                "err_msg": "",
            }
        if at_once and rtin in self.open:
            self.portal_works_on_decisions(rtin)

    def send(self, rtin: Gstin, kind: str, rows: Iterable[Row]) -> Any:
        tables: dict[str, list[dict[str, Any]]] = {}
        for section, row in rows:
            tables.setdefault(section, []).append(row)
        return self.who(rtin).post(f"invoices/status/{kind.lower()}", {"rtin": rtin, "reqtyp": kind, "invdata": tables})

    def compare(self, rtin: Gstin, section: Section, rows: list[dict[str, Any]], records: list[Record]) -> None:
        """Rows of a list are these records, and a hash is the same exactly when the content is."""
        for row in rows:
            fingerprint = row.pop("hash")
            content = json.dumps([rtin, section, echo(row)], sort_keys=True)
            assert self.hashes.setdefault(content, fingerprint) == fingerprint, "a new hash for the same content"
            assert self.contents.setdefault(fingerprint, content) == content, "the same hash for another content"
            if (rtin, section, row) not in self.seen:
                self.seen.append((rtin, section, row))
        assert in_order(rows) == in_order(record.shown() for record in records), (rtin, section)

    def expected_counts(self, gstin: Gstin) -> dict[str, Any]:
        words = {Action.NONE: "noaction", Action.REJECT: "reject", Action.PENDING: "pending", Action.ACCEPT: "accept"}
        counts = self.rules.counts(gstin)
        by_section = {
            section.value: {word: counts[section, action.value] for action, word in words.items()} for section in OTHERS
        }
        return {"ttl_cnt": counts.total(), **by_section}


def path(period: Period) -> str:
    return f"{period.year}/{period.month:02}"


def in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def check_refusals(report: list[tuple[str, ...]], expected: Outcome, name: Any) -> None:
    """Each refused row is reported once, with one of the codes that apply to it."""
    left = sorted(report)
    for row in sorted(expected.refused, key=lambda row: (*row[:4], len(row.codes))):
        found = [line for line in left if line[:-1] == name(row) and line[-1] in row.codes]
        assert found, (row, left)
        left.remove(found[0])
    assert not left


def on_the_wire(of: Return, chosen: list[Document]) -> dict[str, Any]:
    """The body of a save, each document in a group of its own."""
    body: dict[str, Any] = {"gstin": of.stin, "fp": str(of.period)}
    for d in chosen:
        words = ("nt_num", "nt_dt", "ont_num", "ont_dt") if d.note else ("inum", "idt", "oinum", "oidt")
        row: dict[str, Any] = {words[0]: d.number, words[1]: f"{d.day:%d-%m-%Y}", "pos": d.pos, "inv_typ": d.kind}
        row |= {words[2]: d.original[0], words[3]: f"{d.original[1]:%d-%m-%Y}"} if d.original else {}
        row |= {"ntty": d.note} if d.note else {}
        row |= {"rchrg": "Y" if d.reverse_charge else "N"}
        if d.deleted:
            row["flag"] = "D"
        else:
            heads = ("iamt", "camt", "samt", "csamt")
            tax = {head: amount / 100 for head, amount in zip(heads, d.tax, strict=True)}
            row["val"] = (d.taxable + sum(d.tax)) / 100
            row["itms"] = [{"num": 1, "itm_det": {"rt": 18, "txval": d.taxable / 100, **tax}}]
        if d.table.startswith("ecom"):
            part = ("b2b" if d.seller else "urp2b") + ("a" if d.table == "ecoma" else "")
            group = {"rtin": d.to, "inv": [row], **({"stin": d.seller} if d.seller else {})}
            body.setdefault(d.table, {}).setdefault(part, []).append(group)
        else:
            body.setdefault(d.table, []).append({"ctin": d.to, "nt" if d.note else "inv": [row]})
    return body


def sold(records: list[Record]) -> list[tuple[Any, ...]]:
    """What the supplier must see of a return: documents that go past IMS too, with no decision on them."""
    return sorted(
        (d.table, d.to, d.number, record.content()["val"], record.action.replace("N", ""), record.remarks or "")
        for record in records
        for d in [record.document]
    )


def as_sold(tables: dict[str, Any]) -> list[tuple[Any, ...]]:
    lines = []
    for table, groups in tables.items():
        parts = [group for part in groups.values() for group in part] if isinstance(groups, dict) else groups
        for group in parts:
            for row in group.get("inv", group.get("nt")):
                number = row.get("nt_num", row.get("inum"))
                decided = (row.get("imsactn", ""), row.get("remarks", ""))
                lines.append((table, group.get("ctin", group.get("rtin")), number, row["val"], *decided))
    return sorted(lines)


def test_the_portal_is_always_what_the_rules_say(api: Api) -> None:
    for who in EVERYBODY:
        taxpayer = api.taxpayer(who, "quarterly" if who == QUARTERLY else "monthly")
        with api.portal.transaction() as db:  # for all of time, so that moving it ends no session
            at, years = MOMENTS[0], timedelta(days=3650)
            taxpayer.token = access._open_session(db, access.TEST_KEY, who, at, years).access_token
    run_state_machine_as_test(
        lambda: Machine(api),
        settings=settings(
            max_examples=int(os.environ.get("IMS_EXAMPLES", "25")),
            stateful_step_count=25,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
