"""What each taxpayer's desk may set of follow-up and alerts. What isn't set has its default."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from psycopg.types.json import Jsonb

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup import templates
from gst_ims.desk.people.service import Person, Role, note

queries: Any = load(__file__)

Hour = Annotated[int, Meta(ge=0, le=23)]
Count = Annotated[int, Meta(ge=1, le=366)]
Amount = Annotated[int, Meta(ge=0)]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours are those of the clock in India, amounts paise. Quiet hours may go over midnight."""

    #: Hours at which the portal is read; none: only when somebody asks for it.
    schedule: tuple[Hour, ...] = ()
    #: Within these hours nobody is mailed by the desk itself; equal ones: never quiet.
    quiet_from: Hour = 20
    quiet_to: Hour = 8
    #: Hours at which what isn't urgent is told.
    digest_hours: tuple[Hour, ...] = (9,)
    #: How many days ahead deadlines are told: the 14th, GSTR-3B, the last day of Pending; and that of section 16(4).
    days_ahead: Count = 3
    credit_days_ahead: Count = 30
    #: How long a push may take, and how old the last reading may be where there is a schedule.
    push_hours: Count = 2
    reading_hours: Count = 24
    #: From how much tax on a rejection is large, and liability that comes back worth a word.
    large_rejection: Amount = 1_00_000_00
    liability: Amount = 5_00_000_00
    #: How many days a party has to answer.
    reply_days: Count = 5
    #: The last tax period of which the taxpayer filed GSTR-3B, MMYYYY; empty: those whose due date is over.
    filed_3b: str = ""
    #: Texts of messages, in the place of those that come with the program.
    supplier_template: str = ""
    customer_template: str = ""

    def __post_init__(self) -> None:
        """Raises Invalid for a period that isn't one, and for a template that can't be filled in."""
        if self.filed_3b:
            Period.parse(self.filed_3b)
        for text in (self.supplier_template, self.customer_template):
            if text:
                templates.check(text)

    def is_quiet(self, hour: int) -> bool:
        """Whether nobody is to be mailed within that hour."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to


NAMES = tuple(field.name for field in msgspec.structs.fields(Settings))


def read(db: Connection, gstin: Gstin) -> Settings:
    """The settings of a taxpayer's desk, in the caller's transaction."""
    told = {row.name: row.value for row in queries.settings(db, gstin=gstin) if row.name in NAMES}
    return msgspec.convert(told, Settings)


def settings(desk: Desk, by: Person, gstin: Gstin) -> Settings:
    """The settings of a taxpayer's desk. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return read(db, gstin)


def put(desk: Desk, by: Person, gstin: Gstin, name: str, value: Any) -> None:
    """Set one of them, or with None take it back to its default. Raises NotAllowed; Invalid, with what is possible."""
    by.must(gstin, Role.ADMINISTRATOR)
    if name not in NAMES:
        raise Invalid(f"There is no setting {name!r}: use one of {', '.join(NAMES)}.")
    if value is not None:
        try:
            msgspec.convert({name: value}, Settings)
        except msgspec.ValidationError as error:
            raise Invalid(f"Setting {name} can't be {value!r}: {error}.") from error
    with desk.of([gstin]) as db:
        if value is None:
            queries.drop_setting(db, gstin=gstin, name=name)
        else:
            queries.put_setting(db, gstin=gstin, name=name, value=Jsonb(value))
        note(db, desk, gstin, by.name, "setting changed", detail={"name": name, "value": value})
