"""/openapi.json: what the endpoints are, told by the endpoints themselves.

Of each handler it reads the signature (parameters, and who must be signed in), the docstring, the types of request and
reply, and of `opt`: `body`, the type of the request; `reply`, that of a streamed answer; `errors`, what else it raises
than all of its kind do. Examples stand in examples.yaml, by operation.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from typing import Any, cast, get_args, get_origin

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream
from litestar.routes import HTTPRoute
from litestar.types import Empty

from gst_ims import __version__
from gst_ims.core import errors
from gst_ims.core.errors import BusinessError, HttpError
from gst_ims.portal.envelope import Failure, HttpFailure, Success

Json = dict[str, Any]

ABOUT = """\
India's GST Invoice Management System: suppliers file, recipients accept, reject or keep pending, suppliers see it.

**Sign in.** `POST /authenticate` with the API key and its secret gives the account's token. With it,
`POST /gst/compliance/tax-payer/otp` sends the taxpayer a one-time password, and `…/otp/verify` changes that for the
taxpayer's token, which every other endpoint takes. Both go into `authorization` as they are, without `Bearer`.

**Answers.** HTTP 200 with `status_cd` "1" is success, and with "0" a business failure that has a code. Any other HTTP
status is a request that was refused before a rule of GST was looked at, and says in `message` what to do.

Amounts are rupees with two decimals, dates DD-MM-YYYY, tax periods MMYYYY.
"""
TAGS = {
    "Access": "Sign in: a token for the account, then one for the taxpayer.",
    "Recipient view": "What suppliers report to the taxpayer, and what he decides about it.",
    "Supplier view": "What recipients decided about the taxpayer's own documents, and the liability that comes back.",
    "Statements": "GSTR-2B of every tax period, computed anew when actions change, and the GSTR-3B that closes it.",
    "Filing": "GSTR-1, IFF and GSTR-1A: how documents come to be.",
    "Operator": "For whoever runs this portal: taxpayers, keys, clock, documents beside GSTR-1, faults, health.",
}
SECURITY = {
    "apiKey": ("x-api-key", "The API key."),
    "apiSecret": ("x-api-secret", "The secret of the API key."),
    "accountToken": ("authorization", "The account's token, for 24 hours: as it is, without `Bearer`."),
    "taxpayerToken": ("authorization", "The taxpayer's token, for six hours: as it is, without `Bearer`."),
    "operatorKey": ("x-operator-key", "The key of the person who runs the portal."),
}
# What the dependencies of a handler ask of the caller, by the name of its parameter.
GUARDS = {
    "account": ["apiKey"],
    "secret": ["apiSecret"],
    "caller": ["apiKey", "accountToken"],
    "taxpayer": ["apiKey", "taxpayerToken"],
    "operator": ["operatorKey"],
}
LIMIT_HEADERS = {
    "X-RateLimit-Limit": "Calls a minute that the key has. Absent where it has no limit.",
    "X-RateLimit-Remaining": "Calls left in this minute.",
    "X-RateLimit-Reset": "When the next minute begins, in epoch seconds.",
}
RETRY_HEADER = {"Retry-After": "Seconds to wait."}
REFUSALS: list[type[HttpError]] = [
    *(errors.BadRequest, errors.Unauthorized, errors.Forbidden, errors.NotFound, errors.TooLarge),
    *(errors.Unprocessable, errors.TooManyRequests, errors.InternalError, errors.Unavailable),
]
VERSION_PARAMETER = {
    "name": "x-api-version",
    "in": "header",
    "required": False,
    "description": "Version of the API. Any is answered.",
    "schema": {"type": "string", "default": "1.0.0"},
    "example": "1.0.0",
}
# How many members an object has, where types can't say it.
MEMBERS = {
    "CountReply": {"minProperties": 1, "maxProperties": 1},
    "InvoicesReply": {"minProperties": 1, "maxProperties": 1},
    "SaveData": {"minProperties": 1},
    "ResetData": {"minProperties": 1},
}
REFERENCE = "#/components/{kind}/{name}"


@get("/openapi.json", include_in_schema=False, sync_to_thread=True)
def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The description, made once."""
    state = request.app.state
    if "openapi" not in state:
        state["openapi"] = msgspec.json.encode(describe(request.app))
    return Response(state["openapi"], media_type="application/json")


def operation_names(app: Litestar) -> dict[tuple[str, str], str]:
    """What the operations are called, by method and template of the path."""
    return {(operation.method.upper(), operation.path): operation.id for operation in _operations(app)}


