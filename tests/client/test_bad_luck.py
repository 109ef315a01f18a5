"""What a user can give wrong, and what can happen to his state: it is said what, where, and what to do."""

from __future__ import annotations

import errno
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from keyring.errors import KeyringLocked
from tests.client.conftest import Time, make_client
from tests.client.replay import Replay, failure, replaying, well
from tests.client.test_documents_of_saves import LIST, SAVE, STATUS, fates, invoices
from tests.client.test_documents_of_saves import state as told
from tests.client.test_interrupted import batch, record

from gst_ims.client import Client, KeyringStore, Record, Session, errors
from gst_ims.client.journal import Journal
from gst_ims.core.errors import Invalid

WHO = ("27AAXCT0001K1Z6", "acme.com")


# What he gives.


@pytest.mark.parametrize(
    "url",
    [
        *("127.0.0.1:8000", "nowhere", "ftp://x", "http://", "https://user:hush@x", "https://x?y=1", "https://x/#y"),
        *("https://x:99999", "https://[::1", "https://a b", "https://x\0", "https://x\n.y"),
    ],
)
def test_a_base_url_that_is_none_is_refused_at_once(url: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="base URL") as raised:
        Client(base_url=url, api_key="k", api_secret="s", state=tmp_path)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("url", ["https://x/", " https://x ", "https://x//\n"])
def test_what_may_stand_at_the_ends_of_a_base_url_is_taken_off(url: str, tmp_path: Path) -> None:
    with Client(base_url=url, api_key="k", api_secret="s", state=tmp_path) as client:
        assert client.base_url == "https://x"


def test_a_line_end_behind_key_and_secret_is_no_part_of_them(replay: Replay, tmp_path: Path) -> None:
    with Client(base_url=replay.address, api_key=" key\n", api_secret="secret\r\n", state=tmp_path) as client:
        client.taxpayer(*WHO).request_otp()
    headers = replay.asked[0].headers
    assert (headers["x-api-key"], headers["x-api-secret"]) == ("key", "secret")


@pytest.mark.parametrize("secret", ["two\nlines", "a b", "s\u00e9cret", "s\0"])
def test_a_secret_that_no_header_can_have_is_said_and_not_shown(secret: str, tmp_path: Path) -> None:
    with pytest.raises(errors.CredentialsMissing, match="copy both again") as raised:
        Client(api_key="k", api_secret=secret, state=tmp_path)
    assert secret not in str(raised.value)


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_that_lets_nothing_go_is_refused(rate: int, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="requests a minute"):
        Client(api_key="k", api_secret="s", rate=rate, state=tmp_path)


@pytest.mark.parametrize("remarks", ["half \ud83d", "nothing \0"])
def test_remarks_that_would_spoil_the_whole_request_are_not_sent(
    remarks: str, replay: Replay, reading: Session
) -> None:
    replay.on("GET", LIST, well({"b2b": invoices(2)}))
    replay.on("POST", SAVE, well({"reference_id": "r1"}))
    replay.on("GET", STATUS, well(told("S", 1)))
    one, two = reading.records("B2B")
    outcome = reading.save([one.reject(remarks), two.accept()]).wait()
    assert fates(outcome) == "na"
    assert "write them anew" in outcome.verdicts[0].words


def test_the_secrets_for_this_machine_go_to_no_proxy(
    replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with replaying() as snoop:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, snoop.address)
        with make_client(replay.address, tmp_path) as client:
            client.taxpayer(*WHO).request_otp()
        assert snoop.asked == []
    assert replay.asked


def test_a_status_travels_between_processes() -> None:
    error = errors.Forbidden("words", call="GET /x", code="403")
    error.status = 403
    assert pickle.loads(pickle.dumps(error)).status == 403


# What can happen to his state.


@pytest.fixture
def records(replay: Replay, reading: Session) -> list[Record]:
    """Three records, which the portal accepts."""
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, well({"reference_id": "r1"}))
    replay.on("GET", STATUS, well(told("S", 3)))
    return list(reading.records("B2B"))


def in_the_way(path: Path) -> None:
    """Put a directory where a file is to be: also root can't write over it."""
    path.unlink(missing_ok=True)
    (path / "x").mkdir(parents=True)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\0"])
def test_a_token_of_bytes_is_none(content: bytes, reading: Session, state: Path) -> None:
    for path in (state / "tokens").iterdir():
        path.write_bytes(content)
    assert not reading.signed_in


def test_a_token_that_cannot_be_read_is_said_with_its_place(reading: Session, state: Path) -> None:
    for path in (state / "tokens").iterdir():
        in_the_way(path)
    with pytest.raises(errors.StateUnusable, match=rf"{state}.*another directory"):
        reading.counts()


