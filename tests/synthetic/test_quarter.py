"""A quarter of the demo group, played to its end, figure by figure.

The golden table is in `quarter.csv`. The figures of the portal and those of the model must both be those of the table,
and docs/explanation/a-quarter.md walks through some of them by hand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import Api, Taxpayer, data, error
from tests.model import Tax
from tests.portal.contract import statements
from tests.portal.contract.schemas import check
from tests.synthetic.quarter import Figures, figures

from gst_ims.core.clock import IST
from gst_ims.core.money import paise
from gst_ims.core.period import Period
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Settings
from gst_ims.portal.start import install, open_portal
from gst_ims.portal.statement import service as statement
from gst_ims.synthetic.play import play
from gst_ims.synthetic.world import Closing, World

GOLDEN = Path(__file__).with_name("quarter.csv")
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "a-quarter.md"
# The demo ends in the week of decisions; the last GSTR-3B of the quarter are filed here.
END = datetime(2026, 1, 22, 18, tzinfo=IST)
PERIODS = [Period(2025, 10), Period(2025, 11), Period(2025, 12), Period(2026, 1)]


def golden() -> Figures:
    with GOLDEN.open() as file:
        rows = list(csv.DictReader(file))
    heads = Tax._fields
    return {(r["gstin"], r["period"], r["figure"]): Tax(*(paise(r[head]) for head in heads)) for r in rows}


def last_closings(world: World) -> list[Closing]:
    return [Closing(END, company.gstin, world.last) for company in world.recipients]


@pytest.fixture(scope="module")
def quarter(server: EmbeddedServer, world: World) -> Iterator[Api]:
    """The portal after the quarter."""
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database quarter template ims")
    with open_portal(server.url_of("quarter"), Settings(test_mode=True, rate_limit=None), pool_size=2) as portal:
        install(portal)
        play(portal, world)
        with TestClient(create_app(portal), raise_server_exceptions=False) as http:
            api = Api(portal, http)
            api.go_to(f"{END:%Y-%m-%dT%H:%M}")
            api.taxpayers |= {c.gstin: Taxpayer(api, c.gstin, c.username) for c in world.companies()}
            for closing in last_closings(world):
                close(api.taxpayers[closing.rtin])
            yield api


def close(recipient: Taxpayer) -> None:
    reference = data(recipient.post("gstrs/gstr-2b/2025/12/regenerate"))["reference_id"]
    statement.compute(recipient.api.portal, recipient.gstin, reference)
    data(recipient.post("gstrs/gstr-3b/2025/12/file"))


def read(api: Api) -> Figures:
    """Every figure that isn't zero, as taxpayers read them."""
    found: Figures = {}
    for taxpayer in api.taxpayers.values():
        for period in PERIODS:
            who, path = (str(taxpayer.gstin), str(period)), f"{period.year}/{period.month:02}"
            if taxpayer.get(f"gstrs/gstr-2b/{path}").json()["data"]["status_cd"] == "1":
                summary = data(taxpayer.get(f"gstrs/gstr-2b/{path}"))["data"]["itcsumm"]
                found |= {(*who, what): in_paise(figures) for what, figures in leaves(summary)}
            answer = taxpayer.get(f"gstrs/gstr-3b/{path}")
            if answer.json()["data"]["status_cd"] == "1":
                figures = data(answer)
                for table, rows in (("4(A)", "itc_avl"), ("4(D)", "itc_inelg")):
                    found |= {(*who, f"{table} {row['ty']}"): in_paise(row) for row in figures["itc_elg"][rows]}
                found[*who, "added back"] = in_paise(figures["liab_added_back"])
    return {key: tax for key, tax in found.items() if any(tax)}


def leaves(summary: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of the figures of GSTR-2B, and not the sums over them."""
    for part, supplies in summary.items():
        for supply, tables in supplies.items():
            yield from ((f"{part} {supply} {leaf}", row) for leaf, row in tables.items() if isinstance(row, dict))


def in_paise(row: dict[str, Any]) -> Tax:
    """The four heads, by either set of names."""
    names = Tax._fields if "igst" in row else ("iamt", "camt", "samt", "csamt")
    return Tax(*(round(row[name] * 100) for name in names))


def test_the_portal_has_the_figures_of_the_table(quarter: Api) -> None:
    assert read(quarter) == golden()


def test_the_model_has_the_figures_of_the_table(world: World) -> None:
    assert figures(world, [*world.closings(), *last_closings(world)]) == golden()


def test_every_statement_has_the_shape_of_the_contract_and_a_true_checksum(quarter: Api, world: World) -> None:
    """Ten statements, in which everything occurs."""
    seen: set[str] = set()
    for company in world.recipients:
        for period in PERIODS[:3]:
            answer = quarter.taxpayers[company.gstin].get(f"gstrs/gstr-2b/{period.year}/{period.month:02}")
            if answer.json()["data"]["status_cd"] == "1":
                said = check(answer, statements.WHOLE)["data"]["data"]
                text = answer.text.partition('"data":{"data":')[2].partition(',"chksum"')[0]
                assert said["chksum"] == sha256(text.encode()).hexdigest()
                seen |= {
                    f"{part} {table}" for part in ("docdata", "docRejdata") for table in said["data"].get(part, ())
                }
            else:
                assert company.quarterly
                assert error(answer) == "GTR2B-001"
    assert seen >= {f"docdata {table}" for table in statements.DOCDATA["properties"]}
    assert seen >= {"docRejdata b2b", "docRejdata cdnr", "docRejdata cdnra", "docRejdata ecom"}


def test_every_gstr_3b_has_its_shape(quarter: Api) -> None:
    for taxpayer in list(quarter.taxpayers.values())[:12]:
        answer = taxpayer.get("gstrs/gstr-3b/2025/12")
        check(answer, statements.GSTR_3B)


def test_the_page_about_the_quarter_shows_the_figures_of_the_table() -> None:
    """Every row of its last two tables, and no figure of table 4 or of the liabilities is left out."""
    rows = re.findall(r"^\| (\w{15}) \| (\d{6}) \| ([^|]+) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    shown = {(who, period, what): in_table(amounts) for who, period, what, amounts in rows}
    assert shown == {key: tax for key, tax in golden().items() if key[2].startswith(("4(", "added back"))}


def in_table(cells: str) -> Tax:
    return Tax(*(paise(cell.strip().replace(",", "") or "0") for cell in cells.split("|")))
