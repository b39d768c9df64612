"""A load of calls on a service that may die at any moment, and a book of what was answered.

Each call has a key that no other has, which the process keeps in a parameter: so a run tells which
call it belongs to. A call is never repeated, except ExecProcElByUId, which may be.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from procession.core.ids import ElementInstanceId, InstanceId, element_uid

CALLERS = 12
SERVICE = "/0/ServiceModel/ProcessEngineService.svc"
FIVE, ADDS, CALLS, RESTS = "UsrFiveSteps", "UsrAddNewExternalContact", "UsrCallsAdd", "UsrRests"
# Work outside is where a kill hurts most.
SHARES: Mapping[str, int] = {FIVE: 1, ADDS: 3, CALLS: 2, RESTS: 2}
RESULTS: Mapping[str, str] = {FIVE: "Score", ADDS: "ContactId", CALLS: "ContactId"}
USER_TASK = ElementInstanceId(2)
CALL_SECONDS_MAX = 30.0


@dataclass
class Call:
    """One call of Execute. `run` and `status` are what the service has answered, if it has."""

    key: str
    process: str
    run: InstanceId | None = None
    status: str = ""
    # Of a run that rests: was ExecProcElByUId sent, was it answered?
    sent: bool = False
    executed: bool = False

    @property
    def parameters(self) -> Mapping[str, str]:
        if self.process == FIVE:
            return {"Amount": self.key}
        return {"ContactName": self.key}


@dataclass
class Load:
    """Callers that go on until the service is gone."""

    client: httpx.AsyncClient
    chance: random.Random
    calls: list[Call] = field(default_factory=list)
    stopping: bool = False

    @property
    def answered(self) -> list[Call]:
        return [call for call in self.calls if call.run is not None]

    async def run(self) -> None:
        """Ends when no caller gets an answer any more."""
        await asyncio.gather(*(self._caller() for _ in range(CALLERS)))

    async def _caller(self) -> None:
        try:
            while not self.stopping:
                await self._act()
        except httpx.TransportError:
            self.stopping = True

    async def _act(self) -> None:
        (process,) = self.chance.choices(list(SHARES), list(SHARES.values()))
        call = Call(str(1_000_000 + len(self.calls)), process)
        self.calls.append(call)
        await self.execute(call)
        if process == RESTS and self.chance.random() < 0.8:
            # Some callers press twice.
            times = self.chance.choice([1, 1, 3])
            await asyncio.gather(*(self.execute_element(call) for _ in range(times)))

    async def execute(self, call: Call) -> None:
        query = dict(call.parameters)
        if call.process in RESULTS and self.chance.random() < 0.7:
            query["ResultParameterName"] = RESULTS[call.process]
        answer = await self.client.get(f"{SERVICE}/{call.process}/Execute", params=query)
        assert answer.status_code == 200, answer.text
        call.run = InstanceId(UUID(answer.headers["x-process-id"]))
        call.status = answer.headers["x-process-status"]

    async def execute_element(self, call: Call) -> None:
        assert call.run is not None
        call.sent = True
        uid = element_uid(call.run, USER_TASK)
        answer = await self.client.get(
            f"{SERVICE}/ExecProcElByUId", params={"ProcessElementUID": str(uid)}
        )
        assert answer.status_code == 200, answer.text
        call.executed = True


def client_like(client: httpx.Client | httpx.AsyncClient) -> httpx.AsyncClient:
    """The same session for many callers at once."""
    return httpx.AsyncClient(
        base_url=client.base_url,
        headers=client.headers,
        cookies=client.cookies,
        timeout=CALL_SECONDS_MAX,
        limits=httpx.Limits(max_connections=3 * CALLERS),
    )
