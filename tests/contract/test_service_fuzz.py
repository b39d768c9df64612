"""Random bytes at the service's addresses: whatever comes, it is answered, and by no fault.

Who calls has a session and all rights, so that nothing stops a call before it is read.
"""

import asyncio
import json
import re
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procession.web.engine_calls import BASE
from procession.web.process_engine_service import ROUTES
from tests.contract.service import Serving
from tests.contract.test_encodings import head

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = 250
GUID = "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0001"
RUN = "01a2120a-7a63-882c-ba64-466300000002"

# Names and values that mean something, beside those that do not.
NAMES = st.sampled_from(
    [
        *("processSchemaName", "processSchemaUId", "processSchemaCaption", "ResultParameterName"),
        *("resultParameterName", "ProcessElementUID", "procElUId", "processUId", "sysSchemaId"),
        *("schemaUId", "schemaName", "schemaVersion", "parameterValues", "resultParameterNames"),
        *("processDataIds", "elementUIds", "signal", "request", "Text", "Count", "Rows"),
    ]
)
WORDS = st.sampled_from(["UsrEcho", "UsrWait", GUID, f"{{{GUID}}}", RUN, "", "0", "null", "[]"])
ESCAPES = st.binary(max_size=12).map(lambda some: "".join(f"%{byte:02x}" for byte in some))
PRINTABLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#"))
PARTS = st.one_of(WORDS, ESCAPES, PRINTABLE.map(lambda text: text[:30]))
QUERIES = st.lists(st.tuples(st.one_of(NAMES, PARTS), PARTS).map("=".join), max_size=5).map(
    "&".join
)
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        WORDS,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(NAMES, st.text()), inner, max_size=4)
    ),
    max_leaves=12,
)
KINDS = st.sampled_from(
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "text/xml",
        "application/json;charset",
    ]
)
ACCEPTS = st.sampled_from(["*/*", "application/json", "application/xml", "text/xml;q=0.1", ",;,"])


@dataclass(frozen=True)
class Call:
    verb: str
    path: str
    body: bytes
    kind: str
    accept: str


@st.composite
def calls(draw: st.DrawFn) -> Call:
    route = draw(st.sampled_from(ROUTES))
    filling = draw(st.one_of(st.sampled_from(["UsrEcho", "UsrWait", GUID, RUN]), ESCAPES))
    path = route.path.replace("{}", filling or "x")
    query = draw(QUERIES)
    body = draw(
        st.one_of(
            st.just(b""),
            st.binary(max_size=60),
            QUERIES.map(str.encode),
            JSON.map(encoded),
        )
    )
    verb = draw(st.sampled_from([*route.methods, "POST"]))
    return Call(verb, f"{path}?{query}" if query else path, body, draw(KINDS), draw(ACCEPTS))


def encoded(value: object) -> bytes:
    """JSON as others write it, NaN and lone surrogates included."""
    return json.dumps(value).encode()


async def answered(serving: Serving, client: httpx.AsyncClient, call: Call) -> bytes:
    length = f"content-length: {len(call.body)}", f"content-type: {call.kind}"
    request = head(client, call.verb, call.path, *length, f"accept: {call.accept}") + call.body
    reader, writer = await asyncio.open_connection(serving.host, serving.port)
    try:
        async with asyncio.timeout(20):
            writer.write(request)
            await writer.drain()
            return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(call=calls())
async def test_random_calls_are_answered_and_by_no_fault(
    call: Call, shared: Serving, caller: httpx.AsyncClient
) -> None:
    answer = await answered(shared, caller, call)

    status = int(answer[9:12])
    assert status < 500, (call, answer)
    if status >= 400 and b"content-length: 0\r\n" not in answer:
        assert re.search(rb"^x-correlation-id: [0-9a-f]{16}\r$", answer, re.MULTILINE), answer


async def test_the_service_lives_after_all_that(caller: httpx.AsyncClient) -> None:
    assert (await caller.get(f"{BASE}/UsrEcho/Execute")).status_code == 200
