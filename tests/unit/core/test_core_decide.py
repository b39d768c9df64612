"""Commands: what is accepted, what is refused, and what comes too late."""

from typing import get_args
from uuid import uuid4

import pytest
from msgspec.structs import replace

from procession.core import model
from procession.core.behaviours import BEHAVIOURS
from procession.core.changes import JobClosed, JobParked, JobRetried
from procession.core.commands import (
    CancelProcess,
    Command,
    CompleteJob,
    ExecuteElement,
    FailJob,
    HandOverJob,
    ResolveIncident,
    StartProcess,
)
from procession.core.decide import _COMMANDS, decide
from procession.core.ids import ROOT, ElementInstanceId, JobId
from procession.core.instance import Status
from procession.core.model import Element, Retries
from procession.core.turn import Context
from procession.errors import BadValue, NotRunning, Rejected, UnknownElement
from tests.building import build, call, catch, service, timer
from tests.world import BEGINNING, World, start

WAITS = build("start → user a → end; start → service s → end", s=service(outputs={"x": "N"}))
NOBODY = ElementInstanceId(99)
# What several element types have in common.
BASES = {Element, model.Activity, model.CatchEvent, model.ThrowEvent}


def test_every_element_type_has_a_behaviour() -> None:
    found = [each for each in vars(model).values() if isinstance(each, type)]

    assert BEHAVIOURS.keys() == {each for each in found if issubclass(each, Element)} - BASES


def test_every_command_is_carried_out() -> None:
    assert {*_COMMANDS, StartProcess} == set(get_args(Command))


def test_the_same_command_on_the_same_state_gives_the_same_changes() -> None:
    run = start(WAITS)
    command, context = ExecuteElement(run.number("a"), {"N": 5}), Context(BEGINNING)

    one = decide(WAITS, run.instance, command, context)
    other = decide(WAITS, run.instance, command, context)

    assert one == other


def test_a_command_other_than_a_start_needs_an_instance() -> None:
    with pytest.raises(AssertionError, match="needs an instance"):
        decide(WAITS, None, CancelProcess("x"), Context(BEGINNING))


# -- start ----------------------------------------------------------------------------------------


def test_a_run_begins_with_the_given_values_and_the_defaults_of_the_others() -> None:
    process = build("", parameters="N: Integer, M: Integer = 5, D: Decimal = M * 2, T: Text")

    run = start(process, N=1, Other=7)

    assert list(run.values.items()) == [("N", 1), ("M", 5), ("D", 10), ("T", None)]


def test_a_given_value_stands_even_if_it_is_not_set() -> None:
    assert start(build("", parameters="N: Integer = 5"), N=None).values == {"N": None}


@pytest.mark.parametrize(
    ("default", "message"),
    [("1 // M", "N: its default '1 // M' fails"), ("'x'", "N: 'x' is not an Integer")],
)
def test_a_default_that_fails_refuses_the_start(default: str, message: str) -> None:
    process = build("", parameters=f"M: Integer = 0, N: Integer = {default}")

    with pytest.raises(BadValue, match=message):
        start(process)


# -- late answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "late",
    [
        CompleteJob(JobId(1), {"x": 2}),
        FailJob(JobId(1), "TimeOut", "late"),
        HandOverJob(JobId(1), uuid4()),
        CompleteJob(JobId(7), {}),
    ],
)
def test_a_late_answer_to_a_closed_job_changes_nothing(late: Command) -> None:
    run = start(WAITS)
    run.answer("s", x=1)

    assert run.ask(late) == []
    assert run.values["N"] == 1


@pytest.mark.parametrize(
    "late",
    [
        CompleteJob(JobId(1), {"x": 2}),
        FailJob(JobId(1), "TimeOut", "late"),
        HandOverJob(JobId(1), uuid4()),
    ],
)
def test_a_late_answer_to_a_job_that_was_given_up_changes_nothing(late: Command) -> None:
    run = start(WAITS)
    run.fail("s", "NotFound")

    assert run.ask(late) == []
    assert run.incidents == {"s": "NotFound"}


