"""OAuth 2.0 clients, access tokens and identities in a store."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from procession.errors import Rejected, UnknownUser
from procession.stores import Store, User
from procession.stores.people import Entry
from procession.stores.sign_on import AccessToken, Bearer, Client, Identity, Secret
from tests.stores.runs import NOW

HOUR = timedelta(hours=1)
ANN = User("Ann", "hash of Ann's", False, NOW)
ROBOT = User("Robot", "hash of nobody's", False, NOW)
FIRST = Secret("digest 1", NOW, None)
CLIENT = Client(
    id="4711",
    name="Robot",
    user="Robot",
    own_user=True,
    duties=("run", "see"),
    disabled=False,
    created_at=NOW,
    secrets=(FIRST,),
)


def entry(action: str = "test") -> Entry:
    return Entry(at=NOW, who="Ann", address="", action=action, subject="Robot")


def token(id: str, *, client: str = "4711", at: datetime = NOW) -> AccessToken:
    return AccessToken(id, client, ("run",), at, at + HOUR)


async def add_robot(store: Store) -> None:
    await store.add_user(ANN)
    await store.sign_on.add_client(CLIENT, entry(), own=ROBOT)


async def test_a_client_is_found_as_added_with_the_user_that_was_made_for_it(store: Store) -> None:
    await add_robot(store)

    assert store.sign_on.client("4711") == CLIENT
    assert store.sign_on.client("4712") is None
    assert await store.sign_on.clients() == [CLIENT]
    assert await store.user("Robot") == ROBOT


async def test_a_client_may_act_as_a_user_that_is_there(store: Store) -> None:
    await store.add_user(ANN)
    client = replace(CLIENT, user="Ann", own_user=False)

    await store.sign_on.add_client(client, entry())

    assert store.sign_on.client("4711") == client


async def test_a_client_cannot_act_as_nobody(store: Store) -> None:
    with pytest.raises(UnknownUser, match="there is no user 'Robot'"):
        await store.sign_on.add_client(CLIENT, entry())

    assert await store.sign_on.clients() == []


async def test_the_first_user_of_all_is_not_a_clients(store: Store) -> None:
    with pytest.raises(Rejected, match="add one first: procession user add NAME"):
        await store.sign_on.add_client(CLIENT, entry(), own=ROBOT)

    assert await store.users() == []


async def test_a_name_that_is_taken_leaves_nothing_behind(store: Store) -> None:
    await add_robot(store)

    own = replace(ROBOT, name="Ann")
    with pytest.raises(Rejected, match="there is a user 'Ann' already"):
        await store.sign_on.add_client(replace(CLIENT, id="1", name="Ann"), entry(), own=own)
    own = replace(ROBOT, name="Second")
    with pytest.raises(Rejected, match="there is a client 'Robot' already"):
        await store.sign_on.add_client(replace(CLIENT, id="2", user="Second"), entry(), own=own)

    assert await store.users() == [ANN, ROBOT]
    assert await store.sign_on.clients() == [CLIENT]


async def test_of_the_secrets_before_only_the_newest_lives_on_and_for_so_long(store: Store) -> None:
    await add_robot(store)
    second = Secret("digest 2", NOW + HOUR, None)
    third = Secret("digest 3", NOW + 2 * HOUR, NOW + 90 * HOUR)

    until = NOW + 5 * HOUR
    await store.sign_on.rotate_secret("Robot", second, old_until=until, entry=entry())
    client = store.sign_on.client("4711")
    assert client is not None
    assert set(client.secrets) == {replace(FIRST, expires_at=until), second}

    until = NOW + 7 * HOUR
    await store.sign_on.rotate_secret("Robot", third, old_until=until, entry=entry())
    client = store.sign_on.client("4711")
    assert client is not None
    assert set(client.secrets) == {replace(second, expires_at=until), third}


async def test_a_secret_that_ends_sooner_is_not_made_to_last_by_a_rotation(store: Store) -> None:
    await store.add_user(ANN)
    brief = replace(FIRST, expires_at=NOW + HOUR)
    await store.sign_on.add_client(replace(CLIENT, secrets=(brief,)), entry(), own=ROBOT)

    new = Secret("digest 2", NOW, None)
    await store.sign_on.rotate_secret("Robot", new, old_until=NOW + 9 * HOUR, entry=entry())

    client = store.sign_on.client("4711")
    assert client is not None
    assert set(client.secrets) == {brief, new}


async def test_a_rotation_at_once_leaves_the_new_secret_alone(store: Store) -> None:
    await add_robot(store)

    new = Secret("digest 2", NOW, None)
    await store.sign_on.rotate_secret("Robot", new, old_until=NOW, entry=entry())

    client = store.sign_on.client("4711")
    assert client is not None
    assert client.secrets == (new,)


async def test_a_token_speaks_for_its_client_and_user(store: Store) -> None:
    await add_robot(store)

    await store.sign_on.add_token(token("t1"), most=10)

    assert store.sign_on.bearer("t1") == Bearer("Robot", "Robot", ("run",), NOW + HOUR)
    assert store.sign_on.bearer("t2") is None


async def test_a_token_is_silent_while_its_client_or_its_user_is_disabled(store: Store) -> None:
    await add_robot(store)
    await store.sign_on.add_token(token("t1"), most=10)

    await store.sign_on.change_client("Robot", disabled=True, entry=entry())
    assert store.sign_on.bearer("t1") is None

    await store.sign_on.change_client("Robot", disabled=False, entry=entry())
    assert store.sign_on.bearer("t1") is not None

    await store.change_user("Robot", disabled=True)
    assert store.sign_on.bearer("t1") is None


async def test_the_oldest_tokens_of_one_client_end_when_there_are_too_many(store: Store) -> None:
    await add_robot(store)
    other = replace(CLIENT, id="4712", name="Other", user="Ann", own_user=False)
    await store.sign_on.add_client(other, entry())
    await store.sign_on.add_token(token("other", client="4712"), most=2)

    for id in ("t1", "t2", "t3"):
        await store.sign_on.add_token(token(id), most=2)

    assert store.sign_on.bearer("t1") is None
    assert store.sign_on.bearer("t2") is not None
    assert store.sign_on.bearer("t3") is not None
    assert store.sign_on.bearer("other") is not None


async def test_tokens_that_have_ended_are_forgotten(store: Store) -> None:
    await add_robot(store)
    await store.sign_on.add_token(token("t1"), most=10)

    await store.sign_on.add_token(token("t2", at=NOW + HOUR), most=10)

    assert store.sign_on.bearer("t1") is None


async def test_a_token_is_given_back_by_its_own_client_only(store: Store) -> None:
    await add_robot(store)
    await store.sign_on.add_token(token("t1"), most=10)

    await store.sign_on.revoke_token("t1", client="4712")
    assert store.sign_on.bearer("t1") is not None

    await store.sign_on.revoke_token("t1", client="4711")
    assert store.sign_on.bearer("t1") is None


async def test_all_tokens_of_a_client_end_at_once(store: Store) -> None:
    await add_robot(store)
    await store.sign_on.add_token(token("t1"), most=10)

    await store.sign_on.end_tokens("Robot", entry())

    assert store.sign_on.bearer("t1") is None


async def test_a_client_goes_with_all_that_is_its_own(store: Store) -> None:
    await add_robot(store)
    await store.sign_on.add_token(token("t1"), most=10)

    await store.sign_on.remove_client("Robot", entry())

    assert await store.sign_on.clients() == []
    assert store.sign_on.bearer("t1") is None
    assert await store.user("Robot") == replace(ROBOT, disabled=True)


async def test_a_user_that_was_there_before_the_client_stays(store: Store) -> None:
    await store.add_user(ANN)
    await store.sign_on.add_client(replace(CLIENT, user="Ann", own_user=False), entry())

    await store.sign_on.remove_client("Robot", entry())

    assert await store.user("Ann") == ANN


async def test_a_client_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(Rejected, match="there is no client 'Robot'"):
        await store.sign_on.change_client("Robot", disabled=True, entry=entry())


async def test_a_user_is_one_subject_and_a_subject_one_user(store: Store) -> None:
    ann = Identity("https://id.example", "s1", "Ann", NOW)

    await store.sign_on.bind(ann, entry())
    with pytest.raises(Rejected, match="'Ann' is somebody else at https://id"):
        await store.sign_on.bind(replace(ann, subject="s2"), entry())
    with pytest.raises(Rejected, match="'Bob' is somebody else"):
        await store.sign_on.bind(replace(ann, user="Bob"), entry())

    assert store.sign_on.user_of("https://id.example", "s1") == "Ann"
    assert store.sign_on.user_of("https://id.example", "s2") is None
    assert store.sign_on.user_of("https://other.example", "s1") is None
    assert await store.sign_on.identities() == [ann]


async def test_a_user_may_be_bound_anew(store: Store) -> None:
    ann = Identity("https://id.example", "s1", "Ann", NOW)
    await store.sign_on.bind(ann, entry())

    await store.sign_on.unbind("Ann", entry())
    await store.sign_on.bind(replace(ann, subject="s2"), entry())

    assert store.sign_on.user_of("https://id.example", "s2") == "Ann"
    with pytest.raises(Rejected, match="'Bob' is known at no provider"):
        await store.sign_on.unbind("Bob", entry())


async def test_each_change_stands_in_the_audit_log_and_a_refused_one_does_not(store: Store) -> None:
    await add_robot(store)
    await store.sign_on.change_client("Robot", disabled=True, entry=entry("client disabled"))
    with pytest.raises(Rejected):
        await store.sign_on.end_tokens("Nobody", entry("tokens ended"))

    log = [logged.action for _, logged in await store.people.audit(limit=10)]
    assert log == ["client disabled", "test"]
