"""Logs as machines read them: each line is a JSON object, whoever wrote it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import structlog

from gst_ims.cli.logs import errors_only

PROGRAM = """
import logging, structlog
from gst_ims.cli.logs import configure_logging
configure_logging()
structlog.contextvars.bind_contextvars(transaction_id="abc")
log = structlog.get_logger()
log.info("call", status=200)
secret = "a value"
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
    logging.getLogger("procrastinate.worker").exception("theirs")
logging.getLogger("uvicorn.error").warning("slow %s", "client")
logging.getLogger("uvicorn.error").info("too much")
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_each_line_is_an_object(lines: list[dict[str, Any]]) -> None:
    assert [line["event"] for line in lines] == ["call", "failed", "slow client"]


def test_each_says_when_how_bad_and_about_which_call(lines: list[dict[str, Any]]) -> None:
    assert [line["level"] for line in lines] == ["info", "error", "warning"]
    assert {line["transaction_id"] for line in lines} == {"abc"}
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_an_error_has_its_trace_on_the_same_line_and_neither_words_nor_values(lines: list[dict[str, Any]]) -> None:
    """Words quote values; and what the queue's own library says of a failed job are its arguments, too."""
    assert lines[1]["exception"].endswith("builtins.ZeroDivisionError")
    assert "by zero" not in lines[1]["exception"]
    assert "a value" not in lines[1]["exception"]


def test_meanwhile_only_warnings_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.PrintLoggerFactory())
    log = structlog.get_logger()
    with errors_only():
        log.info("asked itself")
        log.warning("looked odd")
    log.info("asked by somebody")
    said = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert said == ["looked odd", "asked by somebody"]
