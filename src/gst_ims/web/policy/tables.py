"""Versions of policies as a file, and what a policy would do: by rule, in all, and record by record."""

from __future__ import annotations

from typing import Any

from gst_ims.core.money import Paise
from gst_ims.desk.policy import service as policies
from gst_ims.desk.policy.service import Version
from gst_ims.desk.policy.trial import DECIDED, NO_RULE, Altered, Behind, Change, Figures
from gst_ims.web import words
from gst_ims.web.tables.asked import Asked, Made, Told, count, document, made, moment, money
from gst_ims.web.words import N_

#: What is no rule's, as the page calls it.
_OTHERS = {NO_RULE: N_("No rule holds"), DECIDED: N_("Decided at the portal")}

_VERSIONS: tuple[Told[Version], ...] = (
    Told(N_("Policy"), lambda it, _: it.name, width=20),
    count(N_("Version"), lambda it, _: it.version),
    Told(N_("By"), lambda it, _: it.person),
    moment(N_("When"), lambda it, _: it.at),
    Told(N_("Why"), lambda it, _: it.why, width=40),
    Told(N_("Approved by"), lambda it, _: it.approved_by),
    moment(N_("Approved"), lambda it, _: it.approved_at),
)

_RULES: tuple[Told[Figures], ...] = (
    Told(N_("Rule"), lambda it, say: it.rule if it.line else say(_OTHERS[it.rule]), width=30),
    count(N_("Line"), lambda it, _: it.line or None),
    Told(N_("Wants"), lambda it, say: it.action and say(words.WISH[it.action])),
    count(N_("Records"), lambda it, _: it.records),
    money(N_("Value"), lambda it, _: it.value),
    money(N_("Tax"), lambda it, _: it.tax),
    count(N_("Decides"), lambda it, _: it.proposed),
    count(N_("To approve"), lambda it, _: it.approvals),
    count(N_("Not possible"), lambda it, _: it.unable),
    Told(N_("Why not"), lambda it, _: it.problem, width=40),
)
_TOTALS: tuple[Told[tuple[str, Paise, Paise]], ...] = (
    Told(N_("What"), lambda it, say: say(it[0]), width=30),
    money(N_("Before"), lambda it, _: it[1]),
    money(N_("After"), lambda it, _: it[2]),
)
_CHANGES: tuple[Told[Change], ...] = (
    Told(N_("In force"), lambda it, say: say(words.WISH[it.was])),
    Told(N_("Then"), lambda it, say: say(words.WISH[it.becomes])),
    count(N_("Records"), lambda it, _: it.records),
    money(N_("Tax"), lambda it, _: it.tax),
)
_RECORD: tuple[Told[Any], ...] = (
    *document("supplier", "supplier_name"),
    money(N_("Tax"), lambda it, _: it.tax),
)
_BEHIND: tuple[Told[Behind], ...] = (
    *_RECORD,
    Told(N_("Stands as"), lambda it, say: say(words.ACTION[it.was])),
    Told(N_("Becomes"), lambda it, say: say(words.ACTION[it.becomes])),
    Told(N_("Second person"), lambda it, say: say(N_("yes") if it.needs_approval else N_("no")), width=12),
    money(N_("Credit before"), lambda it, _: it.credit_before),
    money(N_("Credit after"), lambda it, _: it.credit_after),
    Told(N_("Rule"), lambda it, say: it.rule or say(_OTHERS[NO_RULE]), width=30),
    Told(N_("Why not"), lambda it, _: it.problem, width=40),
    Told(N_("Remarks"), lambda it, _: it.remarks, width=40),
)
_ALTERED: tuple[Told[Altered], ...] = (
    *_RECORD,
    Told(N_("In force"), lambda it, say: say(words.WISH[it.was])),
    Told(N_("By rule"), lambda it, say: it.rule_was or say(_OTHERS[NO_RULE]), width=30),
    Told(N_("Then"), lambda it, say: say(words.WISH[it.becomes])),
    Told(N_("By which rule"), lambda it, say: it.rule_becomes or say(_OTHERS[NO_RULE]), width=30),
)


def versions(asked: Asked) -> Made:
    """All versions."""
    return made(asked, N_("Versions"), _VERSIONS, policies.versions(asked.desk, asked.person, asked.one), frozen=2)


def tried(asked: Asked) -> Made:
    """What each rule of the text would do. Raises PolicyWrong."""
    return made(asked, N_("What it would do now"), _RULES, _trial(asked).figures)


def tried_totals(asked: Asked) -> Made:
    """Credit and liability before and after. Raises PolicyWrong."""
    it = _trial(asked).totals
    rows = [
        (N_("Your credit"), it.credit_before, it.credit_after),
        (N_("Back to suppliers’ liability"), it.liability_before, it.liability_after),
    ]
    return made(asked, N_("Before and after"), _TOTALS, rows)


def tried_changes(asked: Asked) -> Made:
    """What changes against the policy in force, counted. Raises PolicyWrong."""
    return made(asked, N_("Against the policy"), _CHANGES, _trial(asked).changes or ())


def tried_rows(asked: Asked) -> Made:
    """The records behind a number of a trial, as the page has them. Raises PolicyWrong, Invalid."""
    text, which = asked.word("text"), asked.word("which") or "all"
    if which == "changed":
        change = (asked.word("was"), asked.word("becomes")) if asked.word("was") else None
        altered = policies.altered(asked.desk, asked.person, asked.one, text, change)
        return made(asked, N_("Records that change"), _ALTERED, altered, frozen=4)
    # Before the first rule stands what no rule holds for, and before that what is decided.
    place = -1 if asked.word("place") == "-1" else asked.number("place") if asked.word("place") else None
    rows = policies.behind(asked.desk, asked.person, asked.one, text, place, which)
    return made(asked, N_("Records"), _BEHIND, rows, frozen=4)


def _trial(asked: Asked) -> policies.Trial:
    return policies.attempt_at(asked.desk, asked.person, asked.one, asked.word("text"))
