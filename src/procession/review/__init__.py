"""What may go wrong with a process, found before it is deployed and without its values.

`check_soundness`: can every instance end? Each scope is searched by itself: a sub-process is one
element for the scope around it. `check_drawing`: what a modeler is told about a drawing.
"""

from procession.review.finding import Finding
from procession.review.lint import RULES, check_drawing
from procession.review.soundness import check_soundness

__all__ = ["RULES", "Finding", "check_drawing", "check_soundness"]
