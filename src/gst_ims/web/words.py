"""What the desk's short words are called on pages. `N_` marks texts for the catalogs; templates translate them."""

from __future__ import annotations

from typing import Any


def N_(text: str) -> str:  # noqa: N802 - gettext's usual mark
    """The text itself."""
    return text


ACTION = {"N": N_("No action"), "A": N_("Accepted"), "P": N_("Pending"), "R": N_("Rejected")}
VERB = {"N": N_("Reset"), "A": N_("Accept"), "P": N_("Keep pending"), "R": N_("Reject")}
BUCKET = {
    "matched": N_("Matched"),
    "within tolerance": N_("Within tolerance"),
    "mismatch": N_("Mismatch"),
    "probable": N_("Probable"),
    "missing in books": N_("Missing in books"),
    "missing in portal": N_("Missing in portal"),
    "duplicate": N_("Duplicate"),
    "not comparable": N_("Not comparable"),
    "not matched": N_("Not matched yet"),
}
STATE = {
    "todo": N_("To be decided"),
    "waiting": N_("Waits for approval"),
    "ready": N_("Ready to push"),
    "prepared": N_("Prepared"),
    "approved": N_("Approved"),
    "returned": N_("Returned"),
    "undone": N_("Taken back"),
    "void": N_("Void"),
    "sending": N_("Being sent"),
    "applied": N_("At the portal"),
    "refused": N_("Refused by the portal"),
    "unknown": N_("Unknown"),
}
BECAME = {
    "new": N_("new"),
    "edited": N_("edited by the supplier"),
    "filed": N_("filed"),
    "acted": N_("acted on"),
    "flags": N_("other flags"),
    "gone": N_("gone"),
}
STATUS = {
    "accepted": N_("Accepted"),
    "agrees": N_("No action, agrees with books"),
    "at risk": N_("No action, at risk"),
    "pending": N_("Pending"),
    "rejected": N_("Rejected"),
}
STATUS_SHORT = {
    "accepted": N_("Accepted"),
    "agrees": N_("Agrees"),
    "at risk": N_("At risk"),
    "pending": N_("Pending"),
    "rejected": N_("Rejected"),
}
STATUS_RUPEES = {
    "agrees": N_("Agrees, rupees"),
    "at risk": N_("At risk, rupees"),
    "pending": N_("Pending, rupees"),
}
FIELD = {
    "stin": N_("Supplier's GSTIN"),
    "number": N_("Number"),
    "date": N_("Date"),
    "period": N_("Period"),
    "document_date": N_("Date"),
    "section": N_("Section"),
    "pos": N_("Place of supply"),
    "value": N_("Value"),
    "taxable": N_("Taxable"),
    "igst": "IGST",
    "cgst": "CGST",
    "sgst": "SGST",
    "cess": N_("Cess"),
}
COLUMN = {
    "rtin": N_("our GSTIN"),
    "stin": N_("supplier's GSTIN"),
    "name": N_("supplier's name"),
    "number": N_("document's number"),
    "document_date": N_("document's date"),
    "voucher_date": N_("voucher's date"),
    "voucher": N_("voucher's number"),
    "period": N_("return period"),
    "original_number": N_("original's number"),
    "original_date": N_("original's date"),
    "pos": N_("place of supply"),
    "kind": N_("kind of document"),
    "voucher_kind": N_("kind of voucher"),
    "reverse_charge": N_("reverse charge"),
    "rate": N_("rate of tax"),
    "value": N_("value"),
    "taxable": N_("taxable amount"),
    "igst": "IGST",
    "cgst": "CGST",
    "sgst": "SGST",
    "cess": N_("cess"),
    "gst": N_("all GST in one"),
}
FOLLOWED = {
    "rejected": N_("rejected"),
    "pending": N_("kept pending"),
    "missing": N_("not at the portal"),
    "mismatch": N_("differs from the books"),
    "unfiled": N_("saved, not filed"),
}
WISH = {"accept": N_("accept"), "reject": N_("reject"), "pending": N_("keep pending"), "ask": N_("ask people")}
PART = {
    "itcavl": N_("Credit available"),
    "itcunavl": N_("Credit not available"),
    "itcrev": N_("Credit to be reversed"),
    "itcRejected": N_("Rejected"),
}
SUPPLY = {
    "nonrevsup": N_("Supplies from registered persons"),
    "isdsup": N_("From input service distributors"),
    "revsup": N_("Supplies under reverse charge"),
    "imports": N_("Imports of goods"),
    "othersup": N_("Credit notes: credit to be taken off"),
}
CAUSE = {
    "decided": N_("%(action)s by %(by)s, at the portal on %(at)s."),
    "acted": N_("Acted on elsewhere: it stands as %(action)s, read on %(at)s."),
    "edited": N_("The supplier edited it: read on %(at)s."),
    "filed": N_("The supplier filed it later: read on %(at)s."),
    "new": N_("It came later: first read on %(at)s."),
    "amended": N_("Its amendment %(by)s counts instead."),
    "anew": N_("Computed anew: the record itself has not changed, as far as the portal was read."),
    "unseen": N_("Not among the records of IMS that the API gives: what was done about it, the portal alone knows."),
}
KIND = {"added": N_("added"), "gone": N_("gone"), "changed": N_("changed")}
MESSAGE = {"queued": N_("queued"), "sent": N_("sent"), "dead": N_("not delivered")}
WHICH = {"all": N_("all"), "differing": N_("not as promised")}
PROBLEM = {"rejected": N_("cannot be read"), "excluded": N_("no document"), "note": N_("look at it")}
AGE = (N_("to 30 days"), N_("31 to 60 days"), N_("61 to 90 days"), N_("over 90 days"))

ALL: dict[str, Any] = {
    "action": ACTION,
    "verb": VERB,
    "bucket": BUCKET,
    "state": STATE,
    "became": BECAME,
    "status": STATUS,
    "status_short": STATUS_SHORT,
    "field": FIELD,
    "column": COLUMN,
    "problem": PROBLEM,
    "followed": FOLLOWED,
    "message": MESSAGE,
    "which": WHICH,
    "age": AGE,
    "wish": WISH,
    "part": PART,
    "supply": SUPPLY,
    "kind": KIND,
    "cause": CAUSE,
}
