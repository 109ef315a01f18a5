"""New files that are there whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gst_ims.connect.errors import AlreadyThere, Unwritable


@contextmanager
def new_file(path: Path) -> Generator[Path]:
    """A name to write under. What is written there becomes `path` at the end; after an error there is no file.

    Raises AlreadyThere where `path` is, or comes to be meanwhile: nothing is ever written over. Raises Unwritable where
    nothing can be written.
    """
    if path.exists():
        raise _already(path)
    part = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        part.touch()
    except OSError as error:
        raise Unwritable(f"{path} can't be written: {error.strerror}. Choose another place.") from error
    try:
        yield part
        with path.open("xb"):
            part.replace(path)
    except FileExistsError:
        raise _already(path) from None
    finally:
        part.unlink(missing_ok=True)


def _already(path: Path) -> AlreadyThere:
    return AlreadyThere(f"{path} is there already: choose another name, or move it away.")
