"""Tasks (BPMN 2.0.2 §13.3.3)."""

from procession.core.behaviours.base import Behaviour
from procession.core.catching import begin_waits, waits_for
from procession.core.changes import JobRetried
from procession.core.instance import ElementInstance
from procession.core.model import (
    AbstractTask,
    ManualTask,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    UserTask,
)
from procession.core.throwing import send
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
            turn.assign(me.id, assigned(element, element.script.run(turn.visible(me.id))))
        if element.formula is not None and element.result is not None:
            turn.assign(me.id, {element.result: element.formula.evaluate(turn.visible(me.id))})
        return True


def assigned(task: ScriptTask, answer: Values) -> Values:
    """What a script has assigned; its own value goes into the variable that the task names."""
    values = {name: value for name, value in answer.items() if name}
    return {**values, task.result: answer.get("")} if task.result is not None else values


class ServiceTaskBehaviour(Behaviour[ServiceTask]):
    """Asks for work outside and rests until it is answered."""

    def activate(self, turn: Turn, element: ServiceTask, me: ElementInstance) -> bool:
        inputs = turn.fill(element.inputs, me.id)
        turn.create_job(element.kind, me.id, inputs, element.retries.attempts)
        return False

    def resume(self, turn: Turn, element: ServiceTask, me: ElementInstance, values: Values) -> bool:
        if element.all_outputs:
            turn.assign_known(me.id, values)
        turn.assign_outputs(me.id, element.outputs, values)
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


class SendTaskBehaviour(Behaviour[SendTask]):
    """Sends its message and is done; it does not wait until somebody takes it."""

    def activate(self, turn: Turn, element: SendTask, me: ElementInstance) -> bool:
        return send(turn, me, element.message)


class ReceiveTaskBehaviour(Behaviour[ReceiveTask]):
    """Rests until its message comes; a caller may say that it has come."""

    def activate(self, turn: Turn, element: ReceiveTask, me: ElementInstance) -> bool:
        begin_waits(turn, waits_for(turn, me, element))
        return False

    def execute(
        self, turn: Turn, element: ReceiveTask, me: ElementInstance, values: Values
    ) -> bool:
        return self.resume(turn, element, me, values)
