"""What reaches recipients past GSTR-1: bills of entry from customs, and credit from input service distributors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from gst_ims.core.document import print_date
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.synthetic.documents import make_item
from gst_ims.synthetic.events import Act, Body, Distribution, Event, Imports, act_body
from gst_ims.synthetic.people import Company
from gst_ims.synthetic.returns import moment

if TYPE_CHECKING:
    from gst_ims.synthetic.world import World

_PORTS = {
    Section.IMPG: ("INNSA1", "INMAA1", "INMUN1", "INBOM4", "INBLR4"),
    Section.IMPGSEZ: ("INMUN6", "INMAA6"),
}
_AMENDED = {Section.IMPG: Section.IMPGA, Section.IMPGSEZ: Section.IMPGSEZA}
_BILLS = {Section.IMPG: 6, Section.IMPGSEZ: 3}
_AMENDED_BILLS = 2  # of a section, a period later


def arrivals(world: World, period: Period) -> Iterator[Event]:
    """A period's bills of entry with the decisions on them, and its distributions; amendments from the second on."""
    vendors = [c for c in world.others if c.taxpayer_type == "SEZ Unit"]
    distributors = {c.gstin.pan: c for c in world.others if c.taxpayer_type == "Input Service Distributor"}
    for recipient in world.recipients:
        distributor = distributors.get(recipient.gstin.pan)
        if distributor is None or not vendors:
            continue  # these have all of it, or nothing
        yield from _imports(world, recipient, vendors, period)
        yield from _distributions(world, recipient, distributor, period)


def _rng(world: World, recipient: Company, period: Period, what: str) -> Random:
    return Random(f"{world.seed}/{recipient.gstin}/{period}/{what}")  # noqa: S311


def _imports(world: World, recipient: Company, vendors: list[Company], period: Period) -> Iterator[Event]:
    rng = _rng(world, recipient, period, "customs")
    decided: list[tuple[Section, Body]] = []
    for section, amending in _AMENDED.items():
        rows = _bills(world, recipient, vendors, period, section)
        yield Imports(moment(period, 28, 21, rng.randrange(60)), recipient.gstin, section, rows)
        changed: list[Body] = []
        if period > world.first:
            earlier = _bills(world, recipient, vendors, period.previous(), section)
            changed = [_changed(rng, row, period) for row in earlier[:_AMENDED_BILLS]]
            yield Imports(moment(period, 28, 22, rng.randrange(60)), recipient.gstin, amending, changed)
        # What customs will amend isn't kept pending: an amendment isn't decided before its original (R3.7).
        kept = [(section, row) for row in rows[_AMENDED_BILLS:]] + [(amending, row) for row in changed]
        choices = [(section, row, Action.ACCEPT) for row in rows[:_AMENDED_BILLS]]
        choices += [(kind, row, rng.choice((Action.ACCEPT, Action.ACCEPT, Action.PENDING))) for kind, row in kept]
        decided += [(kind, _decided(row, choice)) for kind, row, choice in choices if rng.random() < 0.6]
    if decided:  # never a rejection: of bills of entry there is none (R2.13)
        at = moment(period.next(), 14, 12, rng.randrange(60))
        yield Act(at, recipient.gstin, act_body(recipient.gstin, decided))


def _bills(world: World, recipient: Company, vendors: list[Company], period: Period, section: Section) -> list[Body]:
    rng = _rng(world, recipient, period, section)
    rows: list[Body] = []
    for _ in range(_BILLS[section]):
        stin = "" if section is Section.IMPG else str(rng.choice(vendors).gstin)
        day = rng.randint(1, 20)
        row: Body = {
            "port_code": rng.choice(_PORTS[section]),
            "boe_number": str(rng.randint(2_000_000, 9_999_999)),
            "boe_date": date(period.year, period.month, day),
            "reference": f"{rng.getrandbits(96):024x}",
            "reference_date": date(period.year, period.month, day + rng.randint(1, 6)),
            "period": period,
            "stin": stin,
        }
        rows.append(row | _duty(rng.randint(50_000_00, 4_000_000_00)))
    return rows


def _changed(rng: Random, row: Body, period: Period) -> Body:
    """The bill with another value, as customs reports it a period later."""
    return {
        **row,
        **_duty(row["taxable"] * rng.choice((80, 90, 115)) // 100),
        "reference": f"{rng.getrandbits(96):024x}",
        "reference_date": date(period.year, period.month, rng.randint(10, 27)),
        "period": period,
    }


def _duty(taxable: int) -> Body:
    item = make_item(1800, taxable, intra=False)
    return {"taxable": item.taxable, "igst": item.igst, "cess": 0}


def _decided(row: Body, action: Action) -> Body:
    return {
        "rgstinrefId": row["reference"],
        "irefdt": print_date(row["reference_date"]),
        "itcprd": str(row["period"]),
        "portcd": row["port_code"],
        "boenum": row["boe_number"],
        "boedt": print_date(row["boe_date"]),
        "txval": rupees(row["taxable"]),
        "igst": rupees(row["igst"]),
        "cess": rupees(row["cess"]),
        "srtinprd": str(row["period"]),
        "action": action.value,
        "prev_status": Action.NONE.value,
    }


def _distributions(world: World, recipient: Company, distributor: Company, period: Period) -> Iterator[Event]:
    at = moment(period.next(), 13, 16, _rng(world, recipient, period, "GSTR-6").randrange(60))
    for section, letter, number in ((Section.ISD, "I", 4), (Section.ISDCN, "C", 1)):
        rows = [_share(world, distributor, recipient, period, letter, i) for i in range(1, number + 1)]
        yield Distribution(at, recipient.gstin, section, rows)
        if period > world.first:
            earlier = _share(world, distributor, recipient, period.previous(), letter, 1)
            amended = _share(world, distributor, recipient, period, f"{letter}A", 1)
            amended |= {"original_number": earlier["number"], "original_date": earlier["date"]}
            amending = Section.ISDA if section is Section.ISD else Section.ISDCNA
            yield Distribution(at, recipient.gstin, amending, [amended])


def _share(world: World, distributor: Company, recipient: Company, period: Period, letter: str, serial: int) -> Body:
    rng = _rng(world, recipient, period, f"{letter}{serial}")
    # Credit of the head office's own state comes as CGST and SGST, that of others as IGST.
    item = make_item(1800, rng.randint(20_000_00, 500_000_00), intra=rng.random() < 0.5)
    return {
        "stin": str(distributor.gstin),
        "number": f"ISD/{period.year % 100}{period.month:02}/{letter}{serial:02}",
        "date": period.last_day,
        "period": period,
        "taxable": 0,
        "igst": item.igst,
        "cgst": item.cgst,
        "sgst": item.sgst,
        "cess": 0,
    }
