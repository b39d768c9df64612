"""Calls that never come to an end: a process that must call itself, by whatever way round."""

from collections.abc import Iterable, Mapping

from procession.core.model import CallActivity, Process
from procession.errors import Problem


def calls_of(process: Process) -> list[CallActivity]:
    """The call activities of a process, at every depth."""
    return [each for each in process.elements.values() if isinstance(each, CallActivity)]


def endless_calls(
    processes: Iterable[Process], known: Mapping[str, Process], file: str
) -> list[Problem]:
    """Calls that come back to their own process and that no path of it avoids: it could not end."""
    problems = []
    for process in processes:
        for call in _unavoidable(process):
            path = _path_back(process.id, call.called, known)
            if path:
                message = (
                    f"each run calls {' → '.join(path)} again and never ends; "
                    "lead a path around the call"
                )
                problems.append(
                    Problem("endless-calls", message, call.id, call.name, call.line, file=file)
                )
    return problems


def _path_back(home: str, called: str, known: Mapping[str, Process]) -> list[str]:
    """The calls that lead from `called` back to `home` and cannot be avoided; [] if none do."""
    paths = {called: [home, called]}
    waiting = [called]
    while waiting:
        name = waiting.pop()
        if name == home:
            return paths[name]
        for call in _unavoidable(known[name]) if name in known else ():
            if call.called not in paths:
                paths[call.called] = [*paths[name], call.called]
                waiting.append(call.called)
    return []


def _unavoidable(process: Process) -> list[CallActivity]:
    """The calls of the process itself without which none of its ends can be reached."""
    return [call for call in calls_of(process) if not call.scope and not _ends(process, call.id)]


def _ends(process: Process, without: str) -> bool:
    """Whether a run can end though the element is closed to it."""
    waiting = [id for id in process.starts[""] if id != without]
    seen = set(waiting)
    while waiting:
        element = process.elements[waiting.pop()]
        if not element.outgoing:
            return True
        for flow in element.outgoing:
            target = process.flows[flow].target
            if target != without and target not in seen:
                seen.add(target)
                waiting.append(target)
    return False
