"""The client without I/O: what it does is a generator that asks for steps, which `transport` takes, blocking or not.

So both clients share every decision, and a test can take the steps by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from gst_ims.client.errors import CallFailed, WaitTimeout

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request. `path` begins with / and is added to the base URL, or is a URL of its own."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)
    #: Whether it may be made again though it isn't known what became of it.
    repeatable: bool = False

    @property
    def name(self) -> str:
        """Method and path, for people; the query can hold a password, and a file's path its permission."""
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. Names of headers are in small letters."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Sleep:
    """Do nothing for a time."""

    seconds: float
    #: Whether it is the pause before a call that failed is made again: `until` cuts it short.
    again: bool = False


Step = Call | Sleep
#: Steps that end in a T. NoAnswer and Unreachable are thrown into it where a call has no answer.
Steps = Generator[Step, Answer | None, T]


def send(call: Call) -> Steps[Answer]:
    """Make a call. Raises NoAnswer, or Unreachable where nothing can have been done."""
    answer = yield call
    if answer is None:
        raise TypeError("A call has to be answered.")
    return answer


def until(deadline: float, ticks: Callable[[], float], steps: Steps[T]) -> Steps[T]:
    """The same steps, but no call that failed is made again after the deadline: then they end with WaitTimeout.

    `deadline` is in seconds of the clock `ticks`.
    """
    try:
        step = next(steps)
        while True:
            left = deadline - ticks()
            if isinstance(step, Sleep) and step.again and step.seconds > left:
                yield Sleep(max(left, 0.0))
                step = steps.throw(WaitTimeout("The portal is too busy, or asks to be called again later than that."))
                continue
            try:
                answer = yield step
            except CallFailed as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value
    finally:
        steps.close()
