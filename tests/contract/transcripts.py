"""Reads `*.http` transcripts and replays them: request and answer, to the byte.

A transcript is a list of exchanges; they share one service and what they bind.

    ### What it shows
    GET /0/ping HTTP/1.1
    host: {{host}}

    ---
    HTTP/1.1 200 OK
    date: {{date: date}}
    content-length: 4

    Pong

Lines of the head end in CRLF on the wire; a body is what stands between the empty line and the next
mark, without its last line end. `{{name: kind}}` in an answer matches that kind of text and binds
it; `{{name}}` is what was bound, or one of: `host`, `cookies` and `csrf` of a logged-in user,
`length` of the body. `{{run + 3}}` is the GUID of element 3 of the run bound as `run`;
`{{hex ff00}}` are bytes. Lines that begin with `#` before a request are comments.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

KINDS = {
    "guid": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "date": "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT",
    "token": "[A-Za-z0-9_-]{20,100}",
    "id": "[0-9a-f]{16}",
}
ANSWER_SECONDS_MAX = 30
_MARK = re.compile(rb"\{\{(\w+)(?:: (\w+)|( \+ )(\d+)| ([0-9a-f]+))?\}\}")

Bound = dict[str, str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the answer that it must get; `line` is where it stands in the file."""

    title: str
    line: int
    request: bytes
    answer: bytes


def read(path: Path) -> Iterator[Exchange]:
    """The exchanges of a transcript, in order."""
    text = path.read_bytes()
    line = 1 + text.count(b"\n", 0, text.index(b"### "))
    for part in re.split(rb"^### ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition(b"\n")
        rest = re.sub(rb"\A(#.*\n|\n)*", b"", rest)
        request, answer = re.split(rb"^---\n", rest, maxsplit=1, flags=re.MULTILINE)
        yield Exchange(title.decode(), line, _wire(request), _wire(answer))
        line += part.count(b"\n")


def _wire(text: bytes) -> bytes:
    head, _, body = text.partition(b"\n\n")
    head = head.removesuffix(b"\n")
    # One line end closes the body's last line, one parts it from what follows.
    return head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body.removesuffix(b"\n").removesuffix(b"\n")


def filled(request: bytes, bound: Bound) -> bytes:
    """The request with its placeholders replaced."""

    def value(match: "re.Match[bytes]") -> bytes:
        name = match[1].decode()
        if name == "hex":
            return bytes.fromhex(match[5].decode())
        return match[0] if name == "length" else _value(match, bound)

    text = _MARK.sub(value, request)
    length = len(text.partition(b"\r\n\r\n")[2])
    return text.replace(b"{{length}}", str(length).encode())


def _value(mark: "re.Match[bytes]", bound: Bound) -> bytes:
    """What was bound, or the GUID that is so many further."""
    text = bound[mark[1].decode()]
    return str(UUID(int=UUID(text).int + int(mark[4]))).encode() if mark[3] else text.encode()


def matches(expected: bytes, answer: bytes, bound: Bound) -> bool:
    """Whether the answer is the expected one; binds what the placeholders matched."""
    pattern, names, end = b"", list[str](), 0
    for mark in _MARK.finditer(expected):
        pattern += re.escape(expected[end : mark.start()])
        name = mark[1].decode()
        if mark[2]:
            names.append(name)
            pattern += b"(" + KINDS[mark[2].decode()].encode() + b")"
        elif name in names:
            pattern += b"\\%d" % (names.index(name) + 1)
        else:
            pattern += re.escape(_value(mark, bound))
        end = mark.end()
    found = re.fullmatch(pattern + re.escape(expected[end:]), answer, re.DOTALL)
    if found:
        bound.update(zip(names, (group.decode() for group in found.groups()), strict=True))
    return found is not None


async def sent(host: str, port: int, request: bytes) -> bytes:
    """The answer to a raw request, to the byte."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            writer.write(request)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"^content-length: (\d+)", head, re.MULTILINE)
            assert length, head
            body = b"" if request.startswith(b"HEAD ") else await reader.readexactly(int(length[1]))
            return head + body
    finally:
        writer.close()
