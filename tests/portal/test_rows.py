"""Taxpayers are kept apart by PostgreSQL as well: a statement that forgets whose data it is finds no other's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from tests.api import Api, Taxpayer, as_owner, data, echo, invoice, note

from gst_ims.core.errors import ImsError
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.migrate import upgrade
from gst_ims.portal import jobs
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.record import service as record
from gst_ims.portal.start import install, open_portal
from gst_ims.portal.statement import service as statement

OF_RECIPIENTS = ("record", "record_tally", "trail", "action_request", "closing", "statement", "statement_line")
OF_RECIPIENTS += ("statement_total", "statement_supplier", "statement_request")
OF_SUPPLIERS = ("outward", "outward_rest", "outward_return", "filing_request", "added_back")
ROLES = ("ims_service", "ims_recipient", "ims_supplier")


@dataclass
class Town:
    """Two suppliers who sold to two recipients, each of whom refused a credit note and filed."""

    portal: Portal
    suppliers: list[Taxpayer]
    recipients: list[Taxpayer]


@pytest.fixture(scope="module")
def town(standing: Api) -> Town:
    standing.go_to("2025-11-05T10:00")
    suppliers, recipients = [[standing.company(state) for _ in range(2)] for state in ("24", "27")]
    for seller in suppliers:
        for buyer in recipients:
            seller.sell(buyer.gstin, invoice(f"I-{buyer.gstin[8:12]}"))
            seller.give_notes(buyer.gstin, note(f"C-{buyer.gstin[8:12]}"))
        seller.save_return("2025/10", hsn={"hsn_b2b": []})
        data(seller.file())
    for buyer in recipients:
        assert buyer.act("b2bcn", *(echo(row, "R") for row in buyer.records("B2BCN")))["status_cd"] == "S"
    standing.go_to("2025-11-16T10:00")
    for buyer in recipients:
        data(buyer.post("gstrs/gstr-2b/2025/10/regenerate"))
        with standing.portal.as_recipient(buyer.gstin) as db:
            waiting = db.execute("select reference_id from statement_request where finished_at is null").fetchall()
        for row in waiting:
            statement.compute(standing.portal, buyer.gstin, row.reference_id)
        data(buyer.post("gstrs/gstr-3b/2025/10/file"))
    return Town(standing.portal, suppliers, recipients)


def owners(db: Connection, table: str, key: str) -> set[str]:
    """Whose rows a statement finds that forgets to say whose it wants."""
    return {row.key for row in db.execute(f"select {key} as key from {table}").fetchall()}  # type: ignore[arg-type]


@pytest.mark.parametrize("table", OF_RECIPIENTS)
def test_a_recipient_finds_nobody_else_s_rows(town: Town, table: str) -> None:
    with as_owner(town.portal) as db:
        assert {buyer.gstin for buyer in town.recipients} <= owners(db, table, "rtin")
    for buyer in town.recipients:
        with town.portal.as_recipient(buyer.gstin) as db:
            assert owners(db, table, "rtin") == {buyer.gstin}


@pytest.mark.parametrize("table", OF_SUPPLIERS)
def test_a_supplier_finds_nobody_else_s_rows(town: Town, table: str) -> None:
    with as_owner(town.portal) as db:
        assert {seller.gstin for seller in town.suppliers} <= owners(db, table, "stin")
    for seller in town.suppliers:
        with town.portal.as_supplier(seller.gstin) as db:
            assert owners(db, table, "stin") == {seller.gstin}


def test_of_records_a_supplier_finds_those_of_his_documents(town: Town) -> None:
    for seller in town.suppliers:
        with town.portal.as_supplier(seller.gstin) as db:
            assert owners(db, "record", "stin") == {seller.gstin}
            assert owners(db, "record", "rtin") == {buyer.gstin for buyer in town.recipients}


def test_of_documents_a_recipient_finds_those_for_him(town: Town) -> None:
    for buyer in town.recipients:
        with town.portal.as_recipient(buyer.gstin) as db:
            assert owners(db, "outward", "rtin") == {buyer.gstin}
            assert owners(db, "added_back", "rtin") == {buyer.gstin}


@pytest.mark.parametrize("gstin", ["", None])
@pytest.mark.parametrize(
    ("role", "table"), [*(("ims_recipient", t) for t in OF_RECIPIENTS), *(("ims_supplier", t) for t in OF_SUPPLIERS)]
)
def test_without_a_gstin_there_is_nothing(town: Town, role: str, table: str, gstin: str | None) -> None:
    with town.portal.transaction() as db:
        db.execute("select set_config('role', %s, true)", [role])
        if gstin is not None:
            db.execute("select set_config('ims.gstin', %s, true)", [gstin])
        assert db.execute(f"select from {table}").fetchall() == []  # type: ignore[arg-type]


def test_the_rights_end_with_the_transaction(town: Town) -> None:
    buyer = town.recipients[0].gstin
    with town.portal.pool.connection() as db:
        for commit in (True, False):
            with db.transaction(force_rollback=not commit):
                db.execute(
                    "select set_config('role', 'ims_recipient', true) as a, set_config('ims.gstin', %s, true)", [buyer]
                )
            row = db.execute("select current_user as role, current_setting('ims.gstin', true) as gstin").fetchone()
            assert (row.role, row.gstin or "") == ("ims_service", "")


FOREIGN: dict[str, tuple[str, str]] = {
    "a recipient changes what a document says": ("recipient", "update record set igst = 0"),
    "a recipient deletes a record": ("recipient", "delete from record"),
    "a recipient changes a statement": ("recipient", "update statement_line set igst = 0"),
    "a recipient changes a document": ("recipient", "update outward set content = '{}'"),
    "a recipient reads a document": ("recipient", "select content from outward"),
    "a recipient changes the trail": ("recipient", "update trail set became = 'A'"),
    "a recipient files a return": ("recipient", "insert into outward_return select * from outward_return"),
    "a supplier reads statements": ("supplier", "select from statement"),
    "a supplier closes a period": ("supplier", "insert into closing select * from closing"),
    "a supplier takes back what he owes": ("supplier", "delete from added_back"),
    "a supplier reads requests": ("supplier", "select from action_request"),
    "a recipient reads users": ("recipient", "select username from taxpayer"),
    "a supplier reads the trail": ("supplier", "select from trail"),
    "a recipient changes how many records there are": ("recipient", "delete from record_tally"),
    "a supplier reads users": ("supplier", "select username from taxpayer"),
    "a recipient reads keys": ("recipient", "select from signing_key"),
    "a supplier reads sessions": ("supplier", "select from session"),
    "a recipient looks into the queue": ("recipient", "select from procrastinate_jobs"),
    "a recipient goes to a partition": ("recipient", "select from record_0"),
    "a supplier goes to a partition": ("supplier", "select from outward_0"),
    "the service goes to a partition": ("service", "delete from trail_0"),
    "the service changes the trail": ("service", "update trail set became = 'A'"),
    "the service clears the trail": ("service", "delete from trail"),
    "the service changes a statement": ("service", "update statement_line set igst = 0"),
    "the service drops a table": ("service", "drop table record"),
    "the service switches triggers off": ("service", "alter table trail disable trigger all"),
}


@pytest.mark.parametrize(("who", "sql"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_nobody_s_business_is_refused(town: Town, who: str, sql: str) -> None:
    portal = town.portal
    transaction: dict[str, Callable[[], Any]] = {
        "recipient": lambda: portal.as_recipient(town.recipients[0].gstin),
        "supplier": lambda: portal.as_supplier(town.suppliers[0].gstin),
        "service": portal.transaction,
    }
    with pytest.raises(InsufficientPrivilege), transaction[who]() as db:
        db.execute(sql)  # type: ignore[arg-type]


def test_a_recipient_writes_for_nobody_else(town: Town) -> None:
    mine, other = (buyer.gstin for buyer in town.recipients)
    with pytest.raises(InsufficientPrivilege, match="row-level security"), town.portal.as_recipient(mine) as db:
        action.queries.add_request(db, rtin=other, reference_id="x", kind="SAVE", body=b"", at="2025-11-16")


def test_a_supplier_makes_no_records_in_another_s_name(town: Town) -> None:
    mine, other = (seller.gstin for seller in town.suppliers)
    with pytest.raises(InsufficientPrivilege, match="row-level security"), town.portal.as_supplier(mine) as db:
        db.execute("update record set stin = %s", [other])


def test_nobody_queues_another_s_work(town: Town) -> None:
    mine, other = (buyer.gstin for buyer in town.recipients)
    with pytest.raises(InsufficientPrivilege, match="another taxpayer"), town.portal.as_recipient(mine) as db:
        jobs.defer(db, "action:process", other, "x")


def test_a_service_that_names_the_wrong_taxpayer_finds_nothing(town: Town) -> None:
    """The two guards hold one without the other: here the statement names another's GSTIN."""
    mine, other = (buyer.gstin for buyer in town.recipients)
    with town.portal.as_recipient(mine) as db:
        assert record.counts(db, Gstin(other), "others").all_oth.ttl_cnt == 0


