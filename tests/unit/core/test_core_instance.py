"""The one place where state changes: what is legal, and that every change has its effect."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from procession.core.apply import _APPLIERS, apply, begin, replay
from procession.core.changes import (
    CONDITIONAL,
    AnyChange,
    Arrive,
    Change,
    ConditionSeen,
    CorrelationSet,
    DataStoreRead,
    DataStoreWritten,
    ElementActivated,
    ElementCompleted,
    ElementPassed,
    ElementTerminated,
    Enter,
    EventCaught,
    EventsCaught,
    Finish,
    FlowsDropped,
    FlowsJoined,
    FlowTaken,
    FlowWaits,
    IncidentRaised,
    IncidentResolved,
    Job,
    JobClosed,
    JobCreated,
    JobParked,
    JobRetried,
    LoopBegan,
    LoopStopped,
    OutputCollected,
    Parent,
    ProcessCanceled,
    ProcessStarted,
    RoundBegan,
    RoundCompleted,
    Subscribed,
    Subscription,
    TurnPaused,
    TurnResumed,
    Unsubscribed,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId, JobId, SubscriptionId
from procession.core.instance import TRANSITIONS, ElementState, Incident, ProcessInstance, Status
from procession.core.scope_changes import (
    ActivityKept,
    CompensationBegun,
    CompensationDetached,
    CompensationThrown,
    ElementReadied,
    ElementsQueued,
    ElementStarted,
    GatewayOpened,
    GatewayReset,
    ScopeCanceled,
    WorkCompleted,
)
from procession.stores.codec import (
    decode_changes,
    decode_instance,
    encode_changes,
    encode_instance,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
UID = UUID("01234567-89ab-8def-8123-456700000000")
CHILD = UUID("01234567-89ab-8def-8123-456800000000")
ONE, TWO = ElementInstanceId(1), ElementInstanceId(2)
STARTED = ProcessStarted(UID, "P", 3, "Supervisor", None, {"N": 1, "D": Decimal("1.50")})
JOB = Job(JobId(1), "http", ONE, NOON, 3, {"url": "x", "at": NOON, "deep": [{"id": UID}]})

NUMBERS = [ElementInstanceId(number) for number in range(10)]
# What is waited for: a condition, the parts of a parallel multiple event, a conversation.
WAITS: list[AnyChange] = [
    Subscribed(Subscription(SubscriptionId(1), CONDITIONAL, "N > 1", ROOT, target="c")),
    ConditionSeen(SubscriptionId(1), holds=True),
    Unsubscribed(SubscriptionId(1)),
    EventCaught(ROOT, "both", 0),
    EventsCaught(ROOT, "both"),
    CorrelationSet("order", "7"),
]
# Two rounds of a loop, of which one is enough.
ROUNDS: list[AnyChange] = [
    ElementActivated(NUMBERS[8], "many", ROOT),
    LoopBegan(NUMBERS[8], 2, True, 1, "Item", ["x", "y"]),
    ElementActivated(NUMBERS[9], "many", NUMBERS[8]),
    RoundBegan(NUMBERS[9]),
    OutputCollected(NUMBERS[9], "z"),
    RoundCompleted(NUMBERS[9]),
    ElementCompleted(NUMBERS[9]),
    LoopStopped(NUMBERS[8]),
    ElementCompleted(NUMBERS[8]),
]
# What happens to scopes: an activity is undone, work is ready and done, a gateway opens.
SCOPES: list[AnyChange] = [
    ElementActivated(NUMBERS[3], "a", ROOT),
    ValuesSet(NUMBERS[3], {"Sum": 2}),
    ActivityKept(NUMBERS[3], within=True),
    ElementCompleted(NUMBERS[3]),
    ElementActivated(NUMBERS[4], "undo", ROOT),
    CompensationThrown(NUMBERS[4], ROOT, None),
    CompensationDetached(NUMBERS[4]),
    CompensationBegun(NUMBERS[5], "a", NUMBERS[4], handled=True),
    ElementCompleted(NUMBERS[5]),
    ElementCompleted(NUMBERS[4]),
    ElementActivated(NUMBERS[6], "work", ROOT),
    ElementReadied(NUMBERS[7], "b", NUMBERS[6]),
    ElementsQueued(NUMBERS[6], ("b", "b")),
    ElementStarted(NUMBERS[7]),
    WorkCompleted(NUMBERS[6]),
    ScopeCanceled(NUMBERS[6]),
    ElementTerminated(NUMBERS[6]),
    FlowWaits("f", "late", ROOT),
    GatewayOpened(("f",), "late", ROOT),
    GatewayReset((), "late", ROOT),
]

# A history in which every kind of change happens, in an order that is legal.
HISTORY: list[AnyChange] = [
    ProcessStarted(UID, "P", 3, "Supervisor", Parent(CHILD, JobId(4), 1), {"N": 1, "D": None}),
    ElementActivated(ONE, "a", ROOT),
    JobCreated(JOB),
    ValuesSet(ROOT, {"D": Decimal("1.50"), "List": [{"Id": UID, "On": NOON.date()}]}),
    DataStoreRead("orders"),
    DataStoreWritten("orders", [Decimal("12.50")]),
    JobRetried(JobId(1), NOON.replace(hour=13), 2),
    JobParked(JobId(1), CHILD),
    IncidentRaised(ONE, "TimeOut", "no answer", leaving=True),
    IncidentResolved(ONE),
    ElementPassed(ElementInstanceId(40), "start", ROOT),
    FlowWaits("f", "join", ROOT),
    FlowWaits("f", "join", ROOT),
    FlowWaits("g", "join", ROOT),
    FlowsJoined(("f", "g"), "join", ROOT),
    ElementActivated(TWO, "b", ROOT),
    ElementTerminated(TWO),
    TurnPaused(
        Job(JobId(2), "continue", None, NOON, 1, {}),
        (Arrive("f", ROOT), Enter("a", ROOT), Finish(ROOT)),
        7,
    ),
    TurnResumed(JobId(2)),
    JobClosed(JobId(1)),
    ElementCompleted(ONE),
    FlowTaken("h", ROOT),
    FlowsDropped(ROOT),
    *SCOPES,
    *ROUNDS,
    *WAITS,
    ProcessCanceled("enough"),
]


def with_element(state: ElementState) -> ProcessInstance:
    """An instance whose element instance 1 is in this state."""
    instance = begin(STARTED)
    apply(instance, ElementActivated(ONE, "a", ROOT))
    instance.elements[ONE].state = state
    if state is ElementState.READY:
        instance.root.children = 0
    if state is ElementState.FAILED:
        instance.incidents[ONE] = Incident("x", "y")
    return instance


def with_root(state: ElementState) -> ProcessInstance:
    instance = begin(STARTED)
    instance.root.state = state
    if state is ElementState.FAILED:
        instance.incidents[ROOT] = Incident("x", "y")
    return instance


MOVES: dict[type[Change], Any] = {
    ElementCompleted: ElementCompleted,
    ElementTerminated: ElementTerminated,
    ProcessCanceled: lambda _: ProcessCanceled("enough"),
    IncidentRaised: lambda number: IncidentRaised(number, "x", "y"),
    IncidentResolved: IncidentResolved,
    ElementStarted: ElementStarted,
    CompensationDetached: CompensationDetached,
    ScopeCanceled: ScopeCanceled,
}
LEGAL = [pair for pair in product(ElementState, MOVES) if pair in TRANSITIONS]
ILLEGAL = [pair for pair in product(ElementState, MOVES) if pair not in TRANSITIONS]


# -- what is legal --------------------------------------------------------------------------------


def test_only_changes_that_move_an_element_stand_in_the_table() -> None:
    assert {change for _, change in TRANSITIONS} == MOVES.keys()


def test_nothing_leads_out_of_a_final_state() -> None:
    sources = {state for state, _ in TRANSITIONS}

    assert sources.isdisjoint((ElementState.COMPLETED, ElementState.TERMINATED))


# The root is never ready, and what is ready leaves as it begins.
@pytest.mark.parametrize(
    ("state", "move"), [each for each in LEGAL if each[1] is not ElementStarted]
)
def test_a_change_in_the_table_moves_the_root(state: ElementState, move: type[Change]) -> None:
    instance = with_root(state)

    apply(instance, MOVES[move](ROOT))

    assert instance.root.state is TRANSITIONS[state, move]


@pytest.mark.parametrize(("state", "move"), ILLEGAL)
def test_a_change_that_is_not_in_the_table_is_refused(
    state: ElementState, move: type[Change]
) -> None:
    with pytest.raises(AssertionError, match=f"{move.__name__}.* in {state}"):
        apply(with_root(state), MOVES[move](ROOT))

    if move is not ProcessCanceled:
        with pytest.raises(AssertionError, match=f"{move.__name__}.* in {state}"):
            apply(with_element(state), MOVES[move](ONE))


@pytest.mark.parametrize(
    ("state", "move"),
    [pair for pair in LEGAL if pair[1] in (ElementCompleted, ElementTerminated)],
)
def test_an_element_that_has_ended_leaves_the_instance(
    state: ElementState, move: type[Change]
) -> None:
    instance = with_element(state)

    apply(instance, MOVES[move](ONE))

    assert list(instance.elements) == [ROOT]
    assert (instance.root.children, instance.incidents) == (0, {})


def test_a_number_is_not_used_again_when_its_element_has_left() -> None:
    instance = with_element(ElementState.ACTIVE)

    apply(instance, ElementCompleted(ONE))

    assert instance.next_element == 2


@pytest.mark.parametrize(
    ("state", "status", "final"),
    [
        (ElementState.ACTIVE, Status.RUNNING, False),
        (ElementState.COMPLETED, Status.COMPLETED, True),
        (ElementState.TERMINATED, Status.CANCELED, True),
        (ElementState.FAILED, Status.ERROR, False),
    ],
)
def test_the_status_of_a_run_is_that_of_its_root(
    state: ElementState, status: Status, final: bool
) -> None:
    instance = with_root(state)

    assert (instance.status, instance.status.final) == (status, final)


def test_a_run_with_a_failed_element_is_in_error() -> None:
    assert with_element(ElementState.FAILED).status is Status.ERROR


# -- replay ---------------------------------------------------------------------------------------


def test_every_change_has_an_effect() -> None:
    assert {ProcessStarted, *_APPLIERS} == set(get_args(AnyChange))
    assert {type(change) for change in HISTORY} == set(get_args(AnyChange))


def test_a_history_is_replayed_to_what_it_tells() -> None:
    instance = replay(HISTORY)

    assert (instance.status, list(instance.elements)) == (Status.CANCELED, [ROOT])
    assert instance.values["D"] == Decimal("1.50")
    assert (instance.next_element, instance.next_job, instance.jobs) == (10, 3, {})


def test_a_history_begins_with_a_start() -> None:
    with pytest.raises(AssertionError, match="a history begins with FlowTaken"):
        replay([FlowTaken("f", ROOT)])


def test_an_instance_has_its_own_values_and_jobs_apart_from_the_history() -> None:
    history: list[AnyChange] = [STARTED, ElementActivated(ONE, "a", ROOT), JobCreated(JOB)]

    instance = replay(history)
    apply(instance, ValuesSet(ROOT, {"N": 2}))
    apply(instance, JobParked(JobId(1), CHILD))

    assert (STARTED.values["N"], JOB.due_at, JOB.child) == (1, NOON, None)


def test_one_token_of_each_flow_goes_into_a_join() -> None:
    instance = replay([STARTED, *[FlowWaits("f", "j", ROOT)] * 2, FlowWaits("g", "j", ROOT)])

    apply(instance, FlowsJoined(("f", "g"), "j", ROOT))

    assert instance.root.arrived == {"j": {"f": 1}}


# -- kept as text ---------------------------------------------------------------------------------


@pytest.mark.parametrize("change", HISTORY, ids=lambda change: type(change).__name__)
def test_every_change_comes_back_from_its_text(change: AnyChange) -> None:
    text = encode_changes([change])

    assert decode_changes(text) == [change]
    assert type(change).__name__ in text


@pytest.mark.parametrize("length", range(1, len(HISTORY) + 1))
def test_an_instance_comes_back_from_its_text_after_every_change(length: int) -> None:
    instance = replay(HISTORY[:length])

    assert decode_instance(encode_instance(instance)) == instance


@pytest.mark.parametrize("length", range(1, len(HISTORY) + 1))
def test_an_instance_is_plain_json_apart_from_its_values(length: int) -> None:
    instance = replay(HISTORY[:length])
    for each in instance.elements.values():
        each.values = {}
    for job in instance.jobs.values():
        job.values = {}

    text = msgspec.json.encode(instance)

    assert msgspec.json.decode(text, type=ProcessInstance) == instance


def test_an_instance_knows_its_own_id() -> None:
    instance = replay([STARTED])

    assert (instance.instance_id, instance.values) == (UID, STARTED.values)
