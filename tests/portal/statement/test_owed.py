"""What a supplier owes for a chain after each of its documents (R5.10), in SQL and by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_ims.portal.context import Portal

CASES = {
    # final, section, tax and base of all heads, amount, base and what stood before of one head: what stands after
    "a rejected credit note is owed in full": ("R", "b2bcn", 1800, 0, 1800, 0, 0, 1800),
    "an accepted one isn't": ("A", "b2bcn", 1800, 0, 1800, 0, 0, 0),
    "a rejected invoice neither": ("R", "b2b", 1800, 0, 1800, 0, 0, 0),
    "a rejected downward amendment of an accepted invoice": ("R", "b2ba", 1440, 1800, 1440, 1800, 0, 360),
    "a rejected upward one": ("R", "b2ba", 2160, 1800, 2160, 1800, 0, 0),
    "a downward amendment accepted in the end": ("A", "b2ba", 1440, 1800, 1440, 1800, 360, 0),
    "a rejected upward amendment of an accepted credit note": ("R", "b2bcna", 2700, 1800, 2700, 1800, 0, 900),
    "a rejected downward one": ("R", "b2bcna", 900, 1800, 900, 1800, 0, 0),
    "a rejected amendment of a rejected credit note": ("R", "b2bcna", 900, 0, 900, 0, 1800, 900),
    "a head that moves to another, with the same total": ("R", "b2ba", 1800, 1800, 0, 1800, 0, 0),
    "a head that grows while the total falls": ("R", "b2ba", 1000, 1800, 1000, 0, 0, -1000),
    "what lapsed leaves what stood": ("L", "b2bcn", 1800, 0, 1800, 0, 700, 700),
    "what was superseded too": ("S", "b2bcn", 1800, 0, 1800, 0, 700, 700),
    "a debit note amended downward and rejected": ("R", "b2bdna", 400, 900, 400, 900, 0, 500),
    "an e-commerce document amended downward and rejected": ("R", "ecoma", 400, 900, 400, 900, 0, 500),
}


def owed(portal: Portal, *values: Any) -> int:
    with portal.transaction() as db:
        found: int = db.execute("select owed(%s, %s, %s, %s, %s, %s, %s) as owed", values).fetchone().owed
    return found


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_what_stands_after_a_gstr_3b(portal: Portal, values: tuple[Any, ...]) -> None:
    *given_, after = values
    assert owed(portal, *given_) == after


@pytest.fixture(scope="module")
def sessions(standing: Any) -> Portal:
    return standing.portal


PAISE = st.integers(0, 10**12)


@settings(deadline=None, max_examples=40)
@given(amounts=st.tuples(PAISE, PAISE, PAISE, PAISE), bases=st.tuples(PAISE, PAISE, PAISE, PAISE))
@pytest.mark.parametrize("section", ["b2ba", "b2bcna"])
def test_the_heads_of_a_rejected_reduction_add_up_to_the_change_of_the_whole(
    sessions: Portal, section: str, amounts: tuple[int, ...], bases: tuple[int, ...]
) -> None:
    tax, base = sum(amounts), sum(bases)
    after = [owed(sessions, "R", section, tax, base, a, b, 0) for a, b in zip(amounts, bases, strict=True)]
    assert sum(after) == max(tax - base if section == "b2bcna" else base - tax, 0)
