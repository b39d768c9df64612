"""A business rule task's work: the connector of decisions."""

from collections.abc import Mapping
from uuid import uuid4

import pytest

from procession.connectors import DECISION, Work
from procession.connectors.decisions import DecisionConnector
from procession.core.model import Expression, Template
from procession.core.values import Value, Values
from procession.dmn import Result, evaluate
from procession.errors import ConnectorError, UnknownDecision
from tests.unit.dmn.dmn_builders import decision, input_data, literal, model_of, table

MODEL = model_of(
    input_data("Amount", "number"),
    decision("Double", literal("Amount * 2"), needs="Amount"),
    decision("Both", table("UNIQUE", [], ["-> 1; 2"], outputs=["fee", "days"])),
    decision("Broken", table("UNIQUE", [], ["-> 1", "-> 2"])),
)


class Known:
    """Decides by one model, in its version 3."""

    async def decide(self, name: str, values: Values, *, version: int | None = None) -> Result:
        if version not in (None, 3):
            raise UnknownDecision(f"there is no version {version}")
        return evaluate(MODEL, name, values)


async def answer(**values: Value) -> Values:
    connector = DecisionConnector(Known())
    try:
        return await connector.run(Work(uuid4(), DECISION, values))
    finally:
        await connector.close()


async def test_a_decision_answers_its_value() -> None:
    expected = {"result": 10, "warnings": ""}

    assert await answer(decision="Double", version=None, values={"Amount": 5}) == expected
    assert await answer(decision="Double", version=3, values={"Amount": 5}) == expected


async def test_the_entries_of_a_context_are_answered_by_their_names_too() -> None:
    value = {"fee": 1, "days": 2}

    assert await answer(decision="Both") == {**value, "result": value, "warnings": ""}


async def test_what_did_not_fit_is_told() -> None:
    found = await answer(decision="Double", values={"Amount": "x"})

    assert found["result"] is None
    assert found["warnings"] == "the input Amount is 'x', which is no number; it became null"


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({"decision": "Doubl"}, "UnknownDecision", "did you mean Double"),
        ({"decision": "Double", "version": 4}, "UnknownDecision", "no version 4"),
        ({"decision": "Broken"}, "DecisionFailed", "rules 1 and 2"),
        ({"decision": None}, "BadValue", "decision: None is no decision"),
        ({"decision": "Double", "version": 0}, "BadValue", "version: 0 is no version"),
        ({"decision": "Double", "values": [1]}, "BadValue", "is not a mapping"),
    ],
)
async def test_what_cannot_be_decided_fails_for_good(
    values: Values, code: str, message: str
) -> None:
    with pytest.raises(ConnectorError, match=message) as raised:
        await answer(**values)

    assert (raised.value.code, raised.value.retryable) == (code, False)


NAMED = Expression(text="Name", language="", evaluate=lambda values: values["Name"])


@pytest.mark.parametrize(
    ("inputs", "problems"),
    [
        ({"decision": "Double"}, 0),
        ({"decision": NAMED, "version": NAMED, "values": NAMED}, 0),
        ({"decision": "Double", "version": 1, "values": {"Amount": NAMED}}, 0),
        ({}, 1),
        ({"decision": "", "version": True, "values": 5}, 3),
    ],
)
async def test_constants_that_cannot_be_used_are_found_at_deployment(
    inputs: Mapping[str, Template], problems: int
) -> None:
    assert len(await DecisionConnector(Known()).check(inputs)) == problems
