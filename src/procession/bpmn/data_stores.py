"""Data stores at the ends of associations (clause 10.4.1).

Rule: a store goes by the id of its dataStore; a reference without a dataStoreRef, as many modelers
draw it, is a store of its own. An association may name any of the file, wherever it is drawn.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.etree import _Element

from procession.bpmn.data import is_identifier, kind_of_item
from procession.bpmn.forms import boolean, one_line
from procession.bpmn.problems import near
from procession.bpmn.reading import Reading, View
from procession.bpmn.texts import variable
from procession.bpmn.vocabulary import local_id, model, name_of
from procession.core.model import DataStore, Expression
from procession.core.values import Value, shown

STORE, REFERENCE = "dataStore", "dataStoreReference"
_CAPACITY = re.compile("[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class End:
    """A data store at one end of an association. `name`: how the association's texts call it.

    "" where nothing of it can be a name.
    """

    store: DataStore
    name: str


def store_at(end: _Element, reading: Reading, view: View) -> End | None:
    """The data store that a sourceRef or targetRef means; None: it means something else."""
    drawn = reading.ids.get(local_id(end.text or ""))
    if drawn is None or name_of(drawn) not in (STORE, REFERENCE):
        return None
    stored = drawn if name_of(drawn) == STORE else _declared(drawn, end, view)
    store = _read(stored, end, view)
    reading.data_stores[store.key] = store
    names = (each.get(name, "").strip() for name in ("name", "id") for each in (drawn, stored))
    return End(store, next(filter(is_identifier, names), ""))


def _declared(drawn: _Element, end: _Element, view: View) -> _Element:
    """The dataStore of a reference, or the reference itself."""
    name, known = local_id(drawn.get("dataStoreRef", "")), view.compiler.declared.named(STORE)
    if name and name not in known:
        message = (
            f"dataStoreRef of {shown(drawn.get('id', ''))} is {shown(name)}, and the file declares "
            "no such dataStore; add it to the root, or leave dataStoreRef out"
        )
        view.problems.add("unknown-data-store", f"{message}.{near(name, known)}", end)
    return known.get(name, drawn)


def _read(stored: _Element, end: _Element, view: View) -> DataStore:
    item = stored.get("itemSubjectRef", "")
    return DataStore(
        id=stored.get("id", ""),
        kind=kind_of_item(stored, item, view.compiler.declared),
        name=one_line(stored.get("name", "")),
        capacity=_capacity(stored, end, view),
    )


def _capacity(stored: _Element, end: _Element, view: View) -> int | None:
    text = stored.get("capacity", "").strip()
    if not text or boolean(stored.get("isUnlimited", "")):
        return None
    if not _CAPACITY.fullmatch(text):
        message = f"the capacity of {shown(stored.get('id', ''))} is {shown(text)}; write a whole "
        view.problems.add("bad-number", f"{message}number from 1, or isUnlimited", end)
        return None
    return int(text)


# -- as sources -----------------------------------------------------------------------------------


def source_at(end: _Element, reading: Reading, view: View) -> Expression:
    """The value at a sourceRef: of a data store, or of a variable."""
    found = store_at(end, reading, view)
    return variable(reading.resolve(end, view) if found is None else found.store.key)


def text_over_sources(
    text: _Element, association: _Element, reading: Reading, seeing: View
) -> Expression:
    """A text of an association, which may name the data stores among its sources, too."""
    stores: dict[str, DataStore] = {}
    for source in association.iterchildren(model("sourceRef")):
        found = store_at(source, reading, seeing)
        if found is not None and found.name:
            _add(found, stores, source, seeing)
    if not stores:
        return seeing.compiler.value(text)
    compiler = seeing.compiler.also({name: store.kind for name, store in stores.items()})
    inner = compiler.value(text)
    keys = {name: store.key for name, store in stores.items()}
    return Expression(inner.text, inner.language, _Named(inner, keys))


def _add(end: End, stores: dict[str, DataStore], source: _Element, seeing: View) -> None:
    first = stores.setdefault(end.name, end.store)
    if first != end.store:
        message = f"two of the data stores are called {end.name}; give one another name"
        seeing.problems.add("bad-association", message, source)


class _Named:
    """Evaluates a text that calls data stores by names of its own."""

    __slots__ = ("_inner", "_keys")

    def __init__(self, inner: Expression, keys: Mapping[str, str]) -> None:
        self._inner = inner
        self._keys = keys

    def __call__(self, values: Mapping[str, Value]) -> Value:
        stored = {name: values.get(key) for name, key in self._keys.items()}
        return self._inner.evaluate({**values, **stored})
