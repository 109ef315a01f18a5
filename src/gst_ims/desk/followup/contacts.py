"""Whom to write to: mail addresses and webhooks of suppliers and customers, one by one or from a file."""

from __future__ import annotations

import binascii
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person, Role, note
from gst_ims.desk.register.sources import sheets

queries: Any = load(__file__)

COLUMNS = ("gstin", "name", "email", "webhook", "secret")
_MOST = 10 * 1024 * 1024
_WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".ods")
# One plain address: the mail parser of the standard library stumbles over broken ones.
_ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+")


@dataclass(frozen=True)
class Contact:
    """Whom to write to about a party. The secret of the webhook isn't told to anybody."""

    party: Gstin
    name: str
    email: str
    webhook: str


@dataclass(frozen=True)
class Problem:
    """A row that was left out, and why. Rows count from 1, the heading."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Imported:
    """How many contacts were taken, and the rows that weren't."""

    taken: int
    problems: tuple[Problem, ...]


class _Wrong(Exception):
    """A cell that can't be."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def contacts(
    desk: Desk, by: Person, gstin: Gstin, text: str = "", after: str | None = None, limit: int | None = None
) -> list[Contact]:
    """Contacts of a taxpayer's desk by GSTIN: those that have a text, from the one after a GSTIN on. Raises NotAllowed.

    The text may be a part of the GSTIN, the name or an address.
    """
    by.must(gstin)
    with desk.of([gstin]) as db:
        rows = queries.contacts(db, gstin=gstin, parties=None, text=text.strip(), after=after, limit=limit)
        return [_of(row) for row in rows]


def read(db: Connection, gstin: Gstin, parties: Iterable[str]) -> dict[Gstin, Contact]:
    """Contacts of these parties, in the caller's transaction."""
    rows = queries.contacts(db, gstin=gstin, parties=list(parties), text="", after=None, limit=None)
    return {it.party: it for it in map(_of, rows)}


