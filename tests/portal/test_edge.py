"""Where HTTP meets the portal: what goes wrong there."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from httpx import Response
from litestar import Litestar, get
from litestar.datastructures import State
from litestar.params import FromQuery
from litestar.testing import TestClient
from tests.api import BASE, Api, Taxpayer

from gst_ims.core.errors import BadRequest, Invalid, NoAddedBack, TooLarge, TooManyRequests, Unavailable
from gst_ims.portal import edge
from gst_ims.portal.app import MAX_BODY

ENVELOPE = {"code", "message", "timestamp", "transaction_id"}


def assert_refused(answer: Response, status: int) -> None:
    """The HTTP status, in the envelope of failures."""
    assert (answer.status_code, set(answer.json()), answer.json()["code"]) == (status, ENVELOPE, status)


ERRORS = {
    "BadRequest": (BadRequest("no"), 400),
    "Invalid": (Invalid("no"), 422),
    "TooLarge": (TooLarge(), 413),
    "TooManyRequests": (TooManyRequests(7, 100), 429),
    "Unavailable": (Unavailable(), 503),
    "the database refuses a value": (psycopg.DataError("NUL"), 422),
    "the database is gone": (psycopg.OperationalError("server closed the connection: password=hunter2"), 503),
    "a bug": (ZeroDivisionError("hunter2"), 500),
    "a bug at the database": (psycopg.ProgrammingError("hunter2"), 500),
}


@pytest.fixture(scope="module")
def stumbling(standing: Api) -> Iterator[TestClient]:
    """An application whose only endpoint raises the error of its query."""

    @get("/stumble", sync_to_thread=False)
    def stumble(error: FromQuery[str]) -> None:
        raise ERRORS[error][0] if error in ERRORS else NoAddedBack

    app = Litestar(
        [stumble],
        exception_handlers=edge.EXCEPTION_HANDLERS,
        state=State({"portal": standing.portal}),
        logging_config=None,
    )
    with TestClient(app, raise_server_exceptions=False) as http:
        yield http


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_becomes_its_http_status(stumbling: TestClient, error: str) -> None:
    assert_refused(stumbling.get("/stumble", params={"error": error}), ERRORS[error][1])


@pytest.mark.parametrize("error", ["the database is gone", "a bug", "a bug at the database"])
def test_what_went_wrong_inside_is_not_told(stumbling: TestClient, error: str) -> None:
    assert "hunter2" not in stumbling.get("/stumble", params={"error": error}).text


def test_a_business_error_is_a_success_of_http(stumbling: TestClient) -> None:
    answer = stumbling.get("/stumble", params={"error": "business"})
    assert (answer.status_code, answer.json()["data"]["status_cd"]) == (200, "0")


def test_too_many_requests_say_how_long_to_wait(stumbling: TestClient) -> None:
    answer = stumbling.get("/stumble", params={"error": "TooManyRequests"})
    assert answer.headers["retry-after"] == "7"


ADDRESSES = [
    *(("GET", "/nothing", 404), ("GET", "/nothing/here", 404), ("GET", f"{BASE}/invoices/nothing/at/all", 404)),
    *(("GET", "/authenticate", 405), ("DELETE", f"{BASE}/otp", 405), ("POST", f"{BASE}/invoices/count", 405)),
]


@pytest.mark.parametrize(("method", "path", "status"), ADDRESSES)
def test_a_wrong_address_is_refused_in_the_envelope(town: Api, method: str, path: str, status: int) -> None:
    assert_refused(town.http.request(method, path), status)


@pytest.mark.parametrize("path", ["2025/13", "2025/00", "2016/10", "25/10", "2025/1", "2025/1x", "x/y", "２０２５/10"])
def test_a_period_that_is_none_is_refused(recipient: Taxpayer, path: str) -> None:
    assert_refused(recipient.get(f"invoices/{path}/sales"), 422)


def test_a_body_that_is_too_large_is_refused(recipient: Taxpayer) -> None:
    assert_refused(recipient.call("POST", "invoices/status/save", content=b" " * (MAX_BODY + 1)), 413)


def test_a_missing_parameter_is_a_bad_request_that_names_it(recipient: Taxpayer) -> None:
    answer = recipient.get("invoices")
    assert_refused(answer, 400)
    assert "section" in answer.json()["message"]


def test_a_reference_that_no_database_takes_is_refused(recipient: Taxpayer) -> None:
    assert recipient.get("invoices/status", reference_id="\0").status_code in (200, 422)


def test_an_answer_says_that_it_is_json(recipient: Taxpayer) -> None:
    for answer in (recipient.get("invoices", section="B2B"), recipient.get("invoices", section="X")):
        assert answer.headers["content-type"].startswith("application/json")


def test_a_streamed_error_is_still_an_answer(standing: Api) -> None:
    """The first piece is made before anything is sent."""

    def broken(db: psycopg.Connection) -> Iterator[str]:
        db.execute("select nothing from nowhere")
        yield ""

    with pytest.raises(psycopg.errors.UndefinedTable):
        edge.streamed(standing.portal, standing.portal.transaction(), broken)


def test_a_connection_is_given_back_when_the_stream_ends(recipient: Taxpayer) -> None:
    pool = recipient.api.portal.pool
    for _ in range(pool.max_size + 2):
        recipient.get("invoices", section="B2B")
    assert pool.get_stats()["pool_available"] >= 1
