"""Where tokens are kept: files that nobody else reads, that are whole always, and whose names say nothing."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gst_ims.client import FileStore, KeyringStore, tokens
from gst_ims.client.errors import StateUnusable
from gst_ims.client.tokens import Token, digest, state_directory, usable, write_private

TOKEN = Token("hush", 1763468241.5)
NAMES = st.text(max_size=30)
#: What a file can have: no half characters, and lines as they are read back.
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=60)

files = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


class Memory:
    """A keyring of one service, as the module `keyring` has it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture(params=["files", "keyring"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return FileStore(tmp_path / "tokens") if request.param == "files" else KeyringStore(Memory())


# Every store.


@files
@given(st.dictionaries(NAMES, TEXTS, max_size=5))
def test_what_is_kept_is_what_is_found(store: Any, kept: dict[str, str]) -> None:
    for name, text in kept.items():
        store.save(name, text)
    assert {name: store.load(name) for name in kept} == kept
    for name in kept:
        store.delete(name)
        assert store.load(name) is None


def test_the_last_one_counts(store: Any) -> None:
    for text in ("one", "two", "three"):
        store.save("a", text)
    assert store.load("a") == "three"


def test_what_was_never_kept_is_none_and_can_be_forgotten(store: Any) -> None:
    assert store.load("nobody") is None
    store.delete("nobody")


def test_one_does_not_touch_another(store: Any) -> None:
    store.save("a", "one")
    store.save("b", "two")
    store.delete("a")
    assert (store.load("a"), store.load("b")) == (None, "two")


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), st.floats(0, 1e11))
def test_a_token_comes_back_as_it_was(text: str, expires_at: float) -> None:
    store = KeyringStore(Memory())
    tokens.save(store, "t", Token(text, expires_at))
    assert tokens.load(store, "t") == Token(text, expires_at)


@pytest.mark.parametrize(
    "text",
    ["", "hush", "{", "[]", "null", "{}", '{"access_token": "a"}', '{"access_token": 7, "expires_at": 1}', '{"a": 1}'],
)
def test_what_is_no_token_is_none(text: str, store: Any) -> None:
    store.save("t", text)
    assert tokens.load(store, "t") is None


def test_members_of_later_versions_do_not_matter(store: Any) -> None:
    store.save("t", '{"access_token": "a", "expires_at": 7, "more": [1]}')
    assert tokens.load(store, "t") == Token("a", 7)


def test_a_token_is_never_shown() -> None:
    assert repr(TOKEN) == "Token(expires_at=1763468241.5)"
    assert "hush" not in f"{TOKEN} {[TOKEN]}"


def test_a_token_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        TOKEN.access_token = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


# Files.


def test_the_directory_is_made_when_something_is_kept(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "a" / "b")
    store.load("x")
    store.delete("x")
    assert not (tmp_path / "a").exists()
    store.save("x", "y")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_file_is_for_this_user_alone_whatever_others_get(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        write_private(tmp_path / "t", b"hush")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "t").stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("old")
    (tmp_path / "t").chmod(0o644)
    write_private(tmp_path / "t", b"new")
    assert ((tmp_path / "t").read_bytes(), stat.S_IMODE((tmp_path / "t").stat().st_mode)) == (b"new", 0o600)


@given(NAMES, NAMES)
def test_names_of_files_say_nothing_and_differ(one: str, other: str) -> None:
    assert len(digest(one)) == 32
    assert set(digest(one)) <= set("0123456789abcdef")
    assert (digest(one) == digest(other)) == (one == other)


def test_no_name_leads_out_of_the_directory(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "tokens")
    for name in ("../up", "/etc/passwd", "a/b", "", ".", "x" * 5000, "\n"):
        store.save(name, "y")
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {tmp_path / "tokens"}


def test_nothing_is_left_of_a_write_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "t", b"old")

    def full(*paths: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StateUnusable, match="No space left on device"):
        write_private(tmp_path / "t", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("t", b"old")]


def test_nothing_is_left_of_a_write_that_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*paths: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_private(tmp_path / "t", b"new")
    assert list(tmp_path.iterdir()) == []


def test_readers_see_one_whole_text_or_the_other(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    texts = ["a" * 5000, "b" * 9000]
    store.save("t", texts[0])
    done = threading.Event()
    seen: set[str | None] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(store.load("t"))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(60):
        store.save("t", texts[turn % 2])
    done.set()
    for reader in readers:
        reader.join()
    assert seen <= set(texts)


def test_what_is_in_the_way_is_said_with_its_place(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "file")
    (tmp_path / "file").write_text("")
    for act in (lambda: store.save("a", "b"), lambda: store.load("a"), lambda: store.delete("a")):
        with pytest.raises(StateUnusable, match=rf"{tmp_path}/file/.*another directory"):
            act()


@pytest.mark.parametrize("error", [FileNotFoundError(2, "gone"), TimeoutError("held")])
def test_what_is_no_fault_of_the_state_goes_on_as_it_is(error: OSError, tmp_path: Path) -> None:
    with pytest.raises(type(error)), usable(tmp_path):
        raise error


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")])
def test_what_the_system_refuses_is_said_with_its_reason(error: OSError, tmp_path: Path) -> None:
    said = f"{tmp_path} can't be read or written .{error.strerror}.: make room"
    with pytest.raises(StateUnusable, match=said), usable(tmp_path):
        raise error


def test_the_state_has_its_place_by_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_directory() == tmp_path / "gst-ims"
