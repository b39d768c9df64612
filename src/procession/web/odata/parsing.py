"""The texts of the query options, read by the grammar in `options.lark`.

The tree is built as the parser goes, so that nothing here calls itself, however deep a text nests.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from typing import Literal as Choice
from uuid import UUID

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from procession.errors import BadRequest
from procession.web.odata.tree import (
    Call,
    Comparison,
    Expansion,
    Junction,
    Literal,
    LiteralValue,
    Node,
    Not,
    OneOf,
    Order,
    Path,
)

OPTION_CHARACTERS_MAX = 8_000
EXACT_BELOW = 2**53

Start = Choice["filter", "orderby", "select", "expand"]
_CONSTANTS: dict[str, LiteralValue] = {"true": True, "false": False, "null": None}


def read_filter(text: str) -> Node:
    """Raises BadRequest, as all of these do."""
    node: Node = _parsed("filter", text)
    return node


def read_orders(text: str) -> Sequence[Order]:
    orders: Sequence[Order] = _parsed("orderby", text)
    return orders


def read_columns(text: str) -> Sequence[str] | None:
    """None: all."""
    columns: Sequence[str] | None = _parsed("select", text)
    return columns


def read_expansions(text: str) -> Sequence[Expansion]:
    expansions: Sequence[Expansion] = _parsed("expand", text)
    return expansions


def _parsed(option: Start, text: str) -> Any:
    if len(text) > OPTION_CHARACTERS_MAX:
        raise BadRequest(f"${option} is longer than {OPTION_CHARACTERS_MAX} characters")
    try:
        return _parser().parse(text, start=option)
    except UnexpectedInput as error:
        raise BadRequest(f"${option}: {_complaint(text, error)}") from None


def _complaint(text: str, error: UnexpectedInput) -> str:
    at = error.pos_in_stream
    if isinstance(error, UnexpectedCharacters) and at is not None:
        return f"{text[at : at + 20]!r} cannot be read at character {at + 1}"
    if isinstance(error, UnexpectedToken) and error.token.type != "$END" and at is not None:
        return f"{str(error.token)[:40]!r} is not expected at character {at + 1}"
    return "it ends too early"


@cache
def _parser() -> Lark:
    grammar = files("procession.web.odata").joinpath("options.lark").read_text(encoding="utf-8")
    starts = ["filter", "orderby", "select", "expand"]
    return Lark(
        grammar, parser="lalr", start=starts, transformer=_Builder(), maybe_placeholders=True
    )


class _Builder(Transformer[Token, Any]):
    """From the rules of the grammar to the tree."""

    # -- literals ---------------------------------------------------------------------------------

    @v_args(inline=True)
    def text(self, token: Token) -> Literal:
        return Literal(token[1:-1].replace("''", "'"))

    @v_args(inline=True)
    def guid(self, token: Token) -> Literal:
        return Literal(UUID(token))

    @v_args(inline=True)
    def moment(self, token: Token) -> Literal:
        return Literal(_moment(token))

    @v_args(inline=True)
    def number(self, token: Token) -> Literal:
        number = float(token)
        # Beyond that, not every whole number is a number of the store.
        exact = token.lstrip("-").isdigit() and abs(number) < EXACT_BELOW
        return Literal(int(token) if exact else number)

    @v_args(inline=True)
    def constant(self, token: Token) -> Literal:
        return Literal(_CONSTANTS[token])

    # -- $filter ----------------------------------------------------------------------------------

    @v_args(inline=True)
    def filter(self, expression: Node) -> Node:
        return expression

    def any_of(self, terms: list[Node]) -> Node:
        return terms[0] if len(terms) == 1 else Junction("or", terms)

    def all_of(self, terms: list[Node]) -> Node:
        return terms[0] if len(terms) == 1 else Junction("and", terms)

    @v_args(inline=True)
    def negated(self, term: Node) -> Node:
        return Not(term)

    @v_args(inline=True)
    def compared(self, left: Node, operator: Token, right: Node) -> Node:
        return Comparison(str(operator), left, right)

    def one_of(self, parts: list[Node]) -> Node:
        return OneOf(parts[0], parts[1:])

    @v_args(inline=True)
    def bracketed(self, expression: Node) -> Node:
        return expression

    def call(self, parts: list[Any]) -> Node:
        return Call(str(parts[0]), [part for part in parts[1:] if part is not None])

    def path(self, names: list[Token]) -> Path:
        return Path([str(name) for name in names])

    # -- the others -------------------------------------------------------------------------------

    def orderby(self, orders: list[Order]) -> Sequence[Order]:
        return orders

    @v_args(inline=True)
    def order(self, path: Path, direction: Token | None) -> Order:
        return Order(path, direction == "desc")

    def select(self, columns: list[str]) -> Sequence[str] | None:
        return None if "*" in columns else list(dict.fromkeys(columns))

    @v_args(inline=True)
    def column(self, column: Path | Token) -> str:
        return str(column)

    def expand(self, expansions: list[Expansion]) -> "_Expansions":
        return _Expansions(expansions)

    @v_args(inline=True)
    def expansion(self, name: Token, *details: Any) -> Expansion:
        columns, within = None, _Expansions()
        for detail in details:
            if isinstance(detail, _Expansions):
                within = detail
            else:
                columns = detail
        return Expansion(str(name), columns, tuple(within))


class _Expansions(list[Expansion]):
    """What `$expand` says, told apart from what `$select` says."""


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text} is no moment; one is written 2026-01-31T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
