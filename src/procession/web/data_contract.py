"""Answers as XML, for callers whose `Accept` asks for it: data contracts as WCF writes them.

Rule: a struct is an element with its members in the order of the alphabet; None is `i:nil`; a
mapping is a list of pairs, each value as one JSON text, as the answer of Execute has it.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from procession.core.values import Value
from procession.web.wire import escaped, json_text

NAMESPACE = "http://schemas.datacontract.org/2004/07/Terrasoft.Core.ServiceModelContract"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

# What XML cannot hold, not even escaped.
_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")


def xml_object(method: str, value: msgspec.Struct, *, wrapped: bool = False) -> bytes:
    """The document that answers a method; wrapped: within a member for its one result."""
    content = _element(f"{method}Result", value) if wrapped else _content(value)
    opening = f'<{method}Response xmlns="{NAMESPACE}" xmlns:i="{INSTANCE}">'
    return "".join((opening, *content, f"</{method}Response>")).encode()


def _element(name: str, value: Value) -> Iterator[str]:
    if value is None:
        yield f'<{name} i:nil="true"/>'
        return
    yield f"<{name}>"
    yield from _content(value)
    yield f"</{name}>"


def _content(value: Value) -> Iterator[str]:
    if isinstance(value, msgspec.Struct):
        members = msgspec.structs.fields(value)
        for member in sorted(members, key=lambda each: each.encode_name):
            yield from _element(member.encode_name, getattr(value, member.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield f"<KeyValueOfstringanyType><Key>{_text(key)}</Key>"
            yield f"<Value>{escaped(json_text(item))}</Value></KeyValueOfstringanyType>"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _element(type(item).__name__, item)
    else:
        yield _text(value if isinstance(value, str) else json_text(value).strip('"'))


def _text(text: str) -> str:
    # A parser takes a bare CR for a line feed.
    return escaped(text.translate(_NO_XML)).replace("\r", "&#xD;")
