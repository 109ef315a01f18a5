"""A portal as in production (no test mode), whose clock stands until it is moved, and whose mails are kept."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from httpx import Response
from litestar.testing import TestClient
from tests.api import BASE, data, gstin

from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import OtpUndelivered
from gst_ims.core.gstin import Gstin
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.start import Credentials, install, open_portal

numbers = itertools.count(1)
NOON = datetime(2025, 11, 5, 12, tzinfo=IST)


@dataclass
class Post:
    """A notifier that keeps what it delivers, or delivers nothing."""

    delivered: list[tuple[Gstin, str, str]] = field(default_factory=list)
    broken: bool = False

    def send_otp(self, gstin: Gstin, username: str, code: str) -> None:
        if self.broken:
            raise OtpUndelivered
        self.delivered.append((gstin, username, code))

    @property
    def code(self) -> str:
        """The newest one-time password."""
        return self.delivered[-1][2]


@dataclass
class Gate:
    """The portal, and what its operator can do at it."""

    portal: Portal
    http: TestClient
    clock: FixedClock
    post: Post
    credentials: Credentials

    def later(self, **passing: float) -> None:
        """Let time pass: seconds, minutes, hours, days."""
        self.clock.at += timedelta(**passing)

    def operator(self, method: str, path: str, **more: Any) -> Response:
        headers = {"x-operator-key": self.credentials.operator_key}
        return self.http.request(method, f"/operator/v1/{path}", headers=headers, **more)

    def taxpayer(self) -> dict[str, str]:
        """A taxpayer that nobody has met before: what his requests for a session say."""
        number = next(numbers)
        who = {"username": f"tax{number}@example.com", "gstin": str(gstin("27", number))}
        row = {**who, "legal_name": "L", "trade_name": "T", "filing_frequency": "monthly", "taxpayer_type": "Regular"}
        data(self.operator("POST", "taxpayers", json={"taxpayers": [row]}))
        return who

    def visitor(self, rate_limit: int | None = None) -> Visitor:
        """Whoever has an API key of his own, with a new taxpayer to speak for."""
        made = data(self.operator("POST", "api-keys", json={"label": "test", "rate_limit": rate_limit}))
        return Visitor(self, made["api_key"], made["api_secret"], self.taxpayer())


@dataclass
class Visitor:
    """A client of the access endpoints. `token` is his account's, once he has authenticated."""

    gate: Gate
    key: str
    secret: str
    who: dict[str, str]
    token: str = ""

    def call(self, method: str, path: str, token: str = "", **more: Any) -> Response:
        headers = {"x-api-key": self.key, "authorization": token or self.token}
        return self.gate.http.request(method, f"{BASE}/{path}", headers=headers, **more)

    def authenticate(self) -> Response:
        return self.gate.http.post("/authenticate", headers={"x-api-key": self.key, "x-api-secret": self.secret})

    def enter(self) -> Visitor:
        """Authenticate and go on with the token."""
        self.token = self.authenticate().json()["data"]["access_token"]
        return self

    def ask(self, token: str = "") -> Response:
        """Ask for a one-time password."""
        return self.call("POST", "otp", token, json=self.who)

    def verify(self, code: str) -> Response:
        return self.call("POST", "otp/verify", params={"otp": code}, json=self.who)

    def session(self) -> str:
        """A taxpayer's access token."""
        data(self.ask())
        return data(self.verify(self.gate.post.code))["access_token"]

    def refresh(self, token: str) -> Response:
        return self.call("POST", "session/refresh", token)

    def log_out(self, token: str) -> Response:
        return self.call("POST", "logout", token)

    def look(self, token: str) -> Response:
        """Any call of the IMS API."""
        return self.call("GET", "invoices/count", token, params={"type_of_goods": "others"})


@pytest.fixture(scope="session")
def portal_in_production(server: EmbeddedServer) -> Iterator[Gate]:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database production template ims")
    post, clock = Post(), FixedClock(NOON)
    with open_portal(server.url_of("production"), Settings(), post, pool_size=4) as opened:
        portal = replace(opened, clock=clock)
        credentials = install(portal)
        assert credentials is not None
        with TestClient(create_app(portal), raise_server_exceptions=False) as http:
            yield Gate(portal, http, clock, post, credentials)


@pytest.fixture
def gate(portal_in_production: Gate) -> Gate:
    """At noon of 5 November 2025, with a post that works."""
    portal_in_production.clock.at = NOON
    portal_in_production.post.broken = False
    return portal_in_production


@pytest.fixture
def visitor(gate: Gate) -> Visitor:
    """Authenticated, without a taxpayer's session."""
    return gate.visitor().enter()
