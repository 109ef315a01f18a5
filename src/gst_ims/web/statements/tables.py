"""GSTR-2B as files: what was read, and the documents of a reading beside another one."""

from __future__ import annotations

from gst_ims.client.record import Key
from gst_ims.core.money import Paise
from gst_ims.desk.push import statements as push
from gst_ims.desk.push.documents import HEADS
from gst_ims.desk.push.statements import Kept, Stated, statements, stream
from gst_ims.web import texts, words
from gst_ims.web.inward.filters import read_key
from gst_ims.web.statements.choosing import Place, both, find
from gst_ims.web.tables.asked import Asked, Made, Say, Told, count, day, made, moment, money, paged
from gst_ims.web.texts import section
from gst_ims.web.words import N_

_READ: tuple[Told[Kept], ...] = (
    Told(N_("Period"), lambda it, _: it.period, width=9),
    Told(N_("Version"), lambda it, _: it.version),
    moment(N_("Read"), lambda it, _: it.at),
    count(N_("Documents"), lambda it, _: it.documents),
    money(N_("Promised"), lambda it, _: it.promised),
    money(N_("Stated"), lambda it, _: it.stated),
    money(N_("Difference"), lambda it, _: it.stated - it.promised),
    money(N_("Not promised"), lambda it, _: it.outside),
    count(N_("Differing"), lambda it, _: it.differing),
)
_Named = tuple[Key, Stated]
_DOCUMENTS: tuple[Told[_Named], ...] = (
    Told(N_("Section"), lambda it, _: section(it[0].section), width=8),
    Told(N_("Number"), lambda it, _: it[0].number, width=18),
    Told(N_("GSTIN"), lambda it, _: it[0].stin, width=17),
    Told(N_("Supplier"), lambda it, _: it[1].trade_name, width=26),
    day(N_("Date"), lambda it, _: it[1].document_date),
    Told(N_("Period"), lambda it, _: it[0].period, width=9),
    money(N_("Promised"), lambda it, _: it[1].promised),
    money(N_("Stated"), lambda it, _: it[1].stated),
    money(N_("Difference"), lambda it, _: _apart(it[1])),
    Told(N_("Why they differ"), lambda it, _: it[1].reason, width=60),
)
_FIGURES: tuple[Told[push.Figure], ...] = (
    Told(N_("Part"), lambda it, say: say(words.PART.get(it.part, it.part)), width=24),
    Told(N_("Supplies"), lambda it, say: say(words.SUPPLY.get(it.supply, it.supply)), width=34),
    Told(N_("Table"), lambda it, _: it.leaf.upper()),
    count(N_("Documents"), lambda it, _: it.documents),
    *(money(words.FIELD[head], lambda it, _, at=at: it.heads[at]) for at, head in enumerate(HEADS)),
    money(N_("Total"), lambda it, _: it.total),
)
_BOTH: tuple[Told[tuple[Place, Paise, Paise]], ...] = (
    Told(N_("Part"), lambda it, say: say(words.PART.get(it[0][0], it[0][0])), width=24),
    Told(N_("Supplies"), lambda it, say: say(words.SUPPLY.get(it[0][1], it[0][1])), width=34),
    Told(N_("Table"), lambda it, _: it[0][2].upper()),
    money(N_("Before"), lambda it, _: it[1]),
    money(N_("After"), lambda it, _: it[2]),
    money(N_("Change"), lambda it, _: it[2] - it[1]),
)
_BEHIND: tuple[Told[push.Behind], ...] = (
    Told(N_("GSTIN"), lambda it, _: it.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.trade_name, width=26),
    Told(N_("Number"), lambda it, _: it.number, width=18),
    day(N_("Date"), lambda it, _: it.document_date),
    Told(N_("Part"), lambda it, say: say(words.PART.get(it.part, it.part)), width=24),
    Told(N_("Table"), lambda it, _: it.leaf.upper()),
    *(money(words.FIELD[head], lambda it, _, at=at: it.tax[at]) for at, head in enumerate(HEADS)),
    money(N_("Does to the credit"), lambda it, _: _credit(it)),
)
_DIFFERENCES: tuple[Told[push.Difference], ...] = (
    Told(N_("GSTIN"), lambda it, _: it.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.trade_name, width=26),
    Told(N_("Number"), lambda it, _: it.number, width=18),
    day(N_("Date"), lambda it, _: it.document_date),
    Told(N_("What"), lambda it, say: say(words.KIND[it.kind])),
    Told(N_("Stood under"), lambda it, say: it.was_part and say(words.PART.get(it.was_part, it.was_part)), width=24),
    Told(N_("Stands under"), lambda it, say: it.part and say(words.PART.get(it.part, it.part)), width=24),
    Told(N_("Why"), lambda it, say: why(it, say), width=50),
    money(N_("Credit before"), lambda it, _: it.was_adds),
    money(N_("Credit after"), lambda it, _: it.adds),
)


