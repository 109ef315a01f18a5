"""What a client is made of: its address, its key, its rate, and the place of its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client.replay import Replay

from gst_ims.client import AsyncClient, Client, errors
from gst_ims.client.protocol import PRODUCTION, RATES, TEST
from gst_ims.client.setup import TURN, WAIT, Setup, address
from gst_ims.client.tokens import FileStore, state_directory
from gst_ims.core.errors import Invalid


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's own."""
    for name in ("IMS_API_KEY", "IMS_API_SECRET", "IMS_PLAIN_HTTP"):
        monkeypatch.delenv(name, raising=False)


def setup(tmp_path: Path, **given_: Any) -> Setup:
    names = ("base_url", "api_key", "api_secret", "rate", "state", "store", "clock", "random")
    told = {"api_key": "key_live_1", "api_secret": "s", "state": tmp_path, "store": FileStore(tmp_path / "t")} | given_
    return Setup(*(told.get(name) for name in names))  # pyright: ignore[reportArgumentType]


# Addresses with TLS, or on this machine.

TAKEN = {
    "https://api.sandbox.co.in": "https://api.sandbox.co.in",
    "https://api.sandbox.co.in/": "https://api.sandbox.co.in",
    " https://ims.example:8443/portal// ": "https://ims.example:8443/portal",
    "HTTPS://ims.example": "HTTPS://ims.example",
    "https://10.0.0.5": "https://10.0.0.5",
    "https://[2001:db8::1]:443": "https://[2001:db8::1]:443",
    "http://127.0.0.1:8000": "http://127.0.0.1:8000",
    "http://127.9.9.9": "http://127.9.9.9",
    "http://localhost:8000/": "http://localhost:8000",
    "http://LOCALHOST": "http://LOCALHOST",
    "http://[::1]:8000": "http://[::1]:8000",
}
PLAIN = {
    "a name": "http://ims.example",
    "the real host": "http://api.sandbox.co.in",
    "a private address": "http://10.0.0.5:8000",
    "a name that begins like this machine's": "http://localhost.evil.example",
    "a name that begins like its address": "http://127.0.0.1.evil.example",
    "a number that looks like it": "http://1270.0.0.1",
    "the unspecified address": "http://0.0.0.0:8000",
    "a mapped address of somebody else": "http://[::ffff:10.0.0.5]",
    "in large letters": "HTTP://IMS.EXAMPLE",
}
NONE = {
    "nothing": "",
    "blanks": "   ",
    "no scheme": "127.0.0.1:8000",
    "no host": "https://",
    "another scheme": "ftp://ims.example",
    "a file": "file:///etc/passwd",
    "a user": "https://user@ims.example",
    "a password": "https://user:hush@ims.example",
    "a query": "https://ims.example?key=hush",
    "a fragment": "https://ims.example/#hush",
    "port 0": "https://ims.example:0",
    "a port that is none": "https://ims.example:99999",
    "a port of letters": "https://ims.example:http",
    "a bracket that isn't closed": "https://[::1",
    "a blank inside": "https://ims example",
    "a control character": "https://ims.example/\x07",
    "a line end inside": "https://ims.example\n.evil.example",
    "letters beyond ASCII": "https://ims.ex\u00e4mple",
}


@pytest.mark.parametrize(("said", "taken"), TAKEN.items())
def test_an_address_with_tls_or_of_this_machine_is_taken(said: str, taken: str) -> None:
    assert address(said) == taken


@pytest.mark.parametrize("said", PLAIN.values(), ids=PLAIN)
def test_without_tls_no_other_machine_is_called(said: str) -> None:
    with pytest.raises(Invalid, match=r"without TLS.*use https://.*IMS_PLAIN_HTTP="):
        address(said)