def test_an_answer_after_the_run_was_cancelled_changes_nothing() -> None:
    run = start(WAITS)
    job = run.job("s").id
    run.cancel()

    assert run.ask(CompleteJob(job, {"x": 1})) == []


# -- failures of outside work ---------------------------------------------------------------------


def test_the_pause_between_two_tries_doubles_up_to_an_hour() -> None:
    retries = Retries(attempts=2000, delay_seconds=1000.0)
    run = start(build("start → service s", s=service(retries=retries)))

    pauses = []
    for _ in range(1999):
        run.ask(FailJob(run.job("s").id, "TimeOut", "again"))
        pauses.append(((run.job("s").due_at or BEGINNING) - BEGINNING).total_seconds())

    assert pauses[:4] == [1000, 2000, 3600, 3600]
    assert set(pauses[2:]) == {3600}


def test_the_engines_own_work_is_tried_until_it_is_done() -> None:
    run = start(build("start → call c", c=call("Child")), build("start → user u", name="Child"))
    run.child("c")
    run.cancel()
    (job,) = run.world.jobs(run.id)

    for _ in range(5):
        (change,) = run.ask(FailJob(job.id, "StoreUnavailable", "disk full", retryable=False))
        assert isinstance(change, JobRetried)

    assert run.ask(CompleteJob(job.id, {})) == [JobClosed(job.id)]


# -- handing over ---------------------------------------------------------------------------------


def test_a_job_that_is_handed_over_is_in_the_hands_of_one_child() -> None:
    run = start(build("start → call c", c=call("Child")))
    job, child = run.job("c").id, uuid4()

    assert run.ask(HandOverJob(job, child)) == [JobParked(job, child)]
    assert run.ask(HandOverJob(job, uuid4())) == []
    assert run.job("c").child == child


# -- executing, resolving, cancelling -------------------------------------------------------------


@pytest.mark.parametrize("command", [ExecuteElement(NOBODY, {}), ResolveIncident(NOBODY)])
def test_what_is_not_alive_is_refused(command: Command) -> None:
    with pytest.raises(UnknownElement, match="element instance 99 is not alive"):
        start(WAITS).ask(command)


def test_an_element_that_was_executed_is_not_alive_any_more() -> None:
    run = start(WAITS)
    number = run.number("a")
    run.execute("a")

    with pytest.raises(UnknownElement):
        run.ask(ExecuteElement(number, {}))


@pytest.mark.parametrize("ended", [False, True])
def test_the_run_itself_cannot_be_executed(ended: bool) -> None:
    run = start(build("" if ended else "start → user a"))

    with pytest.raises(UnknownElement, match="element instance 0 is the run itself"):
        run.ask(ExecuteElement(ROOT, {}))


def test_a_run_with_an_incident_of_its_own_can_be_executed() -> None:
    run = start(build("start → xor g →[N > 0] and join; g →[else] task t → join"))

    run.ask(ExecuteElement(ROOT, {}))

    assert run.incidents == {"": "JoinStarved"}


def test_a_parameter_that_the_process_lacks_is_refused() -> None:
    run = start(WAITS)

    with pytest.raises(BadValue, match="there is no parameter 'Amount'"):
        run.execute("a", N=1, Amount=5)

    assert (run.alive, run.values["N"]) == (["a", "s"], 0)


def test_an_element_without_incident_cannot_be_resolved() -> None:
    run = start(WAITS)

    with pytest.raises(Rejected, match="element a has no incident; it is active"):
        run.retry("a")


@pytest.mark.parametrize("how", ["completed", "cancelled"])
def test_a_run_that_has_ended_cannot_be_cancelled(how: str) -> None:
    run = start(WAITS if how == "cancelled" else build(""))
    if how == "cancelled":
        run.cancel()

    with pytest.raises(NotRunning, match="has ended"):
        run.cancel()