def why(it: push.Difference, say: Say) -> str:
    """Why a document is otherwise, in a sentence."""
    return say(words.CAUSE[it.cause]) % {
        "action": say(words.ACTION[it.action]) if it.action else "",
        "by": it.person,
        "at": texts.moment(it.at),
    }


#: More readings than there are.
_ALL = 1_000_000


def read(asked: Asked) -> Made:
    """Every GSTR-2B that was read."""
    return made(asked, N_("GSTR-2B"), _READ, statements(asked.desk, asked.person, asked.one, _ALL))


def documents(asked: Asked) -> Made:
    """The documents of one reading. Raises Unknown."""
    kept = find(statements(asked.desk, asked.person, asked.one), asked.word("period"), asked.number("reading"))
    rows = stream(asked.desk, asked.person, asked.one, kept, asked.word("which") or "differing")
    return made(asked, N_("Documents"), _DOCUMENTS, ((read_key(it.record), it) for it in rows), frozen=4)


def figures(asked: Asked) -> Made:
    """The figures of one reading. Raises Unknown."""
    kept = find(statements(asked.desk, asked.person, asked.one), asked.word("period"), asked.number("reading"))
    return made(asked, N_("Figures"), _FIGURES, push.figures(asked.desk, asked.person, asked.one, kept), frozen=3)


def behind(asked: Asked) -> Made:
    """The documents behind a figure. Raises Unknown."""
    kept = find(statements(asked.desk, asked.person, asked.one), asked.word("period"), asked.number("reading"))
    part, supply, leaf, head = (asked.word(name) for name in ("part", "supply", "leaf", "head"))
    rows = paged(
        lambda after, n: push.behind(asked.desk, asked.person, asked.one, kept, part, supply, leaf, head, after, n)
    )
    return made(asked, N_("Documents behind"), _BEHIND, rows, frozen=3)


def before_and_after(asked: Asked) -> Made:
    """The figures of two readings. Raises Unknown."""
    found = statements(asked.desk, asked.person, asked.one)
    kept, before = (find(found, asked.word("period"), asked.number(name)) for name in ("reading", "against"))
    rows = both(asked.desk, asked.person, asked.one, kept, before)
    return made(asked, N_("Figures"), _BOTH, rows, frozen=3)


def differences(asked: Asked) -> Made:
    """What two readings have otherwise. Raises Unknown."""
    found = statements(asked.desk, asked.person, asked.one)
    kept, before = (find(found, asked.word("period"), asked.number(name)) for name in ("reading", "against"))
    kind = asked.word("kind")
    rows = paged(lambda after, n: push.differences(asked.desk, asked.person, asked.one, kept, before, kind, after, n))
    return made(asked, N_("Differences"), _DIFFERENCES, rows, frozen=3)


def _apart(it: Stated) -> Paise | None:
    return None if it.promised is None else (it.stated or 0) - it.promised


def _credit(it: push.Behind) -> Paise | None:
    """What a document does to the credit; None where it amends what isn't known here."""
    if it.part == "itcRejected":
        return 0
    return None if it.credit is None or it.credit[0] is None else sum(it.credit)  # pyright: ignore[reportUnnecessaryComparison]
