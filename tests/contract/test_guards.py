"""Nothing but login and the probes answers without a session."""

from pathlib import Path

import pytest

from procession.web.app import ROUTES
from procession.web.routes import Route
from tests.contract.service import (
    ENGINE,
    LOGIN,
    PASSWORD,
    USER,
    Serving,
    logged_in,
    open_service,
    stranger,
)

CREDENTIALS = {"UserName": USER, "UserPassword": PASSWORD}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
async def test_every_address_but_login_and_the_probes_is_guarded(
    route: Route, shared: Serving
) -> None:
    opened = {LOGIN, "/ping", "/api/HealthCheck/Ping"}

    async with stranger(shared) as client:
        for method in route.methods:
            for flavour in ("", "/0"):
                answer = await client.request(method, flavour + route.path.replace("{}", "x"))
                assert (answer.status_code == 401) == (route.path not in opened)


async def test_the_check_of_bpmcsrf_can_be_switched_off(tmp_path: Path) -> None:
    async with open_service(tmp_path, csrf="false") as serving, logged_in(serving) as client:
        del client.headers["BPMCSRF"]
        client.cookies.delete("BPMCSRF")

        answer = await client.get(f"{ENGINE}/UsrEcho/Execute")

    assert answer.status_code == 200


async def test_a_prefix_is_part_of_every_address_and_of_the_cookies(tmp_path: Path) -> None:
    async with open_service(tmp_path, path_prefix="/prod") as serving, stranger(serving) as client:
        assert (await client.get("/prod/0/ping")).status_code == 200
        assert (await client.get("/0/ping")).status_code == 404
        login = await client.post(f"/prod{LOGIN}", json=CREDENTIALS)
        assert all("; Path=/prod" in it for it in login.headers.get_list("set-cookie"))
        client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
        answer = await client.get(f"/prod{ENGINE}/UsrEcho/Execute")

    assert answer.status_code == 200


async def test_cookies_may_be_for_https_only(tmp_path: Path) -> None:
    changes = {"cookies_secure": "true", "cookies_same_site": "None"}
    async with open_service(tmp_path, **changes) as serving, stranger(serving) as client:
        login = await client.post(LOGIN, json=CREDENTIALS)

    cookies = login.headers.get_list("set-cookie")
    assert len(cookies) == 5
    assert all("; Secure" in it and it.endswith("; SameSite=None") for it in cookies)
