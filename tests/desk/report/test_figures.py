"""The figures of a report against sums over what the portal itself says, and over what was done in the test."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.api import Api, Taxpayer, data, invoice
from tests.desk.conftest import Hire
from tests.desk.report.conftest import Standing

from gst_ims.client.record import Record
from gst_ims.connect.errors import AlreadyThere
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.report.document import figures, write_json
from gst_ims.desk.report.service import open_report
from gst_ims.desk.report.tables import SHEETS, SUMMARY, WORKLIST
from gst_ims.desk.review.deciding import Seen, Want, decide_about
from gst_ims.desk.sync import service as syncing
from gst_ims.desk.sync.sales import sync_sales

Rows = list[dict[str, Any]]


def by(rows: Rows, *names: str) -> dict[Any, dict[str, Any]]:
    return {tuple(row[name] for name in names) if len(names) > 1 else row[names[0]]: row for row in rows}


def tax(*records: Record) -> Decimal:
    """The credit of records, as acceptance brings it."""
    return sum((-it.tax if it.section == "b2bcn" else it.tax for it in records), Decimal(0))


def test_sections_add_up_to_what_the_portal_has(desk: Desk, compared: Gstin, asha: Person, standing: Standing) -> None:
    records = list(standing().values())
    told = by(figures(desk, asha, compared)["sections"], "section", "status")
    assert set(told) == {(section, "No action") for section in ("b2b", "b2bcn", "b2bdn")}
    for section in ("b2b", "b2bcn", "b2bdn"):
        mine, row = [it for it in records if it.section == section], told[section, "No action"]
        assert (row["documents"], row["taxable"], row["tax"], row["not_filed"]) == (
            *(len(mine), sum(it.taxable for it in mine), sum(it.tax for it in mine)),
            0,
        )


def test_credit_is_in_one_class_each_and_follows_decisions(
    desk: Desk, compared: Gstin, asha: Person, standing: Standing
) -> None:
    it = standing()
    unsure = [it[number] for number in ("INV-1", "INV-6", "CN-2", "DN-0", "DN-1")]
    sure = [record for record in it.values() if record not in unsure]
    told = by(figures(desk, asha, compared)["credit"], "class")
    assert {name: (row["documents"], row["credit"], row["credit_decided"]) for name, row in told.items()} == {
        "agrees": (7, tax(*sure), tax(*sure)),
        "at risk": (5, tax(*unsure), tax(*unsure)),
        "in the books only": (1, 900, 900),
    }
    for number, want in {
        "INV-0": Want(Action.ACCEPT),
        "INV-6": Want(Action.REJECT),
        "CN-0": Want(Action.ACCEPT, "Only half", reduce=False),
        "INV-5": Want(Action.PENDING),
    }.items():
        assert decide_about(desk, asha, compared, [Seen(it[number].key)], want).made == 1
    told = by(figures(desk, asha, compared)["credit"], "class")
    assert {name: (row["documents_decided"], row["credit_decided"]) for name, row in told.items()} == {
        "accepted": (2, it["INV-0"].tax),  # the credit note takes nothing away
        "agrees": (4, tax(*(r for r in sure if r.number not in ("INV-0", "INV-5", "CN-0")))),
        "at risk": (4, tax(*(r for r in unsure if r.number != "INV-6"))),
        "pending": (1, it["INV-5"].tax),
        "rejected": (1, it["INV-6"].tax),
        "in the books only": (1, 900),
    }
    assert told["at risk"]["documents"] == 5, "at the portal nothing has changed yet"


def test_every_document_of_either_side_is_in_one_table(
    desk: Desk, compared: Gstin, asha: Person, standing: Standing
) -> None:
    told = figures(desk, asha, compared)
    numbers = [{row["number"] for row in told[name]} for name in ("pairs", "mismatches", "missing_in_books")]
    assert sum(map(len, numbers)) == len(set.union(*numbers)) == 12
    assert numbers[1] == {"INV-1"}
    assert numbers[2] == {"INV-6", "CN-2", "DN-0", "DN-1"}
    (row,) = told["missing_in_portal"]
    assert (row["number"], row["tax"], row["credit_until"].isoformat(), row["file"], row["row"]) == (
        *("X-9", 900, "2026-11-30"),
        *("tally.csv", "10"),
    )


def test_pairs_have_what_the_books_say_and_why(desk: Desk, compared: Gstin, asha: Person, standing: Standing) -> None:
    it = standing()["INV-3"]
    row = by(figures(desk, asha, compared)["pairs"], "number")["INV-3"]
    assert (row["books"], row["books_number"], row["books_taxable"], row["books_tax"]) == (
        *("tally", "INV-3"),
        *(it.taxable, it.tax),
    )
    assert (row["found"], row["score"]) == ("matched", 100)
    assert "are the same" in row["reasons"]


def test_mismatches_are_told_field_by_field(desk: Desk, compared: Gstin, asha: Person) -> None:
    told = by(figures(desk, asha, compared)["mismatches"], "field")
    assert {name: (row["portal"], row["said"], row["difference"]) for name, row in told.items()} == {
        "value": ("1181.18", "1063.18", -118),
        "taxable": ("1001.00", "901.00", -100),
        "igst": ("180.18", "162.18", -18),
    }


def test_the_worklist_has_what_is_to_be_decided_and_all_that_helps(
    desk: Desk, compared: Gstin, asha: Person, standing: Standing
) -> None:
    it = standing()["INV-1"]
    told = by(figures(desk, asha, compared)["worklist"], "number")
    assert len(told) == 12
    row = told["INV-1"]
    assert (row["tax"], row["taxable"], row["igst"], row["deadline"].isoformat()) == (
        *(it.tax, it.taxable, it.igst),
        "2025-11-20",
    )
    assert row["differences"] == "value: 1181.18 / 1063.18; taxable: 1001.00 / 901.00; igst: 180.18 / 162.18"
    assert (row["record"], row["hash"], row["was"], row["books_taxable"]) == (str(it.key), it.hash, "N", 901)
    assert "decision" not in row
    decide_about(desk, asha, compared, [Seen(it.key)], Want(Action.REJECT))
    told = figures(desk, asha, compared)
    assert it.number not in by(told["worklist"], "number")
    assert [(row["state"], row["action"], row["documents"], row["tax"]) for row in told["decisions"]] == [
        ("prepared", "Rejected", 1, it.tax)
    ]


def test_days_say_how_much_is_to_be_decided_until_then(
    desk: Desk, compared: Gstin, asha: Person, standing: Standing
) -> None:
    rows = figures(desk, asha, compared)["due"]
    assert [(row["day"].isoformat(), row["documents"]) for row in rows] == [
        ("2025-11-14", None),
        ("2025-11-20", None),
        ("2025-11-20", 12),
    ]
    assert rows[2]["tax"] == sum(it.tax for it in standing().values())


def test_suppliers_are_scored_by_what_they_did(
    desk: Desk, compared: Gstin, asha: Person, served: Any, clock: FixedClock, standing: Standing
) -> None:
    api: Api = served.api
    other = api.company("24")

    def save(taxable: float) -> None:
        table = [{"ctin": compared, "inv": [invoice("S-1", taxable=taxable), invoice("S-2", taxable=70)]}]
        assert other.save_return("2025/10", b2b=table)["status_cd"] == "P"

    save(500)
    syncing.sync(desk, compared)
    with desk.ways("", compared) as portal:
        chosen = [standing()["S-1"].accept(), standing()["S-2"].reject(), standing()["INV-0"].keep_pending()]
        assert portal.save(chosen).wait().complete
    syncing.sync(desk, compared)
    save(600)
    syncing.sync(desk, compared)
    clock.at = datetime(2025, 11, 18, 10, tzinfo=IST)  # and neither of them is filed
    syncing.sync(desk, compared)
    told = by(figures(desk, asha, compared)["suppliers"], "supplier")
    mine = told[other.gstin]
    assert (mine["documents"], mine["tax"], mine["edited_after_acceptance"], mine["late"]) == (
        2,
        Decimal("120.60"),
        1,
        2,
    )
    assert (mine["rejected"], mine["tax_rejected"], mine["compared"], mine["share"]) == (1, Decimal("12.60"), 0, None)
    seller = told[standing()["INV-0"].stin]
    assert (seller["documents"], seller["compared"], seller["matched"], seller["share"]) == (
        *(12, 12, 7),
        Decimal("0.5833"),
    )
    assert (seller["pending"], seller["tax_pending"], seller["late"], seller["edited_after_acceptance"]) == (
        1,
        180,
        0,
        0,
    )


def test_who_came_after_a_reading_after_the_day_is_late_and_an_amendment_is_not(
    desk: Desk, compared: Gstin, asha: Person, served: Any, clock: FixedClock
) -> None:
    api: Api = served.api
    late, punctual = api.company("24"), api.company("24")
    punctual.sell(compared, invoice("P-1"))
    data(punctual.file())
    clock.at = datetime(2025, 11, 16, 10, tzinfo=IST)
    syncing.sync(desk, compared)
    syncing.sync(desk, compared)
    late.sell(compared, invoice("L-1"))
    data(late.file())
    clock.at = datetime(2025, 11, 17, 10, tzinfo=IST)
    syncing.sync(desk, compared)
    told = by(figures(desk, asha, compared)["suppliers"], "supplier")
    assert (told[late.gstin]["late"], told[punctual.gstin]["late"]) == (1, 0)


def test_customers_are_scored_by_what_they_did_with_what_was_sold(
    desk: Desk, compared: Gstin, asha: Person, served: Any, recipient: Taxpayer
) -> None:
    api: Api = served.api
    good, bad = api.company("29"), api.company("29")
    tables = [
        {"ctin": good.gstin, "inv": [invoice("A-1", taxable=100, pos="29")]},
        {"ctin": bad.gstin, "inv": [invoice(f"B-{n}", taxable=1000 * n, pos="29") for n in (1, 2, 3)]},
    ]
    assert recipient.save_return("2025/10", b2b=tables)["status_cd"] == "P"
    data(recipient.file())
    for who, acts in ((good, {"A-1": "A"}), (bad, {"B-1": "R", "B-2": "P"})):
        with desk.ways("", who.gstin) as portal:
            words = {"A": Record.accept, "R": Record.reject, "P": Record.keep_pending}
            chosen = [words[acts[it.number]](it) for it in portal.records("B2B") if it.number in acts]
            assert portal.save(chosen).wait().complete
    sync_sales(desk, compared, [Period.parse("102025")])
    first, second = figures(desk, asha, compared)["customers"]
    assert (first["customer"], second["customer"]) == (bad.gstin, good.gstin)
    assert (first["documents"], first["rejected"], first["tax_rejected"], first["pending"], first["tax_pending"]) == (
        *(3, 1, 180),
        *(1, 360),
    )
    assert (first["undecided"], second["accepted"], second["tax"], first["added_back"]) == (1, 1, 18, 0)


def test_the_audit_extract_is_the_trail_of_the_time(
    desk: Desk, compared: Gstin, asha: Person, standing: Standing, clock: FixedClock
) -> None:
    decide_about(desk, asha, compared, [Seen(standing()["INV-1"].key)], Want(Action.REJECT, why="not ordered"))
    clock.at = datetime(2025, 11, 21, 9, tzinfo=IST)
    people.grant(desk, people.person(desk, "Bina"), compared, "Asha", Role.VIEWER)
    told = figures(desk, asha, compared, Period.parse("102025"))["audit"]
    assert [row["what"] for row in told] == ["founded", "granted", "read", "books read", "matched", "prepared"]
    assert (told[-1]["person"], told[-1]["why"], told[-1]["record"]) == (
        "Asha",
        "not ordered",
        str(standing()["INV-1"].key),
    )
    later = figures(desk, asha, compared, Period.parse("112025"))["audit"]
    assert [row["what"] for row in later][-1] == "granted"
    assert "founded" in [row["what"] for row in later]


@pytest.mark.parametrize(
    ("frequency", "period", "begins", "ends"),
    [
        ("monthly", "102025", "2025-10-01", "2025-11-20"),
        ("quarterly", "112025", "2025-10-01", "2026-01-22"),
    ],
)
def test_a_report_is_of_a_tax_period(
    desk: Desk, mine: Gstin, asha: Person, frequency: Any, period: str, begins: str, ends: str
) -> None:
    people.found(desk, mine, "Konkan Traders", "konkan", frequency, "Bina")
    about = figures(desk, asha, mine, Period.parse(period))["about"]
    assert (about["period"], about["begins"].isoformat(), about["ends"].isoformat()) == (period, begins, ends)
    assert (about["reading"], about["matching"], about["books"]) == (None, None, None)


def test_without_a_period_it_is_the_month_before(desk: Desk, mine: Gstin, asha: Person) -> None:
    assert figures(desk, asha, mine)["about"]["period"] == "102025"


def test_all_of_a_report_is_of_one_moment(desk: Desk, compared: Gstin, asha: Person, standing: Standing) -> None:
    with open_report(desk, asha, compared) as report:
        before = sum(1 for _ in report.rows(WORKLIST))
        decide_about(desk, asha, compared, [Seen(standing()["INV-1"].key)], Want(Action.REJECT))
        assert sum(1 for _ in report.rows(WORKLIST)) == before == 12
    with open_report(desk, asha, compared) as report:
        assert sum(1 for _ in report.rows(WORKLIST)) == 11


def test_who_only_looks_may_have_it_and_a_stranger_may_not(
    desk: Desk, compared: Gstin, hire: Hire, standing: Standing
) -> None:
    assert len(figures(desk, hire("Eve", compared, Role.VIEWER), compared)["worklist"]) == 12
    people.found(desk, Gstin("29AAXCT0004K1ZQ"), "Malabar", "malabar", "monthly", "Dev")
    with pytest.raises(NotAllowed, match="nothing to do with"):
        figures(desk, people.person(desk, "Dev"), compared)


def test_another_taxpayers_report_has_nothing_of_it(desk: Desk, compared: Gstin, hire: Hire) -> None:
    other = Gstin("29AAXCT0004K1ZQ")
    people.found(desk, other, "Malabar", "malabar", "monthly", "Bina")
    told = figures(desk, people.person(desk, "Bina"), other)
    assert {name for name in told if told[name] and name != "about"} == {"due", "audit"}
    assert [row["what"] for row in told["audit"]] == ["founded"]


def test_the_file_says_the_same_to_the_paisa(desk: Desk, compared: Gstin, asha: Person, tmp_path: Path) -> None:
    path = tmp_path / "october.json"
    counts = write_json(desk, asha, compared, path)
    told, made = json.loads(path.read_bytes(), parse_float=Decimal), figures(desk, asha, compared)
    assert list(told) == ["about", *(table.name for table in (*SUMMARY, *SHEETS))]
    for table in (*SUMMARY, *SHEETS):
        assert len(told[table.name]) == len(made[table.name]) == counts[table.name]
        for row, same in zip(told[table.name], made[table.name], strict=True):
            assert {k: v for k, v in row.items() if isinstance(v, Decimal)} == {
                k: v for k, v in same.items() if isinstance(v, Decimal)
            }
    assert b'"taxable":7021.00,' in path.read_bytes()


def test_nothing_is_written_over(desk: Desk, compared: Gstin, asha: Person, tmp_path: Path) -> None:
    path = tmp_path / "october.json"
    path.write_text("mine")
    with pytest.raises(AlreadyThere):
        write_json(desk, asha, compared, path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("table", [table.name for table in (*SUMMARY, *SHEETS)])
def test_rows_are_as_wide_as_their_columns(desk: Desk, compared: Gstin, asha: Person, table: str) -> None:
    (found,) = (it for it in (*SUMMARY, *SHEETS) if it.name == table)
    with open_report(desk, asha, compared) as report:
        assert {len(row) for row in report.rows(found)} <= {len(found.columns)}
