"""What is written as JSON comes back as it was: every type of value, however nested."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from procession.core.changes import (
    AnyChange,
    Arrive,
    Change,
    Enter,
    Finish,
    Job,
    Occur,
    Parent,
    ValuesSet,
)
from procession.core.ids import ROOT, ElementInstanceId, JobId
from procession.core.instance import ElementInstance, ElementState, Incident, ProcessInstance
from procession.stores.codec import (
    decode_changes,
    decode_instance,
    decode_values,
    encode_changes,
    encode_instance,
    encode_values,
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
DEPTH_MAX = 3
ATOMS_OF: dict[type, Any] = {
    str: "text",
    int: 7,
    float: 1.5,
    bool: True,
    UUID: UUID(int=1),
    datetime: MOMENT,
    ElementState: ElementState.FAILED,
}


def example(kind: Any, values: Any, depth: int = 0) -> Any:
    """Something of this type, with these values wherever it can hold some."""
    kind = getattr(kind, "__supertype__", kind)
    if kind is Any:
        return values
    if kind in ATOMS_OF:
        return ATOMS_OF[kind]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(*(example(each.type, values, depth + 1) for each in fields(kind)))
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        if inner == (str, Any):
            return values
        return {example(inner[0], values): example(inner[1], values, depth + 1)}
    if origin in (list, tuple):
        return origin([example(inner[0], values, depth + 1)] if depth < DEPTH_MAX else [])
    assert origin in (Union, UnionType), kind
    return example(Occur if Occur in inner else inner[0], values, depth)


CHANGES: tuple[type[Change], ...] = get_args(AnyChange)


@given(MAPPINGS)
def test_every_change_comes_back_as_it_was(values: Any) -> None:
    turn = [example(kind, values) for kind in CHANGES]

    again = decode_changes(encode_changes(turn))

    assert again == turn
    assert written(again) == written(turn)


@settings(deadline=None)  # It is large, and the machine may be busy.
@given(MAPPINGS)
def test_every_part_of_an_instance_comes_back_as_it_was(values: Any) -> None:
    instance = example(ProcessInstance, values)

    again = decode_instance(encode_instance(instance))

    assert again == instance
    assert written(again) == written(instance)


def test_no_change_is_forgotten() -> None:
    known = {each for each in Change.__subclasses__() if each.__module__.startswith("procession.")}

    assert set(CHANGES) == known


@given(MAPPINGS)
def test_values_by_themselves_come_back_as_they_were(values: Any) -> None:
    assert written(decode_values(encode_values(values))) == written(values)


def test_what_is_plain_is_written_plainly() -> None:
    text = encode_changes([ValuesSet(ROOT, {"Name": "Ann", "Price": Decimal("1.50")})])

    assert text == '[["ValuesSet",0,{"Name":"Ann","Price":{"$decimal":"1.50"}}]]'
