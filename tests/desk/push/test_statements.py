"""Behind each figure of GSTR-2B are its documents, and two readings tell what came, went and changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api import Taxpayer, amending, bill_of_entry, data, distribution, echo, invoice, note
from tests.desk.decisions import records
from tests.desk.push.test_promise import draw_up

from gst_ims.client.views import StatementDocument
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.documents import HEADS, place_of
from gst_ims.desk.push.promise import compare
from gst_ims.desk.push.statements import (
    Figure,
    behind,
    difference_totals,
    differences,
    figures,
    statements,
)

OCTOBER = Period(2025, 10)


@pytest.fixture
def october(mine: Gstin, recipient: Taxpayer, clock: FixedClock, desk: Desk) -> Gstin:
    """Other kinds of documents besides: reverse charge, imports, distributed credit, an amendment."""
    supplier = recipient.api.company("24")
    supplier.sell(mine, invoice("RC-1", taxable=100, rchrg="Y"), invoice("OLD-1", taxable=700), period="2025/09")
    supplier.file("2025/09")
    supplier.sell(mine, invoice("RC-2", taxable=300, rchrg="Y"))
    supplier.give_notes(mine, note("CN-RC", taxable=40, rchrg="Y"))
    supplier.save_return(
        "2025/10", b2ba=[{"ctin": str(mine), "inv": [amending(invoice("OLD-1", taxable=700), val=590)]}]
    )
    supplier.file()
    data(recipient.api.imports(bill_of_entry(mine)))
    data(
        recipient.api.distributions(
            distribution(mine, supplier.gstin), distribution(mine, supplier.gstin, "ISD-2", doctyp="ISDC")
        )
    )
    draw_up(recipient, clock)
    records(desk, mine)
    return mine


def signed(figure: Figure, heads: list[int]) -> list[int]:
    """As the form has it: what takes credit away is above zero under `othersup`."""
    return [-it for it in heads] if figure.supply == "othersup" and figure.part != "itcRejected" else heads


def read(desk: Desk, by: Person, gstin: Gstin) -> list[Figure]:
    compare(desk, by, gstin, OCTOBER)
    return figures(desk, by, gstin, statements(desk, by, gstin)[0])


def test_behind_every_figure_are_the_documents_that_add_up_to_it(desk: Desk, october: Gstin, asha: Person) -> None:
    found = read(desk, asha, october)
    kept = statements(desk, asha, october)[0]
    assert len(found) >= 6
    for figure in found:
        rows = behind(desk, asha, october, kept, figure.part, figure.supply, figure.leaf)
        assert len(rows) == figure.documents, figure
        adds = [row.credit for row in rows]
        assert None not in adds, rows
        sums = [sum(it[head] for it in adds if it) for head in range(len(HEADS))]
        assert signed(figure, sums) == list(figure.heads), figure
    print(found)
