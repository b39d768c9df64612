"""Data stores as a turn sees them."""

import pytest

from procession.core.changes import AnyChange, DataStoreRead, DataStoreWritten
from procession.core.data_stores import SIZE_MAX, DataStores, StoredValue
from procession.core.model import DataStore
from procession.core.values import DataType, Kind, Value
from procession.errors import BadValue

ANY, TOTAL = (
    DataStore("any", Kind(DataType.ANY), "All that is"),
    DataStore("total", Kind(DataType.INTEGER), capacity=2),
)
STORES = {store.key: store for store in (ANY, TOTAL)}


def turn(*stored: tuple[str, Value]) -> tuple[DataStores, list[AnyChange]]:
    changes: list[AnyChange] = []
    found = {id: StoredValue(value, "v") for id, value in stored}
    return DataStores(STORES, found, changes), changes


def test_who_takes_all_that_is_visible_takes_no_data_store() -> None:
    stores, changes = turn(("any", 1))

    seen = stores.beside({"N": 4})

    assert (dict(seen), len(seen), list(seen)) == ({"N": 4}, 1, ["N"])
    assert changes == []
    assert (seen["N"], seen[ANY.key], seen.get("M")) == (4, 1, None)


def test_a_process_without_data_stores_sees_what_is_visible_itself() -> None:
    visible = {"N": 4}
    stores = DataStores({}, {}, [])

    assert stores.beside(visible) is visible
    assert stores.apart(visible) == (visible, {})


def test_a_data_store_is_read_once_in_a_turn() -> None:
    stores, changes = turn(("any", 1))
    seen = stores.beside({})

    assert [seen[ANY.key], seen[ANY.key], seen[TOTAL.key]] == [1, 1, None]
    assert changes == [DataStoreRead("any"), DataStoreRead("total")]


def test_what_is_held_is_seen_and_can_be_dropped() -> None:
    stores, changes = turn(("any", 1))
    seen = stores.beside({})

    stores.hold(stores.apart({ANY.key: 2})[1])
    assert seen[ANY.key] == 2
    stores.drop()
    assert seen[ANY.key] == 1
    stores.settle()

    assert changes == [DataStoreRead("any")]


def test_what_is_held_is_written_once_and_stays_known() -> None:
    stores, changes = turn()

    stores.hold({"any": 2})
    stores.hold({"any": 3})
    stores.settle()
    stores.settle()
    stores.drop()

    assert stores.beside({})[ANY.key] == 3
    assert changes == [DataStoreWritten("any", 3)]


def test_variables_and_data_stores_are_told_apart_and_the_latter_have_their_types() -> None:
    stores, _ = turn()

    assert stores.apart({"N": "7", TOTAL.key: "7"}) == ({"N": "7"}, {"total": 7})
    assert stores.apart({TOTAL.key: None}) == ({}, {"total": None})
    with pytest.raises(BadValue, match="data store total"):
        stores.apart({TOTAL.key: "many"})


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("x" * SIZE_MAX, True),
        (["x" * (SIZE_MAX - 1)], True),
        (["x" * SIZE_MAX], False),
        ({"a": "x" * (SIZE_MAX - 2)}, True),
        ({"a": "x" * (SIZE_MAX - 1)}, False),
        ([1] * (SIZE_MAX // 2), True),
        ([1] * (SIZE_MAX // 2 + 1), False),
        ([[1, None, True, {}]] * 1_000, True),
    ],
)
def test_a_value_has_a_bound_as_a_whole(value: Value, fits: bool) -> None:
    stores, _ = turn()

    if fits:
        assert stores.apart({ANY.key: value})[1] == {"any": value}
    else:
        with pytest.raises(BadValue, match=r"All that is.* too large"):
            stores.apart({ANY.key: value})
