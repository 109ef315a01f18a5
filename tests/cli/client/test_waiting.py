"""What is said at the end: every row that isn't applied, in each form, and the code that follows from it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connect.records import RTIN, record

from gst_ims.cli.client.config import Profile
from gst_ims.cli.client.opening import Opened
from gst_ims.cli.client.output import Form
from gst_ims.cli.client.waiting import report, say_missing, wait
from gst_ims.cli.exits import Exit
from gst_ims.client import Fate, Outcome, Progress, Verdict, errors
from gst_ims.connect.offline import Offline
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.gstin import Gstin

printing = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
PROBLEM = Problem("a.xlsx", "Records", 2, "Decision", "No.")
FATES = st.lists(st.sampled_from(Fate), max_size=8)


def outcome(*fates: Fate) -> Outcome:
    return Outcome(
        tuple(
            Verdict(record(number=f"INV-{n}").accept(), fate, "C1" if fate is Fate.REFUSED else None, f"Why {n}.")
            for n, fate in enumerate(fates)
        ),
        ("r1", "r2"),
    )


A, R, N, U = Fate.APPLIED, Fate.REFUSED, Fate.NOT_SENT, Fate.UNKNOWN

ENDS: dict[str, tuple[list[Fate], dict[str, Any], Exit, str]] = {
    "nothing": ([], {}, Exit.DONE, "Nothing to do."),
    "all applied": ([A, A], {}, Exit.DONE, "2 applied."),
    "one refused": ([A, R], {}, Exit.REFUSED, "1 applied, 1 refused."),
    "one not sent": ([A, N], {}, Exit.REFUSED, "1 applied, 1 not sent."),
    "one unknown": ([A, U], {}, Exit.UNFINISHED, "1 applied, 1 of unknown fate."),
    "unknown goes before refused": ([R, U, N], {}, Exit.UNFINISHED, "1 refused, 1 not sent, 1 of unknown fate."),
    "a name without a record": ([A], {"missing": ["b2b:x"]}, Exit.REFUSED, "1 applied."),
    "a row that can't be read": ([A], {"problems": [PROBLEM]}, Exit.REFUSED, "1 applied."),
    "nothing but a problem": ([], {"problems": [PROBLEM]}, Exit.REFUSED, "Nothing to do."),
    "a problem and an unknown": ([U], {"problems": [PROBLEM]}, Exit.UNFINISHED, "1 of unknown fate."),
}


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(("fates", "left", "code", "words"), ENDS.values(), ids=ENDS)
def test_the_code_is_the_same_in_every_form(
    fates: list[Fate], left: dict[str, Any], code: Exit, words: str, form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(outcome(*fates), form, **left) is code
    out, err = capsys.readouterr()
    if form is Form.TABLE:
        assert out.splitlines()[-1] == words
    assert err.count("There is no record") == len(left.get("missing", []))


@printing
@given(FATES)
def test_a_table_has_every_row_that_is_not_applied_and_no_other(
    capsys: pytest.CaptureFixture[str], fates: list[Fate]
) -> None:
    capsys.readouterr()
    report(outcome(*fates), Form.TABLE)
    out = capsys.readouterr().out
    assert [f"INV-{n}" in out for n in range(len(fates))] == [fate is not A for fate in fates]


@printing
@given(FATES, st.lists(st.sampled_from(["b2b:x", "cn:y"]), max_size=2), st.booleans())
def test_json_has_everything(
    capsys: pytest.CaptureFixture[str], fates: list[Fate], missing: list[str], problem: bool
) -> None:
    capsys.readouterr()
    report(outcome(*fates), Form.JSON, missing, [PROBLEM] * problem)
    told = json.loads(capsys.readouterr().out)
    assert [row["fate"] for row in told["rows"]] == [fate.value for fate in fates]
    assert {fate.value: told[fate.value] for fate in Fate} == {fate.value: fates.count(fate) for fate in Fate}
    assert (told["reference_ids"], told["missing"]) == (["r1", "r2"], missing)
    row = {"file": "a.xlsx", "sheet": "Records", "row": 2, "column": "Decision", "reason": "No."}
    assert told["problems"] == [row] * problem


@printing
@given(FATES)
def test_csv_has_every_row(capsys: pytest.CaptureFixture[str], fates: list[Fate]) -> None:
    capsys.readouterr()
    report(outcome(*fates), Form.CSV)
    read = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [(row["number"], row["fate"]) for row in read] == [(f"INV-{n}", it.value) for n, it in enumerate(fates)]


def test_every_name_that_no_record_has_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    say_missing(["b2b:x", "cn:y"])
    assert capsys.readouterr().err.splitlines() == [
        "ims: There is no record b2b:x: list the section, and look.",
        "ims: There is no record cn:y: list the section, and look.",
    ]


# Waiting.


class Waited:
    """A save that ends as a test wants it."""

    id, gstin, reference_ids = "id-1", Gstin(RTIN), ("r1",)

    def __init__(self, end: Outcome | BaseException) -> None:
        self.end = end
        self.timeouts: list[float] = []

    def wait(self, timeout: float = 0, on_progress: Any = None) -> Outcome:
        self.timeouts.append(timeout)
        on_progress(Progress(0, 2, 0, 1))
        if isinstance(self.end, BaseException):
            raise self.end
        on_progress(Progress(2, 2, 1, 1))
        return self.end


@pytest.fixture(params=[False, True], ids=["online", "offline"])
def it(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    profile = Profile(RTIN, "", "offline", "", str(tmp_path)) if request.param else Profile(RTIN, "x")
    return Opened("me", profile, Offline(RTIN, tmp_path))


def test_what_is_over_is_given(it: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    reference = Waited(outcome(A))
    assert wait(it, reference, 30) == outcome(A)
    assert reference.timeouts == [0 if it.profile.offline else 30], "nobody waits for a person with files"
    assert capsys.readouterr() == ("", ""), "and without a terminal there is no bar"


def test_whose_time_is_over_is_told_how_to_go_on(it: Opened) -> None:
    with pytest.raises(errors.WaitTimeout) as raised:
        wait(it, Waited(errors.WaitTimeout("Upload x.json.")), 7.5)
    words = "Upload x.json." if it.profile.offline else "The portal isn't done after 7.5 seconds."
    assert str(raised.value) == f"{words} Take it up again with `ims status id-1 --profile me`."


@pytest.mark.parametrize("error", [errors.PortalDown(), errors.SignInNeeded(), errors.StateUnusable()])
def test_whatever_else_ends_it_goes_on_with_its_own_words(
    it: Opened, error: errors.ClientError, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(type(error)) as raised:
        wait(it, Waited(error), 7)
    assert raised.value is error
    assert capsys.readouterr().err == ("ims: It isn't over. Take it up again with `ims status id-1 --profile me`.\n")


def test_ctrl_c_leaves_it_to_the_portal(it: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        wait(it, Waited(KeyboardInterrupt()), 7)
    assert ended.value.exit_code == Exit.INTERRUPTED
    assert capsys.readouterr().err.startswith("ims: The portal goes on with it. Take it up again with `ims status id-1")