def test_cancelling_ends_all_that_is_alive_and_closes_its_jobs() -> None:
    drawing = "start → sub s; s: sub t; t: service w; t: user u; start → service v; t: and j; u → j"
    run = start(build(drawing))
    run.fail("v")

    run.cancel("wrong order")

    assert (run.status, run.alive, run.incidents) == (Status.CANCELED, [], {})
    assert run.world.jobs(run.id) == []


def test_cancelling_drops_the_tokens_that_wait_at_joins() -> None:
    run = start(build("start → and join; start → user a → join"))
    assert run.instance.root.arrived == {"join": {"start→join": 1}}

    run.cancel()

    assert run.instance.root.arrived == {}


def test_cancelling_a_paused_run_drops_the_steps_that_were_left() -> None:
    world = World(build("start → task a → task b → user c", name="P"))
    world.limits = {"steps_per_turn": 1}
    run = world.start("P", {})

    world.ask(run, CancelProcess("stop"))

    assert (world.load(run).status, world.load(run).pending) == (Status.CANCELED, ())
    assert world.jobs(run) == []


# -- what a job is given --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["10 ** 18 * 10", "[1, 10 ** 18 * 10]"])
def test_an_input_that_no_instance_can_hold_is_an_incident(text: str) -> None:
    given = {"body": {"list": [text]}}

    for process in (
        build("start → service s", s=service(inputs=given)),
        build("start → call s", s=call("Child", inputs={"X": text})),
    ):
        run = start(process)

        assert run.incidents == {"s": "BadValue"}
        assert "over 64 bits" in run.instance.incidents[run.number("s")].message


def test_a_job_is_given_its_inputs_evaluated_at_every_depth() -> None:
    inputs = {"a": {"b": ["N + 1", 5]}, "c": None, "d": "'x'"}

    run = start(build("start → service s", s=service("http", inputs=inputs)), N=1)

    assert run.job("s").values == {"a": {"b": [2, 5]}, "c": None, "d": "x"}


# -- due jobs -------------------------------------------------------------------------------------


def test_a_decision_names_the_open_jobs_that_it_has_made_due() -> None:
    world = World(build("start → service s → service t; start → user u", name="P"))
    run = world.start("P", {})
    jobs = world.jobs(run)

    answered = world.ask(run, CompleteJob(jobs[0].id, {}))
    assert answered.due_jobs(world.now) == [JobId(2)]

    put_off = world.ask(run, FailJob(JobId(2), "TimeOut", "later"))
    assert put_off.due_jobs(world.now) == []

    executed = world.ask(run, ExecuteElement(ElementInstanceId(4), {}))
    assert executed.due_jobs(world.now) == [JobId(2)]


def test_a_job_that_is_closed_in_the_turn_that_made_it_is_not_due() -> None:
    process = build("start → service s; start → stop")

    decision = decide(process, None, StartProcess(World()._new_id(), {}), Context(BEGINNING))

    assert decision.due_jobs(BEGINNING) == []


def test_a_job_that_was_created_for_later_is_not_due_yet() -> None:
    process = build("start → service s")
    decision = decide(process, None, StartProcess(World()._new_id(), {}), Context(BEGINNING))
    created = decision.changes[-1]
    later = replace(decision, changes=[created])

    assert later.due_jobs(BEGINNING) == [JobId(1)]
    assert later.due_jobs(BEGINNING.replace(year=2025)) == []


def test_a_timer_whose_turn_has_failed_is_tried_again() -> None:
    """A fault of the service must not end a wait that nobody else knows of."""
    run = start(
        build(
            "start → user a → end; event-sub late; late: start_l → end_l",
            start_l=catch(timer("PT1H")),
        )
    )
    (timer_job,) = run.world.jobs(run.id)

    run.ask(FailJob(timer_job.id, "InternalError", "a fault", retryable=False))

    (again,) = run.world.jobs(run.id)
    assert again.due_at is not None
    assert not run.incidents
