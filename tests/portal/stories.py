"""What may happen to suppliers and recipients: made up by Hypothesis, mostly right, so that stories go on.

Everything is small, so that things meet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from tests.api import MUMBAI, MYSURU, PUNE, SURAT, gstin
from tests.model import Document, Return, Rules, Tax, echo
from tests.model.calendar import DRAFT_DAY, preceding
from tests.model.documents import IFF_TABLES, ORIGINALS
from tests.model.record import DECLARED

from gst_ims.core.clock import parse_moment
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period, financial_year
from gst_ims.core.section import Section

SUPPLIERS, QUARTERLY = (SURAT, PUNE), (PUNE, MYSURU)
EVERYBODY = (MUMBAI, MYSURU, SURAT, PUNE)
SELLERS = ("", gstin("27", 8), gstin("29", 9))
TABLES = ("b2b", "b2b", "b2b", "b2ba", "cdnr", "cdnr", "cdnr", "cdnr", "cdnr", "cdnra", "cdnra", "ecom", "ecoma")
NUMBERS = ("7", "007", "A/1", "A-1", "10")
# Around the days on which windows of GSTR-2B change and its drafts are drawn up, the limits of Pending, the time limit
# of section 16(4), and the two cut-overs.
DAYS = [
    *("2024-10-05T10:00", "2024-10-11T23:30", "2024-10-12T00:00", "2024-10-13T23:30", "2024-10-14T00:00"),
    *("2024-11-14T00:00", "2024-11-30T23:00", "2024-12-01T00:00", "2024-12-14T10:00"),
    *("2025-09-25T10:00", "2025-10-05T10:00", "2025-10-11T23:30", "2025-10-12T00:00", "2025-10-13T23:30"),
    *("2025-10-14T00:00", "2025-11-01T00:00", "2025-11-11T23:30", "2025-11-12T00:00", "2025-11-14T00:00"),
    *("2025-11-30T23:00", "2025-12-01T00:00", "2025-12-10T10:00", "2025-12-14T00:00", "2025-12-20T23:00"),
    *("2025-12-21T00:00", "2026-01-14T10:00", "2026-02-14T10:00", "2026-04-14T00:00", "2026-04-22T23:00"),
    "2026-04-23T00:00",
]
MOMENTS = [parse_moment(f"{day}:00+05:30") for day in DAYS]
BEGINNINGS = [MOMENTS[number] for number in (10, 10, 13, 15, 15, 0, 3, 9)]
CHANGES = ("amount", "amount", "amount", "nothing", "nothing", "delete", "to", "pos", "day", "note", "seller", "charge")
SPOILED = [{"itcredreq": "Y"}, {"action": "N"}, {"iamt": -1}, {"rtnprd": "132025"}, {"cess": None}]


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
    filed = [r.document for r in rules.records.values() if r.filed and r.of.stin == of.stin and not r.document.original]
    if of.form == "IFF":
        filed = [document for document in filed if not document.table.startswith("ecom")]
    if filed and draw(st.booleans()):
        return draw(amendments(of, draw(st.sampled_from(filed))))
    allowed = [table for table in TABLES if of.form != "IFF" or table in (*IFF_TABLES, "ecoma")]
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
    if table in ORIGINALS:
        own = [r for r in rules.records.values() if r.of.stin == of.stin and r.document.family == document.family]
        firsts = [r for r in own if r.document.table == ORIGINALS[table]]
        closed = [r for r in firsts if r.closed_in]
        originals = [(r.document.number, r.document.day, r.document.to) for r in firsts + 3 * closed]
        number, day, to = draw(st.sampled_from([*originals, ("X", of.period.first_day, to)]))
        document = replace(document, original=(number, day), to=draw(mostly(to, document.to, document.to)))
    return draw(mostly(taxed(of, document), replace(document, tax=Tax(1_00, 1_00, 1_00))))


@st.composite
def amendments(draw: st.DrawFn, of: Return, document: Document) -> Document:
    """Another amount for what is filed, perhaps under another number."""
    return taxed(
        of,
        replace(
            document,
            table={original: table for table, original in ORIGINALS.items()}[document.table],
            original=(document.number, document.day),
            number=draw(mostly(document.number, "7A")),
            taxable=draw(st.sampled_from([30_00, 60_00, 100_00, 120_50, 150_00])),
        ),
    )


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
    return of, sorted(amending_once(rules, of, chosen), key=lambda document: not document.seller)


def amending_once(rules: Rules, of: Return, chosen: list[Document]) -> list[Document]:
    """A return amends a document once: which of two amendments would count, no rule says."""
    waiting = [d for queued, _, saved in rules.saves.get(of.stin, []) if queued == of for d in saved or ()]
    taken = {(d.family, d.original): d.number for d in [*waiting, *(r.document for r in rules.outward(of))]}
    return [d for d in chosen if not d.original or taken.setdefault((d.family, d.original), d.number) == d.number]


@dataclass
class Beginning:
    """When a story begins, from when recipients file, and what a supplier saves first."""

    moment: datetime
    registered: dict[Gstin, date]
    of: Return
    chosen: list[Document]


@st.composite
def beginnings(draw: st.DrawFn) -> Beginning:
    moment = draw(st.sampled_from(BEGINNINGS))
    month = Period.of(moment.date())
    days = st.sampled_from([None, None, month.previous().first_day, month.plus(-3).first_day])
    registered = {rtin: day for rtin in (MUMBAI, MYSURU) if (day := draw(days))}
    return Beginning(moment, registered, *draw(saves(Rules(QUARTERLY, moment))))


Row = tuple[Section, dict[str, Any]]
Seen = list[tuple[Gstin, Section, dict[str, Any]]]


@st.composite
def requests(draw: st.DrawFn, rules: Rules, seen: Seen, kind: str) -> tuple[Gstin, list[Row]]:
    """Decisions on what a recipient has, some of them on what he had, or not on what he has quite so."""
    having = {record.document.to for record in rules.records.values() if not record.outside and not record.closed_in}
    rtin = draw(st.sampled_from(sorted(having or {rtin for rtin, *_ in seen})))
    now = [(record.document.section, record.shown(rules.now.date())) for record in rules.inward(rtin)]
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
    wish = {"action": draw(st.sampled_from("AARRRPP"))}
    remarks = draw(mostly("why", None, None, None, " ", "ह" * 250, "x" * 251))
    if remarks is not None:
        wish["remarks"] = remarks
    offered = shown.get("isItcRedReqBlocked")
    if offered and draw(mostly(offered == "N" and wish["action"] == "A", True, False)):
        reduction = draw(st.sampled_from(["Y", "Y", "Y", "N", None]))
        part = draw(st.sampled_from([None, None, 0.5, 1, 0, 2]))
        heads = zip(DECLARED, ("iamt", "camt", "samt", "cess"), strict=True)
        wish |= {"itcRedReq": reduction} if reduction else {}
        wish |= {name: round(shown[head] * part, 2) for name, head in heads} if part is not None else {}
    return wish


@st.composite
def tax_periods(draw: st.DrawFn, rules: Rules) -> tuple[Gstin, Period]:
    """A taxpayer and a month, mostly the tax period that he has to file next."""
    rtin = draw(st.sampled_from([MUMBAI, MUMBAI, MUMBAI, MYSURU, MYSURU, *SUPPLIERS]))
    period = rules.first_open(rtin)
    return rtin, draw(mostly(period, period.previous(), preceding(rtin in QUARTERLY, period), period.next()))


@st.composite
def events(draw: st.DrawFn, machine: Any) -> tuple[Any, ...]:
    """What happens next: the name of a method of the machine, and what it is called with.

    One rule for all: Hypothesis leaves out some of a machine's rules in each example, and stories need all of them.
    """
    rules, seen = machine.rules, machine.seen
    waiting = sorted(stin for stin, queue in rules.saves.items() if queue)
    later = [moment for moment in MOMENTS if moment > rules.now][:5]
    drafts = [moment for moment in MOMENTS if moment > rules.now and moment.day == DRAFT_DAY]
    next_periods = [(rtin, rules.first_open(rtin)) for rtin in EVERYBODY]
    closable = [one for one in next_periods if not rules.not_closable(*one)]
    computable = [one for one in next_periods if not rules.not_computable(*one)]
    kinds = {
        "supplier_saves": 6,
        "supplier_resets": 1,
        "supplier_files": 5,
        "time_passes": 4 if later else 0,
        "tax_period_ends": 3 if drafts else 0,
        "recipient_decides": 12 if seen else 0,
        "recipient_resets": 1 if seen else 0,
        "recipient_sends_nonsense": 1 if seen else 0,
        "somebody_else_acts": 1 if seen else 0,
        "taxpayer_asks_for_gstr_2b": 4 if computable else 1,
        "taxpayer_files_gstr_3b": 5 if closable else 1,
        "portal_works_on_a_return": 3 if waiting else 0,
        "portal_works_on_decisions": 3 if machine.open else 0,
        "portal_works_on_gstr_2b": 3 if machine.asked else 0,
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
        case "tax_period_ends":
            return kind, drafts[0]
        case "recipient_decides":
            return kind, *draw(requests(rules, seen, "SAVE")), draw(at_once)
        case "recipient_resets":
            return kind, *draw(requests(rules, seen, "RESET")), draw(at_once)
        case "recipient_sends_nonsense":
            return kind, *draw(st.sampled_from(seen)), draw(st.sampled_from(SPOILED))
        case "somebody_else_acts":
            return kind, *draw(st.sampled_from(seen)), draw(st.sampled_from(EVERYBODY))
        case "taxpayer_asks_for_gstr_2b":
            asked = st.sampled_from(computable) if computable and draw(st.booleans()) else tax_periods(rules)
            return kind, *draw(asked), draw(at_once)
        case "taxpayer_files_gstr_3b":
            closed = st.sampled_from(closable) if closable and draw(st.booleans()) else tax_periods(rules)
            return kind, *draw(closed)
        case "portal_works_on_a_return":
            return kind, draw(st.sampled_from(waiting))
        case "portal_works_on_gstr_2b":
            return kind, draw(st.sampled_from(sorted(machine.asked)))
        case _:
            return kind, draw(st.sampled_from(sorted(machine.open)))
