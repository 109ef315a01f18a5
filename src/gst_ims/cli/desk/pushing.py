"""What the commands about pushes do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gst_ims.cli.client.options import read_period
from gst_ims.cli.client.output import Column, Form, counted, say, show
from gst_ims.cli.desk.opening import opened
from gst_ims.cli.desk.options import Desked
from gst_ims.cli.exits import Exit
from gst_ims.client.outcome import Progress
from gst_ims.core.money import indian, rupees
from gst_ims.desk.push import service
from gst_ims.desk.push.promise import Kept, compare, promised
from gst_ims.desk.push.service import Left, Pushed

PUSHES = [
    Column[Pushed]("id", lambda it: it.id, "Nr"),
    Column[Pushed]("person", lambda it: it.person, "By", rank=1),
    Column[Pushed](
        "began_at", lambda it: it.began_at.isoformat(timespec="minutes"), "Began", shown=lambda it: it.began_at
    ),
    Column[Pushed](
        "ended_at",
        lambda it: it.ended_at and it.ended_at.isoformat(timespec="minutes"),
        "Ended",
        rank=1,
        shown=lambda it: it.ended_at,
    ),
    Column[Pushed]("rows", lambda it: it.rows, "Rows"),
    Column[Pushed]("applied", lambda it: it.applied, "Applied"),
    Column[Pushed]("refused", lambda it: it.refused, "Refused"),
    Column[Pushed]("void", lambda it: it.void, "Void"),
    Column[Pushed]("unknown", lambda it: it.unknown, "Unknown"),
]
LEFT = [
    Column[Left]("record", lambda it: str(it.key), "Record"),
    Column[Left]("decision", lambda it: it.decision, "Nr", rank=1),
    Column[Left]("state", lambda it: it.state, "State"),
    Column[Left]("code", lambda it: it.code, "Code", rank=1),
    Column[Left]("words", lambda it: it.words, "The portal says", rank=2, wraps=True),
    Column[Left]("next", lambda it: it.next, "What to do", wraps=True),
]
KEPT = [
    Column[Kept]("record", lambda it: it.record, "Record"),
    Column[Kept]("promised", lambda it: None if it.promised is None else rupees(it.promised), "Promised"),
    Column[Kept]("stated", lambda it: None if it.stated is None else rupees(it.stated), "GSTR-2B"),
    Column[Kept]("reason", lambda it: it.reason, "Why", wraps=True),
]


def push(desked: Desked, *, queue: bool) -> Exit:
    """Push now, or have it done."""
    with opened(desked) as it:
        if queue:
            service.request(it.desk, it.person, it.gstin)
            say("It is queued: `ims desk pushes` shows how far it is.")
            return Exit.DONE
        return _report(service.push(it.desk, it.person, it.gstin, _teller()))


def pushes(desked: Desked, number: int, form: Form) -> None:
    """Print pushes, or what is left of one."""
    with opened(desked) as it:
        if number:
            if not show(LEFT, service.left(it.desk, it.person, it.gstin, number), form):
                say("Everything is applied.")
        elif not show(PUSHES, service.pushes(it.desk, it.person, it.gstin), form):
            say("Nothing was pushed yet.")


def promise(desked: Desked, period: str, form: Form, *, read: bool) -> Exit:
    """Print how a GSTR-2B differs from what was promised."""
    with opened(desked) as it:
        found = (compare if read else promised)(it.desk, it.person, it.gstin, read_period(period))
    show(KEPT, found.differing, form)
    differing = counted(len(found.differing), "document") if found.differing else "none"
    say(
        f"GSTR-2B {found.period}, version {found.version}: {counted(found.documents, 'document')}, {differing} to look"
        f" at. Promised {indian(found.promised)}, stated {indian(found.stated)}."
    )
    if found.outside:
        say(f"{indian(found.outside)} of credit on documents that bypass IMS, besides.")
    return Exit.REFUSED if found.differing else Exit.DONE


def _report(done: Sequence[Pushed]) -> Exit:
    if not done:
        say("There is nothing to push: `ims desk list --state waiting` shows what waits for approval.")
    for it in done:
        say(
            f"Push {it.id}: {it.applied} of {counted(it.rows, 'row')} applied, {it.refused} refused, {it.void} void,"
            f" {it.unknown} unknown."
        )
        if it.words:
            say(it.words)
        if it.refused or it.void or it.unknown:
            say(f"`ims desk pushes {it.id}` says what to do.")
    if any(it.ended_at is None for it in done):
        return Exit.UNFINISHED
    return Exit.REFUSED if any(it.applied < it.rows for it in done) else Exit.DONE


def _teller() -> Callable[[Progress], None]:
    """Says how far a push is, whenever it is further."""
    told = 0

    def tell(progress: Progress) -> None:
        nonlocal told
        if progress.done > told:
            told = progress.done
            say(f"{told} of {counted(progress.total, 'row')} …")

    return tell
