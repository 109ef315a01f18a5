"""How evidence is weighed: each level says less than the one before it, and rivals weaken what they rival."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.desk.match.evidence import AXES, Calibration, calibration, strengths

LEVELS = {axis: range(len(levels)) for axis, levels in calibration().levels.items()}


def pair(**levels: int) -> dict[str, Any]:
    return {axis: np.array([levels.get(axis, 0)]) for axis in AXES}


def weight(**levels: int) -> float:
    return float(calibration().weights(pair(**levels))[0])


def edges(*ends: tuple[int, int], b_twin: list[int] | None = None, p_twin: list[int] | None = None) -> dict[str, Any]:
    p, b = (np.array(column) for column in zip(*ends, strict=True))
    return {"p": p, "b": b, "b_twin": np.array(b_twin or b), "p_twin": np.array(p_twin or p)}


def test_every_axis_has_its_levels() -> None:
    assert set(calibration().levels) == set(AXES)
    assert {axis: len(LEVELS[axis]) for axis in AXES} == {
        **{"number": 7, "date": 5, "amount": 6, "gstin": 4, "kind": 2, "common": 2},
    }


@pytest.mark.parametrize("axis", AXES)
def test_nothing_says_more_than_the_same(axis: str) -> None:
    levels = calibration().levels[axis]
    assert levels[0] == 0.0
    assert max(levels) == 0.0


@pytest.mark.parametrize(
    ("more", "less"),
    [({}, {"number": 1}), ({"number": 3}, {"number": 6}), ({"number": 4}, {"number": 6}), ({"date": 1}, {"date": 3}),
     ({"amount": 1}, {"amount": 5}), ({}, {"gstin": 1}), ({}, {"kind": 1}), ({"amount": 2}, {"amount": 4})],
)  # fmt: skip
def test_what_is_more_alike_weighs_more(more: dict[str, int], less: dict[str, int]) -> None:
    assert weight(**more) > weight(**less)


@given(st.fixed_dictionaries({axis: st.sampled_from(list(LEVELS[axis])) for axis in AXES}))
def test_a_weight_is_the_base_and_what_each_level_adds(levels: dict[str, int]) -> None:
    expected = calibration().base + sum(calibration().levels[axis][level] for axis, level in levels.items())
    assert weight(**levels) == pytest.approx(expected)


def test_scores_rise_with_the_strength_and_end_at_0_and_100() -> None:
    scores = calibration().score(np.linspace(-60, 60, 500))
    assert (np.diff(scores) >= 0).all()
    assert (scores[0], scores[-1]) == (0, 100)


def test_between_two_points_a_score_lies_on_a_line() -> None:
    made = Calibration("", 0.0, {}, [(0.0, 0.0), (10.0, 100.0)], {})
    assert made.score(np.array([-5.0, 0.0, 2.5, 9.96, 99.0])).tolist() == [0, 0, 25, 100, 100]


def test_without_a_rival_the_strength_is_the_weight() -> None:
    alone = strengths(edges((1, 1), (2, 2)), np.array([3.0, -1.0]))
    assert alone.tolist() == pytest.approx([3.0, -1.0])


def test_a_rival_as_good_makes_it_one_in_two_at_most() -> None:
    both = strengths(edges((1, 1), (1, 2)), np.array([8.0, 8.0]))
    assert both[0] == both[1]
    assert both[0] == pytest.approx(0.0, abs=0.01)


def test_a_weak_rival_hardly_matters_and_a_strong_one_does() -> None:
    (one, other) = strengths(edges((1, 1), (1, 2)), np.array([8.0, 1.0]))
    assert one > 6.5
    assert other < -6.5


def test_a_rival_for_the_other_end_counts_as_well() -> None:
    (one, _) = strengths(edges((1, 1), (2, 1)), np.array([5.0, 5.0]))
    assert one == pytest.approx(0.0, abs=0.02)


def test_copies_of_one_document_are_no_rivals() -> None:
    """Whichever of two copies is taken, the document is the right one."""
    copies = strengths(edges((1, 1), (1, 2), b_twin=[7, 7]), np.array([8.0, 8.0]))
    assert copies.tolist() == pytest.approx([8.0, 8.0])


def test_nothing_is_weighed_where_nothing_competes() -> None:
    none = np.array([], dtype=np.int64)
    assert strengths({"p": none, "b": none, "p_twin": none, "b_twin": none}, none.astype(float)).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(-20, 40)), min_size=1, max_size=10,
                unique_by=lambda edge: edge[:2]))  # fmt: skip
def test_no_strength_is_above_the_weight(given_: list[tuple[int, int, float]]) -> None:
    weights = np.array([w for _, _, w in given_])
    found = strengths(edges(*((p, b) for p, b, _ in given_)), weights)
    assert (found <= weights + 1e-9).all()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(-20, 40)), min_size=1, max_size=10,
                unique_by=lambda edge: edge[:2]), st.randoms(use_true_random=False))  # fmt: skip
def test_the_order_of_pairs_plays_no_part(given_: list[tuple[int, int, float]], random: Any) -> None:
    shuffled = random.sample(given_, len(given_))

    def found(rows: list[tuple[int, int, float]]) -> dict[tuple[int, int], float]:
        values = strengths(edges(*((p, b) for p, b, _ in rows)), np.array([w for _, _, w in rows]))
        return {(p, b): pytest.approx(value) for (p, b, _), value in zip(rows, values.tolist(), strict=True)}

    assert found(given_) == {key: it.expected for key, it in found(shuffled).items()}
