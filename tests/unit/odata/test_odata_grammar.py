"""The texts of the query options: what they mean, and what is wrong with the others."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procession.errors import BadRequest
from procession.web.answers import HttpRefusal
from procession.web.odata.options import PAGE_ROWS_MAX, read_options, read_token, token
from procession.web.odata.parsing import (
    OPTION_CHARACTERS_MAX,
    read_columns,
    read_expansions,
    read_filter,
    read_orders,
)
from procession.web.odata.tree import (
    Call,
    Comparison,
    Expansion,
    Junction,
    Literal,
    Node,
    Not,
    OneOf,
    Order,
    Path,
)

ONE = Comparison("eq", Path(["a"]), Literal(1))
TWO = Comparison("eq", Path(["b"]), Literal(2))
THREE = Comparison("eq", Path(["c"]), Literal(3))
A_GUID = "815C9586-b6e2-df11-971b-001d60e938c6"


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a eq 1", ONE),
        (" ((a  eq 1)) ", ONE),
        ("a eq 1 or b eq 2 and c eq 3", Junction("or", [ONE, Junction("and", [TWO, THREE])])),
        ("(a eq 1 or b eq 2) and c eq 3", Junction("and", [Junction("or", [ONE, TWO]), THREE])),
        ("not (a eq 1) and b eq 2", Junction("and", [Not(ONE), TWO])),
        ("not not (a eq 1)", Not(Not(ONE))),
        ("Status/Value ne 2", Comparison("ne", Path(["Status", "Value"]), Literal(2))),
        ("a in (1,2)", OneOf(Path(["a"]), [Literal(1), Literal(2)])),
        ("contains(a,'it''s')", Call("contains", [Path(["a"]), Literal("it's")])),
        ("contains(a,'x') eq true", Comparison(
            "eq", Call("contains", [Path(["a"]), Literal("x")]), Literal(True)
        )),
        ("a gt now()", Comparison("gt", Path(["a"]), Call("now", []))),
    ],
)  # fmt: skip
def test_a_filter_is_read_with_its_precedence(text: str, node: Node) -> None:
    assert read_filter(text) == node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("''", ""),
        ("'a''b'", "a'b"),
        ("'eq and ('", "eq and ("),
        (A_GUID, UUID(A_GUID)),
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.123456789Z", datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-31T13:30:00+01:30", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("-42", -42),
        ("1.5", 1.5),
        ("2e3", 2000.0),
        ("null", None),
        ("true", True),
        ("false", False),
    ],
)
def test_a_literal_is_of_the_type_that_it_is_written_as(text: str, value: object) -> None:
    assert read_filter(f"a eq {text}") == Comparison("eq", Path(["a"]), Literal(value))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["eq", "in", "not1", "notes", "android", "order", "nulls", "e2"])
def test_a_column_may_be_named_like_a_word_of_the_language(name: str) -> None:
    assert read_filter(f"{name} eq 1") == Comparison("eq", Path([name]), Literal(1))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "it ends too early"),
        ("a eq", "it ends too early"),
        ("a eq 'x", '"\'x" cannot be read at character 6'),
        ("a eq 1 b", "'b' is not expected at character 8"),
        ("a = 1", "'= 1' cannot be read at character 3"),
        ("(a eq 1", "it ends too early"),
        ("a in ()", "')' is not expected at character 7"),
        ("a eq 2026-13-01", "2026-13-01 is no moment"),
        ("List/any(x:x eq 1)", "'(' is not expected at character 9"),
    ],
)
def test_a_filter_that_cannot_be_read_says_where(text: str, complaint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_filter(text)
    assert complaint in str(refused.value)


def test_an_option_has_a_longest_length() -> None:
    with pytest.raises(BadRequest, match="longer than"):
        read_filter("a eq 1 or " * OPTION_CHARACTERS_MAX)


def test_brackets_may_nest_as_deep_as_the_text_is_long() -> None:
    assert read_filter("(" * 3_000 + "a eq 1" + ")" * 3_000) == ONE


def test_the_other_options_are_read() -> None:
    assert read_orders("a desc,b/c, d asc") == [
        Order(Path(["a"]), True),
        Order(Path(["b", "c"])),
        Order(Path(["d"])),
    ]
    assert read_columns("b, a,b") == ["b", "a"]
    assert read_columns("a,*") is None
    assert read_expansions("A($select=x,y;$expand=B($select=z),C),D") == [
        Expansion("A", ["x", "y"], (Expansion("B", ["z"]), Expansion("C"))),
        Expansion("D"),
    ]


def test_the_options_of_a_query_are_told_by_their_names_with_or_without_the_dollar_sign() -> None:
    options = read_options(
        {"$top": "5", "skip": "2", "$count": "true", "mine": "x", "$format": "json"}, ""
    )

    assert (options.top, options.skip, options.count, options.limit) == (5, 2, True, 5)


def test_a_page_has_a_greatest_size_and_may_be_asked_for_smaller() -> None:
    assert read_options({"$top": "5000"}, "").limit == PAGE_ROWS_MAX
    assert read_options({}, "odata.maxpagesize=10").limit == 10
    assert read_options({}, "return=minimal, maxpagesize=0").limit == 1
    assert read_options({}, "odata.maxpagesize=999999").limit == PAGE_ROWS_MAX


@pytest.mark.parametrize(
    "query",
    [
        {"$top": "-1"},
        {"$top": "x"},
        {"$top": "٣"},
        {"$top": "9" * 5_000},
        {"$skip": "1000001"},
        {"$count": "yes"},
        {"$filter": "a eq 1", "filter": "a eq 1"},
        {"$orderby": "a,b,c,d,e,f"},
        {"$flter": "a eq 1"},
        {"$skiptoken": "!"},
        {"$skiptoken": "e30"},
        {"$skiptoken": "WzFlOTk5OTld"},
    ],
)
def test_an_option_that_has_no_meaning_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        read_options(query, "")


@pytest.mark.parametrize("name", ["$apply", "$search", "$compute"])
def test_an_option_that_is_not_offered_says_so(name: str) -> None:
    with pytest.raises(HttpRefusal, match="not offered"):
        read_options({name: "x"}, "")


@given(st.lists(st.none() | st.text() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9)))
def test_a_token_is_read_as_what_it_was_made_of(values: list[str | int | float | None]) -> None:
    assert list(read_token(token(values))) == values


@given(st.text(alphabet="ab'(), /$=;*\t0123456789-.:TZeqandortin\x00é", max_size=60))
def test_whatever_stands_in_an_option_is_read_or_refused(text: str) -> None:
    for read in (read_filter, read_orders, read_columns, read_expansions, read_token):
        with suppress(BadRequest):
            read(text)
