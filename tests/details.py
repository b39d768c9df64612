"""What an element does beyond its kind, for processes that tests draw (building.py).

Each function gives a detail: called with the types of the process's parameters, so that expressions
can be compiled, it answers the fields of the element.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from procession.core.model import (
    AdHocOrdering,
    Association,
    CallActivity,
    CancelEventDefinition,
    CompensateEventDefinition,
    ConditionalEventDefinition,
    Element,
    ErrorEventDefinition,
    EscalationEventDefinition,
    EventDefinition,
    Expression,
    Input,
    MessageEventDefinition,
    Output,
    Parameter,
    Retries,
    Script,
    ServiceTask,
    SignalEventDefinition,
    Template,
    TerminateEventDefinition,
    TimerEventDefinition,
    TimerKind,
)
from procession.core.values import DataType, Direction, Kind
from procession.expressions import LANGUAGES, SCRIPTS

Kinds = tuple[tuple[str, Kind], ...]
Detail = Callable[[Kinds], dict[str, Any]]


@cache
def expression(text: str, kinds: Kinds) -> Expression:
    """A compiled expression; the same text is compiled once."""
    return LANGUAGES[""](text, dict(kinds))


@cache
def _script(text: str, kinds: Kinds) -> Script:
    return SCRIPTS["python"](text, dict(kinds))


# -- what an element does beyond its kind ---------------------------------------------------------


def service(
    kind: str = "work",
    *,
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | None = None,
    retries: Retries | None = None,
) -> Detail:
    """A job; each input is an expression, or an object or a list of such."""
    return lambda kinds: {
        "kind": kind,
        "inputs": {name: _template(each, kinds) for name, each in (inputs or {}).items()},
        "outputs": _outputs(outputs),
        "retries": retries or Retries(),
    }


def call(
    process: str,
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    **others: Any,
) -> Detail:
    """A call; the inputs are expressions."""
    return lambda kinds: {
        **others,
        "called": process,
        "inputs": tuple(
            Input(name, expression(text, kinds)) for name, text in (inputs or {}).items()
        ),
        "outputs": _outputs(outputs),
    }


def script(text: str) -> Detail:
    """A script of our own language."""
    return lambda kinds: {"script": _script(text, kinds)}


def formula(result: str, text: str) -> Detail:
    """A formula that gives one parameter its value."""
    return lambda kinds: {"formula": expression(text, kinds), "result": result}


def _template(given: Any, kinds: Kinds) -> Template:
    if isinstance(given, str):
        return expression(given, kinds)
    if isinstance(given, Mapping):
        return {name: _template(each, kinds) for name, each in given.items()}
    return tuple(_template(each, kinds) for each in given) if isinstance(given, list) else given


def _outputs(given: Mapping[str, str] | None) -> tuple[Output, ...]:
    return tuple(Output(source, target) for source, target in (given or {}).items())


# -- variables ------------------------------------------------------------------------------------

_PARAMETER = re.compile(r"(\w+): (\w+)(?: (in|out|both|internal))?(?: = (.+))?")


def having(
    variables: str = "",
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
    doing: Detail | None = None,
    **others: Any,
) -> Detail:
    """Variables of the activity's own, and what goes into and out of it; members as `Order.Sum`."""

    def described(kinds: Kinds) -> dict[str, Any]:
        own = parameters_of(variables, kinds)
        seen = (*kinds, *((each.code, each.kind) for each in own.values()))
        return {
            **(doing(seen) if doing else {}),
            "variables": own,
            "input_associations": _associations(before, seen),
            "output_associations": _associations(after, seen),
            **others,
        }

    return described


def _associations(given: Mapping[str, str] | None, kinds: Kinds) -> tuple[Association, ...]:
    found = []
    for target, text in (given or {}).items():
        name, *path = target.split(".")
        found.append(Association(name, expression(text, kinds), tuple(path)))
    return tuple(found)


def parameters_of(text: str, around: Kinds = ()) -> dict[str, Parameter]:
    """Parameters as `N: Integer out = 0, T: Text`; without a direction they go both ways."""
    found: dict[str, Parameter] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        match = _PARAMETER.fullmatch(part)
        assert match, part
        code, kind, direction, default = match.groups()
        before = (*around, *((each.code, each.kind) for each in found.values()))
        found[code] = Parameter(
            code,
            Kind(DataType(kind)),
            Direction(direction or "both"),
            default=expression(default, before) if default else None,
        )
    return found


# -- events ---------------------------------------------------------------------------------------

