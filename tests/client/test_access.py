"""Signing in, and where tokens are kept."""

from __future__ import annotations

import stat
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from tests.client.conftest import Time, make_client, quick
from tests.client.replay import Replay, Said, failure, flat, refusal, well

from gst_ims.client import Client, FileStore, KeyringStore, Session, errors
from gst_ims.client.tokens import default_store

WHO = ("27AAXCT0001K1Z6", "acme.com")
FINE = well({"all_oth": {"ttl_cnt": 0}})
COUNT = "invoices/count"


def granted(token: str, hours: float = 6) -> Said:
    """A taxpayer's token that ends so many hours after the portal's own time."""
    return flat(access_token=token, session_expiry=0, token_expiry=1763446641000 + int(hours * 3_600_000))


@pytest.fixture(autouse=True)
def counts(replay: Replay) -> None:
    replay.on("GET", COUNT, FINE)


def test_two_tokens_are_got_and_used_for_what_each_is_for(replay: Replay, reading: Session) -> None:
    reading.counts()
    first, otp, verify, count = replay.asked
    assert (first.headers["x-api-secret"], first.headers.get("authorization")) == ("secret_test_local", None)
    assert otp.headers["authorization"] == verify.headers["authorization"] == "account-token"
    assert otp.json == verify.json == {"username": "acme.com", "gstin": "27AAXCT0001K1Z6"}
    assert verify.query == {"otp": "575757"}
    assert count.headers["authorization"] == "taxpayer-token"
    assert all("x-api-secret" not in asked.headers for asked in replay.asked[1:])


def test_an_account_token_beside_the_envelope_is_understood(replay: Replay, reader: Client) -> None:
    """As the oldest documents have it."""
    replay.on("POST", "/authenticate", Said({"access_token": "old-token"}))
    reader.taxpayer(*WHO).request_otp()
    assert replay.calls("otp")[0].headers["authorization"] == "old-token"


def test_an_answer_without_a_token_is_said_and_not_shown(replay: Replay, reader: Client) -> None:
    replay.on("POST", "otp/verify", flat(token="almost"))
    with pytest.raises(errors.UnexpectedAnswer, match="no token") as raised:
        reader.taxpayer(*WHO).verify("575757")
    assert "almost" not in str(raised.value)


def test_the_account_token_lasts_a_day(replay: Replay, reader: Client, moment: Time) -> None:
    session = reader.taxpayer(*WHO)
    for hours, times in ((0, 1), (23, 1), (2, 2)):
        moment.at += timedelta(hours=hours)
        session.request_otp()
        assert len([a for a in replay.asked if a.path == "/authenticate"]) == times


def test_an_account_token_that_the_portal_does_not_know_is_got_anew(replay: Replay, reader: Client) -> None:
    replay.on("POST", "otp", failure(403), flat())
    reader.taxpayer(*WHO).request_otp()
    assert len([a for a in replay.asked if a.path == "/authenticate"]) == 2


def test_without_a_token_one_has_to_sign_in(reader: Client) -> None:
    session = reader.taxpayer(*WHO)
    assert not session.signed_in
    with pytest.raises(errors.SignInNeeded, match="27AAXCT0001K1Z6"):
        session.counts()
    with pytest.raises(errors.SignInNeeded):
        session.refresh()


def test_a_token_is_renewed_before_it_ends(replay: Replay, reading: Session, moment: Time) -> None:
    """The portal says its end by its own clock, which may be years from ours."""
    replay.on("POST", "session/refresh", granted("second-token"))
    moment.at += timedelta(hours=5, minutes=49)
    reading.counts()
    moment.at += timedelta(minutes=2)
    reading.counts()
    assert [call.headers["authorization"] for call in replay.calls(COUNT)] == ["taxpayer-token", "second-token"]
    assert replay.calls("session/refresh")[0].headers["authorization"] == "taxpayer-token"
    moment.at += timedelta(hours=6)
    with pytest.raises(errors.SignInNeeded):
        reading.counts()


@pytest.mark.parametrize(
    "expiry", [{}, {"token_expiry": None}, {"token_expiry": "1763446641"}, {"token_expiry": 9763446641000}]
)
def test_an_end_that_cannot_be_is_six_hours_away(
    expiry: dict[str, Any], replay: Replay, reader: Client, moment: Time
) -> None:
    replay.on("POST", "otp/verify", flat(access_token="t", **expiry))
    session = reader.taxpayer(*WHO)
    session.verify("575757")
    moment.at += timedelta(hours=5, minutes=59)
    assert session.signed_in
    moment.at += timedelta(minutes=2)
    assert not session.signed_in


