"""`ims explain` on a portal's database: what it prints, and what it refuses in one line."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from tests.api import Api, data, note
from tests.portal.statement.conftest import Books

from gst_ims.cli.main import main

Explain = Callable[..., tuple[int | str | None, str]]


@pytest.fixture
def explain(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Explain:
    def run(*arguments: str) -> tuple[int | str | None, str]:
        monkeypatch.setattr(sys, "argv", ["ims", "explain", *arguments, "--database-url", database_url])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return printed.err.removesuffix("\n") if ended.value.code == 1 else ended.value.code, printed.out

    return run


@pytest.fixture
def record(api: Api) -> str:
    """The full name of a credit note of October that was rejected on the 14th."""
    api.go_to("2025-11-05T10:00")
    supplier, recipient = api.company("24"), api.company("27")
    supplier.give_notes(recipient.gstin, note("CN-1", taxable=12_345.67))
    data(supplier.file())
    books = Books(api, recipient).on("2025-11-14T10:00")
    books.act("b2bcn", "CN-1", "R", remarks="not agreed")
    return f"{recipient.gstin}/b2bcn:{supplier.gstin}:CN-1:102025"


def test_it_prints_what_may_be_done_what_follows_and_why(explain: Explain, record: str) -> None:
    code, printed = explain(record)
    lines = printed.splitlines()
    gstin, _, name = record.partition("/")
    assert code in (0, None)
    assert lines[:4] == [
        f"{name} of {gstin} at 14-11-2025 10:00",
        "may be accepted, rejected or kept pending",
        "accepted: credit IGST -2,222.22",
        "rejected: supplier's liability IGST 2,222.22",
    ]
    assert lines[5] == "R7.3  It belongs to GSTR-2B of 102025 (filed on 05-11-2025)."
    assert "      GSTN advisory 624 of 23-Sep-2025; GSTN FAQ of 17-Oct-2025 (high)" in lines
    assert max(map(len, lines)) <= 100


def test_a_moment_of_the_past_is_explained_as_it_was(explain: Explain, record: str) -> None:
    then = explain(record, "--at", "2025-11-06T10:00:00+05:30")[1]
    assert "at 06-11-2025 10:00" in then
    assert "R2.2  No action is taken: it counts as accepted." in then


def test_of_what_is_closed_nothing_can_be_done(explain: Explain, record: str, api: Api) -> None:
    books = Books(api, next(t for t in api.taxpayers.values() if t.gstin.startswith("27")))
    books.compute()
    books.close()
    lines = explain(record)[1].splitlines()
    assert lines[1:3] == ["can't be acted upon", ""]
    assert "R3.14 It left IMS with GSTR-3B of 102025." in lines


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CN-1", "isn't named GSTIN/section:supplier:number:period"),
        ("27AAXCT0101K1Z0/CN-1", "isn't named section:supplier:number:period"),
        ("nobody/b2bcn:24AAXCT0003K1ZA:CN-1:102025", "GSTIN"),
        ("27AAXCT0101K1Z0/b2x:24AAXCT0003K1ZA:CN-1:102025", "b2x"),
        ("27AAXCT0101K1Z0/b2bcn:24AAXCT0003K1ZA:CN-1:202513", "Month 20"),
    ],
)
def test_a_name_that_is_none_is_refused_in_one_line(explain: Explain, record: str, name: str, words: str) -> None:
    code, printed = explain(name)
    assert printed == ""
    assert str(code).startswith("ims: ")
    assert words in str(code)
    assert "\n" not in str(code)


def test_a_record_that_is_not_there_is_named(explain: Explain, record: str) -> None:
    code, _ = explain(record.replace("CN-1", "CN-2"))
    assert "has no record" in str(code)
    assert "CN-2" in str(code)


def test_bytes_that_are_no_text_are_refused_in_one_line(explain: Explain, record: str) -> None:
    code, _ = explain(record.replace("CN-1", "CN-\udcff"))
    assert str(code).startswith("ims: ")
    assert "isn't text" in str(code)


def test_a_moment_that_is_none_is_refused(explain: Explain, record: str) -> None:
    assert "ims: " in str(explain(record, "--at", "yesterday")[0])


def test_it_changes_nothing(explain: Explain, record: str, api: Api) -> None:
    before = api.fingerprint()
    explain(record)
    explain(record, "--at", "2025-11-06T10:00:00+05:30")
    assert api.fingerprint() == before
