"""Data stores as a turn sees them: values that outlive the run (BPMN 2.0.2 §10.4.1).

Theory of operation
-------------------
A turn is given what is stored and writes down what it reads and writes, as changes. It sees what it
has written itself; whoever commits it sees to it that nobody has been faster.

What an activity gives to a data store is held until the activity completes: if it cannot be left,
nothing has been written, and a retry does it once.

Only associations name data stores, by their keys: no script, no form and no message can.
"""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from procession.core.changes import AnyChange, DataStoreRead, DataStoreWritten
from procession.core.model import DataStore
from procession.core.values import Value, Values, convert
from procession.errors import BadValue

# Texts, lists and objects count by their length, all else by one: about as long as a text may be.
SIZE_MAX = 1_000_000


class StoredValue(Struct, frozen=True):
    """What a data store holds. `version` tells each write from all others; "": there was none."""

    value: Value = None
    version: str = ""


_EMPTY = StoredValue()


class DataStores:
    """Those that one turn may use, by their keys.

    `found` has what is stored, by the ids of the stores; `changes` are those of the turn.
    """

    __slots__ = ("_changes", "_found", "_held", "_known", "_stores")

    def __init__(
        self,
        stores: Mapping[str, DataStore],
        found: Mapping[str, StoredValue],
        changes: list[AnyChange],
    ) -> None:
        self._stores = stores
        self._found = found
        self._changes = changes
        # As read or written by this turn, and what is to be written as the element completes.
        self._known: Values = {}
        self._held: Values = {}

    def beside(self, visible: Mapping[str, Value]) -> Mapping[str, Value]:
        """What is visible, and the data stores by their keys."""
        return _Sources(visible, self._stores, self._read) if self._stores else visible

    def apart(self, values: Mapping[str, Value]) -> tuple[Mapping[str, Value], Values]:
        """The values of variables, and those of data stores in their types. Raises BadValue."""
        if not self._stores:
            return values, {}
        stored = {
            self._stores[name].id: _as_stored(self._stores[name], value)
            for name, value in values.items()
            if name in self._stores
        }
        return {name: values[name] for name in values if name not in self._stores}, stored

    def hold(self, stored: Values) -> None:
        """These are to be written when the element completes."""
        self._held.update(stored)

    def drop(self) -> None:
        """The element does not complete."""
        self._held.clear()

    def settle(self) -> None:
        """What was held is written."""
        if not self._held:
            return
        for store, value in self._held.items():
            self._known[store] = value
            self._changes.append(DataStoreWritten(store, value))  # It changes no state of the run.
        self._held.clear()

    def _read(self, store: DataStore) -> Value:
        if store.id in self._held:
            return self._held[store.id]
        if store.id not in self._known:
            self._changes.append(DataStoreRead(store.id))  # It changes no state of the run.
            self._known[store.id] = self._found.get(store.id, _EMPTY).value
        # Another process may have written it, and may say that it is of another type.
        return convert(f"the data store {store.label}", store.kind, self._known[store.id])


class _Sources(Mapping[str, Value]):
    """What is visible and data stores, as one. Who takes all of it along takes no data store."""

    __slots__ = ("_read", "_stores", "_visible")

    def __init__(
        self,
        visible: Mapping[str, Value],
        stores: Mapping[str, DataStore],
        read: Callable[[DataStore], Value],
    ) -> None:
        self._visible = visible
        self._stores = stores
        self._read = read

    def __getitem__(self, name: str) -> Value:
        store = self._stores.get(name)
        return self._visible[name] if store is None else self._read(store)

    def __iter__(self) -> Iterator[str]:
        return iter(self._visible)

    def __len__(self) -> int:
        return len(self._visible)


def _as_stored(store: DataStore, value: Value) -> Value:
    """The value as the data store holds it. Raises BadValue."""
    name = f"the data store {store.label}"
    typed = convert(name, store.kind, value)
    if store.capacity is not None and isinstance(typed, list) and len(typed) > store.capacity:
        raise BadValue(f"{name} has a capacity of {store.capacity}; these are {len(typed)} items")
    if not _is_small(typed):
        raise BadValue(f"{name}: the value is too large; {SIZE_MAX} characters are allowed in all")
    return typed


def _is_small(value: Value) -> bool:
    waiting, size = [value], 0
    while waiting and size <= SIZE_MAX:
        each = waiting.pop()
        size += len(each) if isinstance(each, str | list | dict) else 1
        if isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list):
            waiting += each
    return size <= SIZE_MAX
