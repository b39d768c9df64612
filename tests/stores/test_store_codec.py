"""What is written as JSON comes back as it was: every type of value, however nested."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procession.core import changes as all_changes
from procession.core.changes import (
    AnyChange,
    Arrive,
    Change,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    Enter,
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
    Parent,
    ProcessCanceled,
    ProcessStarted,
    TurnPaused,
    TurnResumed,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId, JobId
from procession.core.instance import ElementInstance, ElementState, Incident, ProcessInstance
from procession.stores.codec import (
    decode_changes,
    decode_instance,
    encode_changes,
    encode_instance,
    pack,
    unpack,
)
from tests.stores.runs import uid_of

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), None])
# What core/values.py lets into an instance: finite, bounded, no NUL, no lone surrogate.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
KEYS = TEXTS | st.sampled_from(["$decimal", "$datetime", "$guid", "$object", "$", "$$", "$other"])
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=ZONES).map(lambda moment: moment.replace(fold=0))
    | st.dates()
    | st.times(timezones=ZONES).map(lambda moment: moment.replace(fold=0))
    | st.uuids()
    | TEXTS
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(KEYS, VALUES, max_size=4)


def written(value: Any) -> bytes:
    """Two values are the same when their JSON is: 1 is not 1.0, and 0.0 is not -0.0."""
    return repr(value).encode("utf-8", "surrogatepass")


def through_json(value: Any) -> Any:
    return unpack(msgspec.json.decode(msgspec.json.encode(pack(value))))


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert written(through_json(value)) == written(value)


@pytest.mark.parametrize(
    "value",
    [
        {"$decimal": "1"},
        {"$object": {"$decimal": "1"}},
        {"$object": {"$object": {"$guid": None}}},
        {"$guid": UUID(int=1), "more": 1},
        [{"$date": date(2026, 1, 31)}],
        {"": {"$": []}},
        Decimal("-0.00"),
        Decimal("1E+400"),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999),
        time(0, 0, 0, 1),
        2**63 - 1,
        5e-324,
        -0.0,
    ],
    ids=repr,
)
def test_a_value_that_looks_like_our_own_notation_comes_back_too(value: Any) -> None:
    assert written(through_json(value)) == written(value)


@given(MAPPINGS)
def test_an_instance_comes_back_as_it_was_and_is_not_changed_by_writing(values: Any) -> None:
    instance = resting(values)
    before = deepcopy(instance)

    again = decode_instance(encode_instance(instance))

    assert again == before
    assert written(again) == written(before)
    assert instance == before


def resting(values: Any) -> ProcessInstance:
    """An instance with something in each of its fields."""
    number, job = ElementInstanceId(3), JobId(2)
    return ProcessInstance(
        id=uid_of("run"),
        process="UsrProcess",
        version=4,
        caller="Ann",
        parent=Parent(uid_of("parent"), JobId(9), 2),
        elements={
            ROOT: ElementInstance(ROOT, "", ROOT, values=values, children=1),
            number: ElementInstance(
                number, "sub", ROOT, ElementState.FAILED, 0, [job], {"join": {"a": 2}}, values
            ),
        },
        jobs={job: Job(job, "kind", number, MOMENT, 3, values, uid_of("child"))},
        incidents={number: Incident("Code", "message", leaving=True)},
        next_element=ElementInstanceId(4),
        next_job=JobId(3),
        pending=(Arrive("flow", ROOT), Enter("element", number), Finish(ROOT)),
        pause_job=JobId(1),
        steps=17,
    )


MOMENT = datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)
ID, JOB = ElementInstanceId(1), JobId(1)
EXAMPLES: dict[type[Change], Callable[[Any], AnyChange]] = {
    ProcessStarted: lambda v: ProcessStarted(
        UUID(int=1), "P", 1, "Ann", Parent(UUID(int=2), JOB, 1), v
    ),
    ElementActivated: lambda _: ElementActivated(ID, "task", ROOT),
    ElementCompleted: lambda _: ElementCompleted(ID),
    ElementTerminated: lambda _: ElementTerminated(ID),
    ProcessCanceled: lambda _: ProcessCanceled("why"),
    FlowTaken: lambda _: FlowTaken("flow", ROOT),
    FlowWaits: lambda _: FlowWaits("flow", "join", ROOT),
    FlowsJoined: lambda _: FlowsJoined(("a", "b"), "join", ROOT),
    FlowsDropped: lambda _: FlowsDropped(ROOT),
    ValuesSet: lambda v: ValuesSet(ROOT, v),
    JobCreated: lambda v: JobCreated(Job(JOB, "kind", None, None, 1, v)),
    JobRetried: lambda _: JobRetried(JOB, MOMENT, 2),
    JobParked: lambda _: JobParked(JOB, UUID(int=3)),
    JobClosed: lambda _: JobClosed(JOB),
    IncidentRaised: lambda _: IncidentRaised(ID, "Code", "message", leaving=True),
    IncidentResolved: lambda _: IncidentResolved(ID),
    TurnPaused: lambda v: TurnPaused(Job(JOB, "continue", None, MOMENT, 1, v), (Finish(ROOT),), 7),
    TurnResumed: lambda _: TurnResumed(JOB),
}


@given(MAPPINGS)
def test_every_change_comes_back_as_it_was(values: Any) -> None:
    turn = [example(values) for example in EXAMPLES.values()]

    again = decode_changes(encode_changes(turn))

    assert again == turn
    assert written(again) == written(turn)


def test_no_change_is_forgotten_here() -> None:
    known = {
        each
        for each in vars(all_changes).values()
        if isinstance(each, type) and issubclass(each, Change) and each is not Change
    }

    assert set(EXAMPLES) == known


def test_what_is_plain_is_written_plainly() -> None:
    text = encode_changes([ValuesSet(ROOT, {"Name": "Ann", "Price": Decimal("1.50")})])

    assert text == '[["ValuesSet",0,{"Name":"Ann","Price":{"$decimal":"1.50"}}]]'
