"""The database goes away in the middle: everybody is told so, nothing is half done, and it goes on by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from tests.database.away import Away
from tests.web.conftest import HEADINGS, PASSWORD, Visitor, Workbench
from tests.web.test_inward import rows

from gst_ims.database.connection import Pool, open_pool
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.desk import Desk
from gst_ims.desk.sessions import service as sessions
from gst_ims.web.app import create_app
from gst_ims.web.tokens import COOKIE


class Cutting:
    """A clock that is in the database, as in test mode.

    Asked for the nth time it cuts all connections: in the midst of whatever is being done.
    """

    def __init__(self, workbench: Workbench, pool: Pool, away: Away) -> None:
        self.clock, self.pool, self.left = workbench.clock, pool, 0
        self.cut: Callable[[], object] = away.cut

    def now(self) -> datetime:
        self.left -= 1
        if not self.left:
            self.cut()
        with self.pool.connection():
            return self.clock.now()


@pytest.fixture
def away(server: EmbeddedServer, workbench: Workbench) -> Away:
    return Away(server, workbench.url)


@pytest.fixture
def pool(workbench: Workbench) -> Iterator[Pool]:
    """Connections of a workbench of its own, for which nobody waits long."""
    with open_pool(workbench.url, 4) as pool:
        pool.timeout = 0.3
        yield pool


@pytest.fixture
def clock(workbench: Workbench, pool: Pool, away: Away) -> Cutting:
    return Cutting(workbench, pool, away)


@pytest.fixture
def asha(workbench: Workbench, pool: Pool, clock: Cutting) -> Iterator[Visitor]:
    """Asha, at a workbench with this clock."""
    desk = Desk(pool, clock, workbench.desk.ways)
    with TestClient(create_app(desk), raise_server_exceptions=False) as client:
        client.cookies.set(COOKIE, sessions.sign_in(desk, "Asha", PASSWORD))
        yield Visitor(client)


def test_a_page_a_part_and_a_program_are_told_that_the_database_is_away_until_it_is_back(
    workbench: Workbench, pool: Pool, asha: Visitor, away: Away
) -> None:
    base = f"/desk/{workbench.mine}"
    with away.meanwhile():
        page = asha.get(base)
        part = asha.get(f"{base}/inward/record", params={"name": "x"}, headers={"hx-request": "true"})
        told = asha.get(f"{base}/inward/rows", headers={"accept": "application/json"})
        done = asha.post(f"{base}/inward/decide", {"action": "A", "everything": True})
        door = asha.sign_in("Vera")
    for answer in (page, part, told, done, door):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.url
        assert "The desk's database" in answer.text.replace("&#39;", "'"), answer.url
    assert "desk.css" in page.text
    assert part.text.startswith('<p class="bad" role="alert">')
    assert set(told.json()) == {"message"}
    pool.timeout = 5
    assert [asha.get(path).status_code for path in ("/desk", base, f"{base}/inward/rows")] == [200, 200, 200]


def test_a_refusal_in_the_midst_of_which_the_database_goes_is_told(
    workbench: Workbench, asha: Visitor, away: Away, clock: Cutting, without_policies: None
) -> None:
    """What a page shows besides is left out."""
    path = f"/desk/{workbench.mine}/policy"
    policy = {"text": 'name = "twice"\n[[rule]]\nname = "a"\naction = "ask"\n', "why": "x"}
    assert asha.client.post(path, data=policy, headers=asha.token).is_success
    with ExitStack() as gone:
        clock.cut, clock.left = lambda: gone.enter_context(away.meanwhile()), 2
        again = asha.client.post(path, data=policy, headers=asha.token)
    assert (again.status_code, "already" in again.text, "desk.css" in again.text) == (422, True, True)


def kept(workbench: Workbench) -> list[Any]:
    """How much there is of all that a person adds."""
    with psycopg.connect(workbench.url) as db:
        counted = "select count(*), (select count(*) from desk.book), (select count(*) from desk.register),"
        counted += " (select count(*) from desk.decision), (select count(*) from desk.policy) from desk.trail"
        return db.execute(counted).fetchall()


def test_what_is_cut_at_any_moment_is_not_half_done(
    workbench: Workbench, pool: Pool, asha: Visitor, clock: Cutting, without_policies: None
) -> None:
    """A register, decisions, a what-if, a policy: each moment at which the desk looks at its clock is tried."""
    base = f"/desk/{workbench.mine}"
    pool.timeout = 5
    first = next(row for row in rows(asha, f"{base}/inward") if row["action"] == "N" and row["state"] is None)
    chosen = {"action": "A", "records": [{"name": first["name"], "hash": first["hash"], "was": "N"}]}
    file = f"{HEADINGS}\n{workbench.supplier.gstin},NEW-1,05-10-2025,1180,1000,180,0,0\n"

    def drop() -> Any:
        html = asha.client.post(f"{base}/books/look", files={"data": ("cut.csv", file)}, headers=asha.token).text
        if (found := re.search(r'data-tokens="([^"]+)"', html)) is None:
            return None
        sheets = [re.findall(r'<option value="(\w*)" selected>', html)]
        return asha.post(f"{base}/books/keep", {"tokens": found[1].split(), "label": "cut", "sheets": sheets})

    policy = {"text": 'name = "cut"\n[[rule]]\nname = "a"\naction = "ask"\n', "why": "x"}
    asked: dict[str, Callable[[], Any]] = {
        "register": drop,
        "preview": lambda: asha.post(f"{base}/inward/preview", chosen),
        "decision": lambda: asha.post(f"{base}/inward/decide", chosen),
        "policy": lambda: asha.client.post(f"{base}/policy", data=policy, headers=asha.token),
        "grid": lambda: asha.get(f"{base}/inward/rows"),
        "what-if": lambda: asha.get(f"{base}/statements/what-if"),
    }
    for name, ask in asked.items():
        for moment in range(1, 20):
            before, clock.left = kept(workbench), moment
            answer = ask()
            if answer is None or answer.status_code == 503:
                assert kept(workbench) == before, (name, moment)
            else:
                # The desk tried again; or it was kept before, and says the same.
                assert answer.status_code in (200, 201, 303, 422), (name, moment, answer.text)
            if clock.left > 0:
                break
        else:
            pytest.fail(f"{name} is never done")
    ids = [it["decision"] for it in rows(asha, f"{base}/inward") if it["name"] == first["name"]]
    assert asha.post(f"{base}/inward/undo", {"decisions": ids}).json()["made"] == 1
    assert asha.client.post(f"{base}/books/drop", data={"label": "cut"}, headers=asha.token).is_success