def known(desk: Desk, by: Person, gstin: Gstin, parties: Iterable[str]) -> dict[Gstin, Contact]:
    """Contacts of these parties. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return read(db, gstin, parties)


def keep(desk: Desk, by: Person, gstin: Gstin, row: Mapping[str, str]) -> Contact:
    """Keep a contact, given by `COLUMNS`, in the place of what there was of its party.

    The secret may be empty where the webhook stays as it was. Raises NotAllowed; Invalid, saying what is wrong.
    """
    by.must(gstin, Role.ADMINISTRATOR)
    told = {name: row.get(name, "").strip() for name in COLUMNS}
    with desk.of([gstin]) as db:
        try:
            party, *cells = _contact(db, gstin, told)
        except _Wrong as error:
            raise Invalid(str(error)) from error
        _put(db, gstin, {Gstin(party): tuple(cells)})
        note(db, desk, gstin, by.name, "contact kept", detail={"party": party})
        return read(db, gstin, [Gstin(party)])[Gstin(party)]


def remove(desk: Desk, by: Person, gstin: Gstin, party: str) -> None:
    """Forget a contact. Raises NotAllowed, Unknown."""
    by.must(gstin, Role.ADMINISTRATOR)
    with desk.of([gstin]) as db:
        if not queries.drop_contact(db, gstin=gstin, party=party):
            raise Unknown(f"There is no contact of {party}: load the page again.")
        note(db, desk, gstin, by.name, "contact removed", detail={"party": party})


def import_contacts(desk: Desk, by: Person, gstin: Gstin, file: Path) -> Imported:
    """Take contacts from csv, or the first sheet of a workbook, with the headings of `COLUMNS`.

    Needed are gstin, and one of email and webhook. A row takes the place of what there was of its party. Rows that are
    wrong are left out and told; the others are taken. Raises NotAllowed; Invalid or Unreadable where it isn't such a
    file.
    """
    by.must(gstin, Role.ADMINISTRATOR)
    rows = _rows(file)
    taken: dict[Gstin, tuple[str, ...]] = {}
    problems: list[Problem] = []
    with desk.of([gstin]) as db:
        for number, row in rows:
            try:
                party, *cells = _contact(db, gstin, row)
                if party in taken:
                    raise _Wrong("gstin", f"{party} stands in an earlier row: one row each.")
                taken[Gstin(party)] = tuple(cells)
            except _Wrong as error:
                problems.append(Problem(number, error.column, str(error)))
        _put(db, gstin, taken)
        note(db, desk, gstin, by.name, "contacts imported", detail={"taken": len(taken), "left out": len(problems)})
    return Imported(len(taken), tuple(problems))


def _of(row: Any) -> Contact:
    return Contact(Gstin(row.party), row.name, row.email, row.webhook)


def _put(db: Connection, gstin: Gstin, taken: Mapping[Gstin, tuple[str, ...]]) -> None:
    names = ("names", "emails", "webhooks", "secrets")
    columns = {name: [cells[place] for cells in taken.values()] for place, name in enumerate(names)}
    queries.put_contacts(db, gstin=gstin, parties=list(taken), **columns)


def _rows(file: Path) -> Iterable[tuple[int, dict[str, str]]]:
    """The rows that aren't empty, each with its number."""
    if file.stat().st_size > _MOST:
        raise Invalid(f"{file.name} has more than {_MOST} bytes: it isn't a list of contacts.")
    try:
        lines = _lines(file)
        _, first = next(lines, (1, list[str]()))
        heading = [cell.strip().lower() for cell in first]
        while heading and not heading[-1]:
            heading.pop()
        if "gstin" not in heading or not {"email", "webhook"} & set(heading) or len(set(heading)) < len(heading):
            raise Invalid(f"{file.name} has no headings of contacts: give each once, of {', '.join(COLUMNS)}.")
        if unknown := [name for name in heading if name not in COLUMNS]:
            raise Invalid(f"{file.name} has columns {', '.join(unknown)}: only {', '.join(COLUMNS)} are known.")
        rows = [(number, [cell.strip() for cell in row]) for number, row in lines]
        empty = dict.fromkeys(COLUMNS, "")
        return [(number, empty | dict(zip(heading, row, strict=False))) for number, row in rows if any(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"{file.name} isn't csv in UTF-8: {error}.") from error


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """All rows with their numbers: of the first sheet that Excel shows, or of csv."""
    if file.suffix.lower() in _WORKBOOKS:
        for sheet in sheets(file):
            if not sheet.hidden:
                yield from sheet.rows()
                return
    else:
        text = file.read_bytes().decode("utf-8-sig")
        yield from enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1)


def _contact(db: Connection, gstin: Gstin, row: dict[str, str]) -> tuple[str, ...]:
    """The cells in the order of `COLUMNS`."""
    if not all(cell.isprintable() for cell in row.values()):
        raise _Wrong("", "A cell has more than one line, or signs that can't be printed.")
    try:
        party = Gstin.parse(row["gstin"].upper())
    except Invalid as error:
        raise _Wrong("gstin", str(error)) from error
    if not row["email"] and not row["webhook"]:
        raise _Wrong("email", "There is neither a mail address nor a webhook.")
    if row["email"] and not (_ADDRESS.fullmatch(row["email"]) and row["email"].isascii()):
        raise _Wrong("email", f"{row['email']!r} isn't a mail address.")
    if row["webhook"]:
        there = not row["secret"] and read(db, gstin, [party]).get(party)
        _check_webhook(row["webhook"], row["secret"], known=bool(there) and there.webhook == row["webhook"])
    elif row["secret"]:
        raise _Wrong("secret", "There is a secret without a webhook.")
    return party, row["name"], row["email"], row["webhook"], row["secret"]


def _check_webhook(url: str, secret: str, *, known: bool) -> None:
    try:
        parts = urlsplit(url)
        there = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        there = False
    if not there:
        raise _Wrong("webhook", f"{url!r} isn't an address of http or https, without a user's name.")
    if known:
        return
    try:
        Webhook(secret)
    except (EmptyWebhookSecretError, binascii.Error, ValueError):
        # Not what it is: it is a secret, even a broken one.
        raise _Wrong("secret", "The webhook's secret isn't whsec_ and base64.") from None
