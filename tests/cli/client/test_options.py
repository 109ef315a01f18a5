"""Options in groups: what each makes of what is said, and that a command has its own and those of its groups."""

from __future__ import annotations

import inspect
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from gst_ims.cli.client import options
from gst_ims.cli.client.choosing import Filter
from gst_ims.cli.client.config import Profile, default_path, put
from gst_ims.cli.client.options import Place, Words, taking
from gst_ims.cli.client.output import Form
from gst_ims.cli.exits import Usage
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Section

GSTIN, OTHER = "27AAXCT0001K1Z6", "24AAXCT0003K1ZA"


# Which records.

CHOSEN: dict[str, tuple[dict[str, Any], Filter]] = {
    "nothing": ({}, Filter()),
    "a supplier": ({"supplier": [GSTIN.lower()]}, Filter(suppliers=frozenset({GSTIN}))),
    "two suppliers": ({"supplier": [GSTIN, OTHER]}, Filter(suppliers=frozenset({GSTIN, OTHER}))),
    "a status": ({"status": ["pending"]}, Filter(statuses=frozenset({Action.PENDING}))),
    "two statuses": (
        {"status": ["accepted", "no_action_taken"]},
        Filter(statuses=frozenset({Action.ACCEPT, Action.NONE})),
    ),
    "a period": ({"period": ["102025"]}, Filter(periods=frozenset({Period(2025, 10)}))),
    "a number in small letters": ({"number": ["srt/118"]}, Filter(numbers=frozenset({"SRT/118"}))),
    "days of people": (
        {"since": "01-10-2025", "until": "31-10-2025"},
        Filter(since=date(2025, 10, 1), until=date(2025, 10, 31)),
    ),
    "days of programs": (
        {"since": "2025-10-01", "until": "2025-10-31"},
        Filter(since=date(2025, 10, 1), until=date(2025, 10, 31)),
    ),
    "amounts": ({"least": "0", "most": "1,00,000"}, Filter(least=Decimal("0.00"), most=Decimal("100000.00"))),
}


@pytest.mark.parametrize(("said", "filter_"), CHOSEN.values(), ids=CHOSEN)
def test_what_is_said_becomes_a_filter(said: dict[str, Any], filter_: Filter) -> None:
    assert options.chosen(**said) == filter_


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a supplier": ({"supplier": [GSTIN, "27"]}, "GSTIN '27' has 2 characters"),
    "a status": ({"status": ["open"]}, "Status 'open' doesn't exist: use one of accepted"),
    "a status in capitals": ({"status": ["PENDING"]}, "Status 'PENDING' doesn't exist"),
    "a period": ({"period": ["2025-10"]}, "2025-10"),
    "the first day": ({"since": "5/10/2025"}, "isn't a day, written 05-11-2025 or 2025-11-05"),
    "the last day": ({"until": "2025-02-30"}, "'2025-02-30' isn't a day"),
    "the least": ({"least": "-1"}, "below zero"),
    "the greatest": ({"most": "1,5"}, "isn't a number"),
}


@pytest.mark.parametrize(("said", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_a_fault_of_the_command_line(said: dict[str, Any], words: str) -> None:
    with pytest.raises(Usage) as refused:
        options.chosen(**said)
    assert words in str(refused.value)


def test_a_supplier_that_may_be_mistyped_is_said_and_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert options.chosen(supplier=[GSTIN[:14] + "7"]).suppliers == {GSTIN[:14] + "7"}
    assert "It may be mistyped." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "sections"),
    [
        ([], ()),
        (["B2B"], (Section.B2B,)),
        (["cn", "B2BCN", "b2b"], (Section.B2BCN, Section.B2B)),
        (["ECOMA", "dna"], (Section.ECOMA, Section.B2BDNA)),
    ],
)
def test_sections_are_those_that_are_named_each_once(names: list[str], sections: tuple[Section, ...]) -> None:
    assert options.in_sections(Filter(), names).sections == sections


@pytest.mark.parametrize("name", ["", "B2C", "IMPG", "ISD", "all"])
def test_what_is_no_section_is_refused(name: str) -> None:
    with pytest.raises(Usage, match="Section"):
        options.in_sections(Filter(), ["B2B", name])


# Where, how, and with which words.


def test_the_place_is_the_user_s_own_unless_it_is_said(tmp_path: Path) -> None:
    assert options.place() == Place(default_path(), "")
    assert options.place(tmp_path / "c", "pune") == Place(tmp_path / "c", "pune")
    assert options.config_file(tmp_path / "c") == tmp_path / "c"


