"""The words of DMN: its namespaces, its elements, and what may stand in which (DMN 1.5, annex).

Rule: an element is known by its namespace and name, never by its prefix. What other namespaces
hold (diagrams, a modeler's own attributes) says nothing about a decision and is passed over.
"""

from collections.abc import Mapping

NAMESPACES: Mapping[str, str] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}
# Read by nobody here; their names are for the message.
OTHER_NAMESPACES: Mapping[str, str] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20130901": "1.0",
}

EXPRESSIONS = frozenset(
    {
        *("literalExpression", "decisionTable", "context", "list", "relation"),
        *("functionDefinition", "invocation", "conditional", "filter", "for", "some", "every"),
    }
)
NODES = frozenset({"decision", "inputData", "businessKnowledgeModel", "decisionService"})
_REQUIREMENTS = frozenset({"knowledgeRequirement", "authorityRequirement"})
_ANYWHERE = frozenset({"description", "extensionElements"})

# In an element that has no row here nothing is looked at: it says nothing about a decision.
CHILDREN: Mapping[str, frozenset[str]] = {
    "definitions": NODES
    | {
        *("import", "itemDefinition", "knowledgeSource", "elementCollection"),
        *("performanceIndicator", "organizationUnit", "businessContextElement"),
        *("association", "group", "textAnnotation", "artifact"),
    },
    "decision": EXPRESSIONS
    | _REQUIREMENTS
    | {
        *("question", "allowedAnswers", "variable", "informationRequirement"),
        *("supportedObjective", "impactedPerformanceIndicator", "decisionMaker"),
        *("decisionOwner", "usingProcess", "usingTask"),
    },
    "inputData": frozenset({"variable"}),
    "businessKnowledgeModel": _REQUIREMENTS | {"variable", "encapsulatedLogic"},
    "decisionService": frozenset(
        {"variable", "outputDecision", "encapsulatedDecision", "inputDecision", "inputData"}
    ),
    "informationRequirement": frozenset({"requiredDecision", "requiredInput"}),
    "knowledgeRequirement": frozenset({"requiredKnowledge"}),
    "itemDefinition": frozenset(
        {"typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"}
    ),
    "itemComponent": frozenset(
        {"typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"}
    ),
    "functionItem": frozenset({"parameters"}),
    "encapsulatedLogic": EXPRESSIONS | {"formalParameter"},
    "functionDefinition": EXPRESSIONS | {"formalParameter"},
    "literalExpression": frozenset({"text", "importedValues"}),
    "decisionTable": frozenset({"input", "output", "annotation", "rule"}),
    "input": frozenset({"inputExpression", "inputValues"}),
    "output": frozenset({"outputValues", "defaultOutputEntry"}),
    "rule": frozenset({"inputEntry", "outputEntry", "annotationEntry"}),
    "context": frozenset({"contextEntry"}),
    "contextEntry": EXPRESSIONS | {"variable"},
    "invocation": EXPRESSIONS | {"binding"},
    "binding": EXPRESSIONS | {"parameter"},
    "relation": frozenset({"column", "row"}),
    "row": EXPRESSIONS,
    "list": EXPRESSIONS,
    "conditional": frozenset({"if", "then", "else"}),
    **dict.fromkeys(("if", "then", "else", "in", "match", "return", "satisfies"), EXPRESSIONS),
    "filter": frozenset({"in", "match"}),
    "for": frozenset({"in", "return"}),
    "some": frozenset({"in", "satisfies"}),
    "every": frozenset({"in", "satisfies"}),
    **dict.fromkeys(
        (
            *("inputExpression", "inputValues", "inputEntry", "outputValues", "outputEntry"),
            *("defaultOutputEntry", "allowedValues", "typeConstraint"),
        ),
        frozenset({"text", "importedValues"}),
    ),
}
NAMES = frozenset(CHILDREN).union(*CHILDREN.values(), _ANYWHERE)


def allowed_in(name: str) -> frozenset[str] | None:
    """The names of what may stand in an element; None where it is not looked at."""
    children = CHILDREN.get(name)
    return None if children is None else children | _ANYWHERE
