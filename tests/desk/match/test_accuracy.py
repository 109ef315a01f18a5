"""Figures on made-up books with known truth, with seeds that neither calibration nor development used."""

from __future__ import annotations

import numpy as np
import pytest

from gst_ims.desk.match import Result, match
from gst_ims.synthetic.ledgers import Ledgers, Links, Score, ledgers, score
from gst_ims.synthetic.ledgers.score import right

SEED = 77_001


def links_of(result: Result) -> tuple[Links, np.ndarray]:
    rows = result.relation.filter("side = 'portal'")
    found = rows.project("id::bigint as p, unnest(partners).id::bigint as b, bucket, score").fetchnumpy()
    return Links(found["p"], found["b"], np.asarray(found["bucket"], dtype=object)), found["score"]


@pytest.fixture(scope="module")
def truth() -> Ledgers:
    return ledgers(40_000, SEED)


@pytest.fixture(scope="module")
def found(truth: Ledgers) -> tuple[Links, np.ndarray]:
    return links_of(match(truth.portal, truth.books))


@pytest.fixture(scope="module")
def figures(truth: Ledgers, found: tuple[Links, np.ndarray]) -> Score:
    return score(truth, found[0])


def test_of_a_thousand_true_pairs_995_are_found(figures: Score) -> None:
    assert figures.recall >= 0.995
    assert figures.precision >= 0.999


def test_of_ten_thousand_accepted_pairs_one_is_wrong_at_most(figures: Score) -> None:
    assert figures.accepted > 30_000
    assert figures.wrong_accepts <= figures.accepted / 10_000


@pytest.mark.parametrize(
    ("defect", "least"),
    [("gstin_typo", 0.95), ("split", 0.9), ("merged", 0.9), ("regrouped", 0.9), ("number_typo", 0.95)],
)
def test_so_many_of_a_defect_are_found(figures: Score, defect: str, least: float) -> None:
    assert figures.classes[defect].pairs > 100
    assert figures.classes[defect].recall >= least


def test_scores_say_how_many_are_right(truth: Ledgers, found: tuple[Links, np.ndarray]) -> None:
    """Wherever scores are, the share of right pairs is as high, within what chance allows."""
    links, scores = found
    answers = right(truth, links)
    for low, high in ((50, 90), (90, 98), (98, 101)):
        mine = (scores >= low) & (scores < high)
        if mine.sum() >= 20:
            expected, spread = scores[mine].mean() / 100, 3 * (0.25 / mine.sum()) ** 0.5
            assert answers[mine].mean() >= expected - spread


def test_one_heavy_supplier_is_matched_as_well() -> None:
    heavy = ledgers(8_000, SEED + 1, heavy=8_000)
    links, _ = links_of(match(heavy.portal, heavy.books))
    figures = score(heavy, links)
    assert figures.recall >= 0.995
    assert figures.wrong_accepts <= 1
