"""Registers as the desk keeps them: by label, in versions, with what wasn't a document."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.register import propose, read
from gst_ims.desk.register import service as registers
from gst_ims.desk.register.service import Kept
from gst_ims.desk.sync import service as syncing

NAME = "Surat Yarns"
SELLER, OTHER = "24AAXCT0003K1ZA", "29AAXCT0004K1ZQ"
HEADINGS = ("Our GSTIN", "Supplier GSTIN", "Party Name", "Invoice No", "Invoice Date", "Taxable Value", "IGST")
Keep = Callable[..., Kept]


@pytest.fixture
def keep(desk: Desk, mine: Gstin, asha: Person, tmp_path: Path) -> Keep:
    """Keep rows of number, taxable value and IGST."""

    def make(*rows: tuple[str, ...], label: str = "tally", by: Person = asha, trial: bool = False) -> Kept:
        path = tmp_path / "books.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            for number, taxable, tax, *whose in rows:
                writer.writerow([whose[0] if whose else mine, SELLER, NAME, number, "2025-10-05", taxable, tax])
        with read([path], mine) as register:
            return registers.keep(desk, by, mine, label, register, {path.name: "f" * 64}, trial=trial)

    return make


def test_how_it_was_read_is_known_from_then_on_for_its_taxpayer(
    desk: Desk, mine: Gstin, asha: Person, tmp_path: Path
) -> None:
    path = tmp_path / "books.csv"
    path.write_text(f"{','.join(HEADINGS)},Net\n{mine},{SELLER},{NAME},A-1,2025-10-05,100,18,90\n")
    said = propose(path)[0].mapping.with_("taxable", "Net").confirmed()
    with read([path], mine, said) as register:
        registers.keep(desk, asha, mine, "tally", register, {}, confirmed=[said], trial=True)
        assert registers.mappings(desk, asha, mine) == {}
        registers.keep(desk, asha, mine, "tally", register, {}, confirmed=[said])
    known = registers.mappings(desk, asha, mine)
    assert known == {said.fingerprint: said}
    assert propose(path, known)[0].mapping == said
    newer = said.with_("taxable", "Taxable Value").confirmed()
    with read([path], mine, newer) as register:
        registers.keep(desk, asha, mine, "tally", register, {}, confirmed=[newer])
    assert registers.mappings(desk, asha, mine) == {said.fingerprint: newer}, "the newest word counts"
    with desk.of([Gstin(SELLER)]) as db:
        assert db.execute("select from desk.mapping").fetchall() == [], "nobody sees another one's"
    with pytest.raises(NotAllowed):
        registers.mappings(desk, asha, Gstin(SELLER))


def standing(desk: Desk, gstin: Gstin, at: int | None = None) -> dict[str, int]:
    """The taxable value in paise by number, now or as a register left it."""
    with desk.of([gstin]) as db:
        rows = db.execute(
            "select number, taxable from desk.book where gstin = %(gstin)s"
            " and (case when %(at)s::int is null then until is null"
            " else since <= %(at)s and (until is null or until > %(at)s) end)",
            {"gstin": gstin, "at": at},
        )
        return {row.number: row.taxable for row in rows}


def test_documents_are_kept_to_the_paisa(desk: Desk, mine: Gstin, asha: Person, keep: Keep) -> None:
    kept = keep(("A-1", "100.10", "18.02"), ("A-2", "200.00", "36.00"))
    assert kept == Kept(id=1, documents=2, problems=0, new=2, changed=0, gone=0)
    assert standing(desk, mine) == {"A-1": 100_10, "A-2": 200_00}
    (register,) = registers.registers(desk, asha, mine)
    assert register.totals == {"taxable": 300_10, "igst": 54_02, "cgst": 0, "sgst": 0, "cess": 0}
    assert (register.label, register.person, register.files) == ("tally", "Asha", {"books.csv": "f" * 64})


def test_a_label_that_is_read_again_says_what_is_new_changed_and_gone(desk: Desk, mine: Gstin, keep: Keep) -> None:
    keep(("A-1", "100", "18"), ("A-2", "200", "36"), ("A-3", "300", "54"))
    kept = keep(("A-2", "200", "36"), ("A-3", "333", "59.94"), ("A-4", "400", "72"))
    assert (kept.id, kept.new, kept.changed, kept.gone) == (2, 1, 1, 1)
    assert standing(desk, mine) == {"A-2": 200_00, "A-3": 333_00, "A-4": 400_00}
    assert standing(desk, mine, at=1) == {"A-1": 100_00, "A-2": 200_00, "A-3": 300_00}


def test_a_trial_says_what_keeping_would_do_and_keeps_nothing(
    desk: Desk, mine: Gstin, asha: Person, keep: Keep
) -> None:
    keep(("A-1", "100", "18"), ("A-2", "200", "36"))
    rows = (("A-2", "222", "39.96"), ("A-3", "300", "54"), ("A-4", "400", "72"))
    for _ in range(2):
        tried = keep(*rows, trial=True)
        assert (tried.documents, tried.new, tried.changed, tried.gone) == (3, 2, 1, 1)
    assert standing(desk, mine) == {"A-1": 100_00, "A-2": 200_00}
    assert [(it.id, it.documents) for it in registers.registers(desk, asha, mine)] == [(1, 2)]
    with desk.of([mine]) as db:
        assert (
            len(db.execute("select from desk.trail where gstin = %s and what = 'books read'", [mine]).fetchall()) == 1
        )
    assert keep(*rows).id == 2


def test_suppliers_get_the_name_that_the_books_have_for_them(
    desk: Desk, mine: Gstin, asha: Person, tmp_path: Path
) -> None:
    """A portal doesn't tell it: neither before the books are read nor after."""

    def names() -> set[str | None]:
        with desk.of([mine]) as db:
            return {row.trade_name for row in syncing.queries.records(db, gstin=mine, sync=9)}

    syncing.sync(desk, mine)
    assert names() == {None}
    with desk.of([mine]) as db:
        seller = next(iter(syncing.queries.records(db, gstin=mine, sync=1))).stin
    for name in ("Surat Yarns", "Surat Yarns Pvt Ltd"):
        path = tmp_path / "books.csv"
        path.write_text(
            "Supplier GSTIN,Particulars,Invoice No,Invoice Date,Taxable Value,IGST\n"
            f"{seller},{name},A-1,2025-10-05,9,1.62"
        )
        with read([path], mine) as register:
            registers.keep(desk, asha, mine, name.lower(), register, {})
        assert names() == {"Surat Yarns"}
    assert syncing.sync(desk, mine).changed == {}


