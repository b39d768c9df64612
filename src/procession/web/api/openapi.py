"""The OpenAPI 3.1 document, made from the table of operations.

Rule: nothing is written twice: what an operation takes and answers is told by its structs, and the
document is what msgspec makes of them.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec

from procession import __version__
from procession.core.values import Value, Values
from procession.web.api.inputs import field_types
from procession.web.api.operations import PREFIX, Operation
from procession.web.api.problems import PROBLEM_TYPE, ProblemDocument

JSON = "application/json"
EVENT_STREAM = "text/event-stream"
REFERENCE = "#/components/schemas/{name}"
ALWAYS_REFUSED = (400, 413, 414, 431, 503)

HEADERS: Mapping[str, Values] = {
    "If-Match": {
        "description": "Only if what is changed still has one of these entity tags.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "description": "A key of your own for this start, such as a GUID.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
    "Last-Event-ID": {
        "description": "The id of the last event that you have.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    },
}
_SECURITY: Values = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": ".ASPXAUTH",
        "description": "A login by AuthService.svc; each call needs the header `BPMCSRF`, too.",
    },
    "csrf": {"type": "apiKey", "in": "header", "name": "BPMCSRF"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key or OAuth token."},
}


def openapi_document(operations: Sequence[Operation], prefix: str) -> Values:
    """The document; `prefix` is the path before `/api`."""
    schemas, components = _schemas(operations)
    paths: dict[str, Values] = {}
    for operation in operations:
        path = paths.setdefault(operation.path, {})
        path[operation.method.lower()] = _operation(operation, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Procession",
            "version": __version__,
            "summary": "Deploy and run BPMN processes.",
            "description": "Errors are problem documents (RFC 9457) with a stable `code`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": f"{prefix}{PREFIX}"}],
        "security": [{"session": [], "csrf": []}, {"bearer": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(each.tag for each in operations)],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def _schemas(operations: Sequence[Operation]) -> tuple[Mapping[type, Values], Values]:
    """The schema of each struct, and the components that they refer to."""
    kinds: list[type] = [ProblemDocument]
    for each in operations:
        kinds += [kind for kind in (each.asked, each.body, each.answer) if kind is not None]
    kinds = list(dict.fromkeys(kinds))
    found, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    asked = {each.asked for each in operations}
    inputs = {kind: components[kind.__name__] for kind in asked}
    for kind in asked:
        del components[kind.__name__]
    return {**dict(zip(kinds, found, strict=True)), **inputs}, components


def _operation(operation: Operation, schemas: Mapping[type, Values], components: Values) -> Values:
    told: Values = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description or f"{operation.summary}.",
        "parameters": [
            *_parameters(operation, schemas[operation.asked], components),
            *({"name": name, "in": "header", **HEADERS[name]} for name in operation.headers),
        ],
        "responses": _responses(operation, schemas),
    }
    if operation.body is not None:
        told["requestBody"] = _body(operation, schemas[operation.body])
    if not operation.guarded:
        told["security"] = []
    return told


def _parameters(operation: Operation, schema: Values, components: Values) -> list[Values]:
    required = schema.get("required", [])
    told = []
    for name in field_types(operation.asked):
        parameter = _not_null(schema["properties"][name])
        place = "path" if name in operation.variables else "query"
        one = {"name": name, "in": place, "required": place == "path" or name in required}
        description = parameter.pop("description", "")
        told.append({**one, "description": description, "schema": parameter})
    return told


def _not_null(schema: Values) -> Values:
    """The schema of a parameter: that is there with a value, or it is not there."""
    kinds = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if not kinds:
        return dict(schema)
    rest = {key: each for key, each in schema.items() if key not in ("anyOf", "default")}
    return {**rest, **kinds[0]}


def _body(operation: Operation, schema: Values) -> Values:
    content: Values = {JSON: {"schema": schema}}
    if "body" in operation.examples:
        content[JSON]["example"] = operation.examples["body"]
    for media in operation.takes:
        content[media] = {"schema": {"type": "string", "format": "binary"}}
    return {"required": not operation.empty_body, "content": content}


def _responses(operation: Operation, schemas: Mapping[type, Values]) -> Values:
    told: Values = {str(operation.status): _answer(operation, schemas)}
    if operation.method == "GET" and operation.guarded and operation.gives != EVENT_STREAM:
        told["304"] = {"description": "What you have, by `If-None-Match`, is what there is."}
    always = {*ALWAYS_REFUSED, *((401, 403) if operation.guarded else ())}
    if operation.body is not None:
        always |= {408, 415}
    problem = {PROBLEM_TYPE: {"schema": schemas[ProblemDocument]}}
    for status in sorted({*always, *operation.refusals}):
        answer = {"description": HTTPStatus(status).phrase, "content": problem}
        if operation.name == "showHealth" and status == 503:
            answer = _answer(operation, schemas)
        told[str(status)] = answer
    return told


def _answer(operation: Operation, schemas: Mapping[type, Values]) -> Values:
    if operation.gives:
        # How an event stream is written is told by its media type, and not by a schema.
        schema = {} if operation.gives == EVENT_STREAM else {"schema": {"type": "string"}}
        content: Values = {operation.gives: schema}
        return {"description": "As asked for", "content": content}
    if operation.answer is None:
        return {"description": "It is done"}
    media: Values = {"schema": schemas[operation.answer]}
    if "answer" in operation.examples:
        media["example"] = operation.examples["answer"]
    return {"description": "As asked for", "content": {JSON: media}}


def as_3_0(document: Values) -> Values:
    """The document for readers of OpenAPI 3.0 only: null is an attribute there, not a type."""
    told: Values = _without_null(document)
    about = {key: told["info"][key] for key in ("title", "version", "description")}
    return {**told, "openapi": "3.0.3", "info": about}


def _without_null(part: Value) -> Value:
    if isinstance(part, list):
        return [_without_null(each) for each in part]
    if not isinstance(part, dict):
        return part
    told = {key: _without_null(each) for key, each in part.items()}
    if told.get("required") == []:
        del told["required"]
    kinds = told.get("anyOf")
    if isinstance(kinds, list) and {"type": "null"} in kinds:
        del told["anyOf"]
        others = [each for each in kinds if each != {"type": "null"}]
        told |= {"nullable": True, "allOf" if len(others) == 1 else "anyOf": others}
    if isinstance(told.get("examples"), list):
        told["example"] = told.pop("examples")[0]
    return told
