"""What a piece of text may name, while it is compiled, and what it is compiled to.

Rule: a name is resolved at deployment. A closure that was compiled knows where its value stands and
can reach nothing else: no globals, no attributes, no Python objects but values.
"""

import ast
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from procession.core.values import Kind, Value
from procession.expressions.budget import LONG_TEXT, Frame
from procession.expressions.source import Source, shown_code
from procession.expressions.types import UNKNOWN, Type, type_of_kind, type_of_value

Run = Callable[[Frame], Value]


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled expression. `constant`: it reads no name, so it was computed already."""

    run: Run
    type: Type = UNKNOWN
    constant: bool = False


@dataclass(slots=True)
class Variable:
    """A name's place: a key of the frame's values or locals. `bindings`: how often it is set."""

    key: str
    local: bool = False
    parameter: bool = False
    bindings: int = 0
    type: Type = UNKNOWN

    def bound(self, known: Type) -> None:
        """Notes the type that it is given. It is known only if there is one place that gives it."""
        self.type = known if self.bindings == 1 and not self.parameter else UNKNOWN


@dataclass(frozen=True, slots=True)
class Callee:
    """A function or method of the language.

    `accepts`: each parameter with the names of the types it takes; a method's receiver comes first.
    `rest`: the types of any number of further values, which then come first. `gives`: the type of
    the result, from those of the values. `pure`: it may be computed at deployment.
    """

    run: Callable[..., Value]
    accepts: Mapping[str, tuple[str, ...]]
    gives: Callable[[Sequence[Type]], Type]
    required: int
    rest: tuple[str, ...] = ()
    pure: bool = True


@dataclass(slots=True)
class UserFunction:
    """A function that a script defines. `body` is compiled after all of them are known."""

    name: str
    parameters: tuple[str, ...]
    weight: int
    body: Run | None = None


@dataclass(slots=True)
class Scope:
    """What is visible where the compiler stands: the parameters, and names within the text.

    `kinds`: the parameters, of which those that the text names get into the outermost of the
    `layers`; the innermost is the last one. `nodes` says how each kind of expression is compiled;
    `methods` what may be called on values.
    `changing`: lists and rows may change in place, so what they hold is not known beforehand.
    `loops` and `in_function` say what `break` and `return` may stand in.
    """

    source: Source
    nodes: Mapping[type[ast.AST], Callable[..., Code]]
    methods: Mapping[str, Mapping[str, Callee]]
    kinds: Mapping[str, Kind]
    layers: list[dict[str, Variable]] = field(default_factory=lambda: [{}])
    functions: dict[str, UserFunction] = field(default_factory=dict)
    changing: bool = False
    loops: int = 0
    in_function: bool = False
    made: int = 0
    folding: Frame = field(default_factory=lambda: Frame({}))

    def compile(self, node: ast.expr) -> Code:
        """The closure of an expression. Raises ExpressionError with line and column."""
        handler = self.nodes.get(type(node))
        if handler is None:
            self.refuse(node, REFUSED.get(type(node), f"{shown_code(node)} is not offered here"))
        return handler(self, node)

    def find(self, name: str) -> Variable | None:
        """The innermost variable of a name."""
        found = next((layer[name] for layer in reversed(self.layers) if name in layer), None)
        return found or self._parameter(name)

    def _parameter(self, name: str) -> Variable | None:
        """The parameter of a name; a file may have thousands, and a text names a few of them."""
        code = name if name in self.kinds else _not_ascii(name, self.kinds)
        if code is None:
            return None
        found = Variable(code, parameter=True, type=type_of_kind(self.kinds[code]))
        self.layers[0][name] = found
        return found

    def hidden(self, name: str) -> Variable:
        """A variable that no text can name, or that hides one of its name for a while."""
        self.made += 1
        return Variable(f"{name}#{self.made}", local=True, bindings=1)

    def refuse(self, node: ast.AST, message: str) -> NoReturn:
        raise self.source.error(node, message)

    def folded(self, node: ast.expr, code: Code, parts: Iterable[Code]) -> Code:
        """The code, or, if all its parts are constants, the constant that it gives.

        So what is always wrong (`9**9**9`, `date("2026-02-30")`) is an error at deployment.
        """
        if not all(part.constant for part in parts):
            return code
        value = code.run(self.folding)
        if isinstance(value, list | dict) or (isinstance(value, str) and len(value) > LONG_TEXT):
            return replace(code, constant=True)
        return constant(value)


def constant(value: Value) -> Code:
    """The code of a value that never changes (no list or row: those are made anew each time)."""

    def read(frame: Frame) -> Value:
        return value

    return Code(read, type_of_value(value), constant=True)


def _not_ascii(name: str, codes: Iterable[str]) -> str | None:
    """The code that Python reads as this name: it reads identifiers in their NFKC form."""
    others = (code for code in codes if not code.isascii())
    return next((code for code in others if unicodedata.normalize("NFKC", code) == name), None)


_SETS = "a set is not offered; write a list, such as ['a', 'b']"
REFUSED: Mapping[type[ast.AST], str] = {
    ast.Lambda: "lambda is not offered; use a comprehension, or key='Column' to sort",
    ast.NamedExpr: ":= is not offered; repeat the expression, or use a script task",
    ast.Set: _SETS,
    ast.SetComp: _SETS,
    ast.Await: "await is not offered; work outside belongs in a service task",
    ast.Yield: "yield is not offered",
    ast.YieldFrom: "yield is not offered",
    ast.Starred: "* before a value is not offered; join lists with +",
    ast.GeneratorExp: "write it in brackets: [… for … in …]",
}
