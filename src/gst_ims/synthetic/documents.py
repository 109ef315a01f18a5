"""Made-up documents: one value that can be printed as a row of a GSTR-1 and as the row that IMS shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import NamedTuple

from gst_ims.core.document import print_date
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section
from gst_ims.synthetic.events import Body

#: Rates in hundredths of a per cent, as often as each is written here, by the last word of the seller's trade name.
#: 28 is left for tobacco and pan masala alone, and bears cess.
RATES = {
    **dict.fromkeys(("Fabrics", "Garments", "Kitchen", "Rides", "Textiles", "Yarns"), (500, 500, 500, 1800)),
    "Foods": (500, 500, 1800, 1800, 4000, 2800),
    "Minerals": (500, 1800, 1800, 300, 25),
}
_USUAL = (1800, 1800, 1800, 1800, 500)
_CESS_RATES = {2800: 1200}


class Item(NamedTuple):
    """What one document has of one rate: the rate in hundredths of a per cent, all else in paise."""

    rate: int
    taxable: Paise
    igst: Paise
    cgst: Paise
    sgst: Paise
    cess: Paise


@dataclass(frozen=True, slots=True)
class Original:
    """The document that another one amends."""

    number: str
    day: date


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a supplier (`stin`; the operator for ECO documents) to a recipient, under its section of IMS."""

    section: Section
    stin: Gstin
    rtin: Gstin
    number: str
    day: date
    pos: str
    items: tuple[Item, ...]
    kind: str = "R"
    reverse_charge: bool = False
    original: Original | None = None
    seller: str = ""  # ECO documents: who supplied through the operator

    @property
    def taxable(self) -> Paise:
        return sum(item.taxable for item in self.items)

    @property
    def taxes(self) -> tuple[Paise, Paise, Paise, Paise]:
        """IGST, CGST, SGST and cess."""
        return (
            sum(item.igst for item in self.items),
            sum(item.cgst for item in self.items),
            sum(item.sgst for item in self.items),
            sum(item.cess for item in self.items),
        )

    @property
    def value(self) -> Paise:
        return self.taxable + sum(self.taxes)

    @property
    def in_ims(self) -> bool:
        """False under reverse charge, or where the place of supply bars the credit (R1.3, R1.4)."""
        return not self.reverse_charge and not self.stin.state == self.pos != self.rtin.state

    def row(self) -> Body:
        """The document as its table of GSTR-1 has it: b2b, b2ba, cdnr, cdnra, ecom.b2b or ecoma.b2ba."""
        note = self.section.is_note
        row: Body = {"ntty": "C" if self.section.is_credit else "D"} if note else {}
        row |= self._names()
        row |= {"val": rupees(self.value), "pos": self.pos, "inv_typ": self.kind}
        if self.seller:
            row["sply_ty"] = "INTRA" if self.items[0].cgst else "INTER"
        else:
            row["rchrg"] = "Y" if self.reverse_charge else "N"
        row["itms"] = [_item_row(i, item) for i, item in enumerate(self.items, 1)]
        return row

    def ims_row(self, form: Form, period: Period) -> Body:
        """What IMS shows of it and a save or reset request echoes, if it was reported by `form` for `period`."""
        row: Body = {"stin": str(self.stin), **self._names()}
        if self.section.original is not Section.ECOM:
            row["inv_typ"] = self.kind
        igst, cgst, sgst, cess = map(rupees, self.taxes)
        return row | {
            "srcform": form.value,
            "rtnprd": str(period),
            "val": rupees(self.value),
            "pos": self.pos,
            "txval": rupees(self.taxable),
            "iamt": igst,
            "camt": cgst,
            "samt": sgst,
            "cess": cess,
        }

    def _names(self) -> Body:
        prefix = "nt_" if self.section.is_note else "i"
        names: Body = {f"{prefix}num": self.number, f"{prefix}dt": print_date(self.day)}
        if self.original:
            names[f"o{prefix}num"] = self.original.number
            names[f"o{prefix}dt"] = print_date(self.original.day)
        return names


def make_items(rng: Random, count: int, trade: str, *, intra: bool, largest: Paise) -> tuple[Item, ...]:
    """`count` items of different rates, or as many as the `trade` has; each between 100 rupees and, about, `largest`.

    Small amounts are more likely.
    """
    rates = RATES.get(trade, _USUAL)
    items: dict[int, Item] = {}
    while len(items) < min(count, len(set(rates))):
        rate = rng.choice(rates)
        if rate not in items:
            items[rate] = make_item(rate, 10_000 + int(largest * rng.random() ** 3), intra=intra)
    return tuple(items.values())


def make_item(rate: int, taxable: Paise, *, intra: bool) -> Item:
    """The item with its tax, to the nearest paisa, halves upward; CGST and SGST inside a state, IGST outside."""
    cess = (taxable * _CESS_RATES.get(rate, 0) + 5_000) // 10_000
    if intra:
        half = (taxable * rate + 10_000) // 20_000
        return Item(rate, taxable, 0, half, half, cess)
    return Item(rate, taxable, (taxable * rate + 5_000) // 10_000, 0, 0, cess)


def scaled(items: Iterable[Item], per_cent: int) -> tuple[Item, ...]:
    """The items with their taxable values at `per_cent` of what they were, and the tax that belongs to that."""
    return tuple(make_item(i.rate, i.taxable * per_cent // 100, intra=bool(i.cgst)) for i in items)


def body(
    gstin: Gstin,
    period: Period,
    documents: Iterable[Document],
    *,
    deleted: Sequence[Document] = (),
    turnover: Paise | None = None,
) -> Body:
    """A whole GSTR-1 body with these documents, and the `deleted` ones flagged so."""
    made: Body = {"gstin": str(gstin), "fp": str(period)}
    if turnover is not None:
        made |= {"gt": rupees(turnover), "cur_gt": rupees(turnover)}
    groups: dict[tuple[str, str, str, str], list[Body]] = {}
    for document in documents:
        groups.setdefault(_group(document), []).append(document.row())
    for document in deleted:
        groups.setdefault(_group(document), []).append({**document.row(), "flag": "D"})
    for (table, sub, rtin, seller), rows in groups.items():
        if sub:
            made.setdefault(table, {}).setdefault(sub, []).append({"rtin": rtin, "stin": seller, "inv": rows})
        else:
            made.setdefault(table, []).append({"ctin": rtin, "nt" if table.startswith("cdnr") else "inv": rows})
    return made


_TABLES = {
    Section.B2B: ("b2b", ""),
    Section.B2BA: ("b2ba", ""),
    Section.B2BCN: ("cdnr", ""),
    Section.B2BDN: ("cdnr", ""),
    Section.B2BCNA: ("cdnra", ""),
    Section.B2BDNA: ("cdnra", ""),
    Section.ECOM: ("ecom", "b2b"),
    Section.ECOMA: ("ecoma", "b2ba"),
}


def _group(document: Document) -> tuple[str, str, str, str]:
    return (*_TABLES[document.section], str(document.rtin), document.seller)


def _item_row(number: int, item: Item) -> Body:
    rate = item.rate // 100 if item.rate % 100 == 0 else Decimal(item.rate).scaleb(-2)
    detail: Body = {
        "rt": rate,
        "txval": rupees(item.taxable),
        "iamt": rupees(item.igst),
        "camt": rupees(item.cgst),
        "samt": rupees(item.sgst),
        "csamt": rupees(item.cess),
    }
    return {"num": number, "itm_det": detail}
