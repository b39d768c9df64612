"""Processes and signals: whether a process starts, when its timers are due, signals from outside
(CONTRACT 6).
"""

from functools import partial

from procession.access import Duty
from procession.catalog import Found
from procession.core.values import iso
from procession.errors import Rejected
from procession.stores.running import TimerPoint
from procession.web.answers import Answer
from procession.web.engine_calls import (
    POSTING,
    READING,
    answer_object,
    answer_refusal,
    answer_text,
    asked,
    done,
    routes,
    schema_of,
    text_of,
)
from procession.web.engine_wire import BaseResponse, TimerEvent, TimerEventsResponse
from procession.web.request import Request
from procession.web.routes import Route, Service

SIGNAL = "signal"
# The words of Quartz, with which the original keeps its timers.
DUE, PAUSED, OVER = "Normal", "Paused", "Complete"


async def change_process(service: Service, request: Request, *, on: bool) -> Answer:
    """Lets a process start, or not; runs go on."""
    try:
        process = (await schema_of(service, await asked(request))).process
        service.access.require(request.principal, Duty.DEPLOY)
        await service.engine.catalog.enable(process.id, on)
    except Rejected as refusal:
        return answer_refusal(service, request, refusal)
    return answer_text(service, request, BaseResponse(), [])


async def get_timer_events(service: Service, request: Request) -> Answer:
    """The timers that start a process, and when they are due."""
    call = await asked(request)
    found = await schema_of(service, call)
    service.access.require(request.principal, Duty.SEE, found.process.id)
    points = await service.engine.store.running.timers(found.process.id)
    told = TimerEventsResponse(timers=[_timer(found, point) for point in points])
    return answer_object(request, "GetTimerEventsInfo", told, wrapped=call.wrapped)


async def throw_signal(service: Service, request: Request) -> Answer:
    """Throws a signal; what else is named is its payload."""
    service.access.require(request.principal, Duty.OPERATE)
    call = await asked(request)
    signal = text_of(request.variable or call.subject([SIGNAL]), SIGNAL)
    await service.engine.signals.throw(signal, call.values, caller=request.caller)
    return done()


def _timer(found: Found, point: TimerPoint) -> TimerEvent:
    element = found.process.elements[point.element]
    state = PAUSED if not found.enabled else DUE
    return TimerEvent(
        uid=str(element.uid),
        caption=element.name or element.id,
        state=OVER if point.due_at is None else state,
        next_fire_time=None if point.due_at is None else iso(point.due_at),
    )


ROUTES: list[Route] = [
    *routes(partial(change_process, on=True), "EnableProcess", verbs=POSTING),
    *routes(partial(change_process, on=False), "DisableProcess", verbs=POSTING),
    *routes(get_timer_events, "GetTimerEventsInfo", verbs=READING),
    *routes(throw_signal, "ThrowSignal"),
    *routes(throw_signal, "ThrowSignalPost", verbs=POSTING),
]
