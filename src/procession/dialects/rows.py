"""What we know of each dialect, name by name: docs/dialects.md has a row for each.

Rule: these tables are the only place where a name of a vendor's is known. What is in none of them
is a warning that names it; what is READ here is read by the module of its subject.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from procession.bpmn.vocabulary import ACTIVITIES, EVENTS, GATEWAYS
from procession.dialects.vendors import Vendor

ANYWHERE = "*"


class Meaning(StrEnum):
    """What becomes of a name."""

    READ = "read"  # it says something that we have
    SAME = "no difference"  # the engine does this anyway, or it is for people
    SKIPPED = "not done"  # a warning: the process runs without it
    REFUSED = "refused"  # nothing runs without it


READ, SAME, SKIPPED, REFUSED = Meaning
# What a name means, by the element that it stands on.
Meanings = Mapping[str, Meaning]


@dataclass(frozen=True, slots=True)
class Rows:
    """The names of a dialect: attributes on BPMN's elements, elements in extensionElements.

    `parts`: the attributes that each element may have, for elements that are READ; `inside`: the
    elements that stand in such an element, and what becomes of each.
    """

    attributes: Mapping[str, Meanings]
    elements: Mapping[str, Meanings]
    parts: Mapping[str, frozenset[str]]
    inside: Mapping[str, Mapping[str, Meaning]]


def _on(owners: Iterable[str], meaning: Meaning, *names: str) -> dict[str, dict[str, Meaning]]:
    return {name: dict.fromkeys(owners, meaning) for name in names}


def _merged(*tables: Mapping[str, Meanings]) -> Mapping[str, Meanings]:
    found: dict[str, dict[str, Meaning]] = {}
    for table in tables:
        for name, meanings in table.items():
            found.setdefault(name, {}).update(meanings)
    return found


_ALL = (ANYWHERE,)
_FORMS = ("userTask", "startEvent")
_WORKERS = ("serviceTask", "sendTask", "businessRuleTask", "messageEventDefinition")
_LOOP = ("multiInstanceLoopCharacteristics",)
_CALL = ("callActivity",)
_RULES = ("businessRuleTask",)
_SCRIPTED = ("scriptTask", "conditionExpression")
_PEOPLE = ("assignee", "candidateUsers", "candidateGroups", "dueDate", "priority")
_VARIABLES = (*_CALL, "signalEventDefinition")

# What Camunda 7, Flowable and Activiti share: the latter two are where the first came from.
_JAVA_ATTRIBUTES = (
    _on(_ALL, SAME, "async", "exclusive", "candidateStarterUsers", "candidateStarterGroups"),
    _on(("userTask",), READ, *_PEOPLE),
    _on(("userTask",), READ, "formKey"),
    _on(("startEvent",), SAME, "formKey"),
    _on(("startEvent",), SKIPPED, "initiator"),
    _on(_WORKERS, READ, "type", "expression"),
    _on((*_WORKERS, "scriptTask"), READ, "resultVariable"),
    _on(_WORKERS, REFUSED, "class", "delegateExpression"),
    _on(_LOOP, READ, "collection", "elementVariable"),
)
_JAVA_ELEMENTS = (
    _on(_VARIABLES, READ, "in"),
    _on(_CALL, READ, "out"),
    _on(ACTIVITIES | EVENTS, READ, "failedJobRetryTimeCycle"),
    _on(_ALL, SKIPPED, "executionListener", "taskListener"),
    _on(_WORKERS, READ, "field"),
    _on(_ALL, SAME, "properties"),
)
_IN_OUT = frozenset({"source", "sourceExpression", "target", "variables", "local", "transient"})
_FORM_PROPERTY = frozenset(
    {
        *("id", "name", "type", "variable", "default", "datePattern"),
        *("required", "readable", "writable"),
    }
)
_JAVA_PARTS = {
    "in": _IN_OUT | {"businessKey"},
    "out": _IN_OUT,
    "formProperty": _FORM_PROPERTY,
    "field": frozenset({"name", "stringValue", "expression"}),
}
_JAVA_INSIDE = {
    "field": {"string": READ, "expression": READ},
    "formProperty": {"value": SAME},
}
_STRUCTURED = {"list": READ, "map": READ, "script": READ}

CAMUNDA = Rows(
    attributes=_merged(
        *_JAVA_ATTRIBUTES,
        _on(_ALL, SAME, "asyncBefore", "asyncAfter", "jobPriority", "taskPriority"),
        _on(("definitions",), SAME, "diagramRelationId"),
        _on(("process",), SAME, "historyTimeToLive", "versionTag", "isStartableInTasklist"),
        _on(("userTask",), READ, "followUpDate", "formRef"),
        _on(("startEvent",), SAME, "formRef"),
        _on(_FORMS, SAME, "formRefBinding", "formRefVersion"),
        _on(_FORMS, REFUSED, "formHandlerClass"),
        _on(_WORKERS, READ, "topic"),
        _on(_RULES, READ, "decisionRef", "decisionRefBinding", "decisionRefVersion"),
        _on(_RULES, READ, "mapDecisionResult"),
        _on(_RULES, SKIPPED, "decisionRefVersionTag", "decisionRefTenantId"),
        _on(_SCRIPTED, REFUSED, "resource"),
        _on(_CALL, READ, "calledElementBinding", "calledElementVersion"),
        _on(_CALL, SKIPPED, "calledElementVersionTag", "calledElementTenantId"),
        _on(_CALL, SKIPPED, "caseBinding", "caseVersion", "caseTenantId"),
        _on(_CALL, REFUSED, "caseRef", "variableMappingClass"),
        _on(_CALL, REFUSED, "variableMappingDelegateExpression"),
        _on(("errorEventDefinition",), READ, "errorCodeVariable", "errorMessageVariable"),
        _on(("escalationEventDefinition",), READ, "escalationCodeVariable"),
        _on(("error",), READ, "errorMessage"),
        _on(("conditionalEventDefinition",), SAME, "variableName", "variableEvents"),
        _on(_ALL, SAME, "modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"),
    ),
    elements=_merged(
        *_JAVA_ELEMENTS,
        _on(ACTIVITIES, READ, "inputOutput"),
        _on(EVENTS, SKIPPED, "inputOutput"),
        _on((*_LOOP, *GATEWAYS), SAME, "failedJobRetryTimeCycle"),
        _on(_FORMS, READ, "formData", "formProperty"),
        _on(("process",), SAME, "potentialStarter"),
        _on(_ALL, REFUSED, "connector"),
        _on(("serviceTask",), SKIPPED, "errorEventDefinition"),
    ),
    parts={
        **_JAVA_PARTS,
        "formData": frozenset(),
        "formField": frozenset({"id", "label", "type", "datePattern", "defaultValue"}),
        "inputParameter": frozenset({"name"}),
        "outputParameter": frozenset({"name"}),
        "entry": frozenset({"key"}),
    },
    inside={
        **_JAVA_INSIDE,
        "inputOutput": {"inputParameter": READ, "outputParameter": READ},
        **dict.fromkeys(("inputParameter", "outputParameter", "entry"), _STRUCTURED),
        "list": {**_STRUCTURED, "value": READ},
        "map": {"entry": READ},
        "formData": {"formField": READ},
        "formField": {"properties": SAME, "value": SAME, "validation": SKIPPED},
    },
)

_FLOWABLE_ATTRIBUTES = _merged(
    *_JAVA_ATTRIBUTES,
    _on(_ALL, SAME, "asyncLeave", "asyncLeaveExclusive", "category", "parallelInSameTransaction"),
    _on(("process",), SAME, "isEagerExecutionFetch"),
    _on(("userTask",), SKIPPED, "owner", "businessCalendarName", "skipExpression"),
    _on(("serviceTask", "scriptTask"), SKIPPED, "skipExpression"),
    _on(_FORMS, SAME, "formFieldValidation"),
    _on(("userTask",), SKIPPED, "taskIdVariableName", "taskCompleterVariableName"),
    _on(_WORKERS, READ, "resultVariableName"),
    _on(_WORKERS, SKIPPED, "triggerable", "useLocalScopeForResultVariable"),
    _on(_WORKERS, SAME, "storeResultVariableAsTransient", "extensionId"),
    _on(("scriptTask",), SAME, "autoStoreVariables"),
    _on(_CALL, READ, "inheritVariables"),
    _on(_CALL, SAME, "calledElementType", "sameDeployment", "fallbackToDefaultTenant"),
    _on(_CALL, SAME, "completeAsync", "useLocalScopeForOutParameters"),
    _on(_CALL, SKIPPED, "businessKey", "inheritBusinessKey", "processInstanceName"),
    _on(_CALL, SKIPPED, "processInstanceIdVariableName"),
    _on(_LOOP, SKIPPED, "elementIndexVariable"),
    _on(("errorEventDefinition",), READ, "errorVariableName"),
    _on(("signalEventDefinition", "signal"), SKIPPED, "scope"),
)
_FLOWABLE_ELEMENTS = _merged(
    *_JAVA_ELEMENTS,
    _on(_FORMS, READ, "formProperty"),
    _on(("dataObject",), READ, "value"),
    _on(_ALL, SKIPPED, "eventListener", "mapException"),
    _on(_ALL, SAME, "localization"),
    _on(("process",), SAME, "historyLevel"),
)
FLOWABLE = Rows(_FLOWABLE_ATTRIBUTES, _FLOWABLE_ELEMENTS, _JAVA_PARTS, _JAVA_INSIDE)

_JOBS = ("serviceTask", "sendTask", "businessRuleTask", "scriptTask", "messageEventDefinition")
_MAPPED = ACTIVITIES | {"messageEventDefinition"} | EVENTS
_USER = ("userTask",)
_OUTPUT = frozenset({"source", "target"})
ZEEBE = Rows(
    attributes=_merged(
        _on(_ALL, SAME, "modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"),
        _on(_ALL, SAME, "retryCounter"),
    ),
    elements=_merged(
        _on((*_JOBS, "endEvent", "intermediateThrowEvent"), READ, "taskDefinition", "taskHeaders"),
        _on(_MAPPED, READ, "ioMapping"),
        _on(_USER, READ, "assignmentDefinition", "formDefinition", "taskSchedule"),
        _on(_USER, READ, "priorityDefinition"),
        _on(_USER, SAME, "userTask", "taskHeaders"),
        _on(("startEvent",), SAME, "formDefinition"),
        _on(("scriptTask",), READ, "script"),
        _on(_RULES, READ, "calledDecision"),
        _on(_CALL, READ, "calledElement"),
        _on(_LOOP, READ, "loopCharacteristics"),
        _on(("message",), READ, "subscription"),
        _on(("adHocSubProcess",), READ, "adHoc"),
        _on(_ALL, SAME, "properties", "versionTag", "userTaskForm", "jobPriorityDefinition"),
        _on(_ALL, SKIPPED, "executionListeners", "taskListeners", "linkedResources"),
        _on(("conditionalEventDefinition",), SAME, "conditionalFilter"),
    ),
    parts={
        "taskDefinition": frozenset({"type", "retries"}),
        "assignmentDefinition": frozenset({"assignee", "candidateGroups", "candidateUsers"}),
        "formDefinition": frozenset(
            {"formKey", "formId", "externalReference", "bindingType", "versionTag"}
        ),
        "taskSchedule": frozenset({"dueDate", "followUpDate"}),
        "priorityDefinition": frozenset({"priority"}),
        "script": frozenset({"expression", "resultVariable"}),
        "calledDecision": frozenset({"decisionId", "resultVariable", "bindingType"}),
        "calledElement": frozenset(
            {
                *("processId", "processIdExpression", "bindingType"),
                *("propagateAllChildVariables", "propagateAllParentVariables"),
            }
        ),
        "loopCharacteristics": frozenset(
            {"inputCollection", "inputElement", "outputCollection", "outputElement"}
        ),
        "subscription": frozenset({"correlationKey"}),
        "adHoc": frozenset({"activeElementsCollection"}),
        "input": _OUTPUT | {"modelerConfigurationTemplate", "modelerConfigurationName"},
        "output": _OUTPUT,
        "header": frozenset({"id", "key", "value"}),
    },
    inside={
        "ioMapping": {"input": READ, "output": READ},
        "taskHeaders": {"header": READ},
    },
)

ROWS: Mapping[Vendor, Rows] = {
    Vendor.CAMUNDA: CAMUNDA,
    Vendor.ZEEBE: ZEEBE,
    Vendor.FLOWABLE: FLOWABLE,
    Vendor.ACTIVITI: FLOWABLE,
}
