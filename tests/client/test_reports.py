"""Statuses and reports of errors, word by word: which state a word is, and which row a line is about."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.client.outcome import FailedRow, State
from gst_ims.client.protocol import MALFORMED
from gst_ims.client.reports import read_computation, read_status, section_of
from gst_ims.core.section import OTHERS, Section

STIN = "24AAXCT0003K1ZA"
#: What may come where something else is expected.
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def status(rows: int | None = 3, **told: Any) -> Any:
    return read_status("r1", json.dumps(told).encode(), rows)


# Which state it is.

SAYS: dict[str, tuple[dict[str, Any], int | None, State]] = {
    "S": ({"status_cd": "S"}, 3, State.PROCESSED),
    "S that counts less": ({"status_cd": "S", "proc_cnt": "1"}, 3, State.PROCESSED),
    "PE": ({"status_cd": "PE"}, 3, State.WITH_ERRORS),
    "ER": ({"status_cd": "ER"}, 3, State.FAILED),
    "IP": ({"status_cd": "IP"}, 3, State.IN_PROGRESS),
    "REC": ({"status_cd": "REC"}, 3, State.IN_PROGRESS),
    "nothing": ({}, 3, State.IN_PROGRESS),
    "an empty word": ({"status_cd": ""}, 3, State.IN_PROGRESS),
    "no word": ({"status_cd": None}, 3, State.IN_PROGRESS),
    "a word in small letters": ({"status_cd": "s"}, 3, State.IN_PROGRESS),
    "a word of the future": ({"status_cd": "QUEUED"}, 3, State.IN_PROGRESS),
    "P without counts": ({"status_cd": "P"}, 3, State.IN_PROGRESS),
    "P of none": ({"status_cd": "P", "proc_cnt": "0"}, 3, State.IN_PROGRESS),
    "P of some": ({"status_cd": "P", "proc_cnt": "2"}, 3, State.IN_PROGRESS),
    "P of all": ({"status_cd": "P", "proc_cnt": "3"}, 3, State.PROCESSED),
    "P of all, as a number": ({"status_cd": "P", "proc_cnt": 3}, 3, State.PROCESSED),
    "P of more than all": ({"status_cd": "P", "proc_cnt": 4}, 3, State.IN_PROGRESS),
    "P of some, of nobody knows how many": ({"status_cd": "P", "proc_cnt": 1}, None, State.PROCESSED),
    "P of none, of nobody knows how many": ({"status_cd": "P", "proc_cnt": 0}, None, State.IN_PROGRESS),
    "P with a count that is none": ({"status_cd": "P", "proc_cnt": "all"}, 3, State.IN_PROGRESS),
    "P with a count below zero": ({"status_cd": "P", "proc_cnt": -3}, 3, State.IN_PROGRESS),
}


@pytest.mark.parametrize(("told", "rows", "state"), SAYS.values(), ids=SAYS)
def test_a_word_is_a_state(told: dict[str, Any], rows: int | None, state: State) -> None:
    read = status(rows, **told)
    assert (read.state, read.said, read.reference_id) == (state, str(told.get("status_cd") or ""), "r1")


@pytest.mark.parametrize(
    ("count", "read"),
    [("7", 7), (7, 7), ("007", 7), ("", None), (None, None), ("x", None), (-1, None), ("-1", None), ([7], None)],
)
@pytest.mark.parametrize(("member", "field"), [("proc_cnt", "processed"), ("err_cnt", "failed")])
def test_a_count_is_a_number_or_text(member: str, field: str, count: Any, read: int | None) -> None:
    assert getattr(status(status_cd="IP", **{member: count}), field) == read


def test_code_and_words_are_those_of_the_portal() -> None:
    read = status(status_cd="ER", err_cd="IMSSAV005", err_msg="Schema validation failure")
    assert (read.code, read.words) == ("IMSSAV005", "Schema validation failure")
    assert (status(err_cd=None, err_msg=None).code, status().words) == ("", "")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("P", State.PROCESSED),
        ("S", State.PROCESSED),
        ("PE", State.WITH_ERRORS),
        ("ER", State.FAILED),
        ("IP", State.IN_PROGRESS),
        ("REC", State.IN_PROGRESS),
        ("", State.IN_PROGRESS),
    ],
)
def test_of_a_computation_p_means_processed_without_counts(word: str, state: State) -> None:
    assert read_computation("r", json.dumps({"status_cd": word}).encode()).state is state


@pytest.mark.parametrize("payload", [b"", b"[]", b'"P"', b"null", b"{", b"\xff", b"7"])
@pytest.mark.parametrize("read", [read_status, read_computation])
def test_what_is_no_object_is_malformed(read: Any, payload: bytes) -> None:
    with pytest.raises(MALFORMED):
        read("r", payload)


# Which rows were refused.

LINE = FailedRow(Section.B2B, STIN, "INV-1", "102025", "C1", "No.")
DOCUMENT = {"inum": "INV-1", "rtnprd": "102025"}
GROUP = {"stin": STIN, "error_cd": "C1", "error_msg": "No.", "inv": [DOCUMENT]}
REPORTS: dict[str, tuple[Any, list[FailedRow]]] = {
    "one": ({"b2b": [GROUP]}, [LINE]),
    "a group without its list": ({"b2b": GROUP}, [LINE]),
    "a document without its list": ({"b2b": [GROUP | {"inv": DOCUMENT}]}, [LINE]),
    "a note": (
        {"cn": [GROUP | {"inv": None, "nt": [{"nt_num": "INV-1", "rtnprd": "102025"}]}]},
        [LINE._replace(section=Section.B2BCN)],
    ),
    "a note among invoices": (
        {"cn": [GROUP | {"inv": [{"nt_num": "INV-1", "rtnprd": "102025"}]}]},
        [LINE._replace(section=Section.B2BCN)],
    ),
    "a number without quotes": ({"b2b": [GROUP | {"inv": [DOCUMENT | {"inum": 17}]}]}, [LINE._replace(number="17")]),
    "a section that nobody knows": ({"b2x": [GROUP]}, [LINE._replace(section=None)]),
    "no document": ({"b2b": [GROUP | {"inv": []}]}, [LINE._replace(number="", period="")]),
    "no supplier": ({"b2b": [{**GROUP, "stin": None}]}, [LINE._replace(stin="")]),
    "no reason": ({"b2b": [{**GROUP, "error_cd": None, "error_msg": None}]}, [LINE._replace(code="", words="")]),
    "nothing": ({}, []),
    "no report": (None, []),
    "a report that is text": ("all wrong", []),
    "a report that is a list": ([GROUP], []),
    "no groups": ({"b2b": []}, []),
}


@pytest.mark.parametrize(("report", "lines"), REPORTS.values(), ids=REPORTS)
def test_a_report_is_read_as_far_as_it_says_something(report: Any, lines: list[FailedRow]) -> None:
    assert list(status(error_report=report).failures) == lines


def test_each_document_of_a_group_has_its_reason_and_the_order_stays() -> None:
    groups = [
        {**GROUP, "inv": [DOCUMENT, DOCUMENT | {"inum": "INV-2"}]},
        {**GROUP, "error_cd": "C2", "inv": [DOCUMENT | {"inum": "INV-3"}]},
    ]
    read = status(error_report={"b2b": groups, "cn": [GROUP]}).failures
    assert [(row.number, row.code, row.section) for row in read] == [
        ("INV-1", "C1", Section.B2B),
        ("INV-2", "C1", Section.B2B),
        ("INV-3", "C2", Section.B2B),
        ("INV-1", "C1", Section.B2BCN),
    ]


@given(ANYTHING, ANYTHING, ANYTHING)
def test_whatever_a_portal_writes_is_a_status_and_no_fault_of_ours(said: Any, count: Any, report: Any) -> None:
    read = status(status_cd=said, proc_cnt=count, err_cnt=count, error_report=report)
    assert read.state in State
    assert read.processed is None or read.processed >= 0
    assert all(isinstance(field, str) for row in read.failures for field in row[1:])


@given(st.dictionaries(st.sampled_from(["b2b", "cn", "ecom", "x"]), st.lists(ANYTHING, max_size=3), max_size=3))
def test_whatever_stands_in_a_report_its_lines_are_text(report: Any) -> None:
    for row in status(error_report=report).failures:
        assert row.section is None or row.section in Section
        assert {type(field) for field in row[1:]} == {str}


# Sections by their keys.


@pytest.mark.parametrize("section", OTHERS)
def test_a_section_is_known_by_its_names_in_any_case(section: Section) -> None:
    for key in (section.value, section.error_key):
        assert section_of(key) is section_of(key.upper()) is section_of(key.title()) is section


@pytest.mark.parametrize(
    ("key", "section"),
    [("e_b2b", Section.ECOM), ("E_C2B", Section.ECOM), ("e_b2ba", Section.ECOMA), ("e_c2ba", Section.ECOMA)],
)
def test_what_other_clients_have_seen_of_operators_is_understood(key: str, section: Section) -> None:
    assert section_of(key) is section


@pytest.mark.parametrize("key", ["", "b2c", "invoices", "b2b ", "all_oth", "ttl_cnt", "b2bcnaa"])
def test_what_is_no_section_is_none(key: str) -> None:
    assert section_of(key) is None


def test_a_payload_is_json_of_its_own() -> None:
    told = {"status_cd": "P", "proc_cnt": "2", "more": {"x": [1]}}
    assert read_status("r", msgspec.json.encode(told), 2).state is State.PROCESSED
