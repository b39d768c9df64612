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
_SUB_PROCESS = _ACTIVITY | {"triggeredByEvent"}
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
    "serviceTask": _ACTIVITY | {"implementation", "operationRef"},
    "sendTask": _ACTIVITY | {"implementation", "operationRef", "messageRef"},
    "receiveTask": _ACTIVITY | {"implementation", "operationRef", "messageRef", "instantiate"},
    "businessRuleTask": _ACTIVITY | {"implementation"},
    "scriptTask": _ACTIVITY | {"scriptFormat"},
    "callActivity": _ACTIVITY | {"calledElement"},
    "subProcess": _SUB_PROCESS,
    "transaction": _SUB_PROCESS | {"method"},
    "adHocSubProcess": _SUB_PROCESS | {"ordering", "cancelRemainingInstances"},
    "exclusiveGateway": _GATEWAY | {"default"},
    "inclusiveGateway": _GATEWAY | {"default"},
    "parallelGateway": _GATEWAY,
    "complexGateway": _GATEWAY | {"default"},
    "eventBasedGateway": _GATEWAY | {"instantiate", "eventGatewayType"},
}
# A task of its own, which call activities may call (clause 10.3.7), and the node that it is.
GLOBAL_TASKS: Mapping[str, str] = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}

# What a timer may say, by the name of the child that says it (clause 10.5.5.8).
TIMES = ("timeDate", "timeDuration", "timeCycle")
# Children whose text is an expression.
_EXPRESSIONS = (
    *("conditionExpression", "condition", "activationCondition", "completionCondition"),
    *("loopCondition", "loopCardinality", "transformation", "from", "to", "messagePath"),
    *("dataPath", *TIMES),
)
_EXPRESSION = frozenset({"id", "language", "evaluatesToTypeRef"})
_ITEM = frozenset({"id", "name", "itemSubjectRef", "isCollection"})
_ITEM_AWARE = ("property", "dataInput", "dataOutput", "inputDataItem", "outputDataItem")
_FLOW_ITEMS = ("dataObject", "dataObjectReference", "dataStoreReference")

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    **NODES,
    **dict.fromkeys(GLOBAL_TASKS, _BASE),
    "globalUserTask": _BASE | {"implementation"},
    "globalScriptTask": _BASE | {"scriptLanguage"},
    "globalBusinessRuleTask": _BASE | {"implementation"},
    "definitions": _BASE
    | {"targetNamespace", "expressionLanguage", "typeLanguage", "exporter", "exporterVersion"},
    "process": _BASE | {"processType", "isClosed", "isExecutable", "definitionalCollaborationRef"},
    "sequenceFlow": _BASE | {"sourceRef", "targetRef", "isImmediate"},
    **dict.fromkeys(_EXPRESSIONS, _EXPRESSION),
    **dict.fromkeys(_ITEM_AWARE, _ITEM),
    "dataObject": _ITEM,
    "dataObjectReference": frozenset({"id", "name", "itemSubjectRef", "dataObjectRef"}),
    "dataStore": _BASE | {"capacity", "isUnlimited", "itemSubjectRef"},
    "dataStoreReference": _BASE | {"itemSubjectRef", "dataStoreRef"},
    "dataInputAssociation": frozenset({"id"}),
    "dataOutputAssociation": frozenset({"id"}),
    "standardLoopCharacteristics": frozenset({"id", "testBefore", "loopMaximum"}),
    "multiInstanceLoopCharacteristics": frozenset(
        {"id", "isSequential", "behavior", "oneBehaviorEventRef", "noneBehaviorEventRef"}
    ),
    "timerEventDefinition": frozenset({"id"}),
    "messageEventDefinition": frozenset({"id", "messageRef"}),
    "signalEventDefinition": frozenset({"id", "signalRef"}),
    "errorEventDefinition": frozenset({"id", "errorRef"}),
    "escalationEventDefinition": frozenset({"id", "escalationRef"}),
    "compensateEventDefinition": frozenset({"id", "waitForCompletion", "activityRef"}),
    "conditionalEventDefinition": frozenset({"id"}),
    "cancelEventDefinition": frozenset({"id"}),
    "terminateEventDefinition": frozenset({"id"}),
    "linkEventDefinition": _BASE,
    "message": _BASE | {"itemRef"},
    "signal": _BASE | {"structureRef"},
    "error": _BASE | {"errorCode", "structureRef"},
    "escalation": _BASE | {"escalationCode", "structureRef"},
    "itemDefinition": frozenset({"id", "structureRef", "isCollection", "itemKind"}),
    "correlationProperty": _BASE | {"type"},
    "correlationPropertyRetrievalExpression": frozenset({"id", "messageRef"}),
    "correlationKey": _BASE,
    "correlationSubscription": frozenset({"id", "correlationKeyRef"}),
    "correlationPropertyBinding": frozenset({"id", "correlationPropertyRef"}),
    "messageFlow": _BASE | {"sourceRef", "targetRef", "messageRef"},
    "script": frozenset(),
}

