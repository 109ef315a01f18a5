"""Registers that are read anew, changed and dropped: what stands is a model's, and each past is read as it stood."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.register.made import HEADINGS, csv_file, row
from tests.desk.review.folders import Office, office

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.desk import NotAllowed
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.register.service import Kept

NUMBERS = [f"A-{at}" for at in range(6)]
#: Of each label: the documents, by number and which copy, with their taxable value in paise.
Books = dict[str, dict[tuple[str, int], int]]


@pytest.fixture(scope="module")
def place(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(server, tmp_path_factory.mktemp("kept")) as opened:
        yield opened


def filled(chance: random.Random) -> dict[tuple[str, int], int]:
    """What a file has: some documents, one of them booked twice."""
    found = {(number, 1): chance.choice([100_00, 100_01, 250_50]) for number in chance.sample(NUMBERS, 4)}
    number, _ = chance.choice(list(found))
    return found | {(number, 2): found[number, 1]}


def keep(place: Office, by: Person, gstin: Gstin, label: str, told: dict[tuple[str, int], int], folder: Path) -> Kept:
    rows = [
        row(number, value="", taxable=str(rupees(amount)), igst=str(rupees(amount * 18 // 100)))
        for (number, _), amount in told.items()
    ]
    path = csv_file(folder, [HEADINGS, *rows])
    with read([path], gstin) as register:
        return registers.keep(place.desk, by, gstin, label, register, {path.name: "0" * 64})


def standing(place: Office, gstin: Gstin, at: int | None = None) -> Counter[tuple[str, str, int]]:
    """Label, number and taxable value of what stands now, or stood after a register."""
    when = "until is null" if at is None else "since <= %(at)s and (until is null or until > %(at)s)"
    with place.desk.of([gstin]) as db:
        found = db.execute(
            f"select label, number, taxable from desk.book where gstin = %(gstin)s and {when}",
            {"gstin": gstin, "at": at},
        )
        return Counter((it.label, it.number, it.taxable) for it in found)


def counted(books: Books) -> Counter[tuple[str, str, int]]:
    return Counter((label, number, amount) for label, told in books.items() for (number, _), amount in told.items())


def expected(before: dict[tuple[str, int], int], now: dict[tuple[str, int], int]) -> tuple[int, int, int]:
    """New, changed and gone. Copies are told apart by their order, which equal ones don't have."""
    new, gone = now.keys() - before.keys(), before.keys() - now.keys()
    return len(new), sum(before[it] != now[it] for it in now.keys() & before.keys()), len(gone)


def test_what_stands_is_what_was_read_last_under_each_label_and_the_past_stays(place: Office, tmp_path: Path) -> None:
    chance = random.Random(7)
    folder, staff = place.founded(("Asha", (Role.PREPARER,)))
    asha, mine = staff["Asha"], folder.gstin
    books: Books = {}
    past: dict[int, Counter[tuple[str, str, int]]] = {}
    for number in range(1, 13):
        label = chance.choice(["tally", "zoho"])
        if number % 4 == 0 and label in books:
            gone = registers.drop(place.desk, asha, mine, label)
            assert gone == len(books.pop(label))
        else:
            told = filled(chance)
            kept = keep(place, asha, mine, label, told, tmp_path)
            assert (kept.id, kept.documents, kept.problems) == (number, len(told), 0)
            assert (kept.new, kept.changed, kept.gone) == expected(books.get(label, {}), told)
            books[label] = told
        past[number] = counted(books)
        assert standing(place, mine) == past[number]
        listed = registers.registers(place.desk, asha, mine)
        assert {it.label: it.documents for it in listed} == {it: len(told) for it, told in books.items()}
        assert [it.id for it in listed] == sorted((it.id for it in listed), reverse=True)
        for it in listed:
            assert it.totals["taxable"] == sum(books[it.label].values())
    assert {at: standing(place, mine, at) for at in past} == past


def test_what_is_dropped_can_be_read_again_and_what_is_not_there_cannot_be_dropped(
    place: Office, tmp_path: Path
) -> None:
    folder, staff = place.founded(("Asha", (Role.PREPARER,)), ("Vera", (Role.VIEWER,)))
    asha, mine = staff["Asha"], folder.gstin
    told = {("A-1", 1): 100_00}
    keep(place, asha, mine, "tally", told, tmp_path)
    with pytest.raises(NotAllowed, match="this takes preparer"):
        registers.drop(place.desk, staff["Vera"], mine, "tally")
    assert registers.drop(place.desk, asha, mine, "tally") == 1
    for label in ("tally", "zoho", ""):
        with pytest.raises(Invalid, match=f"There is no register '{label}'"):
            registers.drop(place.desk, asha, mine, label)
    assert (registers.registers(place.desk, asha, mine), standing(place, mine)) == ([], Counter())
    # A drop that is refused has no number of its own.
    assert keep(place, asha, mine, "tally", told, tmp_path) == Kept(3, 1, 0, 1, 0, 0)
    with place.desk.of([mine]) as db:
        said = db.execute(
            "select person, what from desk.trail where gstin = %s and what like 'books%%' order by id", [mine]
        )
        assert [tuple(it) for it in said] == [
            *(("Asha", "books read"), ("Asha", "books dropped"), ("Asha", "books read")),
        ]


def test_books_of_several_taxpayers_are_kept_for_each_of_them_from_one_reading(place: Office, tmp_path: Path) -> None:
    """And what is another one's is told once, as what this one's register leaves out."""
    (one, first), (two, second) = (place.founded(("Asha", (Role.PREPARER,))) for _ in range(2))
    rows = [[*row("A-1"), one.gstin], [*row("A-2"), two.gstin], [*row("A-3"), two.gstin]]
    path = csv_file(tmp_path, [[*HEADINGS, "Branch GSTIN"], *rows])
    with read([path]) as register:
        kept = [
            registers.keep(place.desk, staff["Asha"], folder.gstin, "tally", register, {path.name: "0" * 64})
            for folder, staff in ((one, first), (two, second))
        ]
    assert [(it.documents, it.problems) for it in kept] == [(1, 2), (2, 1)]
    told = registers.problems(place.desk, second["Asha"], two.gstin, kept[1].id)
    assert [(it["row"], it["reason"]) for it in told] == [(2, f"It is {one.gstin}'s, not this taxpayer's.")]
