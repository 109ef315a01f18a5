"""Inward records as a portal lists them, and what can be decided about each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Raw, Struct

from gst_ims.core.document import wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Form, Section

#: The most characters that remarks can have (R6.10).
REMARKS_LENGTH = 250

_NULL = Raw(b"null")
_PAISA = Decimal("0.01")
_EXACT = Context(prec=15, traps=[Inexact, InvalidOperation])
_NOTE = ("nt_num", "nt_dt")
_INVOICE = ("inum", "idt")
_ECHOED = ("srcform", "rtnprd", "pos", "val", "txval", "iamt", "camt", "samt", "cess")


class Key(NamedTuple):
    """What names an inward record among all of a recipient's: five parts, because a number can be in GSTR-1 and 1A.

    As text it is the record's name in `ims explain`, section:supplier:number:period, with :R1A behind it for GSTR-1A.
    """

    section: Section
    stin: str
    number: str
    period: Period
    form: Form = Form.R1

    def __str__(self) -> str:
        """Such as b2b:24AAXCT0003K1ZA:SRT/25-26/118:112025."""
        name = f"{self.section}:{self.stin}:{self.number}:{self.period}"
        return f"{name}:{self.form}" if self.form == Form.R1A else name


@dataclass(frozen=True, slots=True)
class Reduction:
    """How much credit is to be reduced when a credit note or an amendment is accepted (R6.2). Rupees, none below zero.

    CGST and SGST must be equal, and no amount above the tax of the document (R6.7).
    """

    igst: Decimal = Decimal("0.00")
    cgst: Decimal = Decimal("0.00")
    sgst: Decimal = Decimal("0.00")
    cess: Decimal = Decimal("0.00")

    def __post_init__(self) -> None:
        """Raises Invalid for an amount with more than two decimals, or one that the wire can't carry."""
        for head in ("igst", "cgst", "sgst", "cess"):
            object.__setattr__(self, head, rupees(paise(getattr(self, head))))

    @property
    def total(self) -> Decimal:
        """The sum of the four, in rupees."""
        return self.igst + self.cgst + self.sgst + self.cess


class _Wire(Struct, kw_only=True):
    """The members of a record on the wire; amounts and flags may come as text, others may be there or not."""

    stin: str
    rtnprd: str
    txval: Decimal | int
    inum: str | int | None = None
    idt: str | None = None
    nt_num: str | int | None = None
    nt_dt: str | None = None
    oinum: str | int | None = None
    oidt: str | None = None
    ont_num: str | int | None = None
    ont_dt: str | None = None
    inv_typ: str | None = None
    srcform: str = "R1"
    pos: str | int = ""
    val: Decimal | int = 0
    iamt: Decimal | int = 0
    camt: Decimal | int = 0
    samt: Decimal | int = 0
    cess: Decimal | int = 0
    action: str | None = None
    srcfilstatus: str = "Filed"
    ispendactblocked: str | bool | None = None
    isRemarksBlocked: str | bool | None = None  # noqa: N815
    isItcRedReqBlocked: str | bool | None = None  # noqa: N815
    itcRedReqBlocked: str | bool | None = None  # noqa: N815
    itcRedReq: str | None = None  # noqa: N815
    declIgst: Decimal | int | None = None  # noqa: N815
    declCgst: Decimal | int | None = None  # noqa: N815
    declSgst: Decimal | int | None = None  # noqa: N815
    declCess: Decimal | int | None = None  # noqa: N815
    remarks: str | None = None
    hash: str = ""
    tradenm: str | None = None


