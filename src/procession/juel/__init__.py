"""JUEL: `${…}` as files for Camunda 7, Flowable and Activiti write it (Unified EL, JSR 341).

Rule: a text reads variables and calculates; it has no beans and changes nothing. What would call
Java is refused by name at deployment. The one error that leaves this folder is ExpressionError.
"""

from collections.abc import Callable, Mapping

from procession.core.model import Expression, Script
from procession.core.values import Kind
from procession.juel.language import LANGUAGE, compile_condition, compile_juel, compile_script

# No file names it by a URI: those vendors' files say XPath, the default, and mean this.
LANGUAGES: Mapping[str, Callable[[str, Mapping[str, Kind]], Expression]] = {LANGUAGE: compile_juel}
# The same, where only a Boolean makes sense: what never gives one is refused at deployment.
CONDITIONS: Mapping[str, Callable[[str, Mapping[str, Kind]], Expression]] = {
    LANGUAGE: compile_condition
}
SCRIPTS: Mapping[str, Callable[[str, Mapping[str, Kind]], Script]] = {LANGUAGE: compile_script}

__all__ = ["CONDITIONS", "LANGUAGE", "LANGUAGES", "SCRIPTS"]
