"""Decisions about records as they stand: made here by people and by policies, one statement for thousands of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from gst_ims.client.record import Decision, Key, Record, Reduction
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import PROGRAM, Desk

queries: Any = load(__file__)

#: By how much credit is to be reduced on acceptance: whether it is, or paise of IGST, CGST, SGST and cess.
Reduce = bool | tuple[Paise, Paise, Paise, Paise] | None

#: The most characters of what somebody says.
WORDS = 2_000

_DECLARED = {None: None, True: "full", False: "none"}
_COLUMNS = ("sections", "stins", "numbers", "periods", "forms")
_SO_ALREADY = "The record says so already: there is nothing to do."


class Wish(NamedTuple):
    """What is wanted of one record, as it was seen: of this `hash`, and with this action (`was`).

    `policy` is name, version and rule where a policy wants it. `needs_approval` makes a second person look at it; the
    taxpayer's own rule (`Approval`) can ask for that besides.
    """

    key: Key
    hash: str
    was: Action
    #: Action.NONE takes back what stands at the portal.
    action: Action
    remarks: str | None = None
    reduce: Reduce = None
    why: str = ""
    policy: str | None = None
    needs_approval: bool = False


class Refusal(NamedTuple):
    """A record that isn't decided about, and why not."""

    key: Key
    why: str


class Effect(NamedTuple):
    """What decisions do, in paise: to the credit, and to what suppliers owe because reductions come back to them.

    `unsure` of them amend documents that the desk has never seen, and are left out.
    """

    unsure: int
    credit_before: Paise
    credit_after: Paise
    owed_before: Paise
    owed_after: Paise


@dataclass(frozen=True)
class Decided:
    """What became of wishes: decisions made, how many took the place of others, what they do, and what is refused."""

    made: int
    replaced: int
    effect: Effect
    refused: tuple[Refusal, ...]
    #: Which records these were, and how they stood, as a digest: what is done later is about the same, or refused.
    seen: str = ""


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a second person has to approve: the setting `approval` of a taxpayer."""

    #: The actions of a person that always need it. A policy's rules say so themselves: a second person has read them.
    always_for: tuple[Action, ...] = (Action.REJECT,)
    #: More tax than so many paise needs it whatever it is, and whoever decided.
    above: Paise = 1_00_000_00


def approval(db: Connection, gstin: Gstin) -> Approval:
    """When a second person has to approve. Raises Invalid for a setting that says something else."""
    row = queries.approval_setting(db, gstin=gstin)
    try:
        return Approval() if row is None else msgspec.convert(row.value, Approval)
    except msgspec.ValidationError as error:
        raise Invalid(f"The setting 'approval' of {gstin} can't be read: {error}.") from error


def decide(db: Connection, desk: Desk, gstin: Gstin, wishes: Iterable[Wish], person: str) -> Decided:
    """Make decisions, in the caller's transaction. `person` is who prepares them, or PROGRAM for a policy.

    Refused row by row, in the order given: what the record forbids or says already, what has changed since it was seen,
    and what another person has decided about, or a second one approved. The program's and his own are replaced.
    """
    rule = approval(db, gstin)
    queries.make_wishes(db)
    wanted = _stage(db, wishes, () if person == PROGRAM else rule.always_for)
    queries.key_wishes(db)
    queries.analyse_wishes(db)
    queries.refuse(db, gstin=gstin, person=person)
    _refuse_forbidden(db, gstin)
    now = {"gstin": gstin, "person": person, "at": desk.clock.now()}
    replaced: int = queries.replace_decisions(db, **now)
    queries.make_decisions(db, **now, above=rule.above)
    refused = tuple(Refusal(key_of(row), row.refused) for row in queries.refused(db))
    effect = Effect(*queries.effect(db, gstin=gstin))
    queries.drop_wishes(db)
    return Decided(wanted - len(refused), replaced, effect, refused)


def key_of(row: Any) -> Key:
    """The key of a row that has its five columns."""
    return Key(Section(row.section), row.stin, row.number, Period.of(row.period), Form(row.form))


def columns_of(keys: Iterable[Any]) -> dict[str, list[Any]]:
    """Keys, or rows that have their five columns, as the arrays that statements take."""
    parts = [(it.section, it.stin, it.number, it.period, it.form) for it in keys]
    return {name: [part[at] for part in parts] for at, name in enumerate(_COLUMNS)}


def decision_of(row: Any, record: Record) -> Decision:
    """The client's decision, of a row that has action, remarks and what is declared."""
    reduce = {None: None, "full": True, "none": False}.get(row.reduction)
    if row.reduction == "amounts":
        reduce = Reduction(*map(rupees, (row.declared_igst, row.declared_cgst, row.declared_sgst, row.declared_cess)))
    return Decision(record, Action(row.action), row.remarks, reduce)


def reduce_of(reduce: bool | Reduction | None) -> Reduce:
    """How a wish has what a decision of the client declares."""
    if not isinstance(reduce, Reduction):
        return reduce
    heads: tuple[Decimal, ...] = (reduce.igst, reduce.cgst, reduce.sgst, reduce.cess)
    igst, cgst, sgst, cess = map(paise, heads)
    return igst, cgst, sgst, cess


def said(words: str) -> str:
    """What somebody says, without spaces around it. Raises Invalid for what is too long, or no text to the database."""
    told = words.strip()
    if len(told) > WORDS or "\0" in told:
        raise Invalid(f"That is {len(told)} characters: say it in {WORDS}, none of them U+0000.")
    return told


def _stage(db: Connection, wishes: Iterable[Wish], always_for: tuple[Action, ...]) -> int:
    place = 0
    with db.cursor() as cursor, cursor.copy("copy wish from stdin") as copy:
        for place, it in enumerate(wishes, 1):
            if isinstance(it.reduce, tuple):
                reduction, amounts = "amounts", it.reduce
            else:
                reduction, amounts = _DECLARED[it.reduce], (None,) * 4
            key = it.key
            copy.write_row(
                (
                    *(place, key.section, key.stin, key.number, key.period.first_day, key.form, it.hash, it.was),
                    *(it.action, it.remarks or None, reduction, *amounts, it.why, it.policy),
                    it.needs_approval or it.action in always_for,
                    None,
                )
            )
    return place


def _refuse_forbidden(db: Connection, gstin: Gstin) -> None:
    """What the client wouldn't send isn't decided: it knows the rules, in one place."""
    places: list[int] = []
    whys: list[str] = []
    for row in queries.wished(db, gstin=gstin):
        record = Record.read(Section(row.section), row.source.encode())
        decision = decision_of(row, record)
        why = decision.why_not() or (_SO_ALREADY if decision.stands(record) else None)
        if why is not None:
            places.append(row.place)
            whys.append(why)
    queries.refuse_places(db, places=places, whys=whys)
