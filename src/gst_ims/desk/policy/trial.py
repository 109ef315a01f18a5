"""A dry run: what a policy would do with what there is, and what it would do otherwise than the one in force."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from gst_ims.core.errors import Invalid
from gst_ims.core.money import Paise
from gst_ims.desk.policy.document import Policy
from gst_ims.desk.policy.view import View, statements

NO_RULE, DECIDED = "no rule holds", "decided at the portal"


@dataclass(frozen=True)
class Figures:
    """One rule, or what no rule holds for, or what is decided already and left alone."""

    rule: str
    #: Of the rule in its file; 0 where there is none.
    line: int
    #: accept, reject, pending or ask; empty for what is decided.
    action: str
    records: int = 0
    value: Paise = 0
    tax: Paise = 0
    #: How many would be decided otherwise than they stand.
    proposed: int = 0
    #: How many of those a second person has to approve.
    approvals: int = 0
    #: How many the action isn't possible for, so that people are asked; and a reason.
    unable: int = 0
    problem: str | None = None


class Totals(NamedTuple):
    """Over all documents, in paise, before and after what is proposed.

    `credit` is what they bring to GSTR-2B once they are filed, with what amendments amend taken off; `liability` is
    what comes back to suppliers for what is rejected (R4.7, R5.4). `unsure` of them amend documents that the desk has
    never seen, and are left out.
    """

    unsure: int
    credit_before: Paise
    credit_after: Paise
    liability_before: Paise
    liability_after: Paise


class Change(NamedTuple):
    """What the policy in force does (accept, reject, pending, ask) and this one would do otherwise.

    Where both are the same, remarks, declaration or approval differ.
    """

    was: str
    becomes: str
    records: int
    tax: Paise


@dataclass(frozen=True)
class Trial:
    """What a dry run found."""

    figures: tuple[Figures, ...]
    totals: Totals
    #: Rules that held for nothing.
    silent: tuple[str, ...]
    #: Vendor lists that rules ask about and that aren't there, or are empty.
    missing_lists: tuple[str, ...]
    #: None where no policy is in force.
    changes: tuple[Change, ...] | None
    #: The records that change, as an Arrow table, the most tax first: `id`, `section`, `supplier`, `supplier_name`,
    #: `number`, `tax`, and each as it was and becomes: action, reduction, rule. None where no policy is in force.
    changed: Any


class Behind(NamedTuple):
    """A record behind a rule. `was` and `becomes` are its actions (N, A, R, P), `does` what the policy does about it.

    `problem` says why what the rule wants isn't possible. Credit is paise as in `Totals`, None for what is unsure.
    """

    id: str
    section: str
    supplier: str
    supplier_name: str | None
    number: str
    document_date: date
    period: date
    tax: Paise
    was: str
    becomes: str
    does: str
    rule: str | None
    problem: str | None
    remarks: str | None
    reduction: str | None
    needs_approval: bool
    credit_before: Paise | None
    credit_after: Paise | None


class Altered(NamedTuple):
    """A record with which a policy does something else than the one in force."""

    id: str
    section: str
    supplier: str
    supplier_name: str | None
    number: str
    document_date: date
    period: date
    tax: Paise
    was: str
    becomes: str
    reduction_was: str | None
    reduction_becomes: str | None
    rule_was: str | None
    rule_becomes: str | None


#: Which records of a rule: all, what it decides otherwise than it stands, what a second person has to approve, and
#: what its wish isn't possible for.
WHICH = ("all", "decides", "approve", "unable")
_BATCH = 5_000
#: Where a page of records ends: tax and id of its last one.
Place = tuple[Paise, str]


def behind(
    view: View,
    policy: Policy,
    place: int | None,
    which: str = "all",
    after: Place | None = None,
    limit: int | None = None,
) -> Generator[Behind]:
    """The records of a rule, the most tax first. `place` counts rules from 1; 0: no rule holds, -1: decided already.

    Only a batch is in memory; without a limit all come. With the first Invalid is raised for a choice or a rule that
    there isn't.
    """
    if which not in WHICH:
        raise Invalid(f"There is no choice {which!r}: use one of {', '.join(WHICH)}.")
    if place is not None and not -1 <= place <= len(policy.rules):
        raise Invalid(f"There is no rule {place}: the policy has {len(policy.rules)}. Try it again.")
    view.judge(policy)
    asked = {"place": place, "which": which, "limit": limit, **_from(after)}
    yield from (Behind(*row) for row in _stream(view, statements.behind, asked))


def altered(
    view: View,
    policy: Policy,
    in_force: Policy,
    change: tuple[str, str] | None = None,
    after: Place | None = None,
    limit: int | None = None,
) -> Generator[Altered]:
    """What a policy does otherwise than the one in force: all, or what it turns from one into another.

    Only a batch is in memory; without a limit all come.
    """
    view.judge(in_force, "in_force")
    view.judge(policy)
    view.db.execute(statements.changed.sql)
    was, becomes = change or (None, None)
    asked = {"was": was, "becomes": becomes, "limit": limit, **_from(after)}
    yield from (Altered(*row) for row in _stream(view, statements.changed_behind, asked))


def attempt(view: View, policy: Policy, in_force: Policy | None = None) -> Trial:
    """Try a policy on a view, which stays as it is but for the tables of its outcome."""
    if in_force:
        view.judge(in_force, "in_force")
    view.judge(policy)
    rows = {row[0]: row[1:] for row in _rows(view, statements.figures)}
    figures = [
        Figures(rule.name, rule.line, rule.wish, *rows.get(place, ())) for place, rule in enumerate(policy.rules, 1)
    ]
    others = [Figures(NO_RULE, 0, "ask", *rows.get(0, ())), Figures(DECIDED, 0, "", *rows.get(-1, ()))]
    changes = changed = None
    if in_force:
        view.db.execute(statements.changed.sql)
        changes = tuple(Change(*row) for row in _rows(view, statements.changes))
        changed = view.db.sql(statements.changed_records.sql).to_arrow_table()
    return Trial(
        figures=(*figures, *(it for it in others if it.records)),
        totals=Totals(*_rows(view, statements.totals)[0]),
        silent=tuple(it.rule for it in figures if not it.records),
        missing_lists=tuple(sorted(policy.lists - {name for (name,) in _rows(view, statements.known_lists)})),
        changes=changes,
        changed=changed,
    )


def _rows(view: View, statement: Any, values: dict[str, Any] | None = None) -> list[Any]:
    return cast("list[Any]", view.db.execute(statement.sql, values).fetchall())


def _stream(view: View, statement: Any, values: dict[str, Any]) -> Generator[Any]:
    found = view.db.execute(statement.sql, values)
    while rows := cast("list[Any]", found.fetchmany(_BATCH)):
        yield from rows


def _from(after: Place | None) -> dict[str, Any]:
    tax, name = after or (None, None)
    return {"tax": tax, "after": name}