def test_threads_renew_it_once(replay: Replay, state: Path, reading: Session, moment: Time) -> None:
    replay.on("POST", "session/refresh", granted("second-token"))
    moment.at += timedelta(hours=5, minutes=55)
    with make_client(replay.address, state, quick, clock=moment) as client:
        threads = [threading.Thread(target=client.taxpayer(*WHO).counts) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(replay.calls("session/refresh")) == 1
    assert {call.headers["authorization"] for call in replay.calls(COUNT)} == {"second-token"}


def test_programs_share_a_token(replay: Replay, reading: Session, state: Path, moment: Time) -> None:
    with make_client(replay.address, state, clock=moment) as other:
        session = other.taxpayer(*WHO)
        assert session.signed_in
        session.counts()
        assert not other.taxpayer("27AAXCT0001K1Z6", "somebody.else").signed_in
    with make_client(f"{replay.address}/elsewhere", state, clock=moment) as elsewhere:
        assert not elsewhere.taxpayer(*WHO).signed_in


def test_a_token_that_another_program_renewed_is_used(replay: Replay, reading: Session, reader: Client) -> None:
    """The old one is refused; the store has a newer one by then."""
    taxpayer = reading._access  # pyright: ignore[reportPrivateUsage]
    old = taxpayer._current  # pyright: ignore[reportPrivateUsage]
    replay.on("POST", "session/refresh", granted("second-token"))
    kept = old()
    reader.taxpayer(*WHO).refresh()
    taxpayer._current = lambda: kept  # pyright: ignore[reportAttributeAccessIssue]
    replay.on("GET", COUNT, failure(403), FINE)
    reading.counts()
    assert [call.headers["authorization"] for call in replay.calls(COUNT)] == ["taxpayer-token", "second-token"]


def test_a_refused_token_is_said(replay: Replay, reading: Session) -> None:
    replay.on("GET", COUNT, refusal("AUTH4033", "Invalid Session"))
    with pytest.raises(errors.InvalidSession):
        reading.counts()
    assert len(replay.calls(COUNT)) == 1


@pytest.mark.parametrize("answer", [flat(), failure(403), refusal("AUTH4033")])
def test_who_logs_out_is_out(answer: Said, replay: Replay, reading: Session) -> None:
    replay.on("POST", "logout", answer)
    reading.logout()
    assert not reading.signed_in
    reading.logout()
    assert len(replay.calls("logout")) == 1


def test_a_wrong_password_is_said(replay: Replay, reader: Client) -> None:
    replay.on("POST", "otp/verify", refusal("AUTH4034", "Invalid OTP"))
    with pytest.raises(errors.WrongOtp, match="Invalid OTP"):
        reader.taxpayer(*WHO).verify("000000")


# Where they are kept.


def test_files_of_tokens_are_for_this_user_alone(reading: Session, state: Path) -> None:
    files = [path for path in (state / "tokens").iterdir() if path.is_file()]
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((state / "tokens").stat().st_mode) == 0o700


@pytest.mark.parametrize("content", ["", "{", "[]", '{"access_token": 3}'])
def test_a_broken_file_is_no_token(content: str, reading: Session, state: Path) -> None:
    for path in (state / "tokens").iterdir():
        path.write_text(content)
    assert not reading.signed_in


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 5  # pyright: ignore[reportAssignmentType]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.mark.parametrize("kind", ["files", "keyring"])
def test_every_store_keeps_and_forgets(kind: str, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "t") if kind == "files" else KeyringStore(Ring())
    assert store.load("a") is None
    store.save("a", "one")
    store.save("a", "two")
    store.save("b", "three")
    assert (store.load("a"), store.load("b")) == ("two", "three")
    store.delete("a")
    store.delete("a")
    assert (store.load("a"), store.load("b")) == (None, "three")


BACKENDS: dict[str, tuple[Any, type]] = {
    "a real one": (Ring(), KeyringStore),
    "none": (NoKeyring(), FileStore),
    "one in the clear": (SimpleNamespace(priority=0.5), FileStore),
}


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_keyring_is_used_where_it_is_a_real_one(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, kind = BACKENDS[backend]
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    assert type(default_store(tmp_path)) is kind


def test_without_the_extra_there_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    assert type(default_store(tmp_path)) is FileStore


def test_a_client_signs_in_by_the_keyring(replay: Replay, state: Path, moment: Time) -> None:
    ring = Ring()
    with make_client(replay.address, state, clock=moment, token_store=KeyringStore(ring)) as client:
        session = client.taxpayer(*WHO)
        session.request_otp()
        session.verify("575757")
        assert session.signed_in
    assert len(ring.kept) == 2
    assert not list(state.rglob("*.token"))
