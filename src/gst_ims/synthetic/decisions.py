"""The recipients' side of the story: what they accept, reject and keep pending, and what they think better of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from random import Random

from gst_ims.core.money import Paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.synthetic.events import Act, Body, Reset, act_body
from gst_ims.synthetic.people import Company
from gst_ims.synthetic.returns import Standing, moment

Rows = list[tuple[Section, Body]]

_REASONS = {
    Action.REJECT: (
        "Not our purchase order",
        "Goods returned, no credit due",
        "Price differs from the order",
        "Invoice made out twice",
        "Wrong GSTIN: belongs to our other unit",
    ),
    Action.PENDING: ("Goods not received yet", "With the stores for checking", "Waiting for the e-way bill"),
}
_REDUCED = {"Y": "Credit had been taken in part only", "N": "Credit was never taken"}
_ACTIONS = (Action.ACCEPT,) * 15 + (Action.REJECT,) * 2 + (Action.PENDING,) * 3


def early(rng: Random, recipient: Company, period: Period, standings: Sequence[Standing]) -> Iterator[Act]:
    """Somebody is quick: these are decided on the 8th, when they are saved and not yet filed."""
    rows = [_decided(rng, recipient, s, rng.choice((Action.ACCEPT, Action.REJECT))) for s in standings]
    if rows:
        at = moment(period.next(), 8, 12, rng.randrange(60))
        yield Act(at, recipient.gstin, act_body(recipient.gstin, rows))


def decide(rng: Random, recipient: Company, period: Period, standings: Iterable[Standing]) -> Iterator[Act | Reset]:
    """The decisions on records of `period`, and on those kept pending before, from the 12th to the 19th.

    About six of ten are decided, amendments nearly always, each on one morning; a few are changed or reset on an
    afternoon. What was kept pending is decided once and for all.
    """
    mornings: dict[int, Rows] = defaultdict(list)
    resets: dict[int, Rows] = defaultdict(list)
    changes: dict[int, Rows] = defaultdict(list)
    for standing in [s for s in standings if actionable(s)]:
        if rng.random() >= (0.9 if standing.amends else 0.6):
            continue
        day = rng.randint(12, 18)
        choice, luck = rng.choice(_ACTIONS), rng.random()
        if standing.action is Action.PENDING:
            choice, luck = (Action.ACCEPT if choice is Action.PENDING else choice), 1.0
        mornings[day].append(_decided(rng, recipient, standing, choice))
        if luck < 0.03:
            resets[rng.randint(day, 19)].append(_reset(standing))
        elif luck < 0.06:
            other = Action.REJECT if choice is Action.ACCEPT else Action.ACCEPT
            changes[rng.randint(day, 19)].append(_decided(rng, recipient, standing, other))
    for day, rows in mornings.items():
        yield Act(_at(rng, period, day, 9), recipient.gstin, act_body(recipient.gstin, rows))
    for day, rows in resets.items():
        yield Reset(_at(rng, period, day, 15), recipient.gstin, act_body(recipient.gstin, rows, "RESET"))
    for day, rows in changes.items():
        yield Act(_at(rng, period, day, 16), recipient.gstin, act_body(recipient.gstin, rows))


def actionable(standing: Standing) -> bool:
    """Whether it may be decided now: never what bypasses IMS, nor an amendment before its original (R1.3, R3.7)."""
    settled = (Action.ACCEPT, Action.REJECT)
    undecided = standing.action in (Action.NONE, Action.PENDING)
    return undecided and standing.document.in_ims and (standing.amends is None or standing.amends.action in settled)


def reduces(standing: Standing, recipient: Company) -> bool:
    """Whether accepting takes credit away, so that the reduction has to be declared (R2.4, R6.2)."""
    section, original = standing.document.section, standing.amends
    if original is None:
        return section.is_credit
    before, now = sum(original.document.taxes), sum(standing.document.taxes)
    if section.is_credit:
        return now >= before or original.action is Action.REJECT
    # The original's GSTR-3B must have been filed: within one and the same return there is nothing to reduce (R3.8).
    closed = _closes(recipient, original.counts_in) < _closes(recipient, standing.counts_in)
    return now < before and original.action is Action.ACCEPT and closed


def _closes(recipient: Company, period: Period) -> Period:
    return period.quarter_end() if recipient.quarterly else period


def _at(rng: Random, period: Period, day: int, hour: int) -> datetime:
    return moment(period.next(), day, hour, rng.randrange(60))


def _decided(rng: Random, recipient: Company, standing: Standing, action: Action) -> tuple[Section, Body]:
    row = standing.document.ims_row(standing.form, standing.period)
    row |= {"action": action.value, "prev_status": standing.action.value}
    if action in _REASONS:
        row["remarks"] = rng.choice(_REASONS[action])
    elif reduces(standing, recipient):
        row |= _reduction(rng, standing)
    standing.action = action
    return standing.document.section, row


def _reset(standing: Standing) -> tuple[Section, Body]:
    row = standing.document.ims_row(standing.form, standing.period) | {"prev_status": standing.action.value}
    standing.action = Action.NONE
    return standing.document.section, row


def _reduction(rng: Random, standing: Standing) -> Body:
    """Mostly all of it, which needs no amounts (R6.5); sometimes half of it, or none, which needs remarks (R6.10)."""
    luck = rng.random()
    half = [tax // 2 for tax in _reducible(standing)]
    if luck < 0.12:
        return {"itcRedReq": "N", "remarks": _REDUCED["N"]}
    if luck < 0.75 or not any(half):
        return {"itcRedReq": "Y"}
    igst, cgst, sgst, cess = map(rupees, half)
    declared = {"declIgst": igst, "declCgst": cgst, "declSgst": sgst, "declCess": cess}
    return {"itcRedReq": "Y", **declared, "remarks": _REDUCED["Y"]}


def _reducible(standing: Standing) -> tuple[Paise, ...]:
    """By head: an amendment of what was accepted reduces by the difference, all else by its tax (R3.10, R3.11)."""
    taxes = standing.document.taxes
    if standing.amends is None or standing.amends.action is Action.REJECT:
        return taxes
    return tuple(abs(now - was) for now, was in zip(taxes, standing.amends.document.taxes, strict=True))