@pytest.fixture(scope="module")
def catalog(town: Town) -> Iterator[Connection]:
    with as_owner(town.portal) as db:
        yield db


def test_every_table_of_taxpayers_data_is_guarded(catalog: Connection) -> None:
    """A new table with an `rtin` or a `stin` needs its policies, or nobody reaches it."""
    rows = catalog.execute("""
        select c.relname, c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid) as guarded
          from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname in ('rtin', 'stin'))
        """).fetchall()
    assert len(rows) >= len(OF_RECIPIENTS) + len(OF_SUPPLIERS)
    assert [row.relname for row in rows if not row.guarded] == []


def test_every_view_reads_as_whoever_asks(catalog: Connection) -> None:
    rows = catalog.execute("""
        select relname, reloptions from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'v'""").fetchall()
    assert rows
    assert [row.relname for row in rows if "security_invoker=true" not in (row.reloptions or [])] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_can_do_nothing_by_itself(catalog: Connection, role: str) -> None:
    row = catalog.execute(
        """
        select rolsuper or rolcreaterole or rolcreatedb or rolcanlogin or rolbypassrls or rolreplication as special,
               exists (select from pg_class c where c.relowner = r.oid and c.relpersistence <> 't') as owner
          from pg_roles r where rolname = %s""",
        [role],
    ).fetchone()
    assert (row.special, row.owner) == (False, False)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, one by one."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


