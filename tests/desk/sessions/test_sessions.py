"""Signing in: a password and a code give a session for some hours, and wrong ones a lock for some minutes."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from psycopg.errors import InsufficientPrivilege
from pyotp.totp import TOTP

from gst_ims.core.clock import FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.sessions import service as sessions
from gst_ims.desk.sessions.service import IDLE, LOCKED, LONGEST, TRIES, WrongSignIn

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def known(desk: Desk, asha: Person) -> None:
    """Asha has a password."""
    sessions.set_password(desk, "Asha", PASSWORD)


def code(address: str, clock: FixedClock, later: int = 0) -> str:
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    return TOTP(secret).at(clock.now() + timedelta(seconds=later))


def wrong(desk: Desk, name: str = "Asha", password: str = PASSWORD, otp: str = "") -> None:
    with pytest.raises(WrongSignIn):
        sessions.sign_in(desk, name, password, otp)


def test_a_password_gives_a_session_with_todays_duties(desk: Desk, mine: Gstin) -> None:
    token = sessions.sign_in(desk, "Asha", PASSWORD)
    person = sessions.who(desk, token)
    assert person is not None
    assert (person.name, person.duties) == ("Asha", {mine: {Role.PREPARER}})
    people.grant(desk, people.person(desk, "Bina"), mine, "Asha", Role.APPROVER)
    later = sessions.who(desk, token)
    assert later is not None
    assert later.duties[mine] == {Role.PREPARER, Role.APPROVER}


@pytest.mark.parametrize(("name", "password"), [("Asha", "wrong"), ("asha", PASSWORD), ("Nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_gives_none(desk: Desk, name: str, password: str) -> None:
    wrong(desk, name, password)


def test_who_never_got_a_password_cannot_come_in(desk: Desk, chetan: Person) -> None:
    assert not sessions.has_password(desk, "Chetan")
    wrong(desk, "Chetan", "")


@pytest.mark.parametrize("password", ["", "short", "x" * 11])
def test_a_short_password_is_not_taken(desk: Desk, password: str) -> None:
    with pytest.raises(Invalid, match="at least 12"):
        sessions.set_password(desk, "Asha", password)
    assert sessions.who(desk, sessions.sign_in(desk, "Asha", PASSWORD))


def test_nobody_unknown_gets_a_password(desk: Desk) -> None:
    with pytest.raises(Unknown, match="ims desk person Devi"):
        sessions.set_password(desk, "Devi", PASSWORD)
    with pytest.raises(Unknown, match="ims desk password Devi"):
        sessions.ask_for_codes(desk, "Devi")


def test_a_password_that_is_changed_while_it_is_looked_at_lets_nobody_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_right = sessions._is_right  # pyright: ignore[reportPrivateUsage]

    def slowly(hashed: str, password: str) -> bool:
        right = is_right(hashed, password)
        sessions.set_password(desk, "Asha", "another password")
        return right

    monkeypatch.setattr(sessions, "_is_right", slowly)
    wrong(desk)


def test_too_many_wrong_tries_lock_the_door_for_a_while(desk: Desk, clock: FixedClock) -> None:
    for _ in range(TRIES):
        wrong(desk, password="wrong")
    wrong(desk)
    clock.at += LOCKED - timedelta(seconds=1)
    wrong(desk)
    clock.at += timedelta(seconds=1)
    assert sessions.who(desk, sessions.sign_in(desk, "Asha", PASSWORD))


def test_a_right_try_takes_the_wrong_ones_away(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(TRIES - 1):
            wrong(desk, password="wrong")
        sessions.sign_in(desk, "Asha", PASSWORD)


def test_a_new_password_ends_a_lock_and_all_sessions(desk: Desk) -> None:
    token = sessions.sign_in(desk, "Asha", PASSWORD)
    for _ in range(TRIES):
        wrong(desk, password="wrong")
    sessions.set_password(desk, "Asha", "another long one")
    assert sessions.who(desk, token) is None
    wrong(desk)
    assert sessions.who(desk, sessions.sign_in(desk, "Asha", "another long one"))


def test_a_session_ends_when_nobody_uses_it(desk: Desk, clock: FixedClock) -> None:
    token = sessions.sign_in(desk, "Asha", PASSWORD)
    clock.at += IDLE - timedelta(seconds=1)
    assert sessions.who(desk, token)
    clock.at += IDLE - timedelta(seconds=1)
    assert sessions.who(desk, token)
    clock.at += IDLE
    assert sessions.who(desk, token) is None


def test_a_session_ends_after_a_day_at_the_desk_however_busy(desk: Desk, clock: FixedClock) -> None:
    token, until = sessions.sign_in(desk, "Asha", PASSWORD), clock.at + LONGEST
    while clock.at + timedelta(minutes=20) < until:
        clock.at += timedelta(minutes=20)
        assert sessions.who(desk, token)
    clock.at = until
    assert sessions.who(desk, token) is None


def test_signing_out_ends_this_session_and_no_other(desk: Desk) -> None:
    one, other = sessions.sign_in(desk, "Asha", PASSWORD), sessions.sign_in(desk, "Asha", PASSWORD)
    sessions.sign_out(desk, one)
    assert (sessions.who(desk, one), sessions.who(desk, other) is None) == (None, False)


@pytest.mark.parametrize("token", ["", "guessed", "x" * 10_000, "a\0b"])
def test_a_made_up_token_is_nobodys(desk: Desk, token: str) -> None:
    assert sessions.who(desk, token) is None


def test_whose_last_duty_is_gone_is_out(desk: Desk, mine: Gstin) -> None:
    token = sessions.sign_in(desk, "Asha", PASSWORD)
    people.revoke(desk, people.person(desk, "Bina"), mine, "Asha", Role.PREPARER)
    assert sessions.who(desk, token) is None


def test_codes_are_asked_for_once_they_are_set_up(desk: Desk, clock: FixedClock) -> None:
    address = sessions.ask_for_codes(desk, "Asha")
    assert address.startswith("otpauth://totp/gst-ims:Asha?")
    wrong(desk)
    wrong(desk, otp="000000")
    assert sessions.who(desk, sessions.sign_in(desk, "Asha", PASSWORD, code(address, clock)))
    sessions.ask_for_no_codes(desk, "Asha")
    assert sessions.sign_in(desk, "Asha", PASSWORD)


def test_a_code_counts_once_and_no_older_one_after_it(desk: Desk, clock: FixedClock) -> None:
    address = sessions.ask_for_codes(desk, "Asha")
    sessions.sign_in(desk, "Asha", PASSWORD, code(address, clock))
    wrong(desk, otp=code(address, clock))
    wrong(desk, otp=code(address, clock, later=-30))
    assert sessions.sign_in(desk, "Asha", PASSWORD, code(address, clock, later=30))


@pytest.mark.parametrize(("later", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_differ_by_half_a_minute(desk: Desk, clock: FixedClock, later: int, counts: bool) -> None:
    otp = code(sessions.ask_for_codes(desk, "Asha"), clock, later)
    if counts:
        assert sessions.sign_in(desk, "Asha", PASSWORD, f" {otp} ")
    else:
        wrong(desk, otp=otp)


def test_guessing_codes_locks_the_door_too(desk: Desk, clock: FixedClock) -> None:
    address = sessions.ask_for_codes(desk, "Asha")
    for guess in range(TRIES):
        wrong(desk, otp=f"{guess:06}")
    wrong(desk, otp=code(address, clock))


@pytest.mark.parametrize("table", ["desk.credential", "desk.session"])
def test_work_for_taxpayers_never_reads_who_people_are(desk: Desk, mine: Gstin, table: str) -> None:
    with desk.of([mine]) as db, pytest.raises(InsufficientPrivilege):
        db.execute(f"select * from {table}")


def test_the_database_has_neither_password_nor_token(desk: Desk) -> None:
    token = sessions.sign_in(desk, "Asha", PASSWORD)
    with desk.house() as db:
        kept = str([*db.execute("select * from desk.credential"), *db.execute("select * from desk.session")])
    assert PASSWORD not in kept
    assert token not in kept
    assert "$argon2id$" in kept


def test_a_session_of_a_clock_that_was_a_month_ahead_is_over_when_it_is_set_right(
    desk: Desk, clock: FixedClock
) -> None:
    right = clock.now()
    clock.at = right + timedelta(days=31)
    token = sessions.sign_in(desk, "Asha", PASSWORD)
    clock.at = right
    assert sessions.who(desk, token) is None


def test_a_clock_that_is_set_back_a_little_ends_no_session(desk: Desk, clock: FixedClock) -> None:
    token = sessions.sign_in(desk, "Asha", PASSWORD)
    clock.at -= IDLE - timedelta(seconds=1)
    assert sessions.who(desk, token) is not None
