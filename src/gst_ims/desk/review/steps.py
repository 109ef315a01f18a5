"""What becomes of a decision until it is pushed: approved, returned, taken back; and what people say about records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gst_ims.client.record import Key
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import PROGRAM, Desk, Unknown
from gst_ims.desk.people.service import Person, Role, note
from gst_ims.desk.review.service import Refusal, key_of, queries, said

_PUSHED = "It is with the portal, or was: it can't be changed any more."
_OVER = "It is over: decide anew."


@dataclass(frozen=True)
class Stepped:
    """What became of a step: how many decisions took it, and which can't."""

    done: int
    refused: tuple[Refusal, ...]


def approve(desk: Desk, by: Person, gstin: Gstin, ids: Iterable[int], why: str = "") -> Stepped:
    """Approve decisions of others, by their ids: what is decided anew meanwhile has another id. Raises NotAllowed.

    Nobody approves his own; whatever isn't waiting is refused too, each by itself.
    """
    by.must(gstin, Role.APPROVER)

    def problem(row: Any) -> str | None:
        if row.state != "prepared":
            return _not_open(row) or "It is approved already."
        return f"{by.name} has decided so himself: another person has to approve it." if row.person == by.name else None

    return _step(desk, by, gstin, ids, "approved", said(why), problem)


def give_back(desk: Desk, by: Person, gstin: Gstin, ids: Iterable[int], why: str) -> Stepped:
    """Return decisions of others, approved ones too, with words for who decided. Raises NotAllowed, Invalid."""
    by.must(gstin, Role.APPROVER)

    def problem(row: Any) -> str | None:
        return _not_open(row) or (f"{by.name} has decided so himself: take it back." if row.person == by.name else None)

    return _step(desk, by, gstin, ids, "returned", _needed(why, "Say why it is returned"), problem)


def undo(desk: Desk, by: Person, gstin: Gstin, ids: Iterable[int], why: str = "") -> Stepped:
    """Take back one's own decisions, or the program's, before they are pushed. Raises NotAllowed.

    What is void or returned needn't be decided anew then: the record is left as it is.
    """
    by.must(gstin, Role.PREPARER)

    def problem(row: Any) -> str | None:
        others = row.person not in (by.name, PROGRAM)
        if row.state in ("void", "returned"):
            return None
        return _not_open(row) or (f"{row.person} has decided so: an approver can return it." if others else None)

    return _step(desk, by, gstin, ids, "undone", said(why), problem)


def comment(desk: Desk, by: Person, gstin: Gstin, key: Key, text: str) -> None:
    """Say something about a record, for everybody who sees it. Raises NotAllowed, Unknown, Invalid."""
    by.must(gstin)
    words, at = _needed(text, "Say something"), desk.clock.now()
    with desk.of([gstin]) as db:
        if not queries.known_record(db, gstin=gstin, name=str(key), **key._asdict()):
            raise Unknown(f"{gstin} has, and had, no record {key}: look for it in the list of records.")
        queries.add_comment(db, gstin=gstin, record=str(key), person=by.name, at=at, text=words)
        note(db, desk, gstin, by.name, "commented", record=str(key), why=words)


def _step(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    ids: Iterable[int],
    state: str,
    why: str,
    problem: Callable[[Any], str | None],
) -> Stepped:
    wanted = sorted(set(ids))
    with desk.of([gstin]) as db:
        rows = list(queries.decisions(db, gstin=gstin, ids=wanted))
        if missing := set(wanted).difference(row.id for row in rows):
            raise Unknown(f"{gstin} has no decision {', '.join(map(str, sorted(missing)[:5]))}: nothing was changed.")
        problems = {row.id: problem(row) for row in rows}
        fit = [number for number, why_not in problems.items() if why_not is None]
        queries.step(db, gstin=gstin, ids=fit, state=state, person=by.name, at=desk.clock.now(), why=why)
    return Stepped(len(fit), tuple(Refusal(key_of(row), no) for row in rows if (no := problems[row.id]) is not None))


def _not_open(row: Any) -> str | None:
    if row.state in ("prepared", "approved"):
        return None
    return _PUSHED if row.state in ("sending", "applied", "unknown") else _OVER


def _needed(words: str, missing: str) -> str:
    if not (needed := said(words)):
        raise Invalid(f"{missing}: in a few words.")
    return needed
