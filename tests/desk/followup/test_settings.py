"""What a desk may set, and templates, which can say what they are given and reach nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.api import MUMBAI, PUNE
from tests.desk.followup.conftest import put_sales

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup import templates
from gst_ims.desk.followup.messages import preview
from gst_ims.desk.followup.settings import NAMES, Settings, put, settings
from gst_ims.desk.followup.templates import Text, Told, fill, shipped
from gst_ims.desk.people.service import Person

TOLD = Told("Konkan", MUMBAI, PUNE, "", (), date(2025, 11, 10), "Asha")


def test_what_is_not_set_has_its_default(desk: Desk, house: Gstin, eka: Person) -> None:
    assert settings(desk, eka, house) == Settings()


def test_what_is_set_counts_until_it_is_taken_back(desk: Desk, house: Gstin, eka: Person) -> None:
    put(desk, eka, house, "schedule", [7, 14])
    put(desk, eka, house, "reply_days", 9)
    assert settings(desk, eka, house) == Settings(schedule=(7, 14), reply_days=9)
    put(desk, eka, house, "schedule", None)
    assert settings(desk, eka, house) == Settings(reply_days=9)


WRONG: list[tuple[str, Any]] = [
    *(
        ("schedule", [24]),
        ("schedule", 7),
        ("schedule", ["7"]),
        ("quiet_from", -1),
        ("quiet_to", 24),
        ("days_ahead", 0),
    ),
    *(("reply_days", 0), ("reply_days", 1.5), ("large_rejection", -1), ("liability", "1"), ("filed_3b", "132025")),
    *(("filed_3b", "2025-10"), ("supplier_template", "no body"), ("customer_template", "s\n{{ it.__class__ }}")),
    ("nothing", 1),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_cannot_be_is_said_and_changes_nothing(
    desk: Desk, house: Gstin, eka: Person, name: str, value: Any
) -> None:
    with pytest.raises(Invalid):
        put(desk, eka, house, name, value)
    assert settings(desk, eka, house) == Settings()


def test_settings_are_for_administrators(desk: Desk, seller: Gstin, deepa: Person, house: Gstin) -> None:
    with pytest.raises(NotAllowed, match="administrator"):
        put(desk, deepa, seller, "reply_days", 3)
    with pytest.raises(NotAllowed):
        settings(desk, deepa, house)


def test_a_setting_of_another_part_is_no_concern_of_ours(desk: Desk, house: Gstin, eka: Person) -> None:
    assert "tolerance" not in NAMES
    with desk.of([house]) as db:
        db.execute("insert into desk.setting values (%s, 'tolerance', '1')", [house])
    assert settings(desk, eka, house) == Settings()


@pytest.mark.parametrize(
    ("quiet", "hours"), [((20, 8), [*range(8), *range(20, 24)]), ((1, 3), [1, 2]), ((0, 0), []), ((23, 0), [23])]
)
def test_which_hours_are_quiet(quiet: tuple[int, int], hours: list[int]) -> None:
    told = Settings(quiet_from=quiet[0], quiet_to=quiet[1])
    assert [hour for hour in range(24) if told.is_quiet(hour)] == hours


def test_a_template_of_ones_own_takes_the_place_of_the_shipped_one(desk: Desk, house: Gstin, eka: Person) -> None:
    with desk.of([house]) as db:
        db.execute("insert into desk.contact (gstin, party, email) values (%s, %s, 'a@b.in')", [house, PUNE])
    put_sales(desk, house, {})
    put(desk, eka, house, "customer_template", "Hello {{ it.party }}\n\n{{ it.count }} of {{ it.tax | rupees }}\n")
    (ask,) = preview(desk, eka, house, "customer").asks
    assert ask.text == Text(f"Hello {PUNE}", "1 of 18.00\n")


@pytest.mark.parametrize("name", ["supplier", "customer"])
def test_the_shipped_templates_can_be_filled_in_with_everything(name: str) -> None:
    templates.check(shipped(name))


@pytest.mark.parametrize("name", ["supplier", "customer"])
def test_the_shipped_templates_leave_no_holes(name: str) -> None:
    told = fill(shipped(name), it=TOLD)
    assert "None" not in told.subject + told.body
    assert "\n\n\n" not in told.body
    assert "  ," not in told.body


HOSTILE = [
    "{{ it.__class__.__mro__ }}",
    "{{ it.name.__class__ }}",
    "{{ ''.__class__.__base__.__subclasses__() }}",
    "{{ it.name.format.__globals__ }}",
    "{{ '{0.__class__}'.format(it) }}",
    "{{ 'x' * 1000000000 }}",
    "{{ 2 ** 1000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 'x' | center(1000000000) }}",
    "{% for n in range(1000000000) %}x{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{{ cycler }}{{ lipsum() }}",
    "{{ unknown }}",
    "{{ it.unknown }}",
    "{% if %}",
    "{{ it.groups.append(1) }}",
    "{{ it.reply_by | rupees }}",
    "{{ 1 / 0 }}",
    "{{ 'x'.ljust(3000000000) }}",
    "{{ '{:>3000000000}'.format(1) }}",
    "{% set a = 'xx' %}" + "{% set a = a ~ a %}" * 40 + "{{ a | length }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for g in it.groups %}" * 40 + "x" + "{% endfor %}" * 40,
    "{% for g in it.groups recursive %}{{ loop(it.groups) }}{% endfor %}",
    "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "{{ " + "9" * 5_000 + " }}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_template_reaches_nothing_else(text: str) -> None:
    with pytest.raises(Invalid, match="template"):
        fill(f"Subject\n\n{text} and more", it=TOLD)


@pytest.mark.parametrize("text", ["", "only a subject", "\n\n", "{{ it.party_name }}\nbody"])
def test_a_template_needs_subject_and_body(text: str) -> None:
    with pytest.raises(Invalid, match="first line"):
        fill(text, it=TOLD)


def test_a_subject_is_one_line_whatever_a_party_is_called() -> None:
    told = Told("Konkan\u2028Bcc: x@y.in\tTraders", MUMBAI, PUNE, "", (), date(2025, 11, 10), "Asha")
    assert fill("{{ it.name }}  writes\nbody", it=told).subject == "Konkan Bcc: x@y.in Traders writes"


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="20000"):
        templates.check("x\n" * 20_000)
