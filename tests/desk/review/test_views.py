"""Views of the grid: kept under a name, by who has them, for one taxpayer; whatever can't be one is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api import Taxpayer
from tests.desk.conftest import Hire

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.review.grid import COLUMNS, ORDERS
from gst_ims.desk.review.lists import STATES, Filter
from gst_ims.desk.review.views import LONGEST, MOST, WIDTHS, Look, NameTaken, Shown, View, drop, keep, views

PLAIN = Look((Shown("number", 148), Shown("tax", 104)), Filter())
FILTERS = st.builds(
    Filter,
    state=st.none() | st.sampled_from(STATES),
    sections=st.lists(st.sampled_from(Section), unique=True).map(tuple),
    supplier=st.none() | st.just("AAXCT0003K"),
    buckets=st.lists(st.sampled_from(["matched", "missing in books", "not matched"]), unique=True).map(tuple),
    actions=st.lists(st.sampled_from(Action), unique=True).map(tuple),
    text=st.none() | st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200),
    period=st.none() | st.builds(Period, st.integers(2018, 2090), st.integers(1, 12)),
    dated_from=st.none() | st.dates(date(2017, 7, 1), date(2030, 1, 1)),
    dated_to=st.none() | st.dates(date(2017, 7, 1), date(2030, 1, 1)),
)
LOOKS = st.builds(
    Look,
    columns=st.lists(
        st.builds(Shown, st.sampled_from(COLUMNS), st.integers(WIDTHS[0], WIDTHS[-1])),
        min_size=1,
        unique_by=lambda it: it.name,
    ).map(tuple),
    wanted=FILTERS,
    order=st.sampled_from(sorted(ORDERS)),
    descending=st.booleans(),
    by_supplier=st.booleans(),
)


@pytest.fixture
def theirs(desk: Desk, recipient: Taxpayer) -> Gstin:
    """Another taxpayer's desk, which Bina administers as well."""
    other = recipient.api.company("27")
    people.found(desk, other.gstin, "Deccan Stores", "deccan", "monthly", "Bina")
    return other.gstin


def names(desk: Desk, by: Person, gstin: Gstin) -> list[tuple[str, bool]]:
    return [(it.name, it.is_default) for it in views(desk, by, gstin)]


def test_a_look_comes_back_as_it_was_kept(desk: Desk, mine: Gstin, asha: Person) -> None:
    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(LOOKS)
    def holds(look: Look) -> None:
        kept = keep(desk, asha, mine, "Any", look, replace=True)
        assert views(desk, asha, mine) == [kept] == [View("Any", look, False)]

    holds()


def test_views_are_in_the_order_of_their_names(desk: Desk, mine: Gstin, asha: Person) -> None:
    for name in ("pending", "At risk", "बाकी", "Zoho"):
        keep(desk, asha, mine, name, PLAIN)
    assert [name for name, _ in names(desk, asha, mine)][:3] == ["At risk", "pending", "Zoho"]
    assert len(views(desk, asha, mine)) == 4


def test_a_view_is_overwritten_only_by_who_says_so(desk: Desk, mine: Gstin, asha: Person) -> None:
    keep(desk, asha, mine, "Mine", PLAIN)
    other = Look(PLAIN.columns, Filter(text="x"), "number", descending=False)
    with pytest.raises(NameTaken, match="There is a view 'Mine': overwrite it"):
        keep(desk, asha, mine, " Mine ", other, is_default=True)
    assert views(desk, asha, mine) == [View("Mine", PLAIN, False)]
    keep(desk, asha, mine, "Mine", other, replace=True)
    assert views(desk, asha, mine) == [View("Mine", other, False)]


def test_one_view_at_most_is_the_default(desk: Desk, mine: Gstin, asha: Person) -> None:
    keep(desk, asha, mine, "A", PLAIN, is_default=True)
    keep(desk, asha, mine, "B", PLAIN, is_default=True)
    assert names(desk, asha, mine) == [("A", False), ("B", True)]
    keep(desk, asha, mine, "A", PLAIN, is_default=True, replace=True)
    assert names(desk, asha, mine) == [("A", True), ("B", False)]
    keep(desk, asha, mine, "A", PLAIN, replace=True)
    assert names(desk, asha, mine) == [("A", False), ("B", False)]


def test_a_default_that_is_refused_takes_nothing_from_the_other(desk: Desk, mine: Gstin, asha: Person) -> None:
    keep(desk, asha, mine, "A", PLAIN, is_default=True)
    keep(desk, asha, mine, "B", PLAIN)
    with pytest.raises(NameTaken):
        keep(desk, asha, mine, "B", PLAIN, is_default=True)
    assert names(desk, asha, mine) == [("A", True), ("B", False)]


def test_a_view_is_deleted_once(desk: Desk, mine: Gstin, asha: Person) -> None:
    keep(desk, asha, mine, "A", PLAIN)
    keep(desk, asha, mine, "B", PLAIN)
    drop(desk, asha, mine, "A")
    assert names(desk, asha, mine) == [("B", False)]
    with pytest.raises(Unknown, match="You have no view 'A' here"):
        drop(desk, asha, mine, "A")