def describe(app: Litestar) -> Json:
    """The OpenAPI 3.1 document of all endpoints of `app`."""
    operations = list(_operations(app))
    examples = msgspec.yaml.decode(files("gst_ims.portal").joinpath("examples.yaml").read_bytes())
    schemas = _Schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        described = _describe(operation, schemas, examples.get(operation.id, {}))
        paths.setdefault(operation.path, {})[operation.method] = described
    return {
        "openapi": "3.1.0",
        "info": {
            **{"title": "gst-ims portal", "version": __version__, "description": ABOUT},
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This portal"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {error.__name__: _refusal(error) for error in REFUSALS},
            "headers": {
                name: {"description": text, "schema": {"type": "integer"}}
                for name, text in (LIMIT_HEADERS | RETRY_HEADER).items()
            },
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": header, "description": text}
                for name, (header, text) in SECURITY.items()
            },
        },
    }


@dataclass(frozen=True)
class _Operation:
    """A handler at a path, and what can be read off it."""

    route: HTTPRoute
    handler: HTTPRouteHandler

    @property
    def path(self) -> str:
        return self.route.path_format

    @property
    def method(self) -> str:
        (method,) = self.handler.http_methods
        return method.lower()

    @property
    def id(self) -> str:
        name = self.handler.operation_id
        if callable(name):
            (method,) = self.handler.http_methods
            return name(self.handler, method, self.route.path_components)
        return name or self.handler.handler_name

    @property
    def docstring(self) -> str:
        # A blocking handler is wrapped, to be run in a thread.
        return getattr(self.handler.fn, "func", self.handler.fn).__doc__ or ""

    @property
    def tags(self) -> list[str]:
        layers = [*self.handler.ownership_layers, self.handler]
        return sorted({tag for layer in layers for tag in getattr(layer, "tags", None) or ()})

    @property
    def needs(self) -> list[str]:
        """The credentials that it asks for."""
        return [scheme for name in self.handler.parsed_fn_signature.parameters for scheme in GUARDS.get(name, [])]

    @cached_property
    def parameters(self) -> list[Json]:
        """Those of path and query, and the version that everyone with an API key may name."""
        found: list[Json] = [VERSION_PARAMETER] if "apiKey" in self.needs else []
        for name, field in self.handler.parsed_fn_signature.parameters.items():
            about = field.kwarg_definition
            if not isinstance(about, PathParameter | QueryParameter):
                continue
            in_path, default = isinstance(about, PathParameter), field.default
            schema = {"type": "string", **(about.schema_extra or {})}
            found.append(
                {
                    **{"name": about.name or name, "in": "path" if in_path else "query"},
                    **{"required": in_path or default is Empty, "description": about.description},
                    "schema": schema if default in (Empty, None) else {**schema, "default": default},
                    "examples": {str(example.value): {"value": example.value} for example in about.examples or ()},
                }
            )
        return found

    @property
    def body(self) -> Any:
        """The type of the request's body; None without one."""
        return self.handler.opt.get("body")

    @property
    def reply(self) -> Any:
        """The type of a successful answer; None where it isn't JSON."""
        reply = self.handler.opt.get("reply", self.handler.parsed_fn_signature.return_type.annotation)
        kinds = get_args(reply)
        if Failure in kinds:
            return next(kind for kind in kinds if kind is not Failure)
        return None if get_origin(reply) is Response or reply is Stream else reply

    @property
    def failures(self) -> list[type[BusinessError]]:
        return [error for error in self.handler.opt.get("errors", []) if issubclass(error, BusinessError)]

    @property
    def refusals(self) -> list[type[HttpError]]:
        """What it can answer with another status than 200."""
        own = [parameter for parameter in self.parameters if parameter["in"] != "header"]
        possible: dict[type[HttpError], object] = {
            errors.BadRequest: self.body or any(p["in"] == "query" and p["required"] for p in own),
            errors.Unauthorized: True,
            errors.Forbidden: {"accountToken", "taxpayerToken"} & {*self.needs},
            errors.NotFound: any(p["in"] == "path" for p in own),
            errors.TooLarge: self.body,
            errors.Unprocessable: self.body or own,
            errors.TooManyRequests: "apiKey" in self.needs,
            errors.InternalError: True,
            errors.Unavailable: True,
        }
        return [error for error in REFUSALS if possible[error] or error in self.handler.opt.get("errors", [])]


class _Schemas:
    """The types of requests and replies as JSON Schema, under names that say what they are."""

    def __init__(self, operations: list[_Operation]) -> None:
        template = REFERENCE.format(kind="schemas", name="{name}")
        bodies = [operation.body for operation in operations if operation.body]
        replies = [operation.reply for operation in operations if operation.reply] + [Failure, HttpFailure]
        body_schemas, body_components = msgspec.json.schema_components(bodies, ref_template=template)
        reply_schemas, reply_components = msgspec.json.schema_components(replies, ref_template=template)
        self._references = dict(zip([*bodies, *replies], [*body_schemas, *reply_schemas], strict=True))
        # What isn't known is left out of replies, so they have no null; what is also sent may have it.
        components = _tidy(reply_components, nulls=False) | _tidy(body_components, nulls=True)
        self.components: Json = dict(sorted((_name(name), schema) for name, schema in components.items()))
        for name, members in MEMBERS.items():
            self.components[name] |= members

    def reference(self, kind: Any) -> Json:
        return _tidy(self._references[kind], nulls=True)


