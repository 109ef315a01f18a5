"""The line: when a call is made again, how fast, and what its failure becomes."""

from __future__ import annotations

import copy
import logging
import pickle
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client.conftest import KEYS, Time, make_client
from tests.client.replay import BASE, Replay, Said, failure, refusal, well
from tests.client.test_record import INVOICE

from gst_ims.client import Client, FileStore, Session, errors
from gst_ims.client.protocol import ATTEMPTS, PRODUCTION, TEST, Throttle

COUNT = "invoices/count"
FINE = well({"all_oth": {"ttl_cnt": 0}})

HTTP = {
    400: errors.InvalidRequest,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    413: errors.TooLarge,
    418: errors.HttpFailed,
    422: errors.InvalidRequest,
    429: errors.TooManyRequests,
    500: errors.PortalDown,
    503: errors.PortalDown,
    504: errors.PortalDown,
}


@pytest.mark.parametrize("status", HTTP)
def test_every_http_status_has_its_error(status: int, replay: Replay, reading: Session) -> None:
    replay.on("GET", COUNT, failure(status, "Because."))
    with pytest.raises(errors.HttpFailed) as raised:
        reading.counts()
    error = raised.value
    assert type(error) is HTTP[status]
    assert (error.status, error.code, error.transaction_id) == (status, str(status), "t-failed")
    assert (error.words, error.call) == ("Because.", f"GET {BASE}/invoices/count")
    again = status in (429, 500, 503, 504)
    assert error.repeatable == again
    assert len(replay.calls(COUNT)) == (ATTEMPTS if again else 1)


@pytest.mark.parametrize("code", errors.CODES)
def test_every_code_has_its_error(code: str, replay: Replay, reading: Session) -> None:
    replay.on("POST", "gstrs/gstr-2b/2025/11/regenerate", refusal(code, "Because."))
    with pytest.raises(errors.CODES[code]) as raised:
        reading.regenerate("112025")
    assert (raised.value.code, raised.value.words, raised.value.transaction_id) == (code, "Because.", "t-refused")


def test_a_code_that_nobody_knows_is_an_error_too(replay: Replay, reading: Session) -> None:
    replay.on("GET", COUNT, refusal("XYZ1"))
    with pytest.raises(errors.Refused, match="XYZ1"):
        reading.counts()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"a"', b'{"data": 7}', b'{"data": {"status_cd": {}}}'])
def test_what_is_no_envelope_is_said(body: bytes, replay: Replay, reading: Session) -> None:
    replay.on("GET", COUNT, Said(body))
    with pytest.raises(errors.UnexpectedAnswer):
        reading.counts()


@pytest.mark.parametrize("timestamp", [1763446641, "1685540172000", "soon", None])
def test_timestamps_come_in_many_kinds(timestamp: object, replay: Replay, reading: Session) -> None:
    replay.on("GET", COUNT, well({"all_oth": {"ttl_cnt": 3}}, timestamp=timestamp, transaction_id="x000", more=[1]))
    assert reading.counts().total == 3


def test_what_may_be_repeated_is_repeated_more_and_more_slowly(replay: Replay, reading: Session, moment: Time) -> None:
    replay.on("GET", COUNT, *[failure(503)] * 4, FINE)
    reading.counts()
    assert moment.slept == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(("said", "waited"), [("7", 7.0), ("0", 1.0), ("soon", 1.0), ("99999", 300.0)])
def test_the_portal_says_how_long_to_wait(
    said: str, waited: float, replay: Replay, reading: Session, moment: Time
) -> None:
    replay.on("GET", COUNT, failure(429, retry_after=said), FINE)
    reading.counts()
    assert moment.slept == [waited]


def test_or_until_when(replay: Replay, reading: Session, moment: Time) -> None:
    until = (moment.now() + timedelta(seconds=42)).strftime("%a, %d %b %Y %H:%M:%S +0530")
    replay.on("GET", COUNT, failure(503, retry_after=until), FINE)
    reading.counts()
    assert moment.slept == [42.0]


@pytest.mark.parametrize("answer", [failure(500), failure(503), Said(b"<html>", 504)])
def test_a_one_time_password_is_asked_for_once(answer: Said, replay: Replay, reader: Client) -> None:
    replay.on("POST", "otp", answer)
    with pytest.raises(errors.PortalDown):
        reader.taxpayer("27AAXCT0001K1Z6", "acme.com").request_otp()
    assert len(replay.calls("otp")) == 1


