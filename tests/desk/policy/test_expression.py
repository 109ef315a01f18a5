"""Conditions: what they can say, what each mistake is told, and that nothing else is within reach."""

from __future__ import annotations

import duckdb
import pytest

from gst_ims.desk.policy.columns import COLUMNS, FUNCTIONS
from gst_ims.desk.policy.expression import Condition, read


def sql(text: str) -> str:
    found = read(text)
    assert isinstance(found, Condition), found
    return found.sql


def said(text: str) -> list[tuple[int, str]]:
    """The mistakes of a condition: at which character, and the words."""
    found = read(text)
    assert isinstance(found, list), f"it was taken: {found.sql}"
    return sorted((mistake.at, mistake.message) for mistake in found)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("filed", '"filed"'),
        ("not filed and credit_note", '((not "filed") and "credit_note")'),
        ("filed or amendment and credit_note", '("filed" or ("amendment" and "credit_note"))'),
        ("NOT (filed OR amendment)", '(not ("filed" or "amendment"))'),
        ("bucket = 'matched'", "(\"bucket\" = 'matched')"),
        ("bucket != 'matched'", "(\"bucket\" <> 'matched')"),
        ("section not in ('b2b', 'b2ba')", "(not (\"section\" in ('b2b', 'b2ba')))"),
        ("score between 80 and 95", '("score" between cast(80 as bigint) and cast(95 as bigint))'),
        ("score not between 80 and 95", '(not ("score" between cast(80 as bigint) and cast(95 as bigint)))'),
        ("number like 'SRT/%'", "(\"number\" like 'SRT/%')"),
        ("number not ilike 'srt%'", "(not (\"number\" ilike 'srt%'))"),
        ("remarks is not null", '(not ("remarks" is null))'),
        ("supplier_name = 'D''Souza'", "(\"supplier_name\" = 'D''Souza')"),
        ("document_date < date '2025-04-01'", "(\"document_date\" < date '2025-04-01')"),
        ("today - document_date > 180", '(("today" - "document_date") > cast(180 as bigint))'),
        ("month(document_date) = 3", '(month("document_date") = cast(3 as bigint))'),
        ("in_list('trusted')", "list_contains(lists, 'trusted')"),
        ("differs('taxable')", "list_contains(differing, 'taxable')"),
        ("starts_with(lower(number), 'srt')", "starts_with(lower(\"number\"), 'srt')"),
        ("score = -(1)", '("score" = cast(-1 as bigint))'),
    ],
)
def test_what_a_condition_says_is_written_anew(text: str, written: str) -> None:
    assert sql(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("value > 100000", '("value" > cast(10000000 as bigint))'),
        ("value > 1_00_000", '("value" > cast(10000000 as bigint))'),
        ("1_00_000.50 < value", '(cast(10000050 as bigint) < "value")'),
        ("value > 2 * 50_000", '("value" > cast(10000000 as bigint))'),
        ("value - 100 > 0.5", '(("value" - cast(10000 as bigint)) > cast(50 as bigint))'),
        ("-value < -1.5", '((-"value") < cast(-150 as bigint))'),
        ("coalesce(difference_tax, 0) = 0", '(coalesce("difference_tax", cast(0 as bigint)) = cast(0 as bigint))'),
        ("value > least(5, 7)", '("value" > cast(500 as bigint))'),
        ("value > abs(-5) + coalesce(1, 2)", '("value" > cast(600 as bigint))'),
        ("least(tax, 100) > 50", '(least("tax", cast(10000 as bigint)) > cast(5000 as bigint))'),
        ("tax in (100, 200)", '("tax" in (cast(10000 as bigint), cast(20000 as bigint)))'),
    ],
)
def test_a_bare_number_beside_rupees_is_rupees_and_whole_paise_are_compared(text: str, written: str) -> None:
    assert sql(text) == written


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("abs(difference_tax) <= 0.01 * tax", True),  # 1.80 of 180.00
        ("abs(difference_tax) < 0.01 * tax", False),
        ("abs(difference_tax) * 100 <= tax", True),
        ("abs(difference_tax) < 0.0100001 * tax", True),
        ("igst + cgst + sgst + cess = tax", True),
        ("value = 1180 and value <> 1180.01", True),
        ("value = 1180.001", False),
        ("score * 0.5 = 47.5", True),
        ("greatest(igst, cgst) - least(igst, cgst) = 180", True),
        ("0.1 + 0.2 = 0.3", True),  # which floats say isn't so
    ],
)
def test_figures_are_exact(text: str, holds: bool) -> None:
    row = "select -180 as difference_tax, 18000 as tax, 18000 as igst, 0 as cgst, 0 as sgst, 0 as cess, 118000 as value"
    (answer,) = duckdb.sql(f"select {sql(text)} from ({row}, 95 as score)").fetchall()
    assert answer == (holds,)


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("vlaue > 5", 0, "There is no column `vlaue`: do you mean `value`?"),
        ("VALUE > 5", 0, "There is no column `VALUE`: do you mean `value`?"),
        ("filed and zzz = 1", 10, "There is no column `zzz`: docs/reference/policy.md has them all."),
        ("bucket = matched", 9, "A text stands in single quotes: 'matched'."),
        ('bucket = "matched"', 9, "A text stands in single quotes, and a column in none: 'matched'."),
        ("bucket = 'matchd'", 9, "`bucket` is never 'matchd': do you mean 'matched'?"),
        ("section in ('b2b', 'B2BCN')", 19, "`section` is never 'B2BCN': do you mean 'b2bcn'?"),
        ("action = 'xyz'", 9, "it is one of no_action_taken, pending."),
        ("value > '5'", 8, "This is text, and the other side rupees: compare what is alike."),
        ("value > score", 8, "This is number, and the other side rupees"),
        ("document_date > '2025-04-01'", 16, "This is text, and the other side date"),
        ("document_date > date '2025-04-31'", 21, "'2025-04-31' isn't a date: write it as date '2025-11-30'."),
        ("document_date + 5 > today", 0, "Nothing is added to a date"),
        ("value", 0, "This is rupees, and here stands yes or no."),
        ("filed and value", 10, "This is rupees, and here stands yes or no."),
        ("filed > amendment", 0, "This is yes or no, which is neither more nor less: use = or <>."),
        ("number < 'X'", 0, "This is text, which is neither more nor less: use = or <>."),
        ("value / tax > 5", 0, "Nothing is divided here, so that all is exact"),
        ("value * tax > 5", 0, "Rupees times rupees is nothing: multiply by a number."),
        ("value * 99999999999999999999999 > 1", 0, "This figure can have more than 37 digits"),
        ("value > 1e5", 8, "'1e5' isn't a plain number"),
        ("remarks = null", 0, "Nothing equals null: ask `is null` or `is not null`."),
        ("filed is true", 0, "After `is` stands null, or not null."),
        ("section in ()", 0, "There is nothing in the brackets after `in`."),
        ("number like supplier", 12, "After `like` stands a text in quotes"),
        ("differs('colour')", 8, "What differs is never 'colour': it is one of gstin, number, date"),
        ("differs(number)", 8, "Here stands a name in single quotes."),
        ("in_list('a', 'b')", 0, "`in_list` is called as in_list('trusted')."),
        ("leest(value, 5) > 1", 0, "There is no function `leest`: do you mean `least`?"),
        ("value > 1 and", 10, "This can't be read from 'and' on"),
        ("(value > 1", 9, "This can't be read from '1' on"),
        ("filed filed", 0, "Two things stand side by side"),
        ("value > 1 -- more", 8, "Conditions have no comments of their own"),
        ("", 0, "There is no condition"),
        ("value > 'x", 0, "This can't be read: look whether each quote and bracket is closed."),
    ],
)
def test_a_mistake_has_its_place_and_says_what_to_do(text: str, at: int, words: str) -> None:
    ((where, message),) = said(text)
    assert where == at
    assert words in message


def test_several_mistakes_are_told_at_once() -> None:
    assert [at for at, _ in said("vlaue > 5 and (filed or buckt = 'matched') and not section = 'x'")] == [0, 24, 61]


def test_the_lists_of_a_condition_are_known() -> None:
    found = read("in_list('trusted') and not in_list('watched')")
    assert isinstance(found, Condition)
    assert found.lists == {"trusted", "watched"}


def test_every_function_can_be_called_as_its_form_says() -> None:
    figures = {"figure": "value", "a": "value", "b": "tax", "…": "igst", "text": "number", "date": "document_date"}
    for name, function in FUNCTIONS.items():
        words = function.form.removeprefix(f"{name}(").removesuffix(")").split(", ")
        called = f"{name}({', '.join(figures.get(word, word) for word in words)})"
        found = read(called)
        # What is no condition by itself is at least taken for what it is.
        assert isinstance(found, Condition) or "here stands yes or no" in found[0].message, called


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_can_be_asked_about(name: str) -> None:
    assert sql(f"{name} is null") == f'("{name}" is null)'
