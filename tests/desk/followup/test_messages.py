"""Asking parties about their documents: what they get, and that nobody is asked twice."""

from __future__ import annotations

from tests.api import Taxpayer
from tests.desk.followup.conftest import Introduce, Mailbox, act, deliver_all

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup.documents import customers
from gst_ims.desk.followup.messages import ask, messages
from gst_ims.desk.followup.post import Post
from gst_ims.desk.people.service import Person
from gst_ims.desk.sync.sales import sync_sales


def test_a_customer_who_rejected_gets_one_mail(
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
    sync_sales(desk, seller)
    (party,) = customers(desk, deepa, seller)
    assert (party.gstin, party.tax, len(party.documents)) == (customer.gstin, 180_54 + 18_18, 2)
    introduce(bina, seller, f"{customer.gstin},Pune Stores,accounts@pune.example.in,,")
    asked = ask(desk, deepa, seller, "customer")
    deliver_all(desk, post, seller)
    (mail,) = mailbox.mails
    print(mail.get_body())
    assert mail["To"] == "accounts@pune.example.in"
    assert asked.asks[0].ids == (messages(desk, deepa, seller)[0].id,)