def test_a_save_is_not_sent_again_blindly(replay: Replay, reading: Session) -> None:
    """A 500 may have been taken: the records are asked, and say that it was."""
    replay.on("GET", "invoices", well({"b2b": [INVOICE]}), well({"b2b": [INVOICE | {"action": "A"}]}))
    replay.on("POST", "invoices/status/save", failure(500))
    (record,) = reading.records("B2B")
    assert reading.save([record.accept()]).wait().complete
    assert len(replay.calls("invoices/status/save")) == 1


def test_where_no_connection_is_nothing_was_done(state: Path, moment: Time) -> None:
    with (
        make_client("http://127.0.0.1:1", state, moment.sleep, clock=moment) as client,
        pytest.raises(errors.Unreachable),
    ):
        client.taxpayer("27AAXCT0001K1Z6", "acme.com").request_otp()
    assert len(moment.slept) == ATTEMPTS - 1


@pytest.mark.parametrize(
    ("key", "given_url", "url"),
    [
        ("key_live_1", None, PRODUCTION),
        ("key_test_1", None, TEST),
        ("key_test_1", "http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_the_key_says_which_host(key: str, given_url: str | None, url: str, tmp_path: Path) -> None:
    with Client(base_url=given_url, api_key=key, api_secret="s", state=tmp_path) as client:
        assert client.base_url == url


def test_key_and_secret_can_be_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMS_API_KEY", raising=False)
    with pytest.raises(errors.CredentialsMissing):
        Client(state=tmp_path)
    monkeypatch.setenv("IMS_API_KEY", "key_test_9")
    monkeypatch.setenv("IMS_API_SECRET", "secret_test_9")
    with Client(state=tmp_path) as client:
        assert client.base_url == TEST


def test_nothing_shows_a_secret(
    replay: Replay, reading: Session, reader: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    replay.on("GET", COUNT, failure(403))
    with pytest.raises(errors.Forbidden) as raised:
        reading.counts()
    reading.verify("860414")
    chain = [raised.value, raised.value.__cause__, raised.value.__context__]
    shown = " ".join([repr(reading), repr(reader), *map(str, chain), *map(repr, chain), caplog.text])
    secrets = ["account-token", "taxpayer-token", "860414", *KEYS.values()]
    assert [secret for secret in secrets if secret in shown] == []
    assert "/otp/verify?otp=…" in caplog.text


@pytest.mark.parametrize("kind", [errors.Forbidden, errors.StatementTooEarly, errors.NoAnswer])
def test_errors_travel_between_processes(kind: type[errors.CallFailed]) -> None:
    error = kind("words", call="GET /x", code="C1", transaction_id="t")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(other), str(other), other.code, other.transaction_id) == (kind, str(error), "C1", "t")


# Throttling.


@given(rate=st.integers(1, 50), gaps=st.lists(st.floats(0, 30), min_size=1, max_size=200))
def test_no_minute_has_more_calls_than_the_rate(rate: int, gaps: list[float]) -> None:
    throttle, now, sent = Throttle(rate), 1000.0, list[float]()
    for gap in gaps:
        now += gap
        sent.append(now + throttle.delay(now))
    assert all(later - earlier >= 60 - 1e-6 for earlier, later in zip(sent, sent[rate:], strict=False))


def test_without_a_rate_nobody_waits() -> None:
    throttle = Throttle(None)
    assert {throttle.delay(1.0) for _ in range(1000)} == {0.0}


def test_threads_share_the_rate() -> None:
    throttle, delays = Throttle(10), list[float]()
    threads = [threading.Thread(target=lambda: delays.extend(throttle.delay(5.0) for _ in range(10))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(delays) == [0.0] * 10 + [60.0] * 10 + [120.0] * 10 + [180.0] * 10


def test_a_clock_that_is_set_back_stops_nobody_for_long() -> None:
    throttle = Throttle(2)
    for _ in range(2):
        throttle.delay(1_000_000.0)
    assert throttle.delay(0.0) == 60.0


@pytest.fixture
def slow(replay: Replay, state: Path, moment: Time) -> Iterator[Client]:
    store = FileStore(state / "tokens")
    with Client(
        base_url=replay.address, **KEYS, state=state, rate=4, token_store=store, clock=moment, sleep=moment.sleep
    ) as client:
        yield client


def test_a_client_keeps_to_the_rate(slow: Client, replay: Replay, moment: Time) -> None:
    replay.on("GET", COUNT, FINE)
    session = slow.taxpayer("27AAXCT0001K1Z6", "acme.com")
    session.request_otp()
    session.verify("575757")
    for _ in range(6):
        session.counts()
    assert sum(moment.slept) == 120.0
