"""Writing profiles: what is written is read back, and every other line of the file stays as its owner wrote it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gst_ims.cli.client.config import OFFLINE, SANDBOX, Config, Profile, check, drop, load, put
from gst_ims.cli.exits import Usage
from gst_ims.core.errors import Invalid

GSTIN, OTHER = "27AAXCT0001K1Z6", "24AAXCT0003K1ZA"
edits = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)

NAMES = st.from_regex(r"[A-Za-z0-9_\-]{0,11}[A-Za-z0-9]", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
ONLINE = st.builds(
    Profile,
    st.sampled_from([GSTIN, OTHER]),
    WORDS,
    st.sampled_from([SANDBOX, "https://ims.example", "http://127.0.0.1:8000"]),
    st.just("") | WORDS,
)
FILES = st.builds(lambda gstin, folder: Profile(gstin, "", OFFLINE, "", folder), st.just(GSTIN), WORDS)
PROFILES = ONLINE | FILES

#: A file as a person keeps it, with lines that are none of ours.
KEPT = f"""\
# Our taxpayers. Ask Bina before you change anything.

default = "pune"   # where most of the work is

[profiles.pune]  # the head office
portal   = "sandbox"
api_key  = 'key_live_1'
gstin    = "{GSTIN}"
username = "saraswati"

