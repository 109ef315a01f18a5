"""Registers of the desk: what was read from files is kept, and stands until its label is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.desk import queries as common
from gst_ims.desk.people.service import Person, Role, note
from gst_ims.desk.register.mapping import Mapping as Columns
from gst_ims.desk.register.register import Register

queries: Any = load(__file__, "kept.sql")

#: Rows that aren't documents are kept for people to read: so many of one register.
PROBLEMS = 10_000
_BATCH = 10_000


@dataclass(frozen=True)
class Kept:
    """A register as it is kept. `new`, `changed` and `gone` compare it with what its label said before.

    `twice`: how many of its documents stand under another label too, by that label, the most first.
    """

    id: int
    documents: int
    problems: int
    new: int
    changed: int
    gone: int
    twice: Mapping[str, int] = field(default_factory=dict[str, int])


def keep(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    label: str,
    register: Register,
    files: Mapping[str, str],
    *,
    confirmed: Sequence[Columns] = (),
    trial: bool = False,
) -> Kept:
    """Keep what was read, in place of what the label said before. `files`: SHA-256 by name.

    `confirmed` is how a person said that such sheets are read: `mappings` has it from then on. A `trial` keeps nothing,
    and says what would be. `register` has the others' documents among its problems afterwards.

    A register may be of several taxpayers: this one's documents are kept, the others' are told as problems. Raises
    NotAllowed; Invalid where none is this one's.
    """
    by.must(gstin, Role.PREPARER)
    if not label.strip() or ":" in label:
        raise Invalid(f"{label!r} can't be a register's label: give a word without colons, such as tally.")
    register.db.execute(queries.mine.sql, {"gstin": str(gstin), "label": label})
    if not _count(register, "kept"):
        raise Invalid(f"No document in {', '.join(files)} is {gstin}'s: look whose register it is.")
    with desk.of([gstin]) as db:
        queries.hold(db, gstin=gstin)
        queries.make_staging(db, gstin=gstin)
        _stage(db, register)
        queries.key_staging(db)
        queries.analyse_staging(db)
        at = desk.clock.now()
        problems = _problems(register, gstin)
        number: int = queries.begin(
            db,
            **{"gstin": gstin, "label": label, "files": Jsonb(dict(files)), "at": at, "person": by.name},
            **{"documents": _count(register, "kept"), "problems": Jsonb(problems), "totals": Jsonb(_totals(register))},
        ).id
        twice = {row.label: row.documents for row in queries.twice(db, gstin=gstin, label=label)}
        gone = queries.end_absent(db, gstin=gstin, register=number, label=label)
        changed = queries.end_changed(db, gstin=gstin, register=number, label=label)
        begun = queries.begin_versions(db, gstin=gstin, register=number, label=label)
        common.name_suppliers(db, gstin=gstin)
        kept = Kept(number, _count(register, "kept"), len(problems), begun - changed, changed, gone, twice)
        if trial:
            db.rollback()
            return kept
        _remember(db, desk, gstin, by, confirmed)
        note(db, desk, gstin, by.name, "books read", detail={"label": label, "register": number, "files": dict(files)})
        return kept


def drop(desk: Desk, by: Person, gstin: Gstin, label: str) -> int:
    """Take a register out of what the books say; its past stays. Returns how many documents it had."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        queries.hold(db, gstin=gstin)
        number: int = queries.begin(
            db,
            **{"gstin": gstin, "label": label, "files": Jsonb({}), "at": desk.clock.now(), "person": by.name},
            **{"documents": 0, "problems": Jsonb([]), "totals": Jsonb({})},
        ).id
        gone: int = queries.end_all(db, gstin=gstin, register=number, label=label)
        if not gone:
            raise Invalid(f"There is no register {label!r} of {gstin}.")
        note(db, desk, gstin, by.name, "books dropped", detail={"label": label, "documents": gone})
        return gone


def mappings(desk: Desk, by: Person, gstin: Gstin) -> dict[str, Columns]:
    """How this taxpayer's registers are read, as people have confirmed it, by the fingerprint of the headings."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        found = [msgspec.convert(row.mapping, Columns) for row in queries.mappings(db, gstin=gstin)]
    return {it.fingerprint: it for it in found}


def registers(desk: Desk, by: Person, gstin: Gstin) -> list[Any]:
    """What stands of each label: id, label, files, at, person, documents, problems (how many), the newest first."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return list(queries.registers(db, gstin=gstin))


def problems(desk: Desk, by: Person, gstin: Gstin, register: int) -> list[dict[str, Any]]:
    """The rows that aren't documents, or to be looked at: file, sheet, row, heading, kind, reason. Raises Unknown."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        found = queries.problems(db, gstin=gstin, register=register)
    if found is None:
        raise Unknown(f"There is no register {register}: look at the list of registers.")
    return found


def _remember(db: Connection, desk: Desk, gstin: Gstin, by: Person, confirmed: Sequence[Columns]) -> None:
    of: dict[str, Any] = {"gstin": gstin, "person": by.name, "at": desk.clock.now()}
    rows = [of | {"fingerprint": it.fingerprint, "mapping": Jsonb(msgspec.to_builtins(it))} for it in confirmed]
    queries.remember(db, rows)


def _stage(db: Connection, register: Register) -> None:
    rows = register.db.execute(queries.staged.sql)
    with db.cursor() as cursor, cursor.copy("copy staged from stdin") as copy:
        while batch := rows.fetchmany(_BATCH):
            for row in batch:
                copy.write_row(row)


def _count(register: Register, table: str) -> int:
    return len(register.db.table(table))


def _problems(register: Register, gstin: Gstin) -> list[dict[str, Any]]:
    rows = register.db.execute(queries.told.sql, {"limit": PROBLEMS, "gstin": str(gstin)})
    names = [column[0] for column in rows.description or ()]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def _totals(register: Register) -> dict[str, int]:
    (sums,) = register.db.execute(queries.sums.sql).fetchall()
    return dict(zip(("taxable", "igst", "cgst", "sgst", "cess"), map(int, sums), strict=True))
