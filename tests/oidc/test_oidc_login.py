"""People log in at a real OpenID provider and come back (docs/sign-on.md)."""

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from procession.stores.people import Entry
from tests.contract.service import ENGINE, Serving, open_service
from tests.oidc.browser import (
    CALLBACK,
    FIVE,
    START,
    RealProvider,
    add,
    browser,
    log_in,
    refused,
    settings_for,
    way_back,
)

ECHO = f"{ENGINE}/UsrEcho/Execute"


async def audited(serving: Serving) -> list[Entry]:
    await serving.accounts.audit.flush()
    return [entry for _, entry in await serving.engine.store.people.audit(limit=50)]


def changed(address: str, **parameters: str) -> str:
    """The address with other parameters; one that is "" is taken out."""
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query)), **parameters}
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v})).geturl()


async def test_who_logs_in_at_the_provider_has_a_session_with_the_five_cookies(
    signing: Serving,
) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        answer = await log_in(client, "s-ann", start=f"{START}?returnTo=/tasks%3Fopen=1")
        assert answer.status_code == 302
        assert answer.headers["location"] == "/tasks?open=1"
        assert set(answer.cookies) == FIVE
        run = await client.get(ECHO, headers={"BPMCSRF": client.cookies["BPMCSRF"]})

    assert run.status_code == 200
    (instance,) = await signing.engine.instances(limit=10)
    assert instance.caller == "Ann"


async def test_a_client_without_a_secret_is_held_by_pkce_alone(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = settings_for(provider.issuer, port, "public")
    async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
        await add(serving, "Ann")
        answer = await log_in(client, "s-ann")

    assert answer.status_code == 302


async def test_a_secret_is_shown_in_the_form_where_the_provider_wants_it(
    tmp_path: Path, installed: Path, port: int
) -> None:
    with RealProvider(installed, method="client_secret_post") as provider:
        settings = settings_for(provider.issuer, port)
        async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
            await add(serving, "Ann")
            answer = await log_in(client, "s-ann")

    assert answer.status_code == 302


async def test_a_wrong_secret_is_told_without_the_secret(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = {**settings_for(provider.issuer, port), "oidc_client_secret": "hidden"}
    async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
        answer = await log_in(client, "s-ann")

    assert refused(answer, 502, "The provider answered 401 (invalid_client).")
    assert "hidden" not in answer.text


async def test_new_keys_of_the_provider_are_read(
    tmp_path: Path, installed: Path, port: int
) -> None:
    with RealProvider(installed) as provider:
        issuer = provider.issuer
        settings = settings_for(issuer, port)
        async with open_service(tmp_path, **settings) as serving:
            await add(serving, "Ann")
            async with browser(serving) as client:
                assert (await log_in(client, "s-ann")).status_code == 302
            provider.restart()
            async with browser(serving) as client:
                assert (await log_in(client, "s-ann")).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\r\nset-cookie:a=b",
        "javascript:alert(1)",
        "tasks",
        "/ä",
        " /",
        "/a\\b",
    ],
)
async def test_a_login_comes_back_to_this_service_only(signing: Serving, address: str) -> None:
    async with browser(signing) as client:
        answer = await client.get(START, params={"returnTo": address})

    assert refused(answer, 400, "ReturnTo must be a path of this service")
    assert "location" not in answer.headers


async def test_the_way_back_is_for_the_browser_that_began(signing: Serving) -> None:
    await add(signing, "Ann")

    async with browser(signing) as attacker, browser(signing) as victim:
        address = await way_back(attacker, "s-ann")
        without = await victim.get(address)
        await victim.get(START)
        with_another = await victim.get(address)

    assert refused(without, 400, "this browser has begun none")
    assert refused(with_another, 400, "it belongs to another login")


