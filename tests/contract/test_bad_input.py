"""What cannot be read is refused, in the contract's shape, and leaves the store as it was."""

import re
from collections.abc import Mapping

import httpx
import msgspec
import pytest

from tests.contract.service import ENGINE, LOGIN, Serving, stranger
from tests.contract.transcripts import sent

pytestmark = pytest.mark.asyncio(loop_scope="module")

ECHO = f"{ENGINE}/UsrEcho/Execute"
RUN = f"{ENGINE}/RunProcess"
JSON = {"content-type": "application/json"}
NAMES = [
    "x\r\nSet-Cookie: a=b",
    "x\n\nHTTP/1.1 200 OK",
    "x: y",
    "<script>",
    "\u2028",
    "\x7f",
    "é😀",
    '"\\',
    "a" * 3_000,
]


def refused(answer: httpx.Response) -> str:
    """The error code of an answer that must be the contract's error, and nothing more."""
    body = answer.json()
    assert body["success"] is False
    assert set(body["errorInfo"]) == {"errorCode", "message", "stackTrace"}
    assert body["errorInfo"]["stackTrace"] is None
    assert body["errorInfo"]["message"]
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-correlation-id"])
    assert "Traceback" not in answer.text
    assert "set-cookie" not in answer.headers
    code: str = body["errorInfo"]["errorCode"]
    return code


QUERIES: Mapping[str, tuple[int, str]] = {
    "Count=four": (400, "BadValue"),
    "Count=4.5": (400, "BadValue"),
    "Count=": (400, "BadValue"),
    "Count=99999999999999999999": (400, "BadValue"),
    "Count=%D9%A4": (400, "BadValue"),
    "Amount=1,5": (400, "BadValue"),
    "Amount=NaN": (400, "BadValue"),
    "Amount=1e9999": (400, "BadValue"),
    "Ratio=Infinity": (400, "BadValue"),
    "Flag=yes": (400, "BadValue"),
    "At=yesterday": (400, "BadValue"),
    "At=2026-13-01": (400, "BadValue"),
    "Day=31.01.2026": (400, "BadValue"),
    "Hour=25:00": (400, "BadValue"),
    "Key=1": (400, "BadValue"),
    "Key=5fa85f64-5717-4562-b3fc-2c963f66afaX": (400, "BadValue"),
    "Rows=1": (400, "BadValue"),
    "Rows=[1]": (400, "BadValue"),
    "Rows=[": (400, "BadValue"),
    'Rows=[{"Nothing":1}]': (400, "BadValue"),
    "Rows=" + "[" * 5_000: (400, "BadValue"),
    "Text=%00": (400, "BadRequest"),
    "Text=%ff": (400, "BadRequest"),
    "Text=%ED%A0%80": (400, "BadRequest"),
    "Text=%": (400, "BadRequest"),
    "Text=%zz": (400, "BadRequest"),
    "Text=1&Text=2": (400, "BadRequest"),
    "Text=1&%54ext=2": (400, "BadRequest"),
    "%ff=1": (400, "BadRequest"),
    "ResultParameterName=%00": (400, "BadRequest"),
    "ResultParameterName=Text&ResultParameterName=Count": (400, "BadRequest"),
}


@pytest.mark.parametrize("query", QUERIES)
async def test_a_query_that_cannot_be_taken_starts_nothing(
    query: str, shared: Serving, caller: httpx.AsyncClient
) -> None:
    answer = await caller.get(f"{ECHO}?{query}")

    assert (answer.status_code, refused(answer)) == QUERIES[query]
    assert await shared.runs() == 0


BODIES: Mapping[bytes, tuple[int, str]] = {
    b"{": (400, "BadRequest"),
    b"null": (400, "BadRequest"),
    b"[]": (400, "BadRequest"),
    b'{"Text":"\xff"}': (400, "BadRequest"),
    b'{"Text":"\\ud800"}': (400, "BadRequest"),
    b'{"Text":"a\\u0000"}': (400, "BadValue"),
    b'{"a\\u0000":"1"}': (400, "BadValue"),
    b'{"Amount":1e99999999999999999999}': (400, "BadRequest"),
    b'{"Amount":NaN}': (400, "BadRequest"),
    b'{"Amount":' + b"9" * 10_000 + b"}": (400, "BadRequest"),
    b'{"Amount":' + b"9" * 100 + b"}": (400, "BadValue"),
    b'{"Rows":' + b"[" * 50_000 + b"]" * 50_000 + b"}": (400, "BadRequest"),
    b'{"Rows":[[]]}': (400, "BadValue"),
    b'{"Text":"a","Count":true}': (400, "BadValue"),
    b'{"Key":5}': (400, "BadValue"),
    b'{"At":1769860800}': (400, "BadValue"),
}


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:30].decode("latin-1"))
async def test_a_body_that_cannot_be_taken_starts_nothing(
    body: bytes, shared: Serving, caller: httpx.AsyncClient
) -> None:
    answer = await caller.post(ECHO, content=body, headers=JSON)

    assert (answer.status_code, refused(answer)) == BODIES[body]
    assert await shared.runs() == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/jsonx", "x", ""])
