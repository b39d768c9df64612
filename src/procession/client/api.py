"""Calls of Procession's own API (docs/api.md), for what the contract has no words for.

Rule: a start with an idempotency key is the same start however often it is sent, so it is repeated
as what only reads is. A Creatio site has no such door.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from procession.client.answers import RunError, Status, read
from procession.client.calls import Call
from procession.client.errors import BadParameter
from procession.client.exchange import Reply
from procession.client.site import Site, path_part, with_query
from procession.client.values import Parameters, Value, typed

XML = {"Content-Type": "application/xml"}
TASKS_OF_A_PAGE = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ApiRun:
    """How a run stands: `values` are all its parameters, `error` is where it is stuck."""

    process_id: UUID
    process: str
    version: int
    status: Status
    values: Mapping[str, Value]
    error: RunError | None = None
    warnings: Sequence[str] = field(default_factory=tuple)

    def value(self, name: str, kind: type[T]) -> T:
        """A value as a Python type. Raises BadAnswer."""
        return typed(self.values[name], kind)


class ApiTask(msgspec.Struct, frozen=True):
    """What waits for a person. `id` completes it."""

    id: UUID
    run: UUID
    process: str
    version: int
    element: str
    name: str
    state: str
    since: datetime


class Deployed(msgspec.Struct, frozen=True):
    """What became of a process of a file; `changed`: it is a new version."""

    name: str
    version: int
    caption: str
    changed: bool
    file: str


class _Deployment(msgspec.Struct):
    deployed: list[Deployed]


class _Tasks(msgspec.Struct):
    items: list[ApiTask]
    next: str | None = None


class _Incident(msgspec.Struct):
    element: str
    code: str
    message: str


class _Run(msgspec.Struct):
    id: UUID
    process: str
    version: int
    status: str
    values: dict[str, Any]
    incidents: list[_Incident] = []
    warnings: list[str] = []


TasksPage = tuple[Sequence[ApiTask], str | None]


def deploy(site: Site, files: Sequence[str | Path]) -> Call[Sequence[Deployed]]:
    """All processes of all files, or none."""
    paths = [Path(file) for file in files]
    if len(paths) == 1:
        url = _address(site, "/deployments", file=paths[0].name)
        return Call("POST", url, _deployed, paths[0].read_bytes(), headers=XML)
    content = {"files": [{"name": path.name, "content": _text(path)} for path in paths]}
    return Call("POST", _address(site, "/deployments"), _deployed, content)


def start(
    site: Site,
    process: str,
    values: Parameters | None,
    *,
    idempotency_key: str = "",
    wait_seconds: float = 0.0,
) -> Call[ApiRun]:
    """Start a run; under a key of the caller's own, once."""
    content = {"values": _given(values), "waitSeconds": wait_seconds}
    url = _address(site, f"/processes/{path_part(process)}/instances")
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    return Call("POST", url, _run, content, reads=bool(idempotency_key), headers=headers)


def tasks(site: Site, process: str, cursor: str = "") -> Call[TasksPage]:
    """A page of what waits for people, in all processes or one."""
    query = {"process": process, "cursor": cursor}
    given = {name: value for name, value in query.items() if value}
    url = _address(site, "/tasks", limit=str(TASKS_OF_A_PAGE), **given)
    return Call("GET", url, _tasks, reads=True)


def complete(
    site: Site, task: UUID, values: Parameters | None, wait_seconds: float
) -> Call[ApiRun]:
    """Complete a task. The task is this one of this run, so it may be sent again."""
    content = {"values": _given(values), "waitSeconds": wait_seconds}
    return Call("POST", _address(site, f"/tasks/{task}/complete"), _run, content, reads=True)


def _address(site: Site, path: str, **query: str) -> str:
    return with_query(f"{site.root}/api{path}", query)


def _given(values: Parameters | None) -> dict[str, Value]:
    return {name: value for name, value in (values or {}).items() if value is not None}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadParameter(f"{path}: it is not UTF-8; deploy it alone") from None


def _deployed(reply: Reply) -> Sequence[Deployed]:
    return read(reply, _Deployment).deployed


def _tasks(reply: Reply) -> TasksPage:
    page = read(reply, _Tasks)
    return page.items, page.next


def _run(reply: Reply) -> ApiRun:
    told = read(reply, _Run)
    name = told.status.upper()
    status = Status[name] if name in Status.__members__ else Status.UNKNOWN
    errors = [RunError(each.code, f"{each.element}: {each.message}") for each in told.incidents]
    error = errors[0] if errors else None
    where = (told.id, told.process, told.version)
    return ApiRun(*where, status, told.values, error, told.warnings)
