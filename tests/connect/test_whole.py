"""New files: there whole or not at all, and never over another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.exceptions import FileCreateError

from gst_ims.connect.errors import AlreadyThere, Unwritable
from gst_ims.connect.whole import new_file


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_what_is_written_is_there_at_the_end(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("new") / "a.bin"
    with new_file(path) as part:
        part.write_bytes(content)
        assert not path.exists()
    assert path.read_bytes() == content
    assert names(path.parent) == ["a.bin"]


def test_until_the_end_it_has_another_name_of_the_same_kind(tmp_path: Path) -> None:
    with new_file(tmp_path / "records.xlsx") as part:
        assert (part.parent, part.suffix, part.name[0]) == (tmp_path, ".xlsx", ".")
        part.write_bytes(b"x")
    assert names(tmp_path) == ["records.xlsx"]


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_after_an_error_there_is_nothing(error: BaseException, tmp_path: Path) -> None:
    def half() -> None:
        with new_file(tmp_path / "a") as part:
            part.write_bytes(b"half")
            raise error

    with pytest.raises(type(error)):
        half()
    assert names(tmp_path) == []


def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(AlreadyThere, match="choose another name, or move it away"), new_file(tmp_path / "a"):
        pytest.fail("nothing is to be written")
    assert (tmp_path / "a").read_text() == "mine"


def test_what_comes_to_be_meanwhile_is_not_touched_either(tmp_path: Path) -> None:
    def too_late() -> None:
        with new_file(tmp_path / "a") as part:
            part.write_text("ours")
            (tmp_path / "a").write_text("theirs")

    with pytest.raises(AlreadyThere):
        too_late()
    assert (tmp_path / "a").read_text() == "theirs"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("there", ["directory", "link to nothing"])
def test_a_name_that_something_else_has_is_not_taken(there: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    if there == "directory":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "gone")

    def write() -> None:
        with new_file(path) as part:
            part.write_text("ours")

    with pytest.raises(AlreadyThere):
        write()
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize(("place", "why"), [("nowhere", "No such file or directory"), ("file", "Not a directory")])
def test_where_nothing_can_be_written_it_is_said_before_anything_is_made(place: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match=f"a can't be written: {why}"), new_file(tmp_path / place / "a"):
        pytest.fail("nothing is to be written")
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["a", "a.b.xlsx", ".hidden", "with blank.csv", "\u0915.json"])
def test_any_name_can_be_a_file_s(name: str, tmp_path: Path) -> None:
    with new_file(tmp_path / name) as part:
        part.write_text("x")
    assert names(tmp_path) == [name]


def test_a_name_is_free_again_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        with new_file(tmp_path / "a"):
            raise RuntimeError("as an example")

    with pytest.raises(RuntimeError, match="as an example"):
        fail()
    with new_file(tmp_path / "a") as part:
        part.write_text("second")
    assert (tmp_path / "a").read_text() == "second"


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize("error", [FULL, FileCreateError(FULL)], ids=["of a file", "of a workbook"])
def test_on_a_full_disk_it_is_said_and_there_is_no_file(error: Exception, tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "a") as part:
            part.write_text("half")
            raise error

    with pytest.raises(Unwritable, match=r"a can't be written: No space left on device\. Choose another place\."):
        write()
    assert names(tmp_path) == []
