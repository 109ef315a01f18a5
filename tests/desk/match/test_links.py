"""Decisions come from a file that a person fills in, and none of them is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from tests.desk.register.made import csv_file, xlsx

from gst_ims.connect.errors import Unreadable
from gst_ims.desk.match import Apart, Decision, Identity, Together, read_links
from gst_ims.desk.match.links import HEADINGS, lines

BUYER = "27AAPFU0939F1ZV"
SELLER, OTHER = "29AAGCB7383J1Z4", "24AAACC1206D1ZM"
DAY = date(2025, 11, 15)


def name(number: str, stin: str = SELLER, section: str = "b2b", day: date = DAY) -> Identity:
    return Identity(BUYER, stin, section, number, day)


def line(word: str, portal: str, books: str, **more: str) -> list[str]:
    """A line with all columns of one supplier's invoices, unless `more` says otherwise."""
    usual = {"Decision": word, "Recipient": BUYER}
    for side, number in (("Portal", portal), ("Books", books)):
        usual |= {f"{side} supplier": SELLER, f"{side} section": "b2b", f"{side} number": number}
        usual |= {f"{side} date": "15-11-2025"}
    told = usual | {key.replace("_", " ").capitalize(): value for key, value in more.items()}
    return [told[heading] for heading in HEADINGS]


def read(folder: Path, *rows: list[str], rtin: str | None = None) -> list[Decision]:
    return read_links(csv_file(folder, [list(HEADINGS), *rows], "links.csv"), rtin)


def test_a_line_says_which_two_belong_together(tmp_path: Path) -> None:
    assert read(tmp_path, line("together", "A-1", "Z-9")) == [Together((name("A-1"),), (name("Z-9"),))]


def test_a_line_says_which_two_do_not(tmp_path: Path) -> None:
    assert read(tmp_path, line("apart", "A-1", "Z-9")) == [Apart(name("A-1"), name("Z-9"))]


@pytest.mark.parametrize("word", ["Together", "TOGETHER", " together "])
def test_words_may_be_written_as_one_likes(word: str, tmp_path: Path) -> None:
    assert isinstance(read(tmp_path, line(word, "A-1", "Z-9"))[0], Together)


def test_a_line_without_a_word_decides_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, line("", "A-1", "Z-9"), line(" ", "", "")) == []


SPLITS = {
    "a split is a line for each part": ([("A-1", "X"), ("A-1", "Y")], (["A-1"], ["X", "Y"])),
    "a merger too": ([("A-1", "X"), ("A-2", "X")], (["A-1", "A-2"], ["X"])),
    "what is tied by others is one": ([("A-1", "X"), ("A-2", "Y"), ("A-2", "X")], (["A-1", "A-2"], ["X", "Y"])),
    "a line that stands twice counts once": ([("A-1", "X"), ("A-1", "X")], (["A-1"], ["X"])),
    "a circle is one": (
        [("A-1", "X"), ("A-1", "Y"), ("A-2", "X"), ("A-2", "Y")],
        (["A-1", "A-2"], ["X", "Y"]),
    ),
}


@pytest.mark.parametrize(("pairs", "expected"), SPLITS.values(), ids=SPLITS.keys())
def test_lines_that_share_a_document_belong_together(
    pairs: list[tuple[str, str]], expected: tuple[list[str], list[str]], tmp_path: Path
) -> None:
    (found,) = read(tmp_path, *(line("together", *pair) for pair in pairs))
    assert isinstance(found, Together)
    assert sorted(it.number for it in found.portal) == expected[0]
    assert sorted(it.number for it in found.books) == expected[1]


def test_what_shares_nothing_is_decided_apart_from_each_other(tmp_path: Path) -> None:
    found = read(tmp_path, line("together", "A-1", "X"), line("together", "A-2", "Y"), line("apart", "A-3", "Z"))
    assert found == [
        Together((name("A-1"),), (name("X"),)),
        Together((name("A-2"),), (name("Y"),)),
        Apart(name("A-3"), name("Z")),
    ]


@pytest.mark.parametrize(("first", "second"), [("together", "apart"), ("apart", "together")])
def test_of_two_words_about_one_pair_the_later_one_counts(first: str, second: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path, line(first, "A-1", "X"), line(second, "A-1", "X"))
    assert isinstance(found, Apart) == (second == "apart")


def test_supplier_and_section_are_those_of_the_other_side_where_a_cell_is_empty(tmp_path: Path) -> None:
    row = line("together", "A-1", "X", books_supplier="", books_section="")
    assert read(tmp_path, row) == [Together((name("A-1"),), (name("X"),))]
    row = line("together", "A-1", "X", portal_supplier="", books_section="b2bcn", books_supplier=OTHER)
    (found,) = read(tmp_path, row)
    assert isinstance(found, Together)
    assert (found.portal[0].stin, found.books[0].stin) == (OTHER, OTHER)
    assert (found.portal[0].section, found.books[0].section) == ("b2b", "b2bcn")


def test_without_any_section_it_is_an_invoice(tmp_path: Path) -> None:
    (found,) = read(tmp_path, line("apart", "A-1", "X", portal_section="", books_section=""))
    assert isinstance(found, Apart)
    assert found.portal.section == found.books.section == "b2b"


