"""The view: what conditions can ask about of a record, and when a finding counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.policy import tables as made

from gst_ims.desk.policy.columns import COLUMNS, Kind
from gst_ims.desk.policy.document import read
from gst_ims.desk.policy.view import View, view

RUPEES = 100


def seen(*rows: made.Row, **more: Any) -> list[dict[str, Any]]:
    """The columns of records, in their order."""
    recipient = more.pop("recipient", made.RECIPIENT)
    with view(made.tables(list(rows), **more), recipient) as it:
        cursor = it.db.execute("select * from asked order by number")
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_every_column_is_there_and_of_the_kind_that_it_says() -> None:
    kinds = {
        Kind.TEXT: {"VARCHAR"},
        Kind.NUMBER: {"BIGINT", "INTEGER"},
        Kind.RUPEES: {"BIGINT", "HUGEINT"},
        Kind.DAY: {"DATE"},
        Kind.YESNO: {"BOOLEAN"},
    }
    with view(made.tables([made.record()]), made.RECIPIENT) as it:
        types = {row[0]: row[1] for row in it.db.execute("describe asked").fetchall()}
    wrong = {name: types.get(name) for name, column in COLUMNS.items() if types.get(name) not in kinds[column.kind]}
    assert not wrong


def test_only_what_says_so_can_be_empty() -> None:
    rows = [
        made.record("A", trade_name=None, original_number="", remarks="", invoice_type=None),
        made.credit_note("B", pending_blocked=True),
    ]
    found = seen(*rows, findings=[made.finding(rows[1], "missing in books", partners=[])])
    empty = {name for row in found for name, value in row.items() if value is None and name in COLUMNS}
    assert empty == {name for name, column in COLUMNS.items() if column.empty}


def test_a_record_without_a_finding_is_not_compared_and_differs_in_nothing() -> None:
    (row,) = seen(made.record())
    assert (row["bucket"], row["score"], row["partners"], row["differing"]) == ("not compared", 0, 0, [])
    assert row["difference_tax"] is row["days_apart"] is row["match_rule"] is None


def test_what_differs_is_books_less_portal_by_head() -> None:
    it = made.record()
    finding = made.finding(it, "mismatch", igst=-80 * RUPEES, cgst=40 * RUPEES, sgst=40 * RUPEES, taxable=1, date=-3)
    (row,) = seen(it, findings=[finding])
    assert [row[f"difference_{head}"] for head in ("taxable", "igst", "cgst", "sgst", "cess", "value")] == (
        [1, -80 * RUPEES, 40 * RUPEES, 40 * RUPEES, 0, 0]
    )
    assert (row["difference_tax"], row["at_stake"], row["days_apart"]) == (0, 160 * RUPEES, -3)
    assert set(row["differing"]) == {"igst", "cgst", "sgst", "taxable", "date"}


def test_of_documents_that_were_added_up_only_the_sums_are_known() -> None:
    it = made.record()
    (row,) = seen(it, findings=[made.finding(it, "mismatch", tax=-5 * RUPEES, taxable=2)])
    assert (row["difference_tax"], row["difference_taxable"], row["at_stake"]) == (-5 * RUPEES, 2, 5 * RUPEES)
    assert row["difference_igst"] is row["difference_cess"] is None


@pytest.mark.parametrize(
    ("record", "books"),
    [
        (made.record(compared=False), None),  # the record was edited since
        (made.record(), []),  # its book is gone
    ],
)
def test_a_finding_counts_only_while_what_it_is_about_stands(record: made.Row, books: list[made.Row] | None) -> None:
    (row,) = seen(record, findings=[made.finding(record)], books=books)
    assert row["bucket"] == "not compared"


def test_one_of_several_partners_that_is_gone_is_enough() -> None:
    it = made.record()
    (row,) = seen(it, findings=[made.finding(it, partners=["book of INV-1", "book of INV-2"])])
    assert row["bucket"] == "not compared"
    shelf = [made.book(it, label="b"), made.book(made.record("INV-2"), label="a", reverse_charge=True)]
    (row,) = seen(it, findings=[made.finding(it, partners=["book of INV-1", "book of INV-2"])], books=shelf)
    assert (row["bucket"], row["partners"], row["book_label"], row["book_reverse_charge"]) == ("matched", 2, "b", True)


def test_nothing_that_is_missing_in_the_books_needs_a_book() -> None:
    it = made.record()
    (row,) = seen(it, findings=[made.finding(it, "missing in books", partners=[])], books=[])
    assert row["bucket"] == "missing in books"


def test_a_supplier_is_in_a_list_by_gstin_or_by_pan() -> None:
    vendors = [
        {"list": "a", "vendor": made.SUPPLIER},
        {"list": "b", "vendor": made.SUPPLIER[2:12]},
        {"list": "c", "vendor": "29AAGCB7383J1Z4"},
    ]
    assert set(seen(made.record(), vendors=vendors)[0]["lists"]) == {"a", "b"}


def test_facts_of_a_supplier_are_whole_numbers_in_a_hundred() -> None:
    known = {"stin": made.SUPPLIER, "documents": 3, "matched": 2, "rejected": 1, "first_seen": date(2025, 4, 14)}
    (row,) = seen(made.record(), suppliers=[known])
    names = ("supplier_documents", "supplier_matched", "supplier_rejected", "first_seen", "pan", "state")
    assert [row[name] for name in names] == [3, 66, 1, date(2025, 4, 14), "AAXCT0003K", "24"]


@pytest.mark.parametrize(
    ("today", "frequency", "draft", "due"),
    [
        (date(2025, 12, 14), "monthly", 0, 6),
        (date(2025, 12, 15), "monthly", 30, 5),
        (date(2025, 12, 21), "monthly", 24, 30),
        (date(2025, 12, 21), "quarterly", 24, 32),  # the 22nd of January in Maharashtra
        (date(2026, 1, 23), "quarterly", 22, 89),
    ],
)
def test_days_run_to_the_next_draft_and_to_the_next_return(today: date, frequency: Any, draft: int, due: int) -> None:
    (row,) = seen(made.record(), recipient=replace(made.RECIPIENT, today=today, frequency=frequency))
    assert (row["today"], row["days_to_draft"], row["days_to_3b"]) == (today, draft, due)


@pytest.mark.parametrize(
    ("record", "pending", "credit"),
    [
        (made.record(), 350, 350),  # section 16(4): the 30th of November 2026
        (made.record(document_date=date(2025, 3, 31)), -15, -15),
        (made.record(pending_blocked=True), None, 350),
        (made.credit_note(), 36, None),  # one tax period more: the 20th of January (R2.6, R2.8)
        (made.credit_note(form="R1A"), 67, None),  # which is in the next GSTR-2B (R3.5)
        (made.credit_note(period=date(2025, 9, 1)), None, None),  # before October 2025 not at all (R2.5)
    ],
)
def test_days_run_to_the_limits_of_pending_and_of_credit(
    record: made.Row, pending: int | None, credit: int | None
) -> None:
    (row,) = seen(record)
    assert (row["days_to_pending_limit"], row["days_to_credit_limit"]) == (pending, credit)


@pytest.mark.parametrize(
    ("section", "blocked", "asks"),
    [
        *(("b2b", None, False), ("b2b", False, False), ("b2bcn", None, True), ("b2bcn", True, False)),
        *(("b2bcna", False, True), ("b2ba", None, False), ("b2ba", False, True), ("ecoma", True, False)),
    ],
)
def test_what_asks_for_a_reduction_is_as_the_client_has_it(section: str, blocked: bool | None, asks: bool) -> None:
    assert seen(made.record(section=section, reduction_blocked=blocked))[0]["asks_reduction"] is asks


def test_nothing_is_within_reach_of_the_connection() -> None:
    with view(made.tables([made.record()]), made.RECIPIENT) as it:
        for attempt in ("from read_csv('/etc/passwd')", "attach 'x.db'", "copy asked to '/tmp/x'", "set threads = 1"):
            with pytest.raises(duckdb.Error):
                it.db.execute(attempt)


CONDITIONS = ["filed", "credit_note", "bucket = 'matched'", "value > 1_000", "in_list('trusted')", "remarks is null"]
CONDITIONS += [
    "abs(difference_tax) <= 1",
    "days_to_pending_limit < 40",
    "supplier_name like 'S%'",
    "tax < original_tax",
]
RULES = st.lists(
    st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(["accept", "reject", "pending", "ask"])),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def many() -> View:
    rows = [
        make(f"{n}", filed=n % 2 == 0, taxable=n * 300 * RUPEES, value=n * 354 * RUPEES, remarks="x" if n % 3 else None)
        for n, make in enumerate([made.record, made.credit_note] * 6)
    ]
    findings = [made.finding(row, "mismatch" if n % 2 else "matched", igst=n) for n, row in enumerate(rows)]
    return View(made.tables(rows, findings[:9], vendors=[{"list": "trusted", "vendor": made.SUPPLIER}]), made.RECIPIENT)


@settings(max_examples=40, deadline=None)
@given(rules=RULES)
def test_every_record_falls_to_the_first_rule_that_holds_or_is_asked_about(
    many: View, rules: list[tuple[str, str]]
) -> None:
    text = 'name = "x"\n' + "".join(
        f'[[rule]]\nname = "{n}"\nwhen = """{condition}"""\naction = "{action}"\n'
        for n, (condition, action) in enumerate(rules, 1)
    )
    policy = read(text)
    many.judge(policy)
    outcome = dict(many.db.execute("select id, (place, wish, does) from outcome").fetchall())
    records = [row[0] for row in many.db.execute("select id from asked").fetchall()]
    assert sorted(outcome) == sorted(records)
    left = set(records)
    for place, rule in enumerate(policy.rules, 1):
        assert rule.condition is not None
        holds = {row[0] for row in many.db.execute(f"select id from asked where {rule.condition.sql}").fetchall()}
        assert {key for key, (at, _, _) in outcome.items() if at == place} == holds & left
        assert {outcome[key][1] for key in holds & left} <= {rule.wish}
        left -= holds
    assert {outcome[key] for key in left} <= {(0, "ask", "ask")}
