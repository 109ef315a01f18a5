"""What is read from a portal and printed: tables, JSON and CSV, of one profile and of all."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.api import Taxpayer, data
from tests.cli.client.conftest import Ims, profile_of, sign_in
from tests.client.conftest import Served, fill

from gst_ims.cli.client.config import Profile, default_path, put
from gst_ims.core.gstin import Gstin
from gst_ims.portal.access.service import TEST_KEY


def supplier_of(ims: Ims) -> str:
    return json.loads(ims("list", "B2B", "--json").out)[0]["supplier"]


def test_counts_are_a_table_for_people(ims: Ims, me: Taxpayer) -> None:
    done = ims("counts")
    assert done.out.splitlines() == [
        "section  no action  accepted  rejected  pending  total",
        "b2b              7         0         0        0      7",
        "b2ba             0         0         0        0      0",
        "b2bcn            3         0         0        0      3",
        "b2bcna           0         0         0        0      0",
        "b2bdn            2         0         0        0      2",
        "b2bdna           0         0         0        0      0",
        "ecom             0         0         0        0      0",
        "ecoma            0         0         0        0      0",
    ]
    assert (done.code, done.err) == (0, "12 records.\n")


def test_counts_are_rows_for_programs(ims: Ims, me: Taxpayer) -> None:
    rows = json.loads(ims("counts", "--json").out)
    assert rows[0] == {"section": "b2b", "no_action_taken": 7, "accepted": 0, "rejected": 0, "pending": 0, "total": 7}
    assert next(csv.DictReader(io.StringIO(ims("counts", "--csv").out)))["total"] == "7"


@pytest.mark.parametrize(("goods", "sections"), [("imports", 4), ("inward_supplies", 4), ("all", 16)])
def test_counts_of_other_goods(ims: Ims, me: Taxpayer, goods: str, sections: int) -> None:
    assert len(json.loads(ims("counts", "--goods", goods, "--json").out)) == sections


def test_a_list_fits_80_columns_and_names_every_record(ims: Ims, me: Taxpayer) -> None:
    done = ims("list", "CN")
    stin = json.loads(ims("list", "CN", "--json").out)[0]["supplier"]
    assert done.out.splitlines() == [
        "supplier         number  date        period   value    tax  status     filed",
        f"{stin}  CN-0    06-10-2025  102025  118.00  18.00  no action  yes",
        f"{stin}  CN-1    06-10-2025  102025  119.18  18.18  no action  yes",
        f"{stin}  CN-2    06-10-2025  102025  120.36  18.36  no action  yes",
    ]
    assert (done.code, done.err) == (0, "3 records, tax 54.54.\n")


def test_a_list_of_120_columns_has_more(ims: Ims, me: Taxpayer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    head, first = ims("list", "CN").out.splitlines()[:2]
    assert head.split() == ["supplier", "number", "date", "period", "value", "taxable", "tax", "status", "filed"]
    assert first.endswith("no action  yes")


def test_a_list_is_json_with_exact_amounts(ims: Ims, me: Taxpayer) -> None:
    first = json.loads(ims("list", "cn", "--json").out, parse_float=Decimal)[0]
    assert (first["value"], first["igst"], first["tax"]) == (Decimal("118.00"), Decimal("18.00"), Decimal("18.00"))
    assert (first["date"], first["period"], first["status"]) == ("2025-10-06", "102025", "no_action_taken")
    assert first["id"] == f"b2bcn:{first['supplier']}:CN-0:102025"


def test_a_list_is_csv_that_acts_take_again(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(ims("list", "CN", "--csv").out)
    done = ims("reject", "--file", tmp_path / "list.csv", "--json")
    assert (done.code, json.loads(done.out)["applied"]) == (0, 3)


FILTERS = {
    "number": (("--number", "inv-3"), 1),
    "two numbers": (("--number", "INV-3", "--number", "INV-4"), 2),
    "status": (("--status", "accepted"), 0),
    "period": (("--period", "102025"), 7),
    "another period": (("--period", "112025"), 0),
    "first day": (("--from", "06-10-2025"), 0),
    "last day": (("--to", "05-10-2025"), 7),
    "days as our own files have them": (("--from", "2025-10-05", "--to", "2025-10-05"), 7),
    "an amount as it is written in India": (("--max", "1,185"), 5),
    "least value": (("--min", "1185.90"), 2),
    "greatest value": (("--max", "1180"), 1),
    "several": (("--min", "1183", "--max", "1186", "--from", "01-10-2025"), 3),
}


@pytest.mark.parametrize(("options", "count"), FILTERS.values(), ids=FILTERS.keys())
def test_a_list_is_filtered(ims: Ims, me: Taxpayer, options: tuple[str, ...], count: int) -> None:
    assert len(json.loads(ims("list", "B2B", "--json", *options).out)) == count


def test_a_list_of_a_supplier(ims: Ims, me: Taxpayer, served: Served) -> None:
    fill(served.api, me.gstin, invoices=2)
    assert len(json.loads(ims("list", "B2B", "--json", "--supplier", supplier_of(ims)).out)) in (2, 7)


def test_an_empty_list_says_so_and_is_no_failure(ims: Ims, me: Taxpayer) -> None:
    assert ims("list", "ECOM") == (0, "", "0 records, tax 0.00.\n")
    assert json.loads(ims("list", "ECOM", "--json").out) == []
    assert ims("list", "ECOM", "--csv").out.startswith("id,section,supplier,")


WRONG = {
    "no such section": ("list", "XYZ"),
    "a section without a list": ("list", "IMPG"),
    "no such status": ("list", "B2B", "--status", "open"),
    "a day of another order": ("list", "B2B", "--from", "10/05/2025"),
    "an amount below zero": ("list", "B2B", "--min", "-1"),
    "no day of the calendar": ("list", "B2B", "--to", "31-02-2025"),
    "no amount": ("list", "B2B", "--min", "many"),
    "no GSTIN": ("list", "B2B", "--supplier", "27"),
    "no period": ("list", "B2B", "--period", "2025-10"),
    "two forms": ("list", "B2B", "--json", "--csv"),
    "no such goods": ("counts", "--goods", "spices"),
    "no such table": ("sales", "102025", "--section", "B2C"),
    "no such return": ("sales", "102025", "--return-type", "gstr-3"),
    "a period of sales": ("sales", "10-2025"),
    "a table without added back": ("added-back", "102025", "--section", "B2B"),
    "a period of a statement": ("2b", "show", "13"),
    "no such profile": ("counts", "--profile", "nobody"),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_in_one_line(ims: Ims, me: Taxpayer, arguments: tuple[str, ...]) -> None:
    done = ims(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("ims: ")


def test_all_profiles_are_counted_and_one_that_fails_does_not_stop_the_others(
    ims: Ims, me: Taxpayer, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = served.api.company("29")
    put(default_path(), "other", profile_of(other, served.address), default=False)
    sign_in(ims, monkeypatch, "other")
    put(default_path(), "stranger", Profile(Gstin("27AAXCT0001K1Z6"), "x", served.address, TEST_KEY), default=False)
    done = ims("counts", "--all-profiles", "--json")
    rows = json.loads(done.out)
    assert {row["profile"] for row in rows} == {"me", "other"}
    assert sum(row["total"] for row in rows) == 12
    assert done.code == 3
    assert done.err.startswith("ims: stranger: No valid token for 27AAXCT0001K1Z6")


def test_all_profiles_are_listed(ims: Ims, me: Taxpayer) -> None:
    assert ims("list", "CN", "--all-profiles").out.splitlines()[1].startswith("me ")


@pytest.fixture
def seller(ims: Ims, me: Taxpayer, served: Served, monkeypatch: pytest.MonkeyPatch) -> str:
    """The supplier of the recipient as the profile `seller`, signed in."""
    stin = supplier_of(ims)
    put(default_path(), "seller", Profile(stin, f"user.{stin}", served.address, TEST_KEY), default=False)
    sign_in(ims, monkeypatch, "seller")
    return stin


def test_sales_show_what_the_recipient_decided(ims: Ims, me: Taxpayer, seller: str) -> None:
    ims("reject", "--section", "B2B", "--number", "INV-3", "--remarks", "=HYPERLINK(1)")
    done = ims("sales", "102025", "--profile", "seller", "--section", "B2B", "--status", "rejected")
    assert done.out.splitlines() == [
        "table  recipient        number  date           tax  status    remarks",
        f"b2b    {me.gstin}  INV-3   05-10-2025  180.54  rejected  =HYPERLINK(1)",
    ]
    assert done.err == "1 document, tax 180.54.\n"
    (row,) = csv.DictReader(io.StringIO(ims("sales", "102025", "-p", "seller", "--status", "rejected", "--csv").out))
    assert row["remarks"] == "'=HYPERLINK(1)"


def test_sales_of_all_tables(ims: Ims, me: Taxpayer, seller: str) -> None:
    rows = json.loads(ims("sales", "102025", "-p", "seller", "--json").out)
    assert [row["table"] for row in rows] == ["b2b"] * 7 + ["cdnr"] * 5


def test_a_period_without_sales_is_no_failure(ims: Ims, me: Taxpayer) -> None:
    assert ims("sales", "092025") == (0, "", "0 documents, tax 0.00.\n")


def test_nothing_comes_back_where_nothing_was_rejected(ims: Ims, me: Taxpayer) -> None:
    assert ims("added-back", "102025") == (0, "", "0 documents, tax 0.00.\n")


def test_liability_that_comes_back_and_gstr_2b_of_the_month(
    ims: Ims, me: Taxpayer, seller: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ims("reject", "--section", "CN", "--number", "CN-0", "--remarks", "not agreed")
    served.api.go_to("2025-11-14T10:00")
    for profile in ("me", "seller"):
        sign_in(ims, monkeypatch, profile)
    assert ims("2b", "recompute", "102025").code in (0, 1)
    shown = ims("2b", "show", "102025")
    assert [line.split() for line in shown.out.splitlines()] == [
        ["table", "rejected", "documents", "taxable", "IGST", "CGST", "SGST", "cess"],
        ["b2b", "7", "7,021.00", "1,263.78", "0.00", "0.00", "0.00"],
        ["cdnr", "4", "403.00", "72.54", "0.00", "0.00", "0.00"],
        ["cdnr", "yes", "1", "100.00", "18.00", "0.00", "0.00", "0.00"],
    ]
    told = json.loads(ims("2b", "show", "102025", "--json").out)
    assert (told["gstin"], told["period"], len(told["documents"])) == (me.gstin, "102025", 12)
    assert ims("2b", "show", "102025", "--csv").out.count("\r\n") == 13
    assert len(ims("2b", "show", "102025", "--documents").out.splitlines()) == 13
    data(me.post("gstrs/gstr-3b/2025/10/file"))
    back = ims("added-back", "112025", "-p", "seller")
    assert back.out.splitlines() == [
        "table  recipient        number  date        period  taxable    tax  remarks",
        f"cdnr   {me.gstin}  CN-0    06-10-2025  102025   100.00  18.00  not agreed",
    ]
    assert back.err == "1 document, tax 18.00.\n"


def test_a_statement_that_is_not_there_yet_is_said_with_its_code(ims: Ims, me: Taxpayer) -> None:
    done = ims("2b", "show", "112025")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
