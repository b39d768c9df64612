"""What nobody thought of: any text and any tree give a value or an ExpressionError, within bounds.

And where the language means the same as Python, both give the same.
"""

import copy
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice, product

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from procession.core.values import Value
from procession.errors import ExpressionError
from procession.expressions import LANGUAGES, SCRIPTS
from procession.expressions.budget import RESULT_SIZE_MAX, Frame, weigh
from procession.expressions.comparing import ORDERED
from procession.expressions.functions import FUNCTIONS, METHODS, SCRIPT_METHODS
from procession.expressions.operators import RULES
from procession.expressions.scope import Callee
from procession.expressions.types import PYTHON_TYPES, Type, name_of
from tests.unit.expressions.expression_builders import KINDS, VALUES

fuzz = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# One value of each type, of which nothing is known at deployment.
ROW = {
    "none": None,
    "text": "a-b,c",
    "empty": "",
    "integer": 3,
    "negative": -2,
    "large": 2**62,
    "float": VALUES["Ratio"],
    "decimal": VALUES["Price"],
    "boolean": True,
    "guid": VALUES["Id"],
    "due": VALUES["Due"],
    "day": VALUES["Day"],
    "at": VALUES["At"],
    "list": [3, 1, 2],
    "texts": ["b", "a"],
    "lists": [[1, 2], [3, 4]],
    "row": {"a": 1},
    "rows": [{"a": 1}, {"a": 2}],
}
INPUT = {**VALUES, "Any": [ROW, {}]}
COLUMNS = [f"Any[0].{column}" for column in ROW]
LITERALS = ["0", "1", "-1", "2.5", "10 ** 9", "''", "'a'", "None", "True", "[]", "{}", "days(1)"]
FORBIDDEN = [
    *("__builtins__", "self", "'{0.__class__}'", "b''", "...", "Name.__class__", "1j", "type"),
    *("(lambda: 0)", "(x := 1)", "{1}", "[*Rows]", "(yield)", "Any[0].__dict__", "().real"),
]


