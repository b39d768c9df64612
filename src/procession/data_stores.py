"""Data stores and the turns that use them (BPMN 2.0.2 §10.4.1).

Theory of operation
-------------------
A turn of a process that uses data stores is decided on what they hold, and its commit is refused if
one of those that it has read or written has changed since: then it is decided again. Within this
program that does not happen to a turn that is decided and committed without waiting in between: the
store tells of a write as soon as it is handed over. Turns of several runs, which wait in between,
keep the others out meanwhile (`Gate`), or they might come too late for ever.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from procession.core.changes import AnyChange, DataStoreRead, DataStoreWritten
from procession.core.data_stores import StoredValue
from procession.core.model import Process
from procession.core.turn import Context
from procession.stores import Store
from procession.stores.data_stores import UseDataStore


class Gate:
    """Lets turns see data stores, one commit of several turns at a time."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        # Whoever holds it has all locks of runs that it will need: it is always the last.
        self.held = asyncio.Lock()

    async def context(self, *processes: Process) -> Context:
        """What turns of these processes may know, if they are decided and committed at once."""
        if self.held.locked() and any(process.data_stores for process in processes):
            async with self.held:
                pass
        context = Context(self._clock())
        for process in processes:
            context = self.seen(context, process)
        return context

    def seen(self, context: Context, process: Process) -> Context:
        """The same context, with the data stores of one more process."""
        if not process.data_stores:
            return context
        ids = {store.id for store in process.data_stores.values()} - context.data_stores.keys()
        found = self._store.data_stores.find(sorted(ids))
        return replace(context, data_stores={**context.data_stores, **found})


def after(context: Context, changes: Iterable[AnyChange]) -> Context:
    """What the next turn of the same commit finds. The versions stay those that were found."""
    written = {each.store: each.value for each in changes if isinstance(each, DataStoreWritten)}
    if not written:
        return context
    stores = dict(context.data_stores)
    for store, value in written.items():
        stores[store] = StoredValue(value, stores[store].version)
    return replace(context, data_stores=stores)


def used(context: Context, changes: Sequence[AnyChange]) -> list[UseDataStore]:
    """What is kept beside a turn that was decided in this context and has made these changes."""
    return beside(after(context, changes), changes) if context.data_stores else []


def beside(left: Context, changes: Iterable[AnyChange]) -> list[UseDataStore]:
    """What is kept beside turns that have made these changes and have `left` this context."""
    touched = [each for each in changes if isinstance(each, DataStoreRead | DataStoreWritten)]
    written = {each.store for each in touched if isinstance(each, DataStoreWritten)}
    return [
        UseDataStore(
            id=store,
            found=left.data_stores[store].version,
            at=left.now,
            version=secrets.token_hex(8) if store in written else "",
            value=left.data_stores[store].value,
        )
        for store in sorted({each.store for each in touched})
    ]
