"""What the other engines put beside the variables: `execution`, beans and functions.

Rule: of `execution` the reading of variables is offered. Everything else is refused by name at
deployment, with what to use instead.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from procession.core.values import Kind, Value
from procession.expressions.budget import Frame, Refused
from procession.expressions.scope import Code, Run
from procession.expressions.types import BOOLEAN, UNKNOWN, did_you_mean, name_of, type_of_kind
from procession.juel.tokens import Token

if TYPE_CHECKING:
    from procession.juel.parser import Parser

EXECUTION = "execution"

_READING = {"getVariable": False, "getVariableLocal": False, "hasVariable": True}
_READING |= {"hasVariableLocal": True}
_CHANGING = ("setVariable", "setVariables", "setVariableLocal", "removeVariable")
# Objects of the other engines that look like variables.
_FOREIGN: Mapping[str, str] = {
    "task": "the user task is not known to an expression",
    "caseExecution": "there are no cases here",
    "externalTask": "the external task is not known to an expression",
    "authenticatedUserId": "the user is not known to an expression; give the name as a parameter",
    "loopCounter": "loopCounter is known inside a multi-instance activity only",
}
_CLOCK = ("now", "dateTime", "date")


def execution_call(parser: "Parser", token: Token) -> Code:
    """`execution.getVariable('x')` and `execution.hasVariable('x')`."""
    member = parser.next() if parser.accept(".") else token
    name = member.text
    called = parser.accept("(")
    if name in _CHANGING:
        parser.refuse(f"{name}() would change a variable; do it in a script task", member)
    if name not in _READING or not called:
        parser.refuse(_not_offered(name), member)
    values = parser.arguments()
    if len(values) != 1:
        parser.refuse(f"{name}() takes the name of a variable", member)
    (key,) = values
    asks = _READING[name]
    if key.constant:
        return _fixed(parser, member, key.run(Frame({})), asks)
    run = parser.guarded(member, _dynamic(key.run, asks))
    return Code(run, BOOLEAN if asks else UNKNOWN)


def _not_offered(name: str) -> str:
    if name == EXECUTION:
        return "execution is no value; write execution.getVariable('name')"
    shown_name = f"execution.{name}"
    return f"{shown_name} is not known to an expression; give it as a parameter, or use a handler"


def _fixed(parser: "Parser", token: Token, name: Value, asks: bool) -> Code:
    if not isinstance(name, str):
        parser.refuse(f"a variable's name is a Text, not {name_of(name)}", token)
    if asks:
        return Code(lambda frame: frame.values.get(name) is not None, BOOLEAN)
    if name not in parser.kinds:
        parser.refuse(f"nothing is named {name!r}; {did_you_mean(name, parser.kinds)}", token)
    return Code(lambda frame: frame.values.get(name), type_of_kind(parser.kinds[name]))


def _dynamic(run_name: Run, asks: bool) -> Run:
    def run(frame: Frame) -> Value:
        name = run_name(frame)
        if not isinstance(name, str):
            raise Refused(f"a variable's name is a Text, not {name_of(name)}")
        value = frame.values.get(name)
        return value is not None if asks else value

    return run


def foreign_name(name: str, after: tuple[str, str, str], kinds: Mapping[str, Kind]) -> str:
    """Why a name means nothing here. `after`: the three tokens that follow it."""
    symbol, second, third = after
    if symbol == "(" and name in _CLOCK:
        return f"{name}() is not offered: the time of the run is not known to an expression"
    if symbol == "(":
        return f"{name}() is not offered; there are no functions, register a handler instead"
    if symbol == ":" and third == "(" and second.isidentifier():
        return f"{name}:{second}() is not offered; there are no functions here"
    if name in _FOREIGN:
        return _FOREIGN[name]
    if symbol == "." and third == "(":
        return (
            f"{name}.{second}(): nothing is named {name!r}, so this is a Java bean; "
            "register a handler instead and call it from a service task"
        )
    hint = did_you_mean(name, kinds)
    return f"nothing is named {name!r} (for a Java bean, register a handler instead); {hint}"
