"""Asking parties about their documents: what they get, and that nobody is asked twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from standardwebhooks import Webhook
from tests.api import MYSURU, PUNE, SURAT, Taxpayer
from tests.desk.conftest import full, waiting
from tests.desk.followup.conftest import (
    NOVEMBER,
    OCTOBER,
    SECRET,
    Introduce,
    Mailbox,
    Receiver,
    act,
    deliver_all,
    put_sales,
)

from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import DatabaseAway, Desk, NotAllowed, Unknown
from gst_ims.desk.followup import delivery
from gst_ims.desk.followup.documents import customers
from gst_ims.desk.followup.messages import ATTEMPTS, answered, ask, messages, preview, requeue
from gst_ims.desk.followup.post import Post, Undelivered
from gst_ims.desk.people.service import Person
from gst_ims.desk.sync.sales import sync_sales


@pytest.fixture
def pune(desk: Desk, house: Gstin, eka: Person, introduce: Introduce) -> Gstin:
    """A customer with a mail address, who rejected INV-1 and keeps INV-2 pending."""
    introduce(eka, house, f"{PUNE},Pune Stores,accounts@pune.example.in,,")
    put_sales(desk, house, {"remarks": "short by two bales"}, {"number": "INV-2", "action": "P", "igst": 36_00})
    return PUNE


def test_a_customer_who_rejected_at_the_portal_gets_one_mail(
    desk: Desk,
    seller: Gstin,
    customer: Taxpayer,
    bina: Person,
    deepa: Person,
    introduce: Introduce,
    mailbox: Mailbox,
    post: Post,
) -> None:
    act(customer, "b2bcn", "CN-1", "R", remarks="goods were never returned")
    act(customer, "b2b", "INV-3", "P")
    sync_sales(desk, seller, [OCTOBER])
    (party,) = customers(desk, deepa, seller)
    assert (party.gstin, party.tax, len(party.documents)) == (customer.gstin, 180_54 + 18_18, 2)
    introduce(bina, seller, f"{customer.gstin},Pune Stores,accounts@pune.example.in,,")
    asked = ask(desk, deepa, seller, "customer")
    deliver_all(desk, post, seller)
    (mail,) = mailbox.mails
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert mail["Subject"] == "Surat Textiles: please look at 2 of our documents by 10-11-2025"
    for words in ("Pune Stores", "CN-1 of 06-10-2025", "Rs 18.18", "goods were never returned", "INV-3", "Deepa"):
        assert words in text
    (message,) = messages(desk, deepa, seller)
    assert asked.asks[0].ids == (message.id,)
    assert (message.state, message.attempts, message.sent_at) == ("sent", 1, desk.clock.now())
    assert sorted(message.records) == sorted(it.id for it in party.documents)


def test_the_workbook_has_every_document_and_texts_as_texts(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin, post: Post, mailbox: Mailbox
) -> None:
    put_sales(desk, house, {"number": "007", "remarks": "=HYPERLINK(1)"})
    ask(desk, eka, house, "customer")
    deliver_all(desk, post, house)
    (attached,) = mailbox.mails[0].iter_attachments()
    book = CalamineWorkbook.from_filelike(io.BytesIO(attached.get_content()))
    heading, *rows = book.get_sheet_by_name("Documents").to_python()
    told = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [(row["Question"], row["Number"], row["Tax"], row["Remarks"]) for row in told] == [
        ("Pending", "INV-2", 36, ""),
        ("Rejected", "007", 18, "=HYPERLINK(1)"),
        ("Rejected", "INV-1", 18, "short by two bales"),
    ]
    assert (told[0]["Date"], told[0]["Return period"], told[0]["Days old"]) == (date(2025, 10, 5), "102025", 31)


def test_a_preview_says_what_would_be_sent_and_sends_nothing(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin
) -> None:
    seen = preview(desk, eka, house, "customer")
    assert messages(desk, eka, house) == []
    done = ask(desk, eka, house, "customer")
    assert [(it.party, it.text, it.documents) for it in seen.asks] == [
        (it.party, it.text, it.documents) for it in done.asks
    ]
    assert [it.ids for it in seen.asks] == [()]


def test_who_is_asked_already_is_not_asked_again(desk: Desk, house: Gstin, eka: Person, pune: Gstin) -> None:
    ask(desk, eka, house, "customer")
    again = ask(desk, eka, house, "customer")
    assert (again.asks, again.waiting) == ((), {PUNE: date(2025, 11, 10)})
    assert len(messages(desk, eka, house)) == 1


def test_of_what_is_new_only_that_is_asked(desk: Desk, house: Gstin, eka: Person, pune: Gstin) -> None:
    ask(desk, eka, house, "customer")
    put_sales(desk, house, {"number": "INV-3"})
    again = ask(desk, eka, house, "customer")
    assert [[document.number for document in it.documents] for it in again.asks] == [["INV-3"]]


@pytest.mark.parametrize(("day", "count"), [("2025-11-10", 1), ("2025-11-11", 2)])
def test_after_the_day_of_the_answer_the_party_is_asked_again(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin, clock: FixedClock, day: str, count: int
) -> None:
    ask(desk, eka, house, "customer")
    clock.at = datetime.fromisoformat(day).replace(hour=10, tzinfo=IST)
    ask(desk, eka, house, "customer")
    assert len(messages(desk, eka, house)) == count


def test_an_answer_lets_the_party_be_asked_again(desk: Desk, house: Gstin, eka: Person, pune: Gstin) -> None:
    (asked,) = ask(desk, eka, house, "customer").asks
    answered(desk, eka, house, asked.ids[0])
    assert messages(desk, eka, house)[0].answered_at == desk.clock.now()
    with pytest.raises(Unknown):
        answered(desk, eka, house, asked.ids[0])
    assert len(ask(desk, eka, house, "customer").asks) == 1


def test_who_has_no_contact_is_told_and_not_forgotten(desk: Desk, house: Gstin, eka: Person, pune: Gstin) -> None:
    put_sales(desk, house, {"rtin": MYSURU})
    asked = ask(desk, eka, house, "customer")
    assert ([it.party for it in asked.asks], asked.unreachable) == ([PUNE], (MYSURU,))


def test_one_party_may_be_asked_alone(desk: Desk, house: Gstin, eka: Person, pune: Gstin, introduce: Introduce) -> None:
    put_sales(desk, house, {"rtin": MYSURU})
    introduce(eka, house, f"{MYSURU},Mysuru Silk,a@mysuru.in,,")
    assert [it.party for it in ask(desk, eka, house, "customer", [MYSURU]).asks] == [MYSURU]
    with pytest.raises(Invalid, match="nothing to ask"):
        ask(desk, eka, house, "customer", [SURAT])


@pytest.mark.parametrize("days", [0, -1])
def test_nobody_is_asked_to_answer_yesterday(desk: Desk, house: Gstin, eka: Person, pune: Gstin, days: int) -> None:
    with pytest.raises(Invalid, match="a day after today"):
        ask(desk, eka, house, "customer", reply_by=date(2025, 11, 5) + timedelta(days=days))


def test_a_webhook_gets_the_same_as_data(
    desk: Desk, house: Gstin, eka: Person, introduce: Introduce, post: Post, receiver: Receiver
) -> None:
    introduce(eka, house, f"{PUNE},Pune Stores,,{receiver.url}/ims,{SECRET}")
    put_sales(desk, house, {})
    ask(desk, eka, house, "customer")
    deliver_all(desk, post, house)
    ((_, headers, body),) = receiver.calls
    signed = Webhook(SECRET).sign(headers["webhook-id"], desk.clock.now().astimezone(UTC), body.decode())
    (told,) = receiver.bodies()
    assert (told["type"], told["data"]["to"], told["data"]["reply_by"]) == ("ims.documents.asked", PUNE, "2025-11-10")
    (document,) = told["data"]["documents"]
    assert (document["question"], document["number"], document["tax"]) == ("rejected", "INV-1", 18.0)
    assert headers["webhook-signature"] == signed


@pytest.mark.parametrize("changed", [True, False])
def test_a_webhook_that_is_not_the_contacts_any_more_is_not_called(
    desk: Desk,
    house: Gstin,
    eka: Person,
    pune: Gstin,
    introduce: Introduce,
    post: Post,
    receiver: Receiver,
    changed: bool,
) -> None:
    """Its secret is gone: nobody would be told for ever that the message waits."""
    introduce(eka, house, f"{PUNE},,,{receiver.url}/hook,{SECRET}")
    ask(desk, eka, house, "customer")
    introduce(eka, house, f"{PUNE},,,{receiver.url}/other,{SECRET}" if changed else f"{PUNE},,a@b.in,,")
    deliver_all(desk, post, house)
    (message,) = messages(desk, eka, house)
    assert (message.state, receiver.calls) == ("dead", [])
    assert "another webhook by now" in message.words
    assert len(ask(desk, eka, house, "customer").asks) == 1


def test_by_both_channels_where_there_are_both(
    desk: Desk, house: Gstin, eka: Person, introduce: Introduce, post: Post, receiver: Receiver, mailbox: Mailbox
) -> None:
    introduce(eka, house, f"{PUNE},Pune Stores,a@pune.in,{receiver.url}/ims,{SECRET}")
    put_sales(desk, house, {})
    (asked,) = ask(desk, eka, house, "customer").asks
    deliver_all(desk, post, house)
    assert (len(asked.ids), len(mailbox.mails), len(receiver.calls)) == (2, 1, 1)


def test_a_failing_server_is_tried_again_and_gets_the_same(
    desk: Desk, house: Gstin, eka: Person, introduce: Introduce, post: Post, receiver: Receiver
) -> None:
    introduce(eka, house, f"{PUNE},Pune Stores,,{receiver.url}/ims,{SECRET}")
    put_sales(desk, house, {})
    ask(desk, eka, house, "customer")
    receiver.answers = [500, 503]
    for _ in range(5):
        deliver_all(desk, post, house)
    assert len({(headers["webhook-id"], body) for _, headers, body in receiver.calls}) == 1
    assert len(receiver.calls) == 3
    (message,) = messages(desk, eka, house)
    assert (message.state, message.attempts, message.words) == ("sent", 3, "")


def test_after_the_last_attempt_a_message_is_dead_until_it_is_queued_anew(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin, post: Post, mailbox: Mailbox
) -> None:
    ask(desk, eka, house, "customer")
    mailbox.busy = ATTEMPTS
    for _ in range(ATTEMPTS + 2):
        deliver_all(desk, post, house)
    (dead,) = messages(desk, eka, house, state="dead")
    assert (dead.attempts, dead.words) == (ATTEMPTS, "The mail server says 451 (SMTPDataError).")
    assert mailbox.mails == []
    requeue(desk, eka, house, dead.id)
    deliver_all(desk, post, house)
    assert len(mailbox.mails) == 1
    with pytest.raises(Unknown, match="no dead message"):
        requeue(desk, eka, house, dead.id)


def test_a_refused_address_is_not_tried_again(
    desk: Desk, house: Gstin, eka: Person, introduce: Introduce, post: Post
) -> None:
    introduce(eka, house, f"{PUNE},Pune Stores,refused@example.in,,")
    put_sales(desk, house, {})
    ask(desk, eka, house, "customer")
    deliver_all(desk, post, house)
    assert [(it.state, it.attempts) for it in messages(desk, eka, house)] == [("dead", 1)]


def test_a_dead_message_is_not_needed_where_the_party_was_asked_since(
    desk: Desk, house: Gstin, eka: Person, introduce: Introduce, post: Post
) -> None:
    introduce(eka, house, f"{PUNE},Pune Stores,refused@example.in,,")
    put_sales(desk, house, {})
    ask(desk, eka, house, "customer")
    deliver_all(desk, post, house)
    introduce(eka, house, f"{PUNE},Pune Stores,right@example.in,,")
    (again,) = ask(desk, eka, house, "customer").asks
    with pytest.raises(Invalid, match="asked about its documents since"):
        requeue(desk, eka, house, again.ids[0] - 1)


def test_what_is_sent_already_is_not_sent_by_a_second_job(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin, post: Post, mailbox: Mailbox
) -> None:
    (asked,) = ask(desk, eka, house, "customer").asks
    for _ in range(2):
        delivery.deliver(desk, post, house, asked.ids[0])
    assert len(mailbox.mails) == 1


def test_a_job_of_the_queue_delivers(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin, mailbox: Mailbox, run_jobs: Callable[[], None]
) -> None:
    ask(desk, eka, house, "customer")
    run_jobs()
    assert [it["To"] for it in mailbox.mails] == ["accounts@pune.example.in"]


def test_asking_is_for_those_who_prepare(desk: Desk, seller: Gstin, bina: Person, house: Gstin, deepa: Person) -> None:
    with pytest.raises(NotAllowed, match="preparer"):
        ask(desk, bina, seller, "customer")
    for stranger in (preview, ask):
        with pytest.raises(NotAllowed, match="nothing to do"):
            stranger(desk, deepa, house, "customer")
    with pytest.raises(NotAllowed):
        messages(desk, deepa, house)


def test_a_message_of_another_desk_is_out_of_reach(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin, seller: Gstin, deepa: Person, post: Post, mailbox: Mailbox
) -> None:
    (asked,) = ask(desk, eka, house, "customer").asks
    for do in (requeue, answered):
        with pytest.raises(Unknown):
            do(desk, deepa, seller, asked.ids[0])
    delivery.deliver(desk, post, seller, asked.ids[0])
    assert mailbox.mails == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reject"), st.integers(0, 5)),
        st.tuples(st.just("ask"), st.integers(1, 4)),
        st.tuples(st.just("days"), st.integers(1, 3)),
        st.tuples(st.just("deliver"), st.booleans()),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_nobody_is_asked_twice_about_the_same_while_an_answer_may_come(
    desk: Desk,
    house: Gstin,
    eka: Person,
    pune: Gstin,
    post: Post,
    mailbox: Mailbox,
    clock: FixedClock,
    steps: list[tuple[str, int]],
) -> None:
    with desk.of([house]) as db:
        db.execute("delete from desk.message where gstin = %s", [house])
        db.execute("delete from desk.sale where gstin = %s and number like 'S-%%'", [house])
    clock.at = datetime(2025, 11, 5, 10, tzinfo=IST)
    sold: set[int] = set()
    for what, value in steps:
        if what == "reject" and value not in sold:
            sold.add(value)
            put_sales(desk, house, {"number": f"S-{value}", "of": NOVEMBER})
        elif what == "ask":
            ask(desk, eka, house, "customer", reply_by=clock.now().date() + timedelta(days=value))
        elif what == "days":
            clock.at += timedelta(days=value)
        elif what == "deliver":
            mailbox.busy = 0 if value else 1
            deliver_all(desk, post, house)
    told: dict[str, date] = {}
    for message in reversed(messages(desk, eka, house)):
        for record in message.records:
            assert message.at.date() > told.get(record, date.min)
            told[record] = message.reply_by or date.max


def test_undelivered_is_what_the_queue_tries_again() -> None:
    strategy = delivery.RETRY
    assert strategy.retry_exceptions == [Undelivered, DatabaseAway]
    assert strategy.max_attempts == ATTEMPTS


@pytest.mark.parametrize("event", ["update of attempts on desk.message", "update of sent_at on desk.message"])
def test_a_message_is_not_forgotten_where_the_database_is_full(
    desk: Desk, house: Gstin, eka: Person, pune: Gstin, run_jobs: Callable[[], None], database_url: str, event: str
) -> None:
    """Before it is sent, or after: who is asked again gets the same message."""
    ask(desk, eka, house, "customer")
    with full(database_url, event):
        run_jobs()
    assert [it.state for it in messages(desk, eka, house)] == ["queued"]
    assert "desk:deliver" in waiting(database_url)
