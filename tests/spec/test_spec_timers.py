"""Timer events: in a flow and on the boundary of an activity (BPMN 2.0.2 §10.5.5.8)."""

import pytest

from procession.core.instance import Status
from procession.core.turn import CANCEL_CHILD_JOB
from procession.errors import ExpressionError
from tests.spec.snippets import DAY, HOUR, MINUTE, chain, service, start, sub, user
from tests.unit.bpmn.notation import boundary, flow, timer

LATE = boundary(timer("PT1H"), id="late")
REMINDER = boundary(timer("PT10M"), 'cancelActivity="false"', id="remind")
CYCLE = timer("R3/PT10M", "timeCycle")
BEGIN = '<startEvent id="start"/>'
TASK = BEGIN + user("host", "after") + chain("start", "host", "after")


def catching(definition: str) -> str:
    event = f'<intermediateCatchEvent id="e">{definition}</intermediateCatchEvent>'
    return BEGIN + event + user("after") + chain("start", "e", "after")


# -- in a flow ------------------------------------------------------------------------------------


def test_a_timer_in_a_flow_lets_the_token_go_on_when_its_duration_is_over() -> None:
    """BPMN 2.0.2 §10.5.4, §13.5.3: it acts as a delay."""
    run = start(catching(timer("PT5M")))

    run.wait(5 * MINUTE - 1)
    assert run.alive == ["e"]

    run.wait(1)
    assert run.alive == ["after"]


def test_a_timer_with_a_date_waits_for_it_and_not_at_all_for_one_that_is_over() -> None:
    """BPMN 2.0.2 §10.5.5.8: a specific time-date."""
    future = start(catching(timer("2026-01-31T13:00:00Z", "timeDate")))
    past = start(catching(timer("2020-01-01", "timeDate")))

    assert future.timers == [HOUR]
    past.wait(0)
    assert past.alive == ["after"]


def test_a_timers_expression_is_evaluated_when_the_token_arrives() -> None:
    """BPMN 2.0.2 §13.5.3: the handling of the event begins when the token arrives."""
    content = BEGIN + user("ask") + catching(timer("Name")).removeprefix(BEGIN)
    content = content.replace(chain("start", "e"), chain("start", "ask", "e"))
    run = start(content, Name="PT1H")

    run.execute("ask", Name="PT2H")

    assert run.timers == [2 * HOUR]


def test_a_caller_may_have_a_token_go_on_before_its_time() -> None:
    """CONTRACT 4: what rests can be executed; the timer is off then."""
    run = start(catching(timer("PT5M")))

    run.execute("e")

    assert (run.alive, run.timers) == (["after"], [])


def test_a_timer_whose_expression_fails_is_an_incident_that_can_be_resolved() -> None:
    """Ours: the author's mistake is an operator's matter."""
    run = start(catching(timer("Name")) + user("fix") + chain("start", "fix"), Name="soon")
    assert run.incidents == {"e": ExpressionError.code}

    run.execute("fix", Name="PT5M")
    run.retry("e")

    assert (run.incidents, run.timers) == ({}, [5 * MINUTE])


def test_each_token_has_a_timer_of_its_own() -> None:
    """BPMN 2.0.2 §13.5.3."""
    run = start(catching(timer("PT5M")) + user("a") + chain("start", "a", "e"))
    run.wait(2 * MINUTE)

    run.execute("a")

    assert run.timers == [3 * MINUTE, 5 * MINUTE]


# -- on a boundary --------------------------------------------------------------------------------


def test_an_interrupting_timer_ends_the_activity_and_takes_its_own_way() -> None:
    """BPMN 2.0.2 §10.5.6, §13.5.3."""
    run = start(TASK + LATE + user("escalate") + chain("late", "escalate"))

    run.wait(HOUR)

    assert run.alive == ["escalate"]
    assert run.visits("after") == 0


def test_a_timer_that_does_not_interrupt_runs_beside_the_activity() -> None:
    """BPMN 2.0.2 §10.5.6: the activity goes on, and a token is on the event's way as well."""
    run = start(TASK + REMINDER + user("call") + chain("remind", "call"))

    run.wait(10 * MINUTE)
    assert run.alive == ["host", "call"]

    run.execute("host")
    assert run.alive == ["call", "after"]


