"""What if: the figures and liabilities that would follow from actions, worked out for real and taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from gst_ims.core.errors import StatementClosed, Unprocessable
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal
from gst_ims.portal.statement import closing
from gst_ims.portal.statement.schemas import Liability, WhatIf
from gst_ims.portal.statement.service import figures, generate, queries, recipient
from gst_ims.portal.statement.summary import itcsumm
from gst_ims.rulebook.calendar import tax_period


def what_if(portal: Portal, rtin: Gstin, period: Period, actions: bytes | None) -> WhatIf:
    """GSTR-2B of `period`, and the suppliers' liabilities of its GSTR-3B, if these actions were taken now.

    `actions` is the body of a save request; without it, nothing more is done. Everything is done as it would be done,
    and rolled back, so that the answer can't differ from what really would follow.

    Raises StatementClosed, Unprocessable.
    """
    at = portal.clock.now()
    with portal.as_recipient(rtin) as db, db.transaction(force_rollback=True):
        if queries.taxpayer(db, rtin=rtin) is None:
            raise Unprocessable(f"gstin: {rtin} isn't registered here.")
        who = recipient(db, rtin)
        if period > Period.of(at.date()) or period != tax_period(who.frequency, period) or who.closed(db, period):
            raise StatementClosed
        applied, refused = _take(db, rtin, actions, at) if actions else (0, [])
        version = generate(db, who, period, at, "recompute")
        totals = figures(db, rtin, period, version)
        closing.close(db, who, period, version, at)
        owed = [_liability(row) for row in queries.booked(db, rtin=rtin, period=period)]
        return WhatIf(
            applied=applied,
            error_report=action.report(refused),
            itcsumm=msgspec.Raw(itcsumm(totals).encode()),
            itc_elg=closing.eligible(totals),
            liabilities=owed,
        )


def _take(db: Connection, rtin: Gstin, actions: bytes, at: datetime) -> tuple[int, list[action.Refusal]]:
    try:
        done, refused = action.take(db, rtin, "what-if", "SAVE", actions, at)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unprocessable(f"actions: {error}") from error
    return done.applied, refused


def _liability(row: Any) -> Liability:
    heads = map(rupees, (row.igst, row.cgst, row.sgst, row.cess))
    return Liability(row.stin, str(Period.of(row.period)), row.section, row.number, *heads)
