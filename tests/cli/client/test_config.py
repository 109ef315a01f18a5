"""The config file: what is read from it, what is refused, and that writing leaves the rest alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gst_ims.cli.client.config import Config, Profile, choose, default_path, drop, load, put
from gst_ims.cli.exits import Usage

GSTIN = "27AAXCT0001K1Z6"
PROFILE = f'[profiles.main]\ngstin = "{GSTIN}"\nusername = "tester"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some" / "config.toml"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_its_place_is_the_user_s_own_directory_of_configs(home: Path) -> None:
    assert default_path() == home / "config" / "gst-ims" / "config.toml"


def test_a_file_that_is_not_there_has_no_profile(path: Path) -> None:
    assert load(path) == Config()


def test_a_profile_is_read_with_sandbox_as_its_portal(path: Path) -> None:
    assert load(write(path, PROFILE)).profiles == {"main": Profile(GSTIN, "tester", "sandbox", "")}


WRONG = {
    "not TOML": ("[profiles", "can't be used"),
    "not text": ("\udcff", "can't be used"),
    "a member that there isn't": (PROFILE + 'colour = "red"\n', "unknown field `colour`"),
    "no gstin": ('[profiles.main]\nusername = "tester"\n', "missing required field `gstin`"),
    "a number for a name": (PROFILE.replace('"tester"', "7"), "Expected `str`"),
    "a gstin that can't be": (PROFILE.replace(GSTIN, "27AAX"), "Profile 'main': GSTIN '27AAX' has 5 characters"),
    "no username": (PROFILE.replace("tester", ""), "one at a portal needs a username and takes no folder"),
    "offline without a folder": (PROFILE + 'portal = "offline"\n', "needs a folder"),
    "a folder without offline": (PROFILE + 'folder = "here"\n', "takes no folder"),
    "a portal that is none": (PROFILE + 'portal = "ftp://here"\n', "'ftp://here'"),
    "a name with blanks": (PROFILE.replace("profiles.main", 'profiles."my own"'), "letters, digits, - and _"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_refused_with_the_name_of_the_file(path: Path, text: str, words: str) -> None:
    path.parent.mkdir()
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(Usage) as refused:
        load(path)
    assert str(path) in str(refused.value)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", [PROFILE + 'api_secret = "s"\n', 'secret = "s"\n' + PROFILE])
def test_a_secret_in_it_is_refused_and_not_repeated(path: Path, text: str) -> None:
    with pytest.raises(Usage, match=r"There is a secret in .*: take it out, and run `ims login`"):
        load(write(path, text.replace('"s"', '"hunter2"')))


def test_a_file_that_everybody_can_write_is_refused(path: Path) -> None:
    write(path, PROFILE).chmod(0o666)
    with pytest.raises(Usage, match="chmod o-w"):
        load(path)


def test_a_directory_in_its_place_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Usage, match="Is a directory"):
        load(path)


A, B = Profile(GSTIN, "a"), Profile(GSTIN, "b")


@pytest.mark.parametrize(
    ("config", "name", "chosen"),
    [
        (Config("", {"a": A}), "", "a"),
        (Config("b", {"a": A, "b": B}), "", "b"),
        (Config("b", {"a": A, "b": B}), "a", "a"),
    ],
)
def test_the_profile_is_the_named_one_the_default_or_the_only_one(config: Config, name: str, chosen: str) -> None:
    assert choose(config, Path("c"), name) == (chosen, config.profiles[chosen])


@pytest.mark.parametrize(
    ("config", "name", "words"),
    [
        (Config(), "", "There is no profile in c: make one"),
        (Config("", {"a": A, "b": B}), "", "Say which profile: --profile or IMS_PROFILE. There are: a, b."),
        (Config("", {"a": A}), "x", "There is no profile 'x' in c. There are: a."),
        (Config("gone", {"a": A}), "", "There is no profile 'gone' in c."),
    ],
)
def test_where_it_is_not_clear_the_profiles_that_there_are_are_said(config: Config, name: str, words: str) -> None:
    with pytest.raises(Usage) as refused:
        choose(config, Path("c"), name)
    assert str(refused.value).startswith(words)


def test_what_is_written_is_read_back_and_the_first_is_the_default(path: Path) -> None:
    put(path, "a", A, default=False)
    put(path, "b", Profile(GSTIN, "b", "http://127.0.0.1:8000", "key"), default=False)
    assert load(path) == Config("a", {"a": A, "b": Profile(GSTIN, "b", "http://127.0.0.1:8000", "key")})


def test_another_default_can_be_set(path: Path) -> None:
    put(path, "a", A, default=False)
    put(path, "b", B, default=True)
    assert load(path).default == "b"


def test_a_profile_is_replaced_by_one_of_its_name(path: Path) -> None:
    put(path, "a", A, default=False)
    put(path, "a", B, default=False)
    assert load(path).profiles == {"a": B}


def test_comments_of_the_user_stay(path: Path) -> None:
    write(path, f"# mine\n{PROFILE}  # here too\n")
    put(path, "b", B, default=False)
    assert path.read_text().startswith("# mine\n")
    assert "# here too" in path.read_text()
    assert [*load(path).profiles] == ["main", "b"]


def test_a_profile_that_cannot_be_is_not_written(path: Path) -> None:
    with pytest.raises(Usage, match="Profile 'a': GSTIN 'X' has 1 characters"):
        put(path, "a", Profile("X", "a"), default=False)
    assert not path.exists()


def test_a_broken_file_is_not_written_over(path: Path) -> None:
    write(path, "[broken")
    with pytest.raises(Usage):
        put(path, "a", A, default=False)
    assert path.read_text() == "[broken"


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Usage, match="can't be"):
        put(tmp_path / "file" / "config.toml", "a", A, default=False)


def test_a_profile_is_taken_out_and_no_longer_the_default(path: Path) -> None:
    put(path, "a", A, default=True)
    put(path, "b", B, default=False)
    assert drop(path, "a") == A
    assert load(path) == Config("", {"b": B})


def test_only_a_profile_that_is_there_can_be_taken_out(path: Path) -> None:
    put(path, "a", A, default=False)
    with pytest.raises(Usage, match="There is no profile 'b'"):
        drop(path, "b")
