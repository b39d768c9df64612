"""For each problem code, the smallest file that has that problem and no other.

Rule: the list is complete over docs/bpmn.md; a new code comes with its file.
"""

from procession.bpmn.extensions import ATTRIBUTES_MAX
from procession.bpmn.parameters import PARAMETERS_MAX
from procession.bpmn.problems import PROBLEMS_MAX
from procession.bpmn.xml import DEPTH_MAX, ELEMENTS_MAX, XML_BYTES_MAX
from tests.unit.bpmn.notation import (
    boundary,
    caught,
    definitions,
    extended,
    flow,
    link,
    process,
    timer,
)

READ = '<p:readData table="T" mode="{}"><p:column name="Name"/>{}</p:readData>'
GATEWAY = '<exclusiveGateway id="e" {}/><task id="a"/><task id="b"/>'
SCRIPT = '<scriptTask id="e" {}>{}</scriptTask>'

START = '<startEvent id="start"/><userTask id="host"/>' + flow("f", "start", "host")
ON_BOUNDARY = START + boundary(timer("PT5M"))
LINK_SOURCE = '<task id="a"/>' + link("out") + flow("f", "a", "out")
LINK_TARGET = link("in")
COMPENSATED = START + (
    '<boundaryEvent id="c" attachedToRef="host"><compensateEventDefinition/></boundaryEvent>'
)
HANDLED = COMPENSATED + (
    '<task id="undo" isForCompensation="true"/><association sourceRef="c" targetRef="undo"/>'
)
EVENT_SUB_PROCESS = (
    f'<subProcess id="e" triggeredByEvent="true"><startEvent id="s">{timer("PT5M")}</startEvent>'
    "</subProcess>"
)


def parameter(attributes: str, columns: str = "") -> bytes:
    return process('<task id="e"/>', f"<p:parameter {attributes}>{columns}</p:parameter>")


def associated(association: str, data: str = "") -> bytes:
    """A task with one data input and one association."""
    inputs = '<ioSpecification><dataInput id="given"/></ioSpecification>'
    inner = f"{inputs}<dataInputAssociation>{association}</dataInputAssociation>"
    return process(f'{data}<task id="e">{inner}</task>')


def collaborating(content: str) -> bytes:
    """A collaboration of one process, which has two tasks, and a black box."""
    return definitions(
        f'<collaboration id="k"><participant id="black"/>{content}</collaboration>'
        '<process id="P"><task id="a"/><task id="b"/></process>'
    )


