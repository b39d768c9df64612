"""DMN files with one mistake each: what it is, and the code of its problem."""

from tests.unit.dmn.dmn_builders import (
    component,
    decision,
    definitions,
    entry,
    input_data,
    invocation,
    item,
    knowledge,
    literal,
    table,
)

D = decision("D", literal("1"))


def rule(*entries: str) -> str:
    """A rule that is written as it is."""
    cells = "".join(f"<{name}><text>1</text></{name}>" for name in entries)
    column = "<input><inputExpression><text>1</text></inputExpression></input><output/>"
    return f"<decisionTable>{column}<rule>{cells}</rule></decisionTable>"


def required(kind: str, href: str) -> str:
    outer = "knowledgeRequirement" if kind == "requiredKnowledge" else "informationRequirement"
    reference = f'<{outer}><{kind} href="{href}"/></{outer}>'
    return f'<decision id="D" name="D">{reference}{literal("1")}</decision>'


def service(inner: str) -> str:
    return f'<decisionService id="S" name="S">{inner}</decisionService>'


def nested(inner: str, *, levels: int) -> str:
    """Components in components."""
    return '<itemComponent name="a">' * levels + inner + "</itemComponent>" * levels


BAD_FILES = {
    # the file
    "no-decision: nothing to decide": definitions(),
    "not-dmn: another root": b"<a/>",
    "not-dmn: BPMN": b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    "not-dmn: DMN 1.0": definitions(D, namespace="http://www.omg.org/spec/DMN/20130901"),
    "broken-xml: cut off": b"<definitions",
    "doctype: an entity": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>',
    "unsupported-import: of a model": definitions(
        '<import namespace="urn:x" name="other" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        D,
    ),
    "unsupported-import: of values": definitions(
        decision("D", "<literalExpression><importedValues/></literalExpression>")
    ),
    "unknown-element: a slip": definitions("<desicion/>", D),
    "misplaced-element: a table in an input": definitions(
        f'<inputData id="I" name="I">{table("UNIQUE", [], ["-> 1"])}</inputData>', D
    ),
    "duplicate-id: two decisions": definitions(D, '<decision id="D" name="E"/>'),
    "missing-id: of a decision": definitions(f'<decision name="D">{literal("1")}</decision>'),
    "too-long: an id": definitions(
        f'<decision id="{"D" * 300}" name="D">{literal("1")}</decision>'
    ),
    "missing-name: of a decision": definitions(f'<decision id="D">{literal("1")}</decision>'),
    "duplicate-name: two inputs": definitions(input_data("A"), '<inputData id="B" name="A"/>', D),
    "too-many-nodes: of all": definitions(
        *(f'<inputData id="i{n}" name="i{n}"/>' for n in range(2_001)), D
    ),
    # requirements
    "unknown-requirement: a decision": definitions(required("requiredDecision", "#E")),
    "unknown-requirement: in another file": definitions(
        required("requiredDecision", "urn:other#D"), decision("E", literal("1"))
    ),
    "unknown-requirement: without an id": definitions(required("requiredInput", "")),
    "wrong-requirement: an input as a decision": definitions(
        input_data("I"), required("requiredDecision", "#I")
    ),
    "wrong-requirement: a decision as knowledge": definitions(
        decision("E", literal("1")), required("requiredKnowledge", "#E")
    ),
    "requirement-cycle: of two decisions": definitions(
        decision("D", literal("1"), needs="!E"), decision("E", literal("1"), needs="!D")
    ),
    "requirement-cycle: of one": definitions(decision("D", literal("1"), needs="!D")),
    "requirement-cycle: of functions": definitions(
        knowledge("f", [], literal("1"), uses="g"), knowledge("g", [], literal("1"), uses="f"), D
    ),
    "requirement-cycle: through a service": definitions(
        service('<outputDecision href="#D"/>'), decision("D", literal("1"), uses="S")
    ),
    # types
    "unknown-type: of an input": definitions(input_data("A", "nunber"), D),
    "unknown-type: of an item": definitions(item("t", "nunber"), D),
    "type-cycle: of two": definitions(item("t", "u"), item("u", "t"), D),
    "type-cycle: of a component": definitions(item("t", inner=component("a", "t")), D),
    "duplicate-name: two types": definitions(item("t", "number"), item("t", "string"), D),
    "duplicate-name: two components": definitions(item("t", inner=component("a", "number") * 2), D),
    "missing-name: of a type": definitions(item("", "number"), D),
    "missing-name: of a component": definitions(item("t", inner=component("", "number")), D),
    "too-deep: types": definitions(
        *(item(f"t{n}", f"t{n + 1}") for n in range(40)), item("t40", "number"), D
    ),
    "too-deep: components": definitions(
        item("t", inner='<itemComponent name="a">' * 40 + "</itemComponent>" * 40), D
    ),
    "too-deep: types of components": definitions(
        *(item(f"t{n}", inner=nested(f"<typeRef>t{n + 1}</typeRef>", levels=10)) for n in range(5)),
        item("t5", "number"),
        D,
    ),
    "too-many-names: of a context": definitions(
        decision(
            "D", f"<context>{''.join(entry(f'e{n}', '<list/>') for n in range(501))}</context>"
        )
    ),
    "too-many-names: of a decision": definitions(
        *(input_data(f"i{n}") for n in range(501)),
        decision("D", literal("1"), needs=", ".join(f"i{n}" for n in range(501))),
    ),
    "bad-expression: allowed values": definitions(
        item("t", "number", inner="<allowedValues><text>[1..</text></allowedValues>"), D
    ),
    # expressions
    "bad-expression: a syntax error": definitions(decision("D", literal("1 +"))),
    "bad-expression: an unknown name": definitions(decision("D", literal("amount"))),
    "bad-expression: not required": definitions(input_data("A"), decision("D", literal("A"))),
    "unknown-language: of an expression": definitions(
        decision(
            "D", '<literalExpression expressionLanguage="juel"><text>1</text></literalExpression>'
        )
    ),
    "too-long: a text": definitions(decision("D", literal("1 " * 60_000))),
    "several-expressions: of a decision": definitions(decision("D", literal("1") * 2)),
    "missing-expression: of its function": definitions(knowledge("K", [], ""), D),
    "missing-expression: of an entry": definitions(
        decision("D", f"<context>{entry('a', '')}</context>")
    ),
    "missing-expression: of an else": definitions(
        decision(
            "D", f"<conditional><if>{literal('true')}</if><then>{literal('1')}</then></conditional>"
        )
    ),
    "missing-expression: of an invocation": definitions(decision("D", "<invocation/>")),
    "missing-name: of an entry": definitions(
        decision("D", f"<context>{entry('', literal('1'))}{entry('a', literal('1'))}</context>")
    ),
    "missing-name: of a binding": definitions(
        decision("D", f"<invocation>{literal('sum')}<binding>{literal('1')}</binding></invocation>")
    ),
    "missing-name: of an iterator": definitions(
        decision("D", f"<for><in>{literal('[1]')}</in><return>{literal('1')}</return></for>")
    ),
    "duplicate-name: two entries": definitions(
        decision("D", f"<context>{entry('a', literal('1')) * 2}</context>")
    ),
    "duplicate-name: two parameters": definitions(knowledge("f", ["a", "a"], literal("1")), D),
    "duplicate-name: two bindings": definitions(
        decision(
            "D",
            invocation("sum", list="1").replace(
                "</invocation>",
                '<binding><parameter name="list"/><literalExpression/></binding></invocation>',
            ),
        )
    ),
    "duplicate-name: two columns": definitions(
        decision("D", '<relation><column name="a"/><column name="a"/></relation>')
    ),
    "wrong-row: in a relation": definitions(
        decision("D", f'<relation><column name="a"/><row>{literal("1") * 2}</row></relation>')
    ),
    "unsupported-function-kind: Java": definitions(
        decision("D", f'<functionDefinition kind="Java">{literal("1")}</functionDefinition>')
    ),
    "unsupported-function-kind: PMML": definitions(
        f'<businessKnowledgeModel id="K" name="K"><encapsulatedLogic kind="PMML">{literal("1")}'
        "</encapsulatedLogic></businessKnowledgeModel>",
        D,
    ),
    "too-many-parameters: of a function": definitions(
        knowledge("f", [f"p{n}" for n in range(300)], literal("1")), D
    ),
    # tables
    "unknown-hit-policy: a slip": definitions(decision("D", table("UNIQ", [], ["-> 1"]))),
    "unknown-aggregation: a slip": definitions(
        decision("D", table("COLLECT", [], ["-> 1"], aggregation="AVG"))
    ),
    "wrong-aggregation: with another policy": definitions(
        decision("D", table("FIRST", [], ["-> 1"], aggregation="SUM"))
    ),
    "wrong-aggregation: of several outputs": definitions(
        decision("D", table("COLLECT", [], ["-> 1; 2"], aggregation="SUM", outputs=["a", "b"]))
    ),
    "missing-output-values: for a priority": definitions(
        decision("D", table("PRIORITY", [], ["-> 1"]))
    ),
    "missing-output-values: tests are no order": definitions(
        decision("D", table("OUTPUT ORDER", [], ["-> 1"], outputs=["::< 5"]))
    ),
    "wrong-entries: an input too many": definitions(
        decision("D", rule("inputEntry", "inputEntry", "outputEntry"))
    ),
    "wrong-entries: no output": definitions(decision("D", rule("inputEntry"))),
    "missing-expression: of an input": definitions(
        decision("D", "<decisionTable><input/><output/></decisionTable>")
    ),
    "missing-output: of a table": definitions(decision("D", "<decisionTable/>")),
    "missing-name: of one of two outputs": definitions(
        decision("D", table("UNIQUE", [], ["-> 1; 2"], outputs=["a", ""]))
    ),
    "duplicate-name: two outputs": definitions(
        decision("D", table("UNIQUE", [], ["-> 1; 2"], outputs=["a", "a"]))
    ),
    "bad-expression: a cell": definitions(decision("D", table("UNIQUE", ["1"], ["[1.. -> 1"]))),
    "bad-expression: an output": definitions(decision("D", table("UNIQUE", ["1"], ["- -> 1 +"]))),
    "bad-expression: an input": definitions(decision("D", table("UNIQUE", ["1 +"], ["- -> 1"]))),
    # services
    "missing-output: of a service": definitions(service(""), D),
    "incomplete-service: an input is missing": definitions(
        input_data("A"),
        decision("D", literal("A"), needs="A"),
        service('<outputDecision href="#D"/>'),
    ),
    "wrong-requirement: of a service": definitions(
        input_data("A"), D, service('<outputDecision href="#A"/>')
    ),
}
