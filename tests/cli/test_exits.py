"""The codes that commands end with: each kind of error has its own, and they are those of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gst_ims.cli.exits import Exit, Usage, exit_code
from gst_ims.client import errors
from gst_ims.connect.errors import NothingChanged, Unreadable
from gst_ims.core.errors import ImsError, Invalid

CODES: list[tuple[ImsError, Exit]] = [
    (Usage("x"), Exit.USAGE),
    (Unreadable("x"), Exit.USAGE),
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
    (NothingChanged("x"), Exit.REFUSED),
    (Invalid("x"), Exit.REFUSED),
    (ImsError("x"), Exit.REFUSED),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=[type(error).__name__ for error, _ in CODES])
def test_every_kind_of_error_has_its_code(error: ImsError, code: Exit) -> None:
    assert exit_code(error) is code


def test_the_codes_are_those_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text()
    (table,) = re.findall(r"^## Exit codes\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [*map(int, Exit)]
