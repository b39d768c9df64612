"""FEEL in script tasks: a context whose entries are assigned, or one value.

Rule: a script that is written as a context, `{Total: 5, Tax: Total * 0.2}`, assigns its entries to
the variables of these names; an entry of another name is the script's own. Under the key "" stands
the value of the whole, for whoever asks for the script's result.
"""

from collections.abc import Mapping, Sequence

from procession.core.model import Script
from procession.core.values import Kind, Value, Values
from procession.feel.language import LANGUAGE, compile_feel
from procession.feel.tokens import Token, tokens_of

# The name under which a script answers its own value.
SCRIPT_VALUE = ""


def compile_script(text: str, kinds: Mapping[str, Kind]) -> Script:
    """The script that `text` writes, over variables of these kinds. Raises ExpressionError."""
    evaluate = compile_feel(text, kinds).evaluate
    assigning = _is_context(tokens_of(text))

    def run(values: Mapping[str, Value]) -> Values:
        value = evaluate(values)
        if not (assigning and isinstance(value, dict)):
            return {SCRIPT_VALUE: value}
        return {**{name: value[name] for name in value if name in kinds}, SCRIPT_VALUE: value}

    return Script(text=text, language=LANGUAGE, run=run)


def _is_context(tokens: Sequence[Token]) -> bool:
    """Whether the brace that the text begins with ends with the text."""
    depth = 0
    for at, token in enumerate(tokens):
        if token.kind == "symbol":
            depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return at > 0 and tokens[at + 1].kind == "end"
    return False
