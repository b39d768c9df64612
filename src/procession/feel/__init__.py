"""FEEL, the expression language of DMN 1.3 and later (clause 10).

Rule: everything here is synchronous, pure and bounded in steps, memory and time; the one error that
leaves this folder is ExpressionError.
"""

from collections.abc import Callable, Mapping

from procession.core.model import Expression, Script
from procession.core.values import Kind
from procession.feel.budget import Budget, Frame
from procession.feel.exchange import from_feel, to_feel
from procession.feel.invoking import call, call_named, lend
from procession.feel.kinds import Builtin, Function, Parameter
from procession.feel.language import (
    LANGUAGE,
    Program,
    Tests,
    compile_feel,
    compile_program,
    compile_tests,
    compile_unary_tests,
)
from procession.feel.scope import UNKNOWN, Shape, shape_of
from procession.feel.script import compile_script
from procession.feel.typenames import TYPES, Type

# The names under which files ask for it: BPMN 2.0.2 §8.2.1, the namespaces of DMN's versions.
LANGUAGES: Mapping[str, Callable[[str, Mapping[str, Kind]], Expression]] = {
    LANGUAGE: compile_feel,
    "http://www.omg.org/spec/FEEL/20140401": compile_feel,
    "http://www.omg.org/spec/DMN/20180521/FEEL/": compile_feel,
    "https://www.omg.org/spec/DMN/20191111/FEEL/": compile_feel,
    "https://www.omg.org/spec/DMN/20211108/FEEL/": compile_feel,
    "https://www.omg.org/spec/DMN/20230324/FEEL/": compile_feel,
}
SCRIPTS: Mapping[str, Callable[[str, Mapping[str, Kind]], Script]] = dict.fromkeys(
    LANGUAGES, compile_script
)

__all__ = [
    "LANGUAGE",
    "LANGUAGES",
    "SCRIPTS",
    "TYPES",
    "UNKNOWN",
    "Budget",
    "Builtin",
    "Frame",
    "Function",
    "Parameter",
    "Program",
    "Shape",
    "Tests",
    "Type",
    "call",
    "call_named",
    "compile_feel",
    "compile_program",
    "compile_tests",
    "compile_unary_tests",
    "from_feel",
    "lend",
    "shape_of",
    "to_feel",
]
