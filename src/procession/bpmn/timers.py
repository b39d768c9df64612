"""What a timer's text says: an ISO 8601 text, a cron pattern, or an expression that gives one of
them (clause 10.5.5.8), and the time zone whose clocks it speaks of.

Rule: a text that may stand there for this timer is a constant, whatever type the file gives it, for
every modeler writes it so; any other is an expression. What can be known when the file is read is
checked then: an expression that names no parameter is evaluated.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from lxml.etree import _Element

from procession.bpmn.document import check_children
from procession.bpmn.extensions import tag
from procession.bpmn.forms import TIME_ZONE, one_line
from procession.bpmn.problems import Problems
from procession.bpmn.texts import Compiler
from procession.bpmn.vocabulary import TIMES, model, name_of
from procession.core.model import Expression, TimerEventDefinition, TimerKind
from procession.core.schedules import schedule
from procession.core.values import Value
from procession.core.zones import DEFAULT_ZONE
from procession.errors import ExpressionError

_KINDS = dict(zip(TIMES, (TimerKind.DATE, TimerKind.DURATION, TimerKind.CYCLE), strict=True))
_TAGS = tuple(map(model, TIMES))
# Only whether there is a moment is asked, so any moment will do to count from.
_SOME_MOMENT = datetime(2026, 1, 31, tzinfo=UTC)
# For an event that was refused.
NO_TIMER = TimerEventDefinition(TimerKind.DURATION, Expression("", "", lambda values: None))


def read_timer(definition: _Element, compiler: Compiler) -> TimerEventDefinition:
    """The timer of a timerEventDefinition."""
    check_children(definition, compiler.problems)
    times = list(definition.iterchildren(*_TAGS))
    if len(times) != 1:
        message = f"the timer has {len(times) or 'none'} of {', '.join(TIMES)}; write one of them"
        compiler.problems.add("no-timer", message, definition)
        return NO_TIMER
    time = times[0]
    check_children(time, compiler.problems)
    kind = _KINDS[name_of(time)]
    zone = _zone(definition)
    return TimerEventDefinition(kind, _when(time, kind, zone, compiler), zone)


def _zone(definition: _Element) -> str:
    """The timer's own time zone, or that of its process; UTC where neither names one."""
    for element in (definition, *definition.iterancestors(model("process"))):
        name = element.get(tag("timeZone"), "")
        if name.strip():
            return DEFAULT_ZONE if TIME_ZONE.check(name) else name  # That is refused elsewhere.
    return DEFAULT_ZONE


def _when(time: _Element, kind: TimerKind, zone: str, compiler: Compiler) -> Expression:
    text = (time.text or "").strip()
    constant = Expression(text, "", _Always(text))
    wrong = _wrong(constant, kind, zone)
    if wrong is None:
        return constant
    if not text:
        _refuse(time, wrong, compiler.problems)
        return constant
    try:
        expression = compiler.attempt(time) or constant
    except ExpressionError as error:
        _refuse(time, f"{wrong}; nor is it an expression: {error}", compiler.problems)
        return constant
    if compiler.is_fixed(time) and (wrong := _wrong(expression, kind, zone)):
        _refuse(time, wrong, compiler.problems)
    return expression


class _Always:
    """Evaluates to one text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, values: Mapping[str, Value]) -> Value:
        return self.text


def _wrong(when: Expression, kind: TimerKind, zone: str) -> str | None:
    """Why no moment can be found, for an expression that needs no values."""
    try:
        schedule(TimerEventDefinition(kind, when, zone), when.evaluate({}), _SOME_MOMENT)
    except ExpressionError as error:
        return str(error)
    return None


def _refuse(time: _Element, wrong: str, problems: Problems) -> None:
    problems.add("bad-timer", f"{name_of(time)}: {one_line(wrong)}", time)
