"""The offline tool's JSON and the Excel of IMS details: what the lists say, as the offline tool spells it (R8.7)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from tests.api import Api, Taxpayer, invoice, note
from tests.portal.contract import schemas
from tests.portal.contract.conftest import Everything
from tests.portal.contract.schemas import check, text, words

from gst_ims.core.errors import Unprocessable
from gst_ims.portal.offline import service, workbook

SECTIONS = ("b2b", "b2ba", "b2bdn", "b2bdna", "b2bcn", "b2bcna", "ecom", "ecoma")
SHEETS = ["B2B", "B2BA", "B2B-DN", "B2B-DNA", "B2B-CN", "B2B-CNA", "ECO", "ECOA"]
# What the offline tool spells otherwise, and what it has besides.
RENAMED = {"isItcRedReqBlocked": "itcRedReqBlocked"}
FILED = {"Filed": "FILED", "Not Filed": "SAVED"}
RETURNS = {"R1": "GSTR1", "R1A": "GSTR1A", "IFF": "IFF"}


def download(taxpayer: Taxpayer) -> dict[str, Any]:
    answer = taxpayer.get("invoices/offline")
    assert answer.status_code == 200, answer.text
    return answer.json()["imsDetails"]


def spelled(record: dict[str, Any], supplier: str) -> dict[str, Any]:
    """A record of a list, as the offline tool has it."""
    row = {RENAMED.get(name, name): value for name, value in record.items() if name != "hash"}
    row |= {"tradenm": f"Trade {supplier}", "rtnTyp": RETURNS[row["srcform"]], "sRtnPrd": row["rtnprd"]}
    return row | {"srcfilstatus": FILED[row["srcfilstatus"]]}


def sheets(taxpayer: Taxpayer) -> dict[str, list[list[Any]]]:
    answer = taxpayer.get("invoices/offline/excel")
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_file_has_what_the_list_has_in_the_offline_tools_words(everything: Everything, section: str) -> None:
    listed = everything.recipient.records(section)
    assert download(everything.recipient)["invdata"][section] == [spelled(row, row["stin"]) for row in listed]
    assert len(listed) > 3


def test_the_file_has_the_eight_sections_of_whoever_is_signed_in(everything: Everything, nobody: Taxpayer) -> None:
    assert download(everything.recipient)["rtin"] == everything.recipient.gstin
    assert download(nobody) == {"rtin": nobody.gstin, "invdata": {section: [] for section in SECTIONS}}


def test_every_row_of_the_file_is_as_the_offline_tool_has_it(everything: Everything) -> None:
    extra = {"tradenm": text("."), "rtnTyp": words("GSTR1", "GSTR1A", "IFF"), "sRtnPrd": schemas.PERIOD}
    for section, rows in download(everything.recipient)["invdata"].items():
        base = schemas.RECORDS[section]
        properties = {name: it for name, it in base["properties"].items() if name not in ("hash", *RENAMED)}
        properties |= extra | {"srcfilstatus": words("FILED", "SAVED")}
        if section in schemas.REDUCIBLE:
            properties["itcRedReqBlocked"] = schemas.YES_NO
        needed = [name for name in base["required"] if name not in ("hash", *RENAMED)]
        check_rows(
            rows, {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}
        )


def check_rows(rows: list[dict[str, Any]], schema: dict[str, Any]) -> None:
    for row in rows:
        errors = list(schemas.Draft202012Validator(schema).iter_errors(row))
        assert not errors, errors


def test_numbers_of_the_file_have_two_decimals(everything: Everything) -> None:
    names = ("val", "txval", "iamt", "camt", "samt", "cess", "declIgst")
    assert schemas.exact(everything.recipient.get("invoices/offline"), names) == {2}


@pytest.mark.parametrize(("path", "ending"), [("", "json"), ("/excel", "xlsx")])
def test_a_download_is_a_file_named_for_the_taxpayer_and_the_day(town: Api, path: str, ending: str) -> None:
    taxpayer = town.company("27")
    answer = taxpayer.get(f"invoices/offline{path}")
    assert answer.headers["content-disposition"] == f'attachment; filename="IMS_{taxpayer.gstin}_05112025.{ending}"'


@pytest.mark.parametrize("path", ["", "/excel", "/errors?reference_id=x"])
def test_a_download_needs_the_taxpayers_token(nobody: Taxpayer, path: str) -> None:
    refused = nobody.call("GET", f"invoices/offline{path}", headers={"authorization": "no token"})
    check(refused, schemas.http_failure(403), 403)


def test_the_workbook_has_a_sheet_for_each_section_with_data_from_row_seven(everything: Everything) -> None:
    found = sheets(everything.recipient)
    assert list(found) == SHEETS
    for section, (_, *rows) in zip(SECTIONS, found.items(), strict=True):
        (lines,) = rows
        assert lines[1][0] == f"GSTIN: {everything.recipient.gstin}"
        assert lines[4][0].startswith("GSTIN of")
        assert len(lines) - 6 == len(everything.recipient.records(section))


def test_the_workbook_says_what_the_list_says_in_words(everything: Everything) -> None:
    lines = sheets(everything.recipient)["B2B-CN"]
    headings = [lower or upper for upper, lower in zip(lines[4], lines[5], strict=True)]
    shown = [dict(zip(headings, line, strict=True)) for line in lines[6:]]
    accepted = next(row for row in everything.recipient.records("CN") if row["action"] == "A")
    line = next(row for row in shown if row["Note number"] == accepted["nt_num"] and row["Status"] == "Accepted")
    wanted = {"GSTIN of supplier": accepted["stin"], "Note Date": accepted["nt_dt"], "Note type": "Regular"}
    wanted |= {"Place of supply": "27-Maharashtra", "Source": "GSTR-1", "Supplier Return Period": "102025"}
    wanted |= {"Note Value(₹)": accepted["val"], "Integrated Tax(₹)": accepted["iamt"], "Remarks": "as agreed"}
    wanted |= {"ITC Reduction Required": "Yes", "Declared Integrated Tax(₹)": 9.5, "Supplier Filing Status": "Filed"}
    assert {name: line[name] for name in wanted} == wanted


def test_a_heading_over_several_columns_stands_once(everything: Everything) -> None:
    for lines in sheets(everything.recipient).values():
        assert lines[4].count("Tax Amount") == 1
        below = lines[5][lines[4].index("Tax Amount") :][:4]
        assert below == ["Integrated Tax(₹)", "Central Tax(₹)", "State/UT Tax(₹)", "Cess(₹)"]


@pytest.mark.parametrize("number", ["1234567890123456", "0012", "1-2", "7"])
def test_a_number_of_digits_is_text_in_both_files(supplier: Taxpayer, recipient: Taxpayer, number: str) -> None:
    supplier.sell(recipient.gstin, invoice(number))
    assert download(recipient)["invdata"]["b2b"][0]["inum"] == number
    assert sheets(recipient)["B2B"][6][2] == number


def test_the_words_of_a_supplier_are_text_and_no_formula(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    evil = '=HYPERLINK("http://bad","x")'
    row = {"gstin": supplier.gstin, "username": f"user.{supplier.gstin}", "legal_name": evil, "trade_name": evil}
    row |= {"filing_frequency": "monthly", "taxpayer_type": "Regular"}
    assert town.operator("POST", "taxpayers", json={"taxpayers": [row]}).status_code == 200
    supplier.give_notes(recipient.gstin, note())
    assert sheets(recipient)["B2B-CN"][6][1] == evil
    archive = recipient.get("invoices/offline/excel").content
    assert b"<f>" not in unzipped(archive)


def unzipped(archive: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as book:
        return b"".join(book.read(name) for name in book.namelist())


def test_a_section_that_no_sheet_holds_is_refused_with_what_to_do(
    supplier: Taxpayer, recipient: Taxpayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    supplier.sell(recipient.gstin, *(invoice(f"I-{n}") for n in range(3)))
    monkeypatch.setattr(workbook, "MOST", 3)
    assert recipient.get("invoices/offline/excel").status_code == 200
    monkeypatch.setattr(workbook, "MOST", 2)
    refused = check(recipient.get("invoices/offline/excel"), schemas.http_failure(422), 422)
    assert "more than 2 records: take the JSON file instead" in refused["message"]


def test_what_is_closed_is_in_no_file(supplier: Taxpayer, recipient: Taxpayer) -> None:
    """The lists and the files have the same records at every moment, so also when a bypassing document comes."""
    supplier.sell(recipient.gstin, invoice("IN"), invoice("RCM", rchrg="Y"))
    numbers = [row["inum"] for row in recipient.records("b2b")]
    assert [row["inum"] for row in download(recipient)["invdata"]["b2b"]] == numbers == ["IN"]


def test_the_statement_gives_nothing_of_another_recipient(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    other = town.company("27")
    today = town.portal.clock.now().date()
    with town.portal.as_recipient(other.gstin) as db:
        # Even where the statement were to ask for another's: the role sees one taxpayer's rows.
        assert list(service.details(db, recipient.gstin, service.Section.B2B, today)) == []
    with town.portal.as_recipient(recipient.gstin) as db:
        (row,) = service.details(db, recipient.gstin, service.Section.B2B, today)
    assert json.loads(row)["stin"] == supplier.gstin


def test_a_failing_download_is_an_answer_and_no_broken_file(nobody: Taxpayer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unprocessable("as an example")

    monkeypatch.setattr(service, "download", fail)
    check(nobody.get("invoices/offline"), schemas.http_failure(422), 422)
