"""What each element does when a token gets there (§13.3 to §13.5)."""

from collections.abc import Callable, Mapping
from typing import Any

from procession.core.model import (
    AbstractTask,
    Activity,
    AdHocSubProcess,
    BusinessRuleTask,
    CallActivity,
    ComplexGateway,
    Element,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    ParallelGateway,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    Transaction,
    UserTask,
)
from tests.simulation.interpreter.activities import open_variables
from tests.simulation.interpreter.ad_hoc import begin_ad_hoc
from tests.simulation.interpreter.board import Visit, Wait, Work
from tests.simulation.interpreter.game import MISTAKES, Game
from tests.simulation.interpreter.gateways import pass_complex
from tests.simulation.interpreter.leaving import leave
from tests.simulation.interpreter.rounds import begin_loop, begin_round
from tests.simulation.interpreter.throwing import send, throw_all
from tests.simulation.interpreter.waiting import waits_for, waits_of


def work(game: Game, visit: Visit) -> None:
    """The element does what it does, and is left if that is all."""
    element = game.element(visit)
    try:
        done = _begin(game, element, visit)
    except MISTAKES as error:
        game.fail(visit, error.code)
        return
    if done:
        leave(game, visit)


def _begin(game: Game, element: Element, visit: Visit) -> bool:
    if not isinstance(element, Activity):
        return _WORK[type(element)](game, element, visit)
    if element.loop is not None and not visit.is_round:
        return begin_loop(game, element, visit)
    if visit.is_round:
        begin_round(game, element, visit)
    return _begin_once(game, element, visit)


def _begin_once(game: Game, element: Activity, visit: Visit) -> bool:
    """An activity, or one round of it: what it waits for beside its work begins with it."""
    process = game.process
    waiting = any(wait.target for wait in visit.waits)
    waits: list[Wait] = []
    if not waiting and not visit.is_round:
        waits = waits_of(game, visit, (each.id for each in process.boundaries.get(element.id, ())))
    open_variables(game, element, visit)
    if not waiting and isinstance(element, SubProcess):
        waits += waits_of(game, visit, process.event_starts.get(element.id, ()))
    if _WORK[type(element)](game, element, visit):
        return True
    game.wait(visit, waits)
    return False


def _nothing(game: Game, element: Element, visit: Visit) -> bool:
    return True


def _user(game: Game, element: UserTask, visit: Visit) -> bool:
    return False


def _script(game: Game, element: ScriptTask, visit: Visit) -> bool:
    if element.script is not None:
        answer = element.script.run(game.visible(visit))
        values = {name: value for name, value in answer.items() if name}
        if element.result is not None:
            values[element.result] = answer.get("")
        game.assign(visit, values)
    if element.formula is not None and element.result is not None:
        game.assign(visit, {element.result: element.formula.evaluate(game.visible(visit))})
    return True


def _service(game: Game, element: ServiceTask, visit: Visit) -> bool:
    visit.work = Work(element.kind, game.fill(element.inputs, visit), element.retries.attempts)
    return False


def _call(game: Game, element: CallActivity, visit: Visit) -> bool:
    given = {each.target: game.fill(each.value, visit) for each in element.inputs}
    visit.work = Work("call", {"process": element.called, "given": given}, 1)
    return False


def _sub_process(game: Game, element: SubProcess, visit: Visit) -> bool:
    game.enter(visit)
    return False


def _send(game: Game, element: SendTask, visit: Visit) -> bool:
    return send(game, visit, element.message)


def _throw(game: Game, element: EndEvent | IntermediateThrowEvent, visit: Visit) -> bool:
    return throw_all(game, visit, element.definitions)


def _catch(game: Game, element: Element, visit: Visit) -> bool:
    game.wait(visit, waits_for(game, visit, element))
    return False


def _event_gateway(game: Game, element: EventBasedGateway, visit: Visit) -> bool:
    targets = (game.process.flows[flow].target for flow in element.outgoing)
    game.wait(visit, waits_of(game, visit, targets))
    return False


_WORK: Mapping[type[Any], Callable[[Game, Any, Visit], bool]] = {
    AbstractTask: _nothing,
    AdHocSubProcess: begin_ad_hoc,
    ComplexGateway: pass_complex,
    ManualTask: _nothing,
    StartEvent: _nothing,
    ExclusiveGateway: _nothing,
    InclusiveGateway: _nothing,
    ParallelGateway: _nothing,
    UserTask: _user,
    ScriptTask: _script,
    ServiceTask: _service,
    BusinessRuleTask: _service,
    CallActivity: _call,
    SubProcess: _sub_process,
    Transaction: _sub_process,
    SendTask: _send,
    ReceiveTask: _catch,
    EndEvent: _throw,
    IntermediateThrowEvent: _throw,
    IntermediateCatchEvent: _catch,
    EventBasedGateway: _event_gateway,
}
