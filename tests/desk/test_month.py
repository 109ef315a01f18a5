"""A month at the desk, from the first reading to GSTR-3B, over the portal's socket; and once by files that are carried.

October 2025: a company buys from three suppliers and sells to a customer. Its books have what the first supplier
reported, with the defects that books have, and an invoice that the third one never reported. What has to come out is
computed here, from what was sold.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.api import Taxpayer, data, invoice, note
from tests.client.conftest import Served, file_3b
from tests.connect.conftest import Carried
from tests.desk.followup.conftest import (  # noqa: F401 - fixtures
    Mailbox,
    act,
    deliver_all,
    file,
    finished,
    go,
    introduce,
    mail_server,
    mailbox,
    post,
)
from tests.desk.report.excel import parts, rewritten, table, write

from gst_ims.connect.offline import Offline
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup import documents, liability, messages, rounds
from gst_ims.desk.followup.post import Post
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person
from gst_ims.desk.policy import service as policies
from gst_ims.desk.policy.document import starter
from gst_ims.desk.push.promise import promised
from gst_ims.desk.push.service import push
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.report.deciding import decide_from
from gst_ims.desk.report.document import figures, write_json
from gst_ims.desk.report.edited import read_decisions
from gst_ims.desk.report.workbook import write_workbook
from gst_ims.desk.review import steps
from gst_ims.desk.review.lists import Filter, worklist
from gst_ims.desk.sync.sales import sync_sales
from gst_ims.desk.sync.service import sync

OCTOBER = Period.parse("102025")
#: What the first supplier reported, in rupees of tax: 18 per cent of 1000, 1001, …; credit notes of 100, 101, 102.
INVOICES = {f"INV-{n}": Decimal(1000 + n) * 18 / 100 for n in range(7)}
CREDITS = {f"CN-{n}": Decimal(100 + n) * 18 / 100 for n in range(3)}
DEBITS = {"DN-0": Decimal(18), "DN-1": Decimal(18)}
#: The second one's, who doesn't file in time.
UNFILED = Decimal("500") * 18 / 100
HEADINGS = ("Supplier GSTIN", "Type", "Invoice No", "Invoice Date", "Taxable Value", "IGST")


@pytest.fixture
def seller(mine: Gstin) -> Gstin:
    """The recipient sells too."""
    return mine


@pytest.fixture
def late(served: Served, mine: Gstin) -> Taxpayer:
    """A supplier who has saved an invoice, and doesn't file."""
    who = served.api.company("24")
    assert who.sell(mine, invoice("U-1", taxable=500))["status_cd"] == "P"
    return who


@pytest.fixture
def silent(served: Served) -> Taxpayer:
    """A supplier who reports nothing."""
    return served.api.company("24")


@pytest.fixture
def customer(served: Served, mine: Gstin) -> Taxpayer:
    """Who bought an invoice and got a credit note, which he rejects; an invoice he keeps pending."""
    who, me = served.api.company("29"), served.api.taxpayer(mine)
    sold = [invoice("S-1", taxable=9000, pos="29"), invoice("S-2", taxable=700, pos="29")]
    tables = {"b2b": [{"ctin": who.gstin, "inv": sold}]}
    tables["cdnr"] = [{"ctin": who.gstin, "nt": [note("S-CN", taxable=2000, pos="29")]}]
    assert me.save_return("2025/10", **tables)["status_cd"] == "P"
    file(me, "2025/10")
    act(who, "b2b", "S-2", "P")
    act(who, "b2bcn", "S-CN", "R", remarks="No goods came back")
    return who


