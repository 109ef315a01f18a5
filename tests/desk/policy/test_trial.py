"""A dry run: counts and rupees by rule, what comes of it for credit and liability, and what would be otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from tests.desk.policy import tables as made

from gst_ims.core.errors import Invalid
from gst_ims.desk.policy import view as view_of_policies
from gst_ims.desk.policy.document import read
from gst_ims.desk.policy.trial import (
    DECIDED,
    NO_RULE,
    WHICH,
    Altered,
    Behind,
    Change,
    Totals,
    Trial,
    altered,
    attempt,
    behind,
)
from gst_ims.desk.policy.view import view

RUPEES = 100


def rules(*said: str) -> str:
    """A policy of rules, each said as condition and action, with whatever stands behind."""
    written = 'name = "x"\n'
    for n, it in enumerate(said, 1):
        condition, _, action = it.partition(" -> ")
        action, _, more = action.partition(" ")
        written += f'[[rule]]\nname = "rule {n}"\nwhen = """{condition}"""\naction = "{action}"\n{more}\n'
    return written


def tried(rows: list[made.Row], text: str, in_force: str = "", findings: list[made.Row] | None = None) -> Trial:
    with view(made.tables(rows, findings), made.RECIPIENT) as it:
        return attempt(it, read(text), read(in_force) if in_force else None)


def test_each_rule_has_its_records_and_rupees_and_what_is_left_has_a_line_too() -> None:
    rows = [made.record("A"), made.record("B"), made.credit_note("C"), made.record("D", action="A")]
    rows.append(made.record("E", filed=False, action="P"))
    found = tried(
        rows, rules("not filed -> pending", "section = 'b2b' -> accept approval = 180", "number = 'Z' -> reject")
    )
    assert [(it.rule, it.line, it.action, it.records, it.proposed, it.approvals) for it in found.figures] == [
        ("rule 1", 2, "pending", 1, 0, 0),  # it is pending already
        ("rule 2", 7, "accept", 2, 2, 2),
        ("rule 3", 12, "reject", 0, 0, 0),
        (NO_RULE, 0, "ask", 1, 0, 0),
        (DECIDED, 0, "", 1, 0, 0),
    ]
    assert [(it.value, it.tax) for it in found.figures[:4]] == [
        (1180 * RUPEES, 180 * RUPEES),
        (2360 * RUPEES, 360 * RUPEES),
        (0, 0),
        (-1180 * RUPEES, -180 * RUPEES),  # a credit note is taken off
    ]
    assert found.silent == ("rule 3",)
    assert found.changes is found.changed is None


@pytest.mark.parametrize(
    ("row", "rule", "totals"),
    [
        # Silence counts as accepted.
        (made.record(), "filed -> accept", (180, 180, 0, 0)),
        (made.record(), "filed -> ask", (180, 180, 0, 0)),
        (made.record(), "filed -> reject", (180, 0, 0, 0)),
        (made.record(), "filed -> pending", (180, 0, 0, 0)),
        (made.record(action="P"), "filed -> accept", (0, 180, 0, 0)),
        (made.record(action="R"), "filed -> accept", (0, 0, 0, 0)),  # decided already
        (made.credit_note(), "filed -> accept", (-180, -180, 0, 0)),
        (made.credit_note(), "filed -> reject", (-180, 0, 0, 180)),
        (made.credit_note(), "filed -> pending", (-180, 0, 0, 0)),
        (made.credit_note(), 'filed -> accept declaration = "none"\nremarks = "x"', (-180, 0, 0, 0)),
        (made.credit_note(action="R"), "filed -> ask", (0, 0, 180, 180)),
        (made.credit_note(action="A", reduction=False), "filed -> ask", (0, 0, 0, 0)),
        (made.credit_note(action="A", reduction=True), "filed -> ask", (-180, -180, 0, 0)),
        # An amendment counts by its difference (R5.9).
        (made.record(section="b2ba", original_tax=200 * RUPEES), "filed -> reject", (-20, 0, 0, 20)),
        (made.record(section="b2ba", original_tax=100 * RUPEES), "filed -> reject", (80, 0, 0, 0)),
        (made.credit_note(section="b2bcna", original_tax=100 * RUPEES), "filed -> reject", (-80, 0, 0, 80)),
    ],
)
def test_credit_and_liability_before_and_after(row: made.Row, rule: str, totals: tuple[int, ...]) -> None:
    found = tried([row], rules(rule))
    assert found.totals == Totals(0, *(it * RUPEES for it in totals))


def test_declared_amounts_are_what_credit_is_reduced_by() -> None:
    declared = {"declared_igst": 50 * RUPEES, "declared_cgst": 0, "declared_sgst": 0, "declared_cess": 0}
    rows = [made.credit_note("A"), made.credit_note("B", action="A", reduction=True, **declared)]
    text = rules('filed -> accept declaration = "as in books"\nremarks = "x"')
    found = tried(rows, text, findings=[made.finding(rows[0], "mismatch", igst=-100 * RUPEES)])
    assert found.totals == Totals(0, (-180 - 50) * RUPEES, (-80 - 50) * RUPEES, 0, 0)


def test_an_amendment_of_what_was_never_seen_is_left_out_and_counted() -> None:
    found = tried([made.record("A", section="b2ba"), made.record("B")], rules("filed -> reject"))
    assert found.totals == Totals(1, 180 * RUPEES, 0, 0, 0)


def test_what_is_otherwise_than_in_force_is_told_in_rupees_and_record_by_record() -> None:
    rows = [made.record("A"), made.record("B", igst=500 * RUPEES), made.record("C"), made.record("D", action="A")]
    before = rules("number = 'A' -> accept", "number = 'C' -> reject")
    after = rules("number = 'A' -> accept", "number in ('B', 'C', 'D') -> pending")
    found = tried(rows, after, before)
    assert found.changes == (Change("ask", "pending", 1, 500 * RUPEES), Change("reject", "pending", 1, 180 * RUPEES))
    assert [(row["number"], row["rule_was"], row["rule_becomes"]) for row in found.changed.to_pylist()] == [
        ("B", None, "rule 2"),
        ("C", "rule 2", "rule 2"),
    ]


@pytest.mark.parametrize(
    "more", ['remarks = "y"', 'remarks = "x"\napproval = false', 'remarks = "x"\ndeclaration = "none"']
)
def test_other_remarks_approval_or_declaration_are_a_change_too(more: str) -> None:
    found = tried([made.credit_note()], rules(f"filed -> accept {more}"), rules('filed -> accept remarks = "x"'))
    assert found.changes == (Change("accept", "accept", 1, -180 * RUPEES),)


def test_a_policy_is_no_change_to_itself() -> None:
    text = rules("credit_note -> accept", "value > 1 -> pending")
    found = tried([made.record("A"), made.credit_note("B")], text, text)
    assert found.changes == ()
    assert found.changed.num_rows == 0


def test_a_rule_that_cannot_have_its_wish_says_how_often_and_why() -> None:
    rows = [made.record("A", pending_blocked=True), made.record("B")]
    (figures,) = tried(rows, rules("filed -> pending")).figures
    assert (figures.records, figures.proposed, figures.unable) == (2, 1, 1)
    assert figures.problem == "It can't be kept pending, or no longer (R2.14)."


def test_a_view_can_be_asked_again() -> None:
    with view(made.tables([made.record()]), made.RECIPIENT) as it:
        first = attempt(it, read(rules("filed -> accept")), read(rules("filed -> ask")))
        second = attempt(it, read(rules("filed -> ask")), read(rules("filed -> accept")))
    assert (first.changes, second.changes) == (
        (Change("ask", "accept", 1, 180 * RUPEES),),
        (Change("accept", "ask", 1, 180 * RUPEES),),
    )


def test_of_nothing_there_is_nothing_to_tell() -> None:
    found = tried([], rules("filed -> accept"), rules("filed -> ask"))
    assert found.totals == Totals(0, 0, 0, 0, 0)
    assert (found.silent, found.changes) == (("rule 1",), ())


# The rows behind each rule.


def rows_behind(
    rows: list[made.Row],
    text: str,
    place: int | None,
    which: str = "all",
    findings: list[made.Row] | None = None,
    **page: Any,
) -> list[Behind]:
    with view(made.tables(rows, findings), made.RECIPIENT) as it:
        return list(behind(it, read(text), place, which, **page))


MIXED = [
    made.record("SMALL", igst=18_00, taxable=100_00),
    made.record("BIG"),
    made.credit_note("CN"),
    made.record("DONE", action="A"),
    made.record("WAITS", pending_blocked=True),
]
PENDING = rules("section = 'b2b' and number <> 'BIG' -> pending", "section = 'b2b' -> accept approval = 100")


def test_behind_each_number_of_a_trial_are_as_many_records() -> None:
    found = tried(MIXED, PENDING)
    places = {it.rule: place for place, it in enumerate(found.figures, 1) if it.line} | {NO_RULE: 0, DECIDED: -1}
    for it in found.figures:
        counts = [len(rows_behind(MIXED, PENDING, places[it.rule], which)) for which in WHICH]
        assert counts == [it.records, it.proposed, it.approvals, it.unable], it.rule
    assert len(rows_behind(MIXED, PENDING, None)) == len(MIXED)


def test_a_record_says_what_it_becomes_and_why() -> None:
    (big,) = rows_behind(MIXED, PENDING, 2)
    assert (big.number, big.was, big.becomes, big.rule, big.problem) == ("BIG", "N", "A", "rule 2", None)
    assert (big.credit_before, big.credit_after, big.needs_approval) == (180 * RUPEES, 180 * RUPEES, True)
    (waits,) = rows_behind(MIXED, PENDING, 1, "unable")
    assert (waits.number, waits.was, waits.becomes, waits.does) == ("WAITS", "N", "N", "ask")
    assert waits.problem is not None
    assert "R2.14" in waits.problem
    small = next(it for it in rows_behind(MIXED, PENDING, 1) if it.number == "SMALL")
    assert (small.becomes, small.credit_after) == ("P", 0)


def test_an_amendment_of_what_was_never_seen_has_no_credit() -> None:
    row = made.record("B", section="b2ba", original_number="X", original_tax=None)
    (found,) = rows_behind([row], rules("filed -> accept"), 1)
    assert (found.credit_before, found.credit_after) == (None, None)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_have_every_record_once_the_most_tax_first(size: int) -> None:
    rows = [made.record(f"N-{n}", igst=tax * RUPEES) for n, tax in enumerate((0, 5, 3, 3, 5, 3, 1))]
    with view(made.tables(rows), made.RECIPIENT) as it:
        policy, seen, after = read(rules("filed -> reject")), list[Behind](), None
        while page := list(behind(it, policy, 1, after=after, limit=size)):
            seen += page
            after = (page[-1].tax, page[-1].id)
    assert [it.number for it in seen] == ["N-1", "N-4", "N-2", "N-3", "N-5", "N-6", "N-0"]


@pytest.mark.parametrize(("place", "which"), [(3, "all"), (-2, "all"), (99, "all"), (1, "some"), (1, "' or true --")])
def test_a_rule_or_a_choice_that_there_is_not_is_refused(place: int, which: str) -> None:
    with pytest.raises(Invalid, match="There is no"):
        rows_behind(MIXED, PENDING, place, which)


def test_behind_each_change_are_its_records() -> None:
    old, new = (
        rules("filed -> accept"),
        rules("section = 'b2b' -> reject", "filed -> accept declaration = 'none'\nremarks = 'No'"),
    )
    with view(made.tables(MIXED), made.RECIPIENT) as it:
        found = attempt(it, read(new), read(old))
        assert found.changes
        for change in found.changes:
            rows = list(altered(it, read(new), read(old), (change.was, change.becomes)))
            taxes = [-row.tax if row.section == "b2bcn" else row.tax for row in rows]
            assert (len(rows), sum(taxes)) == (change.records, change.tax)
            assert all(isinstance(row, Altered) and row.rule_was == "rule 1" for row in rows)
        everything = list(altered(it, read(new), read(old)))
        first = list(altered(it, read(new), read(old), limit=1))
        rest = list(altered(it, read(new), read(old), after=(first[0].tax, first[0].id)))
    assert len(everything) == found.changed.num_rows
    assert first + rest == everything


def test_a_policy_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks a thousand questions about each record, for which others would wait."""
    monkeypatch.setattr(view_of_policies, "PATIENCE", 0.01)
    asked = " or ".join(f"supplier_name ilike '%{n}%x%'" for n in range(200))
    slow = rules(*[f"{asked} -> ask"] * 5)
    with pytest.raises(Invalid, match=r"more than 0\.01 seconds"):
        tried([made.record(str(n), trade_name="a" * 100) for n in range(20_000)], slow)
