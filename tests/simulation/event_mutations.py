"""More mistakes (mutations.py): in events, scopes, loops, compensation and the larger gateways."""

from collections.abc import Callable, Mapping
from dataclasses import replace as changed
from typing import Any, cast

import pytest
from msgspec.structs import replace

from procession.core import (
    activities,
    catching,
    compensating,
    decide,
    loops,
    occurring,
    throwing,
    variables,
)
from procession.core import apply as core_apply
from procession.core import steps as core_steps
from procession.core import turn as core_turn
from procession.core.behaviours import ad_hoc, gateways
from procession.core.behaviours.complex import ComplexGatewayBehaviour
from procession.core.changes import (
    MESSAGE,
    AnyChange,
    ConditionSeen,
    LoopBegan,
    Occur,
    Unsubscribed,
)
from procession.core.ids import ROOT, ElementInstanceId
from procession.core.instance import ElementInstance, ProcessInstance
from procession.core.model import (
    Activity,
    BoundaryEvent,
    CompensateEventDefinition,
    ComplexGateway,
    ErrorEventDefinition,
    EscalationEventDefinition,
    EventBasedGateway,
    EventDefinition,
    MultiInstance,
    Process,
    StandardLoop,
    StartEvent,
    SubProcess,
)
from procession.core.scope_changes import CompensationThrown, ScopeCanceled
from procession.core.turn import Turn
from procession.core.values import Kind

Mutation = Callable[[pytest.MonkeyPatch], None]


def _in_table(patch: pytest.MonkeyPatch, table: object, key: object, function: object) -> None:
    patch.setitem(cast(dict[Any, Any], table), key, function)


# -- events ---------------------------------------------------------------------------------------


def an_event_sub_process_ends_nobody_else(patch: pytest.MonkeyPatch) -> None:
    _interrupts(patch, StartEvent, False)


def a_boundary_event_ends_its_host_though_it_should_not(patch: pytest.MonkeyPatch) -> None:
    _interrupts(patch, BoundaryEvent, True)


def a_boundary_event_lets_its_host_live(patch: pytest.MonkeyPatch) -> None:
    _interrupts(patch, BoundaryEvent, False)


def _interrupts(patch: pytest.MonkeyPatch, kind: type[Any], interrupting: bool) -> None:
    right = occurring._TARGETS[kind]

    def wrong(turn: Turn, owner: ElementInstance, event: Any, step: Occur) -> None:
        right(turn, owner, changed(event, interrupting=interrupting), step)

    _in_table(patch, occurring._TARGETS, kind, wrong)


def an_event_gateway_waits_for_the_others_too(patch: pytest.MonkeyPatch) -> None:
    complete = Turn.complete

    def wrong(self: Turn, me: ElementInstance, taking: Any = ()) -> None:
        if not isinstance(self.process.elements[me.element], EventBasedGateway):
            complete(self, me, taking)

    patch.setattr(Turn, "complete", wrong)


def a_message_is_waited_for_when_it_has_come(patch: pytest.MonkeyPatch) -> None:
    """So it would be taken twice."""
    record = Turn.record

    def forgetful(self: Turn, change: AnyChange) -> None:
        if isinstance(change, Unsubscribed):
            found = self.instance.subscription(change.id)
            if found.kind == MESSAGE and not found.target:
                return
        record(self, change)

    patch.setattr(Turn, "record", forgetful)


def a_message_leaves_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(occurring, "take_payload", lambda turn, me, definition, values: None)


def a_condition_occurs_without_having_been_false(patch: pytest.MonkeyPatch) -> None:
    right = catching.look_at_conditions

    def wrong(turn: Turn) -> None:
        for subscription in turn.instance.conditions.values():
            if subscription.holds:
                turn.record(ConditionSeen(subscription.id, False))
        right(turn)

    patch.setattr(core_steps, "look_at_conditions", wrong)


def a_condition_that_holds_from_the_beginning_is_missed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(catching.Wait, "holds", property(lambda self: False))


def a_parallel_multiple_event_occurs_with_the_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(occurring, "all_caught", lambda turn, owner, event, step: True)


def a_timer_that_repeats_comes_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "following", lambda values, now: None)


def an_escalation_ends_its_thrower(patch: pytest.MonkeyPatch) -> None:
    right = throwing._THROWN[EscalationEventDefinition]

    def wrong(turn: Turn, me: ElementInstance, definition: EventDefinition) -> bool:
        right(turn, me, definition)
        return False

    _in_table(patch, throwing._THROWN, EscalationEventDefinition, wrong)


def an_error_is_caught_by_whatever_stands_around(patch: pytest.MonkeyPatch) -> None:
    """By an event with another code, too."""
    right = throwing._catches

    def wrong(owner: ElementInstance, events: Any) -> list[throwing.Catch]:
        return [_catching_all(each) for each in right(owner, events)]

    patch.setattr(throwing, "_catches", wrong)


def _catching_all(catch: throwing.Catch) -> throwing.Catch:
    definitions = tuple(
        changed(each, code=None) if isinstance(each, ErrorEventDefinition) else each
        for each in catch.event.definitions
    )
    return changed(catch, event=changed(catch.event, definitions=definitions))


# -- values ---------------------------------------------------------------------------------------


