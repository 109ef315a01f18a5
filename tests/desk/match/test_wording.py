"""Sentences: why a pair, why not the next best, which fields differ by how much, and nothing that isn't so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.match.books import ledger
from tests.desk.match.test_decisions import named

from gst_ims.core.money import indian, rupees
from gst_ims.desk.match import Apart, Settings, match
from gst_ims.desk.match.engine import Run, findings


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    run = Run(Settings())
    run.run(findings.wording)
    yield run.db
    run.db.close()


@settings(deadline=None)
@given(st.integers(-(10**15), 10**15))
def test_amounts_of_sentences_are_grouped_as_in_india(db: duckdb.DuckDBPyConnection, paise: int) -> None:
    [(grouped, plain)] = db.execute("select grouped(?::bigint), rupees(?::bigint)", [paise, paise]).fetchall()
    assert grouped == indian(paise)
    assert plain == f"{rupees(paise):.2f}"


@pytest.mark.parametrize(
    ("paise", "text"),
    [(0, "0.00"), (5, "0.05"), (99999, "999.99"), (100000, "1,000.00"), (9999999, "99,999.99"),
     (10000000, "1,00,000.00"), (123456789012, "1,23,45,67,890.12"), (-10000000, "-1,00,000.00")],
)  # fmt: skip
def test_so_an_amount_is_grouped(db: duckdb.DuckDBPyConnection, paise: int, text: str) -> None:
    assert db.execute("select grouped(?::bigint)", [paise]).fetchall() == [(text,)]


def reasons(portal: dict[str, Any], books: dict[str, Any], *more: dict[str, Any]) -> list[str]:
    """What is said about the only document of the portal."""
    (row,) = [r for r in match(ledger([portal]), ledger([books, *more])).rows() if r["side"] == "portal"]
    return row["reasons"]


A = {"number": "INV-471", "taxable": 100000}
SENTENCES = {
    "the same": (A, ["Supplier, number, date and amounts are the same, and nothing else has them."]),
    "written otherwise": (
        A | {"number": "inv/0471"},
        ["Supplier, date and amounts are the same.",
         "The numbers INV-471 and inv/0471 are the same but for how they are written."],
    ),
    "another amount": (
        A | {"taxable": 200000.5},
        ["The supplier is the same.", "The number is the same.", "The date is the same.",
         "The taxable value differs by 1,00,000.50, the tax by 18,000.09."],
    ),
    "another tax": (
        A | {"igst": 12000},
        ["The supplier is the same.", "The number is the same.", "The date is the same.",
         "The taxable value is the same; the tax differs by 6,000.00."],
    ),
    "other heads": (
        A | {"cgst": 9000, "sgst": 9000},
        ["The supplier is the same.", "The number is the same.", "The date is the same.",
         "The tax is the same, under other heads."],
    ),
    "a day later": (
        A | {"date": date(2025, 11, 16)},
        ["The supplier is the same.", "The number is the same.",
         "The dates 15-11-2025 and 16-11-2025 are 1 day apart.", "The amounts are the same."],
    ),
    "some days later": (
        A | {"date": date(2025, 11, 25)},
        ["The supplier is the same.", "The number is the same.",
         "The dates 15-11-2025 and 25-11-2025 are 10 days apart.", "The amounts are the same."],
    ),
    "a slip in the number": (
        A | {"number": "INV-417"},
        ["The supplier is the same.", "One slip separates the numbers INV-471 and INV-417.", "The date is the same.",
         "The amounts are the same."],
    ),
    "a slip in the GSTIN": (
        A | {"supplier": "Anu, mistyped"},
        ["One slip separates the GSTINs 29AAGCB7383J1Z4 (portal) and 29AAGCB7883J1Z4 (books).",
         "The number is the same.", "The date is the same.", "The amounts are the same."],
    ),
    "another registration": (
        A | {"supplier": "Anu in Delhi"},
        ["The GSTINs 29AAGCB7383J1Z4 and 07AAGCB7383J1ZA are two registrations of one PAN.", "The number is the same.",
         "The date is the same.", "The amounts are the same."],
    ),
    "another kind": (
        A | {"section": "b2bcn"},
        ["The supplier is the same.", "The number is the same.", "The date is the same.", "The amounts are the same.",
         "The kind is invoice on the portal and credit in the books."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("books", "expected"), SENTENCES.values(), ids=SENTENCES.keys())
def test_so_it_is_said_why_two_belong_together(books: dict[str, Any], expected: list[str]) -> None:
    assert reasons(A, books) == expected


def test_two_financial_years_are_said() -> None:
    last, first = A | {"date": date(2026, 3, 31)}, A | {"date": date(2026, 4, 1)}
    assert "The dates 31-03-2026 and 01-04-2026 are 1 day apart, in two financial years." in reasons(last, first)


def test_why_not_the_next_best_is_said() -> None:
    said = reasons(A, A | {"taxable": 100000.2}, {"number": "INV-417", "taxable": 100000})
    (other,) = [it for it in said if it.startswith("Not ")]
    assert other == (
        "Not the books' INV-417 of 15-11-2025: one slip separates the numbers INV-471 and INV-417. "
        "The date is the same. The amounts are the same."
    )


def test_what_came_nearest_is_said_where_there_is_no_partner() -> None:
    said = reasons(A, {"number": "INV-990", "taxable": 100000, "date": date(2025, 5, 1)})
    assert said[0] == "The books have nothing for it."
    assert said[1].startswith("The nearest is INV-990 of 01-05-2025: the numbers INV-471 and INV-990 are different.")


def test_that_nothing_is_there_at_all_is_said() -> None:
    assert reasons(A, {"number": "X", "taxable": 5, "supplier": "Deva"}) == [
        "The books have nothing of this supplier with this number, or with this amount."
    ]


def test_a_document_that_is_held_apart_says_so_and_from_what() -> None:
    """That there is nothing like it would not be true."""
    words = [Apart(named("INV-471"), named("INV-417")), Apart(named("INV-471"), named("X"))]
    portal = ledger([A])
    (row,) = match(portal, ledger([A | {"number": "INV-417"}]), manual=words[:1]).rows()[:1]
    assert row["reasons"] == [
        "The books have nothing else for it.",
        "You decided that it doesn't belong to INV-417 of 15-11-2025.",
    ]
    books = ledger([A | {"number": "INV-417"}, {"number": "X", "taxable": 9}, A | {"number": "INV-990", "taxable": 1}])
    rows = {(row["side"], row["number"]): row["reasons"] for row in match(portal, books, manual=words).rows()}
    assert (
        rows["portal", "INV-471"][1] == "You decided that it doesn't belong to INV-417 of 15-11-2025, X of 15-11-2025."
    )
    assert rows["books", "X"] == [
        "The portal has nothing else for it.",
        "You decided that it doesn't belong to INV-471 of 15-11-2025.",
    ]
    assert "You decided" not in " ".join(rows["books", "INV-990"])


DIFFERENCES = {
    "taxable and tax": (
        A | {"taxable": 99000},
        [("taxable", "100000.00", "99000.00", -100000), ("igst", "18000.00", "17820.00", -18000)],
    ),
    "the date": (A | {"date": date(2025, 11, 18)}, [("date", "15-11-2025", "18-11-2025", 3)]),
    "the number": (A | {"number": "inv471"}, [("number", "INV-471", "inv471", None)]),
    "the place of supply": (A | {"pos": "29"}, [("place of supply", "27", "29", None)]),
    "reverse charge": (A | {"reverse charge": True}, [("reverse charge", "false", "true", None)]),
}  # fmt: skip


@pytest.mark.parametrize(("books", "expected"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_each_field_that_differs_is_named_with_both_and_by_how_much(
    books: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    rows = match(ledger([A | {"pos": "27"}]), ledger([{"pos": "27"} | books])).rows()
    (row,) = [it for it in rows if it["side"] == "portal"]
    found = [(it["field"], it["portal"], it["books"], it["difference"]) for it in row["differences"]]
    assert [it for it in found if it[0] != "value"] == expected
