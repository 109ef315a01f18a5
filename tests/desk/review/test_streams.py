"""What files are made of: the same rows as the pages, one after the other."""

from __future__ import annotations

from typing import Any

import pytest
from tests.desk.decisions import decided, records

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.push import statements
from gst_ims.desk.review import grid, trail
from gst_ims.desk.review.lists import Filter, lines, worklist

NOBODY = Person("Eve", {})


@pytest.fixture
def busy(desk: Desk, mine: Gstin, asha: Person) -> Gstin:
    """Of twelve records three are decided about, two of which need approval."""
    there = records(desk, mine)
    for number, action in (("INV-1", Action.REJECT), ("INV-2", Action.ACCEPT), ("CN-0", Action.REJECT)):
        decided(desk, asha, mine, there[number], action)
    return mine


@pytest.mark.parametrize("order", grid.ORDERS)
@pytest.mark.parametrize("descending", [True, False])
def test_the_grids_rows_are_those_of_its_pages(
    desk: Desk, busy: Gstin, asha: Person, order: str, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "_BATCH", 5)
    found = list(grid.stream(desk, asha, busy, Filter(), order, descending=descending))
    assert found == list(grid.rows(desk, asha, busy, Filter(), order, descending=descending))
    assert len(found) == 12


@pytest.mark.parametrize(
    "wanted", [Filter(sections=(Section.B2BCN,)), Filter(text="inv-"), Filter(state="prepared"), Filter(text="nothing")]
)
def test_filters_are_those_of_the_grid(desk: Desk, busy: Gstin, asha: Person, wanted: Filter) -> None:
    assert list(grid.stream(desk, asha, busy, wanted)) == list(grid.rows(desk, asha, busy, wanted))


def test_all_suppliers_are_one_page_without_an_end(desk: Desk, busy: Gstin, asha: Person) -> None:
    whole = grid.suppliers(desk, asha, busy, Filter(), limit=None)
    assert list(whole) == list(grid.suppliers(desk, asha, busy, Filter()))
    assert sum(it.records for it in whole) == 12


def test_lines_are_those_of_the_worklist(desk: Desk, busy: Gstin, asha: Person) -> None:
    for wanted in (Filter(), Filter(state="waiting"), Filter(state="todo")):
        assert tuple(lines(desk, asha, busy, wanted)) == worklist(desk, asha, busy, wanted).lines
    assert [it.key.number for it in lines(desk, asha, busy, Filter(), "deadline")] == [
        it.key.number for it in worklist(desk, asha, busy, Filter(), "deadline").lines
    ]


def test_the_trail_is_searched_the_same(desk: Desk, busy: Gstin, asha: Person) -> None:
    for wanted in (trail.Search(), trail.Search(text="inv-1"), trail.Search(person="Asha", what="prepared")):
        assert list(trail.stream(desk, asha, busy, wanted)) == trail.trail(desk, asha, busy, wanted)
    assert len(list(trail.stream(desk, asha, busy, trail.Search(what="prepared")))) == 3


def test_a_stream_that_is_left_gives_its_connection_back(desk: Desk, busy: Gstin, asha: Person) -> None:
    for _ in range(20):
        rows = grid.stream(desk, asha, busy, Filter())
        next(rows)
        rows.close()
    assert len(list(grid.stream(desk, asha, busy, Filter()))) == 12


@pytest.mark.parametrize(
    "make",
    [
        lambda desk, by, gstin: grid.stream(desk, by, gstin, Filter()),
        lambda desk, by, gstin: lines(desk, by, gstin, Filter()),
        lambda desk, by, gstin: trail.stream(desk, by, gstin, trail.Search()),
        lambda desk, by, gstin: statements.stream(desk, by, gstin, KEPT, "all"),
    ],
)
def test_nobody_streams_what_he_may_not_see(desk: Desk, mine: Gstin, make: Any) -> None:
    with pytest.raises(NotAllowed):
        next(make(desk, NOBODY, mine))


KEPT = statements.Kept(*(None,) * 9)  # type: ignore[arg-type]


def test_what_there_is_not_is_refused(desk: Desk, mine: Gstin, asha: Person) -> None:
    with pytest.raises(Invalid, match="There is no order 'hash'"):
        next(grid.stream(desk, asha, mine, Filter(), "hash"))
    with pytest.raises(Invalid, match="There is no choice 'x'"):
        next(statements.stream(desk, asha, mine, KEPT, "x"))


def test_documents_of_gstr_2b_are_those_of_their_pages(desk: Desk, mine: Gstin, asha: Person) -> None:
    with desk.of([mine]) as db:
        for reading in (1, 2):
            db.execute(
                "insert into desk.statement (gstin, period, id, at, version, summary)"
                " values (%s, '2025-10-01', %s, now(), 'x', '{}')",
                (mine, reading),
            )
            for n in range(7):
                of = (mine, reading, f"b2b:X:INV-{n}:102025", 100, 100 + n % 2 * reading, "Apart." if n % 2 else "")
                db.execute(
                    "insert into desk.promise (gstin, period, statement, record, promised, stated, reason)"
                    " values (%s, '2025-10-01', %s, %s, %s, %s, %s)",
                    of,
                )
    new, _ = statements.statements(desk, asha, mine)
    for which, count in (("all", 7), ("differing", 3)):
        found = list(statements.stream(desk, asha, mine, new, which))
        assert found == statements.documents(desk, asha, mine, new, which)
        assert len(found) == count


def test_readings_of_two_periods_are_not_compared(desk: Desk, mine: Gstin, asha: Person) -> None:
    of = {it: statements.Kept(*(it, *(None,) * 8)) for it in ("a", "b")}  # type: ignore[arg-type]
    with pytest.raises(Unknown, match="of one period"):
        statements.differences(desk, asha, mine, of["a"], of["b"])
