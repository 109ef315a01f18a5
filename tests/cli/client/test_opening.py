"""From a profile to its portal: which profile, which key, which secret, and who else could read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.connect.records import RTIN

from gst_ims.cli.client.config import Profile, default_path, put
from gst_ims.cli.client.opening import (
    api_key,
    connected,
    forget_secret,
    is_kept,
    keep_secret,
    kept_secret,
    opened,
    profiles,
    secrets,
)
from gst_ims.cli.client.options import Place
from gst_ims.cli.exits import Usage
from gst_ims.client import errors
from gst_ims.client.protocol import PRODUCTION, TEST
from gst_ims.connect.offline import Offline

LIVE, DEMO = Profile(RTIN, "x", "sandbox", "key_live_1"), Profile(RTIN, "x", "http://127.0.0.1:8000", "key_test_local")


@pytest.fixture
def place() -> Place:
    """A config file with three profiles, of which `live` is the default."""
    for name, profile in (("live", LIVE), ("demo", DEMO), ("files", Profile(RTIN, "", "offline", "", "/nowhere"))):
        put(default_path(), name, profile, default=False)
    return Place(default_path(), "")


# Profiles.


def test_the_default_is_meant_where_none_is_named(place: Place) -> None:
    assert profiles(place) == {"live": LIVE}
    assert profiles(place._replace(profile="demo")) == {"demo": DEMO}
    assert list(profiles(place, everyone=True)) == ["live", "demo", "files"]


@pytest.mark.parametrize("everyone", [True, False])
def test_without_a_profile_it_is_said_how_to_make_one(everyone: bool) -> None:
    with pytest.raises(Usage, match="make one with `ims profile add`"):
        profiles(Place(default_path(), ""), everyone=everyone)


# Secrets.


def test_a_secret_is_kept_for_its_portal_and_key(place: Place) -> None:
    store = secrets()
    keep_secret(store, LIVE, "one")
    keep_secret(store, DEMO, "two")
    assert (kept_secret(store, LIVE), kept_secret(store, DEMO)) == ("one", "two")
    assert kept_secret(store, Profile(RTIN, "y", "sandbox", "key_live_2")) == ""
    assert kept_secret(store, Profile("24AAXCT0003K1ZA", "other", "sandbox", "key_live_1")) == "one"


def test_one_of_the_environment_goes_before_one_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    store = secrets()
    keep_secret(store, LIVE, "kept")
    monkeypatch.setenv("IMS_API_SECRET", "given")
    assert kept_secret(store, LIVE) == "given"
    assert not is_kept(store, LIVE, "given")
    assert is_kept(store, LIVE, "kept")


@pytest.mark.parametrize("secret", ["", "kep", "kept ", "KEPT"])
def test_another_secret_is_not_the_kept_one(secret: str) -> None:
    store = secrets()
    assert not is_kept(store, LIVE, secret)
    keep_secret(store, LIVE, "kept")
    assert not is_kept(store, LIVE, secret)


def test_what_is_forgotten_is_gone() -> None:
    store = secrets()
    keep_secret(store, LIVE, "one")
    forget_secret(store, LIVE)
    forget_secret(store, LIVE)
    assert kept_secret(store, LIVE) == ""


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_secrets_that_others_can_read_are_refused(mode: int, home: Path) -> None:
    keep_secret(secrets(), LIVE, "one")
    (file,) = (home / "state" / "gst-ims" / "tokens").glob("*.token")
    file.chmod(mode)
    with pytest.raises(Usage, match=r"Others can read .*: run `chmod -R go= .*tokens`"):
        secrets()
    file.chmod(0o600)
    assert kept_secret(secrets(), LIVE) == "one"


def test_a_directory_that_others_can_look_into_is_refused_too(home: Path) -> None:
    keep_secret(secrets(), LIVE, "one")
    (home / "state" / "gst-ims" / "tokens").chmod(0o755)
    with pytest.raises(Usage, match="Others can read"):
        secrets()


# Keys and addresses.


def test_a_key_is_that_of_the_profile_or_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Profile(RTIN, "x")
    assert (api_key(LIVE), api_key(bare)) == ("key_live_1", "")
    monkeypatch.setenv("IMS_API_KEY", "key_of_all")
    assert (api_key(LIVE), api_key(bare)) == ("key_live_1", "key_of_all")


@pytest.mark.parametrize(
    ("profile", "base_url"),
    [
        (LIVE, PRODUCTION),
        (Profile(RTIN, "x", "sandbox", "key_test_1"), TEST),
        (DEMO, "http://127.0.0.1:8000"),
        (Profile(RTIN, "x", "https://ims.example/", "k"), "https://ims.example"),
    ],
)
def test_a_profile_leads_to_its_portal(profile: Profile, base_url: str) -> None:
    with connected("me", profile, "secret") as client:
        assert client.base_url == base_url


def test_without_a_key_it_is_said_where_it_may_be() -> None:
    with pytest.raises(errors.CredentialsMissing, match="put api_key into it, or set IMS_API_KEY"):
        connected("me", Profile(RTIN, "x"), "secret").__enter__()


@pytest.mark.parametrize(
    ("portal", "words"), [("http://ims.example", "without TLS"), ("https://", "isn't one such as")]
)
def test_an_address_that_cannot_be_is_a_fault_of_the_profile(portal: str, words: str) -> None:
    with pytest.raises(Usage, match=f"Profile 'me': .*{words}"):
        connected("me", Profile(RTIN, "x", portal, "k"), "secret").__enter__()


def test_without_a_secret_it_is_said_how_to_sign_in(place: Place) -> None:
    with pytest.raises(errors.CredentialsMissing, match="run `ims login --profile live`"), opened(place):
        pytest.fail("nothing is to be opened")


@pytest.mark.parametrize("kind", [errors.Forbidden, errors.InvalidSession, errors.SignInNeeded])
def test_whoever_is_signed_in_no_more_is_told_by_which_command(place: Place, kind: type[errors.ClientError]) -> None:
    keep_secret(secrets(), LIVE, "one")
    with pytest.raises(errors.SignInNeeded, match=r"Run `ims login --profile live`\.$"), opened(place):
        raise kind


def test_another_error_goes_on_as_it_is(place: Place) -> None:
    keep_secret(secrets(), LIVE, "one")
    with pytest.raises(errors.PortalDown), opened(place):
        raise errors.PortalDown


def test_a_folder_of_files_needs_neither_key_nor_secret(place: Place, tmp_path: Path) -> None:
    with opened(place._replace(profile="files")) as it:
        assert isinstance(it.session, Offline)
        assert (it.session.folder, it.client, it.name) == (Path("/nowhere"), None, "files")
        assert it.reference("ims-save-1") is None
