"""The server of tools: lists them, calls them, tells how a long call gets on.

A run is started under a key of its own, and asked for again under that key while it goes on: so a
call that is cut off in between starts nothing twice.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from procession import __version__
from procession.mcp.service import Refused, Run, Service
from procession.mcp.tools import RUN_STATUS, refusal_of, result_of, tools_of

STEP_SECONDS = 2.0
SOONER_SECONDS = 0.2
WAIT_SECONDS = 300.0
KEY_BYTES = 16
INSTRUCTIONS = (
    "Each tool runs a business process and answers its values when it has ended or rests at "
    f"something that others must do. {RUN_STATUS} looks at a run again."
)

Context = ServerRequestContext[Any, Any]
# Who calls, as a service at whose API they are known.
ServiceOf = Callable[[Context], Service]


def make_server(service_of: ServiceOf, *, wait_seconds: float = WAIT_SECONDS) -> Server[Any]:
    """A server whose tools are the processes that the caller of each request may run.

    `wait_seconds`: after that time a run that goes on is answered as it stands.
    """

    async def list_tools(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        try:
            processes = await service_of(context).startable()
        except Refused as refused:
            raise MCPError(types.INVALID_REQUEST, f"{refused} [{refused.code}]") from None
        return types.ListToolsResult(tools=tools_of(processes))

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        given = params.arguments or {}
        try:
            if params.name == RUN_STATUS:
                return result_of(await service_of(context).look(_run_id(given)))
            calling = _Calling(service_of(context), context, wait_seconds)
            return result_of(await calling.run(params.name, given))
        except Refused as refused:
            return refusal_of(refused)

    return Server(
        "procession",
        version=__version__,
        title="Procession",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


class _Calling:
    """One call of a process's tool."""

    def __init__(self, service: Service, context: Context, wait_seconds: float) -> None:
        self._service = service
        self._context = context
        self._until = time.monotonic() + wait_seconds

    async def run(self, process: str, values: Mapping[str, Any]) -> Run:
        """The run when it has ended, rests, or time is up. Raises Refused."""
        key = secrets.token_urlsafe(KEY_BYTES)
        step = 0
        while True:
            began = time.monotonic()
            wait = max(0.0, min(STEP_SECONDS, self._until - began))
            run = await self._service.start(process, values, key=key, wait_seconds=wait)
            # What is answered before its time has ended or rests.
            settled = time.monotonic() - began < wait - SOONER_SECONDS
            if run.status != "Running" or settled or wait < STEP_SECONDS:
                break
            step += 1
            await self._tell(run, step)
        return run if run.status == "Completed" else await self._seen(run)

    async def _tell(self, run: Run, step: int) -> None:
        places = (await self._seen(run)).waits_at
        message = f"run {run.id} is at {', '.join(places) or 'work'}"
        await self._context.session.report_progress(float(step), None, message)

    async def _seen(self, run: Run) -> Run:
        """The run with where it stands; who may start it may see what they have started."""
        seen = await self._service.look(run.id)
        seen.warnings = run.warnings
        return seen


def _run_id(given: Mapping[str, Any]) -> UUID:
    text = given.get("processId")
    try:
        return UUID(str(text))
    except ValueError:
        message = f"processId: {text!r} is not a GUID; give the processId of a tool's answer"
        raise Refused(400, "BadValue", message) from None
