"""Decisions as work of a process: a business rule task asks, the deployed decision answers.

Rule: whatever keeps a decision from being made is there the next time as well (it is not deployed,
its rules contradict each other), so it is not tried again; an operator may, after a deployment.
"""

from collections.abc import Mapping
from typing import Protocol

from procession.connectors import Work
from procession.core.model import Expression, Template
from procession.core.values import Value, Values, shown
from procession.errors import ConnectorError, DecisionError, Rejected

VERSION_MAX = 2**31


class Answer(Protocol):
    """What a decision came to, and what is good to know about it."""

    @property
    def value(self) -> Value: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...


class Decides(Protocol):
    """Whoever has the decisions."""

    async def decide(self, name: str, values: Values, *, version: int | None = None) -> Answer:
        """Raises UnknownDecision, DecisionError."""
        ...


class DecisionConnector:
    """Inputs `decision` (an id or name), `version` (none: the newest) and `values` by input name.

    Answers `result`, which is the value; each entry by its own name where that is a context, for a
    parameter holds none; and `warnings` as lines of a text: values that did not fit, say.
    """

    def __init__(self, decisions: Decides) -> None:
        self._decisions = decisions

    async def run(self, work: Work) -> Values:
        """The decision's value. Raises ConnectorError, never to be tried again."""
        problems = _problems(work.values)
        if problems:
            raise ConnectorError(problems[0], code="BadValue", retryable=False)
        name, version = work.values["decision"], work.values.get("version")
        try:
            answer = await self._decisions.decide(
                name, dict(work.values.get("values") or {}), version=version
            )
        except (Rejected, DecisionError) as error:
            raise ConnectorError(str(error), code=error.code, retryable=False) from error
        entries = answer.value if isinstance(answer.value, dict) else {}
        return {**entries, "result": answer.value, "warnings": "\n".join(answer.warnings)}

    async def check(self, inputs: Mapping[str, Template]) -> list[str]:
        """Constants that cannot be used. Whether the decision is there, the catalog knows."""
        return _problems(inputs)

    async def close(self) -> None:
        """It holds nothing open."""


def _problems(inputs: Mapping[str, Template]) -> list[str]:
    name, version, values = (inputs.get(key) for key in ("decision", "version", "values"))
    problems = []
    if not isinstance(name, Expression) and not (isinstance(name, str) and name):
        problems.append(f"decision: {shown(name)} is no decision; write its id")
    if not isinstance(version, Expression) and not _is_version(version):
        problems.append(f"version: {shown(version)} is no version; write a whole number from 1")
    if not isinstance(values, Expression | Mapping | None):
        problems.append(f"values: {shown(values)} is not a mapping of input names to values")
    return problems


def _is_version(version: Value) -> bool:
    if version is None:
        return True
    return type(version) is int and 1 <= version < VERSION_MAX
