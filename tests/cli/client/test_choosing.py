"""Which records are meant: filters, and names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.cli.client.choosing import Filter, find, read_name
from gst_ims.cli.exits import Usage
from gst_ims.client.record import Record
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section

SURAT, MYSURU = "24AAXCT0003K1ZA", "29AAXCT0004K1ZY"
MEMBERS: dict[str, Any] = {
    "stin": SURAT,
    "inum": "SRT/118",
    "idt": "05-10-2025",
    "inv_typ": "R",
    "srcform": "R1",
    "rtnprd": "102025",
    "val": 1180,
    "txval": 1000,
    "iamt": 180,
    "action": "N",
}


def record(section: Section = Section.B2B, **members: Any) -> Record:
    told = {**MEMBERS, **members}
    if section.is_note:
        told |= {"nt_num": told.pop("inum"), "nt_dt": told.pop("idt")}
    return Record.of(section, told)


FITS = {
    "section": Filter(sections=(Section.B2B,)),
    "supplier": Filter(suppliers=frozenset({SURAT, MYSURU})),
    "status": Filter(statuses=frozenset({Action.NONE})),
    "period": Filter(periods=frozenset({Period.parse("102025")})),
    "number": Filter(numbers=frozenset({"SRT/118"})),
    "first day": Filter(since=date(2025, 10, 5)),
    "last day": Filter(until=date(2025, 10, 5)),
    "least value": Filter(least=Decimal("1180.00")),
    "greatest value": Filter(most=Decimal("1180.00")),
}
FAILS = {
    "section": Filter(sections=(Section.B2BCN,)),
    "supplier": Filter(suppliers=frozenset({MYSURU})),
    "status": Filter(statuses=frozenset({Action.ACCEPT, Action.REJECT})),
    "period": Filter(periods=frozenset({Period.parse("112025")})),
    "number": Filter(numbers=frozenset({"SRT/11"})),
    "first day": Filter(since=date(2025, 10, 6)),
    "last day": Filter(until=date(2025, 10, 4)),
    "least value": Filter(least=Decimal("1180.01")),
    "greatest value": Filter(most=Decimal("1179.99")),
}


@pytest.mark.parametrize("filter_", FITS.values(), ids=FITS.keys())
def test_what_fits_is_taken(filter_: Filter) -> None:
    assert filter_.takes(record())
    assert not filter_.empty


@pytest.mark.parametrize("filter_", FAILS.values(), ids=FAILS.keys())
def test_what_does_not_fit_is_left(filter_: Filter) -> None:
    assert not filter_.takes(record())


@given(st.sampled_from([*FITS]), st.sampled_from([*FAILS]))
def test_all_that_is_asked_must_fit(fits: str, fails: str) -> None:
    changed = {name: value for name, value in vars(FAILS[fails]).items() if value != getattr(Filter(), name)}
    assert not replace(FITS[fits], **changed).takes(record())


def test_letters_of_a_number_may_be_small() -> None:
    assert Filter(numbers=frozenset({"SRT/118"})).takes(record(inum="srt/118"))


def test_no_filter_takes_everything() -> None:
    assert Filter().empty
    assert Filter().takes(record())


class Listing:
    """Records by section, and what was asked for."""

    def __init__(self, *records: Record) -> None:
        self.asked: list[tuple[Section, Action | None]] = []
        self._records = records

    def __call__(self, section: Section, action: Action | None) -> Iterator[Record]:
        self.asked.append((section, action))
        return (it for it in self._records if it.section is section and action in (None, it.action))


def test_only_the_sections_that_are_meant_are_read_and_one_status_is_left_to_the_portal() -> None:
    listing = Listing(record(), record(action="A"), record(Section.B2BCN))
    wanted = Filter(sections=(Section.B2B, Section.B2BCN), statuses=frozenset({Action.ACCEPT}))
    assert [it.action for it in wanted.records(listing)] == [Action.ACCEPT]
    assert listing.asked == [(Section.B2B, Action.ACCEPT), (Section.B2BCN, Action.ACCEPT)]


def test_of_two_statuses_all_records_are_read_and_looked_at() -> None:
    listing = Listing(record(), record(inum="2", action="A"), record(inum="3", action="R"))
    wanted = Filter(sections=(Section.B2B,), statuses=frozenset({Action.ACCEPT, Action.REJECT}))
    assert [it.number for it in wanted.records(listing)] == ["2", "3"]
    assert listing.asked == [(Section.B2B, None)]


def test_without_a_section_all_that_have_records_are_read() -> None:
    listing = Listing()
    assert [*Filter().records(listing)] == []
    assert len(listing.asked) == 8


NAMES = [
    (f"b2b:{SURAT}:SRT/118:102025", f"b2b:{SURAT}:SRT/118:102025"),
    (f"B2B:{SURAT.lower()}:SRT/118:102025", f"b2b:{SURAT}:SRT/118:102025"),
    (f" CN:{SURAT}:CN-1:102025 ", f"b2bcn:{SURAT}:CN-1:102025"),
    (f"b2b:{SURAT}:SRT/118:102025:R1A", f"b2b:{SURAT}:SRT/118:102025:R1A"),
    (f"b2b:{SURAT}:SRT/118:102025:IFF", f"b2b:{SURAT}:SRT/118:102025"),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_name_is_read_in_every_spelling(text: str, name: str) -> None:
    assert str(read_name(text)) == name


@pytest.mark.parametrize("form", ["R1", "R1A", "IFF"])
@pytest.mark.parametrize("section", [Section.B2B, Section.B2BCN])
def test_the_name_of_a_record_names_it(section: Section, form: str) -> None:
    of = record(section, srcform=form)
    assert find([read_name(str(of.key))], Listing(record(section, inum="OTHER"), of)).found == [of]


BAD_NAMES = {
    "nothing": ("", "isn't named"),
    "too few parts": (f"b2b:{SURAT}:SRT/118", "isn't named section:supplier:number:period"),
    "too many parts": (f"b2b:{SURAT}:SRT/118:102025:R1:X", "isn't named"),
    "no such section": (f"b2c:{SURAT}:SRT/118:102025", "Section 'b2c' doesn't exist"),
    "a section without a list": (f"impg:{SURAT}:SRT/118:102025", "can't be listed through the API"),
    "no GSTIN": ("b2b:24AAX:SRT/118:102025", "has 5 characters"),
    "no number": (f"b2b:{SURAT}:S R T:102025", "may have only letters"),
    "no period": (f"b2b:{SURAT}:SRT/118:132025", "Month 13 doesn't exist"),
    "no form": (f"b2b:{SURAT}:SRT/118:102025:R2", "Form 'R2' doesn't exist"),
}


@pytest.mark.parametrize(("text", "words"), BAD_NAMES.values(), ids=BAD_NAMES.keys())
def test_what_is_no_name_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(Usage) as refused:
        read_name(text)
    assert words in str(refused.value)


def test_records_are_found_by_name_in_the_order_of_the_names_and_each_section_is_read_once() -> None:
    listing = Listing(record(inum="1"), record(inum="2"), record(Section.B2BCN, inum="3"))
    names = [f"b2b:{SURAT}:2:102025", f"cn:{SURAT}:3:102025", f"b2b:{SURAT}:1:102025", f"b2b:{SURAT}:2:102025"]
    named = find(map(read_name, names), listing)
    assert [it.number for it in named.found] == ["2", "3", "1"]
    assert named.missing == []
    assert listing.asked == [(Section.B2B, None), (Section.B2BCN, None)]


def test_a_name_that_no_record_has_is_told() -> None:
    named = find([read_name(f"b2b:{SURAT}:9:102025")], Listing(record()))
    assert (named.found, named.missing) == ([], [f"b2b:{SURAT}:9:102025"])
