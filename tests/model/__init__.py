"""The portal as the rule book has it, in memory: what the real one is compared with.

It knows suppliers' documents, recipients' decisions, statements, closed periods and the order of things, and nothing of
how the portal does it. R-numbers are those of the rule book.

`documents` and `record` are what there is, `calendar` says what is due when, `chains` which document amends which,
`statements` what GSTR-2B and GSTR-3B make of it; `rules` is all of it together, and what is asked of it.
"""

from tests.model.documents import Document, Outcome, Refused, Return, Tax
from tests.model.record import Record, echo
from tests.model.rules import Rules
from tests.model.statements import Liability, Line, Statement

__all__ = [
    "Document",
    "Liability",
    "Line",
    "Outcome",
    "Record",
    "Refused",
    "Return",
    "Rules",
    "Statement",
    "Tax",
    "echo",
]