@pytest.mark.parametrize("place", ["requests", "locks"])
def test_a_save_that_cannot_be_written_down_is_not_sent(
    place: str, replay: Replay, reading: Session, records: list[Record], state: Path
) -> None:
    (state / place).write_text("")
    with pytest.raises(errors.StateUnusable, match=place):
        reading.save(record.accept() for record in records)
    assert replay.calls(SAVE) == []
    (state / place).unlink()
    assert reading.pending() == []


def full_after(writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full after so many files more."""
    left = [writes]
    replace = os.replace

    def refuse(*paths: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(*paths)

    monkeypatch.setattr(os, "replace", refuse)


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_disk_that_is_full_before_a_save_is_sent_leaves_nothing(
    writes: int, replay: Replay, reading: Session, records: list[Record], state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_after(writes, monkeypatch)
    with pytest.raises(errors.StateUnusable, match="No space left"):
        reading.save(record.accept() for record in records)
    assert replay.calls(SAVE) == []
    assert reading.pending() == []
    assert list((state / "requests").glob("*.rows*")) == list((state / "requests").glob("*.progress*")) == []


def test_a_disk_that_is_full_when_a_save_is_taken_does_not_deny_it(
    replay: Replay, reading: Session, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A save that raises was not sent; this one was, and its records say so."""
    with monkeypatch.context() as full:
        full_after(3, full)
        reference = reading.save(record.accept() for record in records)
    assert reference.reference_ids == ("r1",)
    replay.on("GET", LIST, well({"b2b": invoices(action="A")}))
    assert fates(reference.wait()) == "aaa"
    assert len(replay.calls(SAVE)) == 1


@pytest.mark.parametrize("file", ["rows", "progress"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"parts": [{"rows": [7]}], "fates": {}}'])
def test_a_damaged_save_is_said_with_its_place_and_harms_no_other(file: str, content: bytes, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    bad, good = batch(record("1").accept()), batch(record("2").accept())
    good.parts[0].reference_id = "r2"
    for one in (bad, good):
        journal.add(one)
    (tmp_path / "requests" / f"{bad.id}.{file}").write_bytes(content)
    assert journal.load("r2").id == journal.load(good.id).id == good.id
    for look in (lambda: journal.load(bad.id), lambda: list(journal.pending("http://x", bad.gstin))):
        with pytest.raises(errors.StateUnusable, match=rf"{bad.id}.*damaged.*move them away"):
            look()
    journal.add(batch(record("3").accept()))


def test_a_save_that_another_program_forgets_meanwhile_is_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    gone, here = batch(record("1").accept()), batch(record("2").accept())
    for one in (gone, here):
        journal.add(one)
    glob = Path.glob

    def slow(path: Path, pattern: str) -> list[Path]:
        found = list(glob(path, pattern))
        if pattern == "*.rows":
            journal.remove(gone)
        return found

    monkeypatch.setattr(Path, "glob", slow)
    assert [one.id for one in journal.pending("http://x", here.gstin)] == [here.id]


class Locked:
    """A keyring that nobody has unlocked. No KeyringBackend: those are found by their class."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.get_password(service, username)


def test_a_keyring_that_is_locked_is_said_with_what_to_do(replay: Replay, state: Path, moment: Time) -> None:
    with make_client(replay.address, state, clock=moment, token_store=KeyringStore(Locked())) as client:
        for call in (client.taxpayer(*WHO).request_otp, client.taxpayer(*WHO).logout):
            with pytest.raises(errors.StateUnusable, match="unlock it, or keep tokens in files"):
                call()


# A portal that is down.


def test_a_portal_that_is_down_is_not_besieged(
    replay: Replay, reading: Session, records: list[Record], moment: Time, state: Path
) -> None:
    """Each save gets a 500, and the records say that it wasn't taken: it goes on more and more slowly."""
    replay.on("POST", SAVE, failure(500))
    reference = reading.save(record.accept() for record in records)
    (file,) = (state / "requests").glob("*.progress")
    before = file.stat().st_size
    with pytest.raises(errors.WaitTimeout):
        reference.wait(timeout=900)
    assert len(replay.calls(SAVE)) < 60
    assert file.stat().st_size < before + 100


def test_what_a_portal_takes_when_it_is_up_again_is_applied(
    replay: Replay, reading: Session, records: list[Record]
) -> None:
    replay.on("POST", SAVE, *[failure(500)] * 4, well({"reference_id": "r1"}))
    outcome = reading.save(record.accept() for record in records).wait()
    assert (fates(outcome), outcome.reference_ids) == ("aaa", ("r1",))
    assert [row["inum"] for row in replay.calls(SAVE)[-1].json["invdata"]["b2b"]] == ["INV-0", "INV-1", "INV-2"]
