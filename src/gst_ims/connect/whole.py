"""New files that are there whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.connect.errors import AlreadyThere, Unwritable


@contextmanager
def new_file(path: Path) -> Generator[Path]:
    """A name to write under. What is written there becomes `path` at the end; after an error there is no file.

    Raises AlreadyThere where `path` is, or comes to be meanwhile: nothing is ever written over. Raises Unwritable where
    nothing can be written, as on a full disk.
    """
    if path.exists():
        raise _already(path)
    part = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        part.touch()
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield part
        with path.open("xb"):
            part.replace(path)
    except FileExistsError:
        raise _already(path) from None
    except (OSError, FileCreateError) as error:
        # Whatever wasn't closed is written out to its end when it is collected: let there be room for that.
        with suppress(OSError):
            os.truncate(part, 0)
        # What XlsxWriter raises has the OSError in it.
        raise _unwritable(path, next((it for it in error.args if isinstance(it, OSError)), error)) from error
    finally:
        part.unlink(missing_ok=True)


def _unwritable(path: Path, error: Exception) -> Unwritable:
    why = (isinstance(error, OSError) and error.strerror) or error
    return Unwritable(f"{path} can't be written: {why}. Choose another place.")


def _already(path: Path) -> AlreadyThere:
    return AlreadyThere(f"{path} is there already: choose another name, or move it away.")
