"""One at a time, across threads, tasks and processes."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from filelock import FileLock, Timeout

from gst_ims.client.errors import WaitTimeout
from gst_ims.client.steps import Answer, Sleep, Step
from gst_ims.client.tokens import usable

_LOOK_AGAIN = 0.05


def hold(path: Path, seconds: float) -> Generator[Step, Answer | None, FileLock]:
    """Get the lock of a file, without blocking anybody else. The caller releases it.

    Raises WaitTimeout where somebody else holds it for so many seconds, or StateUnusable.
    """
    with usable(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False, mode=0o600)
    waited = 0.0
    while True:
        try:
            with usable(path):
                lock.acquire(blocking=False)
        except Timeout:
            if waited >= seconds:
                raise WaitTimeout(f"Another program works for this taxpayer since {seconds:.0f} seconds.") from None
            yield Sleep(_LOOK_AGAIN)
            waited += _LOOK_AGAIN
        else:
            return lock
