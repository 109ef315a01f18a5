"""The envelope of every answer (contract 1.3)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from gst_ims.core.clock import IST
from gst_ims.portal import envelope

AT = datetime(2025, 11, 18, 11, 54, 1, 234_999, tzinfo=IST)
MILLISECONDS = 1763447041234


def sent(answer: object) -> dict:
    return json.loads(msgspec.json.encode(answer))


ANSWERS = {
    "success": (envelope.success([1], AT), {"code": 200, "data": {"status_cd": "1", "data": [1]}}),
    "flat success": (envelope.flat_success(envelope.Ok(), AT), {"code": 200, "data": {"status_cd": "1"}}),
    "business failure": (
        envelope.failure("IMS0027", "None", AT),
        {"code": 200, "data": {"status_cd": "0", "error": {"message": "None", "error_cd": "IMS0027"}}},
    ),
    "HTTP failure": (envelope.http_failure(422, "No", AT), {"code": 422, "message": "No"}),
    "a stream": (json.loads(b"".join(envelope.stream(iter(["[1", ",2]"]), AT))), None),
}


@pytest.mark.parametrize("kind", ["success", "flat success", "business failure", "HTTP failure"])
def test_an_answer_has_the_shape_of_the_contract(kind: str) -> None:
    answer, expected = ANSWERS[kind]
    body = sent(answer)
    del body["timestamp"], body["transaction_id"]
    assert body == expected


def test_a_stream_has_the_shape_of_a_success() -> None:
    streamed = json.loads(b"".join(envelope.stream(iter(["[1", ",2]"]), AT)))
    whole = sent(envelope.success([1, 2], AT))
    assert streamed | {"transaction_id": ""} == whole | {"transaction_id": ""}


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_time_is_in_milliseconds(kind: str) -> None:
    assert sent(ANSWERS[kind][0])["timestamp"] == MILLISECONDS


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_transaction_id_is_a_random_uuid(kind: str) -> None:
    assert UUID(sent(ANSWERS[kind][0])["transaction_id"]).version == 4


def test_every_answer_has_a_transaction_id_of_its_own() -> None:
    assert envelope.success(1, AT).transaction_id != envelope.success(1, AT).transaction_id


def test_milliseconds_are_of_the_moment_and_not_of_the_zone() -> None:
    assert envelope.milliseconds(AT) == envelope.milliseconds(AT.astimezone(UTC)) == MILLISECONDS
