"""Events, and the bodies of requests to IMS."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section
from gst_ims.synthetic import NOW, File, act_body

RTIN = Gstin("27AAPFU0939F1ZV")


def test_a_request_without_rows_is_empty():
    assert act_body(RTIN, []) == {"rtin": RTIN, "reqtyp": "SAVE", "invdata": {}}


def test_rows_are_put_under_their_sections_in_their_order():
    rows = [(Section.B2B, {"inum": "1"}), (Section.B2BCN, {"nt_num": "2"}), (Section.B2B, {"inum": "3"})]
    assert act_body(RTIN, rows)["invdata"] == {"b2b": [{"inum": "1"}, {"inum": "3"}], "b2bcn": [{"nt_num": "2"}]}


def test_a_reset_says_so():
    assert act_body(RTIN, [], "RESET")["reqtyp"] == "RESET"


def test_the_names_are_plain_text():
    made = act_body(RTIN, [(Section.B2B, {})])
    assert type(made["rtin"]) is str
    assert [type(key) for key in made["invdata"]] == [str]


def test_an_event_cannot_be_changed():
    event = File(NOW, RTIN, Form.R1, Period(2025, 10))
    with pytest.raises(FrozenInstanceError):
        event.form = Form.IFF


def test_events_of_the_same_content_are_equal():
    assert File(NOW, RTIN, Form.R1, Period(2025, 10)) == File(NOW, RTIN, Form.R1, Period(2025, 10))
