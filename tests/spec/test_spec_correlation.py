"""Correlation keys and subscriptions (BPMN 2.0.2 §8.4.2, clause 13.2)."""

from procession.core.instance import Status
from procession.core.model import (
    CorrelationKey,
    CorrelationProperty,
    Expression,
    MessageEventDefinition,
)
from procession.core.values import DataType, Kind
from tests.building import build, receive, send
from tests.details import Definition, Kinds, expression
from tests.world import Run, World, start

MESSAGE: Kinds = (("Order", Kind(DataType.ANY)), ("Line", Kind(DataType.ANY)))


def keyed(
    name: str, *paths: str, data: tuple[str, ...] = (), payload: tuple[str, ...] = ()
) -> Definition:
    """A message with one key, whose properties stand in it, and in the process, where told."""

    def described(kinds: Kinds) -> MessageEventDefinition:
        none: list[Expression | None] = [None] * len(paths)
        own = [expression(text, kinds) for text in data] or none
        properties = tuple(
            CorrelationProperty(path, expression(path, MESSAGE), data_path)
            for path, data_path in zip(paths, own, strict=True)
        )
        return MessageEventDefinition(
            name,
            keys=(CorrelationKey("order", properties),),
            payload={each: expression("N", kinds) for each in payload},
        )

    return described


def test_the_first_message_says_by_which_key_the_others_are_known() -> None:
    """Clause 13.2, key-based correlation: the first message initializes the key."""
    process = build(
        "start → receive first → receive second → end",
        first=receive(keyed("First", "Order")),
        second=receive(keyed("Second", "Order")),
    )
    world = World(process)
    runs = [world.start("P", {}) for _ in range(2)]
    world.send("First", Order=1)
    world.send("First", Order=2)

    world.send("Second", "order[2]", Order=2)

    assert [world.load(run).status.final for run in runs] == [False, True]
    assert world.load(runs[0]).correlations == {"order": "order[1]"}


def test_a_message_that_is_sent_gives_the_key_as_well() -> None:
    """Clause 13.2: the conversation may begin with a message that the process sends."""
    process = build(
        "start → send ask → receive answer → end",
        ask=send(keyed("Ask", "Order", payload=("Order",))),
        answer=receive(keyed("Answer", "Order")),
    )
    run = start(process, N=7)
    assert run.instance.correlations == {"order": "order[7]"}
    (sent,) = run.world.jobs(run.id)
    assert sent.values["keys"] == ["order[7]"]

    run.send("Answer", "order[8]", Order=8)
    assert run.alive == ["answer"]
    run.send("Answer", "order[7]", Order=7)
    assert run.status is Status.COMPLETED


def test_a_subscription_reads_the_key_from_the_process() -> None:
    """§8.4.2, context-based correlation: the values come from the process's own data."""
    process = build("start → receive paid → end", paid=receive(keyed("Paid", "Order", data=("N",))))
    world = World(process)
    runs = [Run(world, world.start("P", {"N": number})) for number in (1, 2)]

    world.send("Paid", "order[2]", Order=2)

    assert [run.status.final for run in runs] == [False, True]


def test_a_key_of_several_parts_fits_only_as_a_whole() -> None:
    """§8.4.2: a key is a set of properties, which all must be the same."""
    paid = receive(keyed("Paid", "Order", "Line", data=("N", "T")))
    run = start(build("start → receive paid → end", paid=paid), N=1, T="a")
    (subscription,) = run.instance.subscriptions.values()

    assert subscription.key == 'order[1, "a"]'


def test_without_a_value_for_the_key_any_message_is_the_first() -> None:
    """Clause 13.2: a key that has no value yet is given one by the first message."""
    paid = receive(keyed("Paid", "Order", data=("T",)))
    run = start(build("start → receive paid → end", paid=paid))

    run.send("Paid", "order[5]", Order=5)

    assert run.status is Status.COMPLETED


def test_a_message_without_the_value_of_its_key_is_an_incident_of_whoever_sends_it() -> None:
    """§8.4.2: a message path must lead to a value."""
    run = start(build("start → send ask → end", ask=send(keyed("Ask", "Order.Id"))))

    assert run.incidents == {"ask": "ExpressionError"}


def test_a_key_that_is_too_long_is_refused() -> None:
    """A key is looked up in an index; clause 13.2 sets no bound, we do."""
    paid = receive(keyed("Paid", "Order", data=("T",)))
    run = start(build("start → receive paid → end", paid=paid), T="x" * 3_000)

    assert run.incidents == {"paid": "ExpressionError"}
