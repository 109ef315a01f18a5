"""`match`: documents of the portal against documents of the books."""

from __future__ import annotations

from collections.abc import Sequence

from gst_ims.desk.match.engine import Documents, Run
from gst_ims.desk.match.result import Result
from gst_ims.desk.match.settings import Decision, Settings


def match(
    portal_documents: Documents,
    book_documents: Documents,
    settings: Settings | None = None,
    manual: Sequence[Decision] = (),
) -> Result:
    """Find for each document of either side what it is on the other side, and say why.

    Both are tables (Arrow, a DuckDB relation) with a row for each document: `id` (a whole number or a text, unique
    within its side), `rtin`, `stin`, `section` (of IMS; a credit note's amounts are positive), `number`,
    `document_date`, `original_number`, `original_date`, `pos`, `reverse_charge`, and in paise `value`, `taxable`,
    `igst`, `cgst`, `sgst`, `cess`. `manual` decisions win over everything, later ones over earlier ones. The order of
    rows plays no part, and neither does which side is which.
    """
    run = Run(settings or Settings())
    run.read(portal_documents, book_documents)
    run.decide(manual)
    run.certain()
    run.compare()
    run.assign()
    run.explain()
    return Result(run.db)
