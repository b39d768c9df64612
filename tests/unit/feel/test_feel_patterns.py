"""Regular expressions: what they match, and that they agree with Python's where both know them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procession.feel.budget import Budget
from procession.feel.matching import first_match, matches
from procession.feel.patterns import compiled_pattern, replacement_parts
from tests.unit.feel.feel_builders import evaluate


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "found"),
    [
        ("a.c", "", "abc", True),
        ("a.c", "", "a\nc", False),
        ("a.c", "s", "a\nc", True),
        ("^b$", "", "a\nb", False),
        ("^b$", "m", "a\nb", True),
        ("A B", "ix", "ab", True),
        ("[a-z-[aeiou]]+", "", "aei", False),
        ("[a-z-[aeiou]]+", "", "xyz", True),
        ("[^0-9]", "", "5", False),
        ("\\p{Lu}", "", "aB", True),
        ("\\P{L}", "", "ab", False),
        ("\\d{3}-\\d{2,}", "", "123-45", True),
        ("\\i\\c*", "", "x1", True),
        ("[\\s\\-]", "", "a-b", True),
        ("a.c", "q", "abc", False),
        ("A.C", "qi", "xa.cx", True),
        ("é", "i", "É", True),
        ("(?:ab)+c", "", "ababc", True),
        ("a||b", "", "", True),
        ("[a\\]]", "", "]", True),
        ("x*", "", "", True),
    ],
)
def test_a_pattern_matches_or_not(pattern: str, flags: str, text: str, found: bool) -> None:
    match = first_match(Budget(), compiled_pattern(pattern, flags), text, 0)

    assert (match is not None) is found


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "[", "[]", "a**", "*a", "a{2,1}", "a{5000}", "\\", "\\1", "(a)\\1", "\\p{Xx}"),
        *("(?=a)", "(?<n>a)", "[b-a]", "a{", "(" * 60 + ")" * 60, "[a-[" * 60, "x" * 1001),
        "((a{100}){100}){100}",
    ],
)
def test_what_is_no_pattern_or_could_take_too_long_gives_null(pattern: str) -> None:
    assert evaluate("matches(Name, first name)", Name="a", **{"first name": pattern}) is None


def test_flags_that_there_are_not_give_null() -> None:
    assert evaluate('matches("a", "a", "z")') is None


@pytest.mark.parametrize("replacement", ["$", "$x", "\\", "\\n"])
def test_a_replacement_that_means_nothing_gives_null(replacement: str) -> None:
    assert evaluate('replace("a", "a", Name)', Name=replacement) is None


def test_a_group_is_the_longest_number_that_is_one() -> None:
    assert replacement_parts("$12\\$$0", 1) == [1, "2", "$", 0]


_ATOMS = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "\\d"])
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("pattern", "end"), [("(?:(?:.)*?)*", 0), ("(?:.??)+", 0), ("(?:.*?){2,}", 0), ("(?:.*)*", 1)]
)
def test_a_round_that_takes_nothing_ends_its_loop(pattern: str, end: int) -> None:
    found = first_match(Budget(), compiled_pattern(pattern, ""), "1", 0)
    assert found is not None
    assert found[:2] == (0, end)


@settings(max_examples=200, deadline=None)
@given(_PATTERNS, st.text("abc1\n", max_size=8))
def test_a_match_begins_and_ends_where_python_finds_it(pattern: str, text: str) -> None:
    compiled = compiled_pattern(pattern, "")

    ours = first_match(Budget(), compiled, text, 0)
    theirs = re.search(pattern.replace(".", "[^\\n\\r]"), text)

    assert (ours and ours[:2]) == (theirs and theirs.span())


@given(st.text("ab,", max_size=30))
def test_what_was_split_is_joined_again(text: str) -> None:
    assert evaluate('string join(split(Name, ","), ",")', Name=text) == text
    assert [
        text[start:end] for start, end in matches(Budget(), compiled_pattern(",", ""), text)
    ] == [","] * text.count(",")