def test_goods_from_abroad_have_no_supplier(tmp_path: Path) -> None:
    row = line("together", "1234567", "BOE 7", portal_supplier="", books_supplier="", portal_section="impg")
    (found,) = read(tmp_path, row)
    assert isinstance(found, Together)
    assert found.portal[0] == Identity(BUYER, "", "impg", "1234567", DAY)


def test_the_recipient_may_be_given_for_all(tmp_path: Path) -> None:
    rows = [list(HEADINGS[:1] + HEADINGS[2:]), [it for it in line("apart", "A-1", "X") if it != BUYER]]
    assert read_links(csv_file(tmp_path, rows), BUYER) == [Apart(name("A-1"), name("X"))]


@pytest.mark.parametrize("text", ["15-11-2025", "15/11/2025", "2025-11-15", "15-Nov-2025"])
def test_dates_are_read_as_in_registers(text: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path, line("apart", "A-1", "X", portal_date=text))
    assert isinstance(found, Apart)
    assert found.portal.document_date == DAY


def test_a_workbook_may_have_several_sheets_of_which_later_ones_are_later_words(tmp_path: Path) -> None:
    first, second = line("together", "A-1", "X"), line("together", "A-1", "Y")
    path = xlsx(tmp_path, {"Decisions": [HEADINGS, first], "Notes": [["whatever"]], "Mismatch": [HEADINGS, second]})
    assert [[it.number for it in found.books] for found in read_links(path) if isinstance(found, Together)] == [
        ["X"],
        ["Y"],
    ]


def test_a_date_and_a_number_of_a_workbook_may_be_cells_of_their_own_kind(tmp_path: Path) -> None:
    row: list[Any] = [*line("apart", "A-1", "X")]
    row[HEADINGS.index("Books number")] = 4711
    row[HEADINGS.index("Books date")] = DAY
    (found,) = read_links(xlsx(tmp_path, {"L": [HEADINGS, row]}))
    assert isinstance(found, Apart)
    assert (found.books.number, found.books.document_date) == ("4711", DAY)


WRONG = {
    "a word that isn't one": ({"word": "maybe"}, "row 2: Decision 'maybe' isn't one of together, apart."),
    "no number": ({"books_number": ""}, "row 2: It doesn't name a document of the books: number and date are needed."),
    "no date": ({"portal_date": ""}, "row 2: It doesn't name a document of the portal"),
    "a date that isn't one": ({"portal_date": "31-02-2025"}, "row 2: Date '31-02-2025' isn't a day"),
    "a supplier that isn't one": ({"portal_supplier": "29AAGC"}, "row 2: GSTIN '29AAGC' has 6 characters"),
    "a section that isn't one": ({"books_section": "b2x"}, "row 2: Section 'b2x' doesn't exist"),
    "no recipient": ({"recipient": ""}, "row 2: It has no recipient."),
}


@pytest.mark.parametrize(("more", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_decided(
    more: dict[str, str], says: str, tmp_path: Path
) -> None:
    more = dict(more)
    row = line(more.pop("word", "together"), "A-1", "X", **more)
    with pytest.raises(Unreadable) as raised:
        read(tmp_path, row, line("apart", "A-2", "Y"))
    assert f"links.csv, {says}" in str(raised.value)


def test_a_line_may_not_hold_apart_what_others_tie_together(tmp_path: Path) -> None:
    pairs = [("together", "A", "X"), ("together", "A", "Y"), ("together", "B", "X"), ("apart", "B", "Y")]
    with pytest.raises(Unreadable, match=r"row 5: It holds apart what other rows tie together\."):
        read(tmp_path, *(line(*pair) for pair in pairs))


def test_of_many_such_lines_five_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"row 6: .* And 3 more\."):
        read(tmp_path, *(line("maybe", f"A-{nth}", "X") for nth in range(8)))


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"links\.csv has no decisions: its columns have to be Decision, "):
        read_links(csv_file(tmp_path, [["Decision", "Number"], ["together", "A-1"]], "links.csv"))


identities = st.builds(name, st.sampled_from("ABCDEFG"), st.sampled_from([SELLER, OTHER]))
pairs = st.lists(st.tuples(st.sampled_from(["together", "apart"]), identities, identities), max_size=8)


@given(pairs)
def test_what_is_written_as_lines_is_read_as_the_same_decisions(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, Identity, Identity]]
) -> None:
    folder = tmp_path_factory.mktemp("links")

    def written(found: list[tuple[str, Identity, Identity]]) -> list[Decision]:
        rows = [[word, p.rtin, *_cells(p), *_cells(b)] for word, p, b in found]
        return read_links(csv_file(folder, [list(HEADINGS), *rows]))

    try:
        once = written(pairs)
    except Unreadable:
        reject()
    again = written(list(lines(once)))
    assert as_sets(again) == as_sets(once)


def _cells(it: Identity) -> list[str]:
    return [it.stin, it.section, it.number, f"{it.document_date:%d-%m-%Y}"]


def as_sets(decisions: list[Decision]) -> set[Any]:
    return {
        ("apart", it.portal, it.books)
        if isinstance(it, Apart)
        else ("together", frozenset(it.portal), frozenset(it.books))
        for it in decisions
    }
