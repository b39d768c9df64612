"""DMN: decision models in XML in, compiled decisions out (DMN 1.1 to 1.6).

Rule: what is wrong with a file is found when it is read; evaluating is pure and bounded.
"""

from procession.dmn.evaluation import Result, evaluate, evaluate_decision
from procession.dmn.inputs import input_from_text
from procession.dmn.model import Decision, DecisionModel, DecisionService, InputData
from procession.dmn.reader import read

__all__ = [
    "Decision",
    "DecisionModel",
    "DecisionService",
    "InputData",
    "Result",
    "evaluate",
    "evaluate_decision",
    "input_from_text",
    "read",
]
