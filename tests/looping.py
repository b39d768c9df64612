"""Loops for processes that tests draw (building.py), and the rounds of a run.

    build("start → user ask → end", ask=each(items="Names", item="Name"))

`each` is a multi-instance loop and `repeated` a standard one; both take the detail of the element
as their first argument, and what it says sees the loop's names. An element within a looped
sub-process says `seeing("Name")(detail)` for that.
"""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.changes import AnyChange
from procession.core.commands import CompleteJob, ExecuteElement, FailJob, ResolveIncident
from procession.core.ids import ElementInstanceId
from procession.core.model import (
    Association,
    ComplexBehavior,
    LoopBehavior,
    MultiInstance,
    Parameter,
    StandardLoop,
)
from procession.core.values import DataType, Kind
from tests.details import Definition, Detail, Kinds, expression
from tests.world import Run

COUNTERS = (
    *("loopCounter", "numberOfInstances", "numberOfActiveInstances"),
    *("numberOfCompletedInstances", "numberOfTerminatedInstances"),
    *("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"),
)


def seeing(*names: str) -> Callable[[Detail], Detail]:
    """A detail that may speak of variables of any type, beside the process's parameters."""
    return lambda detail: lambda kinds: detail(_with(kinds, *names))


def _with(kinds: Kinds, *names: str) -> Kinds:
    return (*kinds, *((name, Kind(DataType.ANY)) for name in names if name))


def plain(kinds: Kinds) -> dict[str, Any]:
    """No more than its kind says."""
    return {}


def repeated(
    detail: Detail = plain,
    *,
    while_: str | None = None,
    test_before: bool = False,
    maximum: int | None = None,
) -> Detail:
    """A standard loop; the condition is an expression."""

    def described(kinds: Kinds) -> dict[str, Any]:
        seen = _with(kinds, "loopCounter")
        condition = None if while_ is None else expression(while_, seen)
        return {**detail(seen), "loop": StandardLoop(condition, test_before, maximum)}

    return described


def each(
    detail: Detail = plain,
    *,
    items: str | None = None,
    item: str | None = None,
    cardinality: str | None = None,
    until: str | None = None,
    output: tuple[str, str] | None = None,
    throws: Definition | Mapping[str, Definition] | None = None,
    behavior: LoopBehavior = LoopBehavior.ALL,
    **others: Any,
) -> Detail:
    """A multi-instance loop. `until`: its completion condition; `output`: a variable and what each
    gives to its list; `throws`: the event of its behavior, or events by condition."""

    def described(kinds: Kinds) -> dict[str, Any]:
        seen = _with(kinds, item or "", *COUNTERS)

        def compiled(text: str | None) -> Any:
            return None if text is None else expression(text, seen)

        events = throws if isinstance(throws, Mapping) else {}
        event = throws(seen) if throws is not None and not isinstance(throws, Mapping) else None
        loop = MultiInstance(
            items=compiled(items),
            item=item,
            cardinality=compiled(cardinality),
            completion_condition=compiled(until),
            output=output[0] if output else None,
            output_item=compiled(output[1] if output else None),
            behavior=behavior,
            none_event=event if behavior is LoopBehavior.NONE else None,
            one_event=event if behavior is LoopBehavior.ONE else None,
            complex_behaviors=tuple(
                ComplexBehavior(compiled(text), definition(seen))
                for text, definition in events.items()
            ),
            **others,
        )
        return {**detail(seen), "loop": loop}

    return described


def owning(
    detail: Detail = plain,
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    sees: tuple[str, ...] = (),
    **kinds_of: DataType,
) -> Detail:
    """Variables of the activity itself, and the associations that fill them and that they fill."""

    def described(kinds: Kinds) -> dict[str, Any]:
        own = ((name, Kind(type_)) for name, type_ in kinds_of.items())
        seen = (*_with(kinds, *sees), *own)
        return {
            **detail(seen),
            "variables": {name: Parameter(name, Kind(each)) for name, each in kinds_of.items()},
            "input_associations": _associations(inputs, seen),
            "output_associations": _associations(outputs, seen),
        }

    return described


def _associations(given: Mapping[str, str] | None, kinds: Kinds) -> tuple[Association, ...]:
    return tuple(
        Association(target, expression(text, kinds)) for target, text in (given or {}).items()
    )


# -- the rounds of a run --------------------------------------------------------------------------


def rounds(run: Run, element: str) -> list[ElementInstanceId]:
    """The live rounds of an element, oldest first."""
    instance = run.instance
    found = [each for each in instance.elements.values() if each.element == element]
    return [each.id for each in found if instance.is_round(each)]


def seen_by(run: Run, element: str, name: str) -> list[Any]:
    """A variable of each live round."""
    elements = run.instance.elements
    return [elements[number].values[name] for number in rounds(run, element)]


def execute(run: Run, element: str, number: int = 0, **values: Any) -> list[AnyChange]:
    """Execute the round that has this place among those alive."""
    return run.ask(ExecuteElement(rounds(run, element)[number], values))


def answer(run: Run, element: str, number: int = 0, **values: Any) -> list[AnyChange]:
    (job,) = run.instance.elements[rounds(run, element)[number]].jobs
    return run.ask(CompleteJob(job, values))


def fail(run: Run, element: str, number: int = 0) -> list[AnyChange]:
    (job,) = run.instance.elements[rounds(run, element)[number]].jobs
    return run.ask(FailJob(job, "Failed", f"{element} failed", retryable=False))


def retry(run: Run, element: str, number: int = 0) -> list[AnyChange]:
    return run.ask(ResolveIncident(rounds(run, element)[number]))


def execute_within(run: Run, element: str, number: int) -> None:
    """Execute one of several live instances of an element that is no loop itself."""
    found = [one.id for one in run.instance.elements.values() if one.element == element]
    run.ask(ExecuteElement(found[number], {}))
