"""Nobody gets anything through a condition but the columns of a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.policy import tables as made

from gst_ims.desk.policy.columns import COLUMNS, FUNCTIONS, Kind
from gst_ims.desk.policy.document import Policy, Rule, Wish
from gst_ims.desk.policy.document import read as read_policy
from gst_ims.desk.policy.expression import Condition, read
from gst_ims.desk.policy.view import View, view

ATTEMPTS = [
    line
    for line in Path(__file__).with_name("attempts.txt").read_text().splitlines()
    if line and not line.startswith("# ")
]
#: Characters that look like others, can't be seen, or end a line.
UNICODE = [
    "\uff56\uff41\uff4c\uff55\uff45 > 1",
    "value > \uff11",
    "value \uff1e 1",
    "value\xa0> 1 \u200b",
    "number = 'a\x00b'",
    "number = 'a\u202eb'",
    "v\u0430lue > 1",
    "value > \u0661",
    "\ufefffiled",
    "number = \u2018x\u2019",
    "filed\u037e drop",
    "\ufb01led",
    "number = 'a\nb'",
    "value -- comment\n > 1",
]


@pytest.mark.parametrize("text", [*ATTEMPTS, *UNICODE])
def test_an_attempt_is_refused_with_a_place_and_words(text: str) -> None:
    found = read(text)
    assert isinstance(found, list), f"it was taken: {found.sql}"
    assert all(0 <= mistake.at <= len(text) and mistake.message for mistake in found)


@pytest.mark.parametrize(
    "text",
    [
        "not " * 5000 + "filed",
        "(" * 5000 + "filed" + ")" * 5000,
        "-" * 2001 + "value > 1",
        "- " * 3000 + "value > 1",
        "+".join(["value"] * 1500) + " > 1",
        "abs(" * 1500 + "value" + ")" * 1500 + " > 1",
        "filed or " * 200_000 + "filed",
        "a" * 1_000_000,
        "'" + "a" * 1_000_000 + "'",
        "value > " + "9" * 5000,
        "value > 0." + "9" * 5000,
    ],
    ids=lambda text: text[:8],
)
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    assert isinstance(read(text), list)


def test_a_long_but_flat_condition_is_taken() -> None:
    assert isinstance(read(" or ".join(["filed"] * 900)), Condition)


@pytest.mark.parametrize("text", ["'; drop table asked; --", "{table}", "%s", "$1", "''", "\\'", "x' or '1'='1"])
def test_a_text_in_a_condition_is_nothing_but_a_text(text: str) -> None:
    quoted = text.replace("'", "''")
    rows = [made.record(text), made.record("other")]
    with view(made.tables(rows), made.RECIPIENT) as it:
        it.judge(policy(f"number = '{quoted}'"))
        assert decided(it) == {text: "accept", "other": "ask"}


def policy(condition: str) -> Policy:
    read_one = read(condition)
    assert isinstance(read_one, Condition), read_one
    template = read_policy('name = "x"\n[[rule]]\nname = "only"\naction = "accept"\n').rules[0]
    rule = Rule(**{**vars(template), "condition": read_one, "wish": Wish.ACCEPT})
    return Policy("x", (rule,), "")


def decided(it: View) -> dict[str, str]:
    return dict(it.db.execute("select number, does from outcome").fetchall())


# Anything that the grammar can say: most of it is refused, and the rest has to run.

NAMES = {kind: [c.name for c in COLUMNS.values() if c.kind is kind] for kind in Kind}
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=6).map(
    lambda text: "'" + text.replace("'", "''") + "'"
)
NUMBERS = st.one_of(st.integers(0, 10**15).map(str), st.decimals(0, 10**12, places=2).map(lambda d: f"{d:.2f}"))
DAYS = st.dates().map(lambda day: f"date '{day.isoformat()}'")
LEAVES = st.one_of(st.sampled_from(list(COLUMNS)), TEXTS, NUMBERS, DAYS, st.sampled_from(["true", "false", "null"]))


def grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger parts of smaller ones."""
    signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "and", "or", "like", "ilike"])
    return st.one_of(
        st.builds("({} {} {})".format, parts, signs, parts),
        st.builds("{} in ({}, {})".format, parts, parts, parts),
        st.builds("{} between {} and {}".format, parts, parts, parts),
        st.builds("not {}".format, parts),
        st.builds("(-{})".format, parts),
        st.builds("{} is not null".format, parts),
        st.builds("{}({})".format, st.sampled_from(list(FUNCTIONS)), parts),
        st.builds("{}({}, {})".format, st.sampled_from(list(FUNCTIONS)), parts, parts),
    )


