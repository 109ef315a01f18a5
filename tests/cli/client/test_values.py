"""What is said on the command line: taxpayers, days, amounts and sections, in the spellings that people use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gst_ims.cli.client.choosing import make_name, read_amount, read_day, read_gstin, read_section
from gst_ims.cli.exits import Usage
from gst_ims.client.record import Key
from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin, check_digit
from gst_ims.core.money import indian
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Form, Section

GSTIN = "27AAXCT0001K1Z6"
printed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


# Taxpayers.


@pytest.mark.parametrize("text", [GSTIN, GSTIN.lower(), f" {GSTIN}\n"])
def test_a_gstin_that_is_right_is_read_without_a_word(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert read_gstin(text) == GSTIN
    assert capsys.readouterr() == ("", "")


DOUBTFUL = {
    "a wrong check digit": ("27AAXCT0001K1Z7", "ends with check digit 7: it should be 6. It may be mistyped."),
    "two letters changed": ("27AAXTC0001K1Z6", "It may be mistyped."),
    "no PAN": (
        "27AAXCTOO01K1Z6",
        "fits no kind of registration: check the PAN and what follows it. It may be mistyped.",
    ),
    "a sample of GSTN": ("01AAAAA0000A1Z5", "It may be mistyped."),
}


@pytest.mark.parametrize(("text", "words"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_one_that_gstn_would_not_give_out_is_taken_and_said(
    text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read_gstin(text) == text
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"ims: GSTIN '{text}' ")
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "27", "27AAXCT0001K1Z", "77AAXCT0001K1Z6", "27AAXCT0001K1Z\u0966", "x" * 15])
def test_what_is_no_gstin_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="GSTIN"):
        read_gstin(text)


@printed
@given(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_of_all_last_characters_one_is_right(capsys: pytest.CaptureFixture[str], last: str) -> None:
    capsys.readouterr()
    assert isinstance(read_gstin(GSTIN[:14] + last), Gstin)
    assert (capsys.readouterr().err == "") is (last == check_digit(GSTIN[:14]))


# Days.


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_day_is_read_as_people_and_as_programs_write_it(day: date) -> None:
    assert read_day(print_date(day)) == read_day(day.isoformat()) == read_day(f" {day.isoformat()} ") == day


@pytest.mark.parametrize(
    "text",
    [
        *("", "05", "05-10", "5-10-2025", "05-10-25", "05/10/2025", "2025/10/05", "05.10.2025", "20251005"),
        *("31-02-2025", "2025-02-31", "2025-13-01", "00-10-2025", "2025-10-00", "2025-10-05T00:00", "today"),
        *("05-Oct-2025", "\u0966\u096b-10-2025", "2025-1-5"),
    ],
)
def test_what_is_no_day_is_refused_with_both_spellings(text: str) -> None:
    with pytest.raises(Invalid, match=r"isn't a day, written 05-11-2025 or 2025-11-05\.") as refused:
        read_day(text)
    assert repr(text) in str(refused.value)


# Amounts.


@pytest.mark.parametrize(
    ("text", "rupees"),
    [
        ("0", "0.00"),
        ("7", "7.00"),
        ("1180.5", "1180.50"),
        ("1180.50", "1180.50"),
        ("1,180", "1180.00"),
        ("50,000", "50000.00"),
        ("1,00,000", "100000.00"),
        ("1,00,000.50", "100000.50"),
        ("12,34,56,789.01", "123456789.01"),
        ("100,000", "100000.00"),
        ("1,000,000", "1000000.00"),
        (" 1,00,000 ", "100000.00"),
    ],
)
def test_an_amount_may_be_grouped(text: str, rupees: str) -> None:
    assert str(read_amount(text)) == rupees


@given(st.integers(0, 10**15 - 1))
def test_an_amount_is_read_as_it_is_shown(paise: int) -> None:
    assert read_amount(indian(paise)) == Decimal(paise).scaleb(-2)
    assert read_amount(str(Decimal(paise).scaleb(-2))) == Decimal(paise).scaleb(-2)


WRONG_AMOUNTS = {
    "nothing": ("", "isn't a number"),
    "a word": ("many", "isn't a number"),
    "a comma for the point": ("1,5", "isn't a number"),
    "a comma before two digits": ("1180,50", "isn't a number"),
    "a comma at the end": ("1,180,", "isn't a number"),
    "a comma in front": (",180", "isn't a number"),
    "groups of one": ("1,0,000", "isn't a number"),
    "a group after the point": ("1.00,000", "isn't a number"),
    "a point for a comma": ("1.00.000", "isn't a number"),
    "blanks for commas": ("1 00 000", "isn't a number"),
    "a sign of rupees": ("\u20b9100", "isn't a number"),
    "below zero": ("-1", "is below zero"),
    "below zero, grouped": ("-1,00,000", "isn't a number"),
    "half a paisa": ("0.005", "more than two decimals"),
    "more than the wire has": ("10,00,00,00,00,00,000.00", "out of range"),
    "a power": ("1e3", "isn't a number"),
    "other digits": ("\u0967\u0968", "isn't a number"),
}


@pytest.mark.parametrize(("text", "words"), WRONG_AMOUNTS.values(), ids=WRONG_AMOUNTS)
def test_what_is_no_amount_is_refused(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_amount(text)


@given(st.text("0123456789,.- ", max_size=12))
def test_commas_never_change_what_an_amount_is(text: str) -> None:
    try:
        read = read_amount(text)
    except Invalid:
        return
    assert read == Decimal(text.replace(",", "").strip())
    assert read >= 0


# Sections and names.


@pytest.mark.parametrize("section", OTHERS)
def test_a_section_is_read_in_every_spelling(section: Section) -> None:
    for text in (section.value, section.error_key, section.value.upper(), f" {section.error_key.title()} "):
        assert read_section(text) is section


@pytest.mark.parametrize("section", [it for it in Section if it not in OTHERS])
def test_a_section_without_records_is_refused_with_those_that_have_some(section: Section) -> None:
    with pytest.raises(Invalid, match=r"can't be listed through the API: use one of b2b, b2ba, .*ecoma\."):
        read_section(section.value)


NUMBERS = st.from_regex(r"[A-Za-z0-9/\-]{0,15}[A-Za-z1-9]", fullmatch=True)


@given(st.sampled_from(OTHERS), NUMBERS, st.integers(1, 12), st.sampled_from([Form.R1, Form.R1A, Form.IFF]))
def test_a_name_of_parts_is_the_key_of_the_record(section: Section, number: str, month: int, form: Form) -> None:
    made = make_name(section.error_key, GSTIN.lower(), f" {number} ", f"{month:02}2025", form.value.lower())
    assert made == Key(section, Gstin(GSTIN), number, Period(2025, month), form)


@pytest.mark.parametrize("form", ["", " ", "R1", "r1"])
def test_a_name_without_a_form_is_of_gstr_1(form: str) -> None:
    assert make_name("B2B", GSTIN, "1", "102025", form).form is Form.R1


WRONG_NAMES = {
    "no section": (("B2C", GSTIN, "1", "102025"), "Section 'B2C' doesn't exist"),
    "no supplier": (("B2B", "27", "1", "102025"), "has 2 characters"),
    "no number": (("B2B", GSTIN, "", "102025"), "has 0 characters"),
    "zeros for a number": (("B2B", GSTIN, "000", "102025"), "neither a letter nor a digit other than zero"),
    "a long number": (("B2B", GSTIN, "1" * 17, "102025"), "has 17 characters"),
    "no month": (("B2B", GSTIN, "1", "002025"), "Month 0 doesn't exist"),
    "before GST": (("B2B", GSTIN, "1", "062017"), "062017"),
    "no form": (("B2B", GSTIN, "1", "102025", "R9"), "Form 'R9' doesn't exist: use R1, R1A or IFF."),
}


@pytest.mark.parametrize(("parts", "words"), WRONG_NAMES.values(), ids=WRONG_NAMES)
def test_a_name_that_cannot_be_is_refused_as_a_whole(parts: tuple[str, ...], words: str) -> None:
    with pytest.raises(Usage) as refused:
        make_name(*parts)
    assert str(refused.value).startswith(f"Record {':'.join(parts[:4])!r}: ")
    assert words in str(refused.value)
