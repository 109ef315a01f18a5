"""Reading purchase registers: from files to a table of documents, with all that isn't in it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.gstin import Gstin
from gst_ims.database.queries import load
from gst_ims.desk.register import layout, staging
from gst_ims.desk.register.doubts import doubts
from gst_ims.desk.register.mapping import Known, Mapping, NoColumn, fingerprint
from gst_ims.desk.register.propose import propose as propose_columns
from gst_ims.desk.register.sources import Numbered, Sheet, sheets
from gst_ims.desk.register.totals import ControlTotal
from gst_ims.desk.register.words import AMOUNTS, is_of_credits, is_scaled, section_of_sheet

#: The rows by which columns are recognised.
SAMPLE = 1_000
#: The columns of a register. Those of programs have some two hundred.
WIDEST = 1_000
#: From how many known columns on a sheet may be a register.
_SOME = 3
#: What DuckDB may keep in memory; beyond it goes to disk.
MEMORY = "1GB"

_MACROS = (
    *(
        "is_plain",
        "bare",
        "digits",
        "is_negative",
        "unsigned",
        "exact",
        "amount_of",
        "is_uneven",
        "complaint",
        "said_of",
    ),
    "create_tables",
)
_STEPS = ("create_parsed", "reject_rest", "note_problems", "create_line", "create_copy", "create_group")
_queries: Any = load(__file__, driver="duckdb")


class Recognised(NamedTuple):
    """What a sheet was found to be."""

    file: str
    sheet: str
    mapping: Mapping
    #: What it still has no column for, in words; None where it can be read.
    missing: str | None = None


class Register:
    """Documents, and what isn't among them. Close it after use: its tables are in a folder of its own until then.

    >>> with read([Path("books.xlsx")], "27AAXCT0001K1Z6") as books:
    ...     books.documents.write_parquet("books.parquet")
    """

    def __init__(self) -> None:
        """An empty register."""
        self._folder = tempfile.TemporaryDirectory(prefix="gst-ims-", ignore_cleanup_errors=True)
        self.db: DuckDBPyConnection = duckdb.connect(
            str(Path(self._folder.name) / "register.duckdb"),
            config={"memory_limit": MEMORY, "temp_directory": str(Path(self._folder.name) / "spilled")},
        )
        # Standard output belongs to whoever reads a register.
        self.db.execute("set enable_progress_bar = false")
        for name in _MACROS:
            self.db.execute(getattr(_queries, name).sql)
        #: How each sheet was read.
        self.mappings: list[Recognised] = []
        #: What names the documents that were read from the portal's files.
        self.keys: set[tuple[Any, ...]] = set()
        #: Whose the portal's files are, also where there is no document in them.
        self.owners: set[Gstin] = set()

    def __enter__(self) -> Self:
        """The register itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give up the tables."""
        self.db.close()
        self._folder.cleanup()

    @property
    def documents(self) -> DuckDBPyRelation:
        """The documents, one a row, in the order of the files.

        `id` (unique), `rtin`, `stin` (null for goods imported from abroad), `section` (a value of Section), `number`,
        `document_date`, `period` (the first of its month, or null), `original_number`, `original_date`, `pos`, then
        `value`, `taxable`, `igst`, `cgst`, `sgst`, `cess` in paise, positive for credit notes too, `reverse_charge`,
        and `source`: JSON with file, sheet, row, rows, voucher, supplier (his name) and notes.
        """
        return self.db.table("document")

    @property
    def problems(self) -> DuckDBPyRelation:
        """What was said about rows: `file`, `sheet`, `row` (0 for all), `heading`, `kind`, `reason`.

        `kind` is rejected (can't be read), excluded (no document), or note (a document, but look at it).
        """
        return self.db.table("problem")

    def rejected(self) -> Iterator[Problem]:
        """The rows that can't be read, and why."""
        return self._said("rejected")

    def notes(self) -> Iterator[Problem]:
        """What is to be looked at, although it was read."""
        return self._said("note")

    @property
    def rows(self) -> Counter[str]:
        """How many rows there are of each class: document, rejected, total, heading, blank, unregistered."""
        found = self.db.execute("select class, sum(rows) from counted group by class").fetchall()
        return Counter({name: int(rows) for name, rows in cast("list[tuple[str, int]]", found)})

    @property
    def totals(self) -> tuple[ControlTotal, ...]:
        """The control totals of each column of each sheet, in the order of the amounts."""
        names = list(ControlTotal.__dataclass_fields__)
        found = self.db.execute("select * from total").fetchall()
        totals = [ControlTotal(**dict(zip(names, row, strict=True))) for row in found]
        sheets = list(dict.fromkeys((it.file, it.sheet) for it in totals))
        return tuple(sorted(totals, key=lambda it: (sheets.index((it.file, it.sheet)), AMOUNTS.index(it.field))))

    def complain(self, file: str, sheet: str, row: int, reason: str, kind: str = "rejected", column: str = "") -> None:
        """Say something about a row, or about all of a sheet (row 0)."""
        self.db.execute("insert into problem values (?, ?, ?, ?, ?, ?)", [file, sheet, row, column, kind, reason])

    def _said(self, kind: str) -> Iterator[Problem]:
        cursor = self.db.cursor()
        cursor.execute("select file, sheet, row, heading, reason from problem where kind = ? order by rowid", [kind])
        while rows := cursor.fetchmany(staging.BATCH):
            yield from (Problem(*row) for row in rows)


def propose(
    path: Path,
    kept: Known | None = None,
    columns: dict[str, Sequence[str]] | None = None,
    *,
    unfinished: bool = False,
) -> list[Recognised]:
    """How the sheets of a file would be read, to be shown and confirmed. Raises Unreadable where none is a register.

    `columns` are fields of which a person says the columns, by heading or letter; sheets that lack these don't mind.
    With `unfinished`, where no sheet can be read as it is, those count of which some columns are known.
    """
    mappings = [
        (sheet.name, _said(_recognise(sheet, None, kept)[1], columns or {}))
        for sheet in sheets(path)
        if not sheet.hidden
    ]
    every = [Recognised(path.name, name, mapping, _missing(mapping)) for name, mapping in mappings]
    found = [it for it in every if it.missing is None]
    if unfinished and not found:
        found = [it for it in every if len(it.mapping.proposals) >= _SOME]
    if not found:
        raise Unreadable(_nothing(path, mappings))
    return found


def _said(mapping: Mapping, columns: dict[str, Sequence[str]]) -> Mapping:
    for field, headings in columns.items():
        with suppress(NoColumn):
            mapping = mapping.with_(field, *headings)
    return mapping


def read(
    paths: Sequence[Path],
    rtin: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    kept: Known | None = None,
    without: Collection[tuple[str, str]] = (),
) -> Register:
    """Read purchase registers: .xlsx, .xls, .xlsb, .ods, delimited text, .parquet.

    `rtin` is whose register it is; a column of the file, or a title above it, may say so too. `mapping` are mappings
    for sheets with their headings, `kept` has those that were confirmed before; others are read as `propose` would.
    Sheets of `without`, by file and sheet, are left out.

    Raises Unreadable where a file isn't a register, and Invalid where `rtin` isn't a GSTIN; nothing is read then.
    """
    given = [mapping] if isinstance(mapping, Mapping) else list(mapping or ())
    known = {it.fingerprint: it for it in given}
    owner = None if rtin is None else Gstin(rtin)
    register = Register()
    try:
        for path, file in zip(paths, unique(paths), strict=True):
            add_file(register, path, file, owner, known, kept, without)
    except BaseException:
        register.close()
        raise
    return register


def unique(paths: Iterable[Path]) -> list[str]:
    """What a register calls its files: by their names, numbered where two have the same."""
    names = Counter[str]()
    called: list[str] = []
    for path in paths:
        names[path.name] += 1
        called.append(path.name if names[path.name] == 1 else f"{path.name} ({names[path.name]})")
    return called


def add_file(
    register: Register,
    path: Path,
    file: str,
    owner: Gstin | None,
    known: dict[str, Mapping],
    kept: Known | None,
    without: Collection[tuple[str, str]] = (),
) -> None:
    """Read a file into a register, under the name `file`. Raises Unreadable."""
    skipped: list[tuple[str, Mapping]] = []
    done = 0
    for sheet in sheets(path):
        if (file, sheet.name) in without:
            register.complain(file, sheet.name, 0, "The sheet isn't read: it is left out.", "excluded")
            done += 1
            continue
        found, mapping = _recognise(sheet, known, kept)
        missing = _missing(mapping)
        if missing is not None:
            skipped.append((sheet.name, mapping))
            register.complain(file, sheet.name, 0, f"The sheet isn't read: it has no column for {missing}.", "excluded")
            continue
        if sheet.hidden:
            reason = "The sheet isn't read: it is hidden. Unhide it in Excel, and save, if its rows are to count."
            register.complain(file, sheet.name, 0, reason, "note")
            continue
        whose = _whose(sheet, found.above, owner)
        if owner is not None and whose != owner:
            reason = (
                f"Its title says that it is of {whose}: its documents count as those of that GSTIN, not of {owner}."
            )
            register.complain(file, sheet.name, 0, reason, "note")
        if whose is None and not mapping.columns("rtin"):
            raise Unreadable(f"{file} doesn't say whose register it is: give the recipient's GSTIN.")
        _read_sheet(register, file, sheet, found.above, mapping, whose)
        done += 1
    if not done:
        raise Unreadable(_nothing(path, skipped))


def _read_sheet(register: Register, file: str, sheet: Sheet, above: int, mapping: Mapping, owner: Gstin | None) -> None:
    db = register.db
    register.mappings.append(Recognised(file, sheet.name, mapping))
    blank = staging.stage(db, sheet, above, mapping)
    of_credits = all(is_of_credits(mapping.heading(column)) for column in mapping.columns("number"))
    section = section_of_sheet(sheet.name) or ("b2bcn" if of_credits else "b2b")
    staging.tell(db, sheet, mapping, section, owner, file)
    db.execute(_queries.create_meaning.sql)
    for remark in (*staging.mean(db, sheet, mapping), *doubts(db, mapping)):
        register.complain(file, sheet.name, 0, remark, "note")
    for kind, rows in (("heading", above), ("blank", blank)):
        if rows:
            db.execute("insert into counted values (?, ?, ?, ?)", [file, sheet.name, kind, rows])
    for step in (*_STEPS, "insert_documents", "insert_totals", "insert_counted"):
        db.execute(getattr(_queries, step).sql)
    for table in ("cells", "meaning", "parsed", "line", "copy", "grouped"):
        db.execute(f"drop table {table}")


def _recognise(sheet: Sheet, known: dict[str, Mapping] | None, kept: Known | None) -> tuple[layout.Layout, Mapping]:
    rows: list[Numbered] = list(islice(sheet.rows(), SAMPLE))
    wide = max((sum(map(bool, cells)) for _, cells in rows[: layout.DEEPEST]), default=0)
    if wide > WIDEST:
        raise Unreadable(f"{sheet.file} has {wide} columns, and a register at most {WIDEST}: export it with fewer.")
    found = layout.find(rows, sheet.merged)
    found = found._replace(headings=layout.trimmed(found.headings, rows[found.above :]))
    mark = fingerprint(found.headings)
    mapping = (known or {}).get(mark) or (kept.get(mark) if kept else None)
    return found, mapping or propose_columns(found.headings, rows[found.above :])


def _missing(mapping: Mapping) -> str | None:
    """What a register can't be without, in words; None where everything is there."""
    needed = (
        (("stin",), "the supplier's GSTIN"),
        (("number",), "the document's number"),
        (("document_date", "voucher_date"), "the document's date"),
        (("taxable", "value"), "the taxable amount or the value"),
        (("igst", "cgst", "sgst", "gst", "rate"), "tax or its rate"),
    )
    gone = [says for fields, says in needed if not any(mapping.columns(field) for field in fields)]
    amounts = (mapping.heading(column) for field in AMOUNTS for column in mapping.columns(field))
    gone += [f"amounts in rupees: {said!r} isn't" for said in filter(is_scaled, amounts)][:1]
    return ", ".join(gone) or None


def _nothing(path: Path, skipped: list[tuple[str, Mapping]]) -> str:
    if not skipped:
        return f"{path.name} has no cells, or only hidden ones: export the register again."
    said = "; ".join(
        f"{name or 'it'} has no column for {_missing(mapping)} (there are: {', '.join(there) or 'none'})"
        for name, mapping in skipped
        for there in [list(filter(None, mapping.headings))]
    )
    return (
        f"{path.name} isn't a purchase register: {said}. Export it with the suppliers' GSTINs (in Tally: columnar, "
        "with GSTIN/UIN and the supplier's invoice number), or say which column is which, such as taxable=Basic Amount."
    )


def _whose(sheet: Sheet, above: int, owner: Gstin | None) -> Gstin | None:
    """Whose a sheet is: the owner's, unless its title names another registration of his."""
    titled = _titled(sheet, above)
    return titled if owner is None or (titled and titled.pan == owner.pan) else owner


def _titled(sheet: Sheet, above: int) -> Gstin | None:
    """The GSTIN in the titles above the headings, if there is one and only one."""
    titles = " ".join(cell for _, cells in islice(sheet.rows(), above) for cell in cells).upper()
    said = set(layout.GSTIN.findall(titles))
    return Gstin(said.pop()) if len(said) == 1 else None
