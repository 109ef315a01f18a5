"""`ims explain`: what may be done with a record, what would follow, and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from gst_ims.cli.serve import standing_portal
from gst_ims.core.clock import parse_moment
from gst_ims.core.errors import Invalid
from gst_ims.core.money import indian, paise
from gst_ims.portal.statement.explain import explain
from gst_ims.portal.statement.schemas import Explanation, Heads

WORDS = {"A": "accepted", "R": "rejected", "P": "kept pending"}
WIDTH = 100


def explain_record(data_dir: Path, database_url: str, name: str, moment: str) -> str:
    """The explanation as text. Raises Invalid, NoDocuments, CannotStart."""
    gstin, slash, record = name.partition("/")
    if not slash:
        raise Invalid(f"Record {name!r} isn't named GSTIN/section:supplier:number:period.")
    with standing_portal(data_dir, database_url) as portal:
        at = parse_moment(moment) if moment else None
        return "\n".join(_lines(gstin, explain(portal, portal.gstin(gstin), record, at)))


def _lines(gstin: str, found: Explanation) -> Iterator[str]:
    yield f"{found.record} of {gstin} at {parse_moment(found.at):%d-%m-%Y %H:%M}"
    words = [WORDS[action] for action in found.allowed]
    yield f"may be {', '.join(words[:-1])} or {words[-1]}" if words else "can't be acted upon"
    if found.credit_if_accepted:
        yield f"accepted: credit {_rupees(found.credit_if_accepted)}"
    if found.liability_if_rejected:
        yield f"rejected: supplier's liability {_rupees(found.liability_if_rejected)}"
    for rule in found.rules:
        yield ""
        yield f"{rule.rule:6}{rule.result}"
        said = ", ".join(f"{name} {value}" for name, value in rule.values.items())
        for text in (rule.says, f"{rule.source} ({rule.confidence})", said):
            yield from textwrap.wrap(text, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _rupees(heads: Heads) -> str:
    """Every head that isn't zero; a zero if all are."""
    names = (("IGST", heads.iamt), ("CGST", heads.camt), ("SGST", heads.samt), ("cess", heads.csamt))
    return ", ".join(f"{name} {indian(paise(amount))}" for name, amount in names if amount) or "0.00"
