"""What a review of processes has found, as warnings of the file that they came from."""

from collections.abc import Callable, Iterable

from procession.bpmn import File
from procession.core.model import Process
from procession.errors import Problem
from procession.review import Finding, check_drawing, check_soundness

Review = Callable[[Process], list[Finding]]

# As it is deployed, what may go wrong; as it is checked, what its reader may stumble over, too.
AS_DEPLOYED: tuple[Review, ...] = (check_soundness,)
AS_CHECKED: tuple[Review, ...] = (check_soundness, check_drawing)


def warnings_of(read: File, file: str, reviews: Iterable[Review]) -> list[Problem]:
    """The warnings of a file that was read, without those that it silences."""
    found = [
        _warning(finding, process, file)
        for process in read.processes
        for review in reviews
        for finding in review(process)
    ]
    return read.silenced.kept(found)


def _warning(finding: Finding, process: Process, file: str) -> Problem:
    element = process.elements.get(finding.element)
    name = element.name if element else ""
    return Problem(
        finding.code,
        finding.message,
        finding.element,
        name,
        finding.line,
        file=file,
        warning=True,
    )
