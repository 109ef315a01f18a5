"""Every head of tax counts wherever tax is counted: IGST, CGST, SGST, and the cess that few documents have."""

from __future__ import annotations

import pytest
from tests.api import inside, invoice, note
from tests.client.conftest import Served
from tests.desk.decisions import make, records, rows, wish

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk
from gst_ims.desk.figures.service import figures, news
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.push.whatif import Supposed, outlook
from gst_ims.desk.review import grid
from gst_ims.desk.review.deciding import Want, preview
from gst_ims.desk.review.lists import Filter, worklist

#: Rupees by head of an invoice from another state, one from within, and a credit note.
TAX = {"A": (180, 0, 0, 7), "B": (0, 90, 90, 5), "C": (18, 0, 0, 3)}
ALL = {"A": 187_00, "B": 185_00, "C": 21_00}


@pytest.fixture
def buyer(desk: Desk, served: Served) -> tuple[Gstin, Person]:
    """Somebody with one document of each kind, and Bina, who prepares for him."""
    gstin = served.api.company("27").gstin
    a, b, c = ({"csamt": tax[3], **({"iamt": tax[0]} if tax[0] else inside(tax[1]))} for tax in TAX.values())
    far, near = served.api.company("24"), served.api.company("27")
    cdnr = [{"ctin": gstin, "nt": [note("C", taxable=100, tax=c)]}]
    assert (
        far.save_return("2025/10", b2b=[{"ctin": gstin, "inv": [invoice("A", tax=a)]}], cdnr=cdnr)["status_cd"] == "P"
    )
    assert near.save_return("2025/10", b2b=[{"ctin": gstin, "inv": [invoice("B", tax=b)]}])["status_cd"] == "P"
    for supplier in (far, near):
        supplier.file()
    people.found(desk, gstin, "Cess Traders", "cess", "monthly", "Bina")
    people.grant(desk, people.person(desk, "Bina"), gstin, "Bina", Role.PREPARER)
    return gstin, people.person(desk, "Bina")


def test_every_head_counts(desk: Desk, buyer: tuple[Gstin, Person]) -> None:
    gstin, bina = buyer
    known = records(desk, gstin)
    credit, heads = ALL["A"] + ALL["B"] - ALL["C"], [162_00, 90_00, 90_00, 9_00]
    assert {row.key.number: row.tax for row in worklist(desk, bina, gstin, Filter()).lines} == ALL
    assert {row.number: row.tax for row in grid.rows(desk, bina, gstin, Filter(), "tax", limit=9)} == ALL
    assert {row.number: row.tax for row in news(desk, bina, gstin)} == ALL
    assert grid.sums(desk, bina, gstin, Filter()).tax == credit
    assert sum(row.tax for row in grid.suppliers(desk, bina, gstin, Filter())) == credit
    found = figures(desk, bina)
    assert (sum(cell.credit for cell in found.cells), sum(cell.tax for cell in found.cells)) == (credit, credit)
    effect = preview(desk, bina, gstin, Filter(), Want(Action.REJECT)).effect
    assert (effect.credit_before, effect.credit_after, effect.owed_after) == (credit, 0, ALL["C"])
    said = outlook(desk, bina, gstin, Period(2025, 10), Supposed(undecided=Action.REJECT))
    assert (said.now, said.later, said.owed) == (heads, [0, 0, 0, 0], (0, ALL["C"]))
    make(desk, gstin, "Bina", *(wish(record, Action.ACCEPT) for record in (known["A"], known["B"])))
    assert {row.number: row.stake for row in rows(desk, gstin)} == {"A": ALL["A"], "B": ALL["B"]}
