"""The records of the portal, told from their trail alone."""

from __future__ import annotations

from typing import Any

from gst_ims.database.connection import Connection

Named = dict[tuple[Any, ...], dict[str, Any]]
CONTENT = """document_date, original_number, original_date, invoice_type, pos, value, taxable, igst, cgst, sgst, cess,
    hash, bypass, period_2b, seller, reference, reference_date, document_type"""
KEY = "rtin, section, stin, number, period, form, port_code"
DECISION = "remarks, reduction, declared_igst, declared_cgst, declared_sgst, declared_cess"


def replayed(db: Connection) -> Named:
    """What every event that was ever written down comes to."""
    records: Named = {}
    for row in db.execute(f"select {KEY}, event, became, details from trail order by id").fetchall():  # type: ignore[arg-type]
        key, details = tuple(row[:7]), dict(row.details or {})
        if row.event in ("saved", "edited"):
            assert (key in records) == (row.event == "edited"), (key, row.event)
            left: dict[str, Any] = {"closed_in": None, "final": None}
            records[key] = {"content": details, "action": row.became, "decision": {}, "filed": False, **left}
            continue
        record = records[key]
        match row.event:
            case "deleted":
                del records[key]
            case "filed":
                record["filed"] = True
                record["content"] = {n: value for n, value in record["content"].items() if n != "bypass"} | details
                if row.became != record["action"]:
                    record |= {"action": row.became, "decision": {}}
            case "acted" | "reset":
                record |= {"action": row.became, "decision": details}
            case "closed" | "lapsed":
                record |= {"closed_in": details["closed_in"], "final": row.became}
            case _:
                assert (row.event, record["action"]) == ("expired", "P")
    return records


def stored(db: Connection) -> Named:
    """What the portal goes by; documents that the operator brought are filed as they come."""
    rows = db.execute(
        f"select {KEY}, content_of({CONTENT}) as content, action,"  # type: ignore[arg-type]
        " filed_at is not null as filed, closed_in::text, final,"
        f" (select jsonb_strip_nulls(to_jsonb(d)) from (select {DECISION}) d) as decision from record r"
    ).fetchall()
    names = ("content", "action", "decision", "filed", "closed_in", "final")
    return {tuple(row[:7]): {name: getattr(row, name) for name in names} for row in rows}
