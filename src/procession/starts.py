"""Processes that start without a caller, by a timer or by a condition; messages.py and signals.py
start the others (BPMN 2.0.2 §10.5.2).

A timer starts its process and is set to its next moment in one commit: once for each moment,
whatever dies and however many programs look. Moments that come while the process is disabled are
left out.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from procession.conflicts import until_kept
from procession.core.changes import CONDITIONAL
from procession.core.decide import initial_values
from procession.core.ids import InstanceId
from procession.core.model import ConditionalEventDefinition, Process
from procession.core.schedules import Schedule, following
from procession.core.values import Values, convert, untyped
from procession.errors import BadValue, Conflict, ExpressionError
from procession.stores.events import MoveTimerStart, StartPoint, TimerStart
from procession.together import together
from procession.triggers import definition_at

if TYPE_CHECKING:
    from procession.engine import Engine

DUE_AT_ONCE_MAX = 100
PUT_OFF_SECONDS = 60.0

log = structlog.get_logger("procession.starts")


class Starts:
    """Starts processes by their timers and conditions."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    async def start_due(self) -> None:
        """Start what is due by its timers; for the poll."""
        now = self._engine.clock()
        for timer in await self._engine.store.events.due_starts(now, limit=DUE_AT_ONCE_MAX):
            try:
                await self._start_due(timer)
            except Conflict:
                continue  # Another program has, or a new version has replaced it.

    async def _start_due(self, timer: TimerStart) -> None:
        async with together(self._engine) as turns:
            now = turns.context.now
            try:
                later = following(timer.schedule, now)
            except ExpressionError as error:
                log.warning("a timer waits", process=timer.point.process, reason=str(error))
                put_off = now + timedelta(seconds=PUT_OFF_SECONDS)
                await turns.commit([MoveTimerStart(timer, put_off, timer.schedule)])
                return
            if timer.enabled:
                await turns.start(timer.point, caller="", payload={})
            await turns.commit([_moved(timer, later)])

    async def conditions_may_hold(
        self, values: Mapping[str, Any], *, caller: str
    ) -> list[InstanceId]:
        """Start each process that begins with a condition which holds for these values.

        The condition sees all of the values; the process takes those that are its parameters.
        Raises BadValue for a value that a parameter cannot hold, and then nothing has been started.
        """
        told: Values = untyped("values", values)
        held = []
        for point in await self._engine.store.events.starts(CONDITIONAL):
            process = await self._engine.catalog.version(point.process, point.version)
            typed = _typed(process, values)
            if _holds(process, point, {**told, **typed}):
                held.append((point, typed))
        started = [await self._start(point, typed, caller) for point, typed in held]
        return [run for run in started if run is not None]

    async def _start(self, point: StartPoint, values: Values, caller: str) -> InstanceId | None:
        async def start() -> InstanceId | None:
            async with together(self._engine) as turns:
                run = await turns.start(point, caller=caller, values=values, payload={})
                await turns.commit()
            return run

        return await until_kept(f"a data store of {point.process}", start)


def _typed(process: Process, values: Mapping[str, Any]) -> Values:
    return {
        code: convert(code, parameter.kind, values[code])
        for code, parameter in process.parameters.items()
        if code in values and parameter.direction.settable
    }


def _holds(process: Process, point: StartPoint, values: Values) -> bool:
    """Whether the condition holds; one that cannot be evaluated does not, as within a run."""
    conditional = definition_at(process, point.element, point.definition)
    assert isinstance(conditional, ConditionalEventDefinition), f"{point} is no condition"
    try:
        seen = {**values, **initial_values(process, values)}
        return conditional.condition.evaluate(seen) is True
    except (BadValue, ExpressionError):
        return False


def _moved(timer: TimerStart, later: Schedule | None) -> MoveTimerStart:
    if later is None:
        return MoveTimerStart(timer, None, {})
    return MoveTimerStart(timer, later.due_at, later.as_values())
