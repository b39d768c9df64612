"""Texts as the values of inputs: what a command line or a form gives.

Rule: the type of the input decides how its text is read; what has no type is FEEL where it looks
like it, else the text itself.
"""

import re

from procession.core.values import Value, checked_text, shown
from procession.dmn.model import Decision, DecisionModel, InputData
from procession.dmn.names import hint
from procession.dmn.types import ItemType
from procession.errors import BadValue, ExpressionError
from procession.feel import UNKNOWN, Budget, Frame, compile_program
from procession.feel.kinds import FAILED

# How FEEL makes each of them from a text (10.3.4.1).
_MAKERS = {
    "number": "number(text)",
    "date": "date(text)",
    "time": "time(text)",
    "date and time": "date and time(text)",
    "days and time duration": "duration(text)",
    "years and months duration": "duration(text)",
}
_FEEL = re.compile(r'\s*(-?\.?\d+(\.\d+)?\s*$|true\s*$|false\s*$|null\s*$|["{\[]|@")')


def input_from_text(model: DecisionModel, name: str, text: str) -> Value:
    """The FEEL value of an input as a person wrote it. Raises BadValue."""
    inputs: dict[str, InputData | Decision] = dict(model.inputs)
    for service in model.services.values():
        inputs |= {id: model.decisions[id] for id in service.input_decisions}
    named = {one.name: one for one in inputs.values()}
    found = named.get(name) or inputs.get(name)
    if found is None:
        raise BadValue(f"there is no input {shown(name)}{hint(name, named)}")
    checked_text(name, text)
    type_ = found.type
    value = _value(name, type_, text)
    fitting = type_.accepts(Budget(), value)
    if fitting is FAILED or (value is None and text.strip() not in ("", "null")):
        raise BadValue(f"{name}: {shown(text)} is no {type_.name}; {_help(type_)}")
    return fitting


def _value(name: str, type_: ItemType, text: str) -> Value:
    if type_.base == "string":
        return text
    if not text.strip():
        return None
    maker = _MAKERS.get(type_.base)
    if maker and not type_.listed and text.strip() != "null":
        return compile_program(maker, {"text": UNKNOWN}).run(Frame({"text": text.strip()}))
    if type_.base == "Any" and not _FEEL.match(text):
        return text
    try:
        return compile_program(text, {}).run(Frame({}))
    except ExpressionError as error:
        raise BadValue(f"{name}: {shown(text)} cannot be read: {error}; {_help(type_)}") from None


def _help(type_: ItemType) -> str:
    examples = {
        "number": "write it as 12.5",
        "boolean": "write true or false",
        "date": "write it as 2026-01-31",
        "time": "write it as 13:45:00",
        "date and time": "write it as 2026-01-31T13:45:00",
        "days and time duration": "write it as P1DT2H",
        "years and months duration": "write it as P1Y6M",
        "context": 'write it as {name: "Ada", age: 36}',
        "string": "write one of its allowed values",
    }
    if type_.listed:
        return "write it as [1, 2, 3]"
    if type_.allowed:
        return f"allowed are {type_.allowed}"
    return examples.get(type_.base, "write a value of FEEL")