@pytest.mark.parametrize(("said", "form"), [({}, Form.TABLE), ({"json": True}, Form.JSON), ({"csv": True}, Form.CSV)])
def test_a_form_is_a_table_unless_it_is_said(said: dict[str, bool], form: Form) -> None:
    assert options.form(**said) is form


def test_two_forms_are_none() -> None:
    with pytest.raises(Usage, match="not both"):
        options.form(json=True, csv=True)


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        (Action.ACCEPT, ["remarks", "reduce"]),
        (Action.REJECT, ["remarks"]),
        (Action.PENDING, ["remarks"]),
        (Action.NONE, []),
    ],
)
def test_an_action_takes_the_words_that_belong_to_it(action: Action, parameters: list[str]) -> None:
    words = options.words_of(action)
    assert list(inspect.signature(words).parameters) == parameters
    assert words(*("x" for _ in parameters)) == Words(*("x" for _ in parameters))


@pytest.mark.parametrize(("texts", "actions"), [(None, set()), ([], set()), (["rejected"], {Action.REJECT})])
def test_statuses_are_read(texts: list[str] | None, actions: set[Action]) -> None:
    assert options.read_statuses(texts) == actions


@pytest.mark.parametrize("text", ["", "13", "2025-10", "102025 ", "oct-2025"])
def test_a_period_that_is_none_is_a_fault_of_the_command_line(text: str) -> None:
    with pytest.raises(Usage):
        options.read_period(text)
    assert options.read_period("102025") == Period(2025, 10)


# Completion.


@pytest.mark.parametrize(
    ("begun", "found"),
    [
        ("", ["B2B", "B2BA", "CN", "CNA", "DN", "DNA", "ECOM", "ECOMA"]),
        ("b2", ["B2B", "B2BA"]),
        ("CN", ["CN", "CNA"]),
        ("x", []),
    ],
)
def test_sections_are_completed(begun: str, found: list[str]) -> None:
    assert options.sections(begun) == found
    assert len(options.sections("")) == len(OTHERS)


@pytest.mark.parametrize(("begun", "found"), [("", 4), ("acc", 1), ("no", 1), ("x", 0)])
def test_statuses_are_completed(begun: str, found: int) -> None:
    assert len(options.statuses(begun)) == found
    assert set(options.statuses("")) == set(options.STATUSES)


class Context:
    """What of a context of Typer is looked at."""

    def __init__(self, config: Path | None) -> None:
        self.params = {"config": config}


@pytest.mark.parametrize("said", [True, False])
def test_profiles_are_completed_from_the_file_that_is_meant(said: bool, tmp_path: Path) -> None:
    path = tmp_path / "c.toml" if said else default_path()
    for name in ("pune", "panaji", "mysuru"):
        put(path, name, Profile(GSTIN, "x"), default=False)
    context: Any = Context(path if said else None)
    assert options.profiles(context, "p") == ["pune", "panaji"]
    assert options.profiles(context, "") == ["pune", "panaji", "mysuru"]


def test_a_broken_file_completes_nothing(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[broken")
    context: Any = Context(tmp_path / "c.toml")
    assert options.profiles(context, "") == []


# Groups of options.


def pair(first: Annotated[str, typer.Option("--first")] = "a", second: int = 2) -> tuple[str, int]:
    return first, second


def test_a_command_gets_what_its_groups_make_and_its_own() -> None:
    @taking(both=pair)
    def command(both: tuple[str, int], own: str = "") -> Any:
        """What it is for."""
        return own, both

    assert list(inspect.signature(command).parameters) == ["own", "first", "second"]
    assert command(own="x", first="b", second=7) == ("x", ("b", 7))
    assert (command.__name__, command.__doc__) == ("command", "What it is for.")


def test_a_group_may_have_groups() -> None:
    @taking(both=pair)
    def outer(both: tuple[str, int], third: bool = False) -> Any:
        return both, third

    @taking(of=outer)
    def command(of: Any) -> Any:
        return of

    assert list(inspect.signature(command).parameters) == ["third", "first", "second"]
    assert command(third=True, first="b", second=7) == (("b", 7), True)


def test_options_of_groups_are_options_of_the_program() -> None:
    app, got = typer.Typer(), list[Any]()

    @app.command()
    @taking(both=pair)
    def command(both: tuple[str, int], name: str) -> None:
        got.append((name, both))

    assert CliRunner().invoke(app, ["--first", "b", "--second", "7", "x"]).exit_code == 0
    assert CliRunner().invoke(app, ["--second", "seven"]).exit_code == 2
    assert got == [("x", ("b", 7))]
