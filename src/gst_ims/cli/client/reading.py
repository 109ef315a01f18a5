"""The commands that only read: counts, records, sales, liability added back, GSTR-2B."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Generic, TypeVar

from gst_ims.cli.client.choosing import Filter
from gst_ims.cli.client.columns import ADDED_BACK, COUNTS, RECORDS, SALES, STATEMENT, SUMS, CountRow, count_rows, sums
from gst_ims.cli.client.opening import opened, profiles
from gst_ims.cli.client.options import Place
from gst_ims.cli.client.output import Column, Form, counted, named, say, show, write_object
from gst_ims.cli.exits import Exit, Usage, exit_code
from gst_ims.connect.portal import Portal
from gst_ims.core.document import print_date
from gst_ims.core.errors import ImsError
from gst_ims.core.money import indian, paise
from gst_ims.core.period import Period
from gst_ims.core.section import Action

T = TypeVar("T")

GOODS = ("others", "inward_supplies", "imports")
_SOLD = ("B2B", "B2BA", "CDNR", "CDNRA", "ECOM", "ECOMA")
_COMES_BACK = ("CDNR", "CDNRA", "B2BA", "ECOMA")


def counts(place: Place, goods: str, form: Form, *, everyone: bool) -> Exit:
    """Print the counts of one profile or of all. Raises Usage, ClientError."""
    if goods not in (*GOODS, "all"):
        raise Usage(f"There are no goods {goods!r}: use one of {', '.join(GOODS)}, or all.")
    wanted = GOODS if goods == "all" else (goods,)

    def read(session: Portal) -> Iterator[CountRow]:
        return chain.from_iterable(count_rows(session.counts(name)) for name in wanted)

    rows = _Rows(place, read, everyone=everyone)
    found = [*rows]
    show(rows.columns(COUNTS), found, form)
    say(f"{counted(sum(row.count.total for _, row in found), 'record')}.")
    return rows.ending


def records(place: Place, filter_: Filter, form: Form, *, everyone: bool) -> Exit:
    """Print the records that a filter takes, of one profile or of all. Raises Usage, ClientError."""
    rows = _Rows(place, lambda session: filter_.records(session.records), everyone=everyone)
    tax = _Sum()
    count = show(rows.columns(RECORDS), tax.over(rows, lambda row: row[1].tax), form)
    say(f"{counted(count, 'record')}, {tax}.")
    return rows.ending


def sales(
    place: Place, period: Period, section: str, return_type: str, statuses: frozenset[Action], form: Form
) -> Exit:
    """Print what a taxpayer reported as a supplier, and what became of it. Raises Usage, ClientError."""
    wanted = _tables(section, _SOLD)
    if return_type not in ("gstr-1", "gstr-1a"):
        raise Usage(f"There is no return {return_type!r} here: use gstr-1, also for IFF, or gstr-1a.")
    tax = _Sum()
    with opened(place) as it:
        found = chain.from_iterable(it.session.sales(period, name, return_type).documents for name in wanted)
        documents = (sale for sale in found if not statuses or sale.action in statuses)
        count = show(SALES, tax.over(documents, lambda sale: sale.tax), form)
    say(f"{counted(count, 'document')}, {tax}.")
    return Exit.DONE


def added_back(place: Place, period: Period, section: str, form: Form) -> Exit:
    """Print what liability comes back to a taxpayer as a supplier. Raises Usage, ClientError."""
    wanted = _tables(section, _COMES_BACK)
    tax = _Sum()
    with opened(place) as it:
        entries = chain.from_iterable(it.session.added_back(period, name).entries for name in wanted)
        count = show(ADDED_BACK, tax.over(entries, lambda entry: entry.tax), form)
    say(f"{counted(count, 'document')}, {tax}.")
    return Exit.DONE


def statement(place: Place, period: Period, form: Form, *, documents: bool) -> Exit:
    """Print GSTR-2B: its sums for people, or all documents. Raises Usage, ClientError."""
    with opened(place) as it:
        made = it.session.gstr2b(period)
    if form is Form.JSON:
        rows = named(STATEMENT, made.documents)
        head = {"gstin": made.gstin, "period": str(made.period), "version": made.version, "generated": made.generated}
        write_object({**head, "summary": made.summary, "documents": rows})
    elif form is Form.CSV or documents:
        show(STATEMENT, made.documents, form)
    else:
        show(SUMS, sums(made.documents), form)
    day = "" if made.generated is None else f" of {print_date(made.generated)}"
    count = counted(len(made.documents), "document")
    say(f"GSTR-2B of {made.period} of {made.gstin}, version {made.version}{day}: {count}.")
    return Exit.DONE


def recompute(place: Place, period: Period, timeout: float) -> Exit:
    """Have GSTR-2B computed anew, and wait until it is. Raises Usage, ClientError."""
    with opened(place) as it:
        it.session.regenerate(period).wait(timeout)
    say(f"GSTR-2B of {period} is computed anew.")
    return Exit.DONE


class _Rows(Generic[T]):
    """Rows with the name of their profile. Of all profiles those that fail are said, and the others go on."""

    def __init__(self, place: Place, read: Callable[[Portal], Iterable[T]], *, everyone: bool) -> None:
        self._place = place
        self._read = read
        self._everyone = everyone
        self._names = [*profiles(place, everyone=everyone)]
        self.ending = Exit.DONE

    def columns(self, columns: Sequence[Column[T]]) -> list[Column[tuple[str, T]]]:
        """The columns of the rows, with the profile first where there are several."""
        first = [Column[tuple[str, T]]("profile", lambda row: row[0], "profile")] if self._everyone else []
        return first + [_second(column) for column in columns]

    def __iter__(self) -> Iterator[tuple[str, T]]:
        for name in self._names:
            try:
                with opened(self._place._replace(profile=name)) as it:
                    for row in self._read(it.session):
                        yield name, row
            except ImsError as error:
                if not self._everyone:
                    raise
                say(f"ims: {name}: {error}")
                self.ending = max(self.ending, exit_code(error))


class _Sum:
    """Adds up tax in passing."""

    def __init__(self) -> None:
        self.tax = Decimal(0)

    def over(self, rows: Iterable[T], tax: Callable[[T], Decimal]) -> Iterator[T]:
        """The rows themselves."""
        for row in rows:
            self.tax += tax(row)
            yield row

    def __str__(self) -> str:
        return f"tax {indian(paise(self.tax))}"


def _second(column: Column[T]) -> Column[tuple[str, T]]:
    shown = column.shown
    return Column(
        column.name,
        lambda row: column.of(row[1]),
        column.heading,
        column.rank,
        None if shown is None else lambda row: shown(row[1]),
        column.wraps,
    )


def _tables(section: str, possible: tuple[str, ...]) -> tuple[str, ...]:
    if not section:
        return possible
    if section.upper() not in possible:
        raise Usage(f"There is no table {section!r} here: use one of {', '.join(possible)}.")
    return (section.upper(),)