Definition = Callable[[Kinds], EventDefinition]


def catch(*definitions: Definition, parallel: bool = False, interrupting: bool = True) -> Detail:
    """What a catching event waits for; a start of an event sub-process interrupts or not."""

    def described(kinds: Kinds) -> dict[str, Any]:
        found = {"definitions": tuple(each(kinds) for each in definitions), "parallel": parallel}
        return found if interrupting else {**found, "interrupting": False}

    return described


def on(
    host: str, *definitions: Definition, interrupting: bool = True, parallel: bool = False
) -> Detail:
    """What a boundary event waits for, and where it stands."""
    return lambda kinds: {
        "attached_to": host,
        "interrupting": interrupting,
        "parallel": parallel,
        "definitions": tuple(each(kinds) for each in definitions),
    }


def throw(*definitions: Definition) -> Detail:
    """What a throwing event throws."""
    return lambda kinds: {"definitions": tuple(each(kinds) for each in definitions)}


def receive(definition: Definition, *, instantiate: bool = False) -> Detail:
    """The message of a receive task."""
    return lambda kinds: {"message": definition(kinds), "instantiate": instantiate}


def send(definition: Definition) -> Detail:
    """The message of a send task."""
    return lambda kinds: {"message": definition(kinds)}


def message(
    name: str,
    *,
    key: str | None = None,
    payload: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Definition:
    """A message; its key and its payload are expressions."""
    return lambda kinds: MessageEventDefinition(
        name,
        key=None if key is None else expression(key, kinds),
        payload=_payload(payload, kinds),
        outputs=_outputs(outputs),
    )


def signal(
    name: str,
    *,
    payload: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Definition:
    return lambda kinds: SignalEventDefinition(name, _payload(payload, kinds), _outputs(outputs))


def error(
    code: str | None,
    *,
    payload: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Definition:
    return lambda kinds: ErrorEventDefinition(code, _payload(payload, kinds), _outputs(outputs))


def escalation(
    code: str | None,
    *,
    payload: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Definition:
    return lambda kinds: EscalationEventDefinition(
        code, _payload(payload, kinds), _outputs(outputs)
    )


def condition(text: str) -> Definition:
    return lambda kinds: ConditionalEventDefinition(expression(text, kinds))


def timer(text: str, kind: TimerKind = TimerKind.DURATION) -> Definition:
    """A timer with this text, which is a constant."""
    return lambda kinds: TimerEventDefinition(kind, expression(repr(text), kinds))


def compensation(activity: str | None = None, *, wait: bool = True) -> Definition:
    return lambda kinds: CompensateEventDefinition(activity, wait)


def cancel() -> Definition:
    return lambda kinds: CancelEventDefinition()


def undone_by(host: str, handler: str) -> Detail:
    """A compensation event on an activity's boundary, and the activity that it leads to."""
    return lambda kinds: {**on(host, compensation())(kinds), "handler": handler}


def for_compensation(detail: Detail | None = None) -> Detail:
    """A compensation handler, with what else it has."""
    return lambda kinds: {**(detail(kinds) if detail else {}), "for_compensation": True}


def terminate() -> Definition:
    return lambda kinds: TerminateEventDefinition()


def activated(text: str) -> Detail:
    """The activation condition of a complex gateway."""
    seen = (("activationCount", Kind(DataType.INTEGER)),)
    return lambda kinds: {"activation_condition": expression(text, (*kinds, *seen))}


def ad_hoc(
    *,
    sequential: bool = False,
    until: str | None = None,
    cancel_remaining: bool = True,
    begin_with: str | None = None,
) -> Detail:
    """An ad-hoc sub-process: its completion condition, and what it begins by itself."""
    return lambda kinds: {
        "ordering": AdHocOrdering.SEQUENTIAL if sequential else AdHocOrdering.PARALLEL,
        "completion_condition": None if until is None else expression(until, kinds),
        "cancel_remaining": cancel_remaining,
        "begin_with": None if begin_with is None else expression(begin_with, kinds),
    }


def _payload(given: Mapping[str, Any] | None, kinds: Kinds) -> Mapping[str, Template]:
    return {name: _template(each, kinds) for name, each in (given or {}).items()}


def triggered_by_event(kinds: Kinds) -> dict[str, Any]:
    return {"triggered_by_event": True}


STOP = throw(terminate())
NEEDED: Mapping[type[Element], Detail] = {
    ServiceTask: service(),
    CallActivity: call("Child"),
}
