"""Expressions and scripts: small texts of a process's author that run inside a turn.

Rule: everything here is synchronous, pure and bounded in steps, memory and time; the one error that
leaves this folder is ExpressionError.
"""

from collections.abc import Callable, Mapping

from procession.core.model import Expression, Script
from procession.core.values import Kind
from procession.expressions.formula import compile_condition, compile_formula
from procession.expressions.script import compile_script

LANGUAGES: Mapping[str, Callable[[str, Mapping[str, Kind]], Expression]] = dict.fromkeys(
    ("", "formula", "python", "urn:procession:formula:1.0"), compile_formula
)
# The same languages, where only a Boolean makes sense: what gives none is refused at deployment.
CONDITIONS: Mapping[str, Callable[[str, Mapping[str, Kind]], Expression]] = dict.fromkeys(
    LANGUAGES, compile_condition
)
SCRIPTS: Mapping[str, Callable[[str, Mapping[str, Kind]], Script]] = dict.fromkeys(
    ("python", "text/x-python", "application/x-python"), compile_script
)

__all__ = ["CONDITIONS", "LANGUAGES", "SCRIPTS"]
