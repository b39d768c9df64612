"""schemathesis against the running service: what the document says is what is done.

Each operation is called with what its schemas allow and with what they forbid, with paths that lead
to something and with others. Whatever comes: no fault of the service, a status and a body that the
document tells, and what is forbidden is refused.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.service import Serving, logged_in, open_service

EXAMPLES_MAX = 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
Case: TypeAlias = "schemathesis.Case[Any]"
Operation: TypeAlias = "schemathesis.APIOperation[Any, Any, Any, Any]"
QUIET = settings(
    max_examples=EXAMPLES_MAX,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)


def parts(
    operation: Operation,
    known: Mapping[str, object],
) -> list[Mapping[str, object]]:
    """Paths of all kinds, and where there are open parts, one that leads to something."""
    wanted = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
    # A stream of events goes on for as long as its run does.
    streams = operation.path.endswith("/events")
    return [{}, wanted] if wanted and not streams else [{}]


async def paths(client: httpx.AsyncClient) -> Mapping[str, object]:
    """Parts of paths that lead to something: a process and a run that waits at a task."""
    started = await client.post("/api/processes/UsrWait/instances", json={})
    run = started.json()["id"]
    return {"name": "UsrWait", "id": run, "version": 1}


def findings(
    operation: Operation,
    mode: GenerationMode,
    path: Mapping[str, object],
    call: Callable[[Case], None],
) -> list[str]:
    """What is wrong with the answers of one operation."""

    @QUIET
    @given(case=operation.as_strategy(mode, path_parameters=dict(path) or None))
    def run(case: Case) -> None:
        call(case)

    try:
        run()
    except Unsatisfiable:
        return []  # Nothing that this operation takes can be wrong.
    except (Exception, BaseExceptionGroup) as error:  # a group of failures, told as they are
        return [f"{operation.label} {mode}: {error}"]
    return []


@pytest.mark.filterwarnings("default")
async def test_every_operation_does_what_the_document_says(tmp_path: Path) -> None:
    async with open_service(tmp_path) as serving, logged_in(serving) as client:
        document = (await client.get("/api/openapi.json")).json()
        known = await paths(client)
        wrong = await asyncio.to_thread(every_finding, serving, document, client, known)

    assert not wrong, "\n\n".join(wrong)


def every_finding(
    serving: Serving,
    document: dict[str, object],
    client: httpx.AsyncClient,
    known: Mapping[str, object],
) -> list[str]:
    schema = schemathesis.openapi.from_dict(document)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    mine = {"cookie": cookies, "BPMCSRF": client.headers["BPMCSRF"]}

    def call(case: Case) -> None:
        case.cookies.clear()
        case.call_and_validate(f"{serving.address}/api", headers=mine, checks=CHECKS)

    return [
        wrong
        for result in schema.get_all_operations()
        if isinstance(result, Ok)
        for mode in GenerationMode
        for path in parts(result.ok(), known)
        for wrong in findings(result.ok(), mode, path, call)
    ]