def test_nobody_has_the_views_of_another_person(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    keep(desk, asha, mine, "A", PLAIN, is_default=True)
    assert views(desk, chetan, mine) == []
    with pytest.raises(Unknown):
        drop(desk, chetan, mine, "A")
    keep(desk, chetan, mine, "A", Look(PLAIN.columns, Filter(text="his")), is_default=True)
    assert views(desk, asha, mine) == [View("A", PLAIN, True)]


def test_views_are_of_one_taxpayer(desk: Desk, mine: Gstin, theirs: Gstin, asha: Person) -> None:
    people.grant(desk, people.person(desk, "Bina"), theirs, "Asha", Role.VIEWER)
    both = people.person(desk, "Asha")
    keep(desk, both, mine, "A", PLAIN)
    assert views(desk, both, theirs) == []
    with pytest.raises(Unknown):
        drop(desk, both, theirs, "A")
    for act in (
        lambda: views(desk, asha, theirs),
        lambda: keep(desk, asha, theirs, "A", PLAIN),
        lambda: drop(desk, asha, theirs, "A"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert names(desk, both, mine) == [("A", False)]


def test_raw_sql_finds_no_view_of_another_taxpayer(desk: Desk, mine: Gstin, theirs: Gstin, asha: Person) -> None:
    keep(desk, asha, mine, "A", PLAIN)
    with desk.of([theirs]) as db:
        assert db.execute("select count(*) as n from desk.view").fetchall()[0].n == 0
        assert db.execute("delete from desk.view").rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.of([theirs]) as db:
        db.execute(
            "insert into desk.view (gstin, person, name, look, is_default) values (%s, 'Asha', 'B', '{}', false)",
            (mine,),
        )
    assert names(desk, asha, mine) == [("A", False)]


BAD = [
    "",
    "  ",
    "\t",
    "x" * (LONGEST + 1),
    "a\0b",
    "a\nb",
    "a\x1bb",
    "a\u202eb",
    "<script>",
    "a>b",
    "\u200d",
    "--",
    "…",
]


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_can_be_none_is_refused(desk: Desk, mine: Gstin, asha: Person, name: str) -> None:
    with pytest.raises(Invalid, match="A view's name has 1 to 60 characters"):
        keep(desk, asha, mine, name, PLAIN)
    assert views(desk, asha, mine) == []
    with pytest.raises(Unknown):
        drop(desk, asha, mine, name)


@pytest.mark.parametrize("name", ["1", "x" * LONGEST, "कर/ITC – at risk", "क्‍ष", "50 % & more", "O'Brien; drop"])
def test_people_may_call_it_what_they_like(desk: Desk, mine: Gstin, asha: Person, name: str) -> None:
    keep(desk, asha, mine, f"  {name} ", PLAIN)
    assert names(desk, asha, mine) == [(name, False)]
    drop(desk, asha, mine, name)


def test_there_is_an_end_to_how_many(desk: Desk, mine: Gstin, asha: Person) -> None:
    for n in range(MOST):
        keep(desk, asha, mine, f"View {n}", PLAIN)
    with pytest.raises(Invalid, match=f"You have {MOST} views here"):
        keep(desk, asha, mine, "One more", PLAIN)
    keep(desk, asha, mine, "View 0", PLAIN, replace=True)
    assert len(views(desk, asha, mine)) == MOST


WRONG: dict[str, dict[str, Any]] = {
    "none": {"columns": ()},
    "unknown": {"columns": (Shown("nothing", 100),)},
    "twice": {"columns": (Shown("tax", 100), Shown("tax", 100))},
    "narrow": {"columns": (Shown("tax", WIDTHS[0] - 1),)},
    "wide": {"columns": (Shown("tax", WIDTHS[-1] + 1),)},
    "order": {"order": "hash"},
    "long": {"wanted": Filter(text="x" * 201)},
    "nul": {"wanted": Filter(text="\0")},
    "unseen": {"wanted": Filter(buckets=("a\nb",))},
}


@pytest.mark.parametrize("change", list(WRONG.values()), ids=WRONG)
def test_a_look_that_there_is_not_cannot_be_made(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Look(**({"columns": PLAIN.columns, "wanted": Filter()} | change))


def test_who_is_let_go_takes_his_views_with_him(desk: Desk, mine: Gstin, asha: Person, hire: Hire) -> None:
    """They are there again if he comes back: nobody else sees them meanwhile."""
    keep(desk, asha, mine, "A", PLAIN)
    bina = people.person(desk, "Bina")
    people.revoke(desk, bina, mine, "Asha", Role.PREPARER)
    with pytest.raises(NotAllowed):
        views(desk, Person("Asha", {}), mine)
    people.grant(desk, bina, mine, "Asha", Role.VIEWER)
    assert names(desk, people.person(desk, "Asha"), mine) == [("A", False)]
