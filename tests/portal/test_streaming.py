"""JSON put together in pieces."""

from __future__ import annotations

import json

import pytest

from gst_ims.portal.streaming import array, chunks, member_object

TEXTS = [[], ["1"], ["1", "2"], ['{"a":[1,2]}', "null", '"x,y"'], [str(n) for n in range(1000)]]


@pytest.mark.parametrize("texts", TEXTS, ids=len)
def test_an_array_holds_its_texts_in_order(texts: list[str]) -> None:
    assert json.loads("".join(array(texts))) == [json.loads(text) for text in texts]


MEMBERS = [
    ([], {}),
    ([("b2b", ["[]"])], {"b2b": []}),
    ([("b2b", ["[", "1,", "2]"]), ("cdnr", ['"x"'])], {"b2b": [1, 2], "cdnr": "x"}),
    ([("b2b", array(["1", "2"]))], {"b2b": [1, 2]}),
]


@pytest.mark.parametrize(("members", "expected"), MEMBERS)
def test_an_object_holds_its_members_in_pieces(members, expected) -> None:
    assert json.loads("".join(member_object(members))) == expected


def test_nothing_is_read_before_it_is_needed() -> None:
    read: list[int] = []

    def texts():
        for n in range(10):
            read.append(n)
            yield str(n)

    next(iter(array(texts())))
    assert read == [0]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 65536])
def test_chunks_are_the_texts_one_after_another(size: int) -> None:
    texts = ["a", "", "bcd", "é₹", "x" * 50]
    assert b"".join(chunks(texts, size)).decode() == "".join(texts)


def test_chunks_but_the_last_have_the_size_at_least() -> None:
    *full, last = chunks(["abc"] * 100, 10)
    assert {len(chunk) for chunk in full} == {12}
    assert len(last) == 300 - 12 * len(full)


def test_no_text_is_cut() -> None:
    assert list(chunks(["x" * 30, "y"], 10)) == [b"x" * 30, b"y"]


def test_of_nothing_there_is_one_empty_chunk() -> None:
    """The first piece of an answer is always there to be waited for."""
    assert list(chunks([])) == [b""]
