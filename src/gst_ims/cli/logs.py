"""Logs: to stderr, for people where that is a terminal, else a JSON object a line."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.typing import ExcInfo

# In this order: the call or job that it is about, when, how bad, what went wrong.
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_log_level,
]


def trace(exc_info: ExcInfo) -> str:
    """Where an error came from, the cause first: lines of code and kinds of errors, without what the errors say."""
    error, parts = exc_info[1], list[str]()
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        parts.insert(0, "".join(traceback.format_tb(error.__traceback__)) + kind)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(parts)


@contextmanager
def errors_only() -> Generator[None]:
    """Meanwhile our own log has warnings and errors only: what the program asks itself is no news."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(wrapper_class=before)


def configure_logging() -> None:
    """Ours and, from warnings on, those of libraries. Of an error they have the place and the kind, not the words.

    What the words quote (values, addresses, whole rows) belongs to taxpayers.
    """
    # Says which taxpayer's job failed, with arguments and the error's words; we say it ourselves (see jobs).
    logging.getLogger("procrastinate.worker").setLevel(logging.CRITICAL)
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    last: list[Any] = [structlog.processors.ExceptionRenderer(trace), renderer]
    structlog.configure(
        processors=[*SHARED, *last],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
