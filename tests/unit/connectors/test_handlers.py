"""Python functions as service tasks: loaded by name, called by their annotations."""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID, uuid4

import msgspec
import pytest

from procession.connectors import HANDLER, PermanentFailure, Work
from procession.connectors.handlers import HandlerConnector
from procession.connectors.signatures import read_handler
from procession.errors import ConnectorError

GUID = UUID("0a1b2c3d-0000-4000-8000-00000000abcd")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Person:
    name: str
    age: int = 0


class Score(msgspec.Struct):
    score: float
    reasons: list[str] = []


class Rating(TypedDict):
    stars: int


class Colour(Enum):
    RED = "red"


async def called(function: Callable[..., Any], uid: UUID | None = None, **arguments: Any) -> Any:
    """The results of one call through the connector."""
    connector = HandlerConnector({"it": read_handler("it", function)})
    try:
        values = {"name": "it", "arguments": arguments}
        return await connector.run(Work(uid or uuid4(), HANDLER, values))
    finally:
        await connector.close()


async def refused(function: Callable[..., Any], **arguments: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await called(function, **arguments)
    return caught.value


async def taken(annotation: Any, value: Any) -> Any:
    """What a parameter of that annotation gets for the value."""
    got: list[Any] = []

    def take(value: Any) -> None:
        got.append(value)

    take.__annotations__["value"] = annotation
    await called(take, value=value)
    return got[0]


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, Decimal("5"), 5),
        (int, "42", 42),
        (float, Decimal("0.5"), 0.5),
        (float, 3, 3.0),
        (Decimal, 1.5, Decimal("1.5")),
        (str, 12, "12"),
        (str, GUID, str(GUID)),
        (bool, "true", True),
        (UUID, str(GUID).upper(), GUID),
        (date, "2026-01-31", date(2026, 1, 31)),
        (time, "13:45", time(13, 45)),
        (datetime, "2026-01-31T13:45:00", datetime(2026, 1, 31, 13, 45, tzinfo=UTC)),
        (int | None, None, None),
        (int | None, "7", 7),
        (Any, Decimal("1"), Decimal("1")),
        (Any, None, None),
        (object, GUID, GUID),
        (list[Person], [{"name": "Ann", "age": Decimal("3")}], [Person("Ann", 3)]),
        (Person | None, {"name": "Ann"}, Person("Ann")),
        (Score, {"score": Decimal("1.5"), "reasons": ["a"]}, Score(1.5, ["a"])),
        (dict[str, Decimal], {"a": Decimal("1.10")}, {"a": Decimal("1.10")}),
        (list[UUID], [GUID], [GUID]),
        (Literal["a", "b"], "b", "b"),
        (Colour, "red", Colour.RED),
        (Annotated[int, msgspec.Meta(ge=1)], Decimal("1"), 1),
    ],
)
async def test_an_argument_is_converted_by_its_annotation(
    annotation: Any, value: Any, expected: Any
) -> None:
    found = await taken(annotation, value)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "words"),
    [
        (int, "x", "handler it: value: 'x' is not an Integer"),
        (int, Decimal("1.5"), "is not an Integer"),
        (int, None, "handler it: value is not set, and the handler needs it"),
        (list[Person], [{"age": 1}], "missing required field `name`"),
        (Person, "Ann", "Expected `object`, got `str`"),
        (Literal["a", "b"], "c", "Invalid enum value 'c'"),
        (Annotated[int, msgspec.Meta(ge=1)], 0, "Expected `int` >= 1"),
    ],
)
async def test_an_argument_that_does_not_fit_is_refused_for_good(
    annotation: Any, value: Any, words: str
) -> None:
    with pytest.raises(ConnectorError) as caught:
        await taken(annotation, value)

    assert words in str(caught.value)
    assert (caught.value.code, caught.value.retryable) == ("BadValue", False)


async def test_names_that_do_not_fit_are_refused_for_good() -> None:
    def score(amount: int, rate: float = 0.5) -> float:
        raise AssertionError

    unknown = await refused(score, amount=1, rat=2)
    missing = await refused(score, rate=2)

    assert str(unknown) == "handler it takes no 'rat'; did you mean rate?"
    assert str(missing) == "handler it needs 'amount'"
    assert not unknown.retryable
    assert not missing.retryable


async def test_what_is_absent_or_not_set_takes_the_default() -> None:
    def score(amount: int = 5, note: str | None = "none") -> list[Any]:
        return [amount, note]

    assert await called(score) == {"result": [5, "none"]}
    assert await called(score, amount=None, note=None) == {"result": [5, None]}


async def test_a_function_may_take_any_names() -> None:
    def gather(first: int, **others: Any) -> dict[str, Any]:
        return {"first": first, **others}

    assert await called(gather, first="1", second="2") == {"first": 1, "second": "2"}


async def test_the_idempotency_key_is_the_jobs_id() -> None:
    def pay(amount: int, idempotency_key: UUID) -> list[Any]:
        return [amount, idempotency_key]

    assert await called(pay, uid=GUID, amount=1) == {"result": [1, GUID]}
    error = await refused(pay, amount=1, idempotency_key=uuid4())
    assert str(error).startswith("handler it takes no 'idempotency_key'")


