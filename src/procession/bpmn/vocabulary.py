"""The names of BPMN 2.0.2: what runs, what is a drawing, what is refused by its name.

Rule: a name that is in none of these tables is not BPMN. A table is the only place where support
for an element is declared; docs/bpmn.md says the same in prose.
"""

from collections.abc import Mapping
from functools import lru_cache

from lxml.etree import _Element

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/BPMN/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DC",
    }
)
# The default of definitions/@expressionLanguage (clause 8.2.1): tools write it without meaning it.
XPATH = "http://www.w3.org/1999/XPath"

_BASE = frozenset({"id", "name"})
_ACTIVITY = _BASE | {"default", "startQuantity", "completionQuantity", "isForCompensation"}
_GATEWAY = _BASE | {"gatewayDirection"}

# The flow nodes that run, and the attributes that each may carry.
NODES: Mapping[str, frozenset[str]] = {
    "startEvent": _BASE | {"isInterrupting", "parallelMultiple"},
    "endEvent": _BASE,
    "intermediateThrowEvent": _BASE,
    "intermediateCatchEvent": _BASE | {"parallelMultiple"},
    "boundaryEvent": _BASE | {"attachedToRef", "cancelActivity", "parallelMultiple"},
    "task": _ACTIVITY,
    "manualTask": _ACTIVITY,
    "userTask": _ACTIVITY | {"implementation"},
    "serviceTask": _ACTIVITY | {"implementation"},
    "scriptTask": _ACTIVITY | {"scriptFormat"},
    "callActivity": _ACTIVITY | {"calledElement"},
    "subProcess": _ACTIVITY | {"triggeredByEvent"},
    "exclusiveGateway": _GATEWAY | {"default"},
    "inclusiveGateway": _GATEWAY | {"default"},
    "parallelGateway": _GATEWAY,
}

# What a timer may say, by the name of the child that says it (clause 10.5.5.8).
TIMES = ("timeDate", "timeDuration", "timeCycle")
_EXPRESSION = frozenset({"id", "language", "evaluatesToTypeRef"})

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    **NODES,
    "definitions": _BASE
    | {"targetNamespace", "expressionLanguage", "typeLanguage", "exporter", "exporterVersion"},
    "process": _BASE | {"processType", "isClosed", "isExecutable", "definitionalCollaborationRef"},
    "sequenceFlow": _BASE | {"sourceRef", "targetRef", "isImmediate"},
    "conditionExpression": _EXPRESSION,
    **dict.fromkeys(TIMES, _EXPRESSION),
    "timerEventDefinition": frozenset({"id"}),
    "errorEventDefinition": frozenset({"id", "errorRef"}),
    "linkEventDefinition": _BASE,
    "error": _BASE | {"errorCode", "structureRef"},
    "script": frozenset(),
}

# Attributes with a meaning that only their default has here.
FIXED_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "startQuantity": ("1",),
    "completionQuantity": ("1",),
    "isForCompensation": ("false", "0"),
    "triggeredByEvent": ("false", "0"),
    "parallelMultiple": ("false", "0"),
}
UNSUPPORTED_ATTRIBUTES = frozenset({"operationRef"})

UNSUPPORTED_NODES = frozenset(
    {
        *("adHocSubProcess", "businessRuleTask", "callChoreography", "choreographyTask"),
        *("complexGateway", "event", "eventBasedGateway", "implicitThrowEvent", "receiveTask"),
        *("sendTask", "subChoreography", "transaction"),
    }
)
FLOW_NODES = UNSUPPORTED_NODES | NODES.keys()
EVENTS = frozenset(name for name in NODES if name.endswith("Event"))
# What a boundary event may stand on (clause 10.5.6).
ACTIVITIES = frozenset(
    {
        *("task", "manualTask", "userTask", "serviceTask", "scriptTask", "callActivity"),
        *("subProcess", "adHocSubProcess", "businessRuleTask", "receiveTask", "sendTask"),
        "transaction",
    }
)

EVENT_DEFINITIONS = frozenset(
    {
        *("cancelEventDefinition", "compensateEventDefinition", "conditionalEventDefinition"),
        *("errorEventDefinition", "escalationEventDefinition", "eventDefinition"),
        *("eventDefinitionRef", "linkEventDefinition", "messageEventDefinition"),
        *("signalEventDefinition", "terminateEventDefinition", "timerEventDefinition"),
    }
)

# Parts of an element: a problem in one of them is a problem of that element.
PARTS = EVENT_DEFINITIONS | {"conditionExpression", "script", *TIMES}

