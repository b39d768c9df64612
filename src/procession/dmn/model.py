"""What a DMN file is read to: the requirements graph with its logic compiled; immutable."""

from collections.abc import Mapping
from dataclasses import dataclass

from procession.dmn.functions import Definition
from procession.dmn.logic import Logic
from procession.dmn.types import ItemType


@dataclass(frozen=True, slots=True)
class InputData:
    """What has to be given, by `name`."""

    id: str
    name: str
    type: ItemType


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `name` is its variable, which others see; `caption` what people read.

    `requires`: the ids of the inputs and decisions that it sees; `uses`: those of the functions.
    """

    id: str
    name: str
    caption: str
    type: ItemType
    requires: tuple[str, ...]
    uses: tuple[str, ...]
    logic: Logic | None


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model: a function. `uses`: the ids of the functions that it sees."""

    id: str
    name: str
    uses: tuple[str, ...]
    definition: Definition


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Decisions with a border around them: a function of its inputs (DMN 1.5, 10.4)."""

    id: str
    name: str
    caption: str
    type: ItemType
    outputs: tuple[str, ...]
    input_decisions: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """All of a file, by id. `decisions` stand in order: each after those that it requires."""

    id: str
    name: str
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, KnowledgeModel]
    services: Mapping[str, DecisionService]
    ranks: Mapping[str, int]

    def find(self, name: str) -> Decision | DecisionService | None:
        """A decision or service by its id, or else by its caption or variable."""
        found = self.decisions.get(name) or self.services.get(name)
        if found is not None:
            return found
        return next((one for one in self.all if name in (one.caption, one.name)), None)

    @property
    def all(self) -> list[Decision | DecisionService]:
        """What can be asked for."""
        return [*self.decisions.values(), *self.services.values()]
