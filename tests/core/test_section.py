"""Sections, actions and forms: their names on the wire, and what follows from a section."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.errors import Invalid
from gst_ims.core.section import ACTIONABLE, IMPORTS, INWARD_SUPPLIES, OTHERS, Action, Form, Section

KEYS = [
    "b2b",
    "b2ba",
    "b2bdn",
    "b2bdna",
    "b2bcn",
    "b2bcna",
    "ecom",
    "ecoma",
    "impg",
    "impga",
    "impgsez",
    "impgseza",
    "isd",
    "isda",
    "isdcn",
    "isdcna",
]

ORIGINALS = {
    "b2ba": "b2b",
    "b2bdna": "b2bdn",
    "b2bcna": "b2bcn",
    "ecoma": "ecom",
    "impga": "impg",
    "impgseza": "impgsez",
    "isda": "isd",
    "isdcna": "isdcn",
}

# What holds for which sections; it holds for no other.
FACTS = {
    "is_note": {"b2bdn", "b2bdna", "b2bcn", "b2bcna"},
    "is_credit": {"b2bcn", "b2bcna"},
    "is_amendment": set(ORIGINALS),
    "has_original": set(ORIGINALS),
    "is_import": {"impg", "impga", "impgsez", "impgseza"},
    "is_isd": {"isd", "isda", "isdcn", "isdcna"},
    "declares_reduction": {"b2ba", "b2bdna", "b2bcn", "b2bcna", "ecoma"},
}


# Names


def test_there_are_sixteen_sections_with_the_keys_of_the_wire():
    assert [section.value for section in Section] == KEYS


@pytest.mark.parametrize("section", Section)
def test_a_section_is_named_as_its_key(section):
    assert section.name == section.value.upper()


@pytest.mark.parametrize("section", Section)
def test_a_section_prints_as_its_key(section):
    assert f"{section}" == section.value


@pytest.mark.parametrize("section", Section)
def test_a_section_can_be_a_key_of_json(section):
    assert json.loads(json.dumps({section: []})) == {section.value: []}


# Reading


@pytest.mark.parametrize("key", KEYS)
def test_a_section_is_read_from_its_key(key):
    assert Section.parse(key).value == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("CN", "b2bcn"),
        ("CNA", "b2bcna"),
        ("DN", "b2bdn"),
        ("DNA", "b2bdna"),
        ("cn", "b2bcn"),
        ("dna", "b2bdna"),
        ("B2BCN", "b2bcn"),
        ("B2BCNA", "b2bcna"),
        ("B2BDN", "b2bdn"),
        ("B2BDNA", "b2bdna"),
        ("B2B", "b2b"),
        ("B2BA", "b2ba"),
        ("ECOM", "ecom"),
        ("EcomA", "ecoma"),
        ("IMPGSEZA", "impgseza"),
        ("ISDCN", "isdcn"),
    ],
)
def test_both_spellings_are_read_in_any_case(text, key):
    assert Section.parse(text).value == key


@given(st.sampled_from(KEYS), st.lists(st.booleans(), min_size=8, max_size=8))
def test_the_case_of_no_letter_matters(key, capitals):
    text = "".join(c.upper() if capital else c for c, capital in zip(key, capitals, strict=False))
    assert Section.parse(text).value == key


@pytest.mark.parametrize(
    "text", ["", "b2c", "cdnr", " b2b", "b2b ", "b2b\n", "b2bb2bcn", "b2becom", "a", "SECTION.B2B", "ıSD"]
)
def test_an_unknown_section_is_refused(text):
    with pytest.raises(Invalid, match="doesn't exist"):
        Section.parse(text)


def test_a_refusal_repeats_what_was_sent():
    with pytest.raises(Invalid, match="Section 'B2C' doesn't exist"):
        Section.parse("B2C")


def test_a_refusal_lists_what_is_possible():
    with pytest.raises(Invalid, match=": use one of " + ", ".join(KEYS)):
        Section.parse("b2c")


@given(st.text(max_size=10))
def test_whatever_comes_is_read_or_refused_as_invalid(text):
    with suppress(Invalid):
        assert Section.parse(text).value.endswith(text.lower())


@given(st.sampled_from(Section))
def test_the_key_of_an_error_report_is_read_back_as_the_section(section):
    assert Section.parse(section.error_key) is section


# What follows from a section


@pytest.mark.parametrize("section", Section)
@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_holds_for_its_sections_and_no_other(fact, section):
    assert getattr(section, fact) is (section.value in FACTS[fact])


@pytest.mark.parametrize(("key", "original"), ORIGINALS.items())
def test_an_amendment_has_a_section_of_originals(key, original):
    assert Section(key).original is Section(original)


@pytest.mark.parametrize("key", sorted(set(KEYS) - set(ORIGINALS)))
def test_what_amends_nothing_is_its_own_original(key):
    assert Section(key).original is Section(key)


@pytest.mark.parametrize("section", Section)
def test_an_original_is_never_an_amendment(section):
    assert not section.original.is_amendment


@pytest.mark.parametrize(("key", "error_key"), [("b2bdn", "dn"), ("b2bdna", "dna"), ("b2bcn", "cn"), ("b2bcna", "cna")])
def test_an_error_report_has_notes_without_b2b(key, error_key):
    assert Section(key).error_key == error_key


@pytest.mark.parametrize("key", [key for key in KEYS if key not in FACTS["is_note"]])
def test_an_error_report_has_everything_else_under_its_key(key):
    assert Section(key).error_key == key


# The replies of the count


def test_all_others_come_in_the_order_of_the_count():
    assert " ".join(OTHERS) == "b2b b2ba b2bcn b2bcna b2bdn b2bdna ecom ecoma"


def test_inward_supplies_come_in_the_order_of_the_count():
    assert " ".join(INWARD_SUPPLIES) == "isd isda isdcn isdcna"


def test_imports_come_in_the_order_of_the_count():
    assert " ".join(IMPORTS) == "impg impga impgsez impgseza"


def test_every_section_is_counted_once():
    assert sorted(OTHERS + INWARD_SUPPLIES + IMPORTS) == sorted(Section)


@pytest.mark.parametrize("section", Section)
def test_one_may_act_on_everything_but_what_an_isd_distributes(section):
    assert (section in ACTIONABLE) is not section.is_isd


# Actions


@pytest.mark.parametrize(
    ("action", "letter"), [(Action.NONE, "N"), (Action.ACCEPT, "A"), (Action.REJECT, "R"), (Action.PENDING, "P")]
)
def test_an_action_is_a_letter_on_the_wire(action, letter):
    assert action == letter


def test_there_are_four_actions():
    assert "".join(sorted(Action)) == "ANPR"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("accepted", Action.ACCEPT),
        ("rejected", Action.REJECT),
        ("pending", Action.PENDING),
        ("no_action_taken", Action.NONE),
    ],
)
def test_a_status_of_the_list_means_an_action(text, action):
    assert Action.of_status(text) is action


@pytest.mark.parametrize("text", ["", "A", "Accepted", "ACCEPTED", "no action taken", "accepted ", "noaction"])
def test_an_unknown_status_is_refused(text):
    with pytest.raises(Invalid, match="doesn't exist"):
        Action.of_status(text)


def test_a_refused_status_is_answered_with_what_is_possible():
    with pytest.raises(Invalid, match="use one of accepted, rejected, pending, no_action_taken"):
        Action.of_status("done")


# Forms


def test_the_forms_are_those_of_the_wire_and_the_bill_of_entry():
    assert [form.value for form in Form] == ["R1", "R1A", "IFF", "R5", "R6", "BOE"]


@pytest.mark.parametrize("form", Form)
def test_a_form_is_named_as_its_value(form):
    assert form.name == form.value
