"""The desk's commands in this process, beside a portal over a real socket and on a database of their own."""

from __future__ import annotations

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import (  # noqa: F401 - fixtures
    Done,
    Ims,
    home,
    ims,
    me,
    recipient,
    running,
    served,
)


@pytest.fixture
def desk(ims: Ims, me: Taxpayer, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Taxpayer:  # noqa: F811
    """The default profile's desk: Bina administers it, Asha prepares, Chetan approves. Asha sits there."""
    monkeypatch.setenv("IMS_DATABASE_URL", database_url)
    monkeypatch.setenv("IMS_PERSON", "Bina")
    for command in (
        ("found", me.gstin, "--name", "Konkan Traders", "--profile", "me"),
        ("person", "Asha", "--email", "asha@example.in"),
        ("person", "Chetan"),
        ("grant", "Asha", "preparer"),
        ("grant", "Chetan", "approver"),
    ):
        done = ims("desk", *command)
        assert done.code == 0, done.err
    monkeypatch.setenv("IMS_PERSON", "Asha")
    return me