BAD_FILES: dict[str, bytes] = {
    # The file
    "too-large": b" " * (XML_BYTES_MAX + 1),
    "bad-encoding": b"<a>\xff</a>",
    "control-character": b"<a>\0</a>",
    "doctype": b"<!DOCTYPE a><a/>",
    "too-many-elements": b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>",
    "too-deep": b"<a>" * (DEPTH_MAX + 1),
    "broken-xml": b"<a>",
    "wrong-root": b"<a/>",
    "wrong-namespace": b"<definitions/>",
    "no-process": definitions(""),
    "unsupported-extension": definitions(
        '<extension mustUnderstand="true" definition="x:y"/>'
        '<process id="P"><task id="e"/></process>'
    ),
    # Names
    "missing-id": process("<task/>"),
    "bad-id": process('<task id="a b"/>'),
    "bad-process-id": process('<task id="e"/>', attributes='id="Größe"'),
    "duplicate-id": process('<task id="e"/><task id="e"/>'),
    "duplicate-process": definitions(
        '<process id="P"><task id="a"/></process><process id="P"><task id="b"/></process>'
    ),
    "duplicate-uid": process(
        '<task id="a" p:uid="11111111-2222-3333-4444-555555555555"/>'
        '<task id="b" p:uid="{11111111222233334444555555555555}"/>'
    ),
    "too-long": process(f'<task id="e" name="{"x" * 1001}"/>'),
    # Elements and attributes of BPMN
    "unsupported-element": process('<choreographyTask id="e"/>'),
    "unsupported-attribute": process('<task id="e" startQuantity="2"/>'),
    "unknown-element": process('<task id="e"/><tusk id="f"/>'),
    "unknown-attribute": process('<task id="e" colour="red"/>'),
    "misplaced-element": process('<task id="e"><sequenceFlow id="f"/></task>'),
    "duplicate-element": process('<task id="e"><extensionElements/><extensionElements/></task>'),
    "foreign-element": process('<task id="e"/><task xmlns="urn:other"/>'),
    "bad-boolean": process('<task id="e"/>', attributes='id="P" p:background="yes"'),
    "too-many-attributes": process(
        '<task id="e" ' + " ".join(f"a{i}='1'" for i in range(ATTRIBUTES_MAX + 1)) + "/>"
    ),
    "too-many-problems": process('<task id="e"/>' + "<tusk/>" * PROBLEMS_MAX),
    # Flows
    "dangling-flow": process('<task id="a"/>' + flow("f", "a", "b")),
    "flow-crosses-scope": process(
        '<task id="a"/><subProcess id="s"><task id="b"/></subProcess>' + flow("f", "a", "b")
    ),
    "flow-into-start": process('<startEvent id="s"/><task id="a"/>' + flow("f", "a", "s")),
    "flow-out-of-end": process('<endEvent id="e"/><task id="a"/>' + flow("f", "e", "a")),
    "flow-mismatch": process('<task id="a"><outgoing>f</outgoing></task>'),
    "condition-not-allowed": process(
        '<parallelGateway id="e"/><task id="a"/>' + flow("f", "e", "a", "True")
    ),
    "no-condition": process(GATEWAY.format("") + flow("f", "e", "a", " ")),
    "bad-default-flow": process(GATEWAY.format('default="g"') + flow("f", "a", "b")),
    "conditional-default-flow": process(
        GATEWAY.format('default="f"') + flow("f", "e", "a", "True") + flow("g", "e", "b")
    ),
    "empty-process": process(""),
    "many-starts": process('<startEvent id="a"/><startEvent id="b"/>'),
    "no-start": process('<task id="a"/><task id="b"/>' + flow("f", "a", "b") + flow("g", "b", "a")),
    "unknown-data-store": associated(
        "<sourceRef>s</sourceRef><targetRef>given</targetRef>",
        '<dataStoreReference id="s" dataStoreRef="t"/>',
    ),
    # Events
    "many-definitions": process(
        '<endEvent id="e">' + "<terminateEventDefinition/>" * 2 + "</endEvent>"
    ),
    "definition-not-allowed": process(caught("<escalationEventDefinition/>")),
    "unknown-definition": process(caught("<eventDefinitionRef>d</eventDefinitionRef>")),
    "no-message": process(caught("<messageEventDefinition/>")),
    "unknown-message": process(caught('<messageEventDefinition messageRef="m"/>')),
    "unknown-operation": process('<sendTask id="e" operationRef="o"/>'),
    "no-signal": process(caught("<signalEventDefinition/>")),
    "unknown-signal": process(caught('<signalEventDefinition signalRef="s"/>')),
    "unknown-escalation": process(
        START + boundary('<escalationEventDefinition escalationRef="E"/>')
    ),
    "no-escalation-code": process('<endEvent id="e"><escalationEventDefinition/></endEvent>'),
    "duplicate-catch": process(
        START
        + boundary("<escalationEventDefinition/>")
        + boundary("<escalationEventDefinition/>", id="c")
    ),
    "bad-event-data": definitions(
        '<signal id="s"/><process id="P"><endEvent id="e"><signalEventDefinition signalRef="s"/>'
        '<dataInput id="a"/><dataInput id="b"/></endEvent></process>'
    ),
    # Compensation
    "no-handler": process(COMPENSATED),
    "unused-handler": process('<task id="e"/><task id="undo" isForCompensation="true"/>'),
    "flow-at-handler": process(HANDLED + '<task id="t"/>' + flow("g", "undo", "t")),
    "flow-out-of-compensation": process(HANDLED + '<task id="t"/>' + flow("g", "c", "t")),
    "bad-compensation": process(
        '<task id="a"/><endEvent id="e"><compensateEventDefinition activityRef="a"/></endEvent>'
    ),
    # Gateways, sub-processes, loops
    "bad-event-gateway": process('<eventBasedGateway id="e"/>'),
    "bad-instantiation": process(
        '<subProcess id="s"><eventBasedGateway id="e" instantiate="true"/>'
        f'<intermediateCatchEvent id="c">{timer("PT5M")}</intermediateCatchEvent>'
        + flow("f", "e", "c")
        + '<task id="t"/></subProcess>'
    ),
    "no-trigger": process('<task id="t"/><subProcess id="e" triggeredByEvent="true"/>'),
    "bad-event-sub-process": process(
        '<task id="t"/>' + EVENT_SUB_PROCESS.replace("subProcess", "transaction")
    ),
    "flow-at-event-sub-process": process(
        '<task id="t"/>' + EVENT_SUB_PROCESS + flow("f", "t", "e")
    ),
    "empty-ad-hoc": process('<adHocSubProcess id="e"/>'),
    "misplaced-event": process(
        '<adHocSubProcess id="e"><task id="a"/><endEvent id="b"/></adHocSubProcess>'
    ),
    "bad-loop": process('<task id="e"><multiInstanceLoopCharacteristics/></task>'),
    "unknown-value": process(
        '<adHocSubProcess id="e" ordering="Random"><task id="a"/></adHocSubProcess>'
    ),
    # Data, correlation, collaborations
    "unknown-data": associated("<sourceRef>nothing</sourceRef><targetRef>given</targetRef>"),
    "bad-association": associated("<sourceRef>nothing</sourceRef>"),
    "duplicate-data": definitions(
        '<itemDefinition id="i" structureRef="xsd:int"/><process id="P"><property id="a" name="x"/>'
        '<property id="b" name="x" itemSubjectRef="i"/><task id="e"/></process>'
    ),
    "unknown-correlation": process(
        '<correlationSubscription correlationKeyRef="k"/><task id="e"/>'
    ),
    "no-correlation-path": definitions(
        '<message id="m"/><correlationProperty id="c"><correlationPropertyRetrievalExpression '
        'messageRef="m"/></correlationProperty><process id="P"><task id="e"/></process>'
    ),
    "unknown-participant": collaborating('<participant id="p" processRef="Q"/>'),
    "dangling-message-flow": collaborating(
        '<messageFlow id="f" sourceRef="black" targetRef="nowhere"/>'
    ),
    "message-flow-in-pool": collaborating('<messageFlow id="f" sourceRef="a" targetRef="b"/>'),
    "unknown-resource": process(
        '<userTask id="e"><performer><resourceRef>r</resourceRef></performer></userTask>'
    ),
    "no-definition": process(caught("")),
    "no-flow-into-event": process('<task id="a"/><intermediateThrowEvent id="e"/>'),
    "bad-attachment": process(ON_BOUNDARY.replace('attachedToRef="host"', 'attachedToRef="start"')),
    "flow-into-boundary": process(ON_BOUNDARY + flow("g", "host", "b")),
    "no-flow-out-of-boundary": process(ON_BOUNDARY.replace(flow("from_b", "b", "after_b"), "")),
    "no-timer": process(caught("<timerEventDefinition/>")),
    "bad-timer": process(caught(timer("5 minutes"))),
    "unknown-time-zone": process('<task id="e"/>', attributes='id="P" p:timeZone="Middle Earth"'),
    "cycle-not-allowed": process(caught(timer("R/PT5M", "timeCycle"))),
    "non-interrupting-error": process(
        START + boundary("<errorEventDefinition/>", 'cancelActivity="false"')
    ),
    "unknown-error": process(START + boundary('<errorEventDefinition errorRef="E"/>')),
    "no-error-code": process('<endEvent id="e"><errorEventDefinition/></endEvent>'),
    "duplicate-error": process(
        START + boundary("<errorEventDefinition/>") + boundary("<errorEventDefinition/>", id="c")
    ),
    "no-link-name": process('<task id="a"/>' + link("in", "")),
    "no-link-target": process(LINK_SOURCE),
    "many-link-targets": process(LINK_SOURCE + LINK_TARGET + link("in2")),
    "link-crosses-scope": process(
        f'{LINK_SOURCE}<subProcess id="s"><task id="b"/>{LINK_TARGET}</subProcess>'
    ),
    "flow-into-link": process(LINK_SOURCE + LINK_TARGET + flow("g", "a", "in")),
    "flow-out-of-link": process(
        LINK_SOURCE + LINK_TARGET + '<task id="b"/>' + flow("g", "out", "b")
    ),
    "link-mismatch": process(
        LINK_SOURCE.replace('name="L"/>', 'name="L"><target>other</target></linkEventDefinition>')
        + LINK_TARGET
    ),
    # Our namespace
    "unknown-extension": extended("task", "<p:paramter/>"),
    "misplaced-extension": extended("task", '<p:parameter code="A" type="Text"/>'),
    "misplaced-attribute": process('<task id="e" p:retries="3"/>'),
    "missing-attribute": parameter('type="Text"'),
    "unexpected-text": parameter('code="A" type="Text"', "some text"),
    "bad-guid": process('<task id="e" p:uid="1234"/>'),
    "bad-code": parameter('code="class" type="Text"'),
    "duplicate-parameter": process(
        '<task id="e"/>', '<p:parameter code="A" type="Text"/><p:parameter code="A" type="Text"/>'
    ),
    "too-many-parameters": process(
        '<task id="e"/>',
        "".join(f'<p:parameter code="A{i}" type="Text"/>' for i in range(PARAMETERS_MAX + 1)),
    ),
    "unknown-type": parameter('code="A" type="Txt"'),
    "unknown-direction": parameter('code="A" type="Text" direction="inn"'),
    "columns-without-collection": parameter(
        'code="A" type="Text"', '<p:column code="B" type="Text"/>'
    ),
    "nested-collection": parameter(
        'code="A" type="Collection"', '<p:column code="B" type="Collection"/>'
    ),
    "duplicate-column": parameter(
        'code="A" type="Collection"', '<p:column code="B" type="Text"/>' * 2
    ),
    "bad-default": parameter('code="A" type="Integer" default="\'many\'"'),
    # Texts
    "bad-expression": process(GATEWAY.format("") + flow("f", "e", "a", "Amount >")),
    "bad-script": process(SCRIPT.format('scriptFormat="python"', "<script>Score =</script>")),
    "unknown-language": definitions(
        '<process id="P"><task id="e"/></process>', 'expressionLanguage="urn:feel"'
    ),
    "unknown-script-format": process(
        SCRIPT.format('scriptFormat="cobol"', "<script>Score = 1</script>")
    ),
    "no-script": process(SCRIPT.format('scriptFormat="python"', "")),
    "half-formula": process(SCRIPT.format('p:formula="1"', "")),
    "script-and-formula": process(
        SCRIPT.format('p:formula="1" p:result="Score"', "<script>Score = 1</script>")
    ),
    # Work
    "no-work": process('<serviceTask id="e"/>'),
    "many-works": extended("serviceTask", '<p:addData table="T"/><p:addData table="U"/>'),
    "no-columns": extended("serviceTask", '<p:readData table="T"/>'),
    "unknown-mode": extended("serviceTask", READ.format("all", "")),
    "unknown-operator": extended(
        "serviceTask",
        READ.format("first", '<p:filter column="Name" operator="equals" expression="Name"/>'),
    ),
    "unknown-sort-direction": extended(
        "serviceTask", READ.format("first", '<p:sort column="Name" direction="up"/>')
    ),
    "unknown-method": extended("serviceTask", '<p:http url="\'http://x\'" method="FETCH"/>'),
    "bad-header": extended(
        "serviceTask", '<p:http url="Name"><p:header name="A: b" expression="Name"/></p:http>'
    ),
    "duplicate-header": extended(
        "serviceTask",
        '<p:http url="Name"><p:header name="Accept" expression="Name"/>'
        '<p:header name="accept" expression="Name"/></p:http>',
    ),
    "duplicate-value": extended(
        "serviceTask",
        '<p:addData table="T">' + '<p:value column="A" expression="Name"/>' * 2 + "</p:addData>",
    ),
    "bad-number": extended("serviceTask", '<p:addData table="T"/>', 'p:retries="0"'),
    "bad-duration": extended("serviceTask", '<p:addData table="T"/>', 'p:retryDelay="10s"'),
    "unknown-parameter": extended(
        "serviceTask", READ.format("first", '<p:output source="Name" target="Nmae"/>')
    ),
    "unknown-result": extended(
        "serviceTask", READ.format("first", '<p:output source="Nmae" target="Name"/>')
    ),
    "unknown-column": extended(
        "serviceTask",
        READ.format("collection", '<p:column name="X"/><p:output source="records" target="List"/>'),
    ),
    "wrong-type": extended(
        "serviceTask", READ.format("collection", '<p:output source="records" target="Amount"/>')
    ),
    "duplicate-input": extended(
        "callActivity", '<p:input target="A" expression="1"/>' * 2, 'calledElement="Q"'
    ),
    "duplicate-output": extended(
        "callActivity", '<p:output source="A" target="Score"/>' * 2, 'calledElement="Q"'
    ),
    "no-called-element": process('<callActivity id="e"/>'),
    "bad-called-element": process('<callActivity id="e" calledElement="a b"/>'),
    "wrong-direction": extended(
        "callActivity", '<p:input target="Score" expression="1"/>', 'calledElement="P"'
    ),
}
