"""A recipient who has something of everything: filled once in a run, and only read from then on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.api import Api, Taxpayer, amending, bill_of_entry, data, distribution, echo, invoice, note
from tests.portal.conftest import NOW

NOTES = ("b2bdn", "b2bdna", "b2bcn", "b2bcna")
DECLARED = {"itcRedReq": "Y", "declIgst": 9.5, "declCgst": 0, "declSgst": 0, "declCess": 0}


@dataclass
class Everything:
    """Who files, and the recipient of all of it; each section has records of each action."""

    supplier: Taxpayer
    quarterly: Taxpayer
    operator: Taxpayer
    recipient: Taxpayer


def tables(recipient: Taxpayer, seller: Taxpayer, first: int = 1) -> dict[str, object]:
    """Four documents for each table of a return, numbered from `first` on."""
    numbers = range(first, first + 4)
    invoices = [invoice(f"B/{n}", taxable=1000.5 + n) for n in numbers]
    debits = [note(f"D-{n}", kind="D") for n in numbers]
    credited = [note(f"C-{n}", taxable=200) for n in numbers]
    ours, theirs = {"ctin": recipient.gstin}, {"rtin": recipient.gstin, "stin": seller.gstin}
    operated = [invoice(f"E{n}", taxable=500, pos="27", sply_ty="INTER") for n in numbers]
    return {
        "b2b": [{**ours, "inv": invoices}],
        "b2ba": [
            {
                **ours,
                "inv": [amending(made, inum=f"BA/{n}", val=2000) for n, made in zip(numbers, invoices, strict=True)],
            }
        ],
        "cdnr": [{**ours, "nt": [*debits, *credited]}],
        "cdnra": [
            {
                **ours,
                "nt": [
                    *(amending(made, nt_num=f"DA-{n}") for n, made in zip(numbers, debits, strict=True)),
                    *(amending(made, nt_num=f"CA-{n}") for n, made in zip(numbers, credited, strict=True)),
                ],
            }
        ],
        "ecom": {"b2b": [{**theirs, "inv": operated[:2]}], "urp2b": [{"rtin": recipient.gstin, "inv": operated[2:]}]},
        "ecoma": {
            "b2ba": [{**theirs, "inv": [amending(made, inum=f"A{made['inum']}") for made in operated[:2]]}],
            "urp2ba": [
                {"rtin": recipient.gstin, "inv": [amending(made, inum=f"A{made['inum']}") for made in operated[2:]]}
            ],
        },
    }


@pytest.fixture(scope="session")
def everything(standing: Api) -> Everything:
    standing.go_to(NOW)
    recipient, supplier, operator = standing.company("27"), standing.company("24"), standing.company("29")
    quarterly = standing.company("33", "quarterly")
    filed = tables(recipient, supplier)
    outward = {name: filed[name] for name in ("b2b", "b2ba", "cdnr", "cdnra")}
    assert supplier.save_return("2025/10", **outward)["status_cd"] == "P"
    assert operator.save_return("2025/10", ecom=filed["ecom"], ecoma=filed["ecoma"])["status_cd"] == "P"
    data(supplier.file())
    corrections = tables(recipient, supplier, 5)
    assert supplier.save_return("2025/10", "gstr-1a", **corrections)["status_cd"] == "P"
    assert quarterly.sell(recipient.gstin, invoice("IFF-1"))["status_cd"] == "P"
    sections = ("IMPG", "IMPGA", "IMPGSEZ", "IMPGSEZA")
    reference = {"rgstinrefId": "REF1", "irefdt": "29-10-2025"}
    data(
        standing.imports(
            *(
                bill_of_entry(
                    recipient.gstin,
                    str(number),
                    section,
                    **reference,
                    **({"stin": supplier.gstin} if "SEZ" in section else {}),
                )
                for section in sections
                for number in (1, 2, 3)
            )
        )
    )
    original = {"odocnum": "ISD-0", "odocdt": "27-10-2025"}
    data(
        standing.distributions(
            *(
                distribution(recipient.gstin, supplier.gstin, f"S-{kind}{len(more)}", doctyp=kind, **more)
                for kind in ("ISDI", "ISDC")
                for more in ({}, original)
            )
        )
    )
    for section in ("b2b", "b2ba", *NOTES, "ecom", "ecoma"):
        accepted, rejected, waiting, _ = [row for row in recipient.records(section) if row["srcform"] == "R1"]
        declared = DECLARED if section in ("b2bcn", "b2bcna") else {}
        rows = [echo(accepted, "A", remarks="as agreed", **declared), echo(rejected, "R", remarks="not ours")]
        status = recipient.act(section, *rows, echo(waiting, "P"))
        assert status["status_cd"] == "S", status
    for section in sections:
        accepted, waiting, _ = recipient.records(section)
        assert recipient.act(section.lower(), echo(accepted, "A"), echo(waiting, "P"))["status_cd"] == "S"
    return Everything(supplier, quarterly, operator, recipient)
