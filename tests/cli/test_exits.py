"""The codes that commands end with: each kind of error has its own, and they are those of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from gst_ims.cli import main
from gst_ims.cli.exits import Exit, Usage, exit_code
from gst_ims.client import Outcome, errors
from gst_ims.connect import errors as ways
from gst_ims.connect.errors import AlreadyThere, NothingChanged, NotOffered, Unreadable, Unwritable
from gst_ims.core.errors import ImsError, Invalid

CODES: list[tuple[ImsError, Exit]] = [
    (Usage("x"), Exit.USAGE),
    (Unreadable("x"), Exit.USAGE),
    (Unwritable("x"), Exit.USAGE),
    (AlreadyThere("x"), Exit.USAGE),
    (NotOffered("x"), Exit.USAGE),
    (errors.SignInNeeded("x"), Exit.SIGN_IN),
    (errors.CredentialsMissing("x"), Exit.SIGN_IN),
    (errors.Unauthorized("x"), Exit.SIGN_IN),
    (errors.Forbidden("x"), Exit.SIGN_IN),
    (errors.InvalidSession("x"), Exit.SIGN_IN),
    (errors.WrongOtp("x"), Exit.SIGN_IN),
    (errors.UnknownTaxpayer("x"), Exit.SIGN_IN),
    (errors.Unreachable("x"), Exit.UNAVAILABLE),
    (errors.NoAnswer("x"), Exit.UNAVAILABLE),
    (errors.PortalDown("x"), Exit.UNAVAILABLE),
    (errors.TooManyRequests("x"), Exit.UNAVAILABLE),
    (errors.NotReady("x"), Exit.UNAVAILABLE),
    (errors.OtpUndelivered("x"), Exit.UNAVAILABLE),
    (errors.TooManySessions("x"), Exit.UNAVAILABLE),
    (errors.UnexpectedAnswer("x"), Exit.UNAVAILABLE),
    (errors.WaitTimeout("x"), Exit.UNFINISHED),
    (errors.RequestInProgress("x"), Exit.UNFINISHED),
    (errors.NothingFound("x"), Exit.REFUSED),
    (errors.StatementClosed("x"), Exit.REFUSED),
    (errors.InvalidRequest("x"), Exit.REFUSED),
    (errors.NotFound("x"), Exit.REFUSED),
    (errors.TooLarge("x"), Exit.REFUSED),
    (errors.HttpFailed("x"), Exit.REFUSED),
    (errors.Refused("x"), Exit.REFUSED),
    (errors.StatementMissing("x"), Exit.REFUSED),
    (errors.StatementTooEarly("x"), Exit.REFUSED),
    (errors.StatementUnchanged("x"), Exit.REFUSED),
    (errors.StateUnusable("x"), Exit.REFUSED),
    (errors.RowsRefused(Outcome(())), Exit.REFUSED),
    (errors.FileDamaged("x"), Exit.UNAVAILABLE),
    (NothingChanged("x"), Exit.REFUSED),
    (Invalid("x"), Exit.REFUSED),
    (ImsError("x"), Exit.REFUSED),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=[type(error).__name__ for error, _ in CODES])
def test_every_kind_of_error_has_its_code(error: ImsError, code: Exit) -> None:
    assert exit_code(error) is code


def kinds(module: object) -> set[type[ImsError]]:
    return {it for it in vars(module).values() if isinstance(it, type) and issubclass(it, ImsError)}


def test_no_error_of_client_and_ways_is_forgotten_here() -> None:
    """Those that only others derive from have the code of those."""
    told = {type(error) for error, _ in CODES} | {errors.ClientError, errors.CallFailed}
    assert (kinds(errors) | kinds(ways)) - told == set()


@pytest.mark.parametrize(("status", "code"), [(400, 1), (401, 3), (403, 3), (404, 1), (413, 1), (429, 4), (500, 4)])
def test_an_http_status_has_the_code_of_its_error(status: int, code: int) -> None:
    assert exit_code(errors.of_status(status)("x")) == code


@pytest.mark.parametrize("gstn", sorted(errors.CODES))
def test_every_code_of_gstn_ends_a_command_with_one_of_ours(gstn: str) -> None:
    ended = exit_code(errors.of_code(gstn)("x", code=gstn))
    assert ended in (Exit.REFUSED, Exit.SIGN_IN, Exit.UNAVAILABLE, Exit.UNFINISHED)
    assert (ended is Exit.SIGN_IN) == (errors.of_code(gstn).__name__ in SIGNING)


SIGNING = {"InvalidSession", "WrongOtp", "UnknownTaxpayer"}


def test_codes_get_worse_so_that_of_many_the_highest_counts() -> None:
    assert list(Exit) == sorted(Exit)
    assert (Exit.DONE, Exit.INTERRUPTED, Exit.UNREAD) == (0, 128 + 2, 128 + 13)


def test_the_codes_are_those_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text()
    (table,) = re.findall(r"^## Exit codes\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [*map(int, Exit)]


@pytest.mark.parametrize(
    "error", [RuntimeError("Query interrupted"), duckdb.InterruptException("INTERRUPT Error: Interrupted!")]
)
def test_ctrl_c_ends_a_query_without_a_trace(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which DuckDB says with one error or the other."""

    def run() -> None:
        raise error

    monkeypatch.setattr(main, "_run", run)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == Exit.INTERRUPTED


def test_what_nobody_expected_keeps_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> None:
        raise RuntimeError("the disk of the query")

    monkeypatch.setattr(main, "_run", run)
    with pytest.raises(RuntimeError, match="the disk"):
        main.main()
