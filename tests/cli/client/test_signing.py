"""Signing in and out, and profiles: no secret on a command line or in a file that others can read."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Ims, profile_of, sign_in
from tests.client.conftest import Served

from gst_ims.cli.client.config import Profile, default_path, load, put
from gst_ims.portal.access.service import TEST_KEY, TEST_OTP, TEST_SECRET

GSTIN = "27AAXCT0001K1Z6"


@pytest.fixture
def known(served: Served, recipient: Taxpayer) -> Taxpayer:
    """The recipient as the default profile, not signed in."""
    put(default_path(), "me", profile_of(recipient, served.address), default=True)
    return recipient


def secrets(home: Path) -> list[Path]:
    return [*(home / "state" / "gst-ims" / "tokens").glob("*")]


def test_a_one_time_password_from_stdin_signs_in(ims: Ims, known: Taxpayer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    done = ims("login", "--otp-stdin", stdin=f"{TEST_OTP}\n")
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        f"A one-time password is sent to the mobile and mail of {known.gstin}.",
        f"Signed in as user.{known.gstin} for {known.gstin}.",
    ]


def test_after_that_no_secret_is_needed(ims: Ims, me: Taxpayer) -> None:
    assert ims("counts").code == 0


def test_what_is_kept_is_for_this_user_alone(ims: Ims, me: Taxpayer, home: Path) -> None:
    assert len(secrets(home)) == 3  # the secret, the account's token, the taxpayer's
    assert {path.stat().st_mode & 0o777 for path in secrets(home)} == {0o600}
    assert TEST_SECRET not in default_path().read_text()


def test_secrets_that_others_can_read_are_not_used(ims: Ims, me: Taxpayer, home: Path) -> None:
    secrets(home)[0].chmod(0o644)
    done = ims("counts")
    assert done.code == 2
    assert "Others can read" in done.err
    assert "chmod -R go= " in done.err


def test_without_a_terminal_and_without_a_secret_it_is_said_how(ims: Ims, known: Taxpayer) -> None:
    done = ims("login", "--otp-stdin", stdin=TEST_OTP)
    assert (done.code, done.err) == (2, "ims: There is no terminal to ask on. API secret: set IMS_API_SECRET.\n")


def test_without_a_terminal_the_password_has_to_come_from_stdin(
    ims: Ims, known: Taxpayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    done = ims("login")
    assert (done.code, done.err) == (
        2,
        "ims: There is no terminal to ask on. One-time password: give --otp-stdin.\n",
    ), "and none is sent"


def test_an_empty_stdin_is_no_password(ims: Ims, known: Taxpayer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    assert ims("login", "--otp-stdin").code == 2


def test_a_wrong_password_ends_with_its_code_and_keeps_nothing(
    ims: Ims, known: Taxpayer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    done = ims("login", "--otp-stdin", stdin="000000\n")
    assert done.code == 3
    assert "ims: The one-time password is wrong" in done.err
    monkeypatch.delenv("IMS_API_SECRET")
    assert ims("counts").code == 3


def test_a_wrong_secret_ends_with_its_code_and_is_not_repeated(
    ims: Ims, known: Taxpayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMS_API_SECRET", "hunter2")
    done = ims("login", "--otp-stdin", stdin=TEST_OTP)
    assert done.code == 3
    assert "The API key or its secret is wrong" in done.err
    assert "hunter2" not in done.err


def test_a_wrong_secret_is_noticed_while_the_account_s_token_is_valid_and_the_right_one_stays(
    ims: Ims, me: Taxpayer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {path.name: path.read_text() for path in secrets(home)}
    monkeypatch.setenv("IMS_API_SECRET", "hunter2")
    done = ims("login", "--otp-stdin", stdin=f"{TEST_OTP}\n")
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert "The API key or its secret is wrong" in done.err
    assert {path.name: path.read_text() for path in secrets(home)} == kept
    monkeypatch.delenv("IMS_API_SECRET")
    assert ims("login", "--otp-stdin", stdin=f"{TEST_OTP}\n").code == 0
    assert ims("counts").code == 0


def test_no_one_time_password_is_sent_for_a_wrong_secret(
    ims: Ims, me: Taxpayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMS_API_SECRET", "hunter2")
    assert "A one-time password is sent" not in ims("login", "--otp-stdin", stdin=TEST_OTP).err


def test_a_secret_that_is_kept_already_is_not_tried_again(
    ims: Ims, me: Taxpayer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sign-in would make another token of the account."""
    kept = {path.name: path.read_text() for path in secrets(home)}
    for given in (TEST_SECRET, ""):
        monkeypatch.setenv("IMS_API_SECRET", given)
        assert ims("login", "--otp-stdin", stdin=f"{TEST_OTP}\n").code == 0
    after = {path.name: path.read_text() for path in secrets(home)}
    assert sum(after[name] == text for name, text in kept.items()) == 2, "the secret, and the account's token"


