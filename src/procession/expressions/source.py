"""From text to a syntax tree, and from a place in the tree back to line and column.

Rule: nothing of the text is executed, and no text can exhaust the stack: what is too long or too
deep is refused before anything recurses over it.
"""

import ast
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Overflow
from itertools import accumulate
from typing import TypeVar

from procession.core.values import SHOWN_LENGTH_MAX
from procession.errors import BadValue, ExpressionError
from procession.expressions.budget import Refused, checked_integer
from procession.expressions.doubts import first_doubt

LENGTH_MAX = 20_000
NODES_MAX = 5_000
DEPTH_MAX = 100
# Python's parser itself recurses per bracket, per sign and along a + b + c or a.b.c; these keep it
# within half a megabyte of stack. They count in texts too: it is not worth a second parser.
LINKS_MAX = 1_500
BRACKETS_DEEP_MAX = 100
SIGNS_IN_A_ROW_MAX = 100
POWERS_MAX = 100

# What an operation may raise for reasons that the author must hear of.
FAILURES = (ArithmeticError, ValueError, TypeError, LookupError, BadValue)

# And what stands behind them, should anything get past the operations themselves.
CAUGHT = (*FAILURES, MemoryError, RecursionError)

_SIGN = r"(?:[-+~*]|\b(?:not|await|lambda)\b)[\s:]*"
_SIGNS = re.compile(f"(?:{_SIGN}){{{SIGNS_IN_A_ROW_MAX}}}")

# Python's own line ends; str.splitlines knows more.
_LINE_ENDS = re.compile(r"\r\n|\r|\n")

Tree = TypeVar("Tree", ast.Expression, ast.Module)


