"""Tasks (BPMN 2.0.2 §13.3.3)."""

from procession.core.behaviours.base import Behaviour
from procession.core.changes import JobRetried
from procession.core.instance import ElementInstance
from procession.core.model import AbstractTask, ManualTask, ScriptTask, ServiceTask, UserTask
from procession.core.turn import Turn
from procession.core.values import Values


class AbstractTaskBehaviour(Behaviour[AbstractTask]):
    """An abstract task completes upon activation."""


class ManualTaskBehaviour(Behaviour[ManualTask]):
    """Done by people without the engine, which therefore has nothing to wait for."""


class UserTaskBehaviour(Behaviour[UserTask]):
    """Rests until somebody executes it."""

    def activate(self, turn: Turn, element: UserTask, me: ElementInstance) -> bool:
        return False

    def execute(self, turn: Turn, element: UserTask, me: ElementInstance, values: Values) -> bool:
        return self.resume(turn, element, me, values)


class ScriptTaskBehaviour(Behaviour[ScriptTask]):
    """Runs its script or formula in the turn: both are pure and have a budget."""

    def activate(self, turn: Turn, element: ScriptTask, me: ElementInstance) -> bool:
        if element.script is not None:
            turn.set_parameters(element.script.run(turn.values))
        if element.formula is not None and element.result is not None:
            turn.set_parameters({element.result: element.formula.evaluate(turn.values)})
        return True


class ServiceTaskBehaviour(Behaviour[ServiceTask]):
    """Asks for work outside and rests until it is answered."""

    def activate(self, turn: Turn, element: ServiceTask, me: ElementInstance) -> bool:
        turn.create_job(element.kind, me.id, turn.fill(element.inputs), element.retries.attempts)
        return False

    def resume(self, turn: Turn, element: ServiceTask, me: ElementInstance, values: Values) -> bool:
        turn.set_outputs(element.outputs, values)
        return True

    def execute(
        self, turn: Turn, element: ServiceTask, me: ElementInstance, values: Values
    ) -> bool:
        """A try that is put off is made now."""
        for number in me.jobs:
            job = turn.instance.jobs[number]
            # The timers on its boundary are jobs of its own, too.
            if not job.target and job.due_at is not None and job.due_at > turn.context.now:
                turn.record(JobRetried(number, turn.context.now, job.attempts_left))
        return False
