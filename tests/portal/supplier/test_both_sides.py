"""What a supplier sees and what his recipients see are one thing, table by table and document by document."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, data, echo, error, invoice, note

from gst_ims.core.errors import Unprocessable
from gst_ims.portal.supplier.service import ADDED_BACK_TABLES, TABLES, table

SECTIONS = {"b2b": ("b2b",), "b2ba": ("b2ba",), "cdnr": ("b2bcn", "b2bdn"), "cdnra": ("b2bcna", "b2bdna")}
SECTIONS |= {"ecom": ("ecom",), "ecoma": ("ecoma",)}


def made(chance: random.Random, table: str, number: str) -> dict[str, Any]:
    """A document of a table."""
    if table in ("cdnr", "cdnra"):
        document = note(number, taxable=chance.randint(1, 9) * 100, kind=chance.choice("CD"))
    else:
        document = invoice(number, taxable=chance.randint(1, 9) * 100)
    if not table.endswith("a"):
        return document
    return amending(document, **{"nt_num" if "nt_num" in document else "inum": f"{number}A"})


def filled(chance: random.Random, recipients: list[Taxpayer], sellers: list[str]) -> dict[str, Any]:
    """A return with documents of every table to every recipient; operators' documents of several sellers."""
    tables: dict[str, Any] = {}
    number = 0
    for name in TABLES:
        groups: list[dict[str, Any]] = []
        parts: dict[str, list[dict[str, Any]]] = {}
        for to in recipients:
            documents: list[dict[str, Any]] = []
            for _ in range(chance.randint(2, 4)):
                number += 1
                documents.append(made(chance, name, f"{chance.choice('ZAM')}/{number}"))
            if name.startswith("ecom"):
                ending = name.removeprefix("ecom")
                for nth, document in enumerate(documents):
                    seller = sellers[nth % len(sellers)]
                    row = {"rtin": to.gstin, "inv": [document], **({"stin": seller} if seller else {})}
                    parts.setdefault(f"{'b2b' if seller else 'urp2b'}{ending}", []).append(row)
            else:
                groups.append({"ctin": to.gstin, ("nt" if "cdnr" in name else "inv"): documents})
        tables[name] = parts or groups
    return tables


def number_of(document: dict[str, Any]) -> str:
    return str(document.get("nt_num") or document["inum"])


def seen_by(recipients: list[Taxpayer], stin: str) -> dict[tuple[str, str, str], tuple[str | None, str | None]]:
    """By table, recipient and number: the action and the remarks, as the recipients' lists have them."""
    found: dict[tuple[str, str, str], tuple[str | None, str | None]] = {}
    for name, sections in SECTIONS.items():
        for to in recipients:
            for row in (row for section in sections for row in to.records(section) if row["stin"] == stin):
                action = None if row["action"] == "N" else row["action"]
                found[name, to.gstin, number_of(row)] = (action, row.get("remarks"))
    return found


def groups_of(tables: dict[str, Any]) -> list[tuple[str, str, str | None, list[dict[str, Any]]]]:
    """Table, recipient, seller and documents of each group of the supplier's view."""
    found: list[tuple[str, str, str | None, list[dict[str, Any]]]] = []
    for name, content in tables.items():
        for part in content.values() if isinstance(content, dict) else [content]:
            for group in part:
                to = group.get("ctin") or group["rtin"]
                found.append((name, to, group.get("stin"), group.get("inv") or group["nt"]))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_each_document_has_at_its_supplier_what_its_recipient_did(town: Api, seed: int) -> None:
    chance = random.Random(seed)
    supplier, recipients = town.company("24"), [town.company("27"), town.company("27")]
    # Of one state with the supplier's customers' other suppliers: all of it bears IGST.
    sellers = [town.company("29").gstin, "", town.company("33").gstin]
    assert supplier.save_return("2025/10", **filled(chance, recipients, sellers))["status_cd"] == "P"
    for to in recipients:
        for section in (section for sections in SECTIONS.values() for section in sections):
            rows = [row for row in to.records(section) if chance.random() < 0.6]
            # Rejection needs no declaration, whatever the section.
            said = [{"remarks": f"R{nth}"} if chance.random() < 0.5 else {} for nth in range(len(rows))]
            if rows:
                to.act(section, *(echo(row, "R", **more) for row, more in zip(rows, said, strict=True)))
    whole = supplier.sales()
    groups = groups_of(whole)
    sold = {
        (name, to, number_of(document)): (document.get("imsactn"), document.get("remarks"))
        for name, to, _, documents in groups
        for document in documents
    }
    expected = seen_by(recipients, supplier.gstin)
    assert sold == expected
    assert {action for action, _ in expected.values()} == {None, "R"}
    # One group for each recipient and seller, its documents by their numbers.
    assert len({(name, to, seller, "nt" in documents[0]) for name, to, seller, documents in groups}) == len(groups)
    for _, _, _, documents in groups:
        assert [number_of(it) for it in documents] == sorted(map(number_of, documents))
    # A table by itself is that part of the whole.
    for name in TABLES:
        assert supplier.sales(section=name.upper()) == {name: whole[name]}


@pytest.mark.parametrize(
    "query", [{"section": "b2cs"}, {"section": ""}, {"return_type": "gstr-2b"}, {"return_type": ""}]
)
def test_what_there_is_no_view_of_is_refused_with_what_there_is(nobody: Taxpayer, query: dict[str, str]) -> None:
    answer = nobody.get("invoices/2025/10/sales", **query)
    assert answer.status_code == 422
    (what,) = query.values()
    assert f"{what!r} doesn't exist" in answer.json()["message"]
    assert ("gstr-1a" if "return_type" in query else "ecoma") in answer.json()["message"]


@pytest.mark.parametrize("period", ["2025/13", "2025/00", "25/10", "2025/1", "2016/01"])
@pytest.mark.parametrize("path", ["invoices/{}/sales", "invoices/added-back-liabilities/{}"])
def test_a_period_that_there_is_not_is_refused(nobody: Taxpayer, path: str, period: str) -> None:
    assert nobody.get(path.format(period)).status_code == 422


@pytest.mark.parametrize("path", ["invoices/2025/10/sales", "invoices/added-back-liabilities/2025/10"])
def test_whoever_sold_nothing_sees_nothing(nobody: Taxpayer, path: str) -> None:
    assert error(nobody.get(path)) == ("IMS0027" if "added" in path else "RET11416")


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_a_table_is_read_in_any_case(name: str, case: Any) -> None:
    assert table(case(name), TABLES) == name
    if name in ADDED_BACK_TABLES:
        assert table(case(name), ADDED_BACK_TABLES) == name
    else:
        with pytest.raises(Unprocessable, match="use one of cdnr, b2ba, cdnra, ecoma"):
            table(case(name), ADDED_BACK_TABLES)


def test_no_table_is_all_tables_and_a_long_name_is_cut_off() -> None:
    assert table(None, TABLES) is None
    with pytest.raises(Unprocessable) as refused:
        table("x" * 1000, TABLES)
    assert len(str(refused.value)) < 150


def test_what_is_deleted_is_seen_by_nobody_any_more(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice("A"), invoice("B"))
    recipient.act("b2b", echo(recipient.records("b2b")[0], "R"))
    supplier.sell(recipient.gstin, {**invoice("A"), "flag": "D"})
    assert [it["inum"] for it in supplier.sold("b2b")] == [it["inum"] for it in recipient.records("b2b")] == ["B"]
    data(supplier.file())
    assert [it["inum"] for it in supplier.sold("b2b")] == ["B"]
