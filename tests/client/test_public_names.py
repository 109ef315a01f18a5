"""What a program finds here is documented, all of it, and found without starting what it doesn't need."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gst_ims
from gst_ims import client
from gst_ims.client import errors

PUBLIC = [getattr(client, name) for name in client.__all__]
KINDS = [*(thing for thing in PUBLIC if inspect.isclass(thing))]
KINDS += [thing for thing in vars(errors).values() if inspect.isclass(thing) and thing.__module__ == errors.__name__]


def members(kind: type) -> dict[str, Any]:
    """What it has of its own; a field of a value is documented by its name and its comment."""
    own = {name: member for name, member in vars(kind).items() if not name.startswith("_")}
    values = {field.name for field in fields(kind)} if is_dataclass(kind) else set(getattr(kind, "_fields", ()))
    return {
        name: member
        for name, member in own.items()
        if name not in values and (callable(member) or isinstance(member, property | classmethod | staticmethod))
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_public_name_is_documented(kind: type) -> None:
    assert inspect.getdoc(kind)
    assert kind.__doc__
    assert not (kind.__doc__ or "").startswith(f"{kind.__name__}("), "a dataclass without a docstring shows its fields"
    if issubclass(kind, Enum):
        return
    without = [name for name, member in members(kind).items() if not (inspect.getdoc(member) or "").strip()]
    assert without == []
    if "__init__" in vars(kind) and not is_dataclass(kind) and not issubclass(kind, tuple) and kind not in PROTOCOLS:
        assert inspect.getdoc(vars(kind)["__init__"]), "how it is made"


PROTOCOLS = {client.TokenStore}


def test_everything_is_named() -> None:
    assert sorted(client.__all__, key=str) == sorted(client.__all__)
    assert not [thing for thing in PUBLIC if isinstance(thing, ModuleType) and thing is not errors]


def test_the_package_offers_both_clients() -> None:
    assert (gst_ims.Client, gst_ims.AsyncClient) == (client.Client, client.AsyncClient)
    with pytest.raises(AttributeError, match="has no attribute 'Server'"):
        gst_ims.Server  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


def loaded(program: str) -> set[str]:
    """The modules that a program of one line brings with it."""
    script = f"{program}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path.cwd())
    return set(done.stdout.split())


def test_the_client_is_imported_when_it_is_asked_for() -> None:
    """`ims --version` has no time for it."""
    assert not {"gst_ims.client", "httpx2"} & loaded("import gst_ims")
    assert {"gst_ims.client", "httpx2"} <= loaded("from gst_ims import Client")


def test_the_client_brings_no_server_with_it() -> None:
    brought = loaded("from gst_ims import Client, AsyncClient")
    assert not {"litestar", "psycopg", "procrastinate", "gst_ims.portal", "gst_ims.database"} & brought