@pytest.mark.parametrize(
    ("annotation", "answer", "results"),
    [
        (dict, {"a": 1, "b": Decimal("2.5")}, {"a": 1, "b": Decimal("2.5")}),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (Rating, {"stars": 5}, {"stars": 5}),
        (Person, Person("Ann", 3), {"name": "Ann", "age": 3}),
        (Score, Score(1.5, ["a"]), {"score": 1.5, "reasons": ["a"]}),
        (int, 5, {"result": 5}),
        (float, 5, {"result": 5}),
        (Decimal, Decimal("1.5"), {"result": Decimal("1.5")}),
        (UUID, GUID, {"result": GUID}),
        (datetime, NEW_YEAR, {"result": NEW_YEAR}),
        (list[Person], [Person("Ann")], {"result": [{"name": "Ann", "age": 0}]}),
        (Colour, Colour.RED, {"result": "red"}),
        (int | None, None, {"result": None}),
        (None, None, {"result": None}),
        (Any, (1, 2), {"result": [1, 2]}),
        (Any, {1: "one"}, {"1": "one"}),
    ],
)  # fmt: skip
async def test_the_results_are_the_fields_of_the_answer_or_the_answer_itself(
    annotation: Any, answer: Any, results: Any
) -> None:
    def give() -> Any:
        return answer

    give.__annotations__["return"] = annotation

    assert await called(give) == results


async def test_an_answer_without_a_promise_is_taken_as_it_is() -> None:
    def give():  # type: ignore[no-untyped-def]
        return {"a": Person("Ann")}

    assert await called(give) == {"a": {"name": "Ann", "age": 0}}


@pytest.mark.parametrize(
    ("annotation", "answer", "words"),
    [
        (int, "5", "handler it answered '5': Expected `int`, got `str`"),
        (Person, {"age": 1}, "missing required field `name`"),
        (Rating, {"stars": "5"}, "Expected `int`, got `str`"),
        (None, 5, "Expected `null`, got `int`"),
        (Any, object(), "Encoding objects of type object is unsupported"),
        (Any, 2**70, "handler it: result: "),
        (Any, float("inf"), "is not a number that JSON can hold"),
        (Any, {"a": "x\0"}, "handler it: a: the text holds a NUL character"),
    ],
)
async def test_an_answer_that_breaks_its_promise_is_refused_for_good(
    annotation: Any, answer: Any, words: str
) -> None:
    def give() -> Any:
        return answer

    give.__annotations__["return"] = annotation

    error = await refused(give)

    assert words in str(error)
    assert (error.code, error.retryable) == ("BadAnswer", False)


async def test_an_exception_may_be_tried_again_and_its_traceback_is_for_the_log_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise ValueError("no such account")

    with caplog.at_level(logging.ERROR):
        error = await refused(fail)

    assert str(error) == "handler it failed: ValueError: no such account"
    assert (error.code, error.retryable) == ("HandlerFailed", True)
    assert "handler it failed" in caplog.text
    assert 'raise ValueError("no such account")' in caplog.text


async def test_a_permanent_failure_is_not_tried_again() -> None:
    async def fail() -> None:
        raise PermanentFailure("the account is closed", code="AccountClosed")

    error = await refused(fail)

    assert str(error) == "the account is closed"
    assert (error.code, error.retryable) == ("AccountClosed", False)


@pytest.mark.parametrize(
    "raised",
    [
        SystemExit(3), StopIteration("x"), asyncio.CancelledError(), TimeoutError(),
        KeyError("a"), RuntimeError("x" * 1000),
    ],
    ids=lambda each: type(each).__name__,
)  # fmt: skip
@pytest.mark.parametrize("asynchronous", [True, False])
async def test_no_exception_of_a_handler_takes_the_service_down(
    raised: BaseException, asynchronous: bool
) -> None:
    def fail() -> None:
        raise raised

    async def fail_later() -> None:
        raise raised

    error = await refused(fail_later if asynchronous else fail)

    assert str(error).startswith("handler it failed: ")
    assert len(str(error)) < 600
    assert error.retryable


async def test_a_cancelled_call_is_cancelled() -> None:
    started = asyncio.Event()

    async def wait() -> None:
        started.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(called(wait))
    await started.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_plain_function_runs_in_a_thread_and_sees_the_context() -> None:
    request = contextvars.ContextVar("request", default="")
    request.set("r1")

    def where() -> list[Any]:
        return [threading.current_thread().name.split("_")[0], request.get()]

    assert await called(where) == {"result": ["handler", "r1"]}


async def test_an_asynchronous_function_runs_on_the_event_loop() -> None:
    async def where() -> str:
        return threading.current_thread().name

    assert await called(where) == {"result": threading.current_thread().name}


async def test_objects_that_can_be_called_are_handlers() -> None:
    class Adder:
        def __init__(self, base: int) -> None:
            self.base = base

        async def __call__(self, amount: int) -> int:
            return self.base + amount

    def add(base: int, amount: int) -> int:
        return base + amount

    async def add_later(amount: int) -> int:
        return 10 + amount

    assert await called(Adder(10), amount="5") == {"result": 15}
    assert await called(partial(add, 10), amount="5") == {"result": 15}
    assert await called(lambda amount: add_later(amount), amount=5) == {"result": 15}
