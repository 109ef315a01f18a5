"""What `ims serve` says to a person."""

from __future__ import annotations

import subprocess

import pytest

from gst_ims.cli.welcome import curl_lines, welcome
from gst_ims.portal.start import Credentials
from gst_ims.synthetic import demo

ADDRESS = "http://127.0.0.1:8000"
MADE = Credentials("key_live_1", "secret_live_2", "operator_3")


def words(*, test_mode: bool = False, credentials: Credentials | None = MADE, demo: bool = False) -> str:
    return welcome(ADDRESS, test_mode, credentials, demo=demo)


@pytest.mark.parametrize("text", [ADDRESS, f"{ADDRESS}/docs", "key_live_1", "secret_live_2", "operator_3"])
def test_new_data_is_greeted_with_what_is_needed(text: str) -> None:
    assert text in words()


def test_credentials_that_are_shown_once_are_said_to_be_so() -> None:
    assert "shown this once" in words()


def test_known_credentials_need_no_writing_down() -> None:
    assert "shown this once" not in words(test_mode=True)


@pytest.mark.parametrize("company", demo().recipients, ids=lambda company: company.gstin)
def test_the_demo_s_companies_are_listed_with_their_users(company) -> None:
    (line,) = [line for line in words(demo=True).splitlines() if company.gstin in line]
    assert company.username in line


def test_the_one_time_password_is_shown_in_test_mode_only() -> None:
    assert "575757" in words(test_mode=True, demo=True)
    assert "575757" not in words(demo=True)


def test_the_workbench_s_people_are_shown_where_their_password_is_known() -> None:
    assert "asha prepares, bina and chetan approve: password_test_local" in words(test_mode=True, demo=True)
    assert "asha" not in words(demo=True)


def test_lines_to_paste_are_shown_where_they_work() -> None:
    assert all(line in words(test_mode=True, demo=True) for line in curl_lines(ADDRESS))
    assert "curl" not in words(demo=True)
    assert "curl" not in words(test_mode=True)


def test_there_are_three_lines_to_paste() -> None:
    assert len(curl_lines(ADDRESS)) == 3


@pytest.mark.parametrize("line", [0, 1, 2])
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_each_line_to_paste_is_good_shell(shell: str, line: int) -> None:
    done = subprocess.run([shell, "-n", "-c", curl_lines(ADDRESS)[line]], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