def keep_books(desk: Desk, by: Person, gstin: Gstin, folder: Path, stin: Gstin, silent: Gstin) -> None:
    """The books: INV-1 with a hundred too little, no INV-6, CN-2 or DN-1, and X-9 that nobody reported."""
    rows: list[tuple[object, ...]] = [
        (stin, "Invoice", number, "05-10-2025", tax * 100 / 18, tax)
        for number, tax in INVOICES.items()
        if number not in ("INV-1", "INV-6")
    ]
    rows += [(stin, "Invoice", "INV-1", "05-10-2025", "901.00", "162.18")]
    rows += [(stin, "Credit Note", f"CN-{n}", "06-10-2025", 100 + n, CREDITS[f"CN-{n}"]) for n in (0, 1)]
    rows += [(stin, "Debit Note", "DN-0", "06-10-2025", "100.00", "18.00")]
    rows += [(silent, "Invoice", "X-9", "07-10-2025", "5000.00", "900.00")]
    path = folder / "tally.csv"
    with path.open("w", newline="") as out:
        csv.writer(out).writerows([HEADINGS, *rows])
    with read([path], gstin) as register:
        assert registers.keep(desk, by, gstin, "tally", register, {path.name: "0" * 64}).documents == 10


def compare_all(desk: Desk, by: Person, gstin: Gstin) -> None:
    """Seven documents agree; one says something else; four and the unfiled one the books don't have."""
    assert matching.run(desk, gstin, by.name).buckets == {
        **{"portal matched": 8, "books matched": 8, "portal mismatch": 1, "books mismatch": 1},
        **{"portal missing in books": 4, "books missing in portal": 1},
    }


def propose(desk: Desk, by: Person, other: Person, gstin: Gstin) -> None:
    """The starter policy, put into force by two people, accepts what agrees."""
    version = policies.put(desk, by, gstin, starter())
    with pytest.raises(NotAllowed):
        policies.approve(desk, by, gstin, version.name, version.version)
    policies.approve(desk, other, gstin, version.name, version.version)
    policies.use(desk, other, gstin, version.name)
    made = policies.propose(desk, gstin)
    assert made is not None
    assert (made.made, made.refused) == (8, ())


def decide_in_the_workbook(desk: Desk, by: Person, gstin: Gstin, folder: Path) -> None:
    """The rest is decided by people, in Excel; the unfiled invoice they leave alone."""
    path = folder / "october.xlsx"
    assert write_workbook(desk, by, gstin, path)["worklist"] == 5
    assert {row["Number"] for row in table(path, "Worklist")} == {"INV-1", "INV-6", "CN-2", "DN-1", "U-1"}
    edited = rewritten(
        path,
        write("INV-1", Decision="Reject", Decision_remarks="Rate as in our order, please"),
        write("INV-6", Decision="Pending"),
        write("CN-2", Decision="Accept", Decision_remarks="Half of it", Reduce_credit="In part", Reduce_IGST=9.18),
        write("DN-1", Decision="Accept"),
    )
    made = decide_from(desk, by, gstin, read_decisions(edited, gstin), why="Workbook of October")
    assert (made.kept, made.decided.made, made.problems) == (True, 4, ())


def approve_what_waits(desk: Desk, by: Person, other: Person, gstin: Gstin) -> None:
    """A rejection waits for a second person, and the first one can't be it."""
    (line,) = worklist(desk, by, gstin, Filter(state="waiting")).lines
    assert (line.key.number, line.decided, line.person) == ("INV-1", "R", by.name)
    assert line.decision is not None
    with pytest.raises(NotAllowed):
        steps.approve(desk, by, gstin, [line.decision])
    assert steps.approve(desk, other, gstin, [line.decision], "Called them").done == 1


DECIDED = {
    **dict.fromkeys(("INV-0", "INV-2", "INV-3", "INV-4", "INV-5", "CN-0", "CN-1", "CN-2", "DN-0", "DN-1"), "A"),
    **{"INV-1": "R", "INV-6": "P", "U-1": "N"},
}


def actions(who: Taxpayer) -> dict[str, str]:
    """What stands at the portal."""
    found = [record for section in ("B2B", "CN", "DN") for record in who.records(section)]
    return {record.get("inum") or record["nt_num"]: record["action"] for record in found}


def credit() -> Decimal:
    """What GSTR-2B has to state: all that is accepted, less the credit notes, of which CN-2 counts by 9.18."""
    accepted = [tax for number, tax in {**INVOICES, **DEBITS}.items() if DECIDED[number] == "A"]
    return sum(accepted, Decimal(0)) - CREDITS["CN-0"] - CREDITS["CN-1"] - Decimal("9.18")


