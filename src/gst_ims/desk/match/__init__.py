"""Records of IMS and GSTR-2B against the purchase register: which is which, how sure that is, and why."""

from gst_ims.desk.match.match import match
from gst_ims.desk.match.result import BUCKETS, Result
from gst_ims.desk.match.runs import Runs, changes
from gst_ims.desk.match.settings import Apart, Decision, Identity, Settings, Together

__all__ = ["BUCKETS", "Apart", "Decision", "Identity", "Result", "Runs", "Settings", "Together", "changes", "match"]
