"""Any value at all: it is held or refused, and what is held stays what it is."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from procession.core.changes import ValuesSet
from procession.core.ids import ROOT
from procession.core.values import DataType, Kind, convert, from_text
from procession.errors import BadValue
from procession.stores.codec import decode_changes, encode_changes

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.dates()
    | st.times()
    | st.uuids()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(st.text(), ANYTHING), max_size=3)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(kind=st.sampled_from(DataType), value=ANYTHING | ROWS)
def test_a_value_is_held_or_refused_and_what_is_held_stays(kind: DataType, value: Any) -> None:
    try:
        held = convert("P", Kind(kind), value)
    except BadValue:
        return

    assert convert("P", Kind(kind), held) == held


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(kind=st.sampled_from(DataType), text=st.text())
def test_a_text_is_read_or_refused(kind: DataType, text: str) -> None:
    try:
        held = from_text("P", Kind(kind), text)
    except BadValue:
        return

    assert convert("P", Kind(kind), held) == held


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(kind=st.sampled_from(DataType), value=ANYTHING | ROWS)
def test_a_value_that_is_held_comes_back_from_its_stored_text(kind: DataType, value: Any) -> None:
    try:
        change = ValuesSet(ROOT, {"P": convert("P", Kind(kind), value)})
    except BadValue:
        return

    (back,) = decode_changes(encode_changes([change]))

    assert back == change
