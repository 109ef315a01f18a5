"""A result as a table, as sums, as a worklist, and as a file that is read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from tests.desk.match.books import BUYER, SUPPLIERS, ledger, table
from tests.desk.match.test_properties import Rows, sides

from gst_ims.connect.errors import Unreadable
from gst_ims.desk.match import BUCKETS, Identity, Result, Together, match
from gst_ims.desk.match.result import COLUMNS
from gst_ims.synthetic.ledgers import ledgers

few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def large() -> Result:
    truth = ledgers(3_000, 17)
    return match(truth.portal, truth.books)


def test_the_table_has_the_documented_columns_and_types(large: Result) -> None:
    found = large.table()
    assert found.schema.names == list(COLUMNS)
    types = {name: found.schema.field(name).type for name in COLUMNS}
    assert {types[name] for name in ("side", "id", "rtin", "stin", "section", "kind", "number", "bucket", "rule")} == {
        pa.string()
    }
    assert types["document_date"] == pa.date32()
    assert {types[name] for name in ("taxable", "igst", "cgst", "sgst", "cess", "score")} == {pa.int64()}
    assert pa.types.is_list(types["partners"])
    assert [it.name for it in types["partners"].value_type] == ["id", "stin", "section", "number", "document_date"]
    assert types["reasons"] == pa.list_(pa.string()) or types["reasons"].value_type == pa.string()
    assert [it.name for it in types["differences"].value_type] == ["field", "portal", "books", "difference"]


def test_the_docstring_names_every_column() -> None:
    said = str(Result.__doc__)
    assert [name for name in COLUMNS if f"`{name}`" not in said] == []


def test_the_table_is_the_same_as_the_rows(large: Result) -> None:
    def keyed(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {(row["side"], row["id"]): row for row in rows}

    assert keyed(large.table().to_pylist()) == keyed(large.rows())


def test_a_result_of_a_table_can_be_matched_with_ids_of_numbers_or_texts() -> None:
    rows = ledger([{"number": "A-1", "taxable": 1000}])
    numbers = rows.set_column(0, "id", pa.array([7]))
    assert {row["id"] for row in match(numbers, rows).rows()} == {"7", "1"}


@pytest.mark.parametrize("missing", ["period", "source"])
def test_columns_that_matching_does_not_need_may_be_missing(missing: str) -> None:
    rows = ledger([{"number": "A-1", "taxable": 1000}])
    assert match(rows.drop_columns([missing]), rows).buckets()["portal", "matched"] == 1


KINDS = {"b2b": "invoice", "b2ba": "invoice", "ecom": "invoice", "b2bcn": "credit", "b2bcna": "credit",
         "b2bdn": "debit", "impg": "import", "impgsez": "import", "isd": "isd", "isdcn": "isd credit",
         "what": None}  # fmt: skip


@pytest.mark.parametrize(("section", "kind"), KINDS.items())
def test_a_row_says_what_the_document_counts_as(section: str, kind: str | None) -> None:
    (row,) = match(ledger([{"number": "A-1", "taxable": 1000, "section": section}]), ledger([])).rows()
    assert row["kind"] == kind


def test_a_document_below_zero_counts_as_a_credit_note_and_its_amounts_are_positive() -> None:
    (row,) = match(ledger([{"number": "A-1", "taxable": -1000, "igst": -180}]), ledger([])).rows()
    assert (row["section"], row["kind"], row["taxable"], row["igst"]) == ("b2b", "credit", 100000, 18000)


def test_sums_take_credit_notes_off() -> None:
    result = match(
        ledger([{"number": "A-1", "taxable": 1000}, {"number": "C-1", "taxable": 300, "section": "b2bcn"}]),
        ledger([{"number": "A-1", "taxable": 1000}, {"number": "C-1", "taxable": -300, "igst": -54}]),
    )
    assert [(it.side, it.documents, it.taxable, it.tax) for it in result.sums()] == [
        ("portal", 2, 70000, 12600),
        ("books", 2, 70000, 12600),
    ]


@few
@given(sides, sides)
def test_sums_and_totals_have_every_document(portal: Rows, books: Rows) -> None:
    result = match(table(portal), table(books))
    for side, rows in (("portal", portal), ("books", books)):
        mine = [it for it in result.sums() if it.side == side]
        assert sum(it.documents for it in mine) == len(rows)
        (total,) = [it for it in result.totals() if it.side == side] or [None]
        assert total is None if not rows else total is not None
        if total is not None:
            assert total[2:] == tuple(sum(column) for column in zip(*(it[2:] for it in mine), strict=True))
    assert all(it.bucket in BUCKETS for it in result.sums())


@few
@given(sides, sides)
def test_lines_have_every_document_once(portal: Rows, books: Rows) -> None:
    result = match(table(portal), table(books))
    lines = [line for bucket in BUCKETS for line in result.lines(bucket)]
    for side, rows in (("p", portal), ("b", books)):
        stated = [line for line in lines if line[f"{side}_taxable"] is not None]
        assert sorted(line[f"{side}_id"] for line in stated) == sorted(row["id"] for row in rows)
        for head in ("taxable", "igst", "cgst", "sgst", "cess"):
            assert sum(line[f"{side}_{head}"] for line in stated) == sum(abs(row[head]) for row in rows)
    linked = {(line["p_id"], line["b_id"]) for line in lines if line["p_id"] and line["b_id"]}
    partners = {(row["id"], p["id"]) for row in result.rows() if row["side"] == "portal" for p in row["partners"]}
    assert linked <= partners
    assert {p for p, _ in linked} == {p for p, _ in partners}


def test_the_worst_are_those_whose_decision_moves_most_tax() -> None:
    result = match(
        ledger(
            [{"number": "A-1", "taxable": 100000}, {"number": "A-2", "taxable": 500}, {"number": "A-3", "taxable": 9}]
        ),
        ledger([{"number": "A-1", "taxable": 100100}, {"number": "Z", "taxable": 77, "supplier": "Deva"}]),
    )
    worst = result.worst(10)
    assert [(it["number"], it["at_stake"]) for it in worst] == [
        *[("A-2", 9000), ("A-1", 1800), ("Z", 1386), ("A-3", 162)],
    ]
    assert [it["number"] for it in result.worst(2)] == ["A-2", "A-1"]


def test_of_a_mismatch_in_anything_but_tax_all_of_its_tax_is_at_stake() -> None:
    result = match(
        ledger([{"number": "A-1", "taxable": 1000}]),
        ledger([{"number": "A-1", "taxable": 1000, "date": date(2025, 12, 9)}]),
    )
    (row,) = result.worst(5)
    assert (row["bucket"], row["at_stake"]) == ("mismatch", 18000)


def test_of_what_was_amended_nothing_is_at_stake() -> None:
    amendment = {"number": "A-1", "taxable": 1100, "section": "b2ba", "original": "A-1"}
    result = match(ledger([{"number": "A-1", "taxable": 1000}, amendment]), ledger([{"number": "Z", "taxable": 7}]))
    assert [(it["section"], it["number"], it["at_stake"]) for it in result.worst(9)] == [
        ("b2ba", "A-1", 19800),
        ("b2b", "Z", 126),
    ]
    (line,) = result.lines("duplicate")
    assert (line["rule"], line["at_stake"]) == ("amended", 0)


def test_what_needs_no_look_is_never_among_the_worst(large: Result) -> None:
    worst = large.worst(100_000)
    assert {it["bucket"] for it in worst} & {"matched", "within tolerance"} == set()
    stakes = [it["at_stake"] for it in worst]
    assert stakes == sorted(stakes, reverse=True)
    mine = large.buckets()
    waiting = sum(n for (_, bucket), n in mine.items() if bucket not in ("matched", "within tolerance"))
    rows = large.rows()
    pairs = sum(bool(it["partners"]) for it in rows if it["side"] == "books" and it["bucket"] in BUCKETS[2:4])
    assert len(worst) == waiting - pairs - sum(it["rule"] == "amended" for it in rows)


def test_a_result_is_read_back_as_it_was(large: Result, tmp_path: Path) -> None:
    large.write(tmp_path / "result.parquet")
    again = Result.read(tmp_path / "result.parquet")
    assert again.rows() == large.rows()
    assert again.sums() == large.sums()
    assert again.worst(5) == large.worst(5)


@pytest.mark.parametrize("name", ["it's.parquet", "[a].parquet", "a b.parquet", "*.parquet"])
def test_names_of_files_may_have_any_sign(name: str, tmp_path: Path) -> None:
    result = match(ledger([{"number": "A-1", "taxable": 1000}]), ledger([]))
    result.write(tmp_path / name)
    assert Result.read(tmp_path / name).rows() == result.rows()


def test_a_file_that_is_no_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(Unreadable, match="can't be read as a result"):
        Result.read(tmp_path / "a.parquet")
    parquet.write_table(pa.table({"side": ["portal"]}), tmp_path / "b.parquet")
    with pytest.raises(Unreadable, match="isn't a result of matching"):
        Result.read(tmp_path / "b.parquet")
    with pytest.raises(Unreadable, match="can't be read as a result"):
        Result.read(tmp_path / "none.parquet")


def test_what_is_named_and_not_there_is_found() -> None:
    result = match(ledger([{"number": "A-1", "taxable": 1000}]), ledger([]))
    there = Identity(BUYER, SUPPLIERS["Anu"], "b2b", "A-1", date(2025, 11, 15))
    names = ("rtin", "stin", "section", "number", "document_date")
    rows = [{"side": side, **{name: getattr(there, name) for name in names}} for side in ("portal", "books")]
    assert result.absent(pa.Table.from_pylist(rows)) == rows[1:]


def test_a_group_is_worth_what_its_members_are() -> None:
    day = date(2025, 11, 15)

    def named(number: str) -> Identity:
        return Identity(BUYER, SUPPLIERS["Anu"], "b2b", number, day)

    portal = [{"number": "A", "taxable": 1000}, {"number": "B", "taxable": 500}]
    result = match(
        ledger(portal),
        ledger([{"number": "X", "taxable": 1400}]),
        manual=[Together([named("A"), named("B")], [named("X")])],
    )
    (bucket,) = {row["bucket"] for row in result.rows()}
    first, second = result.lines(bucket)
    assert (first["p_number"], first["b_number"], second["p_number"], second["b_number"]) == ("A", "X", "B", "X")
    assert (first["taxable_differs"], first["tax_differs"]) == (-10000, -1800)
    assert (second["taxable_differs"], second["b_taxable"], second["at_stake"]) == (None, None, None)