# Surat is new.
[profiles."surat"]
gstin = "{OTHER}"
username = \"\"\"surat\"\"\"
"""
FOREIGN = [
    "# Our taxpayers. Ask Bina before you change anything.",
    "# Surat is new.",
    "[profiles.pune]  # the head office",
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def kept(path: Path) -> Path:
    path.write_text(KEPT)
    return path


# Read back.


@edits
@given(st.lists(st.tuples(NAMES, PROFILES, st.booleans()), min_size=1, max_size=6))
def test_whatever_is_written_is_read_back(path: Path, steps: list[tuple[str, Profile, bool]]) -> None:
    path.unlink(missing_ok=True)
    wanted, default = dict[str, Profile](), ""
    for name, profile, as_default in steps:
        before = put(path, name, profile, default=as_default)
        assert before == wanted.get(name)
        default = name if as_default or not wanted else default
        wanted[name] = profile
        assert load(path) == Config(default, wanted)


@edits
@given(st.dictionaries(NAMES, PROFILES, min_size=1, max_size=6), st.data())
def test_whatever_is_taken_out_is_gone_and_the_others_stay(
    path: Path, profiles: dict[str, Profile], data: st.DataObject
) -> None:
    path.unlink(missing_ok=True)
    for name, profile in profiles.items():
        put(path, name, profile, default=False)
    first = next(iter(profiles))
    gone = data.draw(st.sampled_from(list(profiles)))
    assert drop(path, gone) == profiles[gone]
    left = {name: profile for name, profile in profiles.items() if name != gone}
    assert load(path) == Config("" if gone == first else first, left)


@edits
@given(NAMES, PROFILES)
def test_a_profile_that_comes_and_goes_leaves_no_trace_but_itself(path: Path, name: str, profile: Profile) -> None:
    path.write_text(KEPT)
    before = load(path)
    if name in before.profiles:
        return
    put(path, name, profile, default=False)
    drop(path, name)
    assert load(path) == before
    assert all(line in path.read_text().splitlines() for line in KEPT.splitlines() if line.strip())


# The lines of others.


@edits
@given(NAMES, PROFILES, st.booleans())
def test_another_profile_changes_no_line_that_is_there(path: Path, name: str, profile: Profile, default: bool) -> None:
    path.write_text(KEPT)
    if name in ("pune", "surat"):
        return
    put(path, name, profile, default=default)
    lines = path.read_text().splitlines()
    changed = [line for line in KEPT.splitlines() if line not in lines]
    assert [line.partition(" ")[0] for line in changed] == (["default"] if default else [])
    left = iter(lines)
    assert all(line in left for line in KEPT.splitlines() if line not in changed), "and they are in their order"


def test_a_profile_of_the_same_name_is_replaced_where_it_stands(kept: Path) -> None:
    put(kept, "pune", Profile(OTHER, "new"), default=False)
    text = kept.read_text()
    assert all(line in text for line in FOREIGN)
    assert "api_key" not in text
    assert text.index("pune]") < text.index("surat")
    assert load(kept).profiles["pune"] == Profile(OTHER, "new")


def test_who_takes_one_out_keeps_his_other_words(kept: Path) -> None:
    drop(kept, "surat")
    text = kept.read_text()
    assert FOREIGN[0] in text
    assert FOREIGN[2] in text
    assert [*load(kept).profiles] == ["pune"]


def test_without_the_last_profile_another_first_one_is_the_default(path: Path) -> None:
    put(path, "a", Profile(GSTIN, "x"), default=False)
    drop(path, "a")
    assert load(path) == Config("", {})
    put(path, "b", Profile(GSTIN, "x"), default=True)
    assert load(path).default == "b"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "\n\n", "[profiles]\n"])
def test_a_file_without_profiles_takes_the_first(text: str, path: Path) -> None:
    path.write_text(text)
    put(path, "a", Profile(GSTIN, "x"), default=True)
    assert load(path) == Config("a", {"a": Profile(GSTIN, "x")})
    assert path.read_text().startswith(text.rstrip("\n") if text.startswith("#") else "")


def test_no_other_program_s_eyes_and_no_half_file(kept: Path) -> None:
    put(kept, "new", Profile(GSTIN, "x"), default=False)
    assert [it.name for it in kept.parent.iterdir()] == ["config.toml"]
    assert tomllib.loads(kept.read_text())["profiles"]["new"] == {
        **{"gstin": GSTIN, "portal": SANDBOX, "username": "x"}
    }


# What can't be.

WRONG: dict[str, tuple[str, Profile, str]] = {
    "no name": ("", Profile(GSTIN, "x"), "letters, digits, - and _ only"),
    "a name of signs": ("-_-", Profile(GSTIN, "x"), "letters, digits, - and _ only"),
    "a name with a point": ("a.b", Profile(GSTIN, "x"), "letters, digits, - and _ only"),
    "a name with a blank": ("a b", Profile(GSTIN, "x"), "letters, digits, - and _ only"),
    "a name with a line end": ("a\n", Profile(GSTIN, "x"), "letters, digits, - and _ only"),
    "no gstin": ("a", Profile("", "x"), "has 0 characters"),
    "a gstin in small letters": ("a", Profile(GSTIN.lower(), "x"), "capital letters are needed"),
    "no username": ("a", Profile(GSTIN), "needs a username"),
    "a folder at a portal": ("a", Profile(GSTIN, "x", folder="here"), "takes no folder"),
    "no folder offline": ("a", Profile(GSTIN, portal=OFFLINE), "needs a folder"),
    "a username offline": ("a", Profile(GSTIN, "x", OFFLINE, "", "here"), "takes no username"),
    "a portal of another kind": ("a", Profile(GSTIN, "x", "ftp://x"), "'ftp://x'"),
    "a portal without a scheme": ("a", Profile(GSTIN, "x", "127.0.0.1:8000"), "can be a URL, sandbox, or offline"),
}


@pytest.mark.parametrize(("name", "profile", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_not_written(kept: Path, name: str, profile: Profile, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(name, profile)
    assert words in str(refused.value)
    with pytest.raises(Usage) as said:
        put(kept, name, profile, default=True)
    assert str(said.value).endswith(f"{words}.") or words in str(said.value)
    assert kept.read_text() == KEPT


@edits
@given(NAMES, PROFILES)
def test_what_can_be_is_taken(path: Path, name: str, profile: Profile) -> None:
    check(name, profile)
    assert profile.offline is (profile.portal == OFFLINE)


@edits
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_whatever_stands_in_the_file_it_is_read_or_said_in_a_line(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    try:
        read = load(path)
    except Usage as error:
        said = str(error)
    else:
        said = str(path) if read == Config() else ""
    assert str(path) in said