@pytest.mark.parametrize("said", NONE.values(), ids=NONE)
def test_what_is_no_address_is_refused_and_not_shown(said: str) -> None:
    with pytest.raises(Invalid, match=r"isn't one such as https://api.sandbox.co.in") as refused:
        address(said)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        ("portal", "http://portal:8000"),
        ("PORTAL", "http://portal"),
        ("portal", "http://Portal"),
        ("db, portal ,x", "http://portal"),
        ("db portal", "http://portal"),
        ("10.0.0.5", "http://10.0.0.5:8000"),
        ("2001:db8::1", "http://[2001:db8::1]"),
    ],
)
def test_a_host_that_is_named_may_be_called_without_tls(hosts: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMS_PLAIN_HTTP", hosts)
    assert address(said) == said


@pytest.mark.parametrize("hosts", ["", " ", ",", "1", "true", "*", "portal.example", "tal", "http://portal"])
def test_no_other_is_meant_by_it(hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMS_PLAIN_HTTP", hosts)
    with pytest.raises(Invalid, match="IMS_PLAIN_HTTP=portal"):
        address("http://portal:8000")


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_neither_client_sends_a_secret_in_the_clear(kind: type[Any], tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"would go to ims.example for all to read"):
        kind(base_url="http://ims.example", api_key="k", api_secret="s", state=tmp_path)
    assert list(tmp_path.iterdir()) == []


@given(st.ip_addresses())
def test_of_all_addresses_only_those_of_this_machine_are_called_without_tls(host: Any) -> None:
    url = f"http://[{host}]" if host.version == 6 else f"http://{host}"
    if host.is_loopback:
        assert address(url) == url
    else:
        with pytest.raises(Invalid):
            address(url)


@given(st.text(max_size=40))
def test_whatever_is_said_it_is_an_address_or_invalid(said: str) -> None:
    try:
        taken = address(said)
    except Invalid:
        return
    assert taken.lower().startswith(("http://", "https://"))
    assert address(taken) == taken


# Key, secret and rate.


@pytest.mark.parametrize(
    ("key", "base_url", "rate", "wanted"),
    [
        ("key_live_1", None, None, (PRODUCTION, 100)),
        ("key_test_1", None, None, (TEST, 25)),
        ("key_live_1", TEST, None, (TEST, 25)),
        ("key_test_1", PRODUCTION, None, (PRODUCTION, 100)),
        ("key_live_1", None, 7, (PRODUCTION, 7)),
        ("k", "http://127.0.0.1:8000", None, ("http://127.0.0.1:8000", None)),
        ("k", "http://127.0.0.1:8000", 60, ("http://127.0.0.1:8000", 60)),
        ("k", f"{PRODUCTION}/", None, (PRODUCTION, 100)),
    ],
)
def test_host_and_rate_are_said_or_those_of_the_key(
    key: str, base_url: str | None, rate: int | None, wanted: tuple[str, int | None], tmp_path: Path
) -> None:
    made = setup(tmp_path, api_key=key, base_url=base_url, rate=rate)
    throttle = made.account.line._throttle  # pyright: ignore[reportPrivateUsage]
    assert (made.base_url, throttle._rate) == wanted  # pyright: ignore[reportPrivateUsage]


def test_the_rates_are_those_of_the_contract() -> None:
    assert RATES == {"https://api.sandbox.co.in": 100, "https://test-api.sandbox.co.in": 25}
    assert (TURN, WAIT) == (300.0, 1800.0)


@pytest.mark.parametrize("rate", [0, -1, -100])
def test_a_rate_has_to_let_something_go(rate: int, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=f"A rate of {rate} requests"):
        setup(tmp_path, rate=rate)


MISSING: dict[str, dict[str, str | None]] = {
    "no key": {"api_key": None},
    "no secret": {"api_secret": None},
    "an empty key": {"api_key": ""},
    "a secret of blanks": {"api_secret": " \n"},
}


@pytest.mark.parametrize("given_", MISSING.values(), ids=MISSING)
def test_without_key_or_secret_it_is_said_where_they_may_be(given_: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(errors.CredentialsMissing, match="set IMS_API_KEY and IMS_API_SECRET"):
        setup(tmp_path, **given_)


def test_what_is_given_goes_before_the_environment(
    replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMS_API_KEY", "key_of_the_environment")
    monkeypatch.setenv("IMS_API_SECRET", "secret_of_the_environment")
    with Client(base_url=replay.address, api_key="mine", state=tmp_path) as client:
        client.prove()
    (asked,) = replay.asked
    assert (asked.headers["x-api-key"], asked.headers["x-api-secret"]) == ("mine", "secret_of_the_environment")


@pytest.mark.parametrize("letter", ["\n", "\t", " ", "\0", "\x7f", "\u00e9", "\u0967"])
@pytest.mark.parametrize("which", ["api_key", "api_secret"])
def test_a_character_that_no_header_can_have_is_said(which: str, letter: str, tmp_path: Path) -> None:
    with pytest.raises(errors.CredentialsMissing, match="characters that none can have") as refused:
        setup(tmp_path, **{which: f"a{letter}hush"})
    assert "hush" not in str(refused.value)


# Taxpayers and saves.


def test_a_taxpayer_is_named_by_a_gstin_and_its_check_digit_does_not_matter(tmp_path: Path) -> None:
    made = setup(tmp_path)
    access, sender = made.taxpayer("27AAXCT0001K1Z7", "acme.com")
    assert (access.gstin, access.username, sender.access) == ("27AAXCT0001K1Z7", "acme.com", access)


@pytest.mark.parametrize("gstin", ["", "27AAX", "27aaxct0001k1z6", "77AAXCT0001K1Z6", "27AAXCT0001K1Z6 "])
def test_what_is_no_gstin_is_refused(gstin: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        setup(tmp_path).taxpayer(gstin, "acme.com")


def test_the_state_is_that_of_the_user_unless_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    made = setup(tmp_path, state=None)
    assert made.account.state == state_directory() == tmp_path / "mine" / "gst-ims"


def test_a_client_is_shown_by_its_address_alone(tmp_path: Path) -> None:
    for kind in (Client, AsyncClient):
        made = kind(base_url="https://ims.example", api_key="hush", api_secret="hush", state=tmp_path)
        assert repr(made) == f"{kind.__name__}('https://ims.example')"
