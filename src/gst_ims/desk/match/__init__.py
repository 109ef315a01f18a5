"""Records of IMS and GSTR-2B against the purchase register: which is which, how sure that is, and why.

`match` takes two tables of documents, `match_files` files or a portal. Both give a row for each document.
"""

from gst_ims.desk.match.files import Matching, Side, match_files
from gst_ims.desk.match.links import read_links
from gst_ims.desk.match.match import match
from gst_ims.desk.match.result import BUCKETS, Result, Sum
from gst_ims.desk.match.runs import Runs, changes
from gst_ims.desk.match.settings import Apart, Decision, Identity, Settings, Together

__all__ = [
    "BUCKETS",
    "Apart",
    "Decision",
    "Identity",
    "Matching",
    "Result",
    "Runs",
    "Settings",
    "Side",
    "Sum",
    "Together",
    "changes",
    "match",
    "match_files",
    "read_links",
]
