"""The checker of SQL finds what it is for, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tools.check_sql import main

ROOT = Path(__file__).parents[2]


Check = Callable[[str], tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Exit code and words of the checker for a file of this text."""

    def run(sql: str) -> tuple[int, str]:
        (tmp_path / "portal").mkdir()
        (tmp_path / "portal" / "queries.sql").write_text(sql)
        return main(str(tmp_path)), capsys.readouterr().out

    return run


GOOD = {
    "a record by rtin": "-- name: one^\nselect action from record where rtin = :rtin;\n",
    "capital letters": "-- name: one^\nSELECT action FROM RECORD WHERE RTIN = :rtin;\n",
    "an insert that lists rtin": "-- name: put!\ninsert into trail (rtin, at) values (:rtin, :at);\n",
    "outward data by stin": "-- name: all\nselect * from outward o join outward_return r using (stin, period);\n",
    "both sides by both keys": "-- name: b\nselect 1 from outward o join record r using (stin, rtin, number);\n",
    "a table of nobody's data": "-- name: t^\nselect username from taxpayer where gstin = :gstin;\n",
    "a function that only sounds like a table": "-- name: f\nselect * from jsonb_to_recordset(:rows) as x (a text);\n",
    "a table in a comment": "-- name: f\n-- the record's place\nselect 1; /* from record */\n",
    "a table in a text": "-- name: f\nselect 'it''s a record';\n",
    "a comment above the first name": "-- What follows is read by people.\n\n-- name: f\nselect 1;\n",
    "an empty file": "",
}


@pytest.mark.parametrize("sql", GOOD.values(), ids=GOOD.keys())
def test_good_sql_passes_without_a_word(check: Check, sql: str) -> None:
    assert check(sql) == (0, "")


RECIPIENT = [
    *("select * from record where number = :number", "update record set action = 'A'", "delete from trail"),
    *("select 1 from taxpayer t left join action_request a on true", "copy record (number) from stdin"),
]
SUPPLIER = [
    *("select * from outward", "select 1 from outward_return", "delete from outward_rest where period = :period"),
    *("update filing_request set status = 'P'", "select sum(igst) from added_back"),
]


@pytest.mark.parametrize("sql", RECIPIENT)
def test_a_statement_on_recipients_data_without_rtin_is_refused(check: Check, sql: str) -> None:
    code, words = check(f"-- name: wrong!\n{sql};\n")
    assert code == 1
    assert "rtin" in words


@pytest.mark.parametrize("sql", SUPPLIER)
def test_a_statement_on_suppliers_data_without_stin_is_refused(check: Check, sql: str) -> None:
    code, words = check(f"-- name: wrong!\n{sql};\n")
    assert code == 1
    assert "stin" in words


DESKS = [
    "select * from desk.record",
    "delete from desk.contact",
    "select 1 from desk.policy p join desk.decision d on true",
]


@pytest.mark.parametrize("sql", DESKS)
def test_a_statement_on_a_desk_s_data_without_gstin_is_refused(check: Check, sql: str) -> None:
    code, words = check(f"-- name: wrong!\n{sql};\n")
    assert code == 1
    assert "compare `gstin`" in words


@pytest.mark.parametrize(
    "sql",
    [
        "select * from desk.record where gstin = :gstin",
        "select name from desk.person",
        "select 1 from desk.policy",
        "select desk.queue_job(:task, :args, :strand)",
    ],
)
def test_a_desk_s_statement_that_says_whose_passes(check: Check, sql: str) -> None:
    assert check(f"-- name: fine\n{sql};\n") == (0, "")


@pytest.mark.parametrize("word", ["-- rtin", "/* rtin */", "and remarks = 'rtin'", "and rtin_of = 1"])
def test_a_key_that_is_only_mentioned_does_not_count(check: Check, word: str) -> None:
    code, _words = check(f"-- name: wrong\nselect 1 from record where true {word}\n;\n")
    assert code == 1


def test_the_complaint_says_file_line_statement_and_what_to_do(check: Check, tmp_path: Path) -> None:
    _code, words = check("-- name: fine\nselect 1;\n\n-- name: everybodys^\nselect 1\n  from record;\n")
    file = tmp_path / "portal" / "queries.sql"
    assert words == f"{file}:4: everybodys: it touches record: compare `rtin`, the key of the partitions.\n"


def test_each_statement_is_judged_by_itself(check: Check) -> None:
    fine = "-- name: {}\nselect 1 from record where rtin = :rtin;\n"
    _code, words = check(fine.format("a") + "-- name: b\nselect 1 from record;\n" + fine.format("c"))
    assert [line.split(": ")[1] for line in words.splitlines()] == ["b"]


def test_sql_without_a_name_is_refused(check: Check) -> None:
    code, words = check("select 1;\n-- name: b\nselect 2;\n")
    assert (code, "without a name" in words) == (1, True)


def test_a_name_that_stands_twice_is_refused(check: Check) -> None:
    code, words = check("-- name: b\nselect 1;\n-- name: b!\nselect 2;\n")
    assert (code, "twice" in words) == (1, True)


def test_other_files_are_duckdb_s_but_for_what_is_the_desk_s(tmp_path: Path) -> None:
    file = tmp_path / "rows.sql"
    file.write_text("-- name: fine\nselect 1 from record;\n")
    assert main(str(tmp_path)) == 0
    file.write_text("-- name: wrong\nselect 1 from desk.record;\n")
    assert main(str(tmp_path)) == 1


def test_migrations_are_about_everybody(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.sql").write_text("-- name: all\nupdate desk.record set filed = true;\n")
    assert main(str(tmp_path)) == 0


def test_the_project_s_own_sql_passes() -> None:
    command = [sys.executable, "tools/check_sql.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
