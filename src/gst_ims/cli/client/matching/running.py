"""What `ims match` does: check, confirm the columns, read, match, write, report."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gst_ims.cli.client.config import choose, load
from gst_ims.cli.client.matching import confirming, printing
from gst_ims.cli.client.opening import opened
from gst_ims.cli.client.options import Place
from gst_ims.cli.client.output import say
from gst_ims.cli.exits import Exit, Usage
from gst_ims.cli.files import check_new
from gst_ims.connect.portal import Portal
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise
from gst_ims.desk.match import Result, Settings, match_files
from gst_ims.desk.register.columns import amount

_KINDS = (".xlsx", ".parquet", ".json")


@dataclass(frozen=True)
class Task:
    """What is to be matched, and how."""

    ims: Sequence[Path]
    gstin: str
    books: Sequence[Path]
    out: Path | None
    settings: Settings
    links: Sequence[Path]
    columns: dict[str, Sequence[str]]
    dates: str
    since: Path | None


def run(place: Place, task: Task, *, yes: bool, json: bool) -> Exit:
    """Match, and say what came out. Raises Usage, Unreadable, ClientError; then nothing is written."""
    task = _of_profile(place, task)
    _check(task)
    since = None if task.since is None else Result.read(task.since)
    kept = confirming.kept_mappings()
    mappings, fresh = confirming.confirm(task.books, kept, task.columns, task.dates, yes=yes)
    with _portal(place, task) as portal:
        found = match_files(
            portal,
            task.books,
            rtin=task.gstin or None,
            settings=task.settings,
            manual=task.links,
            mapping=mappings,
            since=since,
        )
    if task.out is not None:
        found.write(task.out)
    confirming.keep(kept, fresh)
    printing.report(found, json=json)
    if task.out is not None:
        say(f"{task.out} has the result.")
    return Exit.REFUSED if found.portal.rejected or found.books.rejected else Exit.DONE


def settings(within: str, days: int) -> Settings:
    """The tolerances of the command line. Raises Usage."""
    rupees = amount(within)
    try:
        if rupees is None or rupees < 0:
            raise Invalid(f"Tolerance {within!r} isn't an amount of rupees such as 1,000.00.")
        return Settings(absolute=paise(rupees), days=days)
    except Invalid as error:
        raise Usage(str(error)) from error


def _of_profile(place: Place, task: Task) -> Task:
    """The task, of the taxpayer of the profile where that alone is named. Raises Usage."""
    if task.ims or task.gstin or not place.profile:
        return task
    _, profile = choose(load(place.config), place.config, place.profile)
    return replace(task, gstin=profile.gstin)


def _check(task: Task) -> None:
    """What can be known before anything is read. Raises Usage."""
    if not task.ims and not task.gstin:
        raise Usage("Say what the portal has: --ims with files of it, or --gstin or --profile to read it.")
    try:
        if task.gstin:
            Gstin(task.gstin)
    except Invalid as error:
        raise Usage(str(error)) from error
    for path in (*task.ims, *task.books, *task.links):
        if path.exists() and not path.is_file():
            raise Usage(f"{path} is no file, but a directory or a device.")
        if not path.is_file():
            raise Usage(f"There is no file {path}.")
    if task.out is not None:
        check_new(task.out, _KINDS)


@contextmanager
def _portal(place: Place, task: Task) -> Generator[Sequence[Path] | Portal]:
    """The files that were given, or the portal of the recipient's profile."""
    if task.ims:
        yield task.ims
        return
    with opened(place._replace(profile=_profile(place, task.gstin))) as it:
        yield it.session


def _profile(place: Place, gstin: str) -> str:
    """The profile of a taxpayer: the one that is named, the default, or the only one. Raises Usage."""
    config = load(place.config)
    mine = [name for name, profile in config.profiles.items() if profile.gstin == gstin]
    wanted = place.profile or (config.default if config.default in mine else "")
    if not mine:
        raise Usage(f"No profile in {place.config} is of {gstin}: make one with `ims profile add`, or give --ims.")
    if wanted and wanted not in mine:
        raise Usage(f"Profile {wanted!r} isn't of {gstin}. Of that taxpayer there are: {', '.join(mine)}.")
    if not wanted and len(mine) > 1:
        raise Usage(f"Say which profile of {gstin}: --profile with one of {', '.join(mine)}.")
    return wanted or mine[0]
