"""The query options of one call, read and within their bounds."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from procession.errors import BadRequest
from procession.web.answers import HttpRefusal
from procession.web.odata.parsing import read_columns, read_expansions, read_filter, read_orders
from procession.web.odata.tree import Expansion, Node, Order

PAGE_ROWS_MAX = 1_000
TOP_MAX = 2**31 - 1
SKIP_MAX = 1_000_000
ORDERS_MAX = 5
TOKEN_CHARACTERS_MAX = 8_000

_KNOWN = ("filter", "select", "expand", "orderby", "top", "skip", "count", "skiptoken", "format")
_NOT_OFFERED = (
    "apply",
    "search",
    "compute",
    "levels",
    "index",
    "deltatoken",
    "id",
    "schemaversion",
)
_PAGE_SIZE = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*(\d{1,9})")

# What a token holds: of the last row, the values that the rows are ordered by.
KeyValue = str | int | float | None
_token_decoder = msgspec.json.Decoder(list[KeyValue])


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for. `columns` None: all. `after`: only rows behind those values."""

    filter: Node | None = None
    columns: Sequence[str] | None = None
    expansions: Sequence[Expansion] = ()
    orders: Sequence[Order] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    after: Sequence[KeyValue] | None = None
    page: int = PAGE_ROWS_MAX

    @property
    def limit(self) -> int:
        """How many rows this answer has at most."""
        return self.page if self.top is None else min(self.top, self.page)


def read_options(query: Mapping[str, str], prefer: str) -> Options:
    """The options of a query. Raises BadRequest, and HttpRefusal for what is not offered."""
    given = _named(query)
    orders = read_orders(given["orderby"]) if "orderby" in given else ()
    if len(orders) > ORDERS_MAX:
        raise BadRequest(f"$orderby has more than {ORDERS_MAX} keys")
    return Options(
        filter=read_filter(given["filter"]) if "filter" in given else None,
        columns=read_columns(given["select"]) if "select" in given else None,
        expansions=read_expansions(given["expand"]) if "expand" in given else (),
        orders=orders,
        top=_number(given, "top", TOP_MAX),
        skip=_number(given, "skip", SKIP_MAX) or 0,
        count=_flag(given),
        after=read_token(given["skiptoken"]) if "skiptoken" in given else None,
        page=page_size(prefer) or PAGE_ROWS_MAX,
    )


def page_size(prefer: str) -> int | None:
    """What the header `Prefer` asks for, if we can give it (OData Protocol 4.0 §8.2.8.5)."""
    asked = _PAGE_SIZE.search(prefer)
    return min(max(int(asked[1]), 1), PAGE_ROWS_MAX) if asked else None


def _named(query: Mapping[str, str]) -> Mapping[str, str]:
    """The options by their names without `$`; what has another name is the caller's own."""
    given = {}
    for key, text in query.items():
        name = key.removeprefix("$")
        if name in _NOT_OFFERED and key != name:
            raise HttpRefusal(501, "NotImplemented", f"{key} is not offered; see docs/odata.md")
        if name not in _KNOWN and key != name:
            known = ", ".join(f"${each}" for each in _KNOWN)
            raise BadRequest(f"there is no option {key[:60]!r}; there are {known}")
        if name in _KNOWN:
            if name in given:
                raise BadRequest(f"${name} is given twice, with and without $")
            given[name] = text
    return given


def _number(given: Mapping[str, str], name: str, most: int) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= most):
        raise BadRequest(f"${name} is {text[:40]!r}; it is a whole number from 0 to {most}")
    return int(text)


def _flag(given: Mapping[str, str]) -> bool:
    text = given.get("count", "false")
    if text not in ("true", "false"):
        raise BadRequest(f"$count is {text[:40]!r}; it is true or false")
    return text == "true"


def token(values: Sequence[KeyValue]) -> str:
    """Where the next page begins."""
    return (
        base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode())
        .decode()
        .rstrip("=")
    )


def read_token(text: str) -> Sequence[KeyValue]:
    try:
        if len(text) > TOKEN_CHARACTERS_MAX:
            raise ValueError
        values = _token_decoder.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise BadRequest("$skiptoken is none of ours; begin with the first page") from None
    if any(isinstance(each, int) and abs(each) >= 2**63 for each in values):
        raise BadRequest("$skiptoken is none of ours; begin with the first page")
    return values
