"""Files that come from elsewhere: read whole, but never more of them than there may be."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gst_ims.connect.errors import Unreadable

#: What a file may have, compressed or not, in bytes. The largest real ones have some ten million.
LARGEST = 500_000_000
MEMBERS = 1_000
#: How far a workbook that people made shrinks when it is packed: some thirty times.
DENSEST = 100
#: What a sheet may span, in cells, whether there is something in them or not: a million rows of fifty columns.
CELLS = 1_048_576 * 50
_CHUNK = 1 << 20
# The place of a cell or of a row, as in r="AB12". None is longer than the overlap of two pieces.
_PLACE, _OVERLAP = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{2,3}|[A-Za-z]?(?=[0-9]{4}))([0-9]{1,7})["']"""), 64


def load(path: Path) -> bytes:
    """The file, or the only workbook or JSON file in it where it is a zip (R8.4). Raises Unreadable."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"{path.name} has more than {LARGEST:,} bytes: it isn't a file of IMS.")
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror}.") from error
    if not is_zip(content):
        return content
    with _opened(path.name, io.BytesIO(content)) as archive:
        _measure(path.name, archive, LARGEST)
        if "[Content_Types].xml" in archive.namelist():
            return content  # a workbook is a zip itself
        names = [name for name in archive.namelist() if name.lower().endswith((".xlsx", ".xls", ".json"))]
        if len(names) != 1:
            raise Unreadable(f"{path.name} has {len(names)} workbooks and JSON files in it: it must have one.")
        inside = archive.read(names[0])
    if is_zip(inside):
        with _opened(f"{path.name}/{names[0]}", io.BytesIO(inside)) as archive:
            _measure(f"{path.name}/{names[0]}", archive, LARGEST)
    return inside


def is_zip(content: bytes) -> bool:
    """Whether it begins as zips do, workbooks among them."""
    return content.startswith(b"PK")


def check(path: Path) -> None:
    """Check that a workbook, which may be larger than a file of IMS, unpacks to what can be read. Raises Unreadable."""
    with _opened(path.name, path) as archive:
        _measure(path.name, archive, max(LARGEST, path.stat().st_size * DENSEST))


def _measure(name: str, archive: zipfile.ZipFile, largest: int) -> None:
    """Unpack everything without keeping it. Raises Unreadable where it is too much.

    What the archive itself says about sizes isn't believed: whoever packs a bomb can write down what he likes.
    """
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise Unreadable(f"{name} has more than {MEMBERS} files in it: it isn't a file of IMS.")
    left = largest
    for member in members:
        told = member.file_size, member.CRC
        member.file_size, member.CRC = largest + 1, None  # type: ignore[assignment]  # read on to the real end
        span = _Span()
        with archive.open(member) as file:
            while piece := file.read(min(_CHUNK, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise Unreadable(f"{name} unpacks to more than {largest:,} bytes: nobody made it by hand.")
                if span.grown(piece) > CELLS:
                    raise Unreadable(
                        f"{name} has a cell far from the others, in column {span.column} or row {span.row}: delete "
                        "what is beyond the records, or download it again."
                    )
        member.file_size, member.CRC = told


class _Span:
    """How far the cells of a sheet reach. Who reads it makes room for all that is between them, and may die of it."""

    def __init__(self) -> None:
        self.column = self.row = 26  # narrower and shorter ones aren't looked at
        self._before = b""

    def grown(self, piece: bytes) -> int:
        """How many cells it spans with one more piece of its text."""
        for letters, digits in set(_PLACE.findall(self._before + piece)):
            self.row = max(self.row, int(digits))
            self.column = max(self.column, _column(letters))
        self._before = piece[-_OVERLAP:]
        return self.column * self.row


def _column(letters: bytes) -> int:
    """The number of a column, from 1: AA is the 27th."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


@contextmanager
def _opened(name: str, content: io.BytesIO | Path) -> Generator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(content) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable(f"{name} is cut off or damaged ({error}): download it again.") from error
