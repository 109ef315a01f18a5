"""The offline tool's JSON: every row is read or reported, and what isn't such a file is refused."""

from __future__ import annotations

import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from msgspec import Raw
from tests.connect import records as made
from tests.connect.records import OTHER, RTIN, download, members

from gst_ims.client.record import Record
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import archive, read
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import OTHERS, Action, Section


def name_of(value: object) -> str:
    """What a case is called in every process alike: a Raw has its address in its text."""
    return ", ".join(value) if isinstance(value, dict) else str(value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "IMS.json"


def problems_of(file: Path, sections: dict[str, Any]) -> list[str]:
    file.write_bytes(msgspec.json.encode({"imsDetails": {"rtin": RTIN, "invdata": sections}}))
    reading = read(file)
    assert reading.records == ()
    return list(map(str, reading.problems))


@pytest.mark.parametrize("section", OTHERS)
def test_a_row_of_each_section_is_a_record(file: Path, section: Section) -> None:
    file.write_bytes(download({section.value: [members(section)]}))
    (record,) = read(file).records
    assert (record.section, record.number, record.value) == (section, "INV-1", Decimal("1180.00"))
    assert record == made.record(section)


@settings(deadline=None)
@given(made.sections())
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, sections: dict[str, list[dict[str, Any]]]
) -> None:
    file = tmp_path_factory.mktemp("any") / "IMS.json"
    file.write_bytes(download(sections))
    reading = read(file, Gstin(RTIN))
    expected = [Record.read(Section(name), msgspec.json.encode(row)) for name, rows in sections.items() for row in rows]
    assert (reading.gstin, list(reading.records), reading.problems) == (RTIN, expected, ())


def test_members_that_nobody_knows_are_passed_over(file: Path) -> None:
    file.write_bytes(download({"b2b": [members(rtnTyp="GSTR1", sRtnPrd="102025", new={"a": [1]})]}))
    assert read(file).records == (made.record(),)


def test_sections_may_stand_without_invdata(file: Path) -> None:
    file.write_bytes(msgspec.json.encode({"imsDetails": {"rtin": RTIN, "b2b": [members()]}}))
    assert read(file).records == (made.record(),)


def test_a_file_that_does_not_say_whose_it_is_is_read(file: Path) -> None:
    file.write_bytes(msgspec.json.encode({"imsDetails": {"b2b": [members()]}}))
    assert (read(file, Gstin(RTIN)).gstin, len(read(file).records)) == (None, 1)


def test_both_spellings_of_the_flag_of_a_reduction_are_understood(file: Path) -> None:
    rows = [members(Section.B2BCN, f"CN-{name}") for name in ("1", "2")]
    rows[0]["itcRedReqBlocked"] = "Y"
    del rows[1]["itcRedReqBlocked"]
    rows[1]["isItcRedReqBlocked"] = "Y"
    file.write_bytes(download({"b2bcn": rows}))
    assert [record.reduction_blocked for record in read(file).records] == [True, True]


@pytest.mark.parametrize("number", [1234567890123456, 17])
def test_a_number_that_came_as_a_number_is_text_in_what_is_uploaded(file: Path, number: int) -> None:
    file.write_bytes(download({"b2b": [members(inum=number)]}))
    (record,) = read(file).records
    assert json.loads(msgspec.json.encode(record.accept().row()))["inum"] == str(number)


def test_amounts_that_came_as_text_are_numbers_in_what_is_uploaded(file: Path) -> None:
    file.write_bytes(download({"b2b": [members(val="1,180.00", camt="", pos=7)]} | {"b2ba": []}))
    assert [problem.column for problem in read(file).problems] == ["camt"]
    file.write_bytes(download({"b2b": [members(val="1,180.00", pos=7)]}))
    row = msgspec.json.Encoder(decimal_format="number").encode(read(file).records[0].accept().row())
    assert b'"pos":"07"' in row
    assert b'"val":1180.00' in row


def test_a_byte_order_mark_is_passed_over(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + download({"b2b": [members()]}))
    assert len(read(file).records) == 1


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        ({"inum": None}, "row 2, inum", "It is empty."),
        ({"stin": "24AAXCT"}, "row 2, stin", "must have 15"),
        ({"idt": "31-02-2025"}, "row 2, idt", "isn't a day of the calendar"),
        ({"val": -5}, "row 2, val", "below zero"),
        ({"txval": 1.005}, "row 2, txval", "more than two decimals"),
        ({"rtnprd": "2025-10"}, "row 2, rtnprd", "isn't one such as"),
        ({"action": "X"}, "row 2, action", "isn't known"),
        ({"inum": 1e20}, "row 2, inum", "last digits lost"),
        ({"srcform": "R9"}, "row 2, srcform", "isn't known"),
        ({"val": Raw(b"9" * 60)}, "row 2, val", "many digits|out of range"),
        ({"inum": Raw(b"9" * 60)}, "row 2, inum", "digits"),
        ({"remarks": Raw(b"9" * 60)}, "row 2, remarks", "many digits"),
    ],
    ids=name_of,
)
def test_a_row_that_cannot_be_read_is_reported_and_the_others_are_read(
    file: Path, change: dict[str, Any], place: str, reason: str
) -> None:
    file.write_bytes(download({"b2b": [members(), members(number="BAD") | change, members(number="INV-3")]}))
    reading = read(file)
    assert [record.number for record in reading.records] == ["INV-1", "INV-3"]
    (problem,) = map(str, reading.problems)
    assert problem.startswith(f"IMS.json, b2b, {place}: ")
    assert re.search(reason, problem)