HOT: dict[str, tuple[str, str, str]] = {
    "counts": ("recipient", "record", record.queries.counts.sql),
    "list": ("recipient", "record", record.queries.invoices.sql),
}


@pytest.mark.parametrize(("side", "table", "sql"), HOT.values(), ids=HOT)
def test_the_guard_costs_a_statement_nothing(town: Town, side: str, table: str, sql: str) -> None:
    """One partition is looked at, and whose data it is is asked once for the statement, not for each row."""
    buyer = town.recipients[0].gstin
    parameters = {"rtin": buyer, "section": "b2b", "action": None, "today": "2025-11-16", "remarks_since": "2025-10-01"}
    with town.portal.as_recipient(buyer) as db:
        (row,) = db.execute("explain (format json, verbose) " + sql, parameters).fetchall()  # type: ignore[arg-type]
    plan = row[0][0]["Plan"] if not isinstance(row[0], str) else json.loads(row[0])[0]["Plan"]
    every = list(nodes(plan))
    assert len({node["Relation Name"] for node in every if "Relation Name" in node}) == 1
    filters = [
        str(node.get("Filter", "")) + str(node.get("Index Cond", "")) for node in every if "Relation Name" in node
    ]
    assert not any("current_setting" in text or "the_taxpayer" in text for text in filters)
    assert any("current_setting" in str(node.get("Output", "")) for node in every if node.get("Subplan Name"))


def test_a_database_user_without_special_rights_runs_the_portal(roles_of_its_own: str) -> None:
    """The user of `--database-url` owns the database and may not even make roles: they were made for him."""
    upgrade(roles_of_its_own)
    with open_portal(roles_of_its_own, Settings(test_mode=True, rate_limit=None), pool_size=2) as portal:
        install(portal)
        with portal.as_recipient(Gstin("27AAPFU0939F1ZV")) as db:
            row = db.execute("select current_user as role, session_user as login").fetchone()
            assert (row.role, row.login) == ("ims_recipient", "plain")
            assert record.counts(db, Gstin("27AAPFU0939F1ZV"), "others").all_oth.ttl_cnt == 0


@pytest.fixture
def roles_of_its_own(server: EmbeddedServer, town: Town) -> Iterator[str]:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create role plain login")
        db.execute("grant ims_service, ims_recipient, ims_supplier, ims_desk to plain")
        db.execute("create database plain owner plain template template0")
        yield server.url_of("plain").replace("user=postgres", "user=plain")
        db.execute("drop database plain with (force)")
        db.execute("drop role plain")


def test_a_user_who_does_not_own_the_database_can_serve_it(server: EmbeddedServer, roles_of_its_own: str) -> None:
    """Migrated by its owner, served by somebody who can take on the roles and nothing else."""
    upgrade(roles_of_its_own)
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create role guest login in role ims_service, ims_recipient, ims_supplier, ims_desk")
        url = roles_of_its_own.replace("user=plain", "user=guest")
        upgrade(url)
        with open_portal(url, Settings(test_mode=True, rate_limit=None), pool_size=2) as portal:
            install(portal)
            with pytest.raises(InsufficientPrivilege), portal.transaction() as guest:  # noqa: PT012
                guest.execute("set local role none")
                guest.execute("alter table trail disable trigger all")
        db.execute("drop role guest")


def test_a_user_who_may_not_make_the_roles_is_told_what_is_needed(
    server: EmbeddedServer, roles_of_its_own: str
) -> None:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("revoke ims_service, ims_recipient, ims_supplier, ims_desk from plain")
    with pytest.raises(ImsError, match="may not create roles"):
        upgrade(roles_of_its_own)
