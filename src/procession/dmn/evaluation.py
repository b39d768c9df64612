"""Evaluates decisions and services (DMN 1.5, 10.4).

Rule: a pure function of the model, the inputs and the moment. A decision is evaluated once in an
evaluation, after those that it requires; all of it shares one budget of steps, time and memory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from procession.core.values import Value, shown
from procession.dmn.functions import Formal, closure, function_value
from procession.dmn.logic import Notes, Visit
from procession.dmn.model import Decision, DecisionModel, DecisionService, InputData
from procession.dmn.names import hint
from procession.dmn.types import fitted
from procession.errors import DecisionError, ExpressionError, UnknownDecision
from procession.feel import Budget, Builtin, Frame, from_feel, to_feel
from procession.feel.budget import Refused


@dataclass(frozen=True, slots=True)
class Result:
    """What a decision came to. `warnings`: values that did not fit and became null, say."""

    value: Value
    warnings: tuple[str, ...] = ()


def evaluate_decision(model: DecisionModel, decision: str, values: Mapping[str, Value]) -> Value:
    """The value alone, as `evaluate` computes it."""
    return evaluate(model, decision, values).value


def evaluate(
    model: DecisionModel,
    wanted: str,
    values: Mapping[str, Value],
    *,
    moment: int | None = None,
    budget: Budget | None = None,
) -> Result:
    """What a decision or decision service comes to with these inputs, by their names or ids.

    `values` and the answer are values of a process. `moment` is what `now()` answers, in
    nanoseconds since 1970. Raises UnknownDecision, or DecisionError where it cannot be decided: a
    hit policy is broken, the budget ends, a function comes out.
    """
    found = model.find(wanted)
    if found is None:
        names = [one.caption for one in model.all]
        raise UnknownDecision(f"there is no decision {shown(wanted)}{hint(wanted, names)}")
    evaluation = _Evaluation(model, budget or Budget(moment))
    try:
        given = evaluation.given(found, values)
        answer = evaluation.decide(found, given)
        return Result(from_feel(evaluation.budget, answer), tuple(evaluation.notes.found))
    except (Refused, ExpressionError) as error:
        raise DecisionError(f"{found.caption}: {error}") from None
    except RecursionError:
        raise DecisionError(f"{found.caption}: functions call each other too deep") from None
    except (MemoryError, OverflowError):
        raise DecisionError(f"{found.caption}: the memory does not suffice") from None


@dataclass(slots=True)
class _Evaluation:
    """One evaluation: its budget, its notes, the functions made so far."""

    model: DecisionModel
    budget: Budget
    notes: Notes = field(default_factory=Notes)
    functions: dict[str, Builtin] = field(default_factory=dict)

    def given(
        self, found: Decision | DecisionService, values: Mapping[str, Value]
    ) -> dict[str, Value]:
        """The values of inputs, and of a service's input decisions, by id."""
        visit = self._visit({})
        model = self.model
        inputs: dict[str, InputData | Decision] = dict(model.inputs)
        if isinstance(found, DecisionService):
            inputs |= {id: model.decisions[id] for id in found.input_decisions}
        given: dict[str, Value] = {}
        wanted = self._required(found)
        for id, one in inputs.items():
            key = one.name if one.name in values else id
            if key in values:
                value = to_feel(self.budget, values[key])
                given[id] = fitted(visit, one.type, value, f"the input {one.name}")
            elif id in wanted:
                self.notes.add(f"the input {one.name} is not given; it is null")
        names = [one.name for one in inputs.values()]
        for name in values:
            if name not in names and name not in inputs:
                self.notes.add(f"there is no input {shown(name)}{hint(name, names)}")
        return {**dict.fromkeys(inputs), **given}

    def _required(self, found: Decision | DecisionService) -> set[str]:
        """All that is required, directly or not; through a service's border, nothing."""
        border = {*found.input_decisions} if isinstance(found, DecisionService) else set()
        seen: set[str] = set()
        waiting = [*found.outputs] if isinstance(found, DecisionService) else [found.id]
        while waiting:
            id = waiting.pop()
            if id not in seen:
                seen.add(id)
                if id not in border and id in self.model.decisions:
                    waiting += self.model.decisions[id].requires
        return seen

    def decide(self, found: Decision | DecisionService, known: Mapping[str, Value]) -> Value:
        """The value of a decision or service, when the values of some nodes are known by id."""
        if isinstance(found, Decision):
            return self._values([found.id], known)[found.id]
        values = self._values(found.outputs, known)
        answer: Value = values[found.outputs[0]]
        if len(found.outputs) > 1:
            answer = {self.model.decisions[id].name: values[id] for id in found.outputs}
        return fitted(self._visit({}), found.type, answer, f"the result of {found.caption}")

    def _values(self, wanted: Iterable[str], known: Mapping[str, Value]) -> dict[str, Value]:
        values = dict(known)
        for id in sorted(self._needed(wanted, known), key=self.model.ranks.__getitem__):
            values[id] = self._decision(self.model.decisions[id], values)
        return values

    def _needed(self, wanted: Iterable[str], known: Mapping[str, Value]) -> set[str]:
        needed: set[str] = set()
        waiting = list(wanted)
        while waiting:
            id = waiting.pop()
            if id in known or id in needed or id not in self.model.decisions:
                continue
            needed.add(id)
            waiting += self.model.decisions[id].requires
        self.budget.spend(1 + len(needed))
        return needed

    def _decision(self, decision: Decision, values: Mapping[str, Value]) -> Value:
        if decision.logic is None:
            self.notes.add(f"{decision.caption} has no logic; it is null")
            return None
        seen = {self._name(id): values.get(id) for id in decision.requires}
        return decision.logic.run(self._visit({**seen, **self._used(decision.uses)}))

    def _name(self, id: str) -> str:
        inputs, decisions = self.model.inputs, self.model.decisions
        return inputs[id].name if id in inputs else decisions[id].name

    def _used(self, ids: Iterable[str]) -> dict[str, Value]:
        functions = [self._function(id) for id in ids]
        return {function.name: function for function in functions}

    def _function(self, id: str) -> Builtin:
        """A knowledge model or service as a value."""
        if id not in self.functions:
            knowledge = self.model.knowledge.get(id)
            if knowledge is None:
                self.functions[id] = self._service(self.model.services[id])
            else:
                seen = self._visit(self._used(knowledge.uses))
                self.functions[id] = closure(knowledge.definition, seen)
        return self.functions[id]

    def _service(self, service: DecisionService) -> Builtin:
        """A service as a function: of its inputs first, then of its input decisions."""
        ids = [*service.inputs, *service.input_decisions]
        nodes: Mapping[str, InputData | Decision] = {**self.model.inputs, **self.model.decisions}
        formals = [Formal(nodes[id].name, nodes[id].type) for id in ids]

        def body(frame: Frame, given: list[Value]) -> Value:
            return self.decide(service, dict(zip(ids, given, strict=True)))

        return function_value(service.name, formals, self._visit({}), body)

    def _visit(self, values: Mapping[str, Value]) -> Visit:
        return Visit(Frame(values, self.budget), self.notes)
