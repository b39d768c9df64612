"""What the search of each scope means for whoever drew the process."""

from collections.abc import Iterable, Iterator

from procession.core.model import BoundaryEvent, ComplexGateway, Element, Process
from procession.review.finding import Finding
from procession.review.net import (
    begin_place,
    is_driven,
    net_of,
    scopes_of,
    within_scopes,
)
from procession.review.reduce import reduced
from procession.review.search import Marking, Searched, cannot_end, search

PATH_SHOWN_MAX = 12
# What opens one is a condition over values, which are not looked at.
_COMPLEX = "it has a complex gateway"
_TOO_MUCH = "a split has very many ways, or there are too many states to look at all"


def check_soundness(process: Process) -> list[Finding]:
    """All findings of a process, scope by scope; none: it is sound."""
    acted: set[str] = set()
    findings: list[Finding] = []
    complete = True
    within = within_scopes(process)
    for scope, starts in scopes_of(process):
        elements = within.get(scope, [])
        if any(isinstance(each, ComplexGateway) for each in elements):
            complete = False
            findings.append(_not_decided(process, scope, _COMPLEX))
            continue
        net = net_of(process, scope, starts, elements)
        reduced(net)
        found = search(net)
        acted |= found.acted
        complete = complete and found.complete
        findings += _of_scope(process, found)
    if complete:
        findings += _never_reached(process, acted)
    return _once(findings)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Of those of one kind at one element, the first; it has the shortest path."""
    found: dict[tuple[str, str], Finding] = {}
    for each in findings:
        found.setdefault((each.code, each.element), each)
    return list(found.values())


def _of_scope(process: Process, found: Searched) -> Iterator[Finding]:
    for marking in found.stuck:
        yield from _starving(process, found, marking)
    for marking, place in found.met:
        yield _meeting(process, found, marking, place)
    if not found.complete:
        yield _not_decided(process, found.net.scope, _TOO_MUCH)
    elif not found.stuck:
        stays = cannot_end(found)
        if stays is not None:
            yield _endless(process, found, stays)


def _starving(process: Process, found: Searched, marking: Marking) -> Iterator[Finding]:
    for place in dict.fromkeys(marking):
        join = _target(process, place)
        missing = [flow for flow in join.incoming if flow not in marking]
        message = (
            f"{join.label} may wait for ever: a token comes by {place} and none by "
            f"{', '.join(missing)}{_by(process, found, marking)}"
        )
        yield _finding("starving-join", message, join, found.path(marking))


def _meeting(process: Process, found: Searched, marking: Marking, place: str) -> Finding:
    element = _target(process, place)
    message = (
        f"two tokens may reach {element.label} beside each other, and it is done once for each"
        f"{_by(process, found, marking)}; join them before it with a gateway"
    )
    return _finding("tokens-meet", message, element, found.path(marking))


def _endless(process: Process, found: Searched, marking: Marking) -> Finding:
    element = _target(process, marking[0])
    message = f"no way leads to an end from {element.label}{_by(process, found, marking)}"
    return _finding("cannot-end", message, element, found.path(marking))


def _not_decided(process: Process, scope: str, why: str) -> Finding:
    element = process.elements.get(scope)
    label = element.label if element else process.id
    message = f"whether {label} can always end was not decided: {why}"
    line = element.line if element else 0
    return Finding("not-decided", message, element.id if element else process.id, line)


def _never_reached(process: Process, acted: set[str]) -> Iterator[Finding]:
    """Elements that no token can ever reach; of a whole part that hangs together, each."""
    scopes = {scope for scope, _ in scopes_of(process)}
    for element in process.elements.values():
        if element.scope not in scopes or element.id in acted or not is_driven(element):
            continue
        if _behind_boundary(process, element) or _parent_unreached(process, element, acted):
            continue
        message = f"{element.label} is never reached: no way leads to it that a token can take"
        yield _finding("never-reached", message, element, [])


def _behind_boundary(process: Process, element: Element) -> bool:
    """A boundary event acts together with its activity, so it is not among those that acted."""
    return isinstance(element, BoundaryEvent)


def _parent_unreached(process: Process, element: Element, acted: set[str]) -> bool:
    """Its sub-process is never reached either, which says enough."""
    scope = process.elements.get(element.scope)
    return scope is not None and is_driven(scope) and scope.id not in acted


def _target(process: Process, place: str) -> Element:
    if place in process.flows:
        return process.elements[process.flows[place].target]
    return process.elements[place.removeprefix(begin_place(""))]


def _by(process: Process, found: Searched, marking: Marking) -> str:
    path = found.path(marking)
    shown = [process.elements[each].label for each in path]
    if len(shown) > PATH_SHOWN_MAX:
        shown = [*shown[: PATH_SHOWN_MAX // 2], "…", *shown[-PATH_SHOWN_MAX // 2 :]]
    return f", by {' → '.join(shown)}" if shown else ""


def _finding(code: str, message: str, element: Element, path: list[str]) -> Finding:
    return Finding(code, message, element.id, element.line, tuple(path))