def test_a_secret_is_kept_once_somebody_is_signed_in_with_it(
    ims: Ims, known: Taxpayer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    assert ims("login", "--otp-stdin", stdin="000000\n").code == 3
    monkeypatch.delenv("IMS_API_SECRET")
    assert ims("login", "--otp-stdin", stdin=TEST_OTP).err.startswith("ims: There is no terminal to ask on. API secret")


def test_somebody_whom_the_portal_does_not_know_is_told_so(
    ims: Ims, known: Taxpayer, monkeypatch: pytest.MonkeyPatch, served: Served
) -> None:
    ims(
        "profile",
        "add",
        "stranger",
        "--portal",
        served.address,
        "--api-key",
        TEST_KEY,
        "--gstin",
        GSTIN,
        "--username",
        "x",
    )
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    assert ims("login", "-p", "stranger", "--otp-stdin", stdin=TEST_OTP).code == 3


COMMANDS = [
    "counts",
    "list B2B",
    "accept --section B2B",
    "status --pending",
    "sales 102025",
    "added-back 102025",
    "2b show 102025",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_whoever_is_not_signed_in_is_told_what_to_do(ims: Ims, known: Taxpayer, command: str) -> None:
    done = ims(*command.split())
    assert (done.code, done.out) == (3, "")
    assert done.err == "ims: The API secret of 'me' isn't known here: run `ims login --profile me`.\n"


def test_a_session_that_is_over_is_said(ims: Ims, me: Taxpayer) -> None:
    assert ims("logout").code == 0
    done = ims("counts")
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert "sign in" in done.err
    assert done.err.endswith("Run `ims login --profile me`.\n")


def test_to_sign_out_twice_does_no_harm(ims: Ims, me: Taxpayer) -> None:
    assert [ims("logout").code, ims("logout").code] == [0, 0]


def test_without_an_api_key_it_is_said_where_to_put_it(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    ims("profile", "add", "bare", "--gstin", GSTIN, "--username", "tester")
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    done = ims("counts")
    assert (done.code, done.err) == (
        3,
        "ims: Profile 'bare' has no API key: put api_key into it, or set IMS_API_KEY.\n",
    )


def test_the_api_key_can_come_from_the_environment(
    ims: Ims, served: Served, recipient: Taxpayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = ("--gstin", recipient.gstin, "--username", f"user.{recipient.gstin}")
    ims("profile", "add", "bare", "--portal", served.address, *who)
    monkeypatch.setenv("IMS_API_KEY", TEST_KEY)
    sign_in(ims, monkeypatch, "bare")
    assert ims("counts").code == 0


@pytest.mark.parametrize("portal", ["http://127.0.0.1:1", "https://no-such-host.invalid"])
def test_a_portal_that_cannot_be_reached_has_its_code(ims: Ims, monkeypatch: pytest.MonkeyPatch, portal: str) -> None:
    # The client tries again with pauses: here they are none.
    monkeypatch.setattr("gst_ims.client.protocol.ATTEMPTS", 1)
    ims("profile", "add", "far", "--portal", portal, "--api-key", "k", "--gstin", GSTIN, "--username", "t")
    monkeypatch.setenv("IMS_API_SECRET", "s")
    done = ims("login", "--otp-stdin", stdin=TEST_OTP)
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert done.err.startswith("ims: No connection to the portal could be made")


def test_what_answers_but_is_no_portal_has_the_same_code(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gst_ims.client.protocol.ATTEMPTS", 1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ims("profile", "add", "odd", "--portal", address, "--api-key", "k", "--gstin", GSTIN, "--username", "t")
        monkeypatch.setenv("IMS_API_SECRET", "s")
        import threading

        def answer() -> None:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(b"220 mail.example ready\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        done = ims("login", "--otp-stdin", stdin=TEST_OTP)
        thread.join(10)
    assert (done.code, done.err.count("\n")) == (4, 1)


def test_a_profile_is_made_in_one_line_and_listed(ims: Ims, home: Path) -> None:
    made = ims(
        "profile", "add", "demo", "--portal", "http://127.0.0.1:8000", "--gstin", GSTIN.lower(), "--username", "x"
    )
    assert (made.code, made.out) == (0, "")
    assert made.err == f"Profile demo is in {default_path()}. Sign in with `ims login --profile demo`.\n"
    files = ims("profile", "add", "files", "--portal", "offline", "--gstin", GSTIN, "--folder", "~/ims")
    assert files.err == f"Profile files is in {default_path()}. Look with `ims counts --profile files`.\n"
    listed = ims("profile", "list")
    assert listed.out.splitlines() == [
        "name   GSTIN            username  portal                 default",
        "demo   27AAXCT0001K1Z6  x         http://127.0.0.1:8000  yes",
        "files  27AAXCT0001K1Z6            offline",
    ]
    assert listed.err == f"2 profiles in {default_path()}.\n"
    assert [row["name"] for row in json.loads(ims("profile", "list", "--json").out)] == ["demo", "files"]


def test_a_profile_that_becomes_another_taxpayers_says_so(ims: Ims) -> None:
    ims("profile", "add", "demo", "--gstin", GSTIN, "--username", "x")
    again = ims("profile", "add", "demo", "--gstin", GSTIN, "--username", "y")
    assert again.err.count("\n") == 1
    other = ims("profile", "add", "demo", "--gstin", "24AAXCT0003K1ZA", "--username", "y")
    assert other.err.startswith(f"Profile demo was of {GSTIN}, and is now of 24AAXCT0003K1ZA.\n")


@pytest.mark.parametrize("how", ["--config", "IMS_CONFIG"])
def test_another_config_file_can_be_used(ims: Ims, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    file = tmp_path / "other.toml"
    more = ["--config", file] if how == "--config" else []
    if not more:
        monkeypatch.setenv("IMS_CONFIG", str(file))
    assert ims("profile", "add", "a", "--gstin", GSTIN, "--username", "x", *more).code == 0
    assert [*load(file).profiles] == ["a"]
    assert not default_path().exists()


def test_the_profile_can_be_chosen_by_option_or_environment(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        ims("profile", "add", name, "--gstin", GSTIN, "--username", name)
    assert "'b'" in ims("counts", "--profile", "b").err
    monkeypatch.setenv("IMS_PROFILE", "b")
    assert "'b'" in ims("counts").err
    assert "'a'" in ims("counts", "-p", "a").err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--gstin", "27", "--username", "x"), "has 2 characters"),
        (("--gstin", GSTIN), "one at a portal needs a username"),
        (("--gstin", GSTIN, "--portal", "offline"), "needs a folder"),
        (("--gstin", GSTIN, "--username", "x", "--portal", "mars"), "its portal is 'mars'"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(ims: Ims, options: tuple[str, ...], words: str) -> None:
    done = ims("profile", "add", "a", *options)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert words in done.err


def test_a_profile_that_is_removed_takes_its_secret_along_unless_another_needs_it(
    ims: Ims, me: Taxpayer, home: Path, served: Served
) -> None:
    put(default_path(), "too", profile_of(me, served.address), default=False)
    assert ims("profile", "remove", "me").code == 0
    assert len(secrets(home)) == 3
    assert ims("profile", "remove", "too").code == 0
    assert len(secrets(home)) == 2
    assert ims("profile", "remove", "too").code == 2


PLAIN = ["http://ims.example", "http://10.0.0.5:8000", "http://127.0.0.1.evil.example", "http://api.sandbox.co.in"]


@pytest.mark.parametrize("portal", PLAIN)
def test_a_portal_without_tls_is_refused_when_its_profile_is_made(ims: Ims, portal: str) -> None:
    done = ims("profile", "add", "far", "--portal", portal, "--gstin", GSTIN, "--username", "x")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("ims: Profile 'far': The base URL is without TLS")
    assert not default_path().exists()


@pytest.mark.parametrize("command", [("counts",), ("login", "--otp-stdin"), ("logout",), ("list", "B2B")])
def test_and_never_called_though_somebody_has_written_it_down(
    ims: Ims, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(default_path(), "far", Profile(GSTIN, "x", "http://ims.example", "k"), default=True)
    monkeypatch.setenv("IMS_API_SECRET", "hush")
    done = ims(*command, stdin=TEST_OTP)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "set IMS_PLAIN_HTTP=ims.example" in done.err
    assert "hush" not in done.err


def test_other_profiles_are_not_harmed_by_it(ims: Ims, me: Taxpayer) -> None:
    put(default_path(), "far", Profile(GSTIN, "x", "http://ims.example", "k"), default=False)
    assert ims("counts").code == 0
    assert ims("profile", "remove", "far").code == 0


def test_a_host_of_one_s_own_network_may_be_named(ims: Ims, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMS_PLAIN_HTTP", "portal, 10.0.0.5")
    for name, portal in (("a", "http://portal:8000"), ("b", "http://10.0.0.5")):
        assert ims("profile", "add", name, "--portal", portal, "--gstin", GSTIN, "--username", "x").code == 0
    assert [*load(default_path()).profiles] == ["a", "b"]


@pytest.mark.parametrize("gstin", ["27AAXCT0001K1Z7", "27AAXTC0001K1Z6"])
def test_a_gstin_that_may_be_mistyped_is_written_down_and_said(ims: Ims, gstin: str) -> None:
    done = ims("profile", "add", "demo", "--gstin", gstin, "--username", "x")
    said, written = done.err.splitlines()
    assert (done.code, done.out) == (0, "")
    assert said.startswith(f"ims: GSTIN '{gstin}' ends with check digit")
    assert said.endswith("It may be mistyped.")
    assert written.startswith("Profile demo is in ")
    assert load(default_path()).profiles["demo"].gstin == gstin


def test_nobody_signs_in_to_files(ims: Ims) -> None:
    ims("profile", "add", "files", "--portal", "offline", "--gstin", GSTIN, "--folder", "x")
    assert [ims("login").code, ims("logout").code] == [2, 2]
