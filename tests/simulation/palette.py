"""What the elements of random processes do: which values they set, what they catch and throw.

All processes share the same parameters and the same few names of messages, signals, errors and
escalations, so that what one throws another may catch. `A` takes answers of outside work only, each
of which is a number of its own.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from procession.core.model import (
    CallActivity,
    Element,
    EndEvent,
    ErrorEventDefinition,
    EscalationEventDefinition,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ReceiveTask,
    Retries,
    ScriptTask,
    SendTask,
    ServiceTask,
    SubProcess,
    TimerKind,
    Transaction,
    UserTask,
)
from procession.core.values import Values
from tests.details import (
    Definition,
    Detail,
    Kinds,
    activated,
    ad_hoc,
    call,
    catch,
    compensation,
    condition,
    error,
    escalation,
    formula,
    having,
    message,
    parameters_of,
    receive,
    script,
    send,
    service,
    signal,
    throw,
    timer,
)
from tests.looping import each, repeated

PARAMETERS = parameters_of("N: Integer = 1, B: Boolean = False, T: Text, D: Decimal, A: Integer")
CONDITIONS = ("N > 2", "N % 2 == 0", "N < 4", "B", "not B", "T == 'x'", "6 // N > 1")
KINDS = tuple((code, parameter.kind) for code, parameter in PARAMETERS.items())
THROWN_WITHIN = (ErrorEventDefinition, EscalationEventDefinition)
SAFE_CONDITIONS = ("B == True", "B != True", "T == 'x'")
SCRIPTS = ("N = N + 1", "B = not B", "N = N * 3", "N = 7 // N", "T = 'x'", "N = N + 1\nB = N > 2")
FORMULAS = (("D", "N * 1.5"), ("B", "N > 1"), ("N", "N - 1"), ("T", "'x' if B else 'y'"))
MESSAGES = ("Order", "Payment")
SIGNALS = ("Alarm", "Calm")
ERRORS = ("Broken", "Late")
ESCALATIONS = ("Over", "Under")
PAYLOADS: tuple[Mapping[str, str], ...] = ({}, {"N": "N + 1"}, {"N": "T"}, {"B": "not B"})
OUTPUTS: tuple[Mapping[str, str], ...] = ({}, {}, {"N": "N"}, {"B": "B"})
KEYS = (None, None, None, "N % 2")


def given_first(random: Random) -> Values:
    """What a run is started with."""
    return {"N": random.randint(0, 6), "B": random.random() < 0.5}


def given(random: Random) -> Values:
    """What somebody gives; `Z` is no parameter."""
    values = given_first(random) | {"T": random.choice(("x", "y")), "Z": 1}
    names = random.sample(list(values), random.randint(0, 2))
    return {name: values[name] for name in names}


class Palette:
    """Random details. `callable_`: the processes that may be called."""

    def __init__(self, random: Random, callable_: list[str]) -> None:
        self.random = random
        self.callable = callable_

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def condition(self) -> str:
        return self.random.choice(CONDITIONS)

    def of(self, kind: type[Element]) -> Detail | None:
        """What an element of the kind does, and how often."""
        detail = self.plain(kind)
        if kind in LOOPED and self.chance(0.12):
            detail = self._looped(detail or _nothing)
        if kind in LOOPED and self.chance(0.1):
            detail = self._own_variables(detail)
        return detail

    def plain(self, kind: type[Element]) -> Detail | None:
        """The same, once."""
        described = _DETAILS.get(kind)
        return None if described is None else described(self)

    # -- tasks ------------------------------------------------------------------------------------

    def _service(self) -> Detail:
        retries = Retries(self.random.randint(1, 3), delay_seconds=10.0)
        return service(inputs={"n": "N"}, outputs={"a": "A"}, retries=retries)

    def _call(self) -> Detail:
        inputs: Mapping[str, str] = self.random.choice(({}, {"N": "N + 1"}, {"N": "T"}))
        outputs: Mapping[str, str] = self.random.choice(({}, {"N": "N", "B": "B"}))
        return call(self.random.choice(self.callable), inputs=inputs, outputs=outputs)

    def _script(self) -> Detail:
        if self.chance(0.5):
            return formula(*self.random.choice(FORMULAS))
        return script(self.random.choice(SCRIPTS))

    def _send(self) -> Detail:
        return send(self._message())

    def _receive(self) -> Detail:
        return receive(self._message())

    def _own_variables(self, detail: Detail | None) -> Detail:
        """A variable that hides the process's own of the same name, N."""
        before: Mapping[str, str] = self.random.choice(({}, {"N": "N + 1"}, {"N": "T"}))
        after: Mapping[str, str] = self.random.choice(({}, {"N": "N"}, {"D": "N * 2"}))
        default = self.random.choice(("", " = 2", " = N + 1"))
        return having(f"N: Integer{default}", before=before, after=after, doing=detail)

    def _looped(self, detail: Detail) -> Detail:
        random = self.random
        if self.chance(0.35):
            return repeated(
                detail,
                while_=random.choice((None, "N < 4", "loopCounter < 3", "6 // N > 1")),
                test_before=self.chance(0.5),
                maximum=random.choice((0, 1, 2, 3)),
            )
        times = {"cardinality": random.choice(("2", "N % 4", "3", "N - 2"))}
        items = {"items": random.choice(("[1, N, 3]", "[]", "[B]", "T")), "item": "item"}
        conditions = (None, None, "numberOfCompletedInstances >= 2", "N > 3", "loopCounter == 2")
        described: dict[str, Any] = random.choice((times, items))
        return each(
            detail,
            until=random.choice(conditions),
            output=random.choice((None, ("T", "T"), ("N", "N + loopCounter"))),
            sequential=self.chance(0.5),
            first_counter=random.choice((0, 1)),
            **described,
        )

    # -- events -----------------------------------------------------------------------------------

    def _message(self) -> Definition:
        return message(
            self.random.choice(MESSAGES),
            key=self.random.choice(KEYS),
            payload=self.random.choice(PAYLOADS),
            outputs=self.random.choice(OUTPUTS),
        )

    def _signal(self) -> Definition:
        return signal(
            self.random.choice(SIGNALS),
            payload=self.random.choice(PAYLOADS),
            outputs=self.random.choice(OUTPUTS),
        )

    def _timer(self, *, repeats: bool = False) -> Definition:
        if repeats and self.chance(0.8):
            return timer(f"R{self.random.randint(2, 3)}/PT20S", TimerKind.CYCLE)
        return timer(f"PT{self.random.choice((5, 30, 600))}S")

    def _condition(self) -> Definition:
        return condition(self.condition())

    def _error(self, *, caught: bool = False) -> Definition:
        codes = (*ERRORS, None) if caught else ERRORS
        payload = {} if caught else self.random.choice(PAYLOADS)
        return error(self.random.choice(codes), payload=payload)

    def _escalation(self, *, caught: bool = False) -> Definition:
        codes = (*ESCALATIONS, None) if caught else ESCALATIONS
        payload = {} if caught else self.random.choice(PAYLOADS)
        return escalation(self.random.choice(codes), payload=payload)

    def failing(self) -> Detail:
        return throw(self._error())

    def error_caught(self) -> tuple[Definition, ...]:
        return (self._error(caught=True),)

    def caught(
        self, *, around: bool, interrupting: bool = True, safe: bool = False
    ) -> tuple[Definition, ...]:
        """What an event catches. `around` an activity or a scope, errors and escalations, too.

        `safe`: whether it can be waited for does not depend on values.
        """
        kinds = self._caught_safely if safe else self._one_caught
        return tuple(kinds(around, interrupting) for _ in range(self._several()))

    def _caught_safely(self, around: bool, interrupting: bool) -> Definition:
        kinds: list[Callable[[], Definition]] = [
            lambda: message(self.random.choice(MESSAGES), outputs=self.random.choice(OUTPUTS)),
            *(self._signal, lambda: condition(self.random.choice(SAFE_CONDITIONS))),
            self._timer,
        ]
        if around:
            kinds.append(lambda: self._escalation(caught=True))
        if around and interrupting:
            kinds.append(lambda: self._error(caught=True))
        return self.random.choice(kinds)()

    def _several(self) -> int:
        return self.random.choice((1, 1, 1, 2))

    def _one_caught(self, around: bool, interrupting: bool) -> Definition:
        kinds: list[Callable[[], Definition]] = [
            *(self._message, self._signal, self._condition, self._condition),
            lambda: self._timer(repeats=not interrupting),
        ]
        if around and not interrupting:
            kinds += [lambda: self._timer(repeats=True)]
        if around:
            kinds += [lambda: self._escalation(caught=True)] * 2
        if around and interrupting:
            kinds += [lambda: self._error(caught=True)] * 5
        return self.random.choice(kinds)()

    def _catch(self) -> Detail:
        definitions = self.caught(around=False)
        return catch(*definitions, parallel=self.all_needed(definitions))

    def all_needed(self, definitions: tuple[Definition, ...]) -> bool:
        """Whether all of several must come: not where one is an error or an escalation."""
        errors = [isinstance(each(KINDS), THROWN_WITHIN) for each in definitions]
        return len(definitions) > 1 and not any(errors) and self.chance(0.6)

    def _thrown(self, kinds: list[Callable[[], Definition]]) -> tuple[Definition, ...]:
        return tuple(self.random.choice(kinds)() for _ in range(self._several()))

    def _throw(self) -> Detail | None:
        if self.chance(0.2):
            return None
        return throw(*self._thrown([self._message, self._signal, self._escalation]))

    def _end(self) -> Detail | None:
        if self.chance(0.5):
            return None
        kinds = [self._message, self._signal, self._escalation, self._error, self._error]
        return throw(*self._thrown(kinds))

    # -- what scopes do ---------------------------------------------------------------------------

    def undoing(self, activity: str | None) -> Detail:
        return throw(compensation(activity, wait=self.chance(0.7)))

    def ad_hoc(self, begun: list[str]) -> Detail:
        """`begun`: what may begin by itself."""
        names = self.random.sample(begun, self.random.randint(0, len(begun)))
        listed = "[" + ", ".join(repr(name) for name in names) + "]"
        return ad_hoc(
            sequential=self.chance(0.4),
            until=self.random.choice((None, None, *CONDITIONS)),
            cancel_remaining=self.chance(0.5),
            begin_with=self.random.choice((None, listed, listed)),
        )

    def complex(self) -> Detail | None:
        counts = ("activationCount >= 2", "activationCount == 3", "activationCount > N", "B")
        condition = self.random.choice((None, *counts))
        return None if condition is None else activated(condition)


def _nothing(kinds: Kinds) -> dict[str, object]:
    return {}


LOOPED = (
    *(UserTask, ScriptTask, ServiceTask, CallActivity, SendTask, ReceiveTask),
    *(SubProcess, Transaction),
)
_DETAILS: Mapping[type[Element], Callable[[Palette], Detail | None]] = {
    ServiceTask: Palette._service,
    CallActivity: Palette._call,
    ScriptTask: Palette._script,
    SendTask: Palette._send,
    ReceiveTask: Palette._receive,
    IntermediateCatchEvent: Palette._catch,
    IntermediateThrowEvent: Palette._throw,
    EndEvent: Palette._end,
}
