"""Error events, thrown by end events, work outside and called processes (BPMN 2.0.2 §13.5.5)."""

from uuid import UUID

from procession.core.changes import Parent
from procession.core.commands import ThrowError
from procession.core.ids import JobId
from procession.core.instance import Status
from procession.core.turn import CANCEL_CHILD_JOB, RETURN_ERROR_JOB
from procession.errors import UncaughtError
from tests.spec.snippets import Run, chain, service, sub, user
from tests.unit.bpmn.notation import boundary, definitions, flow, timer

ERRORS = '<error id="Sold" errorCode="sold"/><error id="Lost" errorCode="lost"/>'
BEGIN = '<startEvent id="start"/>'
ANY = "<errorEventDefinition/>"
SOLD = '<errorEventDefinition errorRef="Sold"/>'
LOST = '<errorEventDefinition errorRef="Lost"/>'
PARENT = Parent(UUID(int=1), JobId(1), 1)


def run_of(*content: str, called_by: Parent | None = None) -> Run:
    xml = definitions(f'{ERRORS}<process id="P">{"".join(content)}</process>')
    return Run(xml, called_by=called_by)


def throws(name: str = "thrown", error: str = SOLD) -> str:
    return f'<endEvent id="{name}">{error}</endEvent>'


def caught(definition: str, on: str, to: str) -> str:
    """Catches on the activity `on` and leads to a user task `to`."""
    event = f'<boundaryEvent id="at_{to}" attachedToRef="{on}">{definition}</boundaryEvent>'
    return event + user(to) + flow(f"to_{to}", f"at_{to}", to)


# A sub-process that throws once its task `try` is executed, with another task at work.
BOX = sub("box", user("try", "other"), throws(), chain("try", "thrown"))
START = BEGIN + chain("start", "box")


def test_an_error_end_event_is_caught_on_the_boundary_of_its_sub_process() -> None:
    """BPMN 2.0.2 §13.5.6: the error is thrown to the innermost enclosing scope that catches it."""
    run = run_of(START, BOX, caught(SOLD, "box", "repair"), user("after"), chain("box", "after"))

    run.execute("try")

    assert run.alive == ["repair"]


def test_what_else_is_active_in_the_sub_process_is_terminated() -> None:
    """BPMN 2.0.2 §10.5.6: an error always interrupts."""
    deep = sub("deep", service("call"))
    box = sub("box", user("try"), deep, throws(), chain("try", "thrown"))
    run = run_of(
        START, box, boundary(timer("PT1H")).replace("host", "box"), caught(ANY, "box", "r")
    )
    assert run.alive == ["box", "try", "deep", "call"]

    run.execute("try")

    assert (run.alive, run.jobs()) == (["r"], [])


def test_tokens_on_their_way_in_the_sub_process_are_gone() -> None:
    """BPMN 2.0.2 §10.5.6."""
    box = sub(
        "box", '<task id="fork"/>', throws(), user("a"), chain("fork", "thrown"), chain("fork", "a")
    )
    run = run_of(START, box, caught(SOLD, "box", "repair"))

    assert (run.alive, run.visits("a")) == (["repair"], 0)


def test_the_innermost_activity_that_catches_the_error_does() -> None:
    """BPMN 2.0.2 §13.5.6."""
    outer = sub("outer", BOX, caught(SOLD, "box", "near"))
    run = run_of(BEGIN, outer, chain("start", "outer"), caught(SOLD, "outer", "far"))

    run.execute("try")

    assert run.alive == ["outer", "near"]


def test_an_error_passes_by_events_for_other_errors() -> None:
    """BPMN 2.0.2 §10.5.5.4: an event with a code catches the errors of that code."""
    outer = sub("outer", BOX, caught(LOST, "box", "near"))
    run = run_of(BEGIN, outer, chain("start", "outer"), caught(SOLD, "outer", "far"))

    run.execute("try")

    assert run.alive == ["far"]


def test_an_event_without_a_code_catches_every_error() -> None:
    """BPMN 2.0.2 §10.5.5.4."""
    run = run_of(START, BOX, caught(ANY, "box", "repair"))

    run.execute("try")

    assert run.alive == ["repair"]


