"""GSTR-2B of more documents than one file holds (gstn-protocol 4: `fc`, `file_num`)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, data, error, invoice
from tests.portal.contract import statements
from tests.portal.contract.schemas import check
from tests.portal.statement.conftest import Books

from gst_ims.portal.statement.service import FILE_SIZE

DOCUMENTS = FILE_SIZE + 3


@pytest.fixture(scope="module")
def large(standing: Api) -> Books:
    """A recipient with three documents more than a file holds; two of them, the first and the last, are rejected."""
    standing.go_to("2025-11-05T10:00")
    seller, books = standing.company("24"), Books(standing, standing.company("27"))
    for first in range(0, DOCUMENTS, 5_000):
        numbers = range(first, min(first + 5_000, DOCUMENTS))
        seller.sell(books.who.gstin, *(invoice(f"N/{number:05}", taxable=100) for number in numbers))
    data(seller.file())
    standing.go_to("2025-11-14T10:00")
    books.compute()
    books.act("b2b", "N/00000", "R", remarks="the first")
    books.act("b2b", f"N/{DOCUMENTS - 1:05}", "R", remarks="the last")
    books.compute()
    return books


def numbers(file: dict[str, Any], part: str = "docdata") -> list[str]:
    return [document["inum"] for group in file.get(part, {}).get("b2b", ()) for document in group["inv"]]


def test_the_head_counts_files_and_has_the_figures(large: Books) -> None:
    head = check(large.answer(), statements.OF_MANY)["data"]["data"]["data"]
    assert head["fc"] == 2
    assert head["itcsumm"]["itcavl"]["nonrevsup"]["b2b"]["igst"] == 18 * (DOCUMENTS - 2)
    assert [(of["ttldocs"], of["igst"]) for of in head["cpsumm"]["b2b"]] == [(DOCUMENTS - 2, 18 * (DOCUMENTS - 2))]
    assert [of["ttldocs"] for of in head["cpSummRej"]["b2b"]] == [2]


def test_the_files_have_every_document_once(large: Books) -> None:
    files = [check(large.answer(file_num=str(n)), statements.FILE)["data"]["data"]["data"] for n in (1, 2)]
    assert [len(numbers(file)) for file in files] == [FILE_SIZE, 1]
    accepted = [number for file in files for number in numbers(file)]
    assert accepted == [f"N/{number:05}" for number in range(1, DOCUMENTS - 1)]
    assert [numbers(file, "docRejdata") for file in files] == [[], ["N/00000", f"N/{DOCUMENTS - 1:05}"]]


def test_a_file_that_there_is_not_is_refused_with_how_many_there_are(large: Books) -> None:
    answer = large.answer(file_num="3")
    assert error(answer) == "RET2B1023"
    assert "has 2" in answer.json()["data"]["error"]["message"]


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", ""])
def test_a_number_of_a_file_that_is_none_is_refused(large: Books, number: str) -> None:
    assert large.answer(file_num=number).status_code == 422


def test_an_earlier_version_has_its_own_files(large: Books) -> None:
    first = large.read(version="1", file_num="2")
    assert numbers(first) == [f"N/{number:05}" for number in range(FILE_SIZE, DOCUMENTS)]


def test_what_fits_into_one_file_may_be_read_as_file_one(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    books.on("2025-11-14T10:00")
    check(books.answer(), statements.WHOLE)
    assert numbers(check(books.answer(file_num="1"), statements.FILE)["data"]["data"]["data"]) == ["INV-1"]
    assert error(books.answer(file_num="2")) == "RET2B1023"
