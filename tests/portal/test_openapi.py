"""/openapi.json is exact: it describes every endpoint, its examples are right, and no answer is missing from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from httpx import Response
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api import MUMBAI, SURAT, Api, Taxpayer, invoice, note

from gst_ims.core import errors
from gst_ims.portal import action
from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_SECRET
from gst_ims.portal.app import create_app
from gst_ims.portal.openapi import TAGS, describe

APP = create_app(None)  # type: ignore[arg-type]  # Nothing is called here: describing needs no portal.
DOCUMENT = describe(APP)
OPERATIONS = {
    operation["operationId"]: operation for methods in DOCUMENT["paths"].values() for operation in methods.values()
}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to."""
    while "$ref" in node:
        _, *path = node["$ref"].split("/")
        node = DOCUMENT
        for name in path:
            node = node[name]
    return node


def validate(value: Any, schema: dict[str, Any]) -> None:
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything that has a schema: the request's body, the answers' bodies."""
    for holder in (operation.get("requestBody", {}), *map(resolved, operation["responses"].values())):
        yield from holder.get("content", {}).values()


def routes(app: Litestar) -> set[tuple[str, str]]:
    return {
        (route.path_format, method.lower())
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.include_in_schema is not False
        for method in handler.http_methods
    }


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_route_is_in_it_and_nothing_else() -> None:
    assert {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods} == routes(APP)


def test_operation_ids_are_short_and_unique() -> None:
    assert len(OPERATIONS) == len(routes(APP))
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]{3,24}", name) for name in OPERATIONS)
    assert {"saveInvoiceStatus", "saveGstr1", "saveGstr1A", "moveClock"} <= set(OPERATIONS)


def test_names_of_schemas_can_be_read() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in DOCUMENT["components"]["schemas"])


def test_every_tag_is_described_and_used() -> None:
    used = {tag for operation in OPERATIONS.values() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in DOCUMENT["tags"]}
    assert all("\n" not in tag["description"] for tag in DOCUMENT["tags"])


@each_operation
def test_an_operation_says_what_it_is_for(operation: dict[str, Any]) -> None:
    assert len(operation["tags"]) == 1
    assert 0 < len(operation["summary"]) <= 110
    assert operation["description"].startswith(operation["summary"].split("\n")[0])
    assert operation["security"][0]
    for parameter in operation["parameters"]:
        assert parameter["description"]
        assert parameter.get("examples") or parameter.get("example")


@each_operation
def test_every_example_fits_its_schema(operation: dict[str, Any]) -> None:
    for content in contents(operation):
        values = [example["value"] for example in content.get("examples", {}).values()]
        values += [content["example"]] if "example" in content else []
        assert values
        for value in values:
            validate(value, content["schema"])


@each_operation
def test_an_example_of_a_parameter_fits_its_schema(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        for example in parameter.get("examples", {}).values():
            validate(example["value"], parameter["schema"])


@each_operation
def test_success_has_an_example(operation: dict[str, Any]) -> None:
    (content,) = operation["responses"]["200"]["content"].values()
    examples = [example["value"] for example in content["examples"].values()]
    assert any(isinstance(value, str) or value.get("data", {}).get("status_cd") != "0" for value in examples)


@pytest.mark.parametrize(
    ("name", "kind"), [("saveInvoiceStatus", "SaveRequest"), ("resetInvoiceStatus", "ResetRequest")]
)
def test_the_examples_of_actions_are_taken_and_cover_every_section(name: str, kind: str) -> None:
    examples = OPERATIONS[name]["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        msgspec.convert(example["value"], getattr(action.schemas, kind))
    assert len(examples["Every section"]["value"]["invdata"]) == 12


def test_who_must_be_signed_in_stands_at_each_operation() -> None:
    def schemes(name: str) -> set[str]:
        return set(OPERATIONS[name]["security"][0])

    assert schemes("authenticate") == {"apiKey", "apiSecret"}
    assert schemes("verifyOtp") == {"apiKey", "accountToken"}
    assert schemes("getInvoices") == {"apiKey", "taxpayerToken"}
    assert schemes("readMetrics") == {"operatorKey"}


def test_only_what_can_happen_is_described() -> None:
    def statuses(name: str) -> set[str]:
        return set(OPERATIONS[name]["responses"])

    assert statuses("getSales") == {"200", "401", "403", "404", "422", "429", "500", "503"}
    assert statuses("saveImports") == {"200", "400", "401", "413", "422", "500", "503"}
    assert statuses("logout") == {"200", "401", "403", "429", "500", "503"}
    assert "403" in statuses("moveClock")


def test_amounts_are_numbers() -> None:
    assert DOCUMENT["components"]["schemas"]["InvoiceRecord"]["properties"]["iamt"] == {"type": "number"}


def test_the_tables_that_make_records_are_described_and_others_allowed() -> None:
    tables = DOCUMENT["components"]["schemas"]["SaveReturn"]
    assert {"b2b", "b2ba", "cdnr", "cdnra", "ecom", "ecoma"} <= set(tables["properties"])
    assert "additionalProperties" not in tables
    row = {"inum": "A-1", "idt": "05-10-2025", "itms": []}
    whole = {"gstin": SURAT, "fp": "102025", "hsn": {"data": []}, "b2b": [{"ctin": MUMBAI, "inv": [row]}]}
    validate(whole, tables)
    row["unknown"] = 1
    assert list(Draft202012Validator({**tables, "components": DOCUMENT["components"]}).iter_errors(whole))


def test_too_many_requests_says_when_to_come_back() -> None:
    headers = DOCUMENT["components"]["responses"][errors.TooManyRequests.__name__]["headers"]
    assert set(headers) == {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"}


def test_it_is_made_once_and_needs_no_key(http: TestClient) -> None:
    first = http.get("/openapi.json")
    assert first.headers["content-type"] == "application/json"
    assert first.json() == DOCUMENT
    made = http.app.state["openapi"]
    assert http.get("/openapi.json").content == made
    assert http.app.state["openapi"] is made


# schemathesis: what no one thought of. Answers are compared with the description, whatever is sent.

CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)
# The same requests in every run.
BOUNDED = settings(
    **{"max_examples": 15, "derandomize": True, "database": None, "deadline": None, "phases": [Phase.generate]},
    suppress_health_check=list(HealthCheck),
)
NOW = "2025-11-14T10:00"
# To make up one of their bodies takes a second.
LARGE = ("saveInvoiceStatus", "resetInvoiceStatus", "uploadOfflineJson", "saveGstr1", "saveGstr1A")
CREDENTIALS = ("x-api-key", "authorization", "x-api-secret", "x-operator-key")


def send(http: TestClient, case: schemathesis.Case) -> Response:
    """Make the call of `case`, and compare its answer with the description."""
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://portal.test")).prepare()
    response = http.request(sent.method, sent.url, headers=dict(sent.headers), content=sent.body)
    case.validate_response(response, checks=CHECKS)
    return response


@pytest.fixture
def busy(api: Api) -> Api:
    """A portal where something has happened."""
    api.set_clock(NOW)
    supplier = api.taxpayer(SURAT)
    api.taxpayer(MUMBAI)
    supplier.sell(MUMBAI, invoice())
    supplier.give_notes(MUMBAI, note())
    return api


def operations(tag: str = "") -> Iterator[Any]:
    """schemathesis's operations, of one tag or all."""
    for found in SCHEMA.get_all_operations():
        operation = found.ok()
        if not tag or tag in operation.tags:
            yield operation


