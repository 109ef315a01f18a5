"""Files that commands write."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gst_ims.cli.exits import Usage


def check_new(file: Path, kinds: Sequence[str]) -> None:
    """Raises Usage unless a new file of one of these kinds can be made, before anything else is done."""
    if file.suffix.lower() not in kinds:
        raise Usage(f"{file} is none of {', '.join(kinds)}: its name has to say what it is to be.")
    if file.exists():
        raise Usage(f"{file} is there already: choose another name, or move it away.")
    if not os.access(file.parent, os.W_OK):
        raise Usage(f"{file} can't be written: there is no directory {file.parent}, or it isn't yours.")
