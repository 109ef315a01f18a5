"""Conditions and proposals against a second opinion: Python with three-valued logic, and the client's own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.policy import tables as made

from gst_ims.client.record import Decision, Record, Reduction
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section
from gst_ims.desk.policy.columns import COLUMNS, Kind
from gst_ims.desk.policy.document import Declaration, Wish, read
from gst_ims.desk.policy.expression import Condition
from gst_ims.desk.policy.expression import read as read_condition
from gst_ims.desk.policy.view import View, view

Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of a condition, and what it is for a record; None where something is empty."""

    text: str
    of: Callable[[Row], Any]


def known(function: Callable[..., Any], *parts: Part) -> Callable[[Row], Any]:
    """What a function says of its parts, where none of them is empty."""

    def of(row: Row) -> Any:
        values = [part.of(row) for part in parts]
        return None if None in values else function(*values)

    return of


def column(name: str) -> Part:
    return Part(name, lambda row: row[name])


def one(*names: str) -> st.SearchStrategy[Part]:
    return st.sampled_from([column(name) for name in names])


def number(value: Decimal) -> Part:
    return Part(f"{value:f}", lambda _: value)


def literal(text: str) -> Part:
    return Part("'" + text.replace("'", "''") + "'", lambda _: text)


SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compared(parts: st.SearchStrategy[Part], signs: list[str] | None = None) -> st.SearchStrategy[Part]:
    def make(a: Part, sign: str, b: Part) -> Part:
        return Part(f"{a.text} {sign} {b.text}", known(SIGNS[sign], a, b))

    return st.builds(make, parts, st.sampled_from(signs or list(SIGNS)), parts)


def filled(row: Row, parts: tuple[Part, ...]) -> list[Any]:
    return [value for part in parts if (value := part.of(row)) is not None]


