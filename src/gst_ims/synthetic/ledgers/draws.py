"""Random numbers by the million, the same on every machine and in every release of NumPy: splitmix64 of a counter."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def bits(seed: int, purpose: str, count: int) -> NDArray[np.uint64]:
    """`count` numbers of 64 random bits; other purposes of a seed give other numbers."""
    start = np.uint64((seed << 32 | crc32(purpose.encode())) & 0xFFFF_FFFF_FFFF_FFFF)
    with np.errstate(over="ignore"):
        x = mixed(np.full(1, start, dtype=np.uint64)) + np.arange(count, dtype=np.uint64) * np.uint64(
            0x9E3779B97F4A7C15
        )
    return mixed(x)


def mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finishing of splitmix64: each bit depends on every bit of `x`."""
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def below(limit: int, seed: int, purpose: str, count: int) -> Numbers:
    """`count` whole numbers from 0 to `limit` - 1."""
    return (bits(seed, purpose, count) % np.uint64(limit)).astype(np.int64)


def fractions(seed: int, purpose: str, count: int) -> NDArray[np.float64]:
    """`count` numbers of [0, 1), for choices; amounts are made of whole numbers."""
    return (bits(seed, purpose, count) >> np.uint64(11)).astype(np.float64) / float(1 << 53)
