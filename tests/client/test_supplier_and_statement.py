"""What the portal shows beside records, read by the client: sales, added-back liability, GSTR-2B."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.api import Taxpayer, data
from tests.client.conftest import Served, fill, signed_in
from tests.portal.contract.conftest import tables
from tests.story import draw_up_drafts

from gst_ims.client import Client, Fate, Reduction, Session, State, errors
from gst_ims.core.period import Period
from gst_ims.core.section import Action

OCTOBER = Period(2025, 10)


@pytest.fixture
def supplier(served: Served, recipient: Taxpayer) -> Taxpayer:
    return fill(served.api, recipient.gstin, 2, 2)


def decided(session: Session, supplier: Taxpayer) -> None:
    """Of that supplier: one invoice is rejected, one credit note too."""
    rows = [next(r for r in session.records(section) if r.stin == supplier.gstin) for section in ("B2B", "CN")]
    session.save([row.reject("Not ours") for row in rows]).wait().raise_for_refused()


def test_the_supplier_sees_what_was_decided(client: Client, session: Session, supplier: Taxpayer) -> None:
    decided(session, supplier)
    seller = signed_in(client, supplier)
    sales = seller.sales("102025", "B2B")
    assert [(sale.number, sale.action, sale.remarks) for sale in sales.documents] == [
        ("INV-0", Action.REJECT, "Not ours"),
        ("INV-1", Action.NONE, None),
    ]
    assert (sales.documents[0].taxable, sales.documents[0].tax) == (Decimal("1000.00"), Decimal("180.00"))
    assert [(sale.number, sale.note_type) for sale in seller.sales(OCTOBER, "CDNR").documents][:2] == [
        ("CN-0", "C"),
        ("CN-1", "C"),
    ]
    assert seller.sales(OCTOBER, "B2B", "gstr-1a").documents == ()
    assert seller.added_back("112025").entries == ()


def test_a_month_is_closed(client: Client, session: Session, supplier: Taxpayer, recipient: Taxpayer) -> None:
    """GSTR-2B on the 14th, what changes after it, GSTR-3B, and what comes back to the supplier."""
    api = recipient.api
    with pytest.raises(errors.StatementTooEarly):
        session.gstr2b(OCTOBER)
    api.go_to("2025-11-14T18:00")
    draw_up_drafts(api)
    session = signed_in(client, recipient)
    statement = session.gstr2b(OCTOBER)
    assert len(statement.documents) == 18
    assert {document.action for document in statement.documents} == {Action.NONE}
    with pytest.raises(errors.StatementUnchanged):
        session.regenerate(OCTOBER).wait()
    decided(session, supplier)
    computation = session.regenerate("102025")
    assert computation.wait().state is State.PROCESSED
    assert computation.status().final
    statement = session.gstr2b("102025")
    rejected = {(document.table, document.number) for document in statement.documents if document.rejected}
    assert rejected == {("b2b", "INV-0"), ("cdnr", "CN-0")}
    assert statement.version == "2"
    adding = [d.igst for d in statement.documents if d.number.startswith(("INV", "DN")) and not d.rejected]
    assert statement.summary["itcavl"]["nonrevsup"]["igst"] == sum(adding)
    data(recipient.post("gstrs/gstr-3b/2025/10/file"))
    seller = signed_in(client, supplier)
    (entry,) = seller.added_back("112025").entries
    assert (entry.number, entry.tax, entry.remarks, entry.recipient) == (
        *("CN-0", Decimal("18.00"), "Not ours"),
        recipient.gstin,
    )


def test_a_partial_reduction_is_what_the_portal_keeps(session: Session) -> None:
    first, second, third = session.records("CN")
    outcome = session.save(
        [
            first.accept("Half was exempt", reduce=Reduction(igst=Decimal(9))),
            second.accept("Too much", reduce=Reduction(igst=second.igst + 1)),
            third.accept(reduce=False),
        ]
    ).wait()
    assert [verdict.fate for verdict in outcome.verdicts] == [Fate.APPLIED, Fate.NOT_SENT, Fate.NOT_SENT]
    kept = next(record for record in session.records("CN") if record.number == first.number)
    assert (kept.reduction, kept.declared_igst, kept.remarks) == (True, Decimal("9.00"), "Half was exempt")


def test_every_section_is_decided_on(served: Served, client: Client) -> None:
    """The rows of amendments and of operators' documents are taken as they are made."""
    api = served.api
    recipient, seller, operator = api.company("27"), api.company("24"), api.company("29")
    filed = tables(recipient, seller)
    assert seller.save_return("2025/10", **{name: filed[name] for name in ("b2b", "b2ba", "cdnr", "cdnra")})
    assert operator.save_return("2025/10", ecom=filed["ecom"], ecoma=filed["ecoma"])["status_cd"] == "P"
    session = signed_in(client, recipient)
    sections = ("B2B", "B2BA", "DN", "DNA", "CN", "CNA", "ECOM", "ECOMA")
    records = [record for section in sections for record in session.records(section)]
    assert len({record.section for record in records}) == 8
    outcome = session.save([record.accept() for record in records]).wait()
    refused = {
        (verdict.record.section.value, verdict.code, verdict.words) for verdict in outcome.verdicts if verdict.words
    }
    assert (outcome.complete, refused) == (True, set())
    assert session.reset([record for section in sections for record in session.records(section)]).wait().complete
    assert session.counts().of(Action.ACCEPT) == 0
