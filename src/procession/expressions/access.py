"""Literals, names, columns, items, lists, rows and f-strings.

Rule: `value.Name` is the column of a row and nothing else: no attribute of a Python object is ever
read, so there is no way from a value to what lies behind it.
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from procession.core.values import Value
from procession.expressions.arithmetic import CONTEXT, EXPONENT_MAX
from procession.expressions.budget import Frame, Refused
from procession.expressions.comprehensions import (
    checked_key,
    list_comprehension,
    row_comprehension,
)
from procession.expressions.functions import FUNCTIONS
from procession.expressions.scope import Code, Run, Scope, Variable, constant
from procession.expressions.source import FAILURES, shown_code
from procession.expressions.texts import formatted, is_pattern, text_of
from procession.expressions.types import (
    TEXT,
    UNKNOWN,
    Type,
    did_you_mean,
    item_of,
    join,
    name_of,
)


def literal(scope: Scope, node: ast.Constant) -> Code:
    """A number, a text, True, False or None. A number with a point is a Decimal."""
    value = node.value
    if isinstance(value, float):
        return constant(_decimal(scope, node, value))
    if isinstance(value, bool | str) or value is None:
        return constant(value)
    if not isinstance(value, int):
        scope.refuse(node, f"{shown_code(node)} is no value that a parameter can hold")
    return constant(value)


def _decimal(scope: Scope, node: ast.Constant, value: float) -> Decimal:
    text = ast.get_source_segment(scope.source.text, node) or ""
    # Inside f-strings Python 3.11 knows no exact places; the float's own digits do then.
    exactly_written = re.fullmatch(r"[0-9_.]+([eE][-+]?[0-9]+)?", text) and float(text) == value
    number = Decimal(text.replace("_", "") if exactly_written else repr(value))
    if not number.is_finite() or abs(number.adjusted()) > EXPONENT_MAX:
        scope.refuse(node, f"{shown_code(node)} is too large or too small")
    return CONTEXT.plus(number)


def name(scope: Scope, node: ast.Name) -> Code:
    """A parameter, a variable of a script or the name of a loop."""
    variable = scope.find(node.id)
    if variable is None:
        scope.refuse(node, _unknown_name(scope, node.id))
    known = Type(variable.type.name) if scope.changing else variable.type
    return Code(read(scope, node, variable), known)


def _unknown_name(scope: Scope, name: str) -> str:
    if name in FUNCTIONS or name in scope.functions:
        return f"{name} is a function; write {name}(…)"
    known = {*scope.kinds, *(known for layer in scope.layers for known in layer)}
    return f"nothing is named {name!r}; {did_you_mean(name, known)}"


def read(scope: Scope, node: ast.AST, variable: Variable) -> Run:
    """The closure that reads a variable. A parameter without a value is None."""
    key = variable.key
    if variable.parameter:
        return lambda frame: frame.values.get(key)
    message = f"{key} is used before it is given a value"
    source = scope.source

    def read_local(frame: Frame) -> Value:
        try:
            return frame.locals[key]
        except KeyError:
            raise source.error(node, message) from None

    def read_own(frame: Frame) -> Value:
        try:
            return frame.values[key]
        except KeyError:
            raise source.error(node, message) from None

    return read_local if variable.local else read_own


def attribute(scope: Scope, node: ast.Attribute) -> Code:
    """`row.Name`: the column of a row."""
    check_column_name(scope, node)
    return _column(scope, node, scope.compile(node.value), node.attr)


def check_column_name(scope: Scope, node: ast.Attribute) -> None:
    """Refuses what Python keeps for itself: no column is meant by it."""
    if node.attr.startswith("__"):
        scope.refuse(node, f"{node.attr} is not offered; a column's name begins otherwise")


def _column(scope: Scope, node: ast.Attribute | ast.Subscript, row: Code, column: str) -> Code:
    if row.type.name not in ("unknown", "Row"):
        scope.refuse(node, _no_columns(node, column, row.type.name))
    columns = row.type.columns
    if columns is not None and column not in columns:
        scope.refuse(node, f"no column {column!r}; {did_you_mean(column, columns)}")
    run_row, source = row.run, scope.source

    def run(frame: Frame) -> Value:
        value = run_row(frame)
        if isinstance(value, dict):
            if column in value:
                return value[column]
            raise source.error(node, f"no column {column!r}; {did_you_mean(column, value)}")
        raise source.error(node, _no_columns(node, column, name_of(value)))

    return Code(run, columns[column] if columns else UNKNOWN)


def _no_columns(node: ast.Attribute | ast.Subscript, column: str, name: str) -> str:
    code = shown_code(node.value)
    if name == "None":
        return f"{code} has no value (None), so it has no column {column!r}"
    if name == "List":
        return f"{code} is a List; take a row first, such as {code}[0].{column}"
    return f"{code} is {name}, which has no columns; only a Row has"


def subscript(scope: Scope, node: ast.Subscript) -> Code:
    """`row["Name"]`, `values[0]` and slices `values[1:3]`."""
    whole = scope.compile(node.value)
    if isinstance(node.slice, ast.Slice):
        return _slice(scope, node, whole, node.slice)
    if whole.type.name not in ("unknown", "Row", "List", "Text"):
        scope.refuse(node, _no_items(node, whole.type.name))
    if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return _column(scope, node, whole, node.slice.value)
    key = scope.compile(node.slice)
    needed = {"Row": "Text", "List": "Integer", "Text": "Integer"}.get(whole.type.name)
    if needed and key.type.name not in ("unknown", needed):
        scope.refuse(node.slice, _wrong_key(node, key.type.name, whole.type.name))
    gives = UNKNOWN if whole.type.name == "Row" else item_of(whole.type)
    return scope.folded(node, Code(_item_run(scope, node, whole, key), gives), [whole, key])


def _item_run(scope: Scope, node: ast.Subscript, whole: Code, key: Code) -> Run:
    run_whole, run_key, source = whole.run, key.run, scope.source

    def run(frame: Frame) -> Value:
        value, at = run_whole(frame), run_key(frame)
        try:
            return item(value, at)
        except Refused as error:
            raise source.failed(node, error) from None
        except (LookupError, TypeError):
            raise source.error(node, _wrong_key(node, name_of(at), name_of(value))) from None

    return run


def item(value: Value, at: Value) -> Value:
    """One item of a list or letter of a text, or one column of a row. Raises Refused, TypeError."""
    if isinstance(value, dict) and isinstance(at, str):
        if at in value:
            return value[at]
        raise Refused(f"no column {at!r}; {did_you_mean(at, value)}")
    if isinstance(value, list | str) and type(at) is int:
        if -len(value) <= at < len(value):
            return value[at]
        raise Refused(f"there is no item {at}: the {name_of(value)} has {len(value)}")
    raise TypeError


def _no_items(node: ast.Subscript, name: str) -> str:
    return f"{shown_code(node.value)} is {name}; only a List, a Text or a Row has items"


def _wrong_key(node: ast.Subscript, key: str, whole: str) -> str:
    code = shown_code(node.value)
    if whole == "None":
        return f"{code} has no value (None), so it has no items"
    if whole not in ("List", "Text", "Row"):
        return _no_items(node, whole)
    needed = "the name of a column" if whole == "Row" else "a whole number"
    return f"{shown_code(node.slice)} is {key}; {code} is a {whole}, which takes {needed}"


def _slice(scope: Scope, node: ast.Subscript, whole: Code, bounds: ast.Slice) -> Code:
    if whole.type.name not in ("unknown", "List", "Text"):
        scope.refuse(
            node, f"{shown_code(node.value)} is {whole.type}; only a List or a Text is cut"
        )
    ends = [
        constant(None) if end is None else scope.compile(end)
        for end in (bounds.lower, bounds.upper, bounds.step)
    ]
    run_whole, runs, source = whole.run, [end.run for end in ends], scope.source

    def run(frame: Frame) -> Value:
        value = run_whole(frame)
        try:
            return _cut(frame, value, [end(frame) for end in runs])
        except FAILURES as error:
            raise source.failed(node, error) from None

    return scope.folded(node, Code(run, whole.type), [whole, *ends])


def _cut(frame: Frame, value: Value, ends: list[Value]) -> Value:
    if not isinstance(value, list | str):
        raise Refused(f"{name_of(value)} cannot be cut; only a List or a Text can")
    if any(end is not None and type(end) is not int for end in ends):
        raise Refused("the bounds of a slice are whole numbers")
    if isinstance(value, str):
        frame.make_text(len(value))
    else:
        frame.make_list(len(value))
    return value[slice(*ends)]


def list_display(scope: Scope, node: ast.List | ast.Tuple) -> Code:
    """`[1, 2]`; a tuple is a list as well."""
    codes = [scope.compile(element) for element in node.elts]
    runs, count = [code.run for code in codes], len(codes)
    source = scope.source

    def run(frame: Frame) -> Value:
        try:
            frame.make_list(count)
        except Refused as error:
            raise source.failed(node, error) from None
        return [part(frame) for part in runs]

    gives = codes[0].type if codes else UNKNOWN
    for code in codes[1:]:
        gives = join(gives, code.type)
    return scope.folded(node, Code(run, Type("List", item=gives)), codes)


def row_display(scope: Scope, node: ast.Dict) -> Code:
    """`{"Name": Name}`: a row."""
    keys = [key for key in node.keys if key is not None]
    if len(keys) < len(node.keys):
        scope.refuse(node, "** before a row is not offered; name the columns")
    parts = [
        (scope.compile(key), scope.compile(value))
        for key, value in zip(keys, node.values, strict=True)
    ]
    for key, (code, _) in zip(keys, parts, strict=True):
        if code.type.name not in ("Text", "unknown"):
            scope.refuse(key, f"a column's name is a text, not {code.type}")
    return Code(
        _row_run(scope, node, [(key.run, value.run) for key, value in parts]), _row_of(parts)
    )


def _row_of(parts: Sequence[tuple[Code, Code]]) -> Type:
    if not all(key.constant for key, _ in parts):
        return Type("Row")
    return Type("Row", columns={key.run(Frame({})): value.type for key, value in parts})


def _row_run(scope: Scope, node: ast.Dict, parts: list[tuple[Run, Run]]) -> Run:
    source, count = scope.source, len(parts)

    def run(frame: Frame) -> Value:
        try:
            frame.make_row(count)
            return {checked_key(key(frame)): value(frame) for key, value in parts}
        except FAILURES as error:
            raise source.failed(node, error) from None

    return run


def f_string(scope: Scope, node: ast.JoinedStr) -> Code:
    """`f"{Name}: {Amount:.2f}"`."""
    pieces = [_piece(scope, part) for part in node.values]
    runs, source = [piece.run for piece in pieces], scope.source

    def run(frame: Frame) -> Value:
        texts = [piece(frame) for piece in runs]
        try:
            frame.make_text(sum(map(len, texts)))
        except FAILURES as error:
            raise source.failed(node, error) from None
        return "".join(texts)

    return scope.folded(node, Code(run, TEXT), pieces)


def _piece(scope: Scope, node: ast.expr) -> Code:
    if not isinstance(node, ast.FormattedValue):
        return scope.compile(node)
    if node.conversion not in (-1, ord("s")):
        scope.refuse(node, "!r and !a are not offered in an f-string")
    value = scope.compile(node.value)
    pattern = _pattern(scope, node)
    run_value, source = value.run, scope.source

    def run(frame: Frame) -> str:
        found = run_value(frame)
        try:
            return formatted(frame, found, pattern) if pattern else text_of(frame, found)
        except FAILURES as error:
            raise source.failed(node, error) from None

    return Code(run, TEXT, constant=value.constant)


def _pattern(scope: Scope, node: ast.FormattedValue) -> str:
    if node.format_spec is None:
        return ""
    parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    pattern = "".join(texts)
    if len(texts) < len(parts) or not is_pattern(pattern):
        shown = shown_code(node.value)
        scope.refuse(node, f"the format of {shown} is not one such as .2f, 010d or %Y-%m-%d")
    return pattern


HANDLERS: Mapping[type[ast.AST], Callable[..., Code]] = {
    ast.Constant: literal,
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Subscript: subscript,
    ast.List: list_display,
    ast.Tuple: list_display,
    ast.Dict: row_display,
    ast.JoinedStr: f_string,
    ast.ListComp: list_comprehension,
    ast.DictComp: row_comprehension,
}
