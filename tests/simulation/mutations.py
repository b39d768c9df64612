"""Mistakes that could be made in the core, each put into it on purpose.

A simulation that never fails shows nothing. So each of these must make some case fail, and soon.
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, cast

import pytest

from procession.core import decide
from procession.core import steps as core_steps
from procession.core.apply import apply
from procession.core.behaviours.base import Behaviour
from procession.core.behaviours.gateways import (
    ExclusiveGatewayBehaviour,
    ParallelGatewayBehaviour,
)
from procession.core.changes import (
    AnyChange,
    Change,
    ElementTerminated,
    Finish,
    FlowsDropped,
    FlowsJoined,
    FlowWaits,
    IncidentResolved,
    JobClosed,
    JobParked,
    TurnPaused,
)
from procession.core.commands import FailJob
from procession.core.ids import ElementInstanceId, JobId
from procession.core.instance import ElementInstance
from procession.core.model import Element, ParallelGateway
from procession.core.turn import CONTINUE_JOB, Turn
from procession.core.values import Values

Mutation = Callable[[pytest.MonkeyPatch], None]


def a_join_counts_tokens_instead_of_flows(patch: pytest.MonkeyPatch) -> None:
    """Any n tokens open it, two on one flow as well."""

    def arrive(
        self: ParallelGatewayBehaviour,
        turn: Turn,
        element: ParallelGateway,
        flow: str,
        scope: ElementInstanceId,
    ) -> ElementInstance | None:
        turn.record(FlowWaits(flow, element.id, scope))
        waiting = turn.instance.elements[scope].arrived[element.id]
        tokens = [flow for flow, number in waiting.items() for _ in range(number)]
        if len(tokens) < len(element.incoming):
            turn.finish_later(scope)
            return None
        turn.record(FlowsJoined(tuple(tokens), element.id, scope))
        return turn.activate(element, scope)

    _for_joins_only(patch, arrive)


def a_join_takes_all_tokens_of_a_flow(patch: pytest.MonkeyPatch) -> None:
    """Those that came too early are lost."""
    record = Turn.record

    def greedy(self: Turn, change: AnyChange) -> None:
        record(self, change)
        if isinstance(change, FlowsJoined):
            self.instance.elements[change.scope].arrived.pop(change.element, None)

    patch.setattr(Turn, "record", greedy)


def tokens_are_dropped_without_a_record(patch: pytest.MonkeyPatch) -> None:
    """The state changes and the history does not tell it."""

    def silent(turn: Turn, change: AnyChange) -> bool:
        if isinstance(change, FlowsDropped):
            apply(turn.instance, change)
        return not isinstance(change, FlowsDropped)

    _record_if(patch, silent)


def tokens_are_not_dropped(patch: pytest.MonkeyPatch) -> None:
    """What waits at a join outlives the end of its scope."""
    _record_if(patch, lambda turn, change: not isinstance(change, FlowsDropped))


def an_answer_leaves_its_job_open(patch: pytest.MonkeyPatch) -> None:
    """So it would be accepted a second time."""
    _record_if(patch, lambda turn, change: not _closes_owned(turn, change))


def a_failed_element_takes_a_late_answer(patch: pytest.MonkeyPatch) -> None:
    """It was given up, and goes on all the same."""
    patch.setattr(Turn, "active", lambda self, number: self.instance.elements.get(number))


def a_retry_asks_for_the_effect_anew(patch: pytest.MonkeyPatch) -> None:
    """With a job of its own, so that the effect takes place twice."""

    def retry(turn: Turn, me: ElementInstance) -> None:
        turn.record(IncidentResolved(me.id))
        if me.element in turn.process.elements:
            core_steps.begin_work(turn, turn.process.elements[me.element], me)

    patch.setattr(decide, "_retry", retry)


def a_terminated_element_keeps_its_jobs(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Turn, "terminate", lambda self, me: self.record(ElementTerminated(me.id)))


def a_scope_does_not_wait_for_tokens_on_their_way(patch: pytest.MonkeyPatch) -> None:
    """It completes as soon as nothing in it is alive."""
    steps = cast(dict[Any, Any], core_steps._STEPS)
    finish = steps[Finish]

    def hasty(turn: Turn, step: Finish) -> None:
        on_their_way, turn.in_flight = turn.in_flight, {}
        finish(turn, step)
        for scope, number in turn.in_flight.items():
            on_their_way[scope] = on_their_way.get(scope, 0) + number
        turn.in_flight = on_their_way

    patch.setitem(steps, Finish, hasty)


def a_pause_loses_a_step(patch: pytest.MonkeyPatch) -> None:
    def pause(self: Turn) -> None:
        job = self._job(CONTINUE_JOB, None, {}, attempts=1)
        self.record(TurnPaused(job, tuple(self.agenda)[1:], self.steps))
        self.agenda.clear()

    patch.setattr(Turn, "pause", pause)


def a_decision_depends_on_something_else_than_its_input(patch: pytest.MonkeyPatch) -> None:
    """Here on a counter; it might be a clock, or the order of a set."""
    calls, leave = count(), Behaviour.leave

    def moody(
        self: Behaviour[Element], turn: Turn, element: Element, me: ElementInstance
    ) -> Sequence[str]:
        flows = leave(self, turn, element, me)
        return flows if next(calls) % 2 else [*reversed(flows)]

    patch.setattr(Behaviour, "leave", moody)


def an_exclusive_gateway_takes_every_open_flow(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ExclusiveGatewayBehaviour, "leave", Behaviour.leave)


def a_number_is_used_again(patch: pytest.MonkeyPatch) -> None:
    activate = Turn.activate

    def thrifty(self: Turn, element: Element, scope: ElementInstanceId) -> ElementInstance:
        self.instance.next_element = ElementInstanceId(max(self.instance.elements) + 1)
        return activate(self, element, scope)

    patch.setattr(Turn, "activate", thrifty)


def a_cancelled_run_forgets_what_it_called(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Turn, "close_job", lambda self, number: self.record(JobClosed(number)))


def values_are_changed_without_a_record(patch: pytest.MonkeyPatch) -> None:
    def set_values(self: Turn, owner: ElementInstanceId, values: Values) -> None:
        self.instance.elements[owner].values.update(values)

    patch.setattr(Turn, "set_values", set_values)


def a_failed_job_is_left_to_nobody(patch: pytest.MonkeyPatch) -> None:
    """Neither tried again nor given up: a run that nobody can move."""

    def fail_job(turn: Turn, command: FailJob) -> None:
        if command.job in turn.instance.jobs:
            turn.record(JobParked(JobId(command.job)))

    patch.setitem(cast(dict[Any, Any], decide._COMMANDS), FailJob, fail_job)


MUTATIONS: tuple[Mutation, ...] = (
    a_join_counts_tokens_instead_of_flows,
    a_join_takes_all_tokens_of_a_flow,
    tokens_are_dropped_without_a_record,
    tokens_are_not_dropped,
    an_answer_leaves_its_job_open,
    a_failed_element_takes_a_late_answer,
    a_retry_asks_for_the_effect_anew,
    a_terminated_element_keeps_its_jobs,
    a_scope_does_not_wait_for_tokens_on_their_way,
    a_pause_loses_a_step,
    a_decision_depends_on_something_else_than_its_input,
    an_exclusive_gateway_takes_every_open_flow,
    a_number_is_used_again,
    a_cancelled_run_forgets_what_it_called,
    values_are_changed_without_a_record,
    a_failed_job_is_left_to_nobody,
)


def _record_if(patch: pytest.MonkeyPatch, wanted: Callable[[Turn, AnyChange], bool]) -> None:
    record = Turn.record

    def picky(self: Turn, change: AnyChange) -> None:
        if wanted(self, change):
            record(self, change)

    patch.setattr(Turn, "record", picky)


def _closes_owned(turn: Turn, change: Change) -> bool:
    return isinstance(change, JobClosed) and turn.instance.jobs[change.id].owner is not None


def _for_joins_only(
    patch: pytest.MonkeyPatch, mutant: Callable[..., ElementInstance | None]
) -> None:
    arrive = ParallelGatewayBehaviour.arrive

    def chosen(
        self: ParallelGatewayBehaviour,
        turn: Turn,
        element: ParallelGateway,
        flow: str | None,
        scope: ElementInstanceId,
    ) -> ElementInstance | None:
        joins = flow is not None and len(element.incoming) > 1
        return (mutant if joins else arrive)(self, turn, element, flow, scope)

    patch.setattr(ParallelGatewayBehaviour, "arrive", chosen)
