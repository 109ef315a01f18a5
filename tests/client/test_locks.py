"""One at a time, across threads and processes; and the paces of the line."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from tests.client.test_steps import Taken

from gst_ims.client.errors import (
    CallFailed,
    FileDamaged,
    NoAnswer,
    PortalDown,
    Refused,
    StateUnusable,
    TooManyRequests,
    UnexpectedAnswer,
    Unreachable,
    WaitTimeout,
)
from gst_ims.client.locks import hold
from gst_ims.client.protocol import ATTEMPTS, LONGEST_PAUSE, Line, Throttle, integer, opened
from gst_ims.client.steps import Answer, Call, Steps
from gst_ims.core.clock import IST, FixedClock

NOW = datetime(2025, 11, 5, 10, tzinfo=IST)
READ, WRITE = Call("GET", "/x", repeatable=True), Call("POST", "/x")
FINE = Answer(200, b'{"code": 200, "data": {"status_cd": "1", "data": {"a": 1}}}')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "locks" / "a.lock"


def line(chance: float = 1.0, rate: int | None = None) -> Line:
    return Line("https://x", "key", rate, FixedClock(NOW), lambda: chance)


# Locks.


def test_who_comes_first_has_it_at_once_and_others_when_he_lets_go(path: Path) -> None:
    taken = Taken()
    lock = taken.run(hold(path, 0))
    assert taken.pauses == []
    with pytest.raises(WaitTimeout, match="Another program works for this taxpayer since 1 seconds"):
        taken.run(hold(path, 1.0))
    assert sum(taken.pauses) == pytest.approx(1.0, abs=0.1)
    lock.release()
    taken.run(hold(path, 0)).release()


def test_its_place_is_made_for_this_user_alone(path: Path) -> None:
    Taken().run(hold(path, 0)).release()
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_without_any_time_it_is_tried_once(path: Path) -> None:
    path.parent.mkdir()
    taken = Taken()
    with FileLock(path), pytest.raises(WaitTimeout):
        taken.run(hold(path, 0))
    assert taken.steps == []


def test_a_program_that_dies_lets_go(path: Path) -> None:
    path.parent.mkdir()
    code = f"import os; from filelock import FileLock; FileLock({str(path)!r}).acquire(); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    Taken().run(hold(path, 0)).release()


def test_what_is_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("")
    with pytest.raises(StateUnusable, match="locks"):
        Taken().run(hold(tmp_path / "locks" / "a.lock", 5))


# When a call is made again.


def asked(call: Call, *said: Answer | CallFailed) -> tuple[Any, Taken, int]:
    """What comes of a call that is answered so, one after another."""
    taken, left, made = Taken(), list(said), [0]

    def answer(step: Call) -> Answer:
        made[0] += 1
        now = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(now, CallFailed):
            raise now
        return now

    try:
        return taken.run(line().fetch(call), answer), taken, made[0]
    except CallFailed as error:
        return error, taken, made[0]


def status(code: int, **headers: str) -> Answer:
    return Answer(code, b'{"message": "No"}', headers)


TIMES: dict[str, tuple[Call, Answer | CallFailed, int, type[CallFailed]]] = {
    "a read without an answer": (READ, NoAnswer(), ATTEMPTS, NoAnswer),
    "a write without an answer": (WRITE, NoAnswer(), 1, NoAnswer),
    "a read of a portal that is down": (READ, status(503), ATTEMPTS, PortalDown),
    "a write to a portal that is down": (WRITE, status(503), 1, PortalDown),
    "a write that couldn't be sent": (WRITE, Unreachable(), ATTEMPTS, Unreachable),
    "a read that couldn't be sent": (READ, Unreachable(), ATTEMPTS, Unreachable),
    "a write that was too much": (WRITE, status(429), ATTEMPTS, TooManyRequests),
    "a read of what isn't there": (READ, status(404), 1, CallFailed),
    "a read that is refused": (READ, status(403), 1, CallFailed),
    "a read that is moved": (READ, status(301), 1, UnexpectedAnswer),
    "a read of nonsense": (READ, UnexpectedAnswer(), 1, UnexpectedAnswer),
    "a damaged file": (READ, FileDamaged(), 1, FileDamaged),
}


@pytest.mark.parametrize(("call", "said", "times", "kind"), TIMES.values(), ids=TIMES)
def test_a_call_is_made_again_where_nothing_can_have_been_done_twice(
    call: Call, said: Answer | CallFailed, times: int, kind: type[CallFailed]
) -> None:
    ended, taken, made = asked(call, said)
    assert isinstance(ended, kind)
    assert (made, len(taken.pauses)) == (times, times - 1)


@pytest.mark.parametrize("bad", [NoAnswer(), status(500), status(429), Unreachable()])
def test_the_first_good_answer_counts(bad: Answer | CallFailed) -> None:
    ended, taken, made = asked(READ, bad, bad, FINE)
    assert (ended, made, taken.pauses) == (FINE, 3, [1.0, 2.0])


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 1.0),
        ("1", 1.0),
        ("17", 17.0),
        (" 17 ", 17.0),
        ("300", 300.0),
        ("301", 300.0),
        ("9" * 30, 300.0),
        ("-5", 1.0),
        ("1.5", 1.0),
        ("", 1.0),
        ("tomorrow", 1.0),
        ("Wed, 05 Nov 2025 10:00:42 +0530", 42.0),
        ("Wed, 05 Nov 2025 04:30:42 GMT", 42.0),
        ("Wed, 05 Nov 2025 09:00:00 +0530", 1.0),
        ("Wed, 05 Nov 2099 10:00:00 +0530", 300.0),
        ("Wed, 05 Nov 2025 10:00:42", 1.0),
        ("Wed, 99 Nov 2025 10:00:42 GMT", 1.0),
    ],
)
def test_a_portal_may_say_when_five_minutes_at_most(said: str, seconds: float) -> None:
    _, taken, _ = asked(READ, status(429, **{"retry-after": said}), FINE)
    assert taken.pauses == [seconds]


@given(st.integers(1, 60), st.floats(0, 1), st.floats(1, 100))
def test_a_pause_grows_has_an_end_and_is_never_nothing(attempt: int, chance: float, longest: float) -> None:
    pause = line(chance).pause(attempt, longest)
    full = min(2.0 ** (attempt - 1), longest)
    assert full / 2 <= pause <= full
    assert line(chance).pause(attempt + 1, longest) >= pause
    assert line(chance).pause(attempt) <= LONGEST_PAUSE


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=60), st.integers(1, 5))
def test_whatever_a_clock_does_nobody_waits_longer_than_the_queue_is(jumps: list[float], rate: int) -> None:
    throttle, now = Throttle(rate), 1000.0
    for place, jump in enumerate(jumps):
        now = max(0.0, now + jump)
        delay = throttle.delay(now)
        assert 0 <= delay <= 60.0 * (place // rate + 1)


def test_a_place_is_waited_for_before_the_call() -> None:
    taken = Taken()
    of = line(rate=2)

    def twice() -> Steps[None]:
        for _ in range(3):
            yield from of.fetch(READ)

    taken.run(twice(), lambda call: FINE)
    assert taken.pauses == [60.0]


def test_every_call_has_the_key_and_a_token_where_there_is_one() -> None:
    made: list[Call] = []

    def answer(call: Call) -> Answer:
        made.append(call)
        return FINE

    Taken().run(line().ask(Call("POST", "/x", headers={"x-more": "1"}, body=b"{}"), "token"), answer)
    Taken().run(line().ask(READ), answer)
    assert dict(made[0].headers) == {
        **{"x-api-key": "key", "x-api-version": "1.0.0", "accept": "application/json", "x-more": "1"},
        **{"authorization": "token", "content-type": "application/json"},
    }
    assert not {"authorization", "content-type"} & set(made[1].headers)


# What an envelope has.


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        (b'{"data": {"status_cd": "1", "data": {"a": 1}}}', b'{"a": 1}'),
        (b'{"data": {"status_cd": 1, "data": [2]}}', b"[2]"),
        (b'{"data": {"status_cd": "1", "access_token": "t"}}', b'{"status_cd": "1", "access_token": "t"}'),
        (b'{"data": {"a": 1}}', b'{"a": 1}'),
        (b'{"data": null}', b"null"),
        (b"{}", b"null"),
        (b'{"access_token": "t"}', b'{"access_token": "t"}'),
        (b'{"code": "200", "message": null, "timestamp": "x", "data": {"data": 7}}', b"7"),
    ],
)
def test_the_payload_is_what_is_inside(body: bytes, payload: bytes) -> None:
    assert opened(READ, Answer(200, body)).payload == payload


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        ('{"status_cd": "0", "error": {"error_cd": "C1", "message": "No."}}', "C1", "No."),
        ('{"status_cd": 0, "error": {"message": "No."}}', None, "No."),
        ('{"status_cd": "0"}', None, ""),
        ('{"status_cd": "0", "error": null, "data": {"a": 1}}', None, ""),
    ],
)
def test_a_refusal_is_one_whatever_stands_beside_it(data: str, code: str | None, words: str) -> None:
    with pytest.raises(Refused) as raised:
        opened(READ, Answer(200, f'{{"transaction_id": "t", "data": {data}}}'.encode()))
    assert (raised.value.code, raised.value.words, raised.value.transaction_id) == (code, words, "t")


@given(st.binary(max_size=60))
def test_whatever_comes_is_an_envelope_or_said(body: bytes) -> None:
    try:
        reply = opened(READ, Answer(200, body))
    except CallFailed as error:
        told = error.call
    else:
        told = "" if reply.payload else "no payload"
    assert told in ("", "GET /x")


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), ("7", 7), (" 7 ", 7), ("-7", -7), ("7.0", None), (7.0, None), ("", None), (None, None), ([], None)],
)
def test_a_whole_number_is_one_or_text(value: Any, number: int | None) -> None:
    assert integer(value) == number


def test_the_moment_of_an_answer_is_the_portal_s() -> None:
    later = int((NOW + timedelta(hours=1)).timestamp() * 1000)
    assert opened(READ, Answer(200, f'{{"timestamp": "{later}", "data": {{}}}}'.encode())).timestamp == later
