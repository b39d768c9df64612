"""JUEL as a language of processes: one `${…}`, or text with some in it.

Rule: a text is compiled once, at deployment. A text that is one `${…}` gives that value, whatever
its type; anything else gives a Text (JSR 341 §1.2). `#{…}` means the same.
"""

from collections.abc import Mapping

from procession.core.model import Expression, Script
from procession.core.values import Kind, Value, Values
from procession.errors import ExpressionError
from procession.expressions.budget import Frame
from procession.expressions.scope import Code, Run, constant
from procession.expressions.source import CAUGHT, Source, expression_errors_only, reason
from procession.expressions.types import TEXT
from procession.juel.coercions import to_text
from procession.juel.parser import Parser
from procession.juel.tokens import Part, parts_of

LANGUAGE = "juel"
# The name under which a script answers its own value.
SCRIPT_VALUE = ""


def compile_juel(text: str, kinds: Mapping[str, Kind]) -> Expression:
    """The expression that `text` writes, over variables of these kinds. Raises ExpressionError.

    A name that is not in `kinds` is refused; one whose value is not set is null.
    """
    return _expression(text, _compiled(text, kinds))


def compile_condition(text: str, kinds: Mapping[str, Kind]) -> Expression:
    """The same for a condition: it is refused if it never gives a Boolean. Raises ExpressionError.

    Whether what it gives is one, where that is not known beforehand, the engine asks.
    """
    code = _compiled(text, kinds)
    if code.type.name not in ("Boolean", "unknown"):
        hint = "write a comparison, such as ${amount > 5}"
        raise Source(text).error_at_offset(
            0, f"a condition is true or false, not {code.type}; {hint}"
        )
    return _expression(text, code)


def compile_script(text: str, kinds: Mapping[str, Kind]) -> Script:
    """A script of one expression, whose value is the script's own. Raises ExpressionError."""
    evaluate = compile_juel(text, kinds).evaluate

    def run(values: Mapping[str, Value]) -> Values:
        return {SCRIPT_VALUE: evaluate(values)}

    return Script(text=text, language=LANGUAGE, run=run)


@expression_errors_only()
def _compiled(text: str, kinds: Mapping[str, Kind]) -> Code:
    # What stands around it is the file's layout; places still count in the whole text.
    source = Source(text)
    parts = _trimmed(parts_of(text))
    if not parts:
        raise source.error_at_offset(0, "it is empty; write an expression such as ${amount > 5}")
    codes = [
        constant(part) if isinstance(part, str) else Parser(source, part, kinds).whole()
        for part in parts
    ]
    return codes[0] if len(codes) == 1 else _composite([code.run for code in codes])


def _trimmed(parts: list[Part]) -> list[Part]:
    """Without the blanks at both ends."""
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return [part for part in parts if part]


def _composite(runs: list[Run]) -> Code:
    def run(frame: Frame) -> Value:
        texts = [to_text(frame, part(frame)) for part in runs]
        frame.make_text(sum(map(len, texts)))
        return "".join(texts)

    return Code(run, TEXT)


def _expression(text: str, code: Code) -> Expression:
    run = code.run

    # No list and no row is made here: one that comes out stood in a variable, however large.
    def evaluate(values: Mapping[str, Value]) -> Value:
        try:
            return run(Frame(values))
        except CAUGHT as error:
            raise ExpressionError(reason(error)) from None

    return Expression(text=text, language=LANGUAGE, evaluate=evaluate)
