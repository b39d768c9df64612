"""Random filters, each as a text and as what it means in plain Python over the rows."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.unit.odata.log_file import BEGINNING

Row = Mapping[str, Any]
Holds = Callable[[Row], bool]
Filter = tuple[str, Holds]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZERO = "00000000-0000-0000-0000-000000000000"
ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
WORDS = ["First", "first", "ü", "O'Neil", "100%_\\", "%", "_", "", "Completed", "Start of UsrA"]
TEXT_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
CASES: Mapping[str, Callable[[str], str]] = {
    "": lambda text: text,
    "tolower": str.lower,
    "toupper": str.upper,
}


def value(row: Row, path: str) -> Any:
    """What stands at the end of a path: None, where there is nothing."""
    found: Any = row
    for name in path.split("/"):
        found = None if found is None else found[name]
    return None if found in ("", ZERO) else found


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def moment(milliseconds: int) -> str:
    at = EPOCH + timedelta(milliseconds=milliseconds)
    return at.isoformat().replace("+00:00", "Z")


def _equality(paths: Sequence[str], literals: st.SearchStrategy[tuple[str, Any]]) -> Any:
    """eq, ne and in; an empty value is the same as null."""

    def build(path: str, word: str, given: list[tuple[str, Any]]) -> Filter:
        values = [None if each in ("", ZERO) else each for _, each in given]
        if word == "in":
            among = ",".join(text for text, _ in given)
            return f"{path} in ({among})", lambda row: value(row, path) in values
        equal = word == "eq"
        text, wanted = given[0][0], values[0]
        return f"{path} {word} {text}", lambda row: (value(row, path) == wanted) is equal

    words = st.sampled_from(["eq", "ne", "in"])
    return st.builds(
        build, st.sampled_from(paths), words, st.lists(literals, min_size=1, max_size=3)
    )


def _order(paths: Sequence[str], literals: st.SearchStrategy[tuple[str, Any]]) -> Any:
    """gt, ge, lt and le; with null none holds."""

    def build(path: str, word: str, given: tuple[str, Any]) -> Filter:
        text, wanted = given

        def holds(row: Row) -> bool:
            found = value(row, path)
            return found is not None and wanted is not None and ORDERS[word](found, wanted)

        return f"{path} {word} {text}", holds

    return st.builds(build, st.sampled_from(paths), st.sampled_from(list(ORDERS)), literals)


def _function(paths: Sequence[str]) -> Any:
    def build(path: str, name: str, case: str, part: str) -> Filter:
        operand = f"{case}({path})" if case else path
        function, change = TEXT_FUNCTIONS[name], CASES[case]
        text = f"{name}({operand},{quoted(part)})"
        return text, lambda row: function(change(value(row, path) or ""), part)

    names, cases = st.sampled_from(list(TEXT_FUNCTIONS)), st.sampled_from(list(CASES))
    return st.builds(build, st.sampled_from(paths), names, cases, st.sampled_from(WORDS))


def _joined(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    def both(left: Filter, right: Filter) -> Filter:
        return f"({left[0]}) and {_bracketed(right)}", lambda row: left[1](row) and right[1](row)

    def either(left: Filter, right: Filter) -> Filter:
        return f"{left[0]} or {right[0]}", lambda row: left[1](row) or right[1](row)

    def neither(term: Filter) -> Filter:
        return f"not ({term[0]})", lambda row: not term[1](row)

    def compared(term: Filter, wanted: bool) -> Filter:
        return f"({term[0]}) eq {str(wanted).lower()}", lambda row: term[1](row) is wanted

    return (
        st.builds(both, inner, inner)
        | st.builds(either, inner, inner)
        | st.builds(neither, inner)
        | st.builds(compared, inner, st.booleans())
    )


def _bracketed(term: Filter) -> str:
    return f"({term[0]})"


def filters(
    *,
    texts: Sequence[str],
    guids: Sequence[str],
    moments: Sequence[str],
    numbers: Sequence[str],
    known_guids: Sequence[str],
) -> st.SearchStrategy[Filter]:
    """Filters over these columns."""
    nothing = st.just(("null", None))
    text = st.sampled_from([(quoted(word), word) for word in WORDS]) | nothing
    guid = st.sampled_from([(each.upper(), each) for each in [*known_guids, ZERO]]) | nothing
    milliseconds = st.integers(-2, 40).map(lambda number: BEGINNING + number * 750)
    time = milliseconds.map(lambda at: (moment(at), at)) | nothing
    number = st.integers(-1, 4) | st.sampled_from([0.5, 1e-3, 1e30])
    amount = number.map(lambda each: (str(each), each)) | nothing
    leaf = st.one_of(
        _equality(texts, text),
        _order(texts, text.filter(lambda given: given[1] != "")),
        _function(texts),
        _equality(guids, guid),
        _equality(moments, time),
        _order(moments, time),
        _equality(numbers, amount),
        _order(numbers, amount),
    )
    return st.recursive(leaf, _joined, max_leaves=8)
