"""Any filter in any order, page by page: the same rows as a plain filter and sort of all of them in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api import gstin
from tests.desk.decisions import rows
from tests.desk.review.folders import Folder, Office, office
from tests.portal.conftest import NOW

from gst_ims.client.record import Key
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Form, Section
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.desk import PROGRAM
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.review import grid
from gst_ims.desk.review.deciding import Seen, Want, decide_about
from gst_ims.desk.review.lists import ORDERS, STATES, Filter, Line, Place, worklist
from gst_ims.desk.review.steps import approve, comment, give_back, undo
from gst_ims.rulebook.calendar import due_date_3b, pending_limit
from gst_ims.rulebook.law import law
from gst_ims.rulebook.scope import credit_limit

TODAY = datetime.fromisoformat(NOW).date()
#: Two of one PAN, and one of the recipient's own state.
SUPPLIERS = [gstin("24", 3), gstin("29", 3), gstin("29", 4), gstin("27", 8)]
NAMES = [None, "Alpha Mills", "alpha traders", "Zeta – ₹ & Co", "100% Cotton"]
BUCKETS = ["matched", "mismatch", "missing in books"]
#: The last of them is beyond the desk's own time, as where a portal's clock was moved: nothing is due for it yet.
MONTHS = ["082025", "092025", "102025", "102025", "112025", "032026"]


@dataclass(frozen=True)
class Whole:
    """Everything about one record, read without any list."""

    key: Key
    row: Any
    decision: Any
    bucket: str | None
    comments: int
    asked: bool

    @property
    def tax(self) -> int:
        return int(self.row.igst + self.row.cgst + self.row.sgst + self.row.cess)

    @property
    def credit(self) -> bool:
        return self.key.section in (Section.B2BCN, Section.B2BCNA)

    @property
    def specified(self) -> bool:
        """Whether accepting it may take from the credit: for these Pending has another end (R2.6, R2.12)."""
        blocked = self.row.reduction_blocked
        return self.credit if blocked is None else not blocked

    @property
    def of(self) -> Period:
        return self.key.period.next() if self.key.form is Form.R1A else self.key.period

    @property
    def due(self) -> date | None:
        """Of what was in IMS when a due date was over it is the next one."""
        if self.of > Period.of(TODAY).next():
            return None
        first = due_date_3b("monthly", "27", Period.of(TODAY).plus(-1), law())
        return max(due_date_3b("monthly", "27", self.of, law()), first)

    @property
    def pending_until(self) -> date | None:
        if self.row.pending_blocked or (self.specified and self.due is None):
            return None
        if self.specified:
            return pending_limit("monthly", "27", self.of, law())
        return credit_limit(self.row.document_date, law())

    @property
    def deadline(self) -> date | None:
        return (self.pending_until if self.row.action == "P" else None) or self.due

    def todo(self) -> bool:
        """Whether it wants a decision."""
        it = self.decision
        if it is not None and it.state in ("prepared", "approved", "sending"):
            return False
        if self.asked or self.row.action == "N":
            return True
        if it is None or it.state not in ("returned", "void"):
            return False
        return self.row.action == it.was if it.state == "returned" else self.row.action != it.action

    def fits(self, wanted: Filter) -> bool:
        row, it = self.row, self.decision
        words = " ".join(filter(None, (row.number, row.trade_name, row.stin, row.original_number))).upper()
        state = wanted.state is None or {
            "todo": self.todo(),
            "waiting": it is not None and it.state == "prepared" and it.needs_approval,
            "ready": it is not None and (it.state == "approved" or (it.state == "prepared" and not it.needs_approval)),
        }.get(wanted.state, it is not None and it.state == wanted.state)
        return (
            bool(state)
            and (not wanted.sections or self.key.section in wanted.sections)
            and wanted.supplier in (None, row.stin, row.stin[2:12])
            and (not wanted.buckets or (self.bucket or "not matched") in wanted.buckets)
            and (not wanted.actions or Action(row.action) in wanted.actions)
            and (wanted.text is None or wanted.text.upper() in words)
            and wanted.period in (None, self.key.period)
            and (wanted.dated_from is None or row.document_date >= wanted.dated_from)
            and (wanted.dated_to is None or row.document_date <= wanted.dated_to)
        )


@dataclass(frozen=True)
class Shelf:
    """A taxpayer with many records in every state, and all of them in memory."""

    office: Office
    gstin: Gstin
    by: Person
    whole: list[Whole]


def scattered(chance: random.Random, folder: Folder) -> None:
    """Seventy records of all sections, with ties in amounts, names and days."""
    for at in range(70):
        section = chance.choice(OTHERS)
        day = f"{chance.randint(1, 28):02}-{chance.choice(['03', '08', '10'])}-2025"
        more: dict[str, Any] = {"stin": str(chance.choice(SUPPLIERS)), "rtnprd": chance.choice(MONTHS)}
        more |= {"srcform": chance.choice(["R1", "R1", "R1A", "IFF"]), "action": chance.choice("NNNARP")}
        more |= {"nt_dt" if section.is_note else "idt": day, "ispendactblocked": chance.choice("NNY")}
        more |= {"iamt": chance.choice([0, 18, 18, 180.5, 99999.99]), "cess": chance.choice([0, 0, 0.01])}
        more |= {"txval": chance.choice([100, 100, 1000.5]), "val": chance.choice([118, 118, 5000.25])}
        if (name := chance.choice(NAMES)) is not None:
            more["tradenm"] = name
        if section.declares_reduction:
            more["isItcRedReqBlocked"] = chance.choice("NY")
        folder.put(section, f"{chance.choice(['A', 'a', 'Z/', '0'])}{at}", **more)


def happened(chance: random.Random, place: Office, folder: Folder, staff: dict[str, Person]) -> None:
    """Decisions come to every state that they can have without a push; some records are talked about, or asked for."""
    desk, mine, asha, dev = place.desk, folder.gstin, staff["Asha"], staff["Dev"]
    keys = [line.key for line in worklist(desk, asha, mine, Filter(), limit=1000).lines]
    for key in chance.sample(keys, 45):
        who = chance.choice([asha, dev])
        decide_about(desk, who, mine, [Seen(key)], Want(chance.choice(list(Action))))
    for row in rows(desk, mine, "prepared"):
        step = chance.choice(["approve", "return", "undo", "", ""])
        other = dev if row.person == "Asha" else asha
        if step == "approve":
            approve(desk, other, mine, [row.id])
        elif step == "return":
            give_back(desk, other, mine, [row.id], "Why?")
        elif step == "undo":
            undo(desk, staff[row.person], mine, [row.id])
    for number in chance.sample(sorted(folder.rows), 12):
        folder.put(folder.rows[number][0], number, pos="24")
    place.read(folder)
    for key in chance.sample(keys, 10):
        decide_about(desk, asha, mine, [Seen(key)], Want(Action.ACCEPT))
        comment(desk, dev, mine, key, "Hm.")
    with desk.of([mine]) as db:
        for key in chance.sample(keys, 8):
            people.note(db, desk, mine, PROGRAM, "asked", record=str(key))
        for key in chance.sample(keys, 40):
            db.execute(
                "insert into desk.finding (gstin, side, id, since, bucket, score, rule, partners, reasons, differences)"
                " values (%s, 'portal', %s, 1, %s, 90, 'exact', '{}', '{}', '{}')",
                (mine, str(key), chance.choice(BUCKETS)),
            )


def in_memory(place: Office, mine: Gstin) -> list[Whole]:
    """All records with what belongs to them, by four plain statements."""
    with place.desk.of([mine]) as db:
        found = db.execute("select * from desk.record where gstin = %s and until is null", (mine,)).fetchall()
        findings = dict(db.execute("select id, bucket from desk.finding where gstin = %s", (mine,)).fetchall())
        said = [row.record for row in db.execute("select record from desk.comment where gstin = %s", (mine,))]
        trail = db.execute("select record, what from desk.trail where gstin = %s order by id", (mine,)).fetchall()
    last = {(it.section, it.stin, it.number, it.period, it.form): it for it in rows(place.desk, mine)}
    asked: dict[str, bool] = {}
    for it in trail:
        if it.what in ("asked", "prepared", "undone"):
            asked[it.record] = it.what == "asked"
    whole: list[Whole] = []
    for row in found:
        name = (row.section, row.stin, row.number, row.period, row.form)
        key = Key(Section(row.section), row.stin, row.number, Period.of(row.period), Form(row.form))
        told = (last.get(name), findings.get(str(key)), said.count(str(key)), asked.get(str(key), False))
        whole.append(Whole(key, row, *told))
    return whole


@pytest.fixture(scope="module")
def shelf(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with office(server, tmp_path_factory.mktemp("paged")) as place:
        both = (Role.PREPARER, Role.APPROVER)
        folder, staff = place.founded(("Asha", both), ("Dev", both))
        chance = random.Random(20251105)
        scattered(chance, folder)
        place.read(folder)
        happened(chance, place, folder, staff)
        yield Shelf(place, folder.gstin, staff["Asha"], in_memory(place, folder.gstin))


DAYS = st.none() | st.dates(date(2025, 3, 1), date(2025, 10, 31))
FILTERS = st.builds(
    Filter,
    state=st.none() | st.sampled_from(STATES[:8]),
    sections=st.just(()) | st.lists(st.sampled_from(OTHERS), max_size=3).map(tuple),
    supplier=st.none() | st.sampled_from([*SUPPLIERS, SUPPLIERS[0].pan, gstin("33", 9)]),
    buckets=st.just(()) | st.lists(st.sampled_from([*BUCKETS, "not matched"]), max_size=2).map(tuple),
    actions=st.just(()) | st.lists(st.sampled_from(Action), max_size=2).map(tuple),
    text=st.sampled_from([None, None, None, "a", "ALPHA", "%", "_", "old-1", "24AAX", "₹", "a1", "no such thing"]),
    period=st.none() | st.sampled_from(MONTHS).map(Period.parse),
    dated_from=DAYS,
    dated_to=DAYS,
)  # fmt: skip
#: Most of all filters leave nothing over: half of these ask for one thing.
WANTED = FILTERS | st.one_of(
    st.just(Filter()),
    st.sampled_from(STATES[:8]).map(lambda state: Filter(state=state)),
    st.sampled_from(BUCKETS).map(lambda bucket: Filter(buckets=(bucket, "not matched"))),
    st.sampled_from(["a", "ALPHA", "₹", "%"]).map(lambda text: Filter(text=text)),
    DAYS.map(lambda day: Filter(dated_from=day)),
)


def test_the_shelf_has_something_of_everything(shelf: Shelf) -> None:
    """Or the others would prove little."""
    assert {it.decision.state for it in shelf.whole if it.decision} >= {
        *("prepared", "approved", "returned", "undone", "void"),
    }
    assert {it.key.section for it in shelf.whole} == set(OTHERS)
    assert {it.row.action for it in shelf.whole} == set("NARP")
    assert {it.todo() for it in shelf.whole} == {it.asked for it in shelf.whole} == {True, False}
    assert {it.deadline is None for it in shelf.whole} == {True, False}
    assert {it.specified for it in shelf.whole} == {it.row.pending_blocked for it in shelf.whole} == {True, False}
    blocked = [it for it in shelf.whole if it.row.pending_blocked and it.row.action == "P"]
    assert blocked
    assert len({it.tax for it in shelf.whole}) < len(shelf.whole) / 4


def paged(shelf: Shelf, wanted: Filter, order: str, limit: int) -> list[Line]:
    lines: list[Line] = []
    after: Place | None = None
    for _ in shelf.whole:
        page = worklist(shelf.office.desk, shelf.by, shelf.gstin, wanted, order, after, limit)
        assert len(page.lines) == limit or page.next is None
        lines += page.lines
        after = page.next
        if after is None:
            return lines
    raise AssertionError("The pages have no end.")


@settings(max_examples=40)
@given(wanted=WANTED, order=st.sampled_from(ORDERS), limit=st.integers(3, 40))
def test_a_worklist_is_the_plain_filter_and_sort(wanted: Filter, order: str, limit: int, shelf: Shelf) -> None:
    def place(it: Whole) -> tuple[Any, ...]:
        day = (it.deadline or date.max) if order == "deadline" else date.min
        return (-day.toordinal(), it.tax, str(it.key))

    expected = sorted((it for it in shelf.whole if it.fits(wanted)), key=place, reverse=True)
    found = paged(shelf, wanted, order, limit)
    assert [line.key for line in found] == [it.key for it in expected]
    for line, it in zip(found, expected, strict=True):
        assert (line.tax, line.due, line.pending_until, line.deadline) == (
            it.tax,
            it.due,
            it.pending_until,
            it.deadline,
        )
        assert (line.bucket, line.comments, line.state) == (it.bucket, it.comments, it.decision and it.decision.state)


def value_of(it: Whole, order: str) -> Any:
    """By what the grid sorts."""
    match order:
        case "tax":
            return it.tax
        case "trade_name":
            return it.row.trade_name or ""
        case "became":
            return it.row.since
        case "deadline":
            return it.deadline or date.max
        case _:
            return getattr(it.row, order)


@settings(max_examples=40)
@given(wanted=WANTED, order=st.sampled_from(sorted(grid.ORDERS)), descending=st.booleans(), limit=st.integers(3, 40))
def test_the_grid_is_the_plain_filter_and_sort_in_every_order(
    wanted: Filter, order: str, descending: bool, limit: int, shelf: Shelf
) -> None:
    chosen = [it for it in shelf.whole if it.fits(wanted)]

    def place(it: Whole) -> tuple[Any, ...]:
        return (value_of(it, order), str(it.key))

    found: list[Any] = []
    after: grid.Place | None = None
    for _ in range(len(shelf.whole) + 1):
        page = grid.rows(
            shelf.office.desk, shelf.by, shelf.gstin, wanted, order, descending=descending, after=after, limit=limit
        )
        found += page
        if len(page) < limit:
            break
        last = page[-1]
        # As a page of the browser says where it ended.
        after = grid.read_place(order, str(last.place), last.name)
    assert [(it.place, it.name) for it in found] == sorted(map(place, chosen), reverse=descending)
    told = {it.key: it for it in chosen}
    for row in found:
        it = told[Key(Section(row.section), row.stin, row.number, Period.of(row.period), Form(row.form))]
        assert (row.deadline, row.due, row.bucket, row.comments) == (it.deadline, it.due, it.bucket, it.comments)
        assert (row.decision, row.state) == ((it.decision.id, it.decision.state) if it.decision else (None, None))


@settings(max_examples=25)
@given(wanted=WANTED, limit=st.integers(1, 3))
def test_sums_are_those_of_the_rows_by_supplier_and_in_all(wanted: Filter, limit: int, shelf: Shelf) -> None:
    chosen = [it for it in shelf.whole if it.fits(wanted)]

    def signed(those: list[Whole], head: str) -> int:
        return sum((-1 if it.credit else 1) * (it.tax if head == "tax" else it.row.taxable) for it in those)

    sums = grid.sums(shelf.office.desk, shelf.by, shelf.gstin, wanted)
    assert sums == grid.Sums(len(chosen), signed(chosen, "taxable"), signed(chosen, "tax"))
    expected: list[tuple[Any, ...]] = []
    for stin in {it.row.stin for it in chosen}:
        mine = [it for it in chosen if it.row.stin == stin]
        counts = [sum(it.row.action == action for it in mine) for action in "NAPR"]
        expected.append((signed(mine, "tax"), stin, len(mine), *counts, signed(mine, "taxable")))
    found: list[tuple[Any, ...]] = []
    after: tuple[int, str] | None = None
    while page := grid.suppliers(shelf.office.desk, shelf.by, shelf.gstin, wanted, after, limit):
        found += [
            (it.tax, it.stin, it.records, it.undecided, it.accepted, it.pending, it.rejected, it.taxable) for it in page
        ]
        after = (page[-1].tax, page[-1].stin)
    assert found == sorted(expected, reverse=True)


@settings(max_examples=15)
@given(wanted=WANTED)
def test_all_of_a_list_are_the_records_that_a_decision_about_it_is_about(wanted: Filter, shelf: Shelf) -> None:
    """Looked at as what it would do, so that it stays as it is."""
    from gst_ims.desk.review.deciding import preview

    done = preview(shelf.office.desk, shelf.by, shelf.gstin, wanted, Want(Action.ACCEPT))
    assert done.made + len(done.refused) == sum(it.fits(wanted) for it in shelf.whole)


@pytest.mark.parametrize("order", ["tax", "became", "document_date", "deadline"])
@pytest.mark.parametrize("text", ["", "x", "2025-13-01", "1e9", "'; drop table desk.record; --"])
def test_a_place_that_no_page_said_is_refused(order: str, text: str) -> None:
    with pytest.raises(Invalid, match="isn't a place of order"):
        grid.read_place(order, text, str(Key(Section.B2B, SUPPLIERS[0], "A1", Period(2025, 10))))


@pytest.mark.parametrize(("order", "limit"), [("colour", 10), ("tax desc; --", 10), ("tax", 0), ("tax", 1001)])
def test_an_order_or_a_number_of_rows_that_there_is_not_is_refused(order: str, limit: int, shelf: Shelf) -> None:
    wrong = f"There is no order {order!r}" if order not in grid.ORDERS else f"{limit} rows aren't a page"
    with pytest.raises(Invalid, match=wrong):
        grid.rows(shelf.office.desk, shelf.by, shelf.gstin, Filter(), order, limit=limit)