def sensible() -> st.SearchStrategy[str]:
    """Conditions that mostly fit together."""
    rupees = st.one_of(st.sampled_from(NAMES[Kind.RUPEES]), NUMBERS)
    rupees = st.recursive(
        rupees,
        lambda part: st.one_of(
            st.builds("({} {} {})".format, part, st.sampled_from("+-"), part),
            st.builds("({} * {})".format, st.sampled_from(["0.01", "3", "12.5", "1_000"]), part),
            st.builds("abs({})".format, part),
            st.builds("coalesce({}, {})".format, part, part),
            st.builds("greatest({}, {})".format, part, part),
        ),
        max_leaves=6,
    )
    numbers = st.one_of(st.sampled_from(NAMES[Kind.NUMBER]), st.integers(0, 400).map(str), st.just("length(number)"))
    days = st.one_of(st.sampled_from(NAMES[Kind.DAY]), DAYS)
    texts = st.one_of(st.sampled_from(["number", "supplier", "supplier_name", "pan", "remarks"]), TEXTS)
    signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    simple = st.one_of(
        st.builds("{} {} {}".format, rupees, signs, rupees),
        st.builds("{} {} {}".format, numbers, signs, numbers),
        st.builds("{} {} {}".format, days, signs, days),
        st.builds("{} - {} {} {}".format, days, days, signs, numbers),
        st.builds("{} in ({}, {})".format, texts, texts, texts),
        st.builds("contains({}, {})".format, texts, texts),
        st.builds("{} like {}".format, texts, TEXTS),
        st.sampled_from([*NAMES[Kind.YESNO], "in_list('trusted')", "differs('igst')", "original_tax is null"]),
    )
    return st.recursive(
        simple,
        lambda part: st.one_of(
            st.builds("({} {} {})".format, part, st.sampled_from(["and", "or"]), part), st.builds("not {}".format, part)
        ),
        max_leaves=6,
    )


@pytest.fixture(scope="module")
def standing() -> View:
    """Some records of every kind."""
    rows = [
        made.record("A"),
        made.record("B", filed=False, pending_blocked=True, remarks="seen"),
        made.record("C", section="b2ba", original_number="A", original_tax=100_00, value=9_999_999_999_999_99),
        made.credit_note("D", remarks_blocked=True),
        made.record("E", action="A", supplier_name=None),
    ]
    findings = [made.finding(rows[0]), made.finding(rows[2], "mismatch", igst=-5, date=3), made.finding(rows[3], tax=7)]
    return View(made.tables(rows, findings, vendors=[{"list": "trusted", "vendor": made.SUPPLIER}]), made.RECIPIENT)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.recursive(LEAVES, grown, max_leaves=8), sensible()))
def test_what_is_taken_runs_reaches_only_columns_and_says_the_same_twice(standing: View, text: str) -> None:
    found = read(text)
    if isinstance(found, list):
        assert all(0 <= mistake.at <= len(text) for mistake in found)
        return
    assert read(text) == found
    # Of words outside of quotes there are columns, allowed functions and a few words of SQL.
    names = set(re.findall(r'"([^"]*)"', re.sub(r"'(?:[^']|'')*'", "", found.sql)))
    words = set(re.findall(r"\w+", re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "", found.sql)))
    allowed = {"cast", "as", "bigint", "hugeint", "and", "or", "not", "in", "between", "like", "ilike", "is", "null"}
    assert names <= set(COLUMNS)
    assert {word for word in words if not word.isdigit()} <= allowed | set(FUNCTIONS) | {
        *("true", "false", "date", "list_contains", "lists", "differing")
    }
    standing.judge(policy(text))
    once = decided(standing)
    standing.judge(policy(text))
    assert once == decided(standing)
    assert set(once.values()) <= {"accept", "ask"}


@settings(max_examples=100, deadline=None)
@given(text=sensible())
def test_sensible_conditions_are_mostly_taken(text: str) -> None:
    found = read(text)
    expected = ("digits", "never", "can't be seen")
    assert isinstance(found, Condition) or all(any(it in mistake.message for it in expected) for mistake in found)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_whatever_is_taken_or_refused_in_words(text: str) -> None:
    found = read(text)
    assert isinstance(found, Condition) or all(mistake.message for mistake in found)


@pytest.fixture(scope="module")
def extremes() -> Iterator[duckdb.DuckDBPyConnection]:
    """Columns at the widest that they can be, either way and mixed."""
    figures = [column for column in COLUMNS.values() if column.digits]
    with duckdb.connect() as db:
        for place, sign in enumerate([lambda _: 1, lambda _: -1, lambda n: (-1) ** n, lambda n: -((-1) ** n)]):
            values = ", ".join(f'{sign(n) * (10**it.digits - 1)} as "{it.name}"' for n, it in enumerate(figures))
            others = ", ".join(f'{OTHERS[it.kind]} as "{it.name}"' for it in COLUMNS.values() if it.kind in OTHERS)
            query = f"select {values}, {others}, ['trusted'] as lists, ['igst'] as differing"
            db.execute(f"create table asked as {query}" if not place else f"insert into asked {query}")
        yield db


OTHERS = {Kind.TEXT: "'x'", Kind.DAY: "date '2025-11-30'", Kind.YESNO: "true"}


@settings(max_examples=150, deadline=None)
@given(text=sensible())
def test_no_figure_overflows_however_large_amounts_are(extremes: duckdb.DuckDBPyConnection, text: str) -> None:
    found = read(text)
    if isinstance(found, Condition):
        assert len(extremes.execute(f"select {found.sql} from asked").fetchall()) == 4
