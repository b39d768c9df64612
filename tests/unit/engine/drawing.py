"""BPMN files for the engine's tests: a straight line of elements, or any elements and flows."""

import re
from itertools import pairwise

from procession.bpmn import NAMESPACE
from procession.bpmn.vocabulary import MODEL

PARAMETERS = """
<p:parameter code="Text" type="Text"/>
<p:parameter code="Amount" type="Integer" default="7"/>
<p:parameter code="Score" type="Integer" direction="out"/>
<p:parameter code="Secret" type="Integer" direction="internal"/>
"""


def file_of(*processes: str) -> bytes:
    return (
        f'<definitions xmlns="{MODEL}" xmlns:p="{NAMESPACE}" targetNamespace="urn:test">'
        f"{''.join(processes)}</definitions>"
    ).encode()


def process(name: str, *content: str, parameters: str = PARAMETERS, attributes: str = "") -> str:
    extensions = f"<extensionElements>{parameters}</extensionElements>"
    return f'<process id="{name}" {attributes}>{extensions}{"".join(content)}</process>'


def straight(name: str, *middle: str, parameters: str = PARAMETERS) -> str:
    """A process of these elements one after the other, between a start and an end."""
    elements = ['<startEvent id="start"/>', *middle, '<endEvent id="end"/>']
    ids = [id_of(element) for element in elements]
    flows = [flow(one, after) for one, after in pairwise(ids)]
    return process(name, *elements, *flows, parameters=parameters)


def id_of(element: str) -> str:
    found = re.search(r' id="(\w+)"', element)
    assert found, element
    return found[1]


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}'
        "</sequenceFlow>"
    )


def user(id: str = "ask", uid: str = "") -> str:
    return f'<userTask id="{id}" {f"""p:uid="{uid}" """ if uid else ""}/>'


def handler(
    id: str = "work", name: str = "work", *, given: str = "Amount", retries: int = 3
) -> str:
    """Calls a handler with `amount`; its `score` becomes Score. Tried again after 10, 20, 40 s."""
    return (
        f'<serviceTask id="{id}" p:retries="{retries}" p:retryDelay="PT10S"><extensionElements>'
        f'<p:handler name="{name}"><p:input target="amount" expression="{given}"/>'
        '<p:output source="score" target="Score"/></p:handler></extensionElements></serviceTask>'
    )


def call(called: str, id: str = "call", *, given: str = "Amount", to: str = "Amount") -> str:
    """Calls another process with a value of ours; its Score becomes our Score."""
    return (
        f'<callActivity id="{id}" calledElement="{called}"><extensionElements>'
        f'<p:input target="{to}" expression="{given}"/><p:output source="Score" target="Score"/>'
        "</extensionElements></callActivity>"
    )


def formula(id: str, result: str, text: str) -> str:
    return f'<scriptTask id="{id}" p:result="{result}" p:formula="{text}"/>'
