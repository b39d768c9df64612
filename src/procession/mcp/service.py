"""The API of a running service, as far as tools need it, called as whoever calls the tool."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import httpx
import msgspec

PAGES_MAX = 100
PAGE_SIZE = 100
TIMEOUT_SECONDS = 30.0

_Read = TypeVar("_Read")


class Refused(Exception):
    """The service has refused a call: it says why, and under which code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Parameter(msgspec.Struct, rename="camel"):
    """A parameter of a process: `direction` in, out, both or internal."""

    code: str
    caption: str
    type: str
    direction: str
    columns: Mapping[str, str] = {}


class Startable(msgspec.Struct, rename="camel"):
    """A process that the caller may start."""

    name: str
    caption: str
    documentation: str
    parameters: Sequence[Parameter]


class _StartablePage(msgspec.Struct, rename="camel"):
    items: list[Startable]
    next: str | None


class Run(msgspec.Struct, rename="camel"):
    """How a run stands when a start is answered."""

    id: UUID
    process: str
    status: str
    values: Mapping[str, Any]
    incidents: Sequence[Mapping[str, Any]]
    warnings: Sequence[str] = ()
    waits_at: Sequence[str] = ()


class _Row(msgspec.Struct, rename="camel"):
    id: UUID
    process: str
    status: str


class _Element(msgspec.Struct, rename="camel"):
    element: str
    name: str


class _Details(msgspec.Struct, rename="camel"):
    run: _Row
    values: Mapping[str, Any]
    elements: Sequence[_Element]
    incidents: Sequence[Mapping[str, Any]]


class _Problem(msgspec.Struct):
    detail: str
    code: str


class Service:
    """The API at an address. `authorization`: the header that says who calls."""

    def __init__(self, client: httpx.AsyncClient, authorization: str) -> None:
        self._client = client
        self._headers = {"Authorization": authorization}

    async def startable(self) -> list[Startable]:
        """All processes that the caller may start. Raises Refused."""
        found: list[Startable] = []
        cursor = ""
        for _ in range(PAGES_MAX):
            asked = {"limit": str(PAGE_SIZE), "cursor": cursor}
            page = await self._get("/api/startable", _StartablePage, asked)
            found += page.items
            if page.next is None:
                break
            cursor = page.next
        return found

    async def start(
        self, process: str, values: Mapping[str, Any], *, key: str, wait_seconds: float
    ) -> Run:
        """Start a run, or look at the one that was started under the key. Raises Refused."""
        return await self._ask(
            self._client.build_request(
                "POST",
                f"/api/processes/{quote(process, safe='')}/instances",
                headers={**self._headers, "Idempotency-Key": key},
                json={"values": values, "waitSeconds": wait_seconds},
                timeout=TIMEOUT_SECONDS + wait_seconds,
            ),
            Run,
        )

    async def look(self, run: UUID) -> Run:
        """How a run stands now. Raises Refused."""
        found = await self._get(f"/api/instances/{run}", _Details)
        return Run(
            id=found.run.id,
            process=found.run.process,
            status=found.run.status,
            values=found.values,
            incidents=found.incidents,
            waits_at=[each.name or each.element for each in found.elements],
        )

    async def _get(
        self, path: str, kind: type[_Read], asked: Mapping[str, str] | None = None
    ) -> _Read:
        request = self._client.build_request("GET", path, params=asked, headers=self._headers)
        return await self._ask(request, kind)

    async def _ask(self, request: httpx.Request, kind: type[_Read]) -> _Read:
        try:
            answer = await self._client.send(request)
        except httpx.HTTPError as error:
            said = str(error) or type(error).__name__
            raise Refused(503, "Unreachable", f"the service does not answer: {said}") from None
        if not answer.is_success:
            raise _refused(answer)
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.MsgspecError as error:
            raise Refused(
                502, "BadAnswer", f"the service answers something else: {error}"
            ) from None


def _refused(answer: httpx.Response) -> Refused:
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.MsgspecError:
        message = f"the service answered {answer.status_code}"
        return Refused(answer.status_code, "BadAnswer", message)
    return Refused(answer.status_code, problem.code, problem.detail)
