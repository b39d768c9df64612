"""Decisions in the store: versions, their files, all or nothing."""

import shutil
from dataclasses import replace
from pathlib import Path

from procession.dmn import evaluate, read
from procession.stores import DecisionRow, NewDecision, Store
from procession.stores.sqlite import FILE_NAME, SqliteStore
from tests.stores.saving import NOW

FIRST = NewDecision("Discount", "The discount", "a.dmn", "digest-1", b"<a/>")
OTHER = NewDecision("Fee", "The fee", "a.dmn", "digest-1", b"<a/>")


async def add(store: Store, *new: NewDecision) -> list[tuple[int, bool]]:
    return await store.add_processes([], by="Ann", at=NOW, decisions=new)


async def test_a_decision_is_kept_with_its_file(store: Store) -> None:
    assert await add(store, FIRST, OTHER) == [(1, True), (1, True)]

    row = await store.decision("Discount")
    assert row == DecisionRow("Discount", 1, "The discount", "a.dmn", "digest-1", NOW, "Ann")
    assert await store.decision_file("digest-1") == b"<a/>"


async def test_an_unchanged_file_makes_no_new_version(store: Store) -> None:
    await add(store, FIRST)

    assert await add(store, replace(FIRST, file="moved.dmn"), OTHER) == [(1, False), (1, True)]


async def test_a_changed_file_makes_the_next_version_and_keeps_the_old_one(store: Store) -> None:
    await add(store, FIRST, OTHER)

    assert await add(store, replace(FIRST, digest="digest-2", xml=b"<b/>")) == [(2, True)]
    old, new = await store.decision("Discount", 1), await store.decision("Discount")
    assert old is not None
    assert new is not None
    assert [old.digest, new.digest] == ["digest-1", "digest-2"]
    assert [(row.id, row.version) for row in await store.decisions()] == [
        ("Discount", 2),
        ("Fee", 1),
    ]


async def test_a_file_that_comes_back_is_a_new_version(store: Store) -> None:
    await add(store, FIRST)
    await add(store, replace(FIRST, digest="digest-2", xml=b"<b/>"))

    assert await add(store, FIRST) == [(3, True)]


async def test_what_is_not_there_is_none(store: Store) -> None:
    await add(store, FIRST)

    assert await store.decision("Discoun") is None
    assert await store.decision("Discount", 2) is None
    assert await store.decision_file("digest-9") is None


async def test_a_deployment_of_decisions_is_seen_in_the_catalog_revision(store: Store) -> None:
    before = store.catalog_revision()
    await add(store, FIRST)

    assert store.catalog_revision() > before


async def test_a_decision_of_the_first_format_that_had_them_still_decides(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "saved" / "format-3.sqlite", tmp_path / FILE_NAME)
    store = SqliteStore(tmp_path / FILE_NAME)
    row = await store.decision("UsrSavedDecision")
    xml = None if row is None else await store.decision_file(row.digest)
    await store.close()

    assert xml is not None
    assert evaluate(read(xml), "UsrSavedDecision", {}).value == 42