_decode = msgspec.json.Decoder(_Wire, strict=False).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One inward record: a document that a supplier reported, and what has been decided about it.

    Amounts are rupees with two decimals, never below zero, for credit notes too. `source` is the JSON object of the
    portal, byte for byte: a save echoes its members as they were read.
    """

    section: Section
    #: The supplier, or the e-commerce operator in ECOM and ECOMA. Its check digit isn't looked at.
    stin: Gstin
    number: str
    date: date
    #: The supplier's return period, which isn't that of the recipient's GSTR-2B.
    period: Period
    form: Form
    #: R, DE, SEWP, SEWOP or CBW; None in ECOM and ECOMA.
    invoice_type: str | None
    #: Of the document that this one amends; None where it amends none.
    original_number: str | None
    original_date: date | None
    #: The state of the place of supply, two digits.
    pos: str
    value: Decimal
    taxable: Decimal
    igst: Decimal
    cgst: Decimal
    sgst: Decimal
    cess: Decimal
    action: Action
    #: Whether the supplier's return is filed, not just saved.
    filed: bool
    #: Whether it can't be kept pending.
    pending_blocked: bool
    remarks: str | None
    remarks_blocked: bool
    #: What was declared on acceptance: whether credit is to be reduced; None where nothing was said.
    reduction: bool | None
    declared_igst: Decimal | None
    declared_cgst: Decimal | None
    declared_sgst: Decimal | None
    declared_cess: Decimal | None
    #: Whether no reduction can be declared; None where the portal doesn't say.
    reduction_blocked: bool | None
    #: The portal's fingerprint of the content: another one means that the supplier has edited it. Where the portal has
    #: none, as in the files of the offline tool, it is made here.
    hash: str
    trade_name: str | None = None
    source: bytes = field(repr=False, compare=False, default=b"{}")

    @classmethod
    def read(cls, section: Section, source: bytes) -> Record:
        """Read a record's JSON object. Unknown members are kept aside, amounts may be text.

        Raises Invalid, naming the record as far as it can be read, where it isn't one of the eight sections of GSTR-1,
        or lacks what names it.
        """
        if section not in OTHERS:
            raise Invalid(f"Section {section} has no records here: use one of {', '.join(OTHERS)}.")
        try:
            record = cls._of(section, _decode(source), source)
        except (msgspec.MsgspecError, Invalid, ValueError) as error:
            raise Invalid(f"A record of {section} can't be read: {error} It is {source[:200]!r}.") from error
        return record if record.hash else replace(record, hash=record._fingerprint())

    @classmethod
    def of(cls, section: Section, members: Mapping[str, Any]) -> Record:
        """A record of its members by their names on the wire, as read from a file. Raises Invalid."""
        return cls.read(section, msgspec.json.encode(members))

    @classmethod
    def _of(cls, section: Section, wire: _Wire, source: bytes) -> Record:
        number, day = (wire.nt_num, wire.nt_dt) if section.is_note else (wire.inum, wire.idt)
        original, original_day = (wire.ont_num, wire.ont_dt) if section.is_note else (wire.oinum, wire.oidt)
        if number is None or day is None:
            raise Invalid("It has no number or no date.")
        said = wire.isItcRedReqBlocked if wire.isItcRedReqBlocked is not None else wire.itcRedReqBlocked
        return cls(
            section=section,
            stin=_gstin(wire.stin.upper()),
            number=str(number),
            date=wire_date(day),
            period=_period(wire.rtnprd),
            form=Form(wire.srcform.upper()),
            invoice_type=wire.inv_typ,
            original_number=None if original is None else str(original),
            original_date=None if original_day is None else wire_date(original_day),
            pos=f"{wire.pos:0>2}",
            value=_rupees(wire.val),
            taxable=_rupees(wire.txval),
            igst=_rupees(wire.iamt),
            cgst=_rupees(wire.camt),
            sgst=_rupees(wire.samt),
            cess=_rupees(wire.cess),
            action=Action(wire.action or "N"),
            filed=wire.srcfilstatus.upper() in ("FILED", "F"),
            pending_blocked=_yes(wire.ispendactblocked) or False,
            remarks=wire.remarks or None,
            remarks_blocked=_yes(wire.isRemarksBlocked) or False,
            reduction=_yes(wire.itcRedReq),
            declared_igst=_optional(wire.declIgst),
            declared_cgst=_optional(wire.declCgst),
            declared_sgst=_optional(wire.declSgst),
            declared_cess=_optional(wire.declCess),
            reduction_blocked=_yes(said),
            hash=wire.hash,
            trade_name=wire.tradenm,
            source=bytes(source),
        )

    @property
    def key(self) -> Key:
        """What names it."""
        return Key(self.section, self.stin, self.number, self.period, self.form)

    @property
    def tax(self) -> Decimal:
        """IGST, CGST, SGST and cess together, in rupees."""
        return self.igst + self.cgst + self.sgst + self.cess

    @property
    def asks_reduction(self) -> bool:
        """Whether accepting it has to say if credit is to be reduced (R6.3, R6.6).

        Where the portal doesn't say, credit notes ask, and amendments of others don't.
        """
        if self.reduction_blocked is None:
            return self.section.is_credit
        return self.section.declares_reduction and not self.reduction_blocked

    def same(self, other: Record) -> bool:
        """Whether the other one has the same content: nothing that the supplier says has changed.

        A portal's `hash` may be of more than the content, so another one alone proves nothing.
        """
        return self.hash == other.hash != "" or self._content == other._content

    @property
    def _content(self) -> tuple[object, ...]:
        amounts = (self.value, self.taxable, self.igst, self.cgst, self.sgst, self.cess)
        return (self.date, self.invoice_type, self.original_number, self.original_date, self.pos, *amounts)

    def _fingerprint(self) -> str:
        return hashlib.sha256("|".join(map(str, self._content)).encode()).hexdigest()

    def accept(self, remarks: str | None = None, reduce: bool | Reduction | None = None) -> Decision:
        """Accept it.

        Where the portal asks for it, `reduce` says whether credit is to be reduced: True in full, False not at all, a
        `Reduction` by so much. Left out it is in full, as on the portal. What isn't the whole needs remarks (R6.10).
        """
        if reduce is None and self.asks_reduction:
            reduce = True
        return Decision(self, Action.ACCEPT, remarks, reduce)

    def reject(self, remarks: str | None = None) -> Decision:
        """Reject it: no credit, and for what reduces credit the supplier's liability comes back (R5.4)."""
        return Decision(self, Action.REJECT, remarks)

    def keep_pending(self, remarks: str | None = None) -> Decision:
        """Leave it for a later period, where that isn't blocked (R2.14)."""
        return Decision(self, Action.PENDING, remarks)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of a record. Made by `Record.accept`, `reject` and `keep_pending`.

    Nothing is checked when it is made: `why_not` says what forbids it, and a save sends the others.
    """

    record: Record
    #: Action.NONE takes back what was decided: a reset.
    action: Action
    remarks: str | None = None
    reduce: bool | Reduction | None = None

    def why_not(self) -> str | None:
        """Why it can't be sent, by the rulebook and the flags of the record; None if nothing forbids it."""
        fault = self.fault()
        return None if fault is None else fault[1]

    def fault(self) -> tuple[Literal["action", "remarks", "reduce"], str] | None:
        """Which part of it has to be another one, and why; None if it can be sent."""
        if self.action is Action.NONE:
            return None if self.record.action is not Action.NONE else ("action", "There is no action to take back.")
        if self.action is Action.PENDING and self.record.pending_blocked:
            return "action", "It can't be kept pending, or no longer: accept or reject it (R2.14)."
        if (why := self._remarks_problem()) is not None:
            return "remarks", why
        if (why := self._reduction_problem()) is not None:
            return "reduce", why
        partial = isinstance(self.reduce, Reduction) and self.reduce.total < self.record.tax
        if (partial or self.reduce is False) and not (self.remarks or "").strip():
            return "remarks", "A partial reduction, or none, has to be explained: add remarks (R6.10)."
        return None

    def _remarks_problem(self) -> str | None:
        remarks = self.remarks or ""
        if re.search(r"[\0\ud800-\udfff]", remarks):
            return "The remarks have characters that can't be sent (U+0000, or half of one): write them anew."
        if len(remarks) > REMARKS_LENGTH:
            return f"The remarks have {len(remarks)} characters: shorten them to {REMARKS_LENGTH} (R6.10)."
        if remarks.strip() and self.record.remarks_blocked:
            return "It takes no remarks: leave them out (R6.11)."
        return None

    def _reduction_problem(self) -> str | None:
        record, reduce = self.record, self.reduce
        if reduce is None:
            missing = self.action is Action.ACCEPT and record.asks_reduction
            return "Say whether credit is to be reduced (R6.6)." if missing else None
        if self.action is not Action.ACCEPT:
            return "A reduction can be declared on acceptance only: leave it out (R6.7)."
        if not record.section.declares_reduction or record.reduction_blocked:
            return "No reduction can be declared here: leave it out (R6.5)."
        if isinstance(reduce, Reduction):
            heads = [(getattr(reduce, head), getattr(record, head)) for head in ("igst", "cgst", "sgst", "cess")]
            if any(declared < 0 or declared > tax for declared, tax in heads):
                return "A declared amount is below zero or above the tax of the document (R6.7)."
            if reduce.cgst != reduce.sgst:
                return "The declared amounts of CGST and SGST differ: they must be equal (R6.7)."
        return None

    def row(self) -> dict[str, Any]:
        """The row of a save or reset request: what the record echoes, and what is wanted. Encode it with msgspec."""
        record, section = self.record, self.record.section
        told = _members(record.source)
        row: dict[str, Any] = {name: told[name] for name in _echoed(section) if told.get(name, _NULL) != _NULL}
        row["prev_status"] = record.action.value
        if self.action is Action.NONE:
            return row
        row["action"] = self.action.value
        if self.remarks and self.remarks.strip():
            row["remarks"] = self.remarks
        if isinstance(self.reduce, Reduction) and self.reduce.total == 0:
            row["itcRedReq"] = "N"
        elif self.reduce is not None:
            row["itcRedReq"] = "Y" if self.reduce else "N"
            if isinstance(self.reduce, Reduction) and self.reduce.total < record.tax:
                row |= {f"decl{head.title()}": getattr(self.reduce, head) for head in ("igst", "cgst", "sgst", "cess")}
        return row

    def stands(self, record: Record) -> bool:
        """Whether `record`, read later, says what this decision wants.

        Remarks and declarations count as far as the portal tells them; remarks of before may stay where none are sent.
        """
        if record.action is not self.action:
            return False
        if self.action is Action.NONE:
            return True
        wanted = self.row()
        told = (record.remarks, record.reduction, record.declared_igst, record.declared_cgst, record.declared_cess)
        mine = (
            wanted.get("remarks"),
            _yes(wanted.get("itcRedReq")),
            *(wanted.get(name) for name in ("declIgst", "declCgst", "declCess")),
        )
        # Where the action was the same before, it proves nothing, and what isn't told neither.
        silent = record.action is not self.record.action
        return all(b is None or (silent if a is None else a == b) for a, b in zip(told, mine, strict=True))


def _echoed(section: Section) -> tuple[str, ...]:
    identity = _NOTE if section.is_note else _INVOICE
    original = tuple(name.replace("nt", "ont") if section.is_note else f"o{name}" for name in identity)
    kind = () if section in (Section.ECOM, Section.ECOMA) else ("inv_typ",)
    return ("stin", *identity, *(original if section.is_amendment else ()), *kind, *_ECHOED)


def _rupees(amount: Decimal | int) -> Decimal:
    with suppress(Inexact, InvalidOperation):
        value = _EXACT.quantize(Decimal(amount), _PAISA)
        if value.is_finite():
            return value
    return rupees(paise(amount))  # which says what is wrong with it


# Thousands of records are of the same few suppliers and periods.
_gstin = lru_cache(maxsize=4096)(Gstin)
_period = lru_cache(maxsize=256)(Period.parse)


def _optional(amount: Decimal | int | None) -> Decimal | None:
    return None if amount is None else _rupees(amount)


def _yes(flag: object) -> bool | None:
    return None if flag is None or flag == "" else flag in (True, "Y", "y", "true")
