"""JavaScript in script tasks: QuickJS in WebAssembly, without a way out.

Rule: everything here is synchronous, pure and bounded in instructions and memory; the one error
that leaves this folder is ExpressionError. The engine is read when the first script is compiled.
"""

from collections.abc import Callable, Mapping

from procession.core.model import Expression, Script
from procession.core.values import Kind
from procession.javascript.language import LANGUAGE, compile_expression, compile_script

_NAMES = (
    *(LANGUAGE, "JavaScript", "js", "ecmascript", "ECMAScript"),
    *("application/javascript", "text/javascript"),
    *("application/ecmascript", "text/ecmascript"),
)
LANGUAGES: Mapping[str, Callable[[str, Mapping[str, Kind]], Expression]] = dict.fromkeys(
    _NAMES, compile_expression
)
SCRIPTS: Mapping[str, Callable[[str, Mapping[str, Kind]], Script]] = dict.fromkeys(
    _NAMES, compile_script
)

__all__ = ["LANGUAGE", "LANGUAGES", "SCRIPTS"]
