"""Where things stand in a TOML file: each character of a text is found where it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.desk.policy.places import inside, line_and_column, tables


def characters(text: str, key: str = "when") -> str:
    """The characters of the file that a value's characters stand at."""
    statement = tables(text)[-1].statements[key]
    value = tomllib.loads(text)[key]
    places = inside(statement)
    assert len(places) == len(value) + 1
    return "".join(text[at] for at in places[:-1])


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('"abc"', "abc"),
        ("'a\\c'", "a\\c"),
        ('"""abc"""', "abc"),
        ('"""\nabc"""', "abc"),
        ("'''\nabc'''", "abc"),
        ('"a\\tb"', "a\\b"),
        ('"a\\u0062c"', "a\\c"),
        ('"a\\U00000062c"', "a\\c"),
        ('"""a \\\n   b"""', "a b"),
        ('"""a\\\n\n  b"""', "ab"),
        ('"""a"b""c"""', 'a"b""c'),
        ('"""a\\"""b"""', 'a\\""b'),
        ('""', ""),
    ],
)
def test_a_character_is_found_where_it_is_written(written: str, found: str) -> None:
    assert characters(f"when = {written}") == found


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="'\\"), max_size=30))
def test_a_text_without_escapes_is_found_as_it_is(text: str) -> None:
    assert characters(f"first = 1\n  when = '{text}' # when = 'x'") == text


def test_tables_statements_and_comments_are_told_apart() -> None:
    text = '# [[no]]\na = "[[no]]" # [[no]]\n[[ rule ]]\nb = [ # [[no]]\n  "]", 2\n]\n["x".y]\n"c" = { d = 1 }\n'
    found = tables(text)
    assert [(table.name, list(table.statements)) for table in found] == [
        ("", ["a"]),
        ("rule", ["b"]),
        ("x.y", ["c"]),
    ]
    assert [line_and_column(text, table.start) for table in found[1:]] == [(3, 1), (7, 1)]
    statement = found[1].statements["b"]
    assert line_and_column(text, statement.key) == (4, 1)
    assert statement.written == '[ # [[no]]\n  "]", 2\n]'


@given(st.text(st.sampled_from("ab\n"), max_size=20), st.integers(0, 20))
def test_lines_and_columns_count_from_one(text: str, at: int) -> None:
    at = min(at, len(text))
    line, column = line_and_column(text, at)
    assert sum(len(it) + 1 for it in text.split("\n")[: line - 1]) + column - 1 == at
