"""Liveness and readiness, as a load balancer asks them."""

from __future__ import annotations

import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import Api, as_owner

from gst_ims.database.migrate import newest
from gst_ims.database.queue import STALLED_SECONDS
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.start import open_portal


def run(portal: Portal, sql: str, *parameters: object) -> None:
    with as_owner(portal) as db:
        db.execute(sql, parameters)


@pytest.fixture
def worker(portal: Portal) -> None:
    """A sign of life of a worker, just now."""
    run(portal, "insert into procrastinate_workers default values")


def ready(http: TestClient) -> tuple[int, list[str]]:
    """The status, and what doesn't hold."""
    answer = http.get("/health/ready")
    found = answer.json()
    assert found.pop("status") == ("ready" if answer.status_code == 200 else "not ready")
    return answer.status_code, [name for name, holds in found.items() if holds == (name == "stopping")]


def test_a_portal_with_a_living_worker_is_ready(http: TestClient, worker: None) -> None:
    assert ready(http) == (200, [])


def test_without_a_worker_it_isn_t(http: TestClient) -> None:
    assert ready(http) == (503, ["worker"])


@pytest.mark.parametrize(("silent", "expected"), [(STALLED_SECONDS - 5, []), (STALLED_SECONDS + 5, ["worker"])])
def test_a_worker_that_says_nothing_is_dead(
    http: TestClient, portal: Portal, worker: None, silent: int, expected: list[str]
) -> None:
    run(portal, "update procrastinate_workers set last_heartbeat = now() - make_interval(secs => %s)", silent)
    assert ready(http)[1] == expected


def test_the_portal_s_clock_kills_no_worker(api: Api, worker: None) -> None:
    api.set_clock("2027-01-01T10:00")
    assert ready(api.http) == (200, [])


def test_tables_of_an_older_version_are_none(http: TestClient, portal: Portal, worker: None) -> None:
    run(portal, "update schema_version set version_num = '0001'")
    assert ready(http) == (503, ["schema"])


def test_tables_of_a_newer_version_will_do(http: TestClient, portal: Portal, worker: None) -> None:
    """While versions change, the old processes go on beside the new ones."""
    run(portal, "update schema_version set version_num = '9999'")
    assert ready(http) == (200, [])


def test_the_database_is_at_the_newest_version(portal: Portal) -> None:
    with portal.transaction() as db:
        assert db.execute("select version_num from schema_version").fetchone() == (newest(),)


def test_one_that_is_told_to_stop_isn_t_ready(http: TestClient, worker: None) -> None:
    http.app.state["stopping"] = True
    assert ready(http) == (503, ["stopping"])


@pytest.mark.parametrize("test_mode", [True, False])
def test_without_a_database_it_lives_and_isn_t_ready(server: object, test_mode: bool) -> None:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database to_be_lost template ims")
    with open_portal(server.url_of("to_be_lost"), Settings(test_mode), pool_size=2) as portal:
        with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
            db.execute("drop database to_be_lost with (force)")
        with TestClient(create_app(portal), raise_server_exceptions=False) as http:
            assert ready(http) == (503, ["database", "schema", "worker"])
            assert (http.get("/health/live").status_code, http.get("/health/live").json()) == (200, {"status": "live"})


@pytest.mark.parametrize("path", ["live", "ready"])
def test_nobody_needs_a_key_and_nobody_learns_anything(http: TestClient, worker: None, path: str) -> None:
    answer = http.get(f"/health/{path}")
    assert answer.status_code == 200
    assert set(answer.json()) <= {"status", "stopping", "database", "schema", "worker"}
