"""Purchase registers in: files of any shape, and the portal's side, as one table of documents.

`propose` says which column is which, `read` reads the books; `read_portal` reads the portal's side from files, and
`read_session` from a portal. All give a `Register`.
"""

from __future__ import annotations

from gst_ims.desk.register.mapping import Mapping, Mappings, Proposal
from gst_ims.desk.register.portal import read_portal, read_session
from gst_ims.desk.register.register import Recognised, Register, propose, read, unique
from gst_ims.desk.register.totals import ControlTotal
from gst_ims.desk.register.values import DateOrder

__all__ = [
    "ControlTotal",
    "DateOrder",
    "Mapping",
    "Mappings",
    "Proposal",
    "Recognised",
    "Register",
    "propose",
    "read",
    "read_portal",
    "read_session",
    "unique",
]