async def test_a_body_of_another_kind_starts_nothing(
    kind: str, shared: Serving, caller: httpx.AsyncClient
) -> None:
    answer = await caller.post(ECHO, content=b'{"Text":"a"}', headers={"content-type": kind})

    assert (answer.status_code, refused(answer)) == (415, "UnsupportedMediaType")
    assert await shared.runs() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"schemaName": "Usr\0Echo"},
        {"schemaName": "UsrEcho", "parameterValues": [{"name": "a\0", "value": "1"}]},
        {"schemaName": "UsrEcho", "parameterValues": [{"name": "Text", "value": "a\0"}]},
        {"schemaName": "UsrEcho", "parameterValues": [{"name": "Key", "value": "1"}]},
        {"schemaName": "UsrEcho", "resultParameterNames": ["Text\0"]},
        {"schemaUId": "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f000X"},
        {"schemaUId": "\0"},
    ],
)
async def test_run_process_refuses_what_execute_would(
    change: Mapping[str, object], shared: Serving, caller: httpx.AsyncClient
) -> None:
    answer = await caller.post(RUN, json=change)

    assert answer.status_code == 200
    run = answer.json()
    assert (run["processId"], run["processStatus"]) == ("00000000-0000-0000-0000-000000000000", 0)
    assert run["success"] is False
    assert run["errorInfo"]["message"]
    assert await shared.runs() == 0


@pytest.mark.parametrize("name", NAMES)
async def test_a_strange_input_name_is_told_and_harms_nothing(
    name: str, caller: httpx.AsyncClient
) -> None:
    asked = {name: "1", "Text": "abc", "ResultParameterName": "Text"}
    answer = await caller.get(ECHO, params=asked)

    assert answer.status_code == 200
    assert answer.text.endswith('"abc"</string>')
    assert "set-cookie" not in answer.headers
    assert len(msgspec.json.decode(answer.headers["x-process-warnings"])) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_strange_process_name_is_unknown(name: str, caller: httpx.AsyncClient) -> None:
    run = (await caller.post(RUN, json={"schemaName": name})).json()

    assert run["errorInfo"]["errorCode"] == "UnknownProcess"


@pytest.mark.parametrize("name", ["%00", "%0D%0ASet-Cookie:%20a=b", "%ff", "%F0%9F%98%80", "a b"])
async def test_a_strange_process_name_in_the_address_is_unknown(
    name: str, caller: httpx.AsyncClient
) -> None:
    answer = await caller.get(f"{ENGINE}/{name}/Execute")

    assert (answer.status_code, refused(answer)) == (404, "UnknownProcess")


@pytest.mark.parametrize("guid", ["", "1", "%00", "%ff", "x" * 500, "{}", "5fa85f64"])
async def test_a_text_that_is_no_guid_is_refused(guid: str, caller: httpx.AsyncClient) -> None:
    answer = await caller.get(f"{ENGINE}/ExecProcElByUId?ProcessElementUID={guid}")

    assert answer.status_code == 400
    assert refused(answer) in ("BadValue", "BadRequest")


@pytest.mark.parametrize("name", [*NAMES, "a\0b", "", " "])
async def test_a_strange_user_name_is_a_refused_login(name: str, shared: Serving) -> None:
    async with stranger(shared) as client:
        answer = await client.post(LOGIN, json={"UserName": name, "UserPassword": "a\0"})

    assert answer.status_code == 200
    assert answer.json()["Code"] == 1
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "head",
    [
        b"GET /\xff HTTP/1.1",
        b"GET /?a=\xff HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"NONSENSE",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9",
        b"GET / HTTP/1.1\r\nx: a\0b",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2",
        b"POST / HTTP/1.1\r\ncontent-length: x",
    ],
)
async def test_what_is_no_http_is_refused_below_us(head: bytes, shared: Serving) -> None:
    answer = await sent(shared.host, shared.port, head + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-length: 0" in answer


async def test_the_service_lives_after_all_that(caller: httpx.AsyncClient) -> None:
    for _ in range(3):
        await caller.get(f"{ECHO}?Text=%ff")

    assert (await caller.get(ECHO)).status_code == 200
