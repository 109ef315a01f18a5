"""Matchings that are kept: each can be read as it stood, and two of them compared."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from gst_ims.core.errors import Invalid
from gst_ims.desk.match.result import Result, outputs
from gst_ims.desk.match.settings import Apart, Decision, Settings

_ID = re.compile(r"[0-9]{8}T[0-9]{6}(-[0-9]+)?")


class Runs:
    """A folder of runs. Each is a folder of its own: `rows.parquet` and `run.json` (settings, decisions, moment)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, result: Result, settings: Settings, manual: list[Decision], at: datetime) -> str:
        """Keep a matching that was made `at` (aware). Returns its id, which begins with that moment."""
        name = taken = at.strftime("%Y%m%dT%H%M%S")
        copies = 1
        while (self.folder / taken).exists():
            copies += 1
            taken = f"{name}-{copies}"
        folder = self.folder / taken
        unfinished = self.folder / f".{taken}"  # a run is there as a whole or not at all
        unfinished.mkdir(parents=True)
        result.write(unfinished / "rows.parquet")
        decisions = [{"apart" if isinstance(d, Apart) else "together": asdict(d)} for d in manual]
        about = {"at": at.isoformat(), "settings": asdict(settings), "manual": decisions}
        (unfinished / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(about)))
        unfinished.rename(folder)
        return taken

    def ids(self) -> list[str]:
        """All that are kept, the oldest first."""
        if not self.folder.exists():
            return []
        return sorted((f.name for f in self.folder.iterdir() if _ID.fullmatch(f.name)), key=_order)

    def read(self, run: str) -> Result:
        """A run as it stood. Raises Invalid if there is none of that id."""
        return Result.read(self._rows(run))

    def about(self, run: str) -> dict[str, Any]:
        """When a run was made, with which settings and decisions. Raises Invalid if there is none of that id."""
        return msgspec.json.decode(self._rows(run).with_name("run.json").read_bytes())

    def _rows(self, run: str) -> Path:
        path = self.folder / run / "rows.parquet"
        if not _ID.fullmatch(run) or not path.exists():
            raise Invalid(f"There is no run {run!r} in {self.folder}: it has {', '.join(self.ids()) or 'none'}.")
        return path


def changes(before: Result, after: Result) -> list[dict[str, Any]]:
    """What is otherwise in `after`: documents by identity, with the bucket and the partners that each had and has.

    `side`, `rtin`, `stin`, `section`, `number`, `document_date`, `was`, `became`, `partners_were`, `partners_became`,
    `reasons` (of `after`). None stands where a run doesn't have the document. Ids play no part: a register that is read
    anew may have other ones.
    """
    with duckdb.connect() as db:
        db.register("before_rows", before.relation.to_arrow_table())
        db.register("after_rows", after.relation.to_arrow_table())
        cursor = db.execute(outputs.changes.sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _order(name: str) -> tuple[str, int]:
    moment, _, copy = name.partition("-")
    return moment, int(copy or 1)
