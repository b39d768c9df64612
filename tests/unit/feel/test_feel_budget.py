"""Budgets: what would take too long, too much memory or too deep a stack is refused before."""

import pytest

from procession.errors import ExpressionError
from procession.feel import Budget, Frame, budget, compile_feel, compile_program
from tests.unit.feel.feel_builders import failed, refused

STEPS = "it takes more than 1000000 steps"
ITEMS = "100000 are allowed"
CHARACTERS = "1000000 are allowed"


@pytest.fixture(autouse=True)
def _without_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that steps and memory decide, on a slow machine too.
    monkeypatch.setattr(budget, "SECONDS_MAX", 60)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("for i in 1..100000, j in 1..100000 return i", "a list of more than 100000 items"),
        ("some i in 1..1000, j in 1..100000 satisfies i < 0", STEPS),
        ("for i in 1..100001 return i", ITEMS),
        ("for i in 1..10 ** 29 return i", ITEMS),
        ("for i in [1..10 ** 20] return i", ITEMS),
        ("for i in Any return for j in 1..90000 return j", STEPS),
        ("for i in Any return for j in Any return for k in Any return k", STEPS),
        ("Any[some i in 1..90000 satisfies i < 0]", STEPS),
        ("for i in 1..100 return upper case(Name)", "MB in all"),
        ("for i in 1..100 return Name + Name", CHARACTERS),
        ("string join(for i in 1..2000 return Name)", CHARACTERS),
        ('replace(Name, "a", "aaaaaaaaaa")', CHARACTERS),
        ('matches(Name, "(a|a)*b")', STEPS),
        ('matches(Name, "(a*)*b")', STEPS),
        ('count(split(Name, "a"))', "a list of"),
        ("string(for i in 1..1000 return Any)", "a string of more than"),
        ("{f: function(n) f(n + 1), r: f(0)}.r", "call each other more than 64 deep"),
        ("{f: function(n) if n = 0 then 0 else f(n - 1) + f(n - 1), r: f(40)}.r", STEPS),
        ("sort(Any, function(a, b) some i in 1..1000 satisfies i < 0)", STEPS),
        ("for i in 1..40 return [partial[-1]]", "nested more than 32 deep"),
    ],
)
def test_what_is_too_much_ends_the_run(text: str, message: str) -> None:
    assert message in str(failed(text, Any=list(range(400)), Name="a" * 600_000))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "[" * 5000,
        "(" * 200 + "1" + ")" * 200,
        "[" * 200 + "]" * 200,
        "{a:" * 200 + "1" + "}" * 200,
        "not(" * 200 + "true" + ")" * 200,
        "function(x) " * 200 + "x",
        "for x in " * 200,
        "if " * 200,
        "if true then " * 100 + "1" + " else 2" * 100,
        "1 in (" * 200 + "1" + ")" * 200,
        "1 in " * 200 + "1",
        "1 instance of " + "list<" * 200 + "number" + ">" * 200,
        "[1.." * 200 + "2" + "]" * 200,
        "< " * 200 + "1",
        "x" * 20_001,
        "1 + " * 4000 + "1",
    ],
)
def test_a_text_that_is_too_deep_or_too_long_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1" + " + 1" * 2900, 2901),
        ("true" + " and true" * 2000, True),
        ("if false then 1 else " * 900 + "2", 2),
        ("{a: 1}" + ".a" * 2000, None),
        ("[1]" + "[1]" * 1500, 1),
        ("-" * 5000 + "1", 1),
        ("2" + " ** 1" * 2000, 2),
        ("[" + "1, " * 2900 + "1][-1]", 1),
        ("(" * 40 + "1" + ")" * 40, 1),
    ],
)
def test_a_long_chain_is_no_deep_one(text: str, answer: object) -> None:
    assert compile_feel(text, {}).evaluate({}) == answer


def test_the_clock_ends_what_steps_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SECONDS_MAX", -1)

    assert "seconds; do less at once" in str(failed("for i in 1..90000 return i"))


def test_runs_that_share_a_budget_count_together() -> None:
    program = compile_program("for i in 1..90000 return i", {})
    shared = Budget()

    program.run(Frame({}, shared))
    with pytest.raises(ExpressionError, match=r"steps|MB"):
        [program.run(Frame({}, shared)) for _ in range(100)]


def test_what_is_computed_at_deployment_has_a_budget_too() -> None:
    error = refused('replace("' + "a" * 1900 + '", "a", "' + "b" * 1900 + '")')

    assert CHARACTERS in str(error)


def test_the_moment_stands_still_within_a_run_and_can_be_given() -> None:
    program = compile_program("[now(), now(), today()]", {})

    first, second, day = program.run(Frame({}, Budget(moment=86_400_000_000_000)))

    assert first == second
    assert tuple(day) == (1970, 1, 2)
