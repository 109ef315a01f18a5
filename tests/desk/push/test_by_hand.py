"""A push whose files a person carries: it stays open until the portal's answer is beside them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.api import Taxpayer, echo
from tests.client.conftest import Served
from tests.connect.conftest import Carried
from tests.desk.decisions import agreed, decided, records, rows

from gst_ims.connect.offline import Offline
from gst_ims.connect.portal import Portal
from gst_ims.core.clock import FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.service import push, pushes, resume

DOWNLOAD = "invoices/offline"


@pytest.fixture
def carried(served: Served) -> Carried:
    """The portal, at which a person downloads and uploads."""
    return Carried(served.api, served.address)


@pytest.fixture
def folder(carried: Carried, recipient: Taxpayer, tmp_path: Path) -> Path:
    """A folder with a download."""
    carried.fetch(recipient, DOWNLOAD, tmp_path / "ims")
    return tmp_path / "ims"


@pytest.fixture
def desk(desk: Desk, folder: Path, clock: FixedClock) -> Desk:
    """A desk that has files only."""

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
        yield Offline(gstin, folder, clock=clock)

    return replace(desk, ways=ways)


def uploads(folder: Path) -> list[Path]:
    """The folders that were written, the oldest first."""
    return sorted(path for path in folder.iterdir() if path.is_dir())


def test_files_are_written_carried_and_their_answer_is_heard(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer, carried: Carried, folder: Path
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.REJECT), (known["CN-1"], Action.ACCEPT))
    (still,) = push(desk, asha, mine)
    assert (still.ended_at, still.applied) == (None, 0)
    assert still.words.startswith("Upload ims-save-")
    (batch,) = uploads(folder)
    (file,) = batch.glob("ims-save-*-1-of-1.json")
    # Whoever pushes again meanwhile writes nothing again.
    (again,) = push(desk, asha, mine)
    assert (again.id, again.ended_at, uploads(folder)) == (1, None, [batch])
    assert carried.carry(recipient, [file], batch) == ["S"]
    carried.fetch(recipient, DOWNLOAD, batch)
    (done,) = push(desk, asha, mine)
    assert (done.id, done.applied, done.words) == (1, 2, "")
    assert done.ended_at is not None
    after = records(desk, mine)
    assert (after["INV-1"].action, after["CN-1"].action) == ("R", "A")


def test_a_file_of_errors_alone_tells_enough_and_nothing_is_written_twice(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer, carried: Carried, folder: Path
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.REJECT), (known["INV-2"], Action.REJECT))
    row = next(it for it in recipient.records("B2B") if it["inum"] == "INV-1")
    recipient.act("b2b", echo(row, "P"))
    push(desk, asha, mine)
    (batch,) = uploads(folder)
    assert carried.carry(recipient, list(batch.glob("ims-save-*-1-of-1.json")), batch) == ["PE"]
    (done,) = resume(desk, mine)
    assert (done.applied, done.void) == (1, 1)
    assert done.ended_at is not None
    assert uploads(folder) == [batch]
    assert [(row.number, row.code) for row in rows(desk, mine, "void")] == [("INV-1", "IMSSAV0010")]
    assert push(desk, asha, mine) == []


def test_a_save_and_a_reset_are_files_of_their_own(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, carried: Carried, folder: Path
) -> None:
    row = next(it for it in recipient.records("B2B") if it["inum"] == "INV-1")
    recipient.act("b2b", echo(row, "A"))
    carried.fetch(recipient, DOWNLOAD, folder)
    known = records(desk, mine)
    decided(desk, asha, mine, known["INV-1"], Action.NONE)
    decided(desk, asha, mine, known["CN-1"], Action.ACCEPT)
    for kind in ("save", "reset"):  # one after the other: the portal takes one at a time
        (still,) = push(desk, asha, mine)
        assert still.ended_at is None
        batch = uploads(folder)[-1] if kind == "save" else next(it for it in uploads(folder) if kind in it.name)
        assert carried.carry(recipient, list(batch.glob(f"ims-{kind}-*-1-of-1.json")), batch) == ["S"]
        carried.fetch(recipient, DOWNLOAD, batch)
    (done,) = push(desk, asha, mine)
    assert (done.applied, done.rows) == (2, 2)
    actions = {it["inum"]: it["action"] for it in recipient.records("B2B")}
    assert actions["INV-1"] == "N"
    assert [it.ended_at is None for it in pushes(desk, asha, mine)] == [False]
