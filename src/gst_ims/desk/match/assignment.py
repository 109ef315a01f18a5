"""The best assignment overall: of all ways to pair documents that compete, the one with the most evidence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Weights = NDArray[np.float64]

_BATCH = 256
"""Edges in one call of SciPy, about: its time for each row grows with the size of the matrix."""


def assign(left: Indices, right: Indices, weight: Weights) -> NDArray[np.bool_]:
    """Of edges with positive weights, those of a matching with the largest sum; no end is used twice.

    Ends that compete only with each other are solved apart, so time grows with the edges.
    """
    chosen = np.zeros(len(left), dtype=bool)
    if not len(left):
        return chosen
    _, le = np.unique(left, return_inverse=True)
    _, ri = np.unique(right, return_inverse=True)
    alone = (np.bincount(le)[le] == 1) & (np.bincount(ri)[ri] == 1)
    chosen[alone] = True
    rest = np.flatnonzero(~alone)
    for edges in _batches(rest, le[rest], ri[rest]):
        chosen[edges[_best(le[edges], ri[edges], weight[edges])]] = True
    return chosen


def _batches(edges: Indices, le: Indices, ri: Indices) -> list[Indices]:
    """Whole components, some hundred edges at a time."""
    if not len(edges):
        return []
    # More than half a second to import, and not needed where nothing competes.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = int(max(le.max(), ri.max())) + 1
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (le, size + ri)), shape=(2 * size, 2 * size))
    component = connected_components(graph, directed=False)[1][le]
    order = np.argsort(component, kind="stable")
    begins = np.flatnonzero(np.diff(component[order], prepend=-1))
    filled = begins // _BATCH
    cuts = begins[np.flatnonzero(np.diff(filled, prepend=filled[0]))]
    return np.split(edges[order], cuts)


def _best(left: Indices, right: Indices, weight: Weights) -> Indices:
    """The chosen edges of one batch. Each row can also take a column of its own that is worth nothing, so that every
    row is assigned; what all edges gain by 1 changes nothing, but no weight is zero, which SciPy would drop.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, le = np.unique(left, return_inverse=True)
    columns, ri = np.unique(right, return_inverse=True)
    own = np.arange(len(rows))
    matrix = csr_array(
        (
            np.concatenate([weight + 1, np.ones(len(rows))]),
            (np.concatenate([le, own]), np.concatenate([ri, len(columns) + own])),
        ),
        shape=(len(rows), len(columns) + len(rows)),
    )
    row, column = min_weight_full_bipartite_matching(matrix, maximize=True)
    taken = np.full(len(rows), -1)
    taken[row] = column
    return np.flatnonzero(taken[le] == ri)
