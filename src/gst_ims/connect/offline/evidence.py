"""What the portal gave after an upload: files of errors, and later downloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from gst_ims.client.record import Decision, Key, Record
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline.archive import load
from gst_ims.connect.offline.reading import members_of, read, recipient_of, rows_of
from gst_ims.core.errors import RowError
from gst_ims.core.gstin import Gstin

#: The code of an error, by GSTN's words for it: files of errors have the words only.
CODES = {kind.wire: kind.code for kind in RowError.__subclasses__()}
_SCHEMA = "Schema validation failure"

# Section, supplier, number, period: the form isn't always there.
_Named = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What files say about a batch."""

    #: Code and words by the row's place among the decisions.
    refused: dict[int, tuple[str | None, str]] = field(default_factory=dict[int, tuple[str | None, str]])
    #: The uploads of which an error file tells: what it doesn't name is done.
    judged: set[str | None] = field(default_factory=set[str | None])
    #: What the records say now.
    later: dict[Key, Record] = field(default_factory=dict[Key, Record])


def gathered(
    paths: Sequence[Path], gstin: Gstin, decisions: Sequence[Decision], places: Sequence[str | None]
) -> Evidence:
    """What these files say, later ones after earlier ones. Raises Unreadable for one that is about something else."""
    evidence = Evidence()
    for path in paths:
        if is_error_file(path):
            _read_errors(path, gstin, decisions, places, evidence)
        else:
            evidence.later.update({record.key: record for record in read(path, gstin).records})
    return evidence


def is_error_file(path: Path) -> bool:
    """Whether it is one of the portal's files of errors. Raises Unreadable."""
    return b'"imsDetailsErr"' in load(path)[:1000]


def _read_errors(
    path: Path,
    gstin: Gstin,
    decisions: Sequence[Decision],
    places: Sequence[str | None],
    evidence: Evidence,
) -> None:
    file = path.name
    details = members_of(file, load(path), "imsDetailsErr", "a file of errors")
    if recipient_of(file, details) not in (None, gstin):
        raise Unreadable(f"{file} is of {details['rtin']}, not of {gstin}.")
    uploaded: defaultdict[_Named, list[int]] = defaultdict(list)
    for at, decision in enumerate(decisions):
        if places[at] is not None:
            key = decision.record.key
            uploaded[key.section.value, key.stin, key.number.upper(), str(key.period)].append(at)
    rowless = True
    for name, section, rows in rows_of(file, details):
        for row in cast("list[dict[str, Any]]", rows):
            number = str(row.get("nt_num") or row.get("inum") or "")
            named = (section or name, str(row.get("stin", "")).upper(), number.upper(), str(row.get("rtnprd", "")))
            found = [at for at in uploaded[named] if row.get("srcform") in (None, decisions[at].record.form.value)]
            if not found:
                raise Unreadable(f"{file} names {':'.join(named)}, which was in none of the uploads of this folder.")
            words = str(row.get("error_msg") or "")
            evidence.refused[found[0]] = (str(row["error_cd"]) if "error_cd" in row else _code(words), words)
            evidence.judged.add(places[found[0]])
            rowless = False
    if (whole := details.get("error_msg")) and rowless:
        _refuse_all(file, str(whole), places, evidence)


def _refuse_all(file: str, words: str, places: Sequence[str | None], evidence: Evidence) -> None:
    """The portal took nothing and names no row: that is clear where there was one upload."""
    uploads = {place for place in places if place is not None}
    if len(uploads) != 1:
        raise Unreadable(f"{file} doesn't say of which of {len(uploads)} uploads it is ({words}).")
    evidence.judged.update(uploads)
    evidence.refused.update({at: (_code(words), words) for at, place in enumerate(places) if place is not None})


def _code(words: str) -> str | None:
    return "IMSSAV005" if words.startswith(_SCHEMA) else CODES.get(words)
