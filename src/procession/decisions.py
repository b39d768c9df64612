"""The deployed decisions: read once per file, found by id or name, evaluated.

Rule: a version of a decision never changes; which file it stands in is told by the file's digest,
so many decisions of one file are read once.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from procession.core.values import Values, shown
from procession.dmn import DecisionModel, Result, evaluate, read
from procession.dmn.names import hint
from procession.errors import InvalidProcess, Problem, UnknownDecision
from procession.stores import DecisionRow, NewDecision, Store

MODELS_CACHED_MAX = 200
SUFFIX = ".dmn"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FoundDecision:
    """A version of a decision and the model that it stands in."""

    row: DecisionRow
    model: DecisionModel


class Decisions:
    """The decisions of a store. What another program deploys is seen at once."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._models: OrderedDict[str, DecisionModel] = OrderedDict()

    async def find(self, name: str, version: int | None = None) -> FoundDecision:
        """A decision or decision service by its id, or else its name; the newest version.

        Raises UnknownDecision.
        """
        row = await self._store.decision(name, version or 0) or await self._named(name, version)
        if row is None:
            raise UnknownDecision(await self._unknown(name, version))
        return FoundDecision(row, await self._model(row))

    async def _named(self, name: str, version: int | None) -> DecisionRow | None:
        ids = [row.id for row in await self._store.decisions() if row.caption == name]
        return await self._store.decision(ids[0], version or 0) if len(ids) == 1 else None

    async def _unknown(self, name: str, version: int | None) -> str:
        rows = await self._store.decisions()
        newest = {row.id: row.version for row in rows}
        alike = [row.id for row in rows if row.caption == name]
        if len(alike) > 1:
            return f"{len(alike)} decisions are named {shown(name)}; use an id: {', '.join(alike)}"
        if name in newest or alike:
            known = newest[name if name in newest else alike[0]]
            return f"there is no version {version} of decision {shown(name)}; the newest is {known}"
        if not rows:
            return f"there is no decision {shown(name)}; no decision has been deployed yet"
        return f"there is no decision {shown(name)}{hint(name, newest)}"

    async def decide(self, name: str, values: Values, *, version: int | None = None) -> Result:
        """What a decision comes to with these inputs, by name.

        Raises UnknownDecision, or DecisionError where it cannot be decided.
        """
        return self.evaluate(await self.find(name, version), values)

    def evaluate(self, found: FoundDecision, values: Values) -> Result:
        """The same of a decision that has been found."""
        moment = (self._clock() - _EPOCH) // timedelta(microseconds=1) * 1000
        return evaluate(found.model, found.row.id, values, moment=moment)

    async def rows(self) -> list[DecisionRow]:
        """The newest version of every decision, by id."""
        return await self._store.decisions()

    async def _model(self, row: DecisionRow) -> DecisionModel:
        known = self._models.get(row.digest)
        if known is None:
            xml = await self._store.decision_file(row.digest)
            assert xml is not None, "a decision's file is kept with it"
            known = self._models[row.digest] = await asyncio.to_thread(read, xml, file=row.file)
            if len(self._models) > MODELS_CACHED_MAX:
                self._models.popitem(last=False)
        self._models.move_to_end(row.digest)
        return known


Files = Sequence[tuple[str, bytes]]


def split(files: Files) -> tuple[Files, Files]:
    """The DMN files, told by their names, and the others."""
    decisions = [each for each in files if each[0].lower().endswith(SUFFIX)]
    return decisions, [each for each in files if each not in decisions]


async def read_decisions(files: Files) -> tuple[list[NewDecision], list[Problem]]:
    """The decisions and services of DMN files, and all that keeps them from being deployed."""
    new: dict[str, NewDecision] = {}
    problems: list[Problem] = []
    for file, xml in files:
        try:
            model = await asyncio.to_thread(read, xml, file=file)
        except InvalidProcess as error:
            problems += error.problems
            continue
        digest = hashlib.sha256(xml).hexdigest()
        for one in model.all:
            if one.id in new:
                message = f"{new[one.id].file} has a decision of this id too; give one another id"
                problems.append(Problem("duplicate-decision", message, one.id, file=file))
            new.setdefault(one.id, NewDecision(one.id, one.caption, file, digest, xml))
    return list(new.values()), problems
