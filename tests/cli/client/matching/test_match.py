"""`ims match` with two files: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from python_calamine import CalamineWorkbook
from tests.cli.client.conftest import Done, Ims
from tests.cli.client.matching.conftest import Files, Match
from tests.connect.records import RTIN
from tests.desk.match.sides import GUJARAT, booked, books, ims, invoice
from tests.desk.register.made import HEADINGS, csv_file, xlsx

from gst_ims.desk.match import Result


def summary(done: Done) -> dict[str, Any]:
    return json.loads(done.out, parse_float=Decimal)


def buckets(done: Done) -> dict[tuple[str, str], int]:
    return {(it["side"], it["bucket"]): it["documents"] for it in summary(done)["buckets"]}


def many(count: int) -> list[list[Any]]:
    return [booked(f"N-{n}", 100 + n) for n in range(count)]


def test_a_table_says_how_much_is_in_which_bucket(match: Match) -> None:
    done = match()
    assert done.out.splitlines()[:9] == [
        "bucket             side    documents      taxable        tax",
        "mismatch           portal          1     2,000.00     360.00",
        "mismatch           books           1     2,500.00     450.00",
        "missing in books   portal          1  3,00,000.00  54,000.00",
        "missing in portal  books           1     4,000.00     720.00",
        "matched            portal          1     1,000.00     180.00",
        "matched            books           1     1,000.00     180.00",
        "all                portal          3  3,03,000.00  54,540.00",
        "all                books           3     7,500.00   1,350.00",
    ]
    assert done.code == 0


def test_below_it_stands_what_is_to_be_looked_at_first_with_its_sentence(match: Match) -> None:
    assert match().out.splitlines()[9:] == [
        "",
        "To be looked at first:",
        f" 1. {GUJARAT} INV-3 of 25-11-2025: missing in books, tax of 54,000.00 at stake",
        "    The books have nothing of this supplier with this number, or with this",
        "    amount.",
        f" 2. {GUJARAT} INV-4 of 25-11-2025: missing in portal, tax of 720.00 at stake",
        "    The portal has nothing of this supplier with this number, or with this",
        "    amount.",
        f" 3. {GUJARAT} INV-2 of 25-11-2025 with INV-2: mismatch, tax of 90.00 at stake",
        "    The taxable value differs by 500.00, the tax by 90.00.",
    ]


def test_ten_are_shown_and_the_files_have_all(match: Match, tmp_path: Path) -> None:
    out = tmp_path / "result.parquet"
    done = match("--out", out, register=books(tmp_path, *many(15), name="many.csv"))
    assert "10. " in done.out
    assert "11. " not in done.out
    assert len(Result.read(out).rows()) == 18


def test_nothing_to_look_at_is_no_list(match: Match, tmp_path: Path) -> None:
    done = match(portal=ims(tmp_path, invoice("A"), name="a.json"), register=books(tmp_path, booked("A"), name="a.csv"))
    assert "To be looked at" not in done.out


def test_stderr_says_what_was_read(match: Match) -> None:
    lines = match().err.splitlines()
    assert "The portal: 3 documents, 0 not read." in lines
    assert "The books: 3 documents of 3 rows, 0 not read." in lines


def test_rows_that_cannot_be_read_are_named_and_the_code_says_so(match: Match, tmp_path: Path) -> None:
    register = books(tmp_path, booked("INV-1"), booked("INV-2", day="31-02-2025"), name="b.csv")
    done = match(register=register)
    assert done.code == 1
    assert (
        "ims: b.csv, row 3, Invoice Date: Date '31-02-2025' isn't a day such as 05-11-2025, day first, from 2000 on.\n"
        in done.err
    )
    assert "The books: 1 document of 2 rows, 1 not read.\n" in done.err
    assert "missing in books" in done.out


def test_of_notes_that_say_the_same_the_first_is_told_and_how_many_more_there_are(match: Match, tmp_path: Path) -> None:
    """A type that isn't known makes credit notes invoices: who isn't told won't see why they don't match."""
    kinds = ["Invoice", "Retour", "Retour", "Avoir", "Retour"]
    rows = [[*booked(f"INV-{at}"), kind] for at, kind in enumerate(kinds)]
    rows.append([*booked("INV-9", 10.005), "Invoice"])
    done = match(register=xlsx(tmp_path, {"Nov": [[*HEADINGS, "Document Type"], *rows]}))
    notes = [line for line in done.err.splitlines() if line.startswith("Note: ")]
    assert notes[0] == (
        "Note: books.xlsx, Nov, row 3, Document Type: Type 'Retour' isn't known: taken for an invoice."
        " So 3 more rows: the sheet Rows of an .xlsx has them all."
    )
    assert not any("Type" in line for line in notes[1:])


def test_of_many_such_rows_twenty_are_named_and_json_has_all(match: Match, tmp_path: Path) -> None:
    register = books(tmp_path, *many(50), *(booked(f"X-{n}", day="never") for n in range(30)), name="b.csv")
    done = match("--json", register=register)
    assert "ims: … and 10 more: --json and .xlsx have them all.\n" in done.err
    assert [it["row"] for it in summary(done)["not_read"]] == list(range(52, 82))
    assert summary(done)["not_read"][0] == {
        **{"side": "books", "file": "b.csv", "sheet": "", "row": 52, "column": "Invoice Date"},
        "reason": "Date 'never' isn't a day such as 05-11-2025, day first, from 2000 on.",
    }


def test_json_is_one_object_with_exact_amounts(match: Match) -> None:
    told = summary(match("--json"))
    assert told["read"] == [
        {"side": "portal", "documents": 3, "rows": {}},
        {"side": "books", "documents": 3, "rows": {"document": 3, "heading": 1}},
    ]
    assert told["buckets"][0] == {
        **{"bucket": "mismatch", "side": "portal", "documents": 1},
        **{"taxable": Decimal("2000.00"), "tax": Decimal("360.00")},
    }
    assert told["totals"][1] == {
        **{"side": "books", "documents": 3, "taxable": Decimal("7500.00"), "tax": Decimal("1350.00")},
    }
    assert [it["number"] for it in told["worst"]] == ["INV-3", "INV-4", "INV-2"]
    assert told["worst"][2]["at_stake"] == Decimal("90.00")
    assert told["worst"][2]["partners"][0]["number"] == "INV-2"
    assert told["changes"] is None


def test_the_control_totals_of_json_agree_with_the_buckets(match: Match, tmp_path: Path) -> None:
    register = books(tmp_path, booked("INV-1"), booked("INV-2", 700), booked("INV-9", day="never"), name="b.csv")
    told = summary(match("--json", register=register))
    (taxable,) = [it for it in told["control_totals"] if it["column"] == "Taxable Value"]
    assert taxable["agrees"] is True
    assert taxable["read"] == taxable["documents"] + taxable["rejected"] == Decimal("2700.00")
    assert sum(it["taxable"] for it in told["buckets"] if it["side"] == "books") == taxable["documents"]


@pytest.mark.parametrize("ending", ["parquet", "json", "xlsx"])
def test_the_result_is_a_file_of_the_kind_that_its_name_says(ending: str, match: Match, tmp_path: Path) -> None:
    out = tmp_path / f"result.{ending}"
    done = match("--out", out)
    assert done.code == 0
    assert done.err.endswith(f"{out} has the result.\n")
    if ending == "parquet":
        assert parquet.read_table(out).num_rows == 6
    elif ending == "json":
        rows = json.loads(out.read_text())
        assert {row["bucket"] for row in rows if row["side"] == "books"} == {"matched", "mismatch", "missing in portal"}
    else:
        with CalamineWorkbook.from_path(str(out)) as book:
            assert book.sheet_names == ["Summary", "Mismatch", "Missing in books", "Missing in portal", "Matched"]


def test_no_file_is_written_over(match: Match, tmp_path: Path) -> None:
    (tmp_path / "result.xlsx").write_text("mine")
    done = match("--out", tmp_path / "result.xlsx")
    assert (done.code, done.out) == (2, "")
    assert "is there already: choose another name" in done.err
    assert (tmp_path / "result.xlsx").read_text() == "mine"


@pytest.mark.parametrize("name", ["result.csv", "result", "nowhere/result.xlsx"])
def test_a_result_that_cannot_be_is_refused_before_anything_is_read(name: str, match: Match, tmp_path: Path) -> None:
    done = match("--out", tmp_path / name)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


BROKEN = {
    "JSON that is cut off": ("ims.json", '{"b2b": [', "isn't JSON, or is cut off"),
    "another JSON": ("ims.json", '{"hello": 1}', "has neither records of IMS nor GSTR-2B"),
    "a register without suppliers": ("books.csv", "Date,Number\n1,2\n", "isn't a purchase register"),
    "an empty register": ("books.csv", "", "is empty"),
}


@pytest.mark.parametrize(("file", "content", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_after_an_error_there_is_no_result(
    file: str, content: str, says: str, match: Match, files: Files, tmp_path: Path
) -> None:
    (files.portal if file == "ims.json" else files.register).write_text(content)
    done = match("--out", tmp_path / "result.xlsx")
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert not (tmp_path / "result.xlsx").exists()


USAGE = {
    "no side of the portal": (("--books", "books.csv"), "Say what the portal has: --ims with files of it, or --gstin"),
    "a file that isn't there": (("--ims", "ims.json", "--books", "none.csv"), "There is no file none.csv."),
    "a GSTIN that isn't one": (("--ims", "ims.json", "--books", "books.csv", "--gstin", "27A"), "GSTIN '27A' has 3"),
    "a tolerance of words": (
        ("--ims", "ims.json", "--books", "books.csv", "--within", "much"),
        "Tolerance 'much' isn't an amount of rupees such as 1,000.00.",
    ),
    "a tolerance below zero": (
        ("--ims", "ims.json", "--books", "books.csv", "--within=-5"),
        "Tolerance '-5' isn't an amount of rupees",
    ),
    "a tolerance with parts of a paisa": (
        ("--ims", "ims.json", "--books", "books.csv", "--within", "1.005"),
        "has more than two decimals",
    ),
    "an earlier result that is none": (
        ("--ims", "ims.json", "--books", "books.csv", "--since", "books.csv"),
        "books.csv can't be read as a result in .parquet",
    ),
}


@pytest.mark.parametrize(("arguments", "says"), USAGE.values(), ids=USAGE.keys())
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_done(
    arguments: tuple[str, ...], says: str, ims: Ims, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files.portal.parent)
    done = ims("match", "--yes", *arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1


TOLERANCES = {
    "none": ((), "mismatch"),
    "in rupees": (("--within", "500"), "within tolerance"),
    "with Indian grouping": (("--within", "1,00,000.00"), "within tolerance"),
    "with a sign of rupees": (("--within", "₹ 500"), "within tolerance"),
    "one rupee less": (("--within", "499"), "mismatch"),
    "nothing may differ": (("--within", "0"), "mismatch"),
}


@pytest.mark.parametrize(("options", "bucket"), TOLERANCES.values(), ids=TOLERANCES.keys())
def test_amounts_may_lie_apart_as_far_as_one_says(options: tuple[str, ...], bucket: str, match: Match) -> None:
    assert buckets(match("--json", *options)).get(("books", bucket)) == 1


@pytest.mark.parametrize(("days", "bucket"), [(5, "mismatch"), (6, "within tolerance"), (0, "mismatch")])
def test_dates_may_lie_apart_as_many_days_as_one_says(days: int, bucket: str, match: Match, tmp_path: Path) -> None:
    register = books(tmp_path, booked("INV-1", day="01-12-2025"), name="b.csv")
    assert buckets(match("--json", "--days", days, register=register))["books", bucket] == 1


def test_with_nothing_allowed_a_paisa_is_a_mismatch_and_what_is_equal_still_matches(
    match: Match, tmp_path: Path
) -> None:
    register = books(tmp_path, booked("INV-1"), booked("INV-2", 2000, igst="360.01"), name="b.csv")
    found = buckets(match("--json", "--within", "0", register=register))
    assert (found["books", "matched"], found["books", "mismatch"]) == (1, 1)


def links(folder: Path, *rows: list[str]) -> Path:
    headings = ["Decision", "Portal supplier", "Portal number", "Portal date", "Books number", "Books date"]
    return csv_file(folder, [headings, *rows], "links.csv")


def test_decisions_are_kept_to(match: Match, tmp_path: Path) -> None:
    path = links(tmp_path, ["together", GUJARAT, "INV-3", "25-11-2025", "INV-4", "25-11-2025"])
    told = summary(match("--json", "--links", path))
    assert next((it["number"], it["rule"]) for it in told["worst"] if it["partners"]) == ("INV-3", "manual")
    assert told["passed_over"] == []


def test_a_decision_about_what_is_not_there_is_said(match: Match, tmp_path: Path) -> None:
    path = links(tmp_path, ["apart", GUJARAT, "INV-1", "25-11-2025", "gone", "24-11-2025"])
    done = match("--links", path)
    assert (
        f"ims: A decision is about {GUJARAT} gone of 24-11-2025, which isn't in the books: it was passed over.\n"
        in done.err
    )
    assert done.code == 0


def test_decisions_that_cannot_be_read_stop_it(match: Match, tmp_path: Path) -> None:
    path = links(tmp_path, ["perhaps", GUJARAT, "INV-1", "25-11-2025", "INV-1", "25-11-2025"])
    done = match("--links", path, "--out", tmp_path / "result.xlsx")
    assert (done.code, done.out) == (2, "")
    assert "links.csv, row 2: Decision 'perhaps' isn't one of together, apart." in done.err
    assert not (tmp_path / "result.xlsx").exists()


def test_what_has_changed_since_is_listed(match: Match, tmp_path: Path) -> None:
    match("--out", tmp_path / "before.parquet")
    more = books(tmp_path, booked("inv/1"), booked("INV-2", 2500), booked("INV-3", 300000), name="more.csv")
    done = match("--since", tmp_path / "before.parquet", register=more)
    assert done.out.split("\n\n")[-1].splitlines() == [
        "Changed since: 3 documents.",
        f"  books {GUJARAT} INV-3 of 25-11-2025: wasn't there, now matched with INV-3",
        f"  books {GUJARAT} INV-4 of 25-11-2025: missing in portal, now isn't there",
        f"  portal {GUJARAT} INV-3 of 25-11-2025: missing in books, now matched with INV-3",
    ]


def test_with_the_same_files_nothing_has_changed(match: Match, tmp_path: Path) -> None:
    match("--out", tmp_path / "before.parquet")
    done = match("--since", tmp_path / "before.parquet", "--json")
    assert summary(done)["changes"] == []


def test_changes_of_json_name_what_was_and_is(match: Match, tmp_path: Path) -> None:
    match("--out", tmp_path / "before.parquet")
    done = match("--since", tmp_path / "before.parquet", "--json", "--within", "500")
    (first, second) = summary(done)["changes"]
    assert (first["side"], first["was"], first["became"]) == ("books", "mismatch", "within tolerance")
    assert (second["side"], second["partners_became"][0]["number"]) == ("portal", "INV-2")


def test_a_workbook_of_several_sheets_is_a_register_too(match: Match, tmp_path: Path) -> None:
    sheets = {"Purchases": [HEADINGS, booked("INV-1")], "More": [HEADINGS, booked("INV-2", 2000)], "Notes": [["x"]]}
    done = match("--json", register=xlsx(tmp_path, sheets))
    assert buckets(done)["books", "matched"] == 2
    assert "Notes" not in done.err


def test_whose_it_is_may_be_said_where_the_files_do_not(match: Match, files: Files) -> None:
    files.portal.write_bytes(files.portal.read_bytes().replace(f'"rtin":"{RTIN}",'.encode(), b""))
    assert "doesn't say whose it is" in match().err
    assert match("--gstin", RTIN.lower()).code == 0


def test_signs_that_steer_a_terminal_are_not_printed(match: Match, tmp_path: Path) -> None:
    register = books(tmp_path, booked("A\x1b[31m", 77), name="b.csv")
    done = match(register=register)
    assert "\x1b" not in done.out + done.err