def test_an_activity_that_is_done_in_time_takes_its_timers_with_it() -> None:
    """BPMN 2.0.2 §13.5.3: boundary events catch while the activity is active."""
    run = start(TASK + LATE + REMINDER)

    run.execute("host")
    run.wait(DAY)

    assert (run.alive, run.timers, run.visits("late")) == (["after"], [], 0)


def test_a_reminder_comes_before_a_deadline() -> None:
    run = start(TASK + LATE + REMINDER)
    assert run.timers == [10 * MINUTE, HOUR]

    run.wait(HOUR)

    assert (run.visits("remind"), run.visits("late"), run.status) == (1, 1, Status.COMPLETED)


def test_a_cycle_happens_its_number_of_times_while_the_activity_is_active() -> None:
    """BPMN 2.0.2 §10.5.5.8: timeCycle."""
    run = start(TASK + boundary(CYCLE, 'cancelActivity="false"', id="remind"))

    for expected in (1, 2, 3, 3):
        run.wait(10 * MINUTE)
        assert run.visits("remind") == expected
    assert (run.alive, run.timers) == (["host"], [])


def test_a_cycle_does_not_lose_its_rhythm_when_it_comes_late() -> None:
    run = start(TASK + boundary(CYCLE, 'cancelActivity="false"', id="remind"))

    run.wait(14 * MINUTE)

    assert run.timers == [6 * MINUTE]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0/20 12 * * *", [20, 40]),
        ("0 */25 12-13 * * SAT", [25, 50, 60]),
        ("@hourly", [60]),
        ("R2/PT25M/2026-01-31T13:00:00Z", [35, 60]),
        ("R/PT25M/2026-01-31T12:40:00Z", [15, 40]),
        ("R2/2026-01-31T12:10:00Z/2026-01-31T12:25:00Z", [10, 25]),
    ],
)
def test_a_cycle_may_be_a_cron_pattern_or_an_interval_with_an_end(
    text: str, minutes: list[int]
) -> None:
    """BPMN 2.0.2 §10.5.5.8: timeCycle; cron is ours."""
    remind = boundary(timer(text, "timeCycle"), 'cancelActivity="false"', id="remind")
    run = start(TASK + remind)

    came = []
    for minute in range(1, 61):
        before = run.visits("remind")
        run.wait(MINUTE)
        came += [minute] * (run.visits("remind") - before)

    assert came == minutes


def test_a_timer_goes_by_the_clocks_of_its_time_zone() -> None:
    """Ours: a time without an offset is one of the zone that the file names."""
    definition = timer("2026-01-31T14:00", "timeDate")
    there = definition.replace(
        "<timerEventDefinition>", '<timerEventDefinition p:timeZone="Europe/Berlin">'
    )

    assert start(catching(there)).timers == [HOUR]
    assert start(catching(definition)).timers == [2 * HOUR]


def test_a_cycle_goes_on_by_the_clocks_of_its_time_zone() -> None:
    """Ours: nine o'clock in Kathmandu is a quarter past three in UTC."""
    nine = timer("0 9 * * *", "timeCycle").replace(
        "<timerEventDefinition>", '<timerEventDefinition p:timeZone="Asia/Kathmandu">'
    )
    run = start(TASK + boundary(nine, 'cancelActivity="false"', id="remind"))
    assert run.timers == [15 * HOUR + 15 * MINUTE]

    run.wait(15 * HOUR + 15 * MINUTE)

    assert (run.visits("remind"), run.timers) == (1, [DAY])


@pytest.mark.parametrize("text", ["never", "0 0 30 2 *", "R3/PT10M/soon"])
def test_a_cycle_that_a_parameter_gives_wrong_is_an_incident(text: str) -> None:
    """Ours: the author's mistake is an operator's matter."""
    remind = boundary(timer("Name", "timeCycle"), 'cancelActivity="false"', id="remind")

    run = start(TASK + remind, Name=text)

    assert run.incidents == {"host": ExpressionError.code}


def test_an_interrupting_cycle_happens_once() -> None:
    """BPMN 2.0.2 §10.5.6: then its activity has ended."""
    run = start(TASK + boundary(CYCLE, id="late"))

    run.wait(DAY)

    assert (run.visits("late"), run.status) == (1, Status.COMPLETED)