async def test_the_way_back_is_gone_once(signing: Serving) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        address = await way_back(client, "s-ann")
        begun = client.cookies["OidcLogin"]
        assert (await client.get(address)).status_code == 302
        again = await client.get(address)
        replayed = await client.get(address, headers={"cookie": f"OidcLogin={begun}"})

    assert refused(again, 400, "this browser has begun none")
    assert refused(replayed, 400, "it was used already")


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"state": "AAAA"}, 400, "it belongs to another login"),
        ({"state": ""}, 400, "it belongs to another login"),
        ({"iss": "https://evil.example"}, 400, "another provider"),
        ({"iss": ""}, 400, "another provider"),
        ({"code": ""}, 400, "no code"),
        ({"code": "AAAA"}, 502, "The provider answered 400 (invalid_grant)."),
        ({"error": "access_denied"}, 403, "The provider refuses (access_denied)."),
        ({"error": "<b>"}, 403, "The provider refuses (for another reason)."),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused(
    signing: Serving, parameters: dict[str, str], status: int, words: str
) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        answer = await client.get(changed(await way_back(client, "s-ann"), **parameters))

    assert refused(answer, status, words)


async def test_a_cookie_that_is_not_signed_by_us_is_nothing(signing: Serving) -> None:
    async with browser(signing) as client:
        address = await way_back(client, "s-ann")
        text, _, signature = client.cookies["OidcLogin"].partition(".")
        forged = f"{text[:-4]}AAAA.{signature}"
        answer = await client.get(address, headers={"cookie": f"OidcLogin={forged}"})

    assert refused(answer, 400, "this browser has begun none")


async def test_a_session_that_was_planted_before_stays_without_a_user(signing: Serving) -> None:
    await add(signing, "Ann")
    planted = "A" * 43

    async with browser(signing) as client:
        client.cookies.set(".ASPXAUTH", planted, domain="127.0.0.1", path="/")
        answer = await log_in(client, "s-ann")

    assert answer.cookies[".ASPXAUTH"] != planted
    assert await signing.accounts.session_of(planted) is None


async def test_who_asks_for_json_is_told_in_json(signing: Serving) -> None:
    async with browser(signing) as client:
        answer = await client.get(CALLBACK, headers={"accept": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["errorInfo"]["errorCode"] == "SignOnRefused"
    assert answer.headers["x-correlation-id"]


async def test_the_page_loads_nothing_and_is_kept_nowhere(signing: Serving) -> None:
    async with browser(signing) as client:
        answer = await client.get(CALLBACK)

    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_first_logins_and_refused_ones_stand_in_the_audit_log(signing: Serving) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        await log_in(client, "s-ann")
        await client.get(CALLBACK)

    entries = [(e.who, e.action, e.subject, e.refused) for e in await audited(signing)]
    assert ("Ann (OpenID Connect)", "bind user", "Ann", False) in entries
    assert ("", "tried to log in by provider", "", True) in entries


async def test_failed_logins_of_an_address_are_paused(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = {**settings_for(provider.issuer, port), "login_failures_free": "1"}
    async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
        statuses = [(await client.get(CALLBACK)).status_code for _ in range(5)]
        paused = await client.get(CALLBACK)

    assert statuses == [400, 400, 400, 400, 429]
    assert int(paused.headers["retry-after"]) >= 1


async def test_the_cookie_of_a_login_is_the_hosts_own_over_https(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = {**settings_for(provider.issuer, port), "cookies_secure": "true"}
    async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
        cookie = (await client.get(START)).headers["set-cookie"]

    assert cookie.startswith("__Host-OidcLogin=")
    assert cookie.endswith("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax")


async def test_a_logout_tells_where_the_session_at_the_provider_ends(signing: Serving) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        await log_in(client, "s-ann")
        client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
        answer = await client.post("/auth/oidc/logout")
        gone = await client.get(answer.json()["address"])
        after = await client.get(ECHO)

    assert gone.status_code == 200
    assert after.status_code == 401


async def test_a_logout_by_another_site_is_refused(signing: Serving) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        await log_in(client, "s-ann")
        answer = await client.post("/auth/oidc/logout")

    assert answer.status_code == 403


async def test_a_provider_that_is_away_is_told_and_left_alone_for_a_while(
    tmp_path: Path, port: int
) -> None:
    settings = settings_for("http://127.0.0.1:9", port)
    async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
        first = await client.get(START)
        second = await client.get(START)

    assert refused(first, 502, "The provider cannot be reached")
    assert refused(second, 502, "The provider did not answer just now.")


async def test_without_a_provider_there_is_no_such_login(tmp_path: Path) -> None:
    async with open_service(tmp_path) as serving, browser(serving) as client:
        answers = [await client.get(START), await client.get(CALLBACK)]

    for answer in answers:
        assert refused(answer, 404, "There is no login by a provider here.")
