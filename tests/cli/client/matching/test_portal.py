"""`ims match` of a portal's records, read through a profile."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Done, Ims, profile_of
from tests.client.conftest import Served
from tests.desk.match.sides import booked, books

from gst_ims.cli.client.config import Profile, default_path, put

FIELDS = ("supplier", "number", "date", "value", "taxable", "igst", "cgst", "sgst", "cess")


@pytest.fixture
def register(ims: Ims, me: Taxpayer, tmp_path: Path) -> Path:
    """The recipient's register: what the portal lists, without one invoice, one otherwise, and a new one."""
    rows = [row for section in ("B2B", "CN", "DN") for row in json.loads(ims("list", section, "--json").out)]
    path = tmp_path / "books.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["GSTIN of supplier", "Invoice number", "Invoice Date", "Invoice Value", "Taxable Value",
                         "Integrated Tax", "Central Tax", "State/UT Tax", "Cess", "Document type"])  # fmt: skip
        kinds = {"C": "Credit Note", "D": "Debit Note"}
        for row in rows:
            if row["number"] == "INV-0":
                continue
            number = row["number"].lower() if row["number"] == "INV-1" else row["number"]
            cells = [row[name] for name in FIELDS]
            writer.writerow([cells[0], number, *cells[2:], kinds.get(number[0], "Invoice")])
    return path


def matched(ims: Ims, me: Taxpayer, register: Path, *more: object) -> Done:
    return ims("match", "--gstin", me.gstin, "--books", register, "--yes", *more)


def test_records_of_all_sections_are_read_through_the_profile(ims: Ims, me: Taxpayer, register: Path) -> None:
    done = matched(ims, me, register, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["read"][0] == {"side": "portal", "documents": 12, "rows": {}}
    found = {(it["side"], it["bucket"]): it["documents"] for it in told["buckets"]}
    assert found == {("portal", "missing in books"): 1, ("portal", "matched"): 11, ("books", "matched"): 11}
    assert [it["number"] for it in told["worst"]] == ["INV-0"]


def test_the_profile_alone_says_whose_they_are(ims: Ims, me: Taxpayer, register: Path) -> None:
    named = ims("match", "--profile", "me", "--books", register, "--yes", "--json")
    assert (named.code, named.out) == (0, matched(ims, me, register, "--json").out)
    nobody = ims("match", "--profile", "nobody", "--books", register, "--yes")
    assert (nobody.code, "There is no profile 'nobody'" in nobody.err) == (2, True)


def test_the_result_names_each_record(ims: Ims, me: Taxpayer, register: Path, tmp_path: Path) -> None:
    matched(ims, me, register, "--out", tmp_path / "result.json")
    rows = json.loads((tmp_path / "result.json").read_text())
    mine = [row for row in rows if row["side"] == "portal"]
    assert {row["section"] for row in mine} == {"b2b", "b2bcn", "b2bdn"}
    assert {row["rtin"] for row in mine} == {me.gstin}
    assert len({row["id"] for row in rows}) == len(rows)


def test_without_a_profile_of_that_taxpayer_it_says_how_to_make_one(ims: Ims, tmp_path: Path) -> None:
    done = ims("match", "--gstin", "27AAPFU0939F1ZV", "--books", books(tmp_path, booked("A")), "--yes")
    assert (done.code, done.out) == (2, "")
    assert "is of 27AAPFU0939F1ZV: make one with `ims profile add`, or give --ims." in done.err


def test_a_profile_of_another_taxpayer_is_refused(ims: Ims, me: Taxpayer, register: Path) -> None:
    put(default_path(), "other", Profile("27AAPFU0939F1ZV", "", "offline", "", "x"), default=False)
    done = matched(ims, me, register, "--profile", "other")
    assert (done.code, done.out) == (2, "")
    assert f"Profile 'other' isn't of {me.gstin}. Of that taxpayer there are: me." in done.err


def test_of_several_profiles_the_default_is_meant_or_the_one_that_is_named(
    ims: Ims, me: Taxpayer, served: Served, register: Path, tmp_path: Path
) -> None:
    put(default_path(), "again", profile_of(me, served.address), default=False)
    assert matched(ims, me, register, "--json").code == 0
    assert matched(ims, me, register, "--json", "--profile", "again").code == 0
    put(default_path(), "else", Profile("27AAPFU0939F1ZV", "", "offline", "", str(tmp_path)), default=True)
    done = matched(ims, me, register)
    assert done.code == 2
    assert f"Say which profile of {me.gstin}: --profile with one of me, again." in done.err


def test_a_portal_that_is_away_is_said_and_nothing_is_written(
    ims: Ims, me: Taxpayer, register: Path, tmp_path: Path
) -> None:
    put(default_path(), "me", profile_of(me, "http://127.0.0.1:9"), default=True)
    done = matched(ims, me, register, "--out", tmp_path / "result.xlsx")
    assert done.code in (3, 4)
    assert done.out == ""
    assert not (tmp_path / "result.xlsx").exists()


def test_an_offline_profile_reads_its_folder(ims: Ims, me: Taxpayer, register: Path, tmp_path: Path) -> None:
    """What is left of a month when nobody has an API: a download in a folder."""
    (tmp_path / "ims").mkdir()
    rows = json.loads(ims("list", "B2B", "--json").out)
    wire = [
        {"stin": row["supplier"], "inum": row["number"], "idt": row["date"][8:] + row["date"][4:8] + row["date"][:4]}
        | {"srcform": "R1", "rtnprd": row["period"], "srcfilstatus": "FILED", "pos": "27", "val": row["value"]}
        | {"txval": row["taxable"], "iamt": row["igst"], "camt": 0, "samt": 0, "cess": 0, "action": "N"}
        | {"ispendactblocked": "N", "inv_typ": "R"}
        for row in rows
    ]
    told = {"imsDetails": {"rtin": me.gstin, "invdata": {"b2b": [*wire, {"stin": "x"}]}}}
    (tmp_path / "ims/IMS.json").write_text(json.dumps(told))
    put(default_path(), "files", Profile(me.gstin, "", "offline", "", str(tmp_path / "ims")), default=False)
    done = matched(ims, me, register, "--profile", "files", "--json")
    told = json.loads(done.out)
    assert told["read"][0]["documents"] == 7
    assert {(it["file"], it["row"]) for it in told["not_read"]} == {("IMS.json", 8)}
    assert "7 documents, 1 not read" in done.err
    assert done.code == 1
