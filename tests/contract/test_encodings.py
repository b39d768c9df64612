"""The encodings and the ways of HTTP that real clients use, beyond what the transcripts show."""

import asyncio
import gzip
import re

import httpx
import pytest

from tests.contract.service import ENGINE, Serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

ECHO = f"{ENGINE}/UsrEcho/Execute"
TEXT = f"{ECHO}?ResultParameterName=Text"
FORM = "application/x-www-form-urlencoded"
LONG = "x" * 2_000


def head(client: httpx.AsyncClient, verb: str, path: str, *more: str) -> bytes:
    """The head of a request that the client's session may send."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    lines = (
        f"{verb} {path} HTTP/1.1",
        "host: x",
        f"cookie: {cookies}",
        f"bpmcsrf: {client.cookies['BPMCSRF']}",
        *more,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def value(answer: httpx.Response) -> str:
    """The JSON text within the answer of Execute."""
    assert answer.status_code == 200, answer.text
    match = re.fullmatch("<string[^>]*>(.*)</string>", answer.text)
    assert match
    return match[1]


# -- bodies ---------------------------------------------------------------------------------------

KINDS = [
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'Application/JSON; charset="utf-8"',
    "application/json; odata=verbose; charset=utf8",
]


@pytest.mark.parametrize("kind", KINDS)
async def test_json_is_taken_with_and_without_its_charset(
    kind: str, caller: httpx.AsyncClient
) -> None:
    body = '{"Text":"é😀"}'.encode()

    answer = await caller.post(TEXT, content=body, headers={"content-type": kind})

    assert value(answer) == '"é😀"'


async def test_a_byte_order_mark_is_passed_over(caller: httpx.AsyncClient) -> None:
    body = b'\xef\xbb\xbf{"Text":"abc"}'

    answer = await caller.post(TEXT, content=body, headers={"content-type": "application/json"})

    assert value(answer) == '"abc"'


FORMS = {
    b"Text=a+b": "a b",
    b"Text=a%20b%2Bc": "a b+c",
    b"Text=%C3%A9": "é",
    "Text=é".encode(): "é",
    b"Text=a%3Db%26c": "a=b&amp;c",
    b"&Text=abc&\r\n": "abc",
    b"Text=": "",
    b"Text": "",
}


@pytest.mark.parametrize("body", FORMS)
async def test_a_form_is_read_as_a_query_is(body: bytes, caller: httpx.AsyncClient) -> None:
    answer = await caller.post(TEXT, content=body, headers={"content-type": FORM})

    assert value(answer) == f'"{FORMS[body]}"'


REFUSED = {
    b"Text=%ff": "BadRequest",
    b"Text=\xff": "BadRequest",
    b"Text=%zz": "BadRequest",
    b"Text=%00": "BadRequest",
    b"Text=a\0": "BadValue",
    b"Text=1&Text=2": "BadRequest",
    b"ResultParameterName=Count": "BadRequest",
    b"&".join(b"p%d=" % number for number in range(300)): "BadRequest",
}


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body[:20].decode("latin-1"))
async def test_a_form_that_cannot_be_read_starts_nothing(
    body: bytes, shared: Serving, caller: httpx.AsyncClient
) -> None:
    before = await shared.runs()

    answer = await caller.post(TEXT, content=body, headers={"content-type": FORM})

    assert answer.status_code == 400
    assert answer.json()["errorInfo"]["errorCode"] == REFUSED[body]
    assert await shared.runs() == before


@pytest.mark.parametrize("kind", ["application/json; charset=utf-16", f"{FORM}; charset=latin1"])
async def test_another_charset_is_refused(kind: str, caller: httpx.AsyncClient) -> None:
    answer = await caller.post(TEXT, content=b"{}", headers={"content-type": kind})

    assert answer.status_code == 415


async def test_a_body_in_chunks_is_one_body(shared: Serving, caller: httpx.AsyncClient) -> None:
    chunked = "transfer-encoding: chunked", "content-type: application/json"
    body = b'5\r\n{"Tex\r\n9\r\nt":"abc"}\r\n0\r\n\r\n'

    answer = await raw(shared, head(caller, "POST", TEXT, *chunked) + body)

    assert answer.endswith(b'"abc"</string>')


async def test_who_waits_for_100_continue_gets_it_before_the_body(
    shared: Serving, caller: httpx.AsyncClient
) -> None:
    body = b'{"Text":"abc"}'
    length = f"content-length: {len(body)}"
    wanted = "expect: 100-continue", "content-type: application/json", length
    reader, writer = await asyncio.open_connection(shared.host, shared.port)

    writer.write(head(caller, "POST", TEXT, *wanted))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body)

    assert await one(reader) == b'%s"abc"</string>' % OPENING
    writer.close()


# -- connections ----------------------------------------------------------------------------------

OPENING = b'<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">'


async def one(reader: asyncio.StreamReader) -> bytes:
    """The body of the next answer."""
    async with asyncio.timeout(10):
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer)
        assert length, answer
        return await reader.readexactly(int(length[1]))


async def raw(serving: Serving, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(serving.host, serving.port)
    writer.write(request)
    body = await one(reader)
    writer.close()
    return body


async def test_calls_that_are_sent_without_waiting_are_answered_in_their_order(
    shared: Serving, caller: httpx.AsyncClient
) -> None:
    reader, writer = await asyncio.open_connection(shared.host, shared.port)

    for number in range(10):
        writer.write(head(caller, "GET", f"{ECHO}?ResultParameterName=Count&Count={number}"))

    answers = [await one(reader) for _ in range(10)]
    writer.close()
    assert answers == [b"%s%d</string>" % (OPENING, number) for number in range(10)]


async def test_a_connection_stays_and_closes_when_it_is_asked_to(
    shared: Serving, caller: httpx.AsyncClient
) -> None:
    reader, writer = await asyncio.open_connection(shared.host, shared.port)
    for more in ((), ("connection: close",)):
        writer.write(head(caller, "GET", TEXT, *more))
        await one(reader)

    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()


async def test_http_1_0_is_answered(shared: Serving, caller: httpx.AsyncClient) -> None:
    request = head(caller, "GET", f"{TEXT}&Text=abc").replace(b"HTTP/1.1", b"HTTP/1.0", 1)

    assert (await raw(shared, request)).endswith(b'"abc"</string>')


async def test_a_query_up_to_the_limit_is_taken(caller: httpx.AsyncClient) -> None:
    path = f"{ECHO}?ResultParameterName=Text&Text="
    # The question mark belongs to neither the path nor the query.
    most = 16_384 - (len(path) - 1)

    fits = await caller.get(path + "x" * most)
    over = await caller.get(path + "x" * (most + 1))

    assert len(value(fits)) == most + 2
    assert over.status_code == 414


# -- answers in gzip ------------------------------------------------------------------------------

TAKES = ["gzip", "x-gzip", "deflate, gzip;q=0.5", "*", "GZIP", "gzip ; q=1.0"]
REFUSES = ["", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "br", "gzip;q=0, *"]


async def asked_for(caller: httpx.AsyncClient, text: str, accept_encoding: str) -> httpx.Response:
    headers = {"accept-encoding": accept_encoding}
    return await caller.get(
        TEXT, params={"ResultParameterName": "Text", "Text": text}, headers=headers
    )


@pytest.mark.parametrize("accept_encoding", TAKES)
async def test_a_large_answer_comes_in_gzip_to_who_takes_it(
    accept_encoding: str, caller: httpx.AsyncClient
) -> None:
    answer = await asked_for(caller, LONG, accept_encoding)

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) < len(LONG)
    assert value(answer) == f'"{LONG}"'


@pytest.mark.parametrize("accept_encoding", REFUSES)
async def test_and_as_it_is_to_who_does_not(
    accept_encoding: str, caller: httpx.AsyncClient
) -> None:
    answer = await asked_for(caller, LONG, accept_encoding)

    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"
    assert value(answer) == f'"{LONG}"'


async def test_a_small_answer_stays_as_it_is(caller: httpx.AsyncClient) -> None:
    answer = await asked_for(caller, "abc", "gzip")

    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


async def test_a_very_large_answer_is_the_same_text(caller: httpx.AsyncClient) -> None:
    text = "0123456789" * 20_000
    headers = {"accept-encoding": "gzip"}

    answer = await caller.post(TEXT, json={"Text": text}, headers=headers)

    assert answer.headers["content-encoding"] == "gzip"
    assert value(answer) == f'"{text}"'


async def test_the_same_answer_is_packed_to_the_same_bytes(
    shared: Serving, caller: httpx.AsyncClient
) -> None:
    request = head(caller, "GET", f"{TEXT}&Text={LONG}", "accept-encoding: gzip")

    answers = {await raw(shared, request) for _ in range(3)}

    [packed] = answers
    assert gzip.decompress(packed) == b'%s"%s"</string>' % (OPENING, LONG.encode())