def made(pattern: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts of a pattern, its gaps filled in by parts."""
    return st.tuples(*parts).map(lambda found: pattern.format(*found))


def _calls(table: Mapping[str, Callee], pattern: str, least: int) -> list[str]:
    """The calls of functions, with a gap for each value, as often as they take values."""
    return [
        pattern.format(name=name, values=", ".join(["{}"] * count))
        for name, callee in table.items()
        for count in range(max(callee.required, least) - least, len(callee.accepts) + 1 - least)
    ]


CALLS = [
    *_calls(FUNCTIONS, "{name}({values})", 0),
    *("min({}, {})", "max({}, key='a', default={})", "coalesce({}, {})", "zip({}, {})"),
    *("sorted({}, key='a')", "sum({}, {})", "round({}, digits={})"),
]
METHOD_CALLS = [
    call
    for table in SCRIPT_METHODS.values()
    for call in _calls(table, "({{}}).{name}({values})", 1)
]
OPERATORS = (
    *("+", "-", "*", "/", "//", "%", "**"),
    *("<", "<=", ">", ">=", "==", "!=", "in", "not in", "and", "or"),
)
PATTERNS = [
    *(f"({{}} {operator} {{}})" for operator in OPERATORS),
    *("-{}", "(not {})", "({}).a", "({})[{}]", "({})[{}:{}]", "({} if {} else {})", "[{}, {}]"),
    *("{{{}: {}}}", "[{} for x in {} if {}]", "{{{}: {} for x, y in {}}}", "any(x for x in {})"),
    *("all({} for x in {} for y in x)", "[x + {} for x in {}]", "({} is None)", "{} < {} < {}"),
    *('f"{{{}}}{{{}:.2f}}"', 'f"{{{}:>9}}{{{}:%Y}}"'),
]


def _fill(patterns: list[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of([made(pattern, *[inner] * pattern.count("{}")) for pattern in patterns])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(_fill(PATTERNS, inner), _fill(CALLS, inner), _fill(METHOD_CALLS, inner))


def _patterns_of_types() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Per type: the operators and calls that give it, with the types of their gaps."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {name: [] for name in PYTHON_TYPES}
    for symbol, rules in RULES.items():
        for left, right, result, _ in rules:
            found[result].append((f"({{}} {symbol} {{}})", (left, right)))
    for name in ORDERED:
        found["Boolean"].append(("({} < {})", (name, name)))
    for name, callee in FUNCTIONS.items():
        _add_call(found, callee, f"{name}(", 0)
    for table in METHODS.values():
        for name, callee in table.items():
            _add_call(found, callee, f"({{}}).{name}(", 1)
    return found


def _add_call(
    found: dict[str, list[tuple[str, tuple[str, ...]]]], callee: Callee, start: str, receivers: int
) -> None:
    places = [callee.rest] * 2 if callee.rest else list(callee.accepts.values())
    for count in range(callee.required, len(places) + 1):
        for types in islice(product(*places[:count]), 20):
            gives = callee.gives([Type(name) for name in types]).name
            if gives in found:
                gaps = ", ".join(["{}"] * (count - receivers))
                found[gives].append((f"{start}{gaps})", types))


PATTERNS_OF_TYPES = _patterns_of_types()
LEAVES = {
    name: [f"Any[0].{column}" for column, value in ROW.items() if name_of(value) == name]
    for name in PYTHON_TYPES
}
LEAVES["Duration"] = ["days(Any[0].integer)"]


@cache
def typed(name: str, depth: int) -> st.SearchStrategy[str]:
    """Expressions that give a type, of which deployment knows nothing."""
    leaves = st.sampled_from(LEAVES[name])
    patterns = PATTERNS_OF_TYPES[name]
    if not depth or not patterns:
        return leaves
    return (
        st.sampled_from(patterns).flatmap(
            lambda chosen: made(chosen[0], *(typed(gap, depth - 1) for gap in chosen[1]))
        )
        | leaves
    )


TYPED = st.sampled_from(list(PYTHON_TYPES)).flatmap(lambda name: typed(name, 3))
ATOMS = st.sampled_from([*COLUMNS, *COLUMNS, *LITERALS])
EXPRESSIONS = TYPED | st.recursive(ATOMS, _larger, max_leaves=8)
WILD = st.recursive(
    st.sampled_from([*KINDS, *FORBIDDEN]),
    lambda inner: st.one_of(_larger(inner), made("({}).__class__", inner), made("{}()", inner)),
    max_leaves=8,
)
TARGETS = st.sampled_from(
    ["x", "y", "z", "Score", "Any", "x, y", "x[0]", "x['a']", "x.a", "Rows[0].Name", "Any[0].list"]
)
ASSIGNMENTS = st.one_of(
    made("{} = {}", TARGETS, EXPRESSIONS),
    made("{} += {}", TARGETS.filter(lambda target: "," not in target), EXPRESSIONS),
    made("x.append({})", EXPRESSIONS),
    made("z.update({})", EXPRESSIONS),
    made("y = g({})", EXPRESSIONS),
    st.sampled_from(["break", "continue", "pass", "x = [x, x]", "z.a = z", "x.append(x)"]),
)
WILD_STATEMENTS = st.sampled_from(["import os", "global x", "del x", "return 1", "raise x", "x"])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _longer(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = inner.map(_indented)
    return st.one_of(
        made("{}\n{}", inner, inner),
        made("{}\n{}", inner, inner),
        made("if {}:\n{}\nelse:\n{}", EXPRESSIONS, block, block),
        made("for {} in {}:\n{}", TARGETS, EXPRESSIONS, block),
        made("while {}:\n{}", EXPRESSIONS, block),
    )


STATEMENTS = st.recursive(ASSIGNMENTS, _longer, max_leaves=6)
# What the statements read and write exists, and is of no known type.
PROLOGUE = """
def g(x):
    return [x, x]
x = [1, [2, 3]]
x = g(x)
y = {}
y = x
z = {}
z = {'a': 1}
Score = [x, y, z]
for _ in [1]:
"""


def attempt(
    compile_text: Callable[[], Callable[[], Value]],
) -> tuple[str, Value]:
    """What comes of a text: ("value", value) or ("error", message)."""
    try:
        return "value", compile_text()()
    except ExpressionError as error:
        return "error", str(error)


def try_formula(text: str) -> tuple[str, Value]:
    return attempt(lambda: lambda: LANGUAGES[""](text, KINDS).evaluate(INPUT))


def try_script(text: str) -> tuple[str, Value]:
    return attempt(lambda: lambda: SCRIPTS["python"](text, KINDS).run(INPUT))


def check_value(value: Value) -> None:
    """A value holds nothing but values, and is not too large."""
    weigh(Frame({}), value, 2 * RESULT_SIZE_MAX)
    waiting = [value]
    while waiting:
        found = waiting.pop()
        assert type(found) in PYTHON_TYPES.values()
        if isinstance(found, list | dict):
            waiting.extend(found.values() if isinstance(found, dict) else found)


@fuzz
@given(st.text())
@example("ｅval('1')")
@example("\ud800")
@example("(" * 300)
@example("'" * 7)
def test_any_text_gives_a_value_or_an_expression_error(text: str) -> None:
    try_formula(text)
    try_script(text)


@fuzz
@given(st.text(alphabet="xAmount0159.'\"[](){}=<>+-*/%:,# \n\t_\\fnotifeli", max_size=60))
def test_text_of_the_languages_own_letters_gives_a_value_or_an_expression_error(text: str) -> None:
    try_formula(text)
    try_script(text)


@fuzz
@given(EXPRESSIONS)
def test_any_expression_gives_a_plain_value_or_an_expression_error(text: str) -> None:
    before = copy.deepcopy(INPUT)

    outcome, value = try_formula(text)

    if outcome == "value":
        check_value(value)
    assert before == INPUT


@fuzz
@given(STATEMENTS)
def test_any_script_answers_declared_parameters_or_gives_an_expression_error(text: str) -> None:
    before = copy.deepcopy(INPUT)

    outcome, values = try_script(PROLOGUE + _indented(text))

    if outcome == "value":
        assert values.keys() <= KINDS.keys()
        for value in values.values():
            check_value(value)
    assert before == INPUT


@fuzz
@given(WILD, WILD_STATEMENTS)
def test_what_is_not_offered_is_refused_wherever_it_stands(text: str, statement: str) -> None:
    before = copy.deepcopy(INPUT)

    outcome, value = try_formula(text)
    try_script(f"Label = {text}\n{statement}")

    if outcome == "value":
        check_value(value)
    assert before == INPUT


@fuzz
@given(EXPRESSIONS)
def test_the_same_values_give_the_same_result(text: str) -> None:
    first, second = try_formula(text), try_formula(text)

    # The clock may end one of two runs that take long; everything else is the same.
    assert first == second or "seconds" in f"{first}{second}"


# No constants: what is always wrong is refused at deployment, even where Python never gets to it.
INTEGERS = st.sampled_from(
    [*("Amount", "(Amount - 21)", "(Amount - 20)", "(18 - Amount)", "len(Name)", "-Amount")]
)


def _python_too(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arithmetic = st.sampled_from(["+", "-", "*", "//", "%"])
    comparing = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    condition = made("{} {} {} {} {}", inner, comparing, inner, comparing, inner)
    return st.one_of(
        made("({} {} {})", inner, arithmetic, inner),
        made("({} if {} else {})", inner, condition, inner),
        made("({} and {} or {})", inner, inner, inner),
        made("[{}, {}, {}][{}]", inner, inner, inner, inner),
        made("sum([x + {} for x in range({}) if x % 2])", inner, INTEGERS),
        made("len(str({}) * {})", inner, INTEGERS),
        made("max({}, {})", inner, inner),
        made("min([{}, {}])", inner, inner),
        made("abs({})", inner),
        made("sorted([{}, {}, {}])[1]", inner, inner, inner),
        made("[x for x in [[y for y in range({})], [{}]]][1][0]", INTEGERS, inner),
        made("int(str({}))", inner),
        made("len('abc'[{}:{}])", inner, inner),
        made("(1 if {} in [{}, {}] else 0)", inner, inner, inner),
    )


@fuzz
@given(st.recursive(INTEGERS, _python_too, max_leaves=10))
def test_whole_numbers_are_computed_as_python_does(text: str) -> None:
    try:
        wanted = eval(text, dict(VALUES))
    except (ZeroDivisionError, IndexError):
        wanted = None

    outcome, value = try_formula(text)

    if wanted is None:
        assert outcome == "error"
    elif outcome == "error":
        assert "bits" in value
    else:
        assert value == wanted