def drawn_up(me: Taxpayer) -> None:
    """Wait until the portal has drawn up GSTR-2B of October."""
    for _ in range(600):
        if me.get("gstrs/gstr-2b/2025/10").json()["data"]["status_cd"] == "1":
            return
        time.sleep(0.05)
    pytest.fail("It isn't drawn up.")


def seller_of(me: Taxpayer) -> Taxpayer:
    (stin,) = {record["stin"] for record in me.records("CN")}
    return me.api.taxpayer(Gstin(stin))


def test_a_month(
    *,
    desk: Desk,
    mine: Gstin,
    asha: Person,
    chetan: Person,
    recipient: Taxpayer,
    late: Taxpayer,
    silent: Taxpayer,
    customer: Taxpayer,
    go: Callable[[str], None],  # noqa: F811
    introduce: Callable[..., None],  # noqa: F811
    post: Post,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
    tmp_path: Path,
) -> None:
    supplier = seller_of(recipient)
    assert sync(desk, mine, asha.name).changed == {"new": 13}
    keep_books(desk, asha, mine, tmp_path, supplier.gstin, silent.gstin)
    compare_all(desk, asha, mine)
    propose(desk, asha, chetan, mine)
    decide_in_the_workbook(desk, asha, mine, tmp_path)
    approve_what_waits(desk, asha, chetan, mine)

    # The 15th: GSTR-2B is drawn up, without what isn't pushed yet.
    go("2025-11-15T10:00")
    drawn_up(recipient)
    (done,) = push(desk, asha, mine)
    assert (done.rows, done.applied, done.refused, done.void, done.unknown) == (12, 12, 0, 0, 0)
    assert actions(recipient) == DECIDED
    kept = promised(desk, asha, mine, OCTOBER)
    assert (kept.differing, Decimal(kept.promised) / 100, kept.stated) == ((), credit(), kept.promised)

    # The supplier sees it.
    seen = {it.get("inum") or it["nt_num"]: it["imsactn"] for name in ("b2b", "cdnr") for it in supplier.sold(name)}
    assert seen == {number: action for number, action in DECIDED.items() if number != "U-1"}

    follow_up(desk, asha, mine, late, silent, introduce, post, mailbox)
    look_at_sales(desk, asha, mine, customer)

    # The 18th: GSTR-3B is due in two days.
    go("2025-11-18T10:00")
    rounds.look(desk, mine)
    told = {it.kind: it.text for it in rounds.alerts(desk, asha, mine)}
    # Nobody has decided about U-1, but it isn't filed.
    assert told["gstr_3b"] == "Until 20-11-2025: GSTR-3B of 102025 is due."

    look_at_figures(desk, asha, mine, tmp_path)

    # GSTR-3B is filed: what it closed is gone.
    file_3b(recipient)
    sync(desk, mine, asha.name)
    assert {row["number"] for row in figures(desk, asha, mine)["worklist"]} <= {"U-1", "INV-6"}


def follow_up(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    late: Taxpayer,
    silent: Taxpayer,
    introduce: Callable[..., None],  # noqa: F811
    post: Post,  # noqa: F811
    mailbox: Mailbox,  # noqa: F811
) -> None:
    """Who doesn't file, and who reports nothing, is asked; only who has an address gets a mail, with his documents."""
    parties = {party.gstin: {it.kind for it in party.documents} for party in documents.suppliers(desk, by, gstin)}
    assert parties[late.gstin] == {"unfiled"}
    assert parties[silent.gstin] == {"missing"}
    introduce(people.person(desk, "Bina"), gstin, f"{silent.gstin},Silent Traders,silent@example.in,,")
    looked = messages.preview(desk, by, gstin, "supplier")
    assert [ask.party for ask in looked.asks] == [silent.gstin]
    assert late.gstin in looked.unreachable
    assert messages.messages(desk, by, gstin) == []
    messages.ask(desk, by, gstin, "supplier")
    deliver_all(desk, post, gstin)
    (mail,) = mailbox.mails
    assert mail["to"] == "silent@example.in"
    assert [it.get_content_type().endswith("spreadsheetml.sheet") for it in mail.iter_attachments()] == [True]
    assert [it.state for it in messages.messages(desk, by, gstin)] == ["sent"]


