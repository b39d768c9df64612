"""Small DMN files for tests: the parts that matter are written out, the rest is here."""

from collections.abc import Sequence
from html import escape

from procession.core.values import Value
from procession.dmn import DecisionModel, Result, evaluate, read
from procession.errors import InvalidProcess, Problem

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
MOMENT = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


def definitions(*parts: str, namespace: str = MODEL) -> bytes:
    """A file with these parts."""
    inner = "\n".join(parts)
    head = f'<definitions xmlns="{namespace}" id="file" name="File" namespace="urn:test">'
    return f"{head}\n{inner}\n</definitions>".encode()


def input_data(name: str, type_: str = "") -> str:
    """An input; its id is its name without spaces."""
    return f'<inputData id="{_id(name)}" name="{name}">{variable(name, type_)}</inputData>'


def variable(name: str, type_: str = "") -> str:
    return f'<variable name="{name}"{_attribute("typeRef", type_)}/>'


def decision(name: str, logic: str, *, type_: str = "", needs: str = "", uses: str = "") -> str:
    """A decision. `needs`: the names of inputs, and with `!` of decisions; `uses`: of functions."""
    requirements = "".join(_information(each) for each in needs.split(", ") if each)
    requirements += "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{_id(each)}"/></knowledgeRequirement>'
        for each in uses.split(", ")
        if each
    )
    head = f'<decision id="{_id(name)}" name="{name}">{variable(name, type_)}'
    return f"{head}{requirements}{logic}</decision>"


def _information(name: str) -> str:
    kind = "requiredDecision" if name.startswith("!") else "requiredInput"
    href = _id(name.removeprefix("!"))
    return f'<informationRequirement><{kind} href="#{href}"/></informationRequirement>'


def knowledge(
    name: str, parameters: Sequence[str], body: str, *, type_: str = "", uses: str = ""
) -> str:
    """A business knowledge model; a parameter is a name or `name:type`."""
    required = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{_id(each)}"/></knowledgeRequirement>'
        for each in uses.split(", ")
        if each
    )
    logic = f"<encapsulatedLogic>{formals(parameters)}{body}</encapsulatedLogic>"
    head = f'<businessKnowledgeModel id="{_id(name)}" name="{name}">{variable(name, type_)}'
    return f"{head}{logic}{required}</businessKnowledgeModel>"


def formals(parameters: Sequence[str]) -> str:
    pairs = (each.partition(":") for each in parameters)
    return "".join(
        f'<formalParameter name="{name}"{_attribute("typeRef", type_)}/>'
        for name, _, type_ in pairs
    )


def literal(text: str, type_: str = "") -> str:
    """A literal expression."""
    typed = _attribute("typeRef", type_)
    return f"<literalExpression{typed}><text>{escape(text)}</text></literalExpression>"


def table(
    policy: str,
    inputs: Sequence[str],
    rows: Sequence[str],
    *,
    outputs: Sequence[str] = ("",),
    aggregation: str = "",
    extra: str = "",
) -> str:
    """A decision table. An input is `expression` or `expression:type`, an output `name` or
    `name:type` or `name:type:values:default`, a row `cell; cell -> output; output`."""
    columns = "".join(_input(each) for each in inputs) + "".join(_output(each) for each in outputs)
    attributes = _attribute("hitPolicy", policy) + _attribute("aggregation", aggregation)
    rules = "".join(_rule(row) for row in rows)
    return f"<decisionTable{attributes}>{columns}{extra}{rules}</decisionTable>"


def _input(written: str) -> str:
    expression, type_, values = [*written.split(":"), "", ""][:3]
    text = f"<inputValues>{_text(values)}</inputValues>" if values else ""
    typed = _attribute("typeRef", type_)
    head = f"<inputExpression{typed}>{_text(expression)}</inputExpression>"
    return f'<input label="">{head}{text}</input>'


def _output(written: str) -> str:
    name, type_, values, default = [*written.split(":"), "", "", ""][:4]
    inner = f"<outputValues>{_text(values)}</outputValues>" if values else ""
    if default:
        inner += f"<defaultOutputEntry>{_text(default)}</defaultOutputEntry>"
    return f"<output{_attribute('name', name)}{_attribute('typeRef', type_)}>{inner}</output>"


def _rule(written: str) -> str:
    cells, _, results = written.partition("->")
    inner = "".join(
        f"<inputEntry>{_text(cell.strip())}</inputEntry>"
        for cell in cells.split(";")
        if cells.strip()
    )
    inner += "".join(
        f"<outputEntry>{_text(result.strip())}</outputEntry>" for result in results.split(";")
    )
    return f"<rule>{inner}</rule>"


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""


def _id(name: str) -> str:
    return name.replace(" ", "_")


def item(name: str, type_: str = "", *, inner: str = "", many: bool = False) -> str:
    """An item definition."""
    collection = ' isCollection="true"' if many else ""
    reference = f"<typeRef>{type_}</typeRef>" if type_ else ""
    return f'<itemDefinition name="{name}"{collection}>{reference}{inner}</itemDefinition>'


def component(name: str, type_: str) -> str:
    return f'<itemComponent name="{name}"><typeRef>{type_}</typeRef></itemComponent>'


def allowed(text: str) -> str:
    return f"<allowedValues>{_text(text)}</allowedValues>"


def entry(name: str, logic: str, type_: str = "") -> str:
    """An entry of a context; without a name, its result."""
    return f"<contextEntry>{variable(name, type_) if name else ''}{logic}</contextEntry>"


def invocation(function: str, **bindings: str) -> str:
    """An invocation with literal arguments."""
    bound = "".join(
        f'<binding><parameter name="{name}"/>{literal(text)}</binding>'
        for name, text in bindings.items()
    )
    return f"<invocation>{literal(function)}{bound}</invocation>"


def model_of(*parts: str) -> DecisionModel:
    return read(definitions(*parts))


def result_of(wanted: str, *parts: str, **values: Value) -> Result:
    """What a decision of a file with these parts comes to."""
    return evaluate(model_of(*parts), wanted, values, moment=MOMENT)


def value_of(wanted: str, *parts: str, **values: Value) -> Value:
    """Its value, of which nothing had to be noted."""
    result = result_of(wanted, *parts, **values)
    assert result.warnings == ()
    return result.value


def computed(logic: str, **values: Value) -> Value:
    """The value of one expression that sees these inputs."""
    parts = [input_data(name) for name in values]
    return value_of("D", *parts, decision("D", logic, needs=", ".join(values)), **values)


def problems_of(xml: bytes) -> list[Problem]:
    """All that is wrong in a file."""
    try:
        read(xml, file="a.dmn")
    except InvalidProcess as error:
        return error.problems
    return []


def codes_of(*parts: str) -> list[str]:
    return [problem.code for problem in problems_of(definitions(*parts))]
