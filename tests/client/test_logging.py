"""What the client's own library of HTTP writes into a log: addresses, but never what their query permits."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.client.transport import _hidden  # pyright: ignore[reportPrivateUsage]

VALUES = st.from_regex(r"[A-Za-z0-9%._-]{1,20}", fullmatch=True)


@given(VALUES, st.lists(st.tuples(st.sampled_from(["reference_id", "section", "x"]), VALUES), max_size=3), st.data())
def test_a_password_is_hidden_wherever_it_stands_and_nothing_else_is(
    secret: str, others: list[tuple[str, str]], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["otp", "md5"]))
    parts = [f"{key}={value}" for key, value in others]
    place = data.draw(st.integers(0, len(parts)))
    url = "https://x/verify?" + "&".join([*parts[:place], f"{name}={secret}", *parts[place:]])
    assert _hidden(url) == "https://x/verify?" + "&".join([*parts[:place], f"{name}=…", *parts[place:]])


@pytest.mark.parametrize(
    "argument", ["https://x/invoices?section=CN", "https://x/otp", "https://x/otp/verify", 200, None, "not a URL", ""]
)
def test_what_has_no_password_is_written_as_it_is(argument: Any) -> None:
    assert _hidden(argument) is argument


def test_objects_that_print_a_password_are_hidden_too() -> None:
    class Url:
        def __str__(self) -> str:
            return "https://x/otp/verify?otp=575757"

    assert _hidden(Url()) == "https://x/otp/verify?otp=…"


@pytest.mark.parametrize("arguments", [("GET", "https://x?otp=575757"), {"url": "y"}, ()])
def test_a_line_of_the_log_passes_with_its_arguments_cleaned(arguments: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "httpx2")
    message = "%s %s" if len(arguments) == 2 else "%(url)s" if arguments else "nothing"
    logging.getLogger("httpx2").info(message, *([arguments] if isinstance(arguments, dict) else arguments))
    (line,) = caplog.messages
    assert "575757" not in line
    assert line in ("GET https://x?otp=…", "y", "nothing")
