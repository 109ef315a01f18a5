"""One-time passwords (contract 2.2, 2.3)."""

from __future__ import annotations

import re
import threading

import pytest
from tests.api import Api, Taxpayer, data, error, gstin

from gst_ims.portal.access.service import TEST_KEY, TEST_OTP

from .conftest import Gate, Visitor


def wrong(code: str) -> str:
    """Six digits that aren't `code`."""
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.fixture
def asked(visitor: Visitor) -> Visitor:
    """Whoever has a living password."""
    data(visitor.ask())
    return visitor


def test_asking_is_answered_with_success_and_no_password(visitor: Visitor) -> None:
    answer = visitor.ask()
    assert answer.json()["data"] == {"status_cd": "1"}
    assert visitor.gate.post.code not in answer.text


def test_the_password_goes_to_the_taxpayer_s_user(asked: Visitor) -> None:
    to, username, _ = asked.gate.post.delivered[-1]
    assert {"gstin": to, "username": username} == asked.who


def test_passwords_are_six_digits(asked: Visitor) -> None:
    assert re.fullmatch(r"[0-9]{6}", asked.gate.post.code)


def test_passwords_are_random(visitor: Visitor) -> None:
    for _ in range(5):
        visitor.ask()
    codes = {code for _, _, code in visitor.gate.post.delivered[-5:]}
    assert len(codes) > 1
    assert TEST_OTP not in codes


def test_the_right_password_opens_a_session_of_six_hours(asked: Visitor) -> None:
    body = asked.verify(asked.gate.post.code).json()
    assert set(body["data"]) == {"access_token", "session_expiry", "status_cd", "token_expiry"}
    assert body["data"]["status_cd"] == "1"
    assert body["data"]["token_expiry"] - body["timestamp"] == 6 * 3600 * 1000
    assert body["data"]["session_expiry"] == body["data"]["token_expiry"]


def test_the_session_sees_the_taxpayer_s_data(visitor: Visitor) -> None:
    assert visitor.look(visitor.session()).status_code == 200


@pytest.mark.parametrize("code", ["", "1", "abcdef", "0" * 1000, "५७५७५७", "575757", " "])
def test_a_wrong_password_is_refused(asked: Visitor, code: str) -> None:
    if code != asked.gate.post.code:
        assert error(asked.verify(code)) == "AUTH4034"


def test_no_password_at_all_is_a_bad_request(asked: Visitor) -> None:
    assert asked.call("POST", "otp/verify", json=asked.who).status_code == 400


def test_a_wrong_try_leaves_the_right_one(asked: Visitor) -> None:
    for _ in range(4):
        asked.verify(wrong(asked.gate.post.code))
    assert data(asked.verify(asked.gate.post.code))["access_token"]


def test_after_five_wrong_tries_the_right_password_is_refused(asked: Visitor) -> None:
    for _ in range(5):
        assert error(asked.verify(wrong(asked.gate.post.code))) == "AUTH4034"
    assert error(asked.verify(asked.gate.post.code)) == "AUTH4033"


@pytest.mark.parametrize(("seconds", "good"), [(0, False), (599, False), (600, True)])
def test_a_new_password_after_five_wrong_tries_is_taken_when_the_old_one_is_over(
    asked: Visitor, seconds: int, good: bool
) -> None:
    """Otherwise asking again would give five more guesses each time."""
    for _ in range(6):
        asked.verify(wrong(asked.gate.post.code))
    asked.gate.later(seconds=seconds)
    asked.enter()
    asked.ask()
    assert asked.verify(asked.gate.post.code).json()["data"]["status_cd"] == ("1" if good else "0")


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False), (86_400, False)])
def test_a_password_lives_ten_minutes(asked: Visitor, seconds: int, good: bool) -> None:
    asked.gate.later(seconds=seconds)
    asked.enter()
    assert asked.verify(asked.gate.post.code).json()["data"]["status_cd"] == ("1" if good else "0")


