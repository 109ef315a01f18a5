"""From files to a worklist: nothing of either side is lost on the way, and what isn't read is said."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect.records import RTIN
from tests.desk.match.sides import GUJARAT, booked, books, ims, invoice
from tests.desk.register.made import HEADINGS, csv_file, xls, xlsx

from gst_ims.connect.errors import AlreadyThere, Unreadable
from gst_ims.connect.offline import Offline
from gst_ims.core.errors import Invalid
from gst_ims.desk.match import BUCKETS, Apart, Identity, Matching, Result, Settings, Together, match_files
from gst_ims.desk.register import Mappings, propose, read, read_portal

DAY = date(2025, 11, 25)


def named(number: str, section: str = "b2b") -> Identity:
    return Identity(RTIN, GUJARAT, section, number, DAY)


def said(found: Matching) -> dict[tuple[str, str], str]:
    """The buckets of documents by side and number."""
    return {(row["side"], row["number"]): row["bucket"] for row in found.result.rows()}


def test_two_files_are_matched_in_one_call(tmp_path: Path) -> None:
    portal = ims(tmp_path, invoice("INV-1"), invoice("INV-2", 2000), invoice("INV-3", 3000))
    register = books(tmp_path, booked("inv/1"), booked("INV-2", 2500), booked("INV-4", 4000))
    found = match_files([portal], [register])
    assert said(found) == {
        ("portal", "INV-1"): "matched",
        ("books", "inv/1"): "matched",
        ("portal", "INV-2"): "mismatch",
        ("books", "INV-2"): "mismatch",
        ("portal", "INV-3"): "missing in books",
        ("books", "INV-4"): "missing in portal",
    }


FORMS = {"csv": csv_file, "xls": xls}


@pytest.mark.parametrize("form", FORMS)
def test_registers_may_be_of_any_kind(form: str, tmp_path: Path) -> None:
    register = FORMS[form](tmp_path, [HEADINGS, booked("INV-1")], f"books.{form}")
    assert said(match_files([ims(tmp_path, invoice("INV-1"))], [register]))["books", "INV-1"] == "matched"


def test_a_register_in_parquet_is_read_too(tmp_path: Path) -> None:
    cells = dict(zip(HEADINGS, zip(booked("INV-1"), booked("INV-2", 700), strict=True), strict=True))
    parquet.write_table(pyarrow.table(cells), tmp_path / "books.parquet")
    found = match_files([ims(tmp_path, invoice("INV-1"), invoice("INV-2", 700))], [tmp_path / "books.parquet"])
    assert set(said(found).values()) == {"matched"}


def test_several_files_of_each_side_are_one(tmp_path: Path) -> None:
    portal = [ims(tmp_path, invoice("INV-1"), name="a.json"), ims(tmp_path, invoice("INV-2"), name="b.json")]
    registers = [books(tmp_path, booked("INV-2"), name="a.csv"), books(tmp_path, booked("INV-1"), name="b.csv")]
    assert set(said(match_files(portal, registers)).values()) == {"matched"}


def test_files_of_one_name_in_two_folders_are_two(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    portal = [ims(tmp_path, invoice("INV-1")), ims(tmp_path / "b", invoice("INV-2"))]
    registers = [books(tmp_path, booked("INV-1")), books(tmp_path / "b", booked("INV-2"))]
    found = match_files(portal, registers)
    assert found.portal.documents == found.books.documents == 2
    assert len({row["id"] for row in found.result.rows()}) == 4
    assert set(said(found).values()) == {"matched"}


def test_credit_notes_are_matched_with_returns_in_the_books(tmp_path: Path) -> None:
    portal = ims(tmp_path, notes=({"number": "CN-1"},))
    register = books(tmp_path, booked("CN-1", value="-1180.00", taxable="-1000.00", igst="-180.00"))
    found = match_files([portal], [register])
    assert set(said(found).values()) == {"matched"}
    assert [(it.side, it.documents, it.taxable, it.tax) for it in found.result.totals()] == [
        ("portal", 1, -100000, -18000),
        ("books", 1, -100000, -18000),
    ]


def test_the_books_are_of_whom_the_portals_file_names(tmp_path: Path) -> None:
    """A register seldom says whose it is."""
    found = match_files([ims(tmp_path, invoice("INV-1"))], [books(tmp_path, booked("INV-1"))])
    assert {row["rtin"] for row in found.result.rows()} == {RTIN}


def test_who_it_is_may_be_said(tmp_path: Path) -> None:
    path = ims(tmp_path, invoice("INV-1"))
    path.write_bytes(path.read_bytes().replace(f'"rtin":"{RTIN}",'.encode(), b""))
    with pytest.raises(Unreadable, match="doesn't say whose it is"):
        match_files([path], [books(tmp_path, booked("INV-1"))])
    assert len(match_files([path], [books(tmp_path, booked("INV-1"))], rtin=RTIN).result.rows()) == 2


def test_the_files_of_another_recipient_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is of 27AAXCT0001K1Z6, not of 27AAPFU0939F1ZV"):
        match_files([ims(tmp_path, invoice("A"))], [books(tmp_path, booked("A"))], rtin="27AAPFU0939F1ZV")


def test_a_gstin_that_isnt_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="GSTIN"):
        match_files([ims(tmp_path, invoice("A"))], [books(tmp_path, booked("A"))], rtin="27")


def test_a_portal_may_be_asked_instead_of_files(tmp_path: Path) -> None:
    (tmp_path / "ims").mkdir()
    ims(tmp_path / "ims", invoice("INV-1"))
    told = json.loads((tmp_path / "ims/ims.json").read_text())
    (tmp_path / "ims/ims.json").write_text(json.dumps({"imsDetails": {"rtin": RTIN, "invdata": {"b2b": told["b2b"]}}}))
    found = match_files(Offline(RTIN, tmp_path / "ims"), [books(tmp_path, booked("INV-1"), booked("INV-2"))])
    assert said(found)["books", "INV-1"] == "matched"
    assert found.portal.documents == 1


def test_rows_that_cannot_be_read_are_said_with_file_row_column_and_reason(tmp_path: Path) -> None:
    register = books(tmp_path, booked("INV-1"), booked("INV-2", day="31-02-2025"), booked("INV-3", taxable="much"))
    found = match_files([ims(tmp_path, invoice("INV-1"))], [register])
    assert [row[:5] for row in found.books.rejected] == [
        ("rejected", "books.csv", "", 3, "Invoice Date"),
        ("rejected", "books.csv", "", 4, "Taxable Value"),
    ]
    assert "isn't a day" in found.books.rejected[0][5]
    assert found.books.rows == {"document": 1, "rejected": 2, "heading": 1}
    assert said(found) == {("portal", "INV-1"): "matched", ("books", "INV-1"): "matched"}


def test_records_that_cannot_be_read_are_said_too(tmp_path: Path) -> None:
    found = match_files([ims(tmp_path, invoice("INV-1"), invoice("INV-2", idt="soon"))], [books(tmp_path, booked("A"))])
    ((_, file, sheet, row, _, reason),) = found.portal.rejected
    assert (file, sheet, row) == ("ims.json", "b2b", 2)
    assert "soon" in reason


def test_what_needs_a_look_is_a_note_and_in_the_result_nevertheless(tmp_path: Path) -> None:
    register = books(tmp_path, booked("INV-1", stin="24AAXCT0003K1ZB"))
    found = match_files([ims(tmp_path, invoice("INV-1"))], [register])
    ((kind, file, _, row, column, reason),) = found.books.notes
    assert (kind, file, row, column) == ("note", "books.csv", 2, "GSTIN of supplier")
    assert "check digit" in reason
    assert said(found)["books", "INV-1"] == "mismatch"


amount = st.integers(1, 10**9)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["A-1", "A-2", "B/1", "x"]), amount, st.booleans()), min_size=1, max_size=8))
def test_what_goes_in_comes_out_to_the_paisa(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, bool]]
) -> None:
    """The control totals of the register, the documents that were read, and the buckets agree."""
    folder = tmp_path_factory.mktemp("sides")
    cells = [
        booked(number, value="", taxable=f"{paise / 100:.2f}", igst="1.00", day="25-11-2025" if right else "never")
        for number, paise, right in rows
    ]
    # Most rows are right, so that their columns are recognised.
    cells += [booked(f"whole {n}", value="") for n in range(12)]
    register = books(folder, *cells)
    found = match_files([ims(folder, invoice("A-1"))], [register])
    assert all(total.agrees for total in found.books.totals)
    (taxable,) = [total for total in found.books.totals if total.field == "taxable"]
    assert taxable.read == taxable.documents + taxable.rejected
    (total,) = [it for it in found.result.totals() if it.side == "books"]
    assert (total.documents, total.taxable) == (found.books.documents, taxable.documents)
    assert sum(it.taxable for it in found.result.sums() if it.side == "books") == taxable.documents


def test_decisions_may_be_given_as_they_are_and_in_files(tmp_path: Path) -> None:
    portal = ims(tmp_path, invoice("INV-1"), invoice("INV-2", 2000))
    register = books(tmp_path, booked("X-8"), booked("Y-9", 2000))
    links = csv_file(
        tmp_path,
        [
            ["Decision", "Portal supplier", "Portal number", "Portal date", "Books number", "Books date"],
            ["together", GUJARAT, "INV-2", "25-11-2025", "Y-9", "25-11-2025"],
        ],
        "links.csv",
    )
    word = Together([named("INV-1")], [named("X-8")])
    found = match_files([portal], [register], manual=[word, links])
    assert {row["rule"] for row in found.result.rows()} == {"manual"}
    assert found.manual == (word, Together((named("INV-2"),), (named("Y-9"),)))
    assert found.absent == []


def test_a_decision_about_what_is_not_there_is_passed_over_and_said(tmp_path: Path) -> None:
    word = Apart(named("INV-1"), named("gone"))
    found = match_files([ims(tmp_path, invoice("INV-1"))], [books(tmp_path, booked("INV-1"))], manual=[word])
    assert [(it["side"], it["number"]) for it in found.absent] == [("books", "gone")]


def test_tolerances_are_those_of_the_settings(tmp_path: Path) -> None:
    files = [ims(tmp_path, invoice("INV-1"))], [books(tmp_path, booked("INV-1", 1005))]
    assert said(match_files(*files))["books", "INV-1"] == "mismatch"
    wide = match_files(*files, settings=Settings(absolute=1000))
    assert said(wide)["books", "INV-1"] == "within tolerance"


def test_a_mapping_that_was_given_or_kept_is_used(tmp_path: Path) -> None:
    headings = ["GSTIN of supplier", "Invoice number", "Invoice Date", "Basic", "Net", "IGST"]
    register = csv_file(tmp_path, [headings, [GUJARAT, "INV-1", "25-11-2025", "900", "1000", "180"]])
    (found,) = propose(register, columns={"taxable": ["Net"]})
    portal = ims(tmp_path, invoice("INV-1"))
    given_ = match_files([portal], [register], mapping=[found.mapping])
    kept = Mappings(tmp_path / "mappings.json")
    kept.save(found.mapping.confirmed())
    assert said(given_) == said(match_files([portal], [register], kept=kept))
    assert [row["taxable"] for row in given_.result.rows()] == [100000, 100000]


def test_a_document_of_ims_that_gstr_2b_has_as_well_is_no_duplicate(tmp_path: Path) -> None:
    told = {"ctin": GUJARAT, "trdnm": "Made-up", "supprd": "102025", "supfildt": "11-11-2025"}
    amounts = {"val": 1180, "txval": 1000, "igst": 180, "cgst": 0, "sgst": 0, "cess": 0}
    inv = [
        {"inum": it, "dt": "25-11-2025", "pos": "27", "rev": "N", "itcavl": "Y", **amounts} for it in ("INV-1", "INV-2")
    ]
    statement = {"gstin": RTIN, "rtnprd": "102025", "version": "1", "docdata": {"b2b": [{**told, "inv": inv}]}}
    (tmp_path / "2b.json").write_text(json.dumps({"data": statement}))
    both = [tmp_path / "2b.json", ims(tmp_path, invoice("INV-1"))]
    found = match_files(both, [books(tmp_path, booked("INV-1"), booked("INV-2"))])
    assert said(found) == {(side, number): "matched" for side in ("portal", "books") for number in ("INV-1", "INV-2")}
    assert [row[5] for row in found.portal.said] == ["Document INV-1 stands here twice: the first counts."]
    assert found.portal.rejected == []


def test_what_has_changed_since_is_said(tmp_path: Path) -> None:
    portal = ims(tmp_path, invoice("INV-1"), invoice("INV-2", 2000))
    match_files([portal], [books(tmp_path, booked("INV-1"))]).write(tmp_path / "before.parquet")
    before = Result.read(tmp_path / "before.parquet")
    after = match_files([portal], [books(tmp_path, booked("INV-1"), booked("INV-2", 2000))], since=before)
    assert after.changes is not None
    assert [(it["side"], it["number"], it["was"], it["became"]) for it in after.changes] == [
        ("books", "INV-2", None, "matched"),
        ("portal", "INV-2", "missing in books", "matched"),
    ]


def test_without_an_earlier_result_nothing_is_said_of_changes(tmp_path: Path) -> None:
    assert match_files([ims(tmp_path, invoice("A"))], [books(tmp_path, booked("A"))]).changes is None


@pytest.mark.parametrize("ending", [".parquet", ".json", ".xlsx"])
def test_it_is_written_once_and_never_over_something(ending: str, tmp_path: Path) -> None:
    found = match_files([ims(tmp_path, invoice("A"))], [books(tmp_path, booked("A"))])
    found.write(tmp_path / f"result{ending}")
    size = (tmp_path / f"result{ending}").stat().st_size
    with pytest.raises(AlreadyThere):
        found.write(tmp_path / f"result{ending}")
    assert (tmp_path / f"result{ending}").stat().st_size == size > 0
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    found = match_files([ims(tmp_path, invoice("A"))], [books(tmp_path, booked("A"))])
    with pytest.raises(Invalid, match=r"use .parquet, .xlsx or .json"):
        found.write(tmp_path / "result.csv")
    assert not (tmp_path / "result.csv").exists()


NOTHING = {"an empty answer": [], "one document": [invoice("INV-1")]}


@pytest.mark.parametrize("rows", NOTHING.values(), ids=NOTHING.keys())
def test_little_is_matched_as_well(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    found = match_files([ims(tmp_path, *rows)], [books(tmp_path, booked("INV-1"))], rtin=RTIN)
    assert found.portal.documents == len(rows)
    assert {row["bucket"] for row in found.result.rows()} <= set(BUCKETS)
    found.write(tmp_path / "result.xlsx")


def test_the_documents_that_go_in_are_those_that_the_registers_have(tmp_path: Path) -> None:
    portal = ims(tmp_path, invoice("INV-1"), invoice("INV-2"), notes=({"number": "CN-1"},))
    register = xlsx(tmp_path, {"Purchases": [HEADINGS, booked("INV-1"), booked("INV-7", 12)]})
    found = match_files([portal], [register])
    with read_portal([portal]) as reported, read([register], RTIN) as kept:
        for name, of in (("portal", reported), ("books", kept)):
            ids = {row[0] for row in of.documents.project("id").fetchall()}
            assert {row["id"] for row in found.result.rows() if row["side"] == name} == ids
