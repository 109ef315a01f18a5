"""Faults on demand: in test mode the operator lets calls be slow, fail, or end without an answer.

Rules are in the database, so every process obeys them, and are read at most once a second. Where there is none, a call
costs nothing more. The operator's own calls never go wrong: a fault can always be removed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec
import structlog
from litestar import MediaType
from litestar.concurrency import sync_to_thread
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send
from psycopg.types.json import Jsonb

from gst_ims.core.errors import Forbidden, Unprocessable
from gst_ims.database.connection import Connection
from gst_ims.portal import envelope
from gst_ims.portal.access import service as access
from gst_ims.portal.context import Portal
from gst_ims.portal.edge import AnyRequest
from gst_ims.portal.operator.schemas import BusinessFailure, Delay, FaultRequest, FaultRule, HttpRefusal, Outage
from gst_ims.portal.operator.service import queries

log = structlog.get_logger()

READ_SECONDS = 1


class Faults:
    """The faults in force, as this process knows them. `operations`: names by method and template of the path."""

    def __init__(self, portal: Portal, operations: Mapping[tuple[str, str], str]) -> None:
        self._portal = portal
        self.operations = {call: name for call, name in operations.items() if not call[1].startswith("/operator/")}
        self._rules: list[FaultRule] = []
        self._read_again = 0.0

    def add(self, asked: FaultRequest) -> str:
        """Put a fault in force. Returns its id. Raises Forbidden outside of test mode, Unprocessable, Invalid."""
        self._must_be_test_mode()
        if not asked.endpoint.startswith("/") and asked.endpoint not in self.operations.values():
            raise Unprocessable(f"{asked.endpoint!r} is no operation of the API, and no path that begins with /.")
        if asked.gstin is not None:
            self._portal.gstin(asked.gstin)
        row = {**msgspec.structs.asdict(asked), "fault": Jsonb(msgspec.to_builtins(asked.fault))}
        with self._portal.transaction() as db:
            fault_id: str = queries.add_fault(db, **row)
        self._read_again = 0
        return fault_id

    def listed(self) -> list[FaultRule]:
        """Those that haven't expired. Raises Forbidden outside of test mode."""
        self._must_be_test_mode()
        with self._portal.transaction() as db:
            return [msgspec.convert(row._asdict(), FaultRule) for row in queries.faults(db)]

    def remove(self, fault_id: str | None = None) -> int:
        """End one fault, or all. Returns how many there were. Raises Forbidden outside of test mode."""
        self._must_be_test_mode()
        with self._portal.transaction() as db:
            removed = queries.remove_faults(db) if fault_id is None else queries.remove_fault(db, id=fault_id)
        self._read_again = 0
        return removed

    async def in_force(self) -> list[FaultRule]:
        """What was in force a second ago at the latest; what this process was told itself, at once."""
        if self._portal.settings.test_mode and time.monotonic() >= self._read_again:
            self._read_again = time.monotonic() + READ_SECONDS
            self._rules = await sync_to_thread(self.listed)
        return self._rules

    def strikes(self, rule: FaultRule, operation: str, request: AnyRequest) -> bool:
        """Whether a call goes wrong by `rule`."""
        if not (operation == rule.endpoint or fnmatchcase(request.scope["path"], rule.endpoint)):
            return False
        key = request.headers.get("x-api-key", "")
        if rule.api_key not in (None, key):
            return False
        with self._portal.transaction() as db:
            if rule.gstin is not None and rule.gstin != self._caller(db, key, request.headers.get("authorization")):
                return False
            return queries.strike(db, id=rule.id) is True

    def _caller(self, db: Connection, key: str, token: str | None) -> str | None:
        """The GSTIN of the taxpayer who is signed in."""
        try:
            return access.taxpayer_session(db, key, token, self._portal.clock.now()).gstin
        except Forbidden:
            return None

    def _must_be_test_mode(self) -> None:
        if not self._portal.settings.test_mode:
            raise Forbidden("Faults can be made in test mode only.")


def obey_faults(app: ASGIApp) -> ASGIApp:
    """Middleware of the calls that can go wrong."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        state, request = scope["litestar_app"].state, AnyRequest(scope)
        faults: Faults = state["faults"]
        for rule in await faults.in_force():
            operation = faults.operations.get((request.method, scope["path_template"]), "")
            if not await sync_to_thread(faults.strikes, rule, operation, request):
                continue
            log.info("fault", fault=rule.id, operation=operation)
            match rule.fault:
                case Delay():
                    await asyncio.sleep(rule.fault.milliseconds / 1000)
                case Outage():
                    return await _hang_up(scope, receive)
                case HttpRefusal() | BusinessFailure():
                    return await (await sync_to_thread(_answer, rule.fault, state["portal"]))(scope, receive, send)
        await app(scope, receive, send)
        return None

    return call


def _answer(fault: HttpRefusal | BusinessFailure, portal: Portal) -> ASGIResponse:
    at = portal.clock.now()
    if isinstance(fault, HttpRefusal):
        answer, status = envelope.http_failure(fault.status, fault.message, at), fault.status
    else:
        answer, status = envelope.failure(fault.error_cd, fault.message, at), 200
    return ASGIResponse(body=msgspec.json.encode(answer), status_code=status, media_type=MediaType.JSON)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection by what our server has put into its state, and wait until it has noticed."""
    scope["state"]["hang_up"]()
    while (await receive())["type"] != "http.disconnect":
        pass
