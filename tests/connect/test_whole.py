"""A new file is there whole, or not at all, and nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from gst_ims.connect.errors import AlreadyThere
from gst_ims.connect.whole import new_file


def test_what_was_written_stands_under_the_name(tmp_path: Path) -> None:
    with new_file(tmp_path / "a.json") as part:
        part.write_text("[]")
        assert not (tmp_path / "a.json").exists()
        assert part.suffix == ".json"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "[]"


def test_after_an_error_there_is_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "a.json") as part:
            part.write_text("[")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("mine")
    done: list[str] = []

    def write() -> None:
        with new_file(tmp_path / "a.json"):
            done.append("work")

    with pytest.raises(AlreadyThere, match=r"a.json is there already: choose another name"):
        write()
    assert (tmp_path / "a.json").read_text() == "mine"
    assert done == []


def test_a_file_that_came_meanwhile_stays(tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "a.json") as part:
            part.write_text("ours")
            (tmp_path / "a.json").write_text("theirs")

    with pytest.raises(AlreadyThere):
        write()
    assert (tmp_path / "a.json").read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
