"""How good a matching is, held against the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_ims.synthetic.ledgers.draws import Flags, Numbers
from gst_ims.synthetic.ledgers.ledgers import Ledgers, Table

ACCEPTED = ("matched", "within tolerance")
"""The buckets in which nobody looks twice."""


@dataclass(frozen=True, slots=True)
class Links:
    """What a matching found: ids of the portal, ids of the books, and the bucket of each link."""

    portal: Numbers
    books: Numbers
    bucket: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one class: pairs that there are, and those of them that were found."""

    pairs: int
    found: int

    @property
    def recall(self) -> float:
        return self.found / self.pairs if self.pairs else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """`precision`: of the links found, those that are right; `recall`: of the true pairs, those that were found.

    `accepted` links are in buckets where nobody looks twice, `wrong_accepts` of them are wrong. `classes`: by defect; a
    pair with two defects counts in both.
    """

    precision: float
    recall: float
    accepted: int
    wrong_accepts: int
    classes: dict[str, Figures]


def score(truth: Ledgers, links: Links) -> Score:
    """Hold `links` against the truth. A link to a copy of a document counts as one to the document, once."""
    found = _pairs(truth, links.portal, links.books)
    true = _pairs(truth, truth.links["portal"], truth.links["books"])
    right = np.isin(found, true)
    hit = np.isin(true, found)
    accepted = np.isin(links.bucket, ACCEPTED)
    return Score(
        precision=float(right.mean()) if len(right) else 1.0,
        recall=float(hit.mean()) if len(hit) else 1.0,
        accepted=int(accepted.sum()),
        wrong_accepts=int((accepted & ~right).sum()),
        classes=dict(_by_class(truth.links, hit)),
    )


def right(truth: Ledgers, links: Links) -> Flags:
    """Of each link, whether it is right."""
    true = _pairs(truth, truth.links["portal"], truth.links["books"])
    return np.isin(_pairs(truth, links.portal, links.books), true)


def _pairs(truth: Ledgers, portal: Numbers, books: Numbers) -> Numbers:
    """One number for each pair, the same for all copies of its documents."""
    return _roots(truth.copies, "portal", portal) << 32 | _roots(truth.copies, "books", books)


def _roots(copies: Table, side: str, ids: Numbers) -> Numbers:
    mine = copies["side"] == side
    last = max(int(column.max(initial=0)) for column in (ids, copies["id"], copies["of"]))
    root = np.arange(last + 1)
    root[copies["id"][mine]] = copies["of"][mine]
    return root[ids]


def _by_class(links: Table, hit: Flags) -> Iterable[tuple[str, Figures]]:
    words, which = np.unique(links["classes"].astype(str), return_inverse=True)
    for name in sorted({name for word in words for name in word.split(",")}):
        mine = np.isin(which, [i for i, word in enumerate(words) if name in word.split(",")])
        yield name, Figures(int(mine.sum()), int(hit[mine].sum()))
