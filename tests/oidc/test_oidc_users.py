"""Which user somebody is who logs in at a real OpenID provider, and in which roles."""

from pathlib import Path

from procession.access import Principal
from procession.people import People
from procession.sign_on.people import Identities
from procession.stores.people import ADMINISTRATORS
from tests.contract.service import LOGIN, USER, Serving, open_service
from tests.oidc.browser import RealProvider, add, browser, log_in, refused, settings_for

BY = Principal("test")


async def test_who_is_not_a_user_here_gets_no_session(signing: Serving) -> None:
    async with browser(signing) as client:
        answer = await log_in(client, "s-ann")

    assert refused(answer, 403, "Ann is not a user here.")
    assert [user.name for user in await signing.engine.store.users()] == [USER]


async def test_users_are_made_where_the_setting_says_so(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = {**settings_for(provider.issuer, port), "oidc_create_users": "true"}
    async with open_service(tmp_path, **settings) as serving:
        answers = []
        for login in ("s-new", "s-nameless", "s-odd"):
            async with browser(serving) as client:
                answers.append(await log_in(client, login))
        async with browser(serving) as client:
            password = await client.post(LOGIN, json={"UserName": "Newcomer", "UserPassword": ""})
        users = [user.name for user in await serving.engine.store.users()]

    assert users == ["Newcomer", USER]
    assert password.json()["Code"] == 1
    assert answers[0].status_code == 302
    assert refused(answers[1], 403, "The provider tells no preferred_username")
    assert refused(answers[2], 403, "cannot be a user name")


async def test_a_disabled_user_gets_no_session(signing: Serving) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        await log_in(client, "s-ann")
        await signing.accounts.disable("Ann")
        answer = await log_in(client, "s-ann")

    assert refused(answer, 403, "the user is disabled")


async def test_an_address_must_be_verified_to_name_a_user(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = {**settings_for(provider.issuer, port), "oidc_user_claim": "email"}
    async with open_service(tmp_path, **settings) as serving:
        await add(serving, "ann@example.com", "bob@example.com")
        async with browser(serving) as client:
            ann = await log_in(client, "s-ann")
        async with browser(serving) as client:
            bob = await log_in(client, "s-bob")

    assert ann.status_code == 302
    assert refused(bob, 403, "The provider has not verified the address.")


async def test_nobody_becomes_a_user_by_taking_the_name(signing: Serving) -> None:
    await add(signing, "Ann")

    async with browser(signing) as client:
        assert (await log_in(client, "s-ann")).status_code == 302
    async with browser(signing) as client:
        answer = await log_in(client, "s-eve")

    assert refused(answer, 403, "is somebody else at")


async def test_an_administrator_is_bound_by_the_operator_alone(
    signing: Serving, provider: RealProvider
) -> None:
    identities = Identities(signing.engine.store, signing.accounts.audit)

    async with browser(signing) as client:
        before = await log_in(client, "s-root")
        await identities.bind(USER, provider.issuer, "s-root", by=BY)
    async with browser(signing) as client:
        after = await log_in(client, "s-root")

    assert refused(before, 403, f"procession identity bind {USER} s-root")
    assert after.status_code == 302


async def test_who_is_bound_is_the_same_user_under_another_name(
    signing: Serving, provider: RealProvider
) -> None:
    await add(signing, "Eve")
    identities = Identities(signing.engine.store, signing.accounts.audit)
    await identities.bind("Eve", provider.issuer, "s-eve", by=BY)

    async with browser(signing) as client:
        answer = await log_in(client, "s-eve")

    assert "UserName=69|118|101;" in str(answer.headers)


async def test_the_provider_gives_and_takes_the_roles_that_there_are(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = {**settings_for(provider.issuer, port), "oidc_roles_claim": "groups"}
    async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
        await add(serving, "Newcomer")
        people = People(serving.engine.store, serving.accounts.audit)
        for role in ("Clerks", "Auditors"):
            await people.add_role(role, by=BY)
        await people.add_member("Auditors", "Newcomer", by=BY)
        assert (await log_in(client, "s-new")).status_code == 302
        roles = await serving.engine.store.people.roles_of("Newcomer")

    assert roles == ["Clerks"]


async def test_the_last_administrator_stays_one_whatever_the_provider_says(
    tmp_path: Path, provider: RealProvider, port: int
) -> None:
    settings = {**settings_for(provider.issuer, port), "oidc_roles_claim": "groups"}
    async with open_service(tmp_path, **settings) as serving, browser(serving) as client:
        identities = Identities(serving.engine.store, serving.accounts.audit)
        await identities.bind(USER, provider.issuer, "s-root", by=BY)
        assert (await log_in(client, "s-root")).status_code == 302
        roles = await serving.engine.store.people.roles_of(USER)

    assert roles == [ADMINISTRATORS]
