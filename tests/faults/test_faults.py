"""A short version of `make faults`: real processes, killed while they work."""

from __future__ import annotations

from faults.__main__ import run


def test_nothing_that_was_acknowledged_is_lost_or_done_twice() -> None:
    ended = run(6, seed=7, months=1, bulk=50, hurried=True)
    assert ended.verdict.lost == []
    assert ended.verdict.doubled == []
    assert ended.kills.total() == 6
    assert ended.verdict.acknowledged > 20
