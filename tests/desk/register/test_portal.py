"""What the portal says, in the same table: IMS by API and offline tool, GSTR-2B, our own workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.connect.records import OTHER, RTIN, SUPPLIERS, download, members, record
from tests.desk.register.made import amounts, documents, reasons

from gst_ims.connect.errors import NotOffered, Unreadable
from gst_ims.connect.offline import Offline
from gst_ims.connect.workbook import export
from gst_ims.core.section import OTHERS
from gst_ims.desk.register import read_portal, read_session

ALL = {section.value: [members(section, f"N-{section}")] for section in OTHERS}
IMPORT = {"portcd": "INMAA1", "boenum": "1234567", "boedt": "05-10-2025", "itcprd": "102025", "srtinprd": "102025"}
IMPORT |= {"txval": 1000.5, "igst": 180.09, "cess": 0, "action": "N", "ispendactblocked": "N", "hash": "x"}


def written(folder: Path, content: Any, name: str = "ims.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else msgspec.json.encode(content))
    return path


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_answers_of_the_api_are_read_at_any_depth(layers: int, tmp_path: Path) -> None:
    told: dict[str, Any] = dict(ALL)
    for _ in range(layers):
        told = {"data": told, "status_cd": "1"}
    with read_portal([written(tmp_path, told)], RTIN) as portal:
        found = documents(portal)
    assert [it["section"] for it in found] == [section.value for section in OTHERS]
    assert {amounts(it) for it in found} == {(118000, 100000, 18000, 0, 0, 0)}
    first, amended = found[0], found[1]
    assert (first["rtin"], first["stin"], first["pos"]) == (RTIN, SUPPLIERS[0], "27")
    assert (first["document_date"], first["period"]) == (date(2025, 10, 5), date(2025, 10, 1))
    assert (amended["original_number"], amended["original_date"]) == ("OLD-1", date(2025, 9, 5))
    assert len({it["id"] for it in found}) == len(OTHERS)


def test_the_offline_tool_s_file_says_whose_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, download(ALL))
    with read_portal([path]) as portal:
        assert {it["rtin"] for it in documents(portal)} == {RTIN}
    with pytest.raises(Unreadable, match=f"not of {OTHER}"):
        read_portal([path], OTHER)


def test_bills_of_entry_have_no_supplier(tmp_path: Path) -> None:
    with read_portal([written(tmp_path, {"impg": [IMPORT]})], RTIN) as portal:
        (document,) = documents(portal)
    assert (document["section"], document["stin"], document["number"]) == ("impg", None, "1234567")
    assert amounts(document) == (118059, 100050, 18009, 0, 0, 0)
    assert document["source"]["port"] == "INMAA1"


def test_a_record_that_cant_be_read_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    rows = [members(number="A-1"), members(number="A-2", txval="much"), members(number="A-3"), members(number="A-1")]
    with read_portal([written(tmp_path, {"b2b": rows})], RTIN) as portal:
        assert [it["number"] for it in documents(portal)] == ["A-1", "A-3"]
        said = [reason for _, _, reason in reasons(portal)]
    assert any("can't be read" in reason for reason in said)
    assert any("stands here twice" in reason for reason in said)


def test_our_own_workbook_of_records_is_read(tmp_path: Path) -> None:
    path = tmp_path / "records.xlsx"
    export(path, [record(section, f"N-{section}") for section in OTHERS])
    with read_portal([path], RTIN) as portal:
        found = documents(portal)
        assert list(portal.rejected()) == []
    assert [it["section"] for it in found] == [section.value for section in OTHERS]
    assert {amounts(it) for it in found} == {(118000, 100000, 18000, 0, 0, 0)}


def note(number: str, kind: str) -> dict[str, Any]:
    return {"ntnum": number, "typ": kind, "suptyp": "R", **invoice(number)}


def invoice(number: str, **more: Any) -> dict[str, Any]:
    told = {"inum": number, "dt": "05-10-2025", "val": 1180, "pos": "27", "rev": "N", "itcavl": "Y"}
    return told | {"txval": 1000, "igst": 180, "cgst": 0, "sgst": 0, "cess": 0, "imsStatus": "A"} | more


def of(*inside: dict[str, Any], key: str = "inv") -> list[dict[str, Any]]:
    return [{"ctin": SUPPLIERS[0], "trdnm": "Made-up", "supprd": "102025", "supfildt": "11-11-2025", key: list(inside)}]


def statement(**more: Any) -> dict[str, Any]:
    return {"gstin": RTIN, "rtnprd": "102025", "version": "1.0", "gendt": "14-11-2025", **more}


def test_gstr_2b_has_every_table_in_its_section(tmp_path: Path) -> None:
    notes = [{**note("C-1", "C")}, {**note("D-1", "D")}]
    for it in notes:
        del it["inum"]
    amended = invoice("A-2", oinum="A-0", oidt="05-09-2025", rev="Y")
    credit = {"doctyp": "ISDC", "docnum": "I-1", "docdt": "05-10-2025", "igst": 10, "cgst": 0, "sgst": 0, "cess": 0}
    entry = {"portcode": "INMAA1", "boenum": "1234567", "boedt": "05-10-2025", "txval": 100, "igst": 18, "cess": 0}
    told = {
        "b2b": of(invoice("A-1")),
        "b2ba": of(amended),
        "cdnr": of(*notes, key="nt"),
        "isd": of(credit, key="doclist"),
        "impg": [entry],
        "impgsez": [{"ctin": SUPPLIERS[0], "boe": [entry]}],
    }
    rejected = {"b2b": of(invoice("R-1"))}
    path = written(tmp_path, {"chksum": "x", "data": statement(docdata=told, docRejdata=rejected)})
    with read_portal([path]) as portal:
        found = documents(portal)
    assert [it["section"] for it in found] == ["b2b", "b2ba", "b2bcn", "b2bdn", "isdcn", "impg", "impgsez", "b2b"]
    assert amounts(found[0]) == (118000, 100000, 18000, 0, 0, 0)
    assert (found[1]["original_number"], found[1]["reverse_charge"]) == ("A-0", True)
    assert amounts(found[5]) == (11800, 10000, 1800, 0, 0, 0)
    assert [it["source"]["rejected"] for it in found] == [False] * 7 + [True]
    assert {it["rtin"] for it in found} == {RTIN}


def test_the_pages_of_a_large_gstr_2b_must_all_be_there_and_fit(tmp_path: Path) -> None:
    head = written(tmp_path, {"data": statement(fc=2, itcsumm={}, cpsumm={})}, "head.json")
    first = written(tmp_path, {"data": statement(docdata={"b2b": of(invoice("A-1"))})}, "1.json")
    second = written(tmp_path, {"data": statement(docdata={"b2b": of(invoice("A-2"))})}, "2.json")
    with read_portal([head, first, second]) as portal:
        assert [it["number"] for it in documents(portal)] == ["A-1", "A-2"]
    with pytest.raises(Unreadable, match="of 2 files, but 1"):
        read_portal([head, first])
    other = written(tmp_path, {"data": statement(version="2.0", docdata={"b2b": of(invoice("A-2"))})}, "3.json")
    with pytest.raises(Unreadable, match="another version"):
        read_portal([head, first, other])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "isn't JSON, or is cut off"),
        (b"{}", "neither records of IMS nor GSTR-2B"),
        ({"b2b": [members()]}, "doesn't say whose it is"),
        (b"Date,Particulars\n", "isn't"),
    ],
)
def test_what_isnt_of_the_portal_is_refused(content: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_portal([written(tmp_path, content)])


IMS_AND_2B = {
    "of GSTR-1": {"srcform": "R1"},
    "of GSTR-1A": {"srcform": "R1A"},
    "of IFF": {"srcform": "IFF"},
}


@pytest.mark.parametrize("form", IMS_AND_2B.values(), ids=IMS_AND_2B.keys())
@pytest.mark.parametrize("first", ["ims", "2b"])
def test_a_document_of_ims_that_gstr_2b_has_as_well_counts_once(
    form: dict[str, str], first: str, tmp_path: Path
) -> None:
    told = written(tmp_path, {"data": statement(docdata={"b2b": of(invoice("A-1"), invoice("A-2"))})}, "2b.json")
    records = written(tmp_path, {"rtin": RTIN, "b2b": [members(number="A-1", **form)]}, "ims.json")
    with read_portal([records, told] if first == "ims" else [told, records]) as portal:
        found = {it["number"]: it["source"]["file"] for it in documents(portal)}
        assert reasons(portal) == []
        assert reasons(portal, "excluded") == [(1, "", "Document A-1 stands here twice: the first counts.")]
    assert found == {"A-1": "ims.json", "A-2": "2b.json"}


@pytest.mark.parametrize("other", [{"supprd": "092025"}, {"ctin": SUPPLIERS[1]}])
def test_what_gstr_2b_has_of_another_period_or_supplier_is_another_document(
    other: dict[str, str], tmp_path: Path
) -> None:
    told = [of(invoice("A-1"))[0] | other]
    paths = [
        written(tmp_path, {"data": statement(docdata={"b2b": told})}, "2b.json"),
        written(tmp_path, {"rtin": RTIN, "b2b": [members(number="A-1")]}, "ims.json"),
    ]
    with read_portal(paths) as portal:
        assert len(documents(portal)) == 2


def test_a_bill_of_entry_of_both_counts_once_and_one_of_another_port_is_another(tmp_path: Path) -> None:
    entry = {"portcode": "INMAA1", "boenum": "1234567", "boedt": "05-10-2025", "txval": 100, "igst": 18, "cess": 0}
    told = statement(docdata={"impg": [entry, entry | {"portcode": "INNSA1"}]})
    paths = [written(tmp_path, {"rtin": RTIN, "impg": [IMPORT]}), written(tmp_path, {"data": told}, "2b.json")]
    with read_portal(paths) as portal:
        assert [it["source"]["port"] for it in documents(portal)] == ["INMAA1", "INNSA1"]


def test_what_gstr_2b_reverses_stands_beside_what_it_lists(tmp_path: Path) -> None:
    told = statement(docdata={"b2b": of(invoice("A-1")), "itcrev": {"b2b": of(invoice("A-1"))}})
    with read_portal([written(tmp_path, {"data": told})]) as portal:
        assert [it["source"]["reversed"] for it in documents(portal)] == [False, True]


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    paths = [
        written(folder, {"rtin": RTIN, "b2b": [members(number=number), {"stin": "x"}]})
        for folder, number in ((tmp_path, "A-1"), (tmp_path / "more", "A-2"))
    ]
    with read_portal(paths) as portal:
        assert [it["id"] for it in documents(portal)] == ["ims.json#1", "ims.json (2)#1"]
        files = {row[0] for row in portal.problems.project("file").fetchall()}
    assert files == {"ims.json", "ims.json (2)"}


def session(folder: Path, sections: dict[str, list[dict[str, Any]]]) -> Offline:
    """A portal whose records are in a folder."""
    (folder / "ims").mkdir()
    (folder / "ims/IMS.json").write_bytes(download(sections))
    return Offline(RTIN, folder / "ims")


def test_a_portal_is_read_section_by_section(tmp_path: Path) -> None:
    with read_session(session(tmp_path, ALL)) as portal:
        found = documents(portal)
    assert [it["section"] for it in found] == [section.value for section in OTHERS]
    assert {amounts(it) for it in found} == {(118000, 100000, 18000, 0, 0, 0)}
    assert {it["rtin"] for it in found} == {RTIN}
    assert [it["id"] for it in found] == [f"IMS#{place}" for place in range(1, len(OTHERS) + 1)]


def test_a_portal_and_its_file_say_the_same(tmp_path: Path) -> None:
    with read_session(session(tmp_path, ALL)) as asked, read_portal([tmp_path / "ims/IMS.json"]) as file:
        names = [name for name in asked.documents.columns if name not in ("id", "source")]
        rows = [of.documents.project(", ".join(names)).fetchall() for of in (asked, file)]
    assert rows[0] == rows[1]


def test_what_a_folder_has_that_is_no_record_is_complained_of(tmp_path: Path) -> None:
    with read_session(session(tmp_path, {"b2b": [members(), members(number="A-2", val="much")]})) as portal:
        assert len(documents(portal)) == 1
        ((row, column, _),) = reasons(portal)
    assert (row, column) == (2, "val")


def test_a_portal_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(Unreadable):
        read_session(Offline(RTIN, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_imports_are_not_asked_of_a_way_that_has_none(tmp_path: Path) -> None:
    portal = session(tmp_path, ALL)
    with pytest.raises(NotOffered):
        portal.records("impg")
    with read_session(portal) as found:
        assert len(found.documents) == len(OTHERS)
