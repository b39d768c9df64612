"""The BPMN files that are measured, beside examples/UsrFiveSteps.bpmn."""

from collections.abc import Sequence
from pathlib import Path

FIVE_STEPS = Path(__file__).parent.parent / "examples" / "UsrFiveSteps.bpmn"
FIVE_STEPS_NAME = "UsrFiveSteps"
FIVE_STEPS_UID = "df4a38c3-f605-5063-8bdf-b88d2d64b9e9"
RESTS_NAME = "UsrRests"

_OPENING = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:procession="urn:procession:bpmn:1.0" targetNamespace="urn:procession:bench">'
)
SIGNAL = "alarm"


def line(name: str, tasks: int, kind: str = "task") -> str:
    """A start event, so many tasks in a row, and an end event."""
    ids = ["Begin", *(f"Task{number}" for number in range(tasks)), "End"]
    elements = [
        '<startEvent id="Begin"/>',
        *(f'<{kind} id="{id}"/>' for id in ids[1:-1]),
        '<endEvent id="End"/>',
        *(_flow(number, ids) for number in range(len(ids) - 1)),
    ]
    return _file(name, *elements)


def _file(name: str, *elements: str, root: str = "") -> str:
    process = f'<process id="{name}" isExecutable="true">{"".join(elements)}</process>'
    return f"{_OPENING}{root}{process}</definitions>"


def _number() -> str:
    parameter = '<procession:parameter code="Number" type="Integer" direction="in"/>'
    return f"<extensionElements>{parameter}</extensionElements>"


def decisions(name: str, gateways: int) -> str:
    """So many exclusive gateways in a row, each with a condition and a task of its own."""
    elements = [_number(), '<startEvent id="Begin"/>', '<endEvent id="End"/>']
    before = "Begin"
    for number in range(gateways):
        gateway, task = f"Is{number}", f"Task{number}"
        after = f"Is{number + 1}" if number + 1 < gateways else "End"
        elements += [
            f'<exclusiveGateway id="{gateway}" default="No{number}"/><task id="{task}"/>',
            f'<sequenceFlow id="To{number}" sourceRef="{before}" targetRef="{gateway}"/>',
            f'<sequenceFlow id="Yes{number}" sourceRef="{gateway}" targetRef="{task}">',
            f"<conditionExpression>Number &gt; {number}</conditionExpression></sequenceFlow>",
            f'<sequenceFlow id="No{number}" sourceRef="{gateway}" targetRef="{after}"/>',
        ]
        before = task
    last = f'<sequenceFlow id="Last" sourceRef="{before}" targetRef="End"/>'
    return _file(name, *elements, last)


def loop(name: str, task: str, *, sequential: bool) -> str:
    """One task that is done for as many items as the process is given."""
    after = f'isSequential="{str(sequential).lower()}"'
    items = f"<loopCardinality>Number</loopCardinality></multiInstanceLoopCharacteristics></{task}>"
    return _file(
        name, _number(), f'<{task} id="Task"><multiInstanceLoopCharacteristics {after}>{items}'
    )


def listens(name: str) -> str:
    """A process that waits for the signal."""
    root = f'<signal id="Signal" name="{SIGNAL}"/>'
    caught = '<signalEventDefinition signalRef="Signal"/></intermediateCatchEvent>'
    ends = '<startEvent id="Begin"/><endEvent id="End"/>'
    flows = (_flow(number, ("Begin", "Wait", "End")) for number in range(2))
    event = f'<intermediateCatchEvent id="Wait">{caught}'
    return _file(name, ends, event, *flows, root=root)


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
