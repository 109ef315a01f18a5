"""Reading what clients send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from gst_ims.core.errors import BadRequest, Invalid, Unprocessable

T = TypeVar("T")

# Real rows make a body that is about as large as it may be. What is many more is made to do harm.
MAX_ROWS = 50_000


def decode(body: bytes, kind: type[T]) -> T:
    """Read JSON. Raises BadRequest if it isn't JSON or lacks a member, Unprocessable if a value is of a wrong kind."""
    if b"\\u0000" in body:
        # PostgreSQL has no such character in its texts.
        raise Unprocessable("The body has the character U+0000 in a text: leave it out.")
    try:
        # The whole of it: msgspec leaves alone what isn't read now, and that is read by a worker.
        body.decode()
        return msgspec.json.decode(body, type=kind)
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body isn't UTF-8: {error}") from error
    except msgspec.ValidationError as error:
        text = str(error)
        if "missing required field" in text or "unknown field" in text:
            raise BadRequest(text) from error
        raise Unprocessable(text) from error
    except msgspec.DecodeError as error:
        raise BadRequest(f"The body isn't JSON: {error}") from error
    except RecursionError as error:
        raise BadRequest("The body is nested too deeply.") from error


def at_most(rows: Iterable[T]) -> Iterator[T]:
    """The rows, as long as they aren't too many. Raises Invalid."""
    for count, row in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise Invalid(f"The request has more than {MAX_ROWS} rows: send it in parts.")
        yield row


def unprocessable(read: Any, *arguments: Any, **options: Any) -> Any:
    """`read(...)`, a value of the request; Invalid becomes Unprocessable, so that the client learns what is wrong."""
    try:
        return read(*arguments, **options)
    except Invalid as error:
        raise Unprocessable(str(error)) from error
