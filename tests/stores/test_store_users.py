"""Users and sessions in a store."""

from datetime import timedelta

import pytest

from procession.errors import Rejected, UnknownUser
from procession.stores import Session, Store, User
from tests.stores.runs import NOW

ANN = User("Ann", "hash of Ann's", False, NOW)
BOB = User("Bób 世界", "hash of Bob's", True, NOW)
HOUR = timedelta(hours=1)


def session(id: str, user: str = "Ann", *, hours: int = 1) -> Session:
    return Session(id, user, f"csrf of {id}", NOW, NOW + hours * HOUR)


async def test_a_user_is_found_as_added(store: Store) -> None:
    await store.add_user(ANN)
    await store.add_user(BOB)

    assert await store.user("Ann") == ANN
    assert await store.user(BOB.name) == BOB
    assert await store.user("ann") is None
    assert await store.users() == [ANN, BOB]


async def test_a_name_is_taken_once_and_the_first_one_stays(store: Store) -> None:
    await store.add_user(ANN)

    with pytest.raises(Rejected, match="there is a user 'Ann' already"):
        await store.add_user(User("Ann", "another", True, NOW + HOUR))

    assert await store.users() == [ANN]


async def test_a_password_changes_alone(store: Store) -> None:
    await store.add_user(BOB)

    await store.change_user(BOB.name, password_hash="new")

    assert await store.user(BOB.name) == User(BOB.name, "new", True, NOW)


async def test_a_user_is_disabled_and_enabled_again(store: Store) -> None:
    await store.add_user(ANN)

    await store.change_user("Ann", disabled=True)
    assert await store.user("Ann") == User("Ann", ANN.password_hash, True, NOW)

    await store.change_user("Ann", disabled=False)
    assert await store.user("Ann") == ANN


async def test_a_user_who_is_changed_is_logged_out_everywhere(store: Store) -> None:
    await store.add_user(ANN)
    for each in (session("1"), session("2"), session("3", "Bob")):
        await store.add_session(each)

    await store.change_user("Ann", password_hash="new")

    assert [await store.session(id) for id in "123"] == [None, None, session("3", "Bob")]


async def test_a_user_who_is_not_there_cannot_be_changed(store: Store) -> None:
    await store.add_session(session("1", "Nobody"))
    before = store.catalog_revision()

    with pytest.raises(UnknownUser):
        await store.change_user("Nobody", disabled=True)

    assert await store.session("1") is not None
    assert store.catalog_revision() == before


async def test_a_session_is_found_as_added_and_ends_alone(store: Store) -> None:
    await store.add_session(session("1"))
    await store.add_session(session("2"))

    await store.end_session("1")
    await store.end_session("never there")

    assert await store.session("1") is None
    assert await store.session("2") == session("2")


async def test_all_sessions_of_a_user_end_together(store: Store) -> None:
    for each in (session("1"), session("2"), session("3", "Bob")):
        await store.add_session(each)

    await store.end_sessions("Ann")

    assert [await store.session(id) for id in "123"] == [None, None, session("3", "Bob")]


async def test_sessions_that_have_expired_are_cleared_away(store: Store) -> None:
    for each in (session("1", hours=1), session("2", hours=2), session("3", hours=3)):
        await store.add_session(each)

    await store.purge_sessions(NOW + 2 * HOUR)

    assert [await store.session(id) for id in "123"] == [None, None, session("3", hours=3)]


async def test_all_of_it_outlives_the_program(store: Store, other: Store) -> None:
    await store.add_user(ANN)
    await store.add_session(session("1"))

    assert await other.user("Ann") == ANN
    assert await other.session("1") == session("1")
