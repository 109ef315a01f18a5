"""JSON put together from JSON, in pieces: an answer of any size passes through without being held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

CHUNK = 65536


def array(texts: Iterable[str]) -> Iterator[str]:
    """The array of these JSON texts."""
    separator = "["
    for text in texts:
        yield separator + text
        separator = ","
    yield "[]" if separator == "[" else "]"


def member_object(members: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    """The object of these names and JSON texts in pieces."""
    separator = "{"
    for name, pieces in members:
        yield f'{separator}"{name}":'
        yield from pieces
        separator = ","
    yield "{}" if separator == "{" else "}"


def chunks(texts: Iterable[str], size: int = CHUNK) -> Iterator[bytes]:
    """The texts one after another, in chunks of at least `size` characters: a network likes few large ones."""
    piece: list[str] = []
    length = 0
    for text in texts:
        piece.append(text)
        length += len(text)
        if length >= size:
            yield "".join(piece).encode()
            piece, length = [], 0
    yield "".join(piece).encode()


def write(file: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Write them one by one: writelines() of a spooled file goes to disk when all of it is in memory."""
    for piece in pieces:
        file.write(piece)
