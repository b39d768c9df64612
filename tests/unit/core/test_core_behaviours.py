"""The extension point: an element type is a dataclass, a behaviour and a line in the table."""

from dataclasses import dataclass

import pytest

from procession.core.behaviours import BEHAVIOURS
from procession.core.behaviours.tasks import ServiceTaskBehaviour
from procession.core.instance import ElementInstance, Status
from procession.core.model import ServiceTask, StartEvent
from procession.core.turn import Turn
from procession.core.values import Values
from tests.building import Draft, parameters_of, service
from tests.world import start


@dataclass(frozen=True, slots=True, kw_only=True)
class TwiceTask(ServiceTask):
    """Work whose answer is asked for a second time."""


class TwiceTaskBehaviour(ServiceTaskBehaviour):
    def resume(self, turn: Turn, element: ServiceTask, me: ElementInstance, values: Values) -> bool:
        super().resume(turn, element, me, values)
        if turn.values["N"] == 2:
            return True
        turn.create_job(element.kind, me.id, {})
        return False


def test_an_element_may_be_answered_several_times_before_it_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(BEHAVIOURS, TwiceTask, TwiceTaskBehaviour())
    draft = Draft("P", parameters_of("N: Integer = 0"))
    draft.connect(
        draft.add(StartEvent, "start"),
        draft.add(TwiceTask, "twice", detail=service(outputs={"n": "N"})),
    )
    run = start(draft.process())

    run.answer("twice", n=1)
    assert (run.alive, run.job("twice").id) == (["twice"], 2)

    run.answer("twice", n=2)
    assert run.status is Status.COMPLETED