def grown(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    """Figures of figures."""
    factors = st.sampled_from([Decimal("0.01"), Decimal(3), Decimal("12.5"), Decimal(1000)])
    return st.one_of(
        st.builds(lambda a, b: Part(f"({a.text} + {b.text})", known(lambda x, y: x + y, a, b)), parts, parts),
        st.builds(lambda a, b: Part(f"({a.text} - {b.text})", known(lambda x, y: x - y, a, b)), parts, parts),
        st.builds(lambda f, a: Part(f"{f} * {a.text}", known(lambda x: f * x, a)), factors, parts),
        st.builds(lambda a: Part(f"abs({a.text})", known(abs, a)), parts),
        st.builds(lambda a: Part(f"(-{a.text})", known(lambda x: -x, a)), parts),
        st.builds(
            lambda a, b: Part(f"coalesce({a.text}, {b.text})", lambda row: next(iter(filled(row, (a, b))), None)),
            *(parts, parts),
        ),
        st.builds(
            lambda a, b: Part(f"greatest({a.text}, {b.text})", lambda row: max(filled(row, (a, b)), default=None)),
            *(parts, parts),
        ),
    )


RUPEES = st.recursive(
    st.one_of(
        one("value", "taxable", "tax", "original_tax", "difference_tax", "difference_igst", "at_stake"),
        st.sampled_from(["0", "0.01", "179.99", "180", "1180", "100000"]).map(lambda it: number(Decimal(it))),
    ),
    grown,
    max_leaves=4,
)
NUMBERS = st.one_of(
    one("score", "partners", "supplier_documents", "days_to_pending_limit", "days_apart", "days_to_3b"),
    st.integers(-5, 400).map(lambda it: number(Decimal(it))),
)
DAYS = st.one_of(
    one("document_date", "original_date", "today", "first_seen"),
    st.dates(date(2025, 10, 1), date(2025, 12, 31)).map(lambda it: Part(f"date '{it}'", lambda _: it)),
)
TEXTS = st.one_of(
    one("number", "supplier_name", "remarks", "pan", "book_label", "match_rule"),
    st.sampled_from(["A", "tally", "Surat Textiles", "", "it's"]).map(literal),
)


def fits(pattern: str) -> Callable[[str], bool]:
    """LIKE with nothing but % at its ends."""
    bare = pattern.strip("%")

    def like(text: str) -> bool:
        if pattern.startswith("%"):
            return bare in text if pattern.endswith("%") else text.endswith(bare)
        return text.startswith(bare) if pattern.endswith("%") else text == bare

    return like


def chosen(a: Part, b: Part, c: Part) -> Part:
    """SQL's `in`: unknown where it is none of them and one is empty."""

    def of(row: Row) -> Any:
        it, *others = (part.of(row) for part in (a, b, c))
        return None if it is None else True if it in others else None if None in others else False

    return Part(f"{a.text} in ({b.text}, {c.text})", of)


SIMPLE = st.one_of(
    *(compared(RUPEES), compared(NUMBERS), compared(DAYS), compared(TEXTS, ["=", "<>"])),
    one(*(name for name, it in COLUMNS.items() if it.kind is Kind.YESNO)),
    st.builds(lambda a: Part(f"{a.text} is null", lambda row: a.of(row) is None), st.one_of(RUPEES, DAYS, TEXTS)),
    st.builds(lambda a: Part(f"{a.text} is not null", lambda row: a.of(row) is not None), st.one_of(RUPEES, TEXTS)),
    st.builds(chosen, TEXTS, TEXTS, TEXTS),
    st.builds(
        lambda a, p: Part(f"{a.text} like '{p}'", known(fits(p), a)), TEXTS, st.sampled_from(["A%", "%l%", "%y", "A"])
    ),
    st.builds(lambda a, b: Part(f"contains({a.text}, {b.text})", known(lambda x, y: y in x, a, b)), TEXTS, TEXTS),
    st.builds(
        lambda a, b: Part(f"starts_with(lower({a.text}), {b.text})", known(lambda x, y: x.lower().startswith(y), a, b)),
        *(TEXTS, TEXTS),
    ),
    st.builds(
        lambda a, b, n: Part(f"{a.text} - {b.text} > {n}", known(lambda x, y: (x - y).days > n, a, b)),
        *(DAYS, DAYS, st.integers(0, 60)),
    ),
    st.builds(lambda a, n: Part(f"month({a.text}) = {n}", known(lambda x: x.month == n, a)), DAYS, st.integers(10, 12)),
    st.sampled_from(["trusted", "watched"]).map(lambda it: Part(f"in_list('{it}')", lambda row: it in row["lists"])),
    st.sampled_from(["igst", "date"]).map(lambda it: Part(f"differs('{it}')", lambda row: it in row["differing"])),
)


def both(a: Part, word: str, b: Part) -> Part:
    decisive = word == "or"

    def of(row: Row) -> Any:
        values = [a.of(row), b.of(row)]
        return decisive if decisive in values else None if None in values else not decisive

    return Part(f"({a.text} {word} {b.text})", of)


CONDITIONS = st.recursive(
    SIMPLE,
    lambda parts: st.one_of(
        st.builds(both, parts, st.sampled_from(["and", "or"]), parts),
        st.builds(lambda a: Part(f"not ({a.text})", known(lambda x: not x, a)), parts),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def standing() -> Iterator[tuple[View, dict[str, Row]]]:
    """Records of many kinds, and their columns as Python has them: rupees as decimals."""
    rows = [
        made.record("A", remarks="tally"),
        made.record("B", filed=False, pending_blocked=True, trade_name=None, document_date=date(2025, 12, 1)),
        made.record("C", section="b2ba", original_number="A", original_date=date(2025, 10, 9), original_tax=180_01),
        made.credit_note("D", remarks_blocked=True, stin="29AAGCB7383J1Z4"),
        made.record("it's", igst=0, cgst=90_00, sgst=90_00, action="P", value=1_00_000_00),
        made.credit_note("F", form="R1A", period=date(2025, 10, 1), cess=1),
    ]
    findings = [
        made.finding(rows[0]),
        made.finding(rows[1], "mismatch", igst=-1, date=-3),
        made.finding(rows[3], "mismatch", tax=-180_00),
        made.finding(rows[4], "missing in books", partners=[]),
        made.finding(rows[5], "within tolerance", igst=1, date=40),
    ]
    suppliers = [{"stin": made.SUPPLIER, "documents": 5, "matched": 3, "rejected": 0, "first_seen": date(2025, 10, 1)}]
    lists = [{"list": "trusted", "vendor": made.SUPPLIER[2:12]}, {"list": "watched", "vendor": "29AAGCB7383J1Z4"}]
    with view(made.tables(rows, findings, vendors=lists, suppliers=suppliers), made.RECIPIENT) as it:
        cursor = it.db.execute("select * from asked")
        names = [described[0] for described in cursor.description or ()]
        seen = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for row in seen:
            for name, described in COLUMNS.items():
                if described.kind is Kind.RUPEES and row[name] is not None:
                    row[name] = rupees(row[name])
        yield it, {row["id"]: row for row in seen}


@settings(max_examples=120, deadline=None)
@given(condition=CONDITIONS)
def test_a_condition_holds_where_plain_python_says_so(standing: tuple[View, dict[str, Row]], condition: Part) -> None:
    it, rows = standing
    found = read_condition(condition.text)
    assert isinstance(found, Condition), (condition.text, found)
    # As a rule asks: what is neither true nor false doesn't hold.
    query = f"select id, case when {found.sql} then true else false end from asked"
    assert dict(it.db.execute(query).fetchall()) == {key: condition.of(row) is True for key, row in rows.items()}


# What is proposed is what the client would send.

HEADS = ("igst", "cgst", "sgst", "cess")


def client_record(row: made.Row) -> Record:
    """The record as the client has it."""
    return Record(
        section=Section(row["section"]),
        stin=Gstin(row["stin"]),
        number=row["number"],
        date=row["document_date"],
        period=Period.of(row["period"]),
        form=Form(row["form"]),
        invoice_type=row["invoice_type"],
        original_number=None,
        original_date=None,
        pos=row["pos"],
        action=Action(row["action"]),
        filed=row["filed"],
        pending_blocked=row["pending_blocked"],
        remarks=None,
        remarks_blocked=row["remarks_blocked"],
        reduction=None,
        declared_igst=None,
        declared_cgst=None,
        declared_sgst=None,
        declared_cess=None,
        reduction_blocked=row["reduction_blocked"],
        hash=row["hash"],
        **{name: rupees(row[name]) for name in ("value", "taxable", *HEADS)},
    )


def decision(record: Record, proposal: dict[str, Any]) -> Decision:
    reduce: Any = {None: None, "full": True, "none": False}.get(proposal["reduction"])
    if proposal["reduction"] == "amounts":
        reduce = Reduction(*(rupees(proposal[f"declared_{head}"]) for head in HEADS))
    return Decision(record, Action(proposal["action"]), proposal["remarks"], reduce)


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "section": st.sampled_from(["b2b", "b2ba", "b2bcn", "b2bcna", "b2bdna", "ecoma"]),
            "action": st.sampled_from("NNPAR"),
            "filed": st.booleans(),
            "pending_blocked": st.booleans(),
            "remarks_blocked": st.booleans(),
            "reduction_blocked": st.sampled_from([None, True, False, False]),
            "igst": st.integers(0, 3),
            "cgst": st.integers(0, 3),
            "sgst": st.integers(0, 3),
            "cess": st.integers(0, 1),
        }
    ),
    min_size=1,
    max_size=6,
)
DIFFERENCES = st.lists(st.dictionaries(st.sampled_from([*HEADS, "tax"]), st.integers(-3, 3), max_size=3), min_size=6)