def look_at_sales(desk: Desk, by: Person, gstin: Gstin, customer: Taxpayer) -> None:
    """The customer's rejected credit note brings its tax back."""
    sync_sales(desk, gstin)
    (party,) = documents.customers(desk, by, gstin)
    assert (party.gstin, {it.number: it.kind for it in party.documents}) == (
        customer.gstin,
        {"S-CN": "rejected", "S-2": "pending"},
    )
    (stake,) = [it for it in liability.liability(desk, by, gstin).stakes if it.certain]
    assert stake.heads.total == 360_00


def look_at_figures(desk: Desk, by: Person, gstin: Gstin, folder: Path) -> None:
    """The report's sums are those of what was sold and done."""
    told = figures(desk, by, gstin, OCTOBER)
    assert {row["class"]: (row["documents"], row["credit"]) for row in told["credit"]} == {
        "accepted": (10, credit()),
        "at risk": (1, UNFILED),
        "pending": (1, INVOICES["INV-6"]),
        "rejected": (1, INVOICES["INV-1"]),
        "in the books only": (1, 900),
    }
    (statement,) = told["statement"]
    assert (statement["promised"], statement["stated"], statement["differing"]) == (credit(), credit(), 0)
    (sold,) = told["customers"]
    assert (sold["documents"], sold["tax_rejected"], sold["tax_pending"]) == (3, 360, 126)
    assert {row["state"]: row["documents"] for row in told["decisions"] if row["action"] == "Rejected"} == {
        "applied": 1
    }
    done = [row["what"] for row in told["audit"] if row["record"] and ":INV-1:" in row["record"]]
    assert done == ["prepared", "approved", "sending", "applied"]
    counts = write_json(desk, by, gstin, folder / "final.json", OCTOBER)
    assert counts == write_workbook(desk, by, gstin, folder / "final.xlsx", OCTOBER)
    assert json.loads((folder / "final.json").read_bytes(), parse_float=Decimal)["statement"][0]["stated"] == credit()
    assert len(table(folder / "final.xlsx", "Audit extract")) == counts["audit"]
    assert all("<f>" not in page for page in parts(folder / "final.xlsx", "worksheets/"))


def test_a_month_by_files(
    desk: Desk,
    mine: Gstin,
    asha: Person,
    chetan: Person,
    recipient: Taxpayer,
    late: Taxpayer,
    silent: Taxpayer,
    served: Served,
    tmp_path: Path,
) -> None:
    files, by_hand = tmp_path / "ims", Carried(served.api, served.address)

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Iterator[Offline]:
        yield Offline(gstin, files, clock=desk.clock)

    supplier = seller_of(recipient)
    desk = replace(desk, ways=ways)
    by_hand.fetch(recipient, "invoices/offline", files)
    assert sync(desk, mine, asha.name).changed == {"new": 13}
    keep_books(desk, asha, mine, tmp_path, supplier.gstin, silent.gstin)
    compare_all(desk, asha, mine)
    propose(desk, asha, chetan, mine)
    decide_in_the_workbook(desk, asha, mine, tmp_path)
    approve_what_waits(desk, asha, chetan, mine)

    (waiting,) = push(desk, asha, mine)
    assert (waiting.rows, waiting.applied, waiting.ended_at) == (12, 0, None)
    (batch,) = Offline(mine, files).pending()
    assert all(upload.name in waiting.words for upload in batch.files)
    for upload in batch.files:
        reference = data(by_hand.ask(recipient, "POST", "invoices/offline", upload.read_bytes()))["reference_id"]
        assert finished(recipient, "invoices/status", reference, "P")["status_cd"] == "S"
    assert actions(recipient) == DECIDED
    by_hand.fetch(recipient, "invoices/offline", batch.folder)
    (done,) = push(desk, asha, mine)
    assert (done.id, done.applied, done.refused, done.ended_at is not None) == (waiting.id, 12, 0, True)
    told = figures(desk, asha, mine, OCTOBER)
    assert {row["class"]: row["credit"] for row in told["credit"]}["accepted"] == credit()
    assert "not recomputed" in [row["what"] for row in told["audit"]]