def a_variable_of_a_scope_is_set_outside_it(patch: pytest.MonkeyPatch) -> None:
    right = variables.place

    def wrong(
        process: Process, instance: ProcessInstance, number: ElementInstanceId, name: str
    ) -> tuple[ElementInstanceId, Kind]:
        found = process.parameters.get(name)
        return right(process, instance, number, name) if found is None else (ROOT, found.kind)

    patch.setattr(core_turn, "place", wrong)


# -- loops ----------------------------------------------------------------------------------------


def a_loop_loses_a_round(patch: pytest.MonkeyPatch) -> None:
    right = loops._PLANNED[MultiInstance]

    def wrong(turn: Turn, element: Activity, loop: Any, me: ElementInstance) -> LoopBegan:
        began = right(turn, element, loop, me)
        return replace(began, planned=max((began.planned or 0) - 1, 0))

    _in_table(patch, loops._PLANNED, MultiInstance, wrong)


def a_completion_condition_is_ignored(patch: pytest.MonkeyPatch) -> None:
    right = loops._ROUND_ENDED[MultiInstance]

    def wrong(turn: Turn, element: Activity, loop: Any, me: ElementInstance) -> None:
        right(turn, element, changed(loop, completion_condition=None), me)

    _in_table(patch, loops._ROUND_ENDED, MultiInstance, wrong)


def a_loop_goes_round_once_more(patch: pytest.MonkeyPatch) -> None:
    right = loops._again

    def wrong(turn: Turn, loop: StandardLoop, rounds: int, seen: Mapping[str, Any]) -> bool:
        return right(turn, loop, rounds - 1, seen)

    patch.setattr(loops, "_again", wrong)


def what_the_rounds_give_gets_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(loops, "_output", lambda turn, element, loop, me: None)


# -- compensation ---------------------------------------------------------------------------------


def what_was_done_first_is_undone_first(patch: pytest.MonkeyPatch) -> None:
    right = core_apply._APPLIERS[CompensationThrown]

    def wrong(instance: ProcessInstance, change: CompensationThrown) -> None:
        right(instance, change)
        instance.elements[change.id].compensating.reverse()

    _in_table(patch, core_apply._APPLIERS, CompensationThrown, wrong)


def a_cancellation_undoes_nothing(patch: pytest.MonkeyPatch) -> None:
    right = compensating._take_over

    def wrong(turn: Turn, me: ElementInstance, scopes: Any, activity: str | None) -> None:
        if not any(isinstance(change, ScopeCanceled) for change in turn.changes):
            right(turn, me, scopes, activity)

    patch.setattr(compensating, "_take_over", wrong)


def nobody_waits_for_what_is_undone(patch: pytest.MonkeyPatch) -> None:
    right = throwing._THROWN[CompensateEventDefinition]

    def wrong(turn: Turn, me: ElementInstance, definition: Any) -> bool:
        return right(turn, me, changed(definition, wait=False))

    _in_table(patch, throwing._THROWN, CompensateEventDefinition, wrong)


# -- the larger gateways and scopes ---------------------------------------------------------------


def an_inclusive_join_does_not_wait(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gateways, "still_coming", lambda *_, **__: False)


def a_complex_gateway_does_not_begin_anew(patch: pytest.MonkeyPatch) -> None:
    right = ComplexGatewayBehaviour.opens

    def wrong(
        self: ComplexGatewayBehaviour, turn: Turn, element: ComplexGateway, scope: ElementInstance
    ) -> ElementInstance | None:
        return None if element.id in scope.opened else right(self, turn, element, scope)

    patch.setattr(ComplexGatewayBehaviour, "opens", wrong)


def an_ad_hoc_sub_process_never_has_enough(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ad_hoc, "_is_complete", lambda turn, element, me: False)


def an_event_sub_process_does_not_wait_within(patch: pytest.MonkeyPatch) -> None:
    """Those in a sub-process, not those of the process."""
    right = catching.waits_in_scope

    def wrong(turn: Turn, scope: ElementInstance) -> list[catching.Wait]:
        element = turn.process.elements.get(scope.element)
        return [] if isinstance(element, SubProcess) else right(turn, scope)

    patch.setattr(activities, "waits_in_scope", wrong)


EVENT_MUTATIONS: tuple[Mutation, ...] = (
    an_event_sub_process_ends_nobody_else,
    a_boundary_event_ends_its_host_though_it_should_not,
    a_boundary_event_lets_its_host_live,
    an_event_gateway_waits_for_the_others_too,
    a_message_is_waited_for_when_it_has_come,
    a_message_leaves_nothing,
    a_condition_occurs_without_having_been_false,
    a_condition_that_holds_from_the_beginning_is_missed,
    a_parallel_multiple_event_occurs_with_the_first,
    a_timer_that_repeats_comes_once,
    an_escalation_ends_its_thrower,
    an_error_is_caught_by_whatever_stands_around,
    a_variable_of_a_scope_is_set_outside_it,
    a_loop_loses_a_round,
    a_completion_condition_is_ignored,
    a_loop_goes_round_once_more,
    what_the_rounds_give_gets_lost,
    what_was_done_first_is_undone_first,
    a_cancellation_undoes_nothing,
    nobody_waits_for_what_is_undone,
    an_inclusive_join_does_not_wait,
    a_complex_gateway_does_not_begin_anew,
    an_ad_hoc_sub_process_never_has_enough,
    an_event_sub_process_does_not_wait_within,
)
