"""Answers that a browser keeps as a file."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import IO

from litestar.response import Stream

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
}
#: Bytes that are sent together.
_CHUNK = 1 << 16


def attachment(content: Iterable[bytes], name: str) -> Stream:
    """A file of this name, which ends as its kind does. Nobody keeps a copy on the way."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Stream(iter(content), media_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)


def chunks(file: IO[bytes]) -> Generator[bytes]:
    """A file from its beginning, piece by piece; then it is closed."""
    with file:
        file.seek(0)
        while part := file.read(_CHUNK):
            yield part