BOOLEANS = frozenset(
    {
        *("isExecutable", "isForCompensation", "triggeredByEvent", "isInterrupting"),
        *("cancelActivity", "parallelMultiple", "instantiate", "testBefore", "isSequential"),
        *("waitForCompletion", "cancelRemainingInstances", "isCollection", "isUnlimited"),
    }
)
# Attributes of which BPMN lists the values.
ENUMERATIONS: Mapping[str, tuple[str, ...]] = {
    "eventGatewayType": ("Exclusive", "Parallel"),
    "ordering": ("Parallel", "Sequential"),
    "behavior": ("None", "One", "All", "Complex"),
}
# Attributes with a meaning that only their default has here.
FIXED_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "startQuantity": ("1",),
    "completionQuantity": ("1",),
    "method": ("##Compensate", ""),
}

UNSUPPORTED_NODES = frozenset(
    {
        *("callChoreography", "choreographyTask", "event", "implicitThrowEvent"),
        "subChoreography",
    }
)
FLOW_NODES = UNSUPPORTED_NODES | NODES.keys()
EVENTS = frozenset(name for name in NODES if name.endswith("Event"))
GATEWAYS = frozenset(name for name in NODES if name.endswith("Gateway"))
LOOPS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")
# What a boundary event may stand on (clause 10.5.6).
ACTIVITIES = NODES.keys() - EVENTS - GATEWAYS
# Activities that hold others (clause 10.3.5).
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})

EVENT_DEFINITIONS = frozenset(
    {
        *("cancelEventDefinition", "compensateEventDefinition", "conditionalEventDefinition"),
        *("errorEventDefinition", "escalationEventDefinition", "linkEventDefinition"),
        *("messageEventDefinition", "signalEventDefinition", "terminateEventDefinition"),
        "timerEventDefinition",
    }
)
_DEFINITIONS = EVENT_DEFINITIONS | {"eventDefinitionRef"}

_SILENT = frozenset({"documentation", "extensionElements"})
_SILENT_IN_FLOW = _SILENT | {"auditing", "monitoring", "categoryValueRef"}
_SILENT_IN_NODE = _SILENT_IN_FLOW | {"incoming", "outgoing"}
# Who does a user task (clause 10.3.1).
ROLES = ("resourceRole", "performer", "humanPerformer", "potentialOwner")
_ACTIVITY_CHILDREN = _SILENT_IN_NODE | {
    *("ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation"),
    *("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"),
}
_CATCHING = _SILENT_IN_NODE | _DEFINITIONS | {"dataOutput", "dataOutputAssociation", "outputSet"}
_THROWING = _SILENT_IN_NODE | _DEFINITIONS | {"dataInput", "dataInputAssociation", "inputSet"}
# What is only drawn: it has no part in the run (clauses 8.4.1, 10.4.1, 10.8). An association may
# lead to a compensation handler, a data object is a variable, and a data store outlives the run.
DRAWINGS = frozenset(
    {
        *("laneSet", "textAnnotation", "association", "group", "artifact"),
        *_FLOW_ITEMS,
    }
)
_CONTAINER = DRAWINGS | NODES.keys() | {"sequenceFlow"}
_CALLABLE = _SILENT | {"supports", "supportedInterfaceRef", "ioSpecification"}