def _operations(app: Litestar) -> Iterator[_Operation]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            # Litestar has a route's handlers in no order.
            for handler in sorted(route.route_handlers, key=lambda handler: sorted(handler.http_methods)):
                if handler.include_in_schema is not False:
                    yield _Operation(route, handler)


def _describe(operation: _Operation, schemas: _Schemas, examples: Json) -> Json:
    text = inspect.cleandoc(operation.docstring)
    described: Json = {
        "operationId": operation.id,
        "tags": operation.tags,
        "summary": re.split(r"\.\s", text, maxsplit=1)[0].rstrip("."),
        "description": text,
        "security": [{name: [] for name in operation.needs}],
        "parameters": operation.parameters,
        "responses": {
            "200": _answer(operation, schemas, examples.get("replies", {})),
            **{str(error.status): _refer("responses", error.__name__) for error in operation.refusals},
        },
    }
    if operation.body:
        schema, values = schemas.reference(operation.body), examples.get("requests", {})
        content = {"application/json": {"schema": schema, "examples": _examples(values)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(operation: _Operation, schemas: _Schemas, replies: Json) -> Json:
    if operation.reply is None:
        media = operation.handler.opt.get("media")
        return {
            "description": "A file." if media else "Metrics in the text format of Prometheus.",
            "content": {media or "text/plain": {"schema": {"type": "string"}, "examples": _examples(replies)}},
        }
    schema = schemas.reference(operation.reply)
    values = {name: _success(operation.reply, it) for name, it in replies.items()}
    for error in operation.failures:
        values[error.code] = _envelope({"status_cd": "0", "error": {"message": error.wire, "error_cd": error.code}})
    answer: Json = {
        "description": "Success, or a business failure." if operation.failures else "Success.",
        "content": {
            "application/json": {
                "schema": {"oneOf": [schema, schemas.reference(Failure)]} if operation.failures else schema,
                "examples": _examples(values),
            }
        },
    }
    if errors.TooManyRequests in operation.refusals:
        answer["headers"] = {name: _refer("headers", name) for name in LIMIT_HEADERS}
    return answer


def _success(reply: Any, example: Any) -> Any:
    """What an answer of this type has around the example: a file nothing."""
    if get_origin(reply) is None:
        return example
    return _envelope({"status_cd": "1", "data": example} if get_origin(reply) is Success else example)


def _refusal(error: type[HttpError]) -> Json:
    limited = error is errors.TooManyRequests
    failure = errors.TooManyRequests(24, 100) if limited else error()
    example = {"code": error.status, "message": str(failure), **_TRACE}
    headers = {name: _refer("headers", name) for name in LIMIT_HEADERS | RETRY_HEADER} if limited else {}
    return {
        "description": f"{HTTPStatus(error.status).phrase}. {error()}" if not limited else f"{failure}",
        "headers": headers,
        "content": {"application/json": {"schema": _refer("schemas", "HttpFailure"), "example": example}},
    }


_TRACE = {"timestamp": 1763446641000, "transaction_id": "0f7f60a2-862c-4a1b-b6b4-baa76c6faae6"}


def _envelope(data: Any) -> Json:
    return {"code": 200, "data": data, **_TRACE}


def _examples(values: Json) -> Json:
    return {name: {"value": value} for name, value in values.items()}


def _refer(kind: str, name: str) -> Json:
    return {"$ref": REFERENCE.format(kind=kind, name=name)}


def _name(name: str) -> str:
    """Success_CountReply_ is CountReplySuccess, InvoiceGroup_Invoice_ is InvoiceGroup."""
    outer, _, inner = name.removesuffix("_").removeprefix("Flat").partition("_")
    return inner + outer if outer in ("Success", "Payload") else outer


def _tidy(node: Any, *, nulls: bool) -> Any:
    """JSON Schema as msgspec writes it, with amounts as numbers, our names, and without what says nothing."""
    if isinstance(node, list):
        return [_tidy(item, nulls=nulls) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    # Titles repeat the name. A default of nothing is there to tell that the member is absent.
    empty: list[tuple[str, object]] = [("required", []), ("default", ""), *([] if nulls else [("default", None)])]
    schema = {key: it for key, it in cast("Json", node).items() if key != "title" and (key, it) not in empty}
    if schema.get("format") == "decimal":
        return {"type": "number"} | ({"default": float(schema["default"])} if "default" in schema else {})
    if "$ref" in schema:
        path, _, name = schema["$ref"].rpartition("/")
        return {**schema, "$ref": f"{path}/{_name(name)}"}
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if not nulls and len(choices) == 1:
        return _tidy(choices[0], nulls=nulls)
    if isinstance(text := schema.get("description"), str):
        schema["description"] = inspect.cleandoc(text)
    return {key: _tidy(it, nulls=nulls) for key, it in schema.items()}
