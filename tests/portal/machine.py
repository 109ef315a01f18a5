"""The portal beside its model: what happens to one happens to the other, and they must agree."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.api import MUMBAI, MYSURU, PUNE, SURAT, Api, Taxpayer, as_owner, data, error
from tests.model import Document, Outcome, Record, Return, Rules, echo
from tests.portal import books
from tests.portal.stories import EVERYBODY, QUARTERLY, Beginning, Row, Seen, beginnings, events
from tests.portal.trail import replayed, stored

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Section
from gst_ims.portal.action import service as action
from gst_ims.portal.filing import service as filing
from gst_ims.portal.record import service as inward
from gst_ims.portal.statement import service as statement
from gst_ims.portal.supplier import service as outward

FORMS = {"R1": "gstr-1", "IFF": "gstr-1", "R1A": "gstr-1a"}
WRITTEN = (
    *(
        "record",
        "record_tally",
        "trail",
        "action_request",
        "outward",
        "outward_return",
        "filing_request",
        "procrastinate_jobs",
    ),
    *(
        "statement",
        "statement_line",
        "statement_total",
        "statement_supplier",
        "statement_request",
        "closing",
        "added_back",
        "calendar_day",
    ),
    *("trail_unsealed", "trail_seal"),
)


class Machine(RuleBasedStateMachine):
    """The real portal and its model, side by side."""

    def __init__(self, api: Api) -> None:
        super().__init__()
        self.api, self.portal = api, api.portal
        self.references: dict[Gstin, list[tuple[Return, str]]] = defaultdict(list)
        self.open: dict[Gstin, str] = {}
        self.asked: dict[tuple[Gstin, Period], str] = {}
        self.read: dict[tuple[Gstin, Period, int], Any] = {}
        self.seen: Seen = []
        self.touched: set[Return] = set()
        self.hashes: dict[str, str] = {}
        self.contents: dict[str, str] = {}
        with as_owner(self.portal, triggers=False) as db:
            for table in WRITTEN:
                db.execute(f"delete from {table}")  # type: ignore[arg-type]

    @initialize(beginning=beginnings())
    def begin(self, beginning: Beginning) -> None:
        self.rules = Rules(QUARTERLY, beginning.moment, beginning.registered)
        with self.portal.transaction() as db:
            for who in EVERYBODY:
                day = beginning.registered.get(who)
                db.execute("update taxpayer set registered_on = %s where gstin = %s", (day, who))
        self.api.set_clock(f"{beginning.moment:%Y-%m-%dT%H:%M}")
        self.submit_return(beginning.of, beginning.chosen, at_once=True)

    @rule(event=st.runner().flatmap(lambda self: events(self)))
    def then(self, event: tuple[Any, ...]) -> None:
        kind, *details = event
        getattr(self, kind)(*details)

    # What happens.

    def time_passes(self, to: datetime) -> None:
        due = self.rules.time_passes(to)
        self.api.set_clock(f"{to:%Y-%m-%dT%H:%M}")
        with self.portal.transaction() as db:
            jobs = db.execute(
                "delete from procrastinate_jobs where task_name = 'statement:draft' returning args"
            ).fetchall()
        assert {(job.args["gstin"], job.args["period"]) for job in jobs} == {
            (rtin, str(period)) for rtin, period in due
        }
        for rtin, period in due:
            self.rules.draft(rtin, period)
            statement.draft(self.portal, rtin, period)

    def tax_period_ends(self, drafts: datetime) -> None:
        """What is saved is filed, and recipients file on the day of the drafts."""
        for of in sorted({record.of for record in self.rules.records.values() if not record.filed}, key=str):
            self.supplier_files(of)
        self.time_passes(drafts)
        for rtin in (MUMBAI, MYSURU):
            self.taxpayer_files_gstr_3b(rtin, self.rules.first_open(rtin))

    def supplier_saves(self, of: Return, chosen: list[Document], at_once: bool) -> None:
        self.submit_return(of, chosen, at_once)

    def supplier_resets(self, of: Return, at_once: bool) -> None:
        self.submit_return(of, None, at_once)

    def supplier_files(self, of: Return) -> None:
        self.touched.add(of)
        expected = self.rules.file(of)
        response = self.who(of.stin).file(path(of.period), FORMS[of.form])
        agree(response, expected)

    def taxpayer_files_gstr_3b(self, who: Gstin, period: Period) -> None:
        expected = self.rules.file_3b(who, period)
        agree(self.who(who).post(f"gstrs/gstr-3b/{path(period)}/file"), expected)

    def taxpayer_asks_for_gstr_2b(self, who: Gstin, period: Period, at_once: bool) -> None:
        expected = self.rules.not_computable(who, period)
        response = self.who(who).post(f"gstrs/gstr-2b/{path(period)}/regenerate")
        agree(response, expected)
        if not expected:
            reference = data(response)["reference_id"]
            assert self.asked.setdefault((who, period), reference) == reference
            if at_once:
                self.portal_works_on_gstr_2b((who, period))

    def portal_works_on_gstr_2b(self, of: tuple[Gstin, Period]) -> None:
        expected = self.rules.compute(*of)
        reference = self.asked.pop(of)
        statement.compute(self.portal, of[0], reference)
        said = data(self.who(of[0]).get("gstrs/gstr-2b/regenerate", reference_id=reference))
        assert said["status_cd"] == ("ER" if expected else "P"), (said, expected)
        assert said["err_cd"] in (expected or {""}), (said, expected)

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
        today = self.rules.now.date()
        with self.portal.transaction() as db:
            for gstin in EVERYBODY:
                for section in {record.document.section for record in self.rules.inward(gstin)}:
                    rows = [json.loads(row) for row in inward.records(db, gstin, section, None, today)]
                    self.compare(gstin, section, rows, self.rules.inward(gstin, section))
                counts = msgspec.to_builtins(inward.counts(db, gstin, "others"))["all_oth"]
                assert counts == self.expected_counts(gstin), gstin
            for of in self.touched:
                tables = outward.documents(db, of.stin, [of.form], of.period, None, with_actions=True)
                said = {name: json.loads("".join(pieces)) for name, pieces in tables}
                assert as_sold(said) == sold(self.rules.outward(of)), of
            books.compare_statements(db, self.rules, self.read)
            books.compare_liabilities(db, self.rules)

    def teardown(self) -> None:
        if hasattr(self, "rules") and sys.exc_info()[0] is None:
            for gstin in (MUMBAI, SURAT, PUNE):
                self.look(gstin)
            self.look_at_books()
            with self.portal.transaction() as db:
                assert replayed(db) == stored(db)

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

    def look_at_books(self) -> None:
        """What was read of a version of GSTR-2B is what it says today; GSTR-3B has what comes back to a supplier."""
        for (rtin, period, version), known in self.read.items():
            response = self.who(rtin).get(f"gstrs/gstr-2b/{path(period)}", version=str(version))
            assert data(response)["data"] == known, (rtin, period, version)
        for rtin in EVERYBODY:
            period = self.rules.first_open(rtin)
            agree(self.who(rtin).get(f"gstrs/gstr-2b/{path(period)}"), self.rules.unreadable(rtin, period))
        for stin, period in {(one.stin, one.period) for one in self.rules.liabilities}:
            said = data(self.who(stin).get(f"gstrs/gstr-3b/{path(period)}"))["liab_added_back"]
            assert said == books.owed(self.rules, stin, period), (said, stin, period, self.rules.liabilities)

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
        agree(response, expected)
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
        shown = [record.shown(self.rules.now.date()) for record in records]
        only = [row for row in rows if row not in shown], [row for row in shown if row not in rows]
        assert in_order(rows) == in_order(shown), (rtin, section, *only)

    def expected_counts(self, gstin: Gstin) -> dict[str, Any]:
        words = {Action.NONE: "noaction", Action.REJECT: "reject", Action.PENDING: "pending", Action.ACCEPT: "accept"}
        counts = self.rules.counts(gstin)
        by_section = {
            section.value: {word: counts[section, action.value] for action, word in words.items()} for section in OTHERS
        }
        return {"ttl_cnt": counts.total(), **by_section}


def agree(response: Any, expected: set[str]) -> None:
    """A refusal where one is expected, with one of these codes."""
    if expected:
        assert error(response) in expected, (error(response), expected)
    else:
        data(response)


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
