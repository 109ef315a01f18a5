"""Rows of PostgreSQL as Arrow."""

from __future__ import annotations

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.sync import service as syncing
from gst_ims.desk.tables import arrow


def test_rows_come_with_their_types(desk: Desk, mine: Gstin) -> None:
    syncing.sync(desk, mine)
    table = arrow(desk, [mine], syncing.queries.records, gstin=mine, sync=1)
    types = {name: str(table.schema.field(name).type) for name in ("period", "taxable", "filed", "number", "until")}
    assert (table.num_rows, types) == (
        12,
        {"period": "date32[day]", "taxable": "int64", "filed": "bool", "number": "string", "until": "int32"},
    )


def test_json_is_text(desk: Desk, mine: Gstin) -> None:
    syncing.sync(desk, mine)
    table = arrow(desk, [mine], syncing.queries.syncs, gstin=mine, limit=1)
    assert table.to_pylist()[0]["changed"] == '{"new": 12}'


def test_nothing_of_another_taxpayer_is_found_whatever_is_asked(desk: Desk, mine: Gstin) -> None:
    syncing.sync(desk, mine)
    other = Gstin("29AAXCT0004K1ZQ")
    assert arrow(desk, [other], syncing.queries.records, gstin=mine, sync=1).num_rows == 0


def test_a_text_cannot_become_sql(desk: Desk, mine: Gstin) -> None:
    syncing.sync(desk, mine)
    words = "x') or true --"
    assert arrow(desk, [mine], syncing.queries.records, gstin=words, sync=1).num_rows == 0
