"""The best assignment overall, held against a search of all of them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_ims.desk.match.assignment import assign
from gst_ims.desk.match.groups import Found, choose

edges = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 100), max_size=14)


def best(weights: dict[tuple[int, int], int]) -> int:
    """The largest sum of weights that uses no end twice, by trying everything."""
    return max(
        sum(weights.get((left, right), 0) for left, right in enumerate(order)) for order in permutations(range(5))
    )


def arrays(weights: dict[tuple[int, int], int]) -> tuple[Any, Any, Any]:
    left = np.array([key[0] for key in weights], dtype=np.int64)
    right = np.array([key[1] for key in weights], dtype=np.int64)
    return left, right, np.array(list(weights.values()), dtype=float)


@settings(deadline=None)
@given(edges)
def test_no_other_assignment_has_a_larger_sum(weights: dict[tuple[int, int], int]) -> None:
    left, right, weight = arrays(weights)
    chosen = assign(left, right, weight)
    assert weight[chosen].sum() == best(weights)
    assert len(set(left[chosen])) == len(set(right[chosen])) == chosen.sum()


def test_the_first_comer_gives_way_where_that_is_better_for_all() -> None:
    left, right, weight = arrays({(0, 0): 10, (0, 1): 9, (1, 0): 8})
    assert assign(left, right, weight).tolist() == [False, True, True]


def test_many_components_are_solved_each_for_itself() -> None:
    size = 3_000
    own = np.arange(size)
    left = np.concatenate([own, own, own // 2 * 2])
    right = np.concatenate([own, own // 2 * 2 + 1 - own % 2, np.full(size, -1) - own])
    weight = np.concatenate([np.full(size, 2.0), np.full(size, 3.0), np.full(size, 0.5)])
    chosen = assign(left, right, weight)
    assert chosen[:size].sum() == 0
    assert chosen[size : 2 * size].all()


def test_nothing_is_assigned_where_nothing_competes() -> None:
    none = np.array([], dtype=np.int64)
    assert assign(none, none, none.astype(float)).tolist() == []


def test_the_surest_sum_comes_first_and_no_document_is_in_two() -> None:
    large = Found([1], [1, 2, 3], "sum", 0, 0, 1)
    small = Found([1], [2, 4], "sum", 20, 0, 2)
    other = Found([2, 3], [5], "sum", 5, 0, 3)
    chosen = choose([large, small, other])
    assert [(g.portal, g.books, g.rule) for g in chosen] == [((2, 3), (5,), "merged"), ((1,), (2, 4), "split")]


def test_of_sums_of_one_size_the_one_near_in_time_is_taken() -> None:
    far, near = Found([1], [1, 2], "sum", 60, 0, 1), Found([1], [3, 4], "sum", 2, 0, 2)
    assert [g.books for g in choose([far, near])] == [(3, 4)]


def test_three_for_two_others_is_a_regrouping() -> None:
    assert choose([Found([1, 2, 3], [1, 2], "sum", 0, 0, 1)])[0].rule == "regrouped"
