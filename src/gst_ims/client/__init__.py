"""A client of the IMS API: of Sandbox, and of the portal of this project.

Everything that a program needs is here: the two clients, their values, and their errors (`errors`).
"""

from __future__ import annotations

from gst_ims.client import errors
from gst_ims.client.aio import AsyncClient, AsyncComputation, AsyncReference, AsyncSession
from gst_ims.client.client import Client, Computation, Reference, Session
from gst_ims.client.outcome import FailedRow, Fate, Outcome, Progress, State, Status, Verdict
from gst_ims.client.record import Decision, Key, Record, Reduction
from gst_ims.client.tokens import FileStore, KeyringStore, TokenStore
from gst_ims.client.views import (
    AddedBack,
    AddedBackEntry,
    Counts,
    Gstr2b,
    Item,
    Sale,
    Sales,
    SectionCount,
    StatementDocument,
)

__all__ = [
    "AddedBack",
    "AddedBackEntry",
    "AsyncClient",
    "AsyncComputation",
    "AsyncReference",
    "AsyncSession",
    "Client",
    "Computation",
    "Counts",
    "Decision",
    "FailedRow",
    "Fate",
    "FileStore",
    "Gstr2b",
    "Item",
    "Key",
    "KeyringStore",
    "Outcome",
    "Progress",
    "Record",
    "Reduction",
    "Reference",
    "Sale",
    "Sales",
    "SectionCount",
    "Session",
    "State",
    "StatementDocument",
    "Status",
    "TokenStore",
    "Verdict",
    "errors",
]