def try_out(operation: Any, mode: GenerationMode, call: Callable[[schemathesis.Case], None], calls: int) -> None:
    """Make up calls of an operation."""
    settings(BOUNDED, max_examples=calls)(given(operation.as_strategy(generation_mode=mode))(call))()


def address_to(caller: Taxpayer, case: schemathesis.Case) -> None:
    """Make a body the caller's own, of a period that has begun: then the rest of it is looked at."""
    if isinstance(case.body, dict):
        whose = {"rtin": str(caller.gstin), "gstin": str(caller.gstin), "fp": "102025"}
        case.body.update({name: value for name, value in whose.items() if name in case.body})
    if "fp" in (case.body if isinstance(case.body, dict) else ()):
        case.path_parameters.update(year="2025", month="10")


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("tag", TAGS)
def test_no_answer_to_a_signed_in_caller_is_missing(tag: str, mode: GenerationMode, busy: Api) -> None:
    caller, key = busy.taxpayer(MUMBAI), {"x-api-key": TEST_KEY, "x-api-secret": TEST_SECRET}
    account = busy.http.post("/authenticate", headers=key).json()["data"]["access_token"]

    def call(case: schemathesis.Case) -> None:
        name = case.operation.definition.raw["operationId"]
        token = account if name in ("generateOtp", "verifyOtp") else caller.token
        case.headers.update({**key, "authorization": token, "x-operator-key": TEST_OPERATOR_KEY})
        if mode is GenerationMode.POSITIVE:
            address_to(caller, case)
        response = send(busy.http, case)
        # A request that fits its schema lacks nothing, and nothing in it is unknown.
        assert response.status_code not in ((400, 401) if mode is GenerationMode.POSITIVE else (401,))
        if name == "logout":
            caller.sign_in()
        if name == "moveClock":
            busy.set_clock(NOW)
        busy.work()  # Whatever was taken must be possible to process.

    for operation in operations(tag):
        large = operation.definition.raw["operationId"] in LARGE
        try_out(operation, mode, call, calls=4 if large else 15 if mode is GenerationMode.POSITIVE else 8)


def test_no_answer_to_a_stranger_is_missing(http: TestClient) -> None:
    def call(case: schemathesis.Case) -> None:
        for name in CREDENTIALS:
            case.headers.pop(name, None)
        assert send(http, case).status_code == 401

    for operation in operations():
        try_out(operation, GenerationMode.POSITIVE, call, calls=2)