@settings(max_examples=60, deadline=None)
@given(said=RECORDS, differences=DIFFERENCES, wish=st.sampled_from(Wish), declaration=st.sampled_from(Declaration))
def test_every_proposal_is_one_that_the_client_would_send_and_what_is_asked_about_could_not_be_sent(
    said: list[made.Row], differences: list[dict[str, int]], wish: Wish, declaration: Declaration
) -> None:
    rows = [made.record(str(n), **it) for n, it in enumerate(said)]
    findings = [made.finding(row, "mismatch", **it) for row, it in zip(rows, differences, strict=False)]
    text = f'name = "x"\n[[rule]]\nname = "all"\naction = "{wish}"\n'
    text += 'remarks = "because"\n' if wish is not Wish.ASK else ""
    text += f'declaration = "{declaration}"\n' if wish is Wish.ACCEPT else ""
    with view(made.tables(rows, findings), made.RECIPIENT) as it:
        it.judge(read(text))
        proposals = {row["number"]: row for row in it.proposals("x v1").to_pylist()}
        problems = dict(it.db.execute("select number, problem from outcome where problem is not null").fetchall())
        outcome = dict(it.db.execute("select number, place from outcome").fetchall())
    for row in rows:
        record = client_record(row)
        number = row["number"]
        if number in proposals:
            assert decision(record, proposals[number]).why_not() is None
            assert proposals[number]["action"] != row["action"]
            assert number not in problems
        elif number not in problems:
            # Decided, asked about, or so already.
            wanted = {"accept": "A", "reject": "R", "pending": "P"}.get(wish)
            assert row["action"] in ("A", "R") or wanted in (None, row["action"])
        elif wish is Wish.PENDING:
            assert Decision(record, Action.PENDING).why_not() is not None
        else:
            assert declaration is not Declaration.FULL
            assert record.asks_reduction or row["action"] in ("A", "R")
        assert (outcome[number] == -1) == (row["action"] in ("A", "R"))