def test_each_wrong_member_of_a_row_is_reported(file: Path) -> None:
    found = problems_of(file, {"b2b": [members(idt="x", pos="99", val="much")]})
    assert [problem.split(":")[0] for problem in found] == [
        f"IMS.json, b2b, row 1, {it}" for it in ("idt", "pos", "val")
    ]


def test_a_record_that_stands_twice_is_reported(file: Path) -> None:
    file.write_bytes(download({"b2b": [members(), members(action="A")]}))
    reading = read(file)
    assert [record.action for record in reading.records] == [Action.NONE]
    assert "stands here twice" in str(reading.problems[0])


@pytest.mark.parametrize("row", [None, 17, "x", []], ids=str)
def test_what_is_no_row_is_reported(file: Path, row: Any) -> None:
    assert problems_of(file, {"b2b": [row]}) == [
        "IMS.json, b2b, row 1: It isn't an object with the members of a record."
    ]


def test_rows_of_a_section_that_the_tool_does_not_have_are_reported(file: Path) -> None:
    assert "impg isn't one of b2b" in problems_of(file, {"impg": [{}], "isd": []})[0]


def wrapped(content: bytes, *names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as into:
        for name in names:
            into.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_with_the_file_in_it_is_read(file: Path) -> None:
    file.write_bytes(wrapped(download({"b2b": [members()]}), "folder/IMS.json"))
    assert read(file).records == (made.record(),)


WHOLE = download({"b2b": [members()]})
BAD_FILES = {
    "nothing": (b"", "isn't JSON"),
    "no JSON": (b"{imsDetails", "isn't JSON"),
    "cut": (WHOLE[:-40], "isn't JSON"),
    "not UTF-8": (b'{"imsDetails": "\xff"}', "isn't JSON"),
    "nested": (b"[" * 100_000, "isn't JSON"),
    "an array": (b"[]", "has no imsDetails"),
    "another root": (b'{"imsDetailsErr": {}}', "has no imsDetails"),
    "an upload": (b'{"rtin":"27AAXCT0001K1Z6","reqtyp":"SAVE","invdata":{}}', "has no imsDetails"),
    "no object": (b'{"imsDetails": []}', "has no imsDetails"),
    "no sections": (b'{"imsDetails": {"invdata": "b2b"}}', "has no sections"),
    "no list": (b'{"imsDetails": {"invdata": {"b2b": {}}}}', "no list of rows in b2b"),
    "no GSTIN": (b'{"imsDetails": {"rtin": "me", "invdata": {}}}', "is of no taxpayer"),
    "another's": (download({"b2b": [members()]}, OTHER), f"is of {OTHER}, not of {RTIN}"),
    "cut zip": (wrapped(WHOLE, "a.json")[:-30], "cut off or damaged"),
    "zip cut in its middle": (wrapped(WHOLE, "a.json")[:60], "cut off or damaged"),
    "zip of nothing": (wrapped(WHOLE, "a.txt"), "has 0 workbooks and JSON files"),
    "zip of two": (wrapped(WHOLE, "a.json", "b.json"), "has 2 workbooks and JSON files"),
}


@pytest.mark.parametrize(("content", "reason"), BAD_FILES.values(), ids=BAD_FILES)
def test_what_is_no_download_of_this_taxpayer_is_refused(file: Path, content: bytes, reason: str) -> None:
    file.write_bytes(content)
    with pytest.raises(Unreadable, match=reason) as refused:
        read(file, Gstin(RTIN))
    assert "IMS.json" in str(refused.value)
    assert file.read_bytes() == content


def test_a_file_that_is_not_there_is_refused(file: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read(file)


def test_a_damaged_zip_is_refused(file: Path) -> None:
    content = bytearray(wrapped(WHOLE * 50, "a.json"))
    content[60] ^= 0xFF
    file.write_bytes(bytes(content))
    with pytest.raises(Unreadable, match="cut off or damaged"):
        read(file)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that needs no gigabyte to be reached."""
    monkeypatch.setattr(archive, "LARGEST", 200_000)


@pytest.mark.usefixtures("small")
def test_a_bomb_is_refused_before_it_is_unpacked(file: Path) -> None:
    file.write_bytes(wrapped(b"0" * 1_000_000, "a.json"))
    assert file.stat().st_size < 200_000
    with pytest.raises(Unreadable, match="unpacks to more than"):
        read(file)


@pytest.mark.usefixtures("small")
def test_a_bomb_that_lies_about_its_size_is_refused_too(file: Path) -> None:
    content = bytearray(wrapped(b"0" * 1_000_000, "a.json"))
    told = (1_000_000).to_bytes(4, "little")
    assert content.count(told) == 2
    file.write_bytes(bytes(content).replace(told, (10).to_bytes(4, "little")))
    with pytest.raises(Unreadable, match="unpacks to more than"):
        read(file)


@pytest.mark.usefixtures("small")
def test_a_file_that_is_too_large_is_refused_before_it_is_read(file: Path) -> None:
    file.write_bytes(b" " * 200_001)
    with pytest.raises(Unreadable, match="more than 200,000 bytes"):
        read(file)


def test_a_zip_of_too_many_files_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBERS", 2)
    file.write_bytes(wrapped(WHOLE, "a", "b", "c"))
    with pytest.raises(Unreadable, match="more than 2 files"):
        read(file)
