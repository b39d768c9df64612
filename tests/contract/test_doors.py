"""Random bytes at every address of every door: whatever comes, it is answered, and by no fault.

The doors are taken from the application, so that a new one is in it by itself.
"""

import re

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procession.settings import Settings
from procession.sign_on.openid import OpenId
from procession.sign_on.tokens import Tokens
from procession.web.app import all_doors
from procession.web.routes import Route
from tests.contract.service import Serving
from tests.contract.test_service_fuzz import (
    ACCEPTS,
    ESCAPES,
    GUID,
    JSON,
    KINDS,
    QUERIES,
    RUN,
    Call,
    answered,
    encoded,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = 400
ENDS_THE_SESSION = ("/Logout", "/logout", "/sessions")
FILLINGS = st.one_of(st.sampled_from(["UsrEcho", GUID, RUN, "1", "Supervisor", "a b"]), ESCAPES)


def all_routes(serving: Serving) -> list[Route]:
    store, accounts = serving.engine.store, serving.accounts
    tokens = Tokens(store, accounts.audit, Settings())
    doors = all_doors(tokens, OpenId(store, accounts, Settings()))
    found = [route for door in doors for route in door.routes]
    return [route for route in found if not route.path.endswith(ENDS_THE_SESSION)]


@st.composite
def calls(draw: st.DrawFn, routes: list[Route]) -> Call:
    route = draw(st.sampled_from(routes))
    path = re.sub(r"\{\}", lambda _: draw(FILLINGS).replace(" ", "%20") or "x", route.path)
    query = draw(QUERIES)
    body = draw(st.one_of(st.just(b""), st.binary(max_size=60), JSON.map(encoded)))
    verb = draw(st.sampled_from([*route.methods, "DELETE"]))
    return Call(verb, f"{path}?{query}" if query else path, body, draw(KINDS), draw(ACCEPTS))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_random_calls_are_answered_and_by_no_fault(
    data: st.DataObject, shared: Serving, caller: httpx.AsyncClient
) -> None:
    call = data.draw(calls(all_routes(shared)))
    answer = await answered(shared, caller, call)

    status = int(answer[9:12])
    assert status < 500, (call, answer)
    if status >= 400 and b"content-length: 0\r\n" not in answer:
        assert re.search(rb"^x-correlation-id: [0-9a-f]{16}\r$", answer, re.MULTILINE), answer


async def test_every_door_is_there(shared: Serving) -> None:
    paths = {route.path.split("/")[1] for route in all_routes(shared)}

    assert {"ServiceModel", "api", "odata", "connect", "auth", "ping"} <= paths
