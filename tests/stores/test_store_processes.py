"""Deployed processes in a store, and the number by which a change of them is noticed."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from procession.stores import NewProcess, Session, Store, User
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.stores.runs import NOW, WAITING, started, uid_of

ORDER = NewProcess("UsrOrder", "Order", uid_of("order"), True, "order.bpmn", "1", b"<order/>")
CHANGED = replace(ORDER, caption="Order, again", digest="2", xml=b"<order again='1'/>")
INVOICE = NewProcess("UsrInvoice", "Invoice", uid_of("invoice"), False, "i.bpmn", "3", b"<i/>")
LATER = NOW + timedelta(minutes=5)


async def add(store: Store, *new: NewProcess) -> list[tuple[int, bool]]:
    return await store.add_processes(new, by="Ann", at=NOW)


async def test_a_process_is_found_as_it_was_added(store: Store) -> None:
    every_byte = replace(ORDER, xml=bytes(range(256)))
    await add(store, every_byte)

    found = await store.process("UsrOrder")

    assert found is not None
    row, xml = found
    assert xml == every_byte.xml
    assert (row.name, row.version, row.caption, row.uid) == ("UsrOrder", 1, "Order", ORDER.uid)
    assert (row.startable, row.enabled, row.file) == (True, True, "order.bpmn")
    assert (row.deployed_at, row.deployed_by) == (NOW, "Ann")


async def test_what_is_not_there_is_none(store: Store) -> None:
    await add(store, ORDER)

    assert await store.process("UsrNone") is None
    assert await store.process("usrorder") is None
    assert await store.process("UsrOrder", 2) is None
    assert await store.process_name(uuid4()) is None


async def test_a_name_that_no_text_can_hold_is_not_there_either(store: Store) -> None:
    assert await store.process("\ud800") is None
    assert await store.user("\ud800") is None


async def test_a_change_is_the_next_version_and_the_first_stays(store: Store) -> None:
    await add(store, ORDER)

    assert await add(store, CHANGED) == [(2, True)]

    newest, first = await store.process("UsrOrder"), await store.process("UsrOrder", 1)
    assert newest is not None
    assert first is not None
    assert (newest[0].version, newest[1]) == (2, CHANGED.xml)
    assert (first[0].version, first[0].caption, first[1]) == (1, "Order", ORDER.xml)


async def test_the_same_again_is_no_new_version(store: Store) -> None:
    await add(store, ORDER, INVOICE)

    assert await add(store, ORDER, replace(INVOICE, digest="4")) == [(1, False), (2, True)]


async def test_going_back_to_what_it_was_is_a_new_version(store: Store) -> None:
    await add(store, ORDER)
    await add(store, CHANGED)

    assert await add(store, ORDER) == [(3, True)]


async def test_several_are_added_together_or_not_at_all(store: Store) -> None:
    cannot_be_kept = replace(INVOICE, caption="\ud800")

    with pytest.raises(UnicodeEncodeError):
        await add(store, ORDER, cannot_be_kept)

    assert await store.processes() == []


async def test_two_programs_that_deploy_at_once_make_two_versions(
    store: Store, other: Store
) -> None:
    answers = await asyncio.gather(add(store, ORDER), add(other, CHANGED))

    assert sorted(version for ((version, _),) in answers) == [1, 2]


async def test_the_newest_versions_are_listed_by_name(store: Store) -> None:
    await add(store, ORDER, INVOICE)
    await add(store, CHANGED)

    rows = await store.processes()

    assert [(row.name, row.version, row.caption) for row in rows] == [
        ("UsrInvoice", 1, "Invoice"),
        ("UsrOrder", 2, "Order, again"),
    ]


async def test_a_process_is_found_by_the_guid_of_any_of_its_versions(store: Store) -> None:
    await add(store, ORDER)
    await add(store, replace(CHANGED, uid=uid_of("changed")))

    assert await store.process_name(ORDER.uid) == "UsrOrder"
    assert await store.process_name(uid_of("changed")) == "UsrOrder"


async def test_a_disabled_process_says_so_until_it_is_enabled(store: Store) -> None:
    await add(store, ORDER, INVOICE)

    await store.enable("UsrOrder", False)
    await store.enable("UsrOrder", False)
    await add(store, CHANGED)

    found = await store.process("UsrOrder")
    assert found is not None
    assert not found[0].enabled
    assert [row.enabled for row in await store.processes()] == [True, False]

    await store.enable("UsrOrder", True)
    assert [row.enabled for row in await store.processes()] == [True, True]


# -- what others must notice at once --------------------------------------------------------------

SESSION = Session("digest", "Ann", "csrf", NOW, LATER)
NOTICED: dict[str, Callable[[Store], Awaitable[object]]] = {
    "a process is added": lambda store: add(store, ORDER),
    "a process is disabled": lambda store: store.enable("UsrOrder", False),
    "a process is enabled": lambda store: store.enable("UsrOrder", True),
    "a user is added": lambda store: store.add_user(User("Bob", "hash", False, NOW)),
    "a user is changed": lambda store: store.change_user("Ann", disabled=True),
    "a session is ended": lambda store: store.end_session("digest"),
    "a user's sessions are ended": lambda store: store.end_sessions("Ann"),
}
UNNOTICED: dict[str, Callable[[Store], Awaitable[object]]] = {
    "a run starts": lambda store: started(store, WAITING),
    "a session begins": lambda store: store.add_session(SESSION),
    "sessions expire": lambda store: store.purge_sessions(LATER),
}


@pytest.mark.parametrize("change", NOTICED)
async def test_another_program_notices_when(change: str, store: Store, other: Store) -> None:
    await store.add_user(User("Ann", "hash", False, NOW))
    before = other.catalog_revision()

    await NOTICED[change](store)

    assert other.catalog_revision() > before
    assert store.catalog_revision() == other.catalog_revision()


@pytest.mark.parametrize("change", UNNOTICED)
async def test_nothing_has_to_be_looked_up_anew_when(change: str, store: Store) -> None:
    before = store.catalog_revision()

    await UNNOTICED[change](store)

    assert store.catalog_revision() == before


DEPLOY = """
import asyncio, sys
from pathlib import Path
from tests.stores.runs import NOW
from tests.stores.test_store_processes import ORDER
from procession.stores.sqlite import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.add_processes([ORDER], by="another process", at=NOW)
    await store.close()

asyncio.run(main())
"""


async def test_a_process_of_the_operating_system_is_such_another_program(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE_NAME)
    before = store.catalog_revision()

    command = [sys.executable, "-c", DEPLOY, str(tmp_path / FILE_NAME)]
    await asyncio.to_thread(subprocess.run, command, check=True)

    assert store.catalog_revision() > before
    found = await store.process("UsrOrder")
    assert found is not None
    assert found[0].deployed_by == "another process"
    await store.close()
