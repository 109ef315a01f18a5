"""The matching, from certain to weak. Each step is a statement or two on what the steps before left over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from gst_ims.core.section import Section
from gst_ims.database.queries import load
from gst_ims.desk.match import groups
from gst_ims.desk.match.assignment import Indices, assign
from gst_ims.desk.match.evidence import Columns, calibration, strengths
from gst_ims.desk.match.settings import Apart, Decision, Settings, Together

certain: Any = load(__file__, "queries.sql", "duckdb")
pairs: Any = load(__file__, "pairs.sql", "duckdb")
sums: Any = load(__file__, "sums.sql", "duckdb")
findings: Any = load(__file__, "findings.sql", "duckdb")
rows: Any = load(__file__, "rows.sql", "duckdb")

Documents = Any
"""Anything that DuckDB reads as a table: Arrow, a relation, columns of NumPy arrays."""

_KINDS = {
    Section.B2B: "invoice",
    Section.ECOM: "invoice",
    Section.B2BDN: "debit",
    Section.B2BCN: "credit",
    Section.IMPG: "import",
    Section.IMPGSEZ: "import",
    Section.ISD: "isd",
    Section.ISDCN: "isd credit",
}


# What the templates of rows.sql say for each side.
_SIDES = (
    {"me": "portal", "other": "books", "side": 0, "other_side": 1, "mine": "p", "its": "b", "portal": "m", "books": "o"}
    | {"Other": "The books have"},
    {"me": "books", "other": "portal", "side": 1, "other_side": 0, "mine": "b", "its": "p", "portal": "o", "books": "m"}
    | {"Other": "The portal has"},
)


class Run:
    """The tables of one matching, in a DuckDB of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db = duckdb.connect(config={"memory_limit": settings.memory})
        self.run(certain.quiet)
        if settings.threads:
            self.db.execute(certain.threads.sql.format(threads=settings.threads))
        for name in ("absolute", "relative", "days", "near"):
            self.db.execute(certain.setting.sql.format(name=name, value=getattr(settings, name)))
        self.run(certain.normalising, certain.tables)
        kinds = [(s.value, _KINDS[s.original], s.is_amendment) for s in Section]
        self.db.executemany(certain.kind.sql, kinds)

    def run(self, *statements: Any) -> None:
        for statement in statements:
            self.db.execute(statement.sql)

    def columns(self, statement: Any) -> Columns:
        rows: Any = self.db.execute(statement.sql)  # as DuckDB has it, some columns' type is unknown
        return rows.fetchnumpy()

    def read(self, portal: Documents, books: Documents) -> None:
        """Take both sides in."""
        for me, documents in (("portal", portal), ("books", books)):
            self.db.register("documents", _readable(documents))
            self.db.execute(certain.side.sql.format(me=me))
            self.db.execute(certain.numbered.sql.format(me=me))
            self.db.unregister("documents")

    def decide(self, manual: Sequence[Decision]) -> None:
        """What the user decided comes before everything else."""
        for place, decision in enumerate(manual):
            together = isinstance(decision, Together)
            if isinstance(decision, Apart):
                named = [("portal", decision.portal), ("books", decision.books)]
            else:
                named = [("portal", i) for i in decision.portal] + [("books", i) for i in decision.books]
            named_rows = [
                (place, together, side, i.rtin, i.stin or "", i.section, i.number, i.document_date) for side, i in named
            ]
            self.db.executemany(certain.decision.sql, named_rows)
        self.run(certain.apart, certain.together)

    def certain(self) -> None:
        """What is the same in every respect, or but for how the number is written, and has no copy."""
        self.run(certain.exact_pairs, certain.link_pairs)
        self.run(certain.rest, certain.number_pairs, certain.link_pairs_by_number)

    def compare(self) -> None:
        """What of the rest may belong together, field by field."""
        self.run(certain.shrink, certain.twins, certain.keys, certain.candidates, pairs.texts)
        texts = self.columns(pairs.written)
        slips = {"pair": texts["pair"]}
        for name in ("number", "gstin"):
            slips[f"{name}_slips"] = process.cpdist(
                _texts(texts[f"p_{name}"]),
                _texts(texts[f"b_{name}"]),
                scorer=OSA.distance,
                score_cutoff=2,
                dtype=np.uint8,
            )
        self.db.register("slips", slips)
        self.run(pairs.levels, pairs.edges)
        self.db.unregister("slips")

    def assign(self) -> None:
        """The best assignment of what competes, then sums of what is left, then what the sums have set free."""
        edges = self.columns(pairs.all_edges)
        self._weigh(edges)
        for found in (sums.named_sums, sums.equal_sums):
            self.run(sums.copies, sums.free, *([sums.subsets] if found is sums.equal_sums else []), found)
            sums_found = self.db.execute(sums.found.sql).fetchall()
            self._join(groups.choose([groups.Found(*row) for row in sums_found]))
        self.run(pairs.unlink)
        freed = self.columns(pairs.freed)
        again = self._best(freed)
        self.db.register("relinked", {"p": freed["p"][again], "b": freed["b"][again]})
        self.run(pairs.relink)
        self.db.unregister("relinked")

    def explain(self) -> None:
        """What is said about each document, as the view `result`."""
        scores = {f"{name}_score": score for name, score in calibration().tiers.items()}
        for name, score in scores.items():
            self.db.execute(certain.setting.sql.format(name=name, value=score))
        self.run(findings.wording, findings.amendments, findings.pairings, findings.seen)
        self.run(findings.nearest, findings.held_apart, findings.findings, findings.group_findings, rows.said)
        for statement in (rows.group_rows, rows.single_rows):
            for side in _SIDES:
                self.db.execute(statement.sql.format(**side))
        pairs = [it.sql.format(**side, **scores) for it in (rows.plain_rows, rows.pair_rows) for side in _SIDES]
        self.db.execute(rows.result.sql.format(pairs=" union all ".join(pairs)))

    def _weigh(self, edges: Columns) -> None:
        measured = calibration()
        weight = measured.weights(edges)
        strength = strengths(edges, weight)
        linked = np.zeros(len(weight), dtype=bool)
        linked[self._best(edges | {"weight": weight})] = True
        weighing = {"p": edges["p"], "b": edges["b"], "weight": weight, "strength": strength, "linked": linked}
        self.db.register("weighing", weighing | {"score": measured.score(strength)})
        self.run(pairs.weighed)
        self.db.unregister("weighing")

    def _best(self, edges: Columns) -> Indices:
        """Of the pairs that are likely enough, those of the best assignment."""
        likely = np.flatnonzero(edges["weight"] > np.log(self.settings.least / (100 - self.settings.least)))
        # Ties are broken by what documents are, so that no order of rows matters, nor which side is which.
        tie = (edges["tie"][likely] % np.uint64(1 << 20)).astype(np.float64) / float(1 << 40)
        weight = edges["weight"][likely] - tie
        return likely[assign(edges["p"][likely], edges["b"][likely], np.maximum(weight, 1e-9))]

    def _join(self, chosen: Iterable[groups.Group]) -> None:
        [(before,)] = self.db.execute(sums.last_group.sql).fetchall()
        members = [
            (before + place, group.rule, group.by, side, doc)
            for place, group in enumerate(chosen, 1)
            for side, docs in ((0, group.portal), (1, group.books))
            for doc in docs
        ]
        if members:
            columns = zip(
                ("grp", "rule", "by_what", "side", "doc"), map(np.array, zip(*members, strict=True)), strict=True
            )
            self.db.register("joined", dict(columns))
            self.run(sums.join_members)
            self.db.unregister("joined")


def _readable(documents: Documents) -> Documents:
    """A relation belongs to its own connection, so it is read there."""
    return documents.to_arrow_table() if isinstance(documents, duckdb.DuckDBPyRelation) else documents


def _texts(column: Any) -> list[str]:
    return column.tolist()
