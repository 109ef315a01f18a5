"""Bringing a message to its party: an attempt that is counted before it is made, and a dead letter after the last."""

from __future__ import annotations

from typing import Any

from procrastinate import RetryStrategy

from gst_ims.core.gstin import Gstin
from gst_ims.database.queries import load
from gst_ims.desk.desk import PROGRAM, DatabaseAway, Desk
from gst_ims.desk.followup import settings
from gst_ims.desk.followup.messages import ATTEMPTS, WAITS
from gst_ims.desk.followup.post import Letter, Post, Undelivered
from gst_ims.desk.people.service import note

queries: Any = load(__file__)

# After 6 seconds, 36, 216 … and more than two hours: a server that is down for a while loses nothing.
RETRY = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=6, retry_exceptions=[Undelivered, DatabaseAway])


def deliver(desk: Desk, post: Post, gstin: Gstin, number: int) -> None:
    """Try to deliver a queued message; nothing happens to one that isn't queued. In quiet hours a digest waits.

    Raises Undelivered where it is to be tried again. While it is tried no transaction is open. A worker that dies, or
    whose database is away, between the other side's yes and our note of it sends once more, under the same name.
    """
    with desk.of([gstin]) as db:
        it = queries.take_message(db, gstin=gstin, id=number)
        if it is None:
            return
        if it.kind == "digest" and settings.read(db, gstin).is_quiet(desk.clock.now().hour):
            queries.let_message_wait(db, gstin=gstin, id=number, words=WAITS)
            return
        secret = queries.secret(db, gstin=gstin, party=it.party, webhook=it.address) or ""
    name = f"ims.{gstin}.{number}"
    letter = Letter(name, it.address, it.subject, it.body, desk.clock.now(), it.attachment, secret)
    try:
        post.send(it.channel, letter)
    except Undelivered as error:
        dead = error.final or it.attempts >= ATTEMPTS
        with desk.of([gstin]) as db:
            queries.message_failed(db, gstin=gstin, id=number, state="dead" if dead else "queued", words=str(error))
            if dead:
                detail = {"message": number, "attempts": it.attempts}
                note(db, desk, gstin, PROGRAM, "message dead", why=str(error), detail=detail)
        if not dead:
            raise
    else:
        with desk.of([gstin]) as db:
            queries.message_sent(db, gstin=gstin, id=number, at=desk.clock.now())
            note(db, desk, gstin, PROGRAM, "message sent", detail={"message": number, "attempts": it.attempts})
