"""What goes in comes out, to the paisa: in the table, among the problems, or in what is excluded and said to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.register.made import (
    GUJARAT,
    HEADINGS,
    HOME,
    KARNATAKA,
    RTIN,
    csv_file,
    documents,
    reasons,
    row,
    xlsx,
)

from gst_ims.core.money import indian, rupees
from gst_ims.desk.register import read
from gst_ims.desk.register.totals import table

HEADS = ("value", "taxable", "igst", "cgst", "sgst", "cess")
PAISE = st.integers(-(10**11), 10**11)


class Made(NamedTuple):
    """A row of a register, and what it is."""

    kind: str
    cells: list[Any]
    #: The amounts that its cells tell, in paise.
    amounts: dict[str, int]


@st.composite
def made_rows(draw: st.DrawFn) -> Made:
    """A row of any kind, its amounts written in any way."""
    amounts = {head: draw(PAISE) for head in HEADS}
    kind = draw(st.sampled_from(["document"] * 6 + ["rejected", "total", "blank", "heading", "unregistered"]))
    written = {head: draw(st.sampled_from([str(rupees(it)), indian(it)])) for head, it in amounts.items()}
    number = draw(st.sampled_from(["A-1", "A-2", "B/3"]))
    stin = draw(st.sampled_from([GUJARAT, KARNATAKA, HOME]))
    match kind:
        case "rejected":
            return Made(kind, row(number, stin=stin, day="soon", **written), amounts)
        case "total":
            return Made(kind, row("Total", stin="", day="", rate="", **written), amounts)
        case "blank":
            return Made(kind, [""] * len(HEADINGS), {})
        case "heading":
            return Made(kind, [f"Party {number}", *[""] * (len(HEADINGS) - 1)], {})
        case "unregistered":
            return Made(kind, row(number, stin="URP", **written), amounts)
        case _:
            return Made(
                kind,
                row(number, stin=stin, day=draw(st.sampled_from(["24-11-2025", "25-11-2025"])), **written),
                amounts,
            )


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(made_rows(), min_size=1, max_size=30))
def test_every_row_and_every_paisa_is_accounted_for(
    rows: Sequence[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("totals")
    # A plain row at the top, whose number no other has, so that the columns are known.
    first = row("FIRST")
    with read([csv_file(folder, [HEADINGS, first, *(it.cells for it in rows)])], RTIN) as books:
        totals = {total.field: total for total in books.totals}
        for head in HEADS:
            total = totals[head]
            usual = {"value": 118000, "taxable": 100000, "igst": 18000}.get(head, 0)
            assert total.agrees
            assert total.read == usual + sum(it.amounts.get(head, 0) for it in rows)
            assert total.unread == 0
        # Whatever is in the table, with its sign in the books, is what was taken.
        said = {"Its amounts are below zero in the books."}
        found = documents(books)
        for head in HEADS:
            signed = sum(-it[head] if said & set(it["notes"]) else it[head] for it in found)
            assert signed == totals[head].documents == totals[head].taken
        assert sum(books.rows.values()) == len(rows) + 2
        # Each row is in a document, among the problems, or blank.
        in_documents = {at for it in found for at in it["source"]["rows"]}
        elsewhere = {at for kind in ("rejected", "excluded") for at, _, _ in reasons(books, kind)}
        blank = {at for at, it in enumerate(rows, 3) if it.kind == "blank"}
        assert in_documents | elsewhere | blank == set(range(2, len(rows) + 3))
        assert not in_documents & elsewhere


@settings(max_examples=5, deadline=None)
@given(rows=st.lists(made_rows(), min_size=1, max_size=12), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_sum(
    rows: list[Made], seed: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = list(rows)
    seed.shuffle(other)
    sums = []
    for order in (rows, other):
        folder = tmp_path_factory.mktemp("order")
        with read([csv_file(folder, [HEADINGS, row("FIRST"), *(it.cells for it in order)])], RTIN) as books:
            sums.append(
                [(total.field, total.read, total.taken, total.rejected, total.excluded) for total in books.totals]
            )
    assert sums[0] == sums[1]


def test_the_totals_are_shown_in_rupees(tmp_path: Any) -> None:
    rows = [HEADINGS, row(), row("", value="100000"), ["Total", "", "", "101180", *[""] * 6]]
    with read([xlsx(tmp_path, {"Books": rows})], RTIN) as books:
        shown = table(books.totals).splitlines()
    assert shown[0].split()[:5] == ["sheet", "column", "read", "documents", "repeated"]
    assert shown[0].split()[5:] == ["excluded", "rejected", "computed", "agrees"]
    assert shown[1].split()[4:] == ["2,02,360.00", "1,180.00", "0.00", "1,01,180.00", "1,00,000.00", "0.00", "yes"]


def test_what_is_computed_is_told_apart_from_what_was_read(tmp_path: Any) -> None:
    rows = [HEADINGS, row(value=""), row("A-2", taxable="")]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        first, second = documents(books)
        assert (first["value"], second["taxable"]) == (118000, 100000)
        assert "Its value is computed: taxable and taxes." in first["notes"]
        assert "Its taxable is computed: value less taxes." in second["notes"]
        computed = {total.field: (total.documents, total.taken, total.derived) for total in books.totals}
        assert computed["value"] == (236000, 118000, 118000)
        assert computed["taxable"] == (200000, 100000, 100000)
        assert all(total.agrees for total in books.totals)