@dataclass(frozen=True, slots=True)
class Source:
    """A text with the place where its tree begins in what the author wrote."""

    text: str
    lines_before: int = 0
    columns_before: int = 0
    margin: int = 0

    def error(self, node: ast.AST, message: str) -> ExpressionError:
        """An error that stands at `node`; lines and columns count from 1, in characters."""
        return self.error_at(getattr(node, "lineno", 0), self._column(node), message)

    def error_at(self, line: int, column: int, message: str) -> ExpressionError:
        """An error at a line and column (from 1) of the tree's text; 0: not known."""
        if not line:
            return ExpressionError(message)
        column += self.margin + (self.columns_before if line == 1 else 0)
        return ExpressionError(message, line + self.lines_before, max(column, 1))

    def error_at_offset(self, offset: int, message: str) -> ExpressionError:
        """An error at the character `offset` (from 0) of the tree's text."""
        lines = _LINE_ENDS.split(self.text[:offset])
        return self.error_at(len(lines), len(lines[-1]) + 1, message)

    def failed(self, node: ast.AST, error: Exception) -> ExpressionError:
        """The error that an operation at `node` ran into."""
        return self.error(node, reason(error))

    def _column(self, node: ast.AST) -> int:
        line, offset = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        lines = _LINE_ENDS.split(self.text)
        if not 0 < line <= len(lines):
            return 0
        return len(lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1


_REASONS: dict[type[Exception], str] = {
    ZeroDivisionError: "a division by zero",
    Overflow: "the result is too large",
    OverflowError: "the result is too large, or outside the years 1 to 9999",
    RecursionError: "it is nested too deep",
    MemoryError: "the memory does not suffice",
}


def reason(error: Exception) -> str:
    """Why an operation failed, in words for the author."""
    if isinstance(error, Refused | BadValue):
        return str(error)
    for kind in type(error).__mro__:
        if kind in _REASONS:
            return _REASONS[kind]
    if isinstance(error, ArithmeticError):
        return "the result is not a number that can be written with 34 digits"
    return f"it cannot be done: {error}"


def shown_code(node: ast.AST) -> str:
    """The code at a node as a message quotes it: on one line and short."""
    try:
        text = ast.unparse(node).replace("\n", " ")
    except RecursionError:
        return "this"
    return text if len(text) <= SHOWN_LENGTH_MAX else f"{text[:SHOWN_LENGTH_MAX]}…"


@contextmanager
def expression_errors_only() -> Iterator[None]:
    """Around a compilation: whatever it runs into is the author's to mend."""
    try:
        yield
    except CAUGHT as error:
        raise ExpressionError(reason(error)) from None


def parse_expression(text: str) -> tuple[Source, ast.expr]:
    """One expression. Raises ExpressionError. It may go over several lines."""
    stripped = text.strip()
    if not stripped:
        raise ExpressionError("it is empty; write an expression such as Amount > 5", 1, 1)
    before = text[: len(text) - len(text.lstrip())]
    source = Source(stripped, before.count("\n"), len(before) - (before.rfind("\n") + 1))
    try:
        return source, _parsed(source, _tree_of_expression).body
    except ExpressionError:
        if "\n" not in stripped:
            raise
    # Python needs brackets around what goes over several lines; an author of XML does not.
    bracketed = Source(f"({stripped}\n)", source.lines_before, source.columns_before - 1)
    return bracketed, _parsed(bracketed, _tree_of_expression).body


def parse_script(text: str) -> tuple[Source, ast.Module]:
    """A script's statements. Raises ExpressionError. It may be indented as a whole."""
    dedented = textwrap.dedent(text)
    margin = max(map(len, _LINE_ENDS.split(text))) - max(map(len, _LINE_ENDS.split(dedented)))
    source = Source(dedented, margin=margin)
    module = _parsed(source, _tree_of_script)
    if not module.body:
        raise ExpressionError("it is empty; write statements such as Score = Amount * 2", 1, 1)
    return source, module


def _tree_of_expression(text: str) -> ast.Expression:
    return ast.parse(text, mode="eval")


def _tree_of_script(text: str) -> ast.Module:
    return ast.parse(text, mode="exec")


def _parsed(source: Source, parse: Callable[[str], Tree]) -> Tree:
    _check_text(source.text)
    if doubt := first_doubt(source.text):
        raise source.error_at_offset(*doubt)
    try:
        tree = parse(source.text)
    except SyntaxError as error:
        raise _syntax_error(source, error) from None
    except (ValueError, MemoryError, RecursionError, SystemError) as error:
        why = str(error) or "it is nested too deep"
        raise ExpressionError(f"it cannot be read: {why}") from None
    _check_tree(source, tree)
    return tree


def _syntax_error(source: Source, error: SyntaxError) -> ExpressionError:
    message = error.msg.split(" Maybe you meant")[0].rstrip(".")
    if "'=='" in error.msg or _at_single_equals(source, error):
        message = "a single = is not a comparison; write =="
    return source.error_at(error.lineno or 0, error.offset or 0, message)


def _at_single_equals(source: Source, error: SyntaxError) -> bool:
    lines = _LINE_ENDS.split(source.text)
    line, column = (error.lineno or 1) - 1, (error.offset or 1) - 1
    return line < len(lines) and re.match(r"=(?!=)", lines[line][column:]) is not None


def _check_text(text: str) -> None:
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"{len(text)} characters; {LENGTH_MAX} are allowed")
    steps = ((char in "([{") - (char in ")]}") for char in text)
    too_deep = max(accumulate(steps), default=0) > BRACKETS_DEEP_MAX
    too_long = sum(map(text.count, "+-*/%@.[(")) > LINKS_MAX or text.count("**") > POWERS_MAX
    if too_deep or too_long or _SIGNS.search(text):
        raise ExpressionError("it is nested too deep or too long; split it")


def _check_tree(source: Source, tree: ast.AST) -> None:
    """Bounds the tree without recursion, so that whoever compiles it may recurse."""
    level, nodes, depth = [tree], 0, 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if depth > DEPTH_MAX or nodes > NODES_MAX:
            raise source.error(level[0], "it is nested too deep or too long; split it")
        for node in level:
            _check_number(source, node)
        level = [child for node in level for child in ast.iter_child_nodes(node)]


def _check_number(source: Source, node: ast.AST) -> None:
    # In hexadecimal Python reads a number that it then refuses to write, in a message for instance.
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        try:
            checked_integer(node.value)
        except Refused as error:
            raise source.failed(node, error) from None


def weight_of(nodes: Iterable[ast.AST]) -> int:
    """How many steps one run of the code at nodes takes, loops inside it taken once."""
    return sum(_weight(part) for node in nodes for part in ast.walk(node))


def _weight(node: ast.AST) -> int:
    if isinstance(node, ast.Constant) or not isinstance(node, ast.expr | ast.stmt):
        return 0
    if isinstance(node, ast.Name):
        return int(isinstance(node.ctx, ast.Load))
    return 3 if isinstance(node, ast.Call | ast.AugAssign) else 1
