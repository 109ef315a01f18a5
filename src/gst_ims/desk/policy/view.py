"""A policy over records: DuckDB looks at each once, and the first rule that holds decides."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Event, Thread
from typing import Any

import duckdb

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS
from gst_ims.database.queries import load
from gst_ims.desk.policy.document import Policy
from gst_ims.rulebook.calendar import draft_day, due_date_3b, pending_limit
from gst_ims.rulebook.law import Frequency, Law, law
from gst_ims.rulebook.scope import credit_limit

#: Seconds that a policy may take for all records: a usual one takes one for two million. It uses all processors.
PATIENCE = 60.0

statements: Any = load(__file__, "view.sql", "duckdb")


@dataclass(frozen=True)
class Tables:
    """What there is to be decided about, as Arrow tables. Amounts are paise.

    `records`: the columns of desk.record, and `id` (its name, as findings have it), `compared` (whether it stood so
    when matching ran last), `original_tax` (of the document that it amends; null where that isn't known).
    `findings` of the portal's side: `id`, `bucket`, `score`, `rule`, `partners`, `differences` (JSON).
    `books`: `id`, `label`, `reverse_charge`. `vendors`: `list`, `vendor` (a GSTIN or a PAN).
    `suppliers`: `stin`, and of their documents how many the desk has seen, `documents`, how many `matched` and were
    `rejected`, and when the first was read, `first_seen`.
    """

    records: Any
    findings: Any
    books: Any
    vendors: Any
    suppliers: Any


@dataclass(frozen=True)
class Recipient:
    """Whose records they are, and the day on which the policy runs: for the days to due dates."""

    gstin: Gstin
    frequency: Frequency
    today: date


class View:
    """One row for each record, as conditions ask about it, in a DuckDB of its own that reaches nothing else."""

    def __init__(self, tables: Tables, recipient: Recipient) -> None:
        """Takes the tables in. The connection ends with `close`."""
        self.db = duckdb.connect()
        for name, table in vars(tables).items():
            self.db.register(name, table)
        self.db.execute(statements.closed.sql)
        self.db.execute(statements.tables.sql)
        self.db.execute(statements.helpers.sql)
        self.db.execute(statements.credit.sql)
        facts = [(str(s), s.is_credit, s.is_amendment, s.declares_reduction) for s in OTHERS]
        self.db.executemany(statements.section_fact.sql, facts)
        self._calendar(recipient, law())
        self.db.execute(statements.view.sql)

    def close(self) -> None:
        self.db.close()

    def judge(self, policy: Policy, table: str = "outcome") -> None:
        """Ask the policy about each record; what becomes of it stands in `table`, which view.sql explains.

        Raises Invalid where that takes longer than `PATIENCE`.
        """
        self.db.execute(statements.rules.sql)
        rules = [
            (place, rule.name, rule.wish, rule.remarks, rule.declaration, rule.approval)
            for place, rule in enumerate(policy.rules, 1)
        ]
        self.db.executemany(statements.rule.sql, rules)
        whens = " ".join(
            f"when {rule.condition.sql if rule.condition else 'true'} then {place}"
            for place, rule in enumerate(policy.rules, 1)
        )
        with self._patience():
            self.db.execute(statements.outcome.sql.format(table=table, whens=whens))

    def proposals(self, policy: str) -> Any:
        """What was judged and is to be decided otherwise than it stands, as an Arrow table.

        The key (`section`, `stin`, `number`, `period`, `form`), `hash`, `was` and `action` (N, A, R, P), `remarks`,
        `reduction` (full, none, amounts; null where nothing is declared) with `declared_igst` and so on, `stake` (the
        document's tax), `policy` (what the policy is called here, and the rule), `needs_approval`.
        """
        return self.db.sql(statements.proposals.sql, params={"policy": policy}).to_arrow_table()

    def questions(self, policy: str) -> list[tuple[str, str, str]]:
        """What is pending and was judged to be asked about: the record's name, its hash, and `policy` with the rule."""
        return self.db.execute(statements.questions.sql, {"policy": policy}).fetchall()

    @contextmanager
    def _patience(self) -> Generator[None]:
        done = Event()

        def end() -> None:
            if not done.wait(PATIENCE):
                while not done.wait(0.05):  # one that comes while it still plans is forgotten
                    self.db.interrupt()

        Thread(target=end, daemon=True).start()
        try:
            yield
        except duckdb.InterruptException as error:
            raise Invalid(
                f"The policy takes more than {PATIENCE:g} seconds: ask fewer questions, or use vendor lists."
            ) from error
        finally:
            done.set()

    def _calendar(self, recipient: Recipient, rules: Law) -> None:
        today, state, frequency = recipient.today, recipient.gstin.state, recipient.frequency
        month = Period.of(today)
        drafts = (draft_day(period, rules) for period in (month.previous(), month))
        # A quarter's return is due a good month after its end.
        dues = (due_date_3b(frequency, state, month.plus(n), rules) for n in range(-3, 4))
        told = {
            "today": today,
            "days_to_draft": min((day - today).days for day in drafts if day >= today),
            "days_to_3b": min((day - today).days for day in dues if day >= today),
        }
        for name, value in told.items():
            self.db.execute(f"set variable {name} = ?", [value])
        for day, r1a in self.db.execute(statements.periods.sql).fetchall():
            # When it was filed isn't known, so this is the earliest GSTR-2B that it can be in (R7.3, R3.5).
            period = Period.of(day).next() if r1a else Period.of(day)
            limit = pending_limit(frequency, state, period, rules)
            self.db.execute(statements.pending_limit.sql, [day, r1a, limit])
        for (year,) in self.db.execute(statements.years.sql).fetchall():
            self.db.execute(statements.credit_limit.sql, [year, credit_limit(date(year, 4, 1), rules)])


@contextmanager
def view(tables: Tables, recipient: Recipient) -> Generator[View]:
    """A view, for as long as it is needed."""
    it = View(tables, recipient)
    try:
        yield it
    finally:
        it.close()
