"""The demo, played once, and the readings of a GSTR-1 body that the tests share.

The readings are written anew here, from the schema, and use nothing of the code that they check.
"""

from __future__ import annotations

import pytest

from gst_ims.synthetic import Save, demo, sized

TABLES = {
    ("b2b", None): "b2b",
    ("b2ba", None): "b2ba",
    ("cdnr", "C"): "b2bcn",
    ("cdnr", "D"): "b2bdn",
    ("cdnra", "C"): "b2bcna",
    ("cdnra", "D"): "b2bdna",
}


def flatten_body(body):
    """Every document of a body as (section of IMS, recipient, seller through an operator or '', row)."""
    for table in ("b2b", "b2ba", "cdnr", "cdnra"):
        for group in body.get(table, []):
            for row in group["nt" if table.startswith("cdnr") else "inv"]:
                yield TABLES[table, row.get("ntty")], group["ctin"], "", row
    for table, sub in (("ecom", "b2b"), ("ecoma", "b2ba")):
        for group in body.get(table, {}).get(sub, []):
            for row in group["inv"]:
                yield table, group["rtin"], group["stin"], row


def row_number(row):
    return row["inum"] if "inum" in row else row["nt_num"]


def row_date(row):
    return row["idt"] if "idt" in row else row["nt_dt"]


def sums(row):
    """txval, iamt, camt, samt and csamt over the items of a row."""
    return {
        key: sum(item["itm_det"][key] for item in row["itms"]) for key in ("txval", "iamt", "camt", "samt", "csamt")
    }


@pytest.fixture(scope="session")
def flatten():
    return flatten_body


@pytest.fixture(scope="session")
def number_of():
    return row_number


@pytest.fixture(scope="session")
def date_of():
    return row_date


@pytest.fixture(scope="session")
def totals():
    return sums


@pytest.fixture(scope="session")
def world():
    return demo()


@pytest.fixture(scope="session")
def events(world):
    return list(world.events())


@pytest.fixture(scope="session")
def reported(events):
    """Every row of every save of the demo: (event, section, recipient, seller, row)."""
    return [(e, *found) for e in events if isinstance(e, Save) for found in flatten_body(e.body)]


@pytest.fixture(scope="session")
def bulk_world():
    return sized(3_000, recipients=7, suppliers=11)


@pytest.fixture(scope="session")
def bulk_events(bulk_world):
    return list(bulk_world.events())


@pytest.fixture(scope="session")
def bulk_reported(bulk_events):
    return [(e, *found) for e in bulk_events if isinstance(e, Save) for found in flatten_body(e.body)]
