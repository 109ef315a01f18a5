"""The supplier view (contract 4, protocol 1.8 and 1.9)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, data, invoice
from tests.portal.contract import schemas
from tests.portal.contract.conftest import Everything
from tests.portal.contract.schemas import ADDED_BACK_TABLES, TABLES, check

OUTWARD, OPERATED = ("b2b", "b2ba", "cdnr", "cdnra"), ("ecom", "ecoma")
NOTHING = (
    "No document found in selected financial year. Either this document exists in a different financial year "
    "or the document number is incorrect."
)
NOT_ADDED_BACK = "No added back liability records available for the selected input criteria"


def seller_of(everything: Everything, table: str) -> Taxpayer:
    return everything.operator if table in OPERATED else everything.supplier


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_table_of_gstr1_is_as_the_contract_has_it(everything: Everything, table: str, case: Any) -> None:
    answer = seller_of(everything, table).get("invoices/2025/10/sales", section=case(table), return_type="gstr-1")
    check(answer, schemas.success(schemas.sales("gstr1", (table,))))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_gstr1a_is_as_the_contract_has_it(everything: Everything, table: str) -> None:
    answer = everything.supplier.get("invoices/2025/10/sales", section=table, return_type="gstr-1a")
    check(answer, schemas.success(schemas.sales("gstr1a", (table,))))


@pytest.mark.parametrize("return_type", ["gstr-1a", "GSTR-1A"])
def test_without_a_section_all_six_tables_come(everything: Everything, return_type: str) -> None:
    answer = everything.supplier.get("invoices/2025/10/sales", return_type=return_type)
    check(answer, schemas.success(schemas.sales("gstr1a")))


def test_without_section_and_return_type_gstr1_comes(everything: Everything) -> None:
    check(everything.supplier.get("invoices/2025/10/sales"), schemas.success(schemas.sales("gstr1", OUTWARD)))


def test_an_iff_is_seen_as_gstr1(everything: Everything) -> None:
    check(everything.quarterly.get("invoices/2025/10/sales"), schemas.success(schemas.sales("gstr1", ("b2b",))))


@pytest.mark.parametrize("table", TABLES)
def test_the_actions_of_recipients_are_seen_and_no_action_is_an_absent_member(
    everything: Everything, table: str
) -> None:
    sold = seller_of(everything, table).sold(table)
    assert {document.get("imsactn") for document in sold} == {"A", "R", "P", None}


@pytest.mark.parametrize("table", TABLES)
def test_the_remarks_of_recipients_are_seen(everything: Everything, table: str) -> None:
    sold = seller_of(everything, table).sold(table)
    assert {(d["imsactn"], d["remarks"]) for d in sold if "remarks" in d} == {("A", "as agreed"), ("R", "not ours")}


def test_groups_are_sorted_by_recipient(town: Api, supplier: Taxpayer) -> None:
    recipients = [town.company(state) for state in ("29", "27", "33")]
    supplier.save_return(
        "2025/10", b2b=[{"ctin": r.gstin, "inv": [invoice(f"S{n}")]} for n, r in enumerate(recipients)]
    )
    groups = [group["ctin"] for group in supplier.sales()["b2b"]]
    assert groups == sorted(groups)
    assert len(groups) == 3


@pytest.mark.parametrize("query", [{}, {"section": "b2b"}, {"section": "ECOM"}, {"return_type": "gstr-1a"}])
def test_no_sales_are_a_business_failure_in_gstns_words(nobody: Taxpayer, query: dict[str, str]) -> None:
    check(nobody.get("invoices/2025/10/sales", **query), schemas.failure("RET11416", NOTHING))


@pytest.mark.parametrize("section", [None, *ADDED_BACK_TABLES])
def test_no_added_back_liability_is_a_business_failure_in_gstns_words(nobody: Taxpayer, section: str | None) -> None:
    answer = nobody.get("invoices/added-back-liabilities/2025/10", **({"section": section} if section else {}))
    check(answer, schemas.failure("IMS0027", NOT_ADDED_BACK))


@pytest.fixture(scope="session")
def added_back(everything: Everything) -> Everything:
    """What creates such entries is the law's business; here they are just there."""
    supplier, recipient = everything.supplier.gstin, everything.recipient.gstin
    rows = [
        ("cdnr", "C-1", "C", None, "R", None),
        ("cdnra", "CA-0", "C", "C-1", "R", None),
        ("b2ba", "BA/0", None, "B/1", "R", None),
        ("ecoma", "EA0", None, "E1", None, None),
        ("ecoma", "EA1", None, "E2", None, supplier),
    ]
    with everything.supplier.api.portal.transaction() as db, db.cursor() as cursor:
        cursor.executemany(
            """insert into added_back (stin, period, section, rtin, number, supplier_period, form, document_date,
                   document_type, original_number, original_date, invoice_type, seller, value, taxable, igst, cgst,
                   sgst, cess, remarks)
               values (%s, '2025-11-01', %s, %s, %s, '2025-10-01', 'R1', '2025-10-06', %s, %s, '2025-10-05', %s, %s,
                   118000, 100000, 18000, 0, 0, 0, 'not ours')""",
            [(supplier, section, recipient, *row) for section, *row in rows],
        )
        cursor.execute("update added_back set original_date = null where original_number is null")
    return everything


@pytest.mark.parametrize("table", ADDED_BACK_TABLES)
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_an_added_back_table_is_as_the_contract_has_it(added_back: Everything, table: str, case: Any) -> None:
    answer = added_back.supplier.get("invoices/added-back-liabilities/2025/11", section=case(table))
    check(answer, schemas.success(schemas.added_back((table,))))


def test_without_a_section_all_four_added_back_tables_come(added_back: Everything) -> None:
    answer = added_back.supplier.get("invoices/added-back-liabilities/2025/11")
    check(answer, schemas.success(schemas.added_back(tuple(ADDED_BACK_TABLES))))


def test_an_entry_says_what_the_document_said(added_back: Everything) -> None:
    answer = data(added_back.supplier.get("invoices/added-back-liabilities/2025/11", section="cdnr"))
    (entry,) = answer["rejInvAddBackLiab"]["cdnr"]
    recipient = added_back.recipient.gstin
    assert entry == {
        **{"ctin": recipient, "tradenm": f"Trade {recipient}", "inv_typ": "R", "nt_num": "C-1", "nt_dt": "06-10-2025"},
        **{"ntty": "C", "val": 1180, "txval": 1000, "iamt": 180, "camt": 0, "samt": 0, "csamt": 0, "supPrd": "102025"},
        **{"form": "R1", "remarks": "not ours"},
    }


@pytest.mark.parametrize(
    "path",
    [
        *("invoices/2025/13/sales", "invoices/2025/00/sales", "invoices/25/10/sales", "invoices/2025/1/sales"),
        *("invoices/2025/10/sales?section=CN", "invoices/2025/10/sales?return_type=gstr-3b"),
        *("invoices/2016/10/sales", "invoices/added-back-liabilities/2025/13"),
        "invoices/added-back-liabilities/2025/10?section=b2b",
    ],
)
def test_a_period_section_or_return_that_does_not_exist_is_unprocessable(nobody: Taxpayer, path: str) -> None:
    check(nobody.get(path), schemas.http_failure(422), 422)