def test_a_password_is_good_once(asked: Visitor) -> None:
    data(asked.verify(asked.gate.post.code))
    assert error(asked.verify(asked.gate.post.code)) == "AUTH4033"


def test_a_password_is_good_once_also_for_two_at_once(asked: Visitor) -> None:
    code = asked.gate.post.code
    outcomes: list[str] = []

    def run() -> None:
        outcomes.append(asked.verify(code).json()["data"]["status_cd"])

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["0", "0", "0", "1"]


def test_a_newer_password_replaces_an_older_one(asked: Visitor) -> None:
    old = asked.gate.post.code
    asked.ask()
    if asked.gate.post.code != old:
        assert error(asked.verify(old)) == "AUTH4034"


def test_a_password_is_of_one_key(asked: Visitor) -> None:
    other = asked.gate.visitor().enter()
    other.who = asked.who
    assert error(other.verify(asked.gate.post.code)) == "AUTH4033"


def test_a_password_is_of_one_taxpayer(asked: Visitor) -> None:
    code, asked.who = asked.gate.post.code, asked.gate.taxpayer()
    assert error(asked.verify(code)) == "AUTH4033"


def test_verifying_without_having_asked_is_refused(visitor: Visitor) -> None:
    assert error(visitor.verify("123456")) == "AUTH4033"


@pytest.mark.parametrize("path", ["otp", "otp/verify?otp=123456"])
def test_the_username_must_be_the_taxpayer_s(asked: Visitor, path: str) -> None:
    answer = asked.call("POST", path, json=asked.who | {"username": "somebody.else"})
    assert error(answer) == "AUTH158"


def test_an_undeliverable_password_is_said_in_the_words_of_the_real_service(gate: Gate, visitor: Visitor) -> None:
    gate.post.broken = True
    answer = visitor.ask()
    assert error(answer) == "TEC4001"
    assert answer.json()["data"]["error"]["message"] == "OTP generation failed as OTP server is down. Contact Support"


def test_leading_zeros_belong_to_the_password(gate: Gate, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gst_ims.portal.access.service.secrets.randbelow", lambda _: 42)
    visitor.ask()
    assert gate.post.code == "000042"
    assert error(visitor.verify("42")) == "AUTH4034"
    assert data(visitor.verify("000042"))["access_token"]


@pytest.fixture
def tester(town: Api) -> Taxpayer:
    return town.company()


@pytest.mark.parametrize("how_often", [1, 2])
def test_in_test_mode_the_password_is_always_the_same(tester: Taxpayer, how_often: int) -> None:
    for _ in range(how_often):
        tester.sign_in()
    assert data(tester.get("invoices/count", type_of_goods="others"))


def test_in_test_mode_other_passwords_are_refused(tester: Taxpayer) -> None:
    who = {"username": f"user.{tester.gstin}", "gstin": tester.gstin}
    data(tester.post("otp", who))
    assert error(tester.call("POST", "otp/verify?otp=123456", json=who)) == "AUTH4034"


def test_in_test_mode_the_documentation_s_own_identity_signs_in(town: Api, tester: Taxpayer) -> None:
    """Its GSTIN fails the check digit (contract 1.6)."""
    who = {"username": "acme.com", "gstin": "29AAACQ3770E000"}
    data(tester.post("otp", who))
    assert data(tester.call("POST", f"otp/verify?otp={TEST_OTP}", json=who))["access_token"]


def test_in_test_mode_the_key_is_known(town: Api) -> None:
    answer = town.http.post("/authenticate", headers={"x-api-key": TEST_KEY, "x-api-secret": "secret_test_local"})
    assert answer.status_code == 200


def test_the_state_of_a_gstin_is_checked_in_test_mode_too(tester: Taxpayer) -> None:
    answer = tester.post("otp", {"username": "x", "gstin": "98" + gstin("27", 1)[2:]})
    assert answer.status_code == 422