def test_the_event_that_names_the_error_goes_before_the_one_that_catches_all() -> None:
    """Ours: whatever their order in the file."""
    for events in ((ANY, "every"), (SOLD, "sold")), ((SOLD, "sold"), (ANY, "every")):
        run = run_of(START, BOX, *(caught(definition, "box", to) for definition, to in events))

        run.execute("try")

        assert run.alive == ["sold"]


def test_an_error_of_work_outside_is_caught_on_its_task() -> None:
    """BPMN 2.0.2 §10.5.6; the work says which error it is."""
    content = BEGIN + service("host") + chain("start", "host")
    run = run_of(content, caught(LOST, "host", "lost"), caught(SOLD, "host", "sold"))

    run.throw("host", "sold")

    assert (run.alive, run.jobs()) == (["sold"], [])


def test_an_error_of_work_outside_is_caught_on_a_sub_process_around_it() -> None:
    """BPMN 2.0.2 §13.5.6."""
    box = sub("box", service("host"), user("other"))
    run = run_of(START, box, caught(SOLD, "box", "repair"))

    run.throw("host", "sold")

    assert run.alive == ["repair"]


def test_an_error_that_nothing_catches_is_an_incident_of_the_task_and_can_be_retried() -> None:
    """Ours (BPMN 2.0.2 §13.5.6 leaves it open): nothing is lost, an operator decides."""
    content = BEGIN + service("host") + user("after") + chain("start", "host", "after")
    run = run_of(content, caught(LOST, "host", "lost"))
    job = run.work("host")

    run.throw("host", "sold")
    assert run.incidents == {"host": UncaughtError.code}

    run.retry("host")
    run.answer("host")
    assert (job.id, run.alive) == (1, ["after"])


def test_an_error_end_event_that_nothing_catches_is_an_incident_of_it() -> None:
    """Ours: the rest of the run goes on."""
    run = run_of(START, BOX, user("after"), chain("box", "after"))

    run.execute("try")

    assert (run.incidents, run.alive) == (
        {"thrown": UncaughtError.code},
        ["box", "other", "thrown"],
    )


def test_an_error_that_comes_too_late_changes_nothing() -> None:
    """Ours: what an error ends, ends once."""
    run = run_of(START, sub("box", service("host"), user("try")), caught(ANY, "box", "repair"))
    run.throw("host", "sold")
    before = run.alive

    run.ask(ThrowError(JobId(1), "sold", "again"))

    assert run.alive == before == ["repair"]


def test_a_failure_is_not_an_error_that_can_be_caught() -> None:
    """Ours: what went wrong technically is an operator's matter, not the model's."""
    run = run_of(BEGIN, service("host"), chain("start", "host"), caught(ANY, "host", "repair"))

    run.fail("host")

    assert (run.incidents, run.alive) == ({"host": "Failed"}, ["host"])


def test_a_called_process_that_catches_its_error_itself_goes_on() -> None:
    run = run_of(START, BOX, caught(SOLD, "box", "repair"), called_by=PARENT)

    run.execute("try")

    assert (run.alive, run.status) == (["repair"], Status.RUNNING)


def test_an_error_that_a_called_process_does_not_catch_ends_it_and_goes_to_its_caller() -> None:
    """BPMN 2.0.2 §13.5.6, §13.3.4: a call activity is a scope around what it calls."""
    run = run_of(START, BOX, user("beside"), chain("start", "beside"), called_by=PARENT)

    run.execute("try")

    (job,) = run.jobs()
    assert (job.kind, job.values["code"]) == (RETURN_ERROR_JOB, "sold")
    assert (run.status, run.incidents) == (Status.CANCELED, {})


def test_an_error_of_a_called_process_is_caught_on_the_call() -> None:
    """BPMN 2.0.2 §10.5.6."""
    call = '<callActivity id="call" calledElement="Q"/>'
    run = run_of(BEGIN, call, chain("start", "call"), caught(SOLD, "call", "repair"))
    run.hand_over("call")

    run.throw("call", "sold")

    assert run.alive == ["repair"]


def test_a_called_process_ends_when_an_error_beside_it_ends_its_call() -> None:
    """BPMN 2.0.2 §13.3.4."""
    call = '<callActivity id="call" calledElement="Q"/>'
    run = run_of(START, sub("box", call, service("host")), caught(ANY, "box", "repair"))
    run.hand_over("call")

    run.throw("host", "sold")

    assert [job.kind for job in run.jobs()] == [CANCEL_CHILD_JOB]
    assert run.alive == ["repair"]
