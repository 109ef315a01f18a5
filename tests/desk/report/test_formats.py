"""How amounts look in a sheet: lakh and crore, whatever the size and the sign."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.money import indian
from gst_ims.desk.report.sheets import money_format


def shown(form: str, paise: int) -> str:
    """What Excel shows: the first section whose condition holds; of two without conditions the second is for what is
    below zero, which loses its sign there. Digits fill the places from the right, commas stand where they are needed.
    """
    sections = form.split(";")
    conditions = [re.match(r"\[>=([0-9]+)\]", section) for section in sections]
    amount = paise
    if any(conditions):
        chosen = next(i for i, it in enumerate(conditions) if it is None or paise >= int(it[1]) * 100)
    else:
        chosen = 1 if paise < 0 and len(sections) > 1 else 0
        amount = abs(paise) if chosen else paise
    section = re.sub(r"^\[.*?\]", "", sections[chosen])
    sign = "-" if section.startswith("-") or amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    body = section.removeprefix("-").removesuffix(".00")
    if body == "#,##0":
        return f"{sign}{whole:,}.{rest:02}"
    digits, places = str(whole), re.sub(r"\\,", ",", body)
    out: list[str] = []
    for place in reversed(places):
        if place == ",":
            out.append(",")
        elif digits:
            out.append(digits[-1])
            digits = digits[:-1]
    return f"{sign}{digits}{''.join(reversed(out)).lstrip(',')}.{rest:02}"


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_every_amount_is_grouped_as_in_india(paise: int) -> None:
    assert shown(money_format(paise), paise) == indian(paise)


@pytest.mark.parametrize(
    ("paise", "words"),
    [
        (0, "0.00"),
        (99, "0.99"),
        (-99, "-0.99"),
        (99_999_99, "99,999.99"),
        (1_00_000_00, "1,00,000.00"),
        (-1_00_000_00, "-1,00,000.00"),
        (99_99_999_99, "99,99,999.99"),
        (1_00_00_000_00, "1,00,00,000.00"),
        (-1_00_00_000_00, "-1,00,00,000.00"),
        (1_23_45_67_890_00, "1,23,45,67,890.00"),
    ],
)
def test_the_sizes_at_which_the_grouping_changes(paise: int, words: str) -> None:
    assert shown(money_format(paise), paise) == words
