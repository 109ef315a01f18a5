"""Decisions that people wrote into a workbook: read back with every mistake named, and made all or none."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.api import Api, invoice
from tests.desk.conftest import Hire
from tests.desk.report.conftest import Standing
from tests.desk.report.excel import Cells, column, line_of, rewritten, write

from gst_ims.client.record import Reduction
from gst_ims.connect.errors import Unreadable
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.report.deciding import FromWorkbook, decide_from
from gst_ims.desk.report.edited import read_decisions
from gst_ims.desk.report.workbook import write_workbook
from gst_ims.desk.review.deciding import Seen, Want, decide_about
from gst_ims.desk.review.steps import approve
from gst_ims.desk.sync import service as syncing

Change = Callable[[Cells], object]


@pytest.fixture
def path(desk: Desk, compared: Gstin, asha: Person, tmp_path: Path) -> Path:
    made = tmp_path / "october.xlsx"
    write_workbook(desk, asha, compared, made)
    return made


def opened(desk: Desk, gstin: Gstin) -> dict[str, Any]:
    """The open decisions by number."""
    with desk.of([gstin]) as db:
        rows = db.execute("select * from desk.decision where gstin = %s and state in ('prepared', 'approved')", [gstin])
        return {row.number: row for row in rows}


def problems(path: Path, gstin: Gstin, *changes: Change) -> list[str]:
    """What is wrong with a changed workbook, before anybody looks into the database."""
    return [str(it) for it in read_decisions(rewritten(path, *changes), gstin).problems]


def decided(desk: Desk, by: Person, gstin: Gstin, path: Path, *changes: Change, **more: Any) -> FromWorkbook:
    return decide_from(desk, by, gstin, read_decisions(rewritten(path, *changes), gstin), **more)


def test_what_is_written_is_decided(desk: Desk, compared: Gstin, asha: Person, path: Path, standing: Standing) -> None:
    made = decided(
        *(desk, asha, compared, path),
        write("INV-0", Decision="Accept"),
        write("INV-1", Decision="reject ", Decision_remarks="Not what we ordered"),
        write("INV-2", Decision="Pending"),
        write("CN-0", Decision="Accept", Decision_remarks="Half", Reduce_credit="Not at all"),
        write("CN-1", Decision="Accept", Decision_remarks="Part", Reduce_credit="In part", Reduce_IGST=7.25),
        why="Workbook of October",
    )
    assert (made.kept, made.decided.made, made.already, made.problems) == (True, 5, 0, ())
    told = opened(desk, compared)
    assert {number: (row.action, row.remarks, row.reduction, row.declared_igst) for number, row in told.items()} == {
        "INV-0": ("A", None, None, None),
        "INV-1": ("R", "Not what we ordered", None, None),
        "INV-2": ("P", None, None, None),
        "CN-0": ("A", "Half", "none", None),
        "CN-1": ("A", "Part", "amounts", 725),
    }
    assert {(row.person, row.why, row.state) for row in told.values()} == {("Asha", "Workbook of October", "prepared")}
    assert made.decided.effect.credit_before == sum(
        (-1 if number.startswith("CN") else 1) * int(standing()[number].tax * 100) for number in told
    )


def test_a_preview_tells_the_same_and_decides_nothing(desk: Desk, compared: Gstin, asha: Person, path: Path) -> None:
    changes = [write("INV-0", Decision="Reject"), write("INV-1", Decision="Reject")]
    looked = decided(desk, asha, compared, path, *changes, keep=False)
    assert (looked.kept, looked.decided.made, opened(desk, compared)) == (False, 2, {})
    assert decided(desk, asha, compared, path, *changes).decided == looked.decided


def test_an_untouched_workbook_decides_nothing(desk: Desk, compared: Gstin, asha: Person, path: Path) -> None:
    made = decide_from(desk, asha, compared, read_decisions(path, compared))
    assert (made.decided.made, made.problems) == (0, ())


def test_sorted_sheets_mean_the_same(desk: Desk, compared: Gstin, asha: Person, path: Path) -> None:
    def shuffle(cells: Cells) -> None:
        cells[1:] = random.Random(7).sample(cells[1:], len(cells) - 1)

    decided(desk, asha, compared, path, write("INV-3", Decision="Reject"), write("DN-1", Decision="Accept"), shuffle)
    assert {number: row.action for number, row in opened(desk, compared).items()} == {"INV-3": "R", "DN-1": "A"}


def test_rows_and_columns_that_people_took_out_or_put_in_elsewhere_do_no_harm(
    desk: Desk, compared: Gstin, asha: Person, path: Path
) -> None:
    def take_out(cells: Cells) -> None:
        cells[1:] = [row for row in cells[1:] if row[column(cells, "Number")] != "INV-5"]
        place = column(cells, "Reasons")
        for row in cells:
            row.insert(0, row.pop(place))

    def own_column(cells: Cells) -> None:
        for line, row in enumerate(cells):
            row.insert(3, "My note" if line == 0 else "looked at")

    made = decided(desk, asha, compared, path, write("INV-3", Decision="Reject"), take_out, own_column)
    assert made.decided.made == 1


def test_several_worklists_of_one_workbook_are_read(
    desk: Desk, compared: Gstin, asha: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gst_ims.desk.report.sheets.MOST", 5)
    made = tmp_path / "many.xlsx"
    write_workbook(desk, asha, compared, made)
    first = rewritten(made, lambda cells: cells[1].__setitem__(column(cells, "Decision"), "Accept"))
    both = rewritten(first, lambda cells: cells[2].__setitem__(column(cells, "Decision"), "Reject"), sheet="Worklist 3")
    read = read_decisions(both, compared)
    assert [(row.place.sheet, row.place.row, row.action) for row in read.rows] == [
        ("Worklist", 2, Action.ACCEPT),
        ("Worklist 3", 3, Action.REJECT),
    ]


WRONG = [
    ({"Decision": "Maybe"}, "Decision: 'Maybe' isn't one of Accept, Reject, Pending."),
    ({"Decision_remarks": "why?"}, "Decision: There are remarks, or a reduction, and no decision"),
    ({"Reduce_credit": "In full"}, "Decision: There are remarks, or a reduction, and no decision"),
    ({"Decision": "Accept", "Decision_remarks": "x" * 251}, "Decision remarks: They have 251 characters, of 250"),
    ({"Decision": "Accept", "Reduce_credit": "Half"}, "Reduce credit: Reduce credit 'Half' isn't one of"),
    ({"Decision": "Accept", "Reduce_IGST": 5}, "Reduce credit: There are amounts to reduce the credit by"),
    ({"Decision": "Accept", "Reduce_credit": "In part", "Reduce_IGST": -5}, "Reduce credit: Amount -5"),
    ({"Decision": "Accept", "Reduce_credit": "In part", "Reduce_IGST": "lots"}, "Reduce credit: Amount 'lots'"),
    ({"Decision": "Accept", "Number": "INV-X"}, "put back what it said; sort whole rows only."),
    ({"Decision": "Accept", "Supplier": "24AAXCT9999K1Z1"}, "put back what it said; sort whole rows only."),
    ({"Decision": "Accept", "Period": "092025"}, "put back what it said; sort whole rows only."),
    ({"Decision": "Accept", "Period": "13"}, "Period: "),
    ({"Decision": "Accept", "Section": "B2BDN"}, "put back what it said; sort whole rows only."),
    ({"Decision": "Accept", "Section": "nothing"}, "Section: Section 'nothing' doesn't exist"),
    ({"Decision": "Accept", "Form": "R1A"}, "put back what it said; sort whole rows only."),
    ({"Decision": "Accept", "Taxpayer": "29AAXCT0004K1ZQ"}, "It is of 29AAXCT0004K1ZQ, not of"),
    ({"Decision": "Accept", "Record": ""}, "its hidden columns are empty. Take the row out."),
    ({"Decision": "Accept", "Was": "X"}, "its hidden columns are empty. Take the row out."),
]


@pytest.mark.parametrize(("words", "reason"), WRONG)
def test_what_cannot_be_meant_is_told_with_sheet_row_and_column(
    desk: Desk, compared: Gstin, path: Path, words: dict[str, Any], reason: str
) -> None:
    (told,) = problems(path, compared, write("INV-4", **words))
    assert told.startswith("october-edited.xlsx, Worklist, row ")
    assert reason in told


def test_two_different_decisions_of_one_record_are_both_wrong_and_the_same_twice_counts_once(
    desk: Desk, compared: Gstin, path: Path
) -> None:
    def twice(number: str) -> Change:
        return lambda cells: cells.append([*line_of(cells, number)])

    def last(word: str) -> Change:
        return lambda cells: cells[-1].__setitem__(column(cells, "Decision"), word)

    found = problems(path, compared, write("INV-4", Decision="Accept"), twice("INV-4"), last("Reject"))
    assert len(found) == 2
    assert all("There are 2 different decisions about b2b:" in it for it in found)
    assert "row 14" in found[1] or "row 14" in found[0]
    same = read_decisions(rewritten(path, write("INV-4", Decision="Accept"), twice("INV-4")), compared)
    assert (len(same.rows), same.problems) == (1, ())


def test_a_row_that_was_pasted_in_is_no_record(desk: Desk, compared: Gstin, path: Path) -> None:
    def paste(cells: Cells) -> None:
        cells.append(["" for _ in cells[0]])
        cells[-1][column(cells, "Number")] = "INV-77"
        cells[-1][column(cells, "Decision")] = "Accept"

    assert problems(path, compared, paste) == [
        "october-edited.xlsx, Worklist, row 14: It isn't of the report: its hidden columns are empty. Take the row out."
    ]


def test_a_sheet_of_which_one_column_was_moved_alone_is_refused(desk: Desk, compared: Gstin, path: Path) -> None:
    def move_numbers(cells: Cells) -> None:
        place = column(cells, "Number")
        for row, number in zip(cells[1:], [*(row[place] for row in cells[2:]), "INV-0"], strict=True):
            row[place] = number
        for row in cells[1:]:
            row[column(cells, "Decision")] = "Accept"

    found = problems(path, compared, move_numbers)
    assert len(found) == 12
    assert all("sort whole rows only" in it for it in found)


@pytest.mark.parametrize("heading", ["Hash", "Decision", "Taxable"])
def test_a_workbook_without_a_column_is_not_read(desk: Desk, compared: Gstin, path: Path, heading: str) -> None:
    def drop(cells: Cells) -> None:
        place = column(cells, heading)
        for row in cells:
            del row[place]

    with pytest.raises(Unreadable, match=f"has no column {heading}"):
        read_decisions(rewritten(path, drop), compared)


def test_a_workbook_with_a_column_twice_is_not_read(desk: Desk, compared: Gstin, path: Path) -> None:
    def again(cells: Cells) -> None:
        for row in cells:
            row.append(row[column(cells, "Decision")])

    with pytest.raises(Unreadable, match="has two columns Decision"):
        read_decisions(rewritten(path, again), compared)


def test_what_is_no_workbook_of_ours_is_not_read(compared: Gstin, tmp_path: Path, path: Path) -> None:
    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(b"not a workbook")
    with pytest.raises(Unreadable, match="isn't a workbook"):
        read_decisions(plain, compared)
    with pytest.raises(Unreadable, match="has no sheet Worklist: take the workbook of a report"):
        read_decisions(renamed(path), compared)


def renamed(path: Path) -> Path:
    from tests.desk.report.excel import sheets
    from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

    made = path.with_name("renamed.xlsx")
    with Workbook(str(made)) as book:
        for name in sheets(path):
            book.add_worksheet(name.replace("Worklist", "List"))
    return made


def test_nothing_is_decided_where_a_row_is_wrong_unless_somebody_says_so(
    desk: Desk, compared: Gstin, asha: Person, path: Path
) -> None:
    changes = [write("INV-0", Decision="Accept"), write("INV-1", Decision="Perhaps")]
    made = decided(desk, asha, compared, path, *changes)
    assert (made.kept, len(made.problems), opened(desk, compared)) == (False, 1, {})
    made = decided(desk, asha, compared, path, *changes, skip_wrong=True)
    assert (made.kept, len(made.problems), list(opened(desk, compared))) == (True, 1, ["INV-0"])


def test_what_the_rulebook_forbids_is_told_at_its_row(desk: Desk, compared: Gstin, asha: Person, path: Path) -> None:
    change = write("CN-0", Decision="Accept", Reduce_credit="Not at all")
    (told,) = decided(desk, asha, compared, path, change).problems
    assert (told.sheet, told.row > 1, "A partial reduction, or none, has to be explained" in told.reason) == (
        *("Worklist", True),
        True,
    )


@pytest.mark.parametrize(
    ("heading", "value"),
    [("Value", 1.0), ("Taxable", 2000.0), ("IGST", 0.0), ("Date", "06-10-2025"), ("Cess", 4.0)],
)
def test_a_row_in_which_somebody_wrote_over_the_record_is_not_decided(
    desk: Desk, compared: Gstin, asha: Person, path: Path, heading: str, value: Any
) -> None:
    (told,) = decided(desk, asha, compared, path, write("INV-2", Decision="Accept", **{heading: value})).problems
    assert told.column == heading
    assert "put back what it said" in told.reason
    assert opened(desk, compared) == {}


def test_what_the_supplier_edited_since_is_to_be_looked_at_again(
    desk: Desk, compared: Gstin, asha: Person, served: Any, tmp_path: Path
) -> None:
    api: Api = served.api
    supplier = api.company("24")
    supplier.sell(compared, invoice("S-1", taxable=500))
    syncing.sync(desk, compared)
    path = tmp_path / "then.xlsx"
    write_workbook(desk, asha, compared, path)
    supplier.sell(compared, invoice("S-1", taxable=600))
    syncing.sync(desk, compared)
    (told,) = decided(desk, asha, compared, path, write("S-1", Decision="Accept")).problems
    assert told.reason == "The supplier has edited the document since: look again."


def test_what_is_gone_from_the_portal_is_told(
    desk: Desk, compared: Gstin, asha: Person, served: Any, tmp_path: Path
) -> None:
    api: Api = served.api
    supplier = api.company("24")
    supplier.sell(compared, invoice("S-1", taxable=500))
    syncing.sync(desk, compared)
    path = tmp_path / "then.xlsx"
    write_workbook(desk, asha, compared, path)
    supplier.reset_return()
    syncing.sync(desk, compared)
    (told,) = decided(desk, asha, compared, path, write("S-1", Decision="Accept")).problems
    assert told.reason == "There is no such record in IMS, or no longer."


def test_the_same_workbook_again_changes_nothing_also_after_approval_and_push(
    desk: Desk, compared: Gstin, asha: Person, chetan: Person, path: Path, standing: Standing
) -> None:
    changes = [
        write("INV-0", Decision="Accept"),
        write("INV-1", Decision="Reject", Decision_remarks="no"),
        write("CN-1", Decision="Accept", Decision_remarks="Part", Reduce_credit="In part", Reduce_IGST=7.25),
    ]
    assert decided(desk, asha, compared, path, *changes).decided.made == 3
    again = decided(desk, asha, compared, path, *changes)
    assert (again.kept, again.decided.made, again.already, again.problems) == (True, 0, 3, ())
    approve(desk, chetan, compared, [row.id for row in opened(desk, compared).values()])
    assert decided(desk, asha, compared, path, *changes).already == 3
    with desk.ways("", compared) as portal:
        it = standing()
        part = it["CN-1"].accept("Part", Reduction(igst=Decimal("7.25")))
        assert portal.save([it["INV-0"].accept(), it["INV-1"].reject("no"), part]).wait().complete
    syncing.sync(desk, compared)
    again = decided(desk, asha, compared, path, *changes, write("INV-2", Decision="Accept"))
    assert (again.kept, again.decided.made, again.already, again.problems) == (True, 1, 3, ())


def test_what_somebody_else_decided_stays_his(
    desk: Desk, compared: Gstin, asha: Person, hire: Hire, path: Path, standing: Standing
) -> None:
    dev = hire("Dev", compared, Role.PREPARER)
    decide_about(desk, dev, compared, [Seen(standing()["INV-0"].key)], Want(Action.REJECT))
    (told,) = decided(desk, asha, compared, path, write("INV-0", Decision="Accept")).problems
    assert "It is for Dev to change" in told.reason


def test_one_changes_his_mind_by_a_workbook(desk: Desk, compared: Gstin, asha: Person, path: Path) -> None:
    decided(desk, asha, compared, path, write("INV-0", Decision="Reject"))
    made = decided(desk, asha, compared, path, write("INV-0", Decision="Accept"))
    assert (made.decided.made, made.decided.replaced, opened(desk, compared)["INV-0"].action) == (1, 1, "A")


def test_who_only_looks_does_not_decide(desk: Desk, compared: Gstin, hire: Hire, path: Path) -> None:
    read = read_decisions(rewritten(path, write("INV-0", Decision="Accept")), compared)
    with pytest.raises(NotAllowed, match="this takes preparer"):
        decide_from(desk, hire("Eve", compared, Role.VIEWER), compared, read)
