"""Finding runs over the API: each condition, pages that stay as they are, honest bounds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from procession import finding
from procession.engine import Engine
from procession.finding import same
from procession.stores import InstanceRow
from tests.contract.service import Serving, logged_in, open_service

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "0b7d3a52-9b0e-4a43-a5a0-1d3f6b1d0001"
# Too large to be written with each turn.
LONG = "x" * 40_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    async with open_service(tmp_path_factory.mktemp("finding")) as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runs(shared: Serving) -> dict[str, str]:
    """The runs that are looked for, in the order of their starts, by what they are."""
    echo = {"Text": "red", "Amount": "12.50", "Ratio": 0.1, "Flag": True, "Key": KEY}
    moments = {"At": "2026-01-31T13:45:00Z", "Day": "2026-01-31", "Hour": "13:45:00"}
    wanted: dict[str, tuple[str, dict[str, Any]]] = {
        "echo": ("UsrEcho", {**echo, **moments}),
        "large": ("UsrEcho", {"Text": LONG, "Count": 7}),
        "waiting": ("UsrWait", {"Amount": 7}),
        "stuck": ("UsrFail", {}),
    }
    engine = shared.engine
    return {
        what: str(await started(engine, process, values))
        for what, (process, values) in wanted.items()
    }


async def started(engine: Engine, process: str, values: dict[str, Any]) -> UUID:
    await asyncio.sleep(0.002)  # The order of starts is that of their milliseconds.
    found = await engine.catalog.find(process)
    outcome = await engine.start(found, values, caller="ada", wait_seconds=5)
    return outcome.instance_id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def caller(shared: Serving, runs: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    async with logged_in(shared) as client:
        yield client


async def found(client: httpx.AsyncClient, runs: dict[str, str], /, **wanted: Any) -> list[str]:
    """What the runs are that are found."""
    answer = await client.get("/api/instances", params=wanted)
    assert answer.status_code == 200, answer.text
    names = {run: what for what, run in runs.items()}
    return [names[each["id"]] for each in answer.json()["items"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["stuck", "waiting", "large", "echo"]),
        ({"process": "UsrEcho"}, ["large", "echo"]),
        ({"state": "Completed"}, ["large", "echo"]),
        ({"state": "Error"}, ["stuck"]),
        ({"process": "UsrWait", "state": "Running"}, ["waiting"]),
        ({"process": "UsrWait", "state": "Error"}, []),
        ({"caller": "ada"}, ["stuck", "waiting", "large", "echo"]),
        ({"caller": "Ada"}, []),
        ({"limit": 2}, ["stuck", "waiting"]),
        ({"startedAfter": "2020-01-01T00:00:00Z"}, ["stuck", "waiting", "large", "echo"]),
        ({"startedBefore": "2020-01-01T00:00:00Z"}, []),
        ({"endedAfter": "2020-01-01T01:00:00+01:00"}, ["large", "echo"]),
        ({"endedBefore": "2020-01-01T00:00:00Z"}, []),
    ],
)
async def test_runs_are_found_by_each_condition(
    caller: httpx.AsyncClient, runs: dict[str, str], wanted: dict[str, str], expected: list[str]
) -> None:
    assert await found(caller, runs, **wanted) == expected


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("Text", "red", ["echo"]),
        ("Text", "Red", []),
        ("Text", LONG[:10_000], []),
        ("Amount", "12.5", ["echo"]),
        ("Amount", "7", ["waiting"]),
        ("Amount", "7.0", ["waiting"]),
        ("Amount", "seven", []),
        ("Ratio", "0.1", ["echo"]),
        ("Flag", "true", ["echo"]),
        ("Flag", "1", []),
        ("Key", KEY.upper(), ["echo"]),
        ("At", "2026-01-31T14:45:00+01:00", ["echo"]),
        ("Day", "2026-01-31", ["echo"]),
        ("Hour", "13:45:00", ["echo"]),
        ("Count", "7", ["large"]),
        ("Nothing", "7", []),
    ],
)
async def test_runs_are_found_by_the_value_of_a_parameter(
    caller: httpx.AsyncClient, runs: dict[str, str], parameter: str, value: str, expected: list[str]
) -> None:
    assert await found(caller, runs, parameter=parameter, value=value) == expected


async def test_conditions_hold_all_together(
    caller: httpx.AsyncClient, runs: dict[str, str]
) -> None:
    assert await found(caller, runs, process="UsrWait", parameter="Amount", value="7") == [
        "waiting"
    ]
    assert await found(caller, runs, process="UsrEcho", parameter="Amount", value="7") == []


async def test_the_moment_of_a_start_is_a_bound_to_the_millisecond(
    caller: httpx.AsyncClient, shared: Serving, runs: dict[str, str]
) -> None:
    row = await row_of(shared, runs["waiting"])
    at, later = row.started_at, row.started_at + timedelta(milliseconds=1)

    here = {"startedAfter": at.isoformat(), "startedBefore": later.isoformat()}
    before = {"startedBefore": at.isoformat()}

    assert "waiting" in await found(caller, runs, **here)
    assert "waiting" not in await found(caller, runs, **before)


async def row_of(serving: Serving, run: str) -> InstanceRow:
    rows = await serving.engine.instances(limit=1_000)
    return next(row for row in rows if str(row.id) == run)


@pytest.mark.parametrize(
    "wanted",
    [
        {"parameter": "Amount"},
        {"value": "7"},
        {"parameter": 'A"mount', "value": "7"},
        {"parameter": "$.x", "value": "7"},
        {"state": "running"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "07"},
        {"startedAfter": "2020-01-01"},
        {"startedAfter": "2020-01-01T00:00:00"},
        {"startedAfter": "1577836800"},
        {"cursor": "nonsense"},
        {"porcess": "UsrEcho"},
    ],
)
async def test_conditions_that_cannot_be_read_are_refused(
    caller: httpx.AsyncClient, wanted: dict[str, str]
) -> None:
    answer = await caller.get("/api/instances", params=wanted)

    assert answer.status_code == 400
    assert answer.json()["code"] in ("BadRequest", "BadValue")


async def test_a_cursor_belongs_to_its_conditions(caller: httpx.AsyncClient) -> None:
    page = (await caller.get("/api/instances?limit=1")).json()

    other = await caller.get(f"/api/instances?process=UsrEcho&cursor={page['next']}")
    cut = await caller.get(f"/api/instances?cursor={page['next'][:-2]}")
    longer = await caller.get(f"/api/instances?limit=2&cursor={page['next']}")

    assert (other.status_code, cut.status_code) == (400, 400)
    assert longer.status_code == 200


async def test_pages_miss_nothing_and_repeat_nothing_while_runs_start(tmp_path: Path) -> None:
    async with open_service(tmp_path) as serving, logged_in(serving) as client:
        first = [str(await started(serving.engine, "UsrEcho", {})) for _ in range(7)]
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (await client.get(f"/api/instances?limit=2&cursor={cursor}")).json()
            seen += [each["id"] for each in page["items"]]
            cursor = page["next"]
            await started(serving.engine, "UsrEcho", {})

    assert seen == first[::-1]


async def test_a_look_that_comes_to_its_bound_says_where_to_go_on(
    caller: httpx.AsyncClient, runs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "SCANNED_MAX", 2)
    wanted = {"parameter": "Text", "value": "red"}

    first = (await caller.get("/api/instances", params=wanted)).json()
    second = await caller.get("/api/instances", params={**wanted, "cursor": first["next"]})

    assert first["items"] == []
    assert [each["id"] for each in second.json()["items"]] == [runs["echo"]]


async def test_so_many_large_runs_are_loaded_in_one_look(
    caller: httpx.AsyncClient, runs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LOADED_MAX", 1)
    wanted = {"parameter": "Text", "value": "red", "process": "UsrEcho"}

    first = (await caller.get("/api/instances", params=wanted)).json()

    assert first["items"] == []
    assert first["next"] is not None


@pytest.mark.parametrize("value", [None, [1], {"a": 1}])
async def test_what_is_no_single_value_is_never_the_same(value: object) -> None:
    assert not same(value, "1")
    assert not same(value, "")
