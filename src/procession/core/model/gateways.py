"""Gateways (BPMN 2.0.2 §10.6)."""

from dataclasses import dataclass
from enum import StrEnum

from procession.core.model.elements import Element
from procession.core.model.expressions import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusiveGateway(Element):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexGateway(Element):
    """Opens when its activation condition holds, and takes the late tokens after that (§13.4.5).

    The condition sees `activationCount`, the number of tokens that wait on its incoming flows, and
    the conditions on its outgoing flows see `waitingForStart`. None: it opens with the first.
    """

    activation_condition: Expression | None = None


class EventGatewayType(StrEnum):
    EXCLUSIVE = "Exclusive"
    PARALLEL = "Parallel"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBasedGateway(Element):
    """Waits for the first of the events that its flows lead to (§13.4.4).

    `instantiate`: no flow leads to it, and one of its events starts the process. `type` Parallel:
    the others must then come, too.
    """

    instantiate: bool = False
    type: EventGatewayType = EventGatewayType.EXCLUSIVE