def test_an_interrupting_timer_on_a_sub_process_ends_all_that_is_within() -> None:
    """BPMN 2.0.2 §10.5.6, §13.3.4."""
    inner = user("a") + service("b") + sub("deep", user("c"))
    content = BEGIN + sub("host", inner) + chain("start", "host") + LATE
    run = start(content)
    assert run.alive == ["host", "a", "b", "deep", "c"]

    run.wait(HOUR)

    assert (run.status, run.jobs()) == (Status.COMPLETED, [])


def test_an_interrupting_timer_leaves_what_stands_beside_the_activity() -> None:
    run = start(TASK + LATE + user("beside") + chain("start", "beside"))

    run.wait(HOUR)

    assert run.alive == ["beside"]


def test_the_answer_of_work_that_a_timer_has_ended_changes_nothing() -> None:
    """Ours: an answer that comes too late is nobody's."""
    content = BEGIN + service("host") + user("after") + chain("start", "host", "after")
    run = start(content + LATE + user("escalate") + chain("late", "escalate"))
    job = run.work("host")

    run.wait(HOUR)

    assert (run.alive, job in run.jobs()) == (["escalate"], False)


def test_a_timer_on_a_call_ends_the_called_process() -> None:
    """BPMN 2.0.2 §13.3.4: what is called ends with its caller."""
    call = '<callActivity id="host" calledElement="Q"/>'
    run = start(BEGIN + call + chain("start", "host") + LATE)
    run.hand_over("host")

    run.wait(HOUR)

    assert [job.kind for job in run.jobs()] == [CANCEL_CHILD_JOB]


def test_a_timer_ends_an_activity_that_has_an_incident() -> None:
    """Ours: a deadline is met, whether somebody has looked at the incident or not."""
    run = start(BEGIN + service("host") + chain("start", "host") + LATE)
    run.fail("host")
    assert run.incidents == {"host": "Failed"}

    run.wait(HOUR)

    assert (run.incidents, run.status) == ({}, Status.COMPLETED)


def test_a_caller_who_has_a_put_off_try_made_now_leaves_the_timers_alone() -> None:
    """CONTRACT 4: executed is what the activity does, not what stands on its boundary."""
    run = start(BEGIN + service("host") + chain("start", "host") + LATE)
    run.fail("host", retryable=True)

    run.execute("host")

    assert (run.timers, run.work("host").due_at) == ([HOUR], run.now)


def test_an_activity_that_is_retried_keeps_its_timers() -> None:
    """BPMN 2.0.2 §13.3.2: it is the same activity, and it began when it began."""
    run = start(BEGIN + service("host") + chain("start", "host") + LATE)
    run.wait(10 * MINUTE)
    run.fail("host")

    run.retry("host")

    assert run.timers == [50 * MINUTE]


def test_a_boundary_timer_that_fails_is_an_incident_of_the_activity_which_has_not_begun() -> None:
    """Ours: nothing is asked of the outside before all timers are set."""
    late = boundary(timer("Name"), id="late")
    content = BEGIN + service("host") + chain("start", "host") + late
    run = start(content + user("fix") + chain("start", "fix"), Name="soon")
    assert (run.incidents, run.jobs()) == ({"host": ExpressionError.code}, [])

    run.execute("fix", Name="PT5M")
    run.retry("host")

    assert (run.timers, len(run.jobs())) == ([5 * MINUTE], 2)


def test_an_activity_in_a_loop_has_new_timers_on_each_visit() -> None:
    again = flow("again", "more", "host", "Done != True")
    gateway = '<exclusiveGateway id="more" default="no"/>'
    content = BEGIN + user("host", "after") + gateway + LATE
    run = start(content, chain("start", "host", "more"), again, flow("no", "more", "after"))
    run.wait(10 * MINUTE)

    run.execute("host", Done=False)

    assert (run.alive, run.timers) == (["host"], [HOUR])


@pytest.mark.parametrize("activity", ["task", "manualTask"])
def test_what_does_not_rest_has_no_time_for_a_timer(activity: str) -> None:
    """Ours: it is accepted and never happens."""
    content = f'{BEGIN}<{activity} id="host"/>{user("after")}' + chain("start", "host", "after")

    run = start(content + LATE)

    assert (run.alive, run.timers) == (["after"], [])


def test_a_boundary_event_takes_all_of_its_ways() -> None:
    """BPMN 2.0.2 §10.5.6: multiple outgoing flows are allowed."""
    run = start(TASK + LATE + user("a", "b") + chain("late", "a") + chain("late", "b"))

    run.wait(HOUR)

    assert run.alive == ["a", "b"]
