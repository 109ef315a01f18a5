"""As many documents as wanted: one period, all saved and filed, made while they are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from gst_ims.core.document import print_date
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.synthetic.events import Body, Event, File, Save
from gst_ims.synthetic.people import Company, Role, companies
from gst_ims.synthetic.returns import moment
from gst_ims.synthetic.world import World

BODY = 10_000
"""The most documents in one body."""

_NOTES = {7: "C", 13: "C", 17: "D"}  # of each twenty documents: two credit notes, one debit note, seventeen invoices
_NONE = Decimal("0.00")
_RATES = (18, 18, 18, 5)


def sized(
    documents: int, recipients: int = 1, suppliers: int | None = None, seed: int = 1, period: str = "112025"
) -> World:
    """A world of exactly so many documents of `period`, spread evenly over suppliers and recipients; nobody decides.

    Without `suppliers`, one for each hundred documents, but at most two thousand. Raises Invalid if there is no such
    period; ValueError without documents, recipients or suppliers, or with ten million documents of one supplier.
    """
    sellers = min(max(documents // 100, 1), 2_000) if suppliers is None else suppliers
    if documents < 1 or recipients < 1 or sellers < 1:
        raise ValueError("give at least one document, one recipient and one supplier")
    if documents / sellers > 9_999_999:
        raise ValueError("more than 9,999,999 documents of one supplier: document numbers would get too long")
    return World(
        seed,
        companies(seed, recipients, Role.RECIPIENT),
        companies(seed, sellers, Role.SUPPLIER),
        Period.parse(period),
        1,
        documents,
        plot=_plot,
    )


def _plot(world: World) -> Iterator[Event]:
    sellers = world.suppliers
    start = moment(world.first.next(), 1, 0)
    # Each supplier has its own stretch of the ten days to the 11th, in which it saves part by part and files.
    stretch = timedelta(days=10) / len(sellers)
    for i, seller in enumerate(sellers):
        first, end = world.documents * i // len(sellers), world.documents * (i + 1) // len(sellers)
        step = stretch / ((end - first) // BODY + 3)
        at = start + stretch * i
        rng = Random(f"{world.seed}/{seller.gstin}/{world.first}")  # noqa: S311
        for since in range(first, end, BODY):
            rows = _body(rng, world, seller, since - first, range(since, min(since + BODY, end)))
            yield Save(at, seller.gstin, Form.R1, world.first, rows)
            at += step
        yield File(at, seller.gstin, Form.R1, world.first)


def _body(rng: Random, world: World, seller: Company, serial: int, places: range) -> Body:
    """One part of a return: the documents at these places of the world, numbered from `serial` on.

    Fast rather than short: no object for each document but its row.
    """
    period, draw, buyers = world.first, rng.random, world.recipients
    year = period.financial_year % 100
    stem = f"{seller.prefix}/{year:02}{(year + 1) % 100:02}/"
    days = [print_date(period.first_day.replace(day=d + 1)) for d in range(period.last_day.day)]
    states = [(b.gstin.state, b.gstin.state == seller.gstin.state) for b in buyers]
    invoices: dict[int, list[Body]] = {}
    notes: dict[int, list[Body]] = {}
    for place in places:
        serial += 1
        buyer = place % len(buyers)
        pos, intra = states[buyer]
        luck = draw()
        value, items = _item(100_00 + int(luck * luck * luck * 500_000_00), _RATES[int(luck * 4096) & 3], intra)
        day = days[int(draw() * len(days))]
        number = f"{stem}{serial:07}"
        kind = _NOTES.get(place % 20)
        if kind is None:
            row: Body = {"inum": number, "idt": day, "val": value, "pos": pos, "rchrg": "N", "inv_typ": "R"}
            row["itms"] = items
            invoices.setdefault(buyer, []).append(row)
        else:
            row = {"ntty": kind, "nt_num": number, "nt_dt": day, "val": value, "pos": pos, "rchrg": "N", "inv_typ": "R"}
            row["itms"] = items
            notes.setdefault(buyer, []).append(row)
    body: Body = {"gstin": str(seller.gstin), "fp": str(period)}
    if invoices:
        body["b2b"] = [{"ctin": str(buyers[b].gstin), "inv": rows} for b, rows in invoices.items()]
    if notes:
        body["cdnr"] = [{"ctin": str(buyers[b].gstin), "nt": rows} for b, rows in notes.items()]
    return body


def _item(taxable: int, rate: int, intra: bool) -> tuple[Decimal, list[Body]]:
    """Value and item list of a document with one rate; `taxable` in paise."""
    if intra:
        half = (taxable * rate + 100) // 200
        igst, cgst, value = _NONE, Decimal(half).scaleb(-2), taxable + 2 * half
    else:
        tax = (taxable * rate + 50) // 100
        igst, cgst, value = Decimal(tax).scaleb(-2), _NONE, taxable + tax
    txval = Decimal(taxable).scaleb(-2)
    amounts = {"rt": rate, "txval": txval, "iamt": igst, "camt": cgst, "samt": cgst, "csamt": _NONE}
    return Decimal(value).scaleb(-2), [{"num": 1, "itm_det": amounts}]
