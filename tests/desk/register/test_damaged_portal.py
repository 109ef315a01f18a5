"""Files of the portal of which a part is something else: they are refused, or their rows are told."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect.records import RTIN, download, members
from tests.desk.register.made import documents
from tests.desk.register.test_portal import ALL, IMPORT, invoice, note, of, statement, written

from gst_ims.connect.errors import Unreadable
from gst_ims.core.errors import ImsError
from gst_ims.desk.register import read_portal

ENTRY = {"portcode": "INMAA1", "boenum": "1234567", "boedt": "05-10-2025", "txval": 100, "igst": 18, "cess": 0}
CREDIT = {"doctyp": "ISDC", "docnum": "I-1", "docdt": "05-10-2025", "igst": 10, "cgst": 0, "sgst": 0, "cess": 0}
TOLD = {
    "b2b": of(invoice("A-1")),
    "cdnr": of(note("C-1", "C"), key="nt"),
    "impg": [ENTRY],
    "isd": of(CREDIT, key="doclist"),
}
HEADS = ("value", "taxable", "igst", "cgst", "sgst", "cess")
FILES: list[Any] = [
    {"rtin": RTIN, **ALL, "impg": [IMPORT]},
    {"data": statement(docdata=TOLD, docRejdata={"b2b": of(invoice("R-1"))})},
    {"data": statement(fc=1, itcsumm={}, cpsumm={})},
    msgspec.json.decode(download(ALL)),
]
WRONG: list[Any] = [None, True, 0, -1, 1.5, "", "x", "99-99-9999", [], {}, [1], {"a": 1}, [[]], ["x"], 10**30, "\0"]


def places(told: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something could stand otherwise."""
    within = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for name, inner in within:
        yield (*place, name)
        yield from places(inner, (*place, name))


PLACES = [(at, place) for at, file in enumerate(FILES) for place in places(file)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@settings(max_examples=15)
@given(where=st.sampled_from(PLACES), wrong=st.sampled_from(WRONG))
def test_what_is_damaged_is_refused_or_told(where: tuple[int, tuple[Any, ...]], wrong: Any, folder: Path) -> None:
    at, (*way, last) = where
    told = copy.deepcopy(FILES[at])
    inner = told
    for name in way:
        inner = inner[name]
    inner[last] = copy.deepcopy(wrong)
    path = written(folder, told)
    with suppress(ImsError), read_portal([path], RTIN) as portal:
        assert all(problem.file == "ims.json" and problem.reason for problem in (*portal.rejected(), *portal.notes()))
        for document in documents(portal):
            assert document["number"]
            assert all(isinstance(document[head], int) for head in HEADS)


@pytest.mark.parametrize("count", ["two", "", [1], {"a": 1}, -1, True, 2.5])
def test_a_head_that_counts_its_files_in_no_number_is_refused(count: Any, tmp_path: Path) -> None:
    path = written(tmp_path, {"data": statement(fc=count, docdata={"b2b": of(invoice("A-1"))})})
    if count == "":
        with read_portal([path]) as portal:
            assert len(documents(portal)) == 1
    else:
        with pytest.raises(Unreadable, match=r"ims\.json says that it has .* files, which is no number"):
            read_portal([path])


def test_of_a_damaged_row_the_place_and_the_reason_are_told_and_its_neighbours_stand(tmp_path: Path) -> None:
    rows = [members(number=f"A-{at}") for at in range(4)]
    rows[1]["idt"] = "31-02-2025"
    rows[2]["txval"] = "1e400"
    entries = [IMPORT, IMPORT | {"boedt": None, "boenum": "2"}, IMPORT | {"stin": "X", "boenum": "3"}]
    with read_portal([written(tmp_path, {"rtin": RTIN, "b2b": rows, "impg": entries})]) as portal:
        assert [it["number"] for it in documents(portal)] == ["A-0", "A-3", "1234567"]
        said = portal.problems.order("sheet, row").fetchall()
    assert [(file, sheet, row, kind) for file, sheet, row, _, kind, _ in said] == [
        ("ims.json", sheet, row, "rejected") for sheet in ("b2b", "impg") for row in (2, 3)
    ]
    assert ["31-02-2025" in said[0][5], "txval" in said[1][5]] == [True, True]
    assert said[2][5] == "It has no number or no date of a bill of entry."
    assert said[3][5].startswith("GSTIN 'X' has 1 characters")
