"""A program that dies at its nth step: at any call of the portal, before and after it, and around any transaction."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from gst_ims.connect.portal import Portal
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.desk.desk import Desk


class Died(BaseException):
    """The program is no more: nothing that catches errors catches this."""


@dataclass
class Fuse:
    """Lets so many steps pass; `passed` are their names."""

    length: int
    passed: list[str] = field(default_factory=list[str])
    where: str = ""

    def step(self, where: str) -> None:
        """One more."""
        if len(self.passed) == self.length:
            self.where = where
            raise Died(where)
        self.passed.append(where)


@dataclass(frozen=True)
class MortalDesk(Desk):
    """A desk that dies at the end of one of its transactions, or after it."""

    fuse: Fuse

    @contextmanager
    def of(self, gstins: Iterable[Gstin], work: str = "") -> Generator[Connection]:
        with super().of(gstins, work) as db:
            yield db
            self.fuse.step("before a transaction is committed")
        self.fuse.step("after a transaction is committed")


class Mortal:
    """Whatever leads to the portal: it dies before or after one of its calls."""

    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._real, name)
        if not callable(value):
            return value

        def call(*given: Any, **more: Any) -> Any:
            self._fuse.step(f"before {name}")
            answer = value(*given, **more)
            self._fuse.step(f"after {name}")
            if name in ("save", "reset", "reference", "regenerate"):
                return Mortal(answer, self._fuse)
            return [Mortal(it, self._fuse) for it in answer] if name == "pending" else answer

        return call


def mortal(desk: Desk, fuse: Fuse) -> Desk:
    """A desk that dies when the fuse is burnt."""

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
        with desk.ways(profile, gstin) as portal:
            yield Mortal(portal, fuse)  # type: ignore[misc]

    return MortalDesk(**vars(replace(desk, ways=ways)), fuse=fuse)