def test_other_labels_stay(desk: Desk, mine: Gstin, asha: Person, keep: Keep) -> None:
    keep(("A-1", "100", "18"))
    keep(("Z-1", "900", "162"), label="zoho")
    keep(("A-2", "200", "36"))
    assert standing(desk, mine) == {"A-2": 200_00, "Z-1": 900_00}
    assert [(row.label, row.id) for row in registers.registers(desk, asha, mine)] == [("tally", 3), ("zoho", 2)]


def test_the_same_document_in_two_registers_stands_twice(desk: Desk, mine: Gstin, keep: Keep) -> None:
    """Which of them is the copy is for matching to say."""
    keep(("A-1", "100", "18"))
    assert keep(("A-1", "100", "18"), label="zoho").new == 1


def test_where_a_row_stands_in_the_file_is_no_change(desk: Desk, mine: Gstin, keep: Keep) -> None:
    keep(("A-1", "100", "18"), ("A-2", "200", "36"))
    kept = keep(("A-2", "200", "36"), ("A-1", "100", "18"))
    assert (kept.new, kept.changed, kept.gone) == (0, 0, 0)


def test_rows_that_are_no_documents_are_told(desk: Desk, mine: Gstin, asha: Person, keep: Keep) -> None:
    kept = keep(("A-1", "100", "18"), ("A-2", "a lot", "36"), ("A-3", "300", "54", OTHER))
    assert (kept.documents, kept.problems) == (1, 2)
    told = registers.problems(desk, asha, mine, kept.id)
    assert {(row["row"], row["kind"]) for row in told} == {(3, "rejected"), (4, "excluded")}
    assert f"It is {OTHER}'s" in " ".join(row["reason"] for row in told)


def test_books_of_somebody_else_are_refused(desk: Desk, mine: Gstin, asha: Person, keep: Keep) -> None:
    with pytest.raises(Invalid, match=r"No document in books\.csv"):
        keep(("A-1", "100", "18", OTHER))
    assert registers.registers(desk, asha, mine) == []


@pytest.mark.parametrize("label", ["", " ", "a:b"])
def test_a_label_that_cannot_be(keep: Keep, label: str) -> None:
    with pytest.raises(Invalid, match="register's label"):
        keep(("A-1", "100", "18"), label=label)


def test_only_who_prepares_reads_books(desk: Desk, mine: Gstin, chetan: Person, keep: Keep) -> None:
    with pytest.raises(NotAllowed, match="Chetan is approver"):
        keep(("A-1", "100", "18"), by=chetan)
    assert standing(desk, mine) == {}


def test_a_register_that_there_is_not_has_no_problems(desk: Desk, mine: Gstin, asha: Person) -> None:
    with pytest.raises(Unknown, match="There is no register 9: look at the list"):
        registers.problems(desk, asha, mine, 9)


def test_documents_under_another_label_are_counted_before_and_after(keep: Keep, desk: Desk, mine: Gstin) -> None:
    """Same supplier, number (however its letters are written) and date; amounts may differ."""
    keep(("A-1", "100", "18"), ("A-2", "200", "36"), ("A-3", "300", "54"))
    assert keep(("A-3", "300", "54"), label="zoho").twice == {"tally": 1}
    again = [("a-1", "100", "18"), ("A-3", "310", "54"), ("B-1", "1", "0")]
    for trial in (True, False):
        assert keep(*again, label="november", trial=trial).twice == {"tally": 2, "zoho": 1}
    assert keep(*again, trial=True).twice == {"november": 3, "zoho": 1}, "its own label is replaced, not doubled"


def test_a_register_that_was_taken_out_makes_nothing_twice(keep: Keep, desk: Desk, mine: Gstin, asha: Person) -> None:
    keep(("A-1", "100", "18"))
    registers.drop(desk, asha, mine, "tally")
    assert keep(("A-1", "100", "18"), label="november").twice == {}
