"""JavaScript as the language of script tasks, and of conditions that are scripts.

Rule: a script is pure. It sees the variables as globals and by `execution.getVariable`; what it
assigns to them, or sets by `execution.setVariable`, is its result, and under the key "" stands the
value of its last expression, if it has one.
"""

import json
import re
from collections.abc import Mapping

from procession.core.model import Expression, Script
from procession.core.values import Kind, Value, Values
from procession.errors import ExpressionError
from procession.javascript.exchange import answer_of, decoded, encoded

LANGUAGE = "javascript"
LENGTH_MAX = 100_000
# The name under which a script answers its own value.
SCRIPT_VALUE = ""

# Where one of these stands, a variable may be read whose name is not written out.
_BY_NAME = re.compile(r"\b(?:execution|globalThis|this|eval|Function|constructor)\b|\\u")
_PLACE = re.compile(r"<input>:([0-9]+):([0-9]+)")
# A script is read behind a line of our own.
_LINES_BEFORE = 1


def compile_script(text: str, kinds: Mapping[str, Kind]) -> Script:
    """The script that `text` writes, over variables of these kinds. Raises ExpressionError.

    Whether it can be read is known at deployment, with line and column; a name that nobody declared
    is an error when it is reached, as always in JavaScript.
    """
    _check(text)
    names, by_name = frozenset(kinds), _BY_NAME.search(text) is not None

    def run(values: Mapping[str, Value]) -> Values:
        seen = [name for name in names.union(values) if by_name or name in text]
        return _result(_answer(text, {name: values.get(name) for name in sorted(seen)}))

    return Script(text=text, language=LANGUAGE, run=run)


def compile_expression(text: str, kinds: Mapping[str, Kind]) -> Expression:
    """A script whose value is asked for, such as a condition; it assigns nothing."""
    run = compile_script(text, kinds).run

    def evaluate(values: Mapping[str, Value]) -> Value:
        return run(values).get(SCRIPT_VALUE)

    return Expression(text=text, language=LANGUAGE, evaluate=evaluate)


def _check(text: str) -> None:
    if not text.strip():
        raise ExpressionError("it is empty; write statements such as total = amount * 2;", 1, 1)
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"{len(text)} characters; {LENGTH_MAX} are allowed")
    answer = _asked({"source": text, "check": True})
    if "failed" in answer:
        raise _failure(answer, _LINES_BEFORE)


def _answer(text: str, values: Values) -> Values:
    given = {name: encoded(name, value) for name, value in values.items()}
    answer = _asked({"source": text, "values": given})
    if "failed" in answer:
        raise _failure(answer)
    return answer


def _asked(request: Values) -> Values:
    # Reading the engine takes a while: whoever runs no JavaScript never waits for it.
    from procession.javascript.sandbox import sandbox

    try:
        code = f"procession({json.dumps(json.dumps(request))})".encode()
    except (ValueError, RecursionError):
        raise ExpressionError("its variables cannot be given to JavaScript") from None
    return answer_of(sandbox().run(code))


def _result(answer: Values) -> Values:
    result = {name: decoded(name, value) for name, value in answer["assigned"].items()}
    if answer["own"]:
        result[SCRIPT_VALUE] = decoded("the script's value", answer["own"][0])
    return result


def _failure(answer: Values, lines_before: int = 0) -> ExpressionError:
    """What the script threw, with the line and column of its text."""
    message = str(answer["failed"]).removeprefix("Error: ")[:1000]
    place = _PLACE.search(str(answer["place"]))
    if place is None:
        return ExpressionError(message)
    return ExpressionError(message, max(int(place[1]) - lines_before, 1), max(int(place[2]), 1))
