"""The figures of GSTR-2B on the wire: every part and table, zeros included, to the paisa."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gst_ims.portal.statement.summary import HEADS, LEAVES, PARTS, itcsumm

PLACES = [(part, supply, leaf) for part in PARTS for supply, leaves in LEAVES.items() for leaf in leaves]
PAISE = st.integers(-(10**14), 10**14)
Totals = st.dictionaries(st.sampled_from(PLACES), st.tuples(*[PAISE] * 5))


def rows(totals: dict[tuple[str, str, str], tuple[int, ...]]) -> list[Any]:
    names = ("part", "supply", "leaf", "taxable", *HEADS)
    return [SimpleNamespace(**dict(zip(names, (*place, *amounts), strict=True))) for place, amounts in totals.items()]


def read(totals: dict[tuple[str, str, str], tuple[int, ...]]) -> Any:
    return json.loads(itcsumm(rows(totals)), parse_float=Decimal)


def test_without_documents_every_figure_is_there_and_zero() -> None:
    said = read({})
    assert list(said) == list(PARTS)
    assert all(list(part) == list(LEAVES) for part in said.values())
    assert {str(part[supply][leaf][head]) for part in said.values() for supply, leaves in LEAVES.items()
            for leaf in leaves for head in ("txval", *HEADS)} == {"0.00"}  # fmt: skip


@given(Totals)
def test_every_amount_is_written_to_the_paisa_with_the_sign_of_its_table(totals: Any) -> None:
    said = read(totals)
    for (part, supply, leaf), amounts in totals.items():
        sign = -1 if supply == "othersup" and part != "itcRejected" else 1
        for name, amount in zip(("txval", *HEADS), amounts, strict=True):
            written = said[part][supply][leaf][name]
            assert written * 100 == sign * amount
            assert written.as_tuple().exponent == -2


@given(Totals)
def test_a_supply_is_the_sum_of_its_tables(totals: Any) -> None:
    for part in read(totals).values():
        for supply, leaves in LEAVES.items():
            for head in HEADS:
                assert part[supply][head] == sum(part[supply][leaf][head] for leaf in leaves)
