"""The page of errors has every code of the product, with its text on the wire and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gst_ims.core import errors

PAGE = (Path(__file__).parents[2] / "docs/reference/errors.md").read_text()
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ImsError)]
CODED = [kind for kind in KINDS if issubclass(kind, (errors.BusinessError, errors.RowError)) and "code" in vars(kind)]
STATUSES = [kind for kind in KINDS if issubclass(kind, errors.HttpError) and "status" in vars(kind)]


def meaning(kind: type) -> str:
    """What an error says to people: the first line of its docstring."""
    return (kind.__doc__ or "").partition("\n")[0]


@pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.__name__)
def test_the_row_of_a_code_is_what_the_product_says(kind: type[errors.BusinessError | errors.RowError]) -> None:
    assert f"| `{kind.code}` | {kind.wire} | {meaning(kind)} |\n" in PAGE


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_the_row_of_an_http_status_is_what_the_product_says(kind: type[errors.HttpError]) -> None:
    assert f"| {kind.status} | {meaning(kind)} |\n" in PAGE


def test_no_row_is_of_a_code_that_does_not_exist() -> None:
    documented = re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)
    # Of a whole request; it has no class, because nothing but the processing of a save can end so.
    assert sorted(documented) == sorted([*(kind.code for kind in CODED), "IMSSAV005"])