# Children that say something about the run, so they cannot be skipped. With the nodes above, these
# are all names that BPMN has for a child of a process or of a flow node.
UNSUPPORTED_CHILDREN = EVENT_DEFINITIONS | {
    *("ioSpecification", "ioBinding", "property", "dataInput", "dataOutput", "inputSet"),
    *("outputSet", "dataInputAssociation", "dataOutputAssociation", "correlationSubscription"),
    *("resourceRole", "performer", "humanPerformer", "potentialOwner"),
    *("loopCharacteristics", "standardLoopCharacteristics", "multiInstanceLoopCharacteristics"),
    "completionCondition",
}

_SILENT = frozenset({"documentation", "extensionElements"})
_SILENT_IN_FLOW = _SILENT | {"auditing", "monitoring", "categoryValueRef"}
_SILENT_IN_NODE = _SILENT_IN_FLOW | {"incoming", "outgoing"}
# What is only drawn: it has no part in the run (clauses 8.4.1, 10.4.1, 10.8).
DRAWINGS = frozenset(
    {
        *("laneSet", "textAnnotation", "association", "group", "artifact"),
        *("dataObject", "dataObjectReference", "dataStoreReference"),
    }
)
_CONTAINER = DRAWINGS | NODES.keys() | {"sequenceFlow"}

# The children that each element may have; whatever else it holds is refused.
CHILDREN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(NODES, _SILENT_IN_NODE),
    "process": _SILENT_IN_FLOW | _CONTAINER | {"supports", "supportedInterfaceRef"},
    "subProcess": _SILENT_IN_NODE | _CONTAINER,
    "endEvent": _SILENT_IN_NODE | {"errorEventDefinition", "terminateEventDefinition"},
    "intermediateThrowEvent": _SILENT_IN_NODE | {"linkEventDefinition"},
    "intermediateCatchEvent": _SILENT_IN_NODE | {"linkEventDefinition", "timerEventDefinition"},
    "boundaryEvent": _SILENT_IN_NODE | {"errorEventDefinition", "timerEventDefinition"},
    "timerEventDefinition": _SILENT | {*TIMES},
    "errorEventDefinition": _SILENT,
    "linkEventDefinition": _SILENT | {"source", "target"},
    "userTask": _SILENT_IN_NODE | {"rendering"},
    "scriptTask": _SILENT_IN_NODE | {"script"},
    "sequenceFlow": _SILENT_IN_FLOW | {"conditionExpression"},
    "conditionExpression": _SILENT,
    **dict.fromkeys(TIMES, _SILENT),
    "script": frozenset(),
    "definitions": _SILENT
    | EVENT_DEFINITIONS - {"eventDefinitionRef"}
    | {
        *("process", "import", "extension", "relationship", "collaboration", "choreography"),
        *("globalConversation", "conversation", "itemDefinition", "message", "error", "signal"),
        *("escalation", "interface", "endPoint", "resource", "category", "dataStore"),
        *("partnerEntity", "partnerRole", "correlationProperty"),
    },
}
# Children of which there may be one only.
SINGLE = frozenset({"conditionExpression", "script", "extensionElements"})
UNSUPPORTED_ROOTS = frozenset(
    {
        *("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask"),
        *("globalBusinessRuleTask", "globalChoreographyTask"),
    }
)
UNSUPPORTED = UNSUPPORTED_NODES | UNSUPPORTED_CHILDREN | UNSUPPORTED_ROOTS
BPMN_NAMES = UNSUPPORTED.union(*CHILDREN.values())


@lru_cache(maxsize=512)
def local_name(tag: str) -> str:
    """`task` of `{namespace}task`."""
    return tag.rpartition("}")[2]


@lru_cache(maxsize=512)
def namespace_of(tag: str) -> str:
    """The namespace of `{namespace}task`; "" where there is none."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def local_id(name: str) -> str:
    """The id in a qualified name: its prefix says in which file it is, and here that is this one.

    It may be blank, and so is the id then.
    """
    return name.strip().rpartition(":")[2]


def name_of(element: _Element) -> str:
    """The element's name without its namespace."""
    return local_name(element.tag)  # type: ignore[arg-type]


def space_of(element: _Element) -> str:
    """The element's namespace."""
    return namespace_of(element.tag)  # type: ignore[arg-type]


def model(name: str) -> str:
    """The tag of a BPMN element, as lxml writes it."""
    return f"{{{MODEL}}}{name}"
