"""The BPMN files that are measured, beside examples/UsrFiveSteps.bpmn."""

from collections.abc import Sequence
from pathlib import Path

FIVE_STEPS = Path(__file__).parent.parent / "examples" / "UsrFiveSteps.bpmn"
FIVE_STEPS_NAME = "UsrFiveSteps"
RESTS_NAME = "UsrRests"

_OPENING = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' targetNamespace="urn:procession:bench">'
)


def line(name: str, tasks: int, kind: str = "task") -> str:
    """A start event, so many tasks in a row, and an end event."""
    ids = ["Begin", *(f"Task{number}" for number in range(tasks)), "End"]
    elements = [
        '<startEvent id="Begin"/>',
        *(f'<{kind} id="{id}"/>' for id in ids[1:-1]),
        '<endEvent id="End"/>',
        *(_flow(number, ids) for number in range(len(ids) - 1)),
    ]
    process = f'<process id="{name}" isExecutable="true">{"".join(elements)}</process>'
    return f"{_OPENING}{process}</definitions>"


def _flow(number: int, ids: Sequence[str]) -> str:
    source, target = ids[number : number + 2]
    return f'<sequenceFlow id="Flow{number}" sourceRef="{source}" targetRef="{target}"/>'


def rests() -> str:
    """A process that rests at a user task."""
    return line(RESTS_NAME, 1, "userTask")


def copies(number: int) -> list[str]:
    """So many processes like the five steps, each under a name of its own."""
    text = FIVE_STEPS.read_text(encoding="utf-8")
    uid = 'procession:uid="df4a38c3-f605-5063-8bdf-b88d2d64b9e9"'
    assert uid in text, "the example has another GUID now"
    return [
        text.replace(uid, "").replace(FIVE_STEPS_NAME, f"{FIVE_STEPS_NAME}{one}")
        for one in range(number)
    ]
