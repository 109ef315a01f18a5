"""What a person does about decisions that didn't get to the portal: by the portal's code, from a dated table."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources

import msgspec


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do about one code, who says that it exists, and since when it can come."""

    code: str
    next: str
    source: str
    since: date
    #: Whether code and text are GSTN's.
    official: bool = False


@cache
def steps() -> dict[str, Step]:
    """The table, by code."""
    text = resources.files("gst_ims.desk.push").joinpath("next_steps.yaml").read_bytes()
    return {step.code: step for step in msgspec.yaml.decode(text, type=list[Step])}


def next_step(state: str, code: str | None) -> str:
    """What to do about a decision in a state that isn't `applied`; nothing to do is empty."""
    if code in steps():
        return steps()[code].next
    match state:
        case "refused":
            return "The portal refuses it, and its words say why. Decide anew, or look at the record at the GST portal."
        case "void":
            return "The record isn't as it was. Look at it, and decide anew."
        case "unknown":
            return "Read the portal again, and look whether the record says so. Decide anew if it doesn't."
        case "sending":
            return "It is on its way. Push again to go on with it."
        case _:
            return ""
