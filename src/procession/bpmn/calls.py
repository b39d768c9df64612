"""Whether call activities give a called process what it takes, and take what it gives.

Rule: a called process that is not among the known ones is no problem here: it may be deployed
later.
"""

from collections.abc import Iterable, Iterator, Mapping

from procession.bpmn.problems import near
from procession.core.model import CallActivity, Process
from procession.core.values import Direction, shown
from procession.errors import Problem


def check_calls(
    processes: Iterable[Process], known: Mapping[str, Process], file: str = ""
) -> list[Problem]:
    """The mappings of all call activities of `processes` that contradict a known process."""
    return [
        Problem(code, message, element.id, element.name, element.line, file=file)
        for process in processes
        for element in process.elements.values()
        if isinstance(element, CallActivity) and element.called in known
        # Another version may take and give other values.
        if element.version is None
        for code, message in _contradictions(element, known[element.called])
    ]


def _contradictions(call: CallActivity, called: Process) -> Iterator[tuple[str, str]]:
    for given in call.inputs:
        yield from _check(called, given.target, {Direction.IN, Direction.BOTH}, "be given")
    for output in call.outputs:
        yield from _check(called, output.source, {Direction.OUT, Direction.BOTH}, "be taken")


def _check(
    called: Process, code: str, allowed: set[Direction], verb: str
) -> Iterator[tuple[str, str]]:
    parameter = called.parameters.get(code)
    if parameter is None and called.open:
        return
    if parameter is None:
        hint = near(code, called.parameters)
        yield "unknown-parameter", f"{called.id} has no parameter {shown(code)}.{hint}"
    elif parameter.direction not in allowed:
        message = f"{code} of {called.id} cannot {verb}: its direction is {parameter.direction}"
        yield "wrong-direction", f"{message}; change it there, or leave it out here"
