"""The rulebook: what comes with the program holds, and a broken one is refused with the place of the mistake."""

from __future__ import annotations

import pytest

from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.rulebook.law import Law, law, parse

HEAD = "says: something\n  source: somewhere\n  confidence: high\n"
GOOD = f"- id: R1\n  {HEAD}  values:\n    limit: {{'072017': 1, '042024': 2, '102025': 3}}\n"


def rule(rest: str, rule_id: str = "R1") -> str:
    return f"- id: {rule_id}\n  {HEAD}{rest}"


def limit(period: str) -> int:
    return parse(GOOD.encode()).at("R1", "limit", Period.parse(period))


def test_the_rulebook_that_comes_with_the_program_loads() -> None:
    assert "R7.3" in law().rules


def test_it_is_read_once() -> None:
    assert law() is law()


@pytest.mark.parametrize("rule_id", sorted(law().rules))
def test_every_rule_says_something_and_who_says_so(rule_id: str) -> None:
    found = law().rules[rule_id]
    assert found.says.strip()
    assert found.source.strip()


HOLDING = {
    "072017": 1,
    "032024": 1,
    "042024": 2,
    "092025": 2,
    "102025": 3,
    "122099": 3,
}


@pytest.mark.parametrize(("period", "value"), HOLDING.items())
def test_a_value_holds_from_its_period_until_the_next(period: str, value: int) -> None:
    assert limit(period) == value


def test_before_the_first_value_the_first_one_holds() -> None:
    late = parse(GOOD.replace("'072017': 1, ", "").encode())
    assert late.at("R1", "limit", Period.parse("072017")) == 2


def test_a_cut_over_is_the_period_of_the_newest_value() -> None:
    assert parse(GOOD.encode()).since("R1", "limit") == Period.parse("102025")


TODAY = [
    ("R1.6", "imports_in_ims", "092025", 0),
    ("R1.6", "imports_in_ims", "102025", 1),
    ("R1.10", "records_in_ims", "092024", 0),
    ("R1.10", "records_in_ims", "102024", 1),
    ("R2.6", "pending_periods", "092025", 0),
    ("R2.6", "pending_periods", "102025", 1),
    ("R6.2", "reduction_declared", "092025", 0),
    ("R6.2", "reduction_declared", "102025", 1),
    ("R6.10", "remarks_length", "102025", 250),
    ("R7.3", "monthly_due_day", "102025", 11),
    ("R7.3", "quarterly_due_day", "102025", 13),
]


@pytest.mark.parametrize(("rule_id", "name", "period", "value"), TODAY)
def test_the_law_s_values_are_those_of_its_sources(rule_id: str, name: str, period: str, value: int) -> None:
    assert law().at(rule_id, name, Period.parse(period)) == value


@pytest.mark.parametrize(("period", "valid"), [("082025", False), ("092025", True)])
def test_forty_per_cent_is_a_rate_since_september_2025(period: str, valid: bool) -> None:
    """RATES."""
    assert (4000 in law().table("RATES", "rates", Period.parse(period))) is valid


@pytest.mark.parametrize("rate", [0, 500, 1200, 1800, 2800])
def test_old_rates_stay_valid(rate: int) -> None:
    """Old documents have them, and amendments of old documents."""
    assert rate in law().table("RATES", "rates", Period.parse("122025"))


BROKEN = {
    "an id twice": (GOOD + rule(""), "R1"),
    "periods out of order": (rule("  values: {limit: {'102025': 1, '042024': 2}}"), r"R1 limit: .*ascending"),
    "a period twice as text and number": (rule("  values: {limit: {'102025': 1, 102025: 2}}"), "102025|str"),
    "no period": (rule("  values: {limit: {}}"), "R1 limit: .*at least one"),
    "a period that isn't one": (rule("  values: {limit: {'132025': 1}}"), "13"),
    "a period before GST": (rule("  values: {limit: {'062017': 1}}"), "062017"),
    "a year first": (rule("  values: {limit: {'202510': 1}}"), "20"),
    "an unknown key": (rule("  vlaues: {limit: {'102025': 1}}"), r"vlaues.*\$\[0\]"),
    "an unknown key of the second rule": (GOOD + rule("  note: x", "R2"), r"note.*\$\[1\]"),
    "no source": ("- id: R1\n  says: x\n  confidence: high\n", r"source.*\$\[0\]"),
    "a confidence that isn't one": (GOOD.replace("high", "certain"), r"certain.*\$\[0\]\.confidence"),
    "a value that isn't a whole number": (rule("  values: {limit: {'102025': 1.5}}"), r"int.*\$\[0\]\.values"),
    "a table that isn't a list": (rule("  tables: {rates: {'102025': 5}}"), r"array.*\$\[0\]\.tables"),
    "a table out of order": (rule("  tables: {rates: {'102025': [5], '072017': [1]}}"), "R1 rates"),
    "a rule that isn't there": (GOOD.replace("says: something", "says: more than R9.9 says"), r"R1 names R9\.9"),
    "no list": ("id: R1\n", "array"),
    "no YAML": ("- id: [", "rulebook"),
}


@pytest.mark.parametrize(("text", "place"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rulebook_is_refused_with_the_place(text: str, place: str) -> None:
    with pytest.raises(Invalid, match=place):
        parse(text.encode())


@pytest.mark.parametrize(("rule_id", "name"), [("R99", "limit"), ("R1", "other")])
def test_a_rule_that_is_not_there_is_no_silent_default(rule_id: str, name: str) -> None:
    with pytest.raises(KeyError):
        parse(GOOD.encode()).at(rule_id, name, Period.parse("102025"))


def test_a_law_without_rules_is_a_law() -> None:
    assert Law([]).rules == {}