# The parts of nodes, and what each may hold.
PARTS_CHILDREN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_EXPRESSIONS, _SILENT),
    **dict.fromkeys((*_ITEM_AWARE, *_FLOW_ITEMS), _SILENT_IN_FLOW),
    **dict.fromkeys(EVENT_DEFINITIONS, _SILENT),
    "messageEventDefinition": _SILENT | {"operationRef"},
    "conditionalEventDefinition": _SILENT | {"condition"},
    "timerEventDefinition": _SILENT | {*TIMES},
    "linkEventDefinition": _SILENT | {"source", "target"},
    "ioSpecification": _SILENT | {"dataInput", "dataOutput", "inputSet", "outputSet"},
    "inputSet": _SILENT
    | {"dataInputRefs", "optionalInputRefs", "whileExecutingInputRefs", "outputSetRefs"},
    "outputSet": _SILENT
    | {"dataOutputRefs", "optionalOutputRefs", "whileExecutingOutputRefs", "inputSetRefs"},
    **dict.fromkeys(
        ("dataInputAssociation", "dataOutputAssociation"),
        _SILENT | {"sourceRef", "targetRef", "transformation", "assignment"},
    ),
    "assignment": _SILENT | {"from", "to"},
    "standardLoopCharacteristics": _SILENT | {"loopCondition"},
    "multiInstanceLoopCharacteristics": _SILENT
    | {
        *("loopCardinality", "loopDataInputRef", "loopDataOutputRef", "inputDataItem"),
        *("outputDataItem", "complexBehaviorDefinition", "completionCondition"),
    },
    "complexBehaviorDefinition": _SILENT | {"condition", "event"},
    "correlationSubscription": _SILENT | {"correlationPropertyBinding"},
    "correlationPropertyBinding": _SILENT | {"dataPath"},
    "correlationPropertyRetrievalExpression": _SILENT | {"messagePath"},
    "script": frozenset(),
    **dict.fromkeys(ROLES, _SILENT | {"resourceRef", "resourceAssignmentExpression"}),
    "resourceAssignmentExpression": _SILENT | {"expression", "formalExpression"},
    "formalExpression": _SILENT,
    "expression": _SILENT,
}
_STATED = {
    name: _SILENT_IN_FLOW | {"dataState"} for name in (*_ITEM_AWARE, *_FLOW_ITEMS, "dataStore")
}

# The children that each element may have; whatever else it holds is refused.
CHILDREN: Mapping[str, frozenset[str]] = {
    **PARTS_CHILDREN,
    **_STATED,
    **dict.fromkeys(GATEWAYS, _SILENT_IN_NODE),
    "complexGateway": _SILENT_IN_NODE | {"activationCondition"},
    **dict.fromkeys(ACTIVITIES, _ACTIVITY_CHILDREN),
    "process": _SILENT_IN_FLOW | _CONTAINER | _CALLABLE | {"property", "correlationSubscription"},
    **dict.fromkeys(SUB_PROCESSES, _ACTIVITY_CHILDREN | _CONTAINER),
    "adHocSubProcess": _ACTIVITY_CHILDREN | _CONTAINER | {"completionCondition"},
    "userTask": _ACTIVITY_CHILDREN | {"rendering", *ROLES},
    "scriptTask": _ACTIVITY_CHILDREN | {"script"},
    **dict.fromkeys(GLOBAL_TASKS, _CALLABLE),
    "globalUserTask": _CALLABLE | {"rendering", *ROLES},
    "globalScriptTask": _CALLABLE | {"script"},
    **dict.fromkeys(("startEvent", "intermediateCatchEvent", "boundaryEvent"), _CATCHING),
    **dict.fromkeys(("endEvent", "intermediateThrowEvent"), _THROWING),
    "event": _THROWING,
    "sequenceFlow": _SILENT_IN_FLOW | {"conditionExpression"},
    "correlationProperty": _SILENT | {"correlationPropertyRetrievalExpression"},
    "definitions": _SILENT
    | EVENT_DEFINITIONS
    | GLOBAL_TASKS.keys()
    | {
        *("process", "import", "extension", "relationship", "collaboration"),
        *("globalConversation", "conversation", "itemDefinition", "message", "error", "signal"),
        *("escalation", "interface", "endPoint", "resource", "category", "dataStore"),
        *("partnerEntity", "partnerRole", "correlationProperty"),
    },
}
# Parts of an element: a problem in one of them is a problem of that element.
PARTS = PARTS_CHILDREN.keys() | {"event", "eventDefinitionRef"}
# Children of which there may be one only.
SINGLE = frozenset(
    {
        *("extensionElements", "script", "ioSpecification", "targetRef"),
        *("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"),
        *("loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem", "event"),
        *_EXPRESSIONS,
    }
) - {*TIMES}

# Children that say something about the run, so they cannot be skipped.
UNSUPPORTED_CHILDREN = {
    *("ioBinding", "loopCharacteristics", "eventDefinition", "choreography"),
    *("globalChoreographyTask", "resourceParameterBinding"),
}
# What BPMN allows in more places than we do.
NOT_EVERYWHERE = frozenset({*ROLES, "property"})
UNSUPPORTED = UNSUPPORTED_NODES | UNSUPPORTED_CHILDREN
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
