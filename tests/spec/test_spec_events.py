"""Start and end events: how a run begins and how it ends."""

from procession.core.instance import Status
from tests.building import build, call
from tests.world import start


def test_a_process_begins_at_its_none_start_event() -> None:
    """BPMN 2.0.2 §13.2, §13.5.1: a start event places a token on its outgoing flows."""
    run = start(build("start → user a; b → user c"))

    assert run.alive == ["a"]


def test_a_process_without_start_event_begins_at_all_that_no_flow_leads_to() -> None:
    """BPMN 2.0.2 §13.3.1: an activity without incoming flows is instantiated with its container."""
    run = start(build("user a → user b; and fork → user c; fork → user d"))

    assert run.alive == ["a", "c", "d"]


def test_a_start_event_sends_a_token_along_each_outgoing_flow() -> None:
    """BPMN 2.0.2 §13.5.1."""
    run = start(build("start → user a; start → user b"))

    assert run.alive == ["a", "b"]


def test_a_process_without_elements_completes_at_once() -> None:
    """BPMN 2.0.2 §13.2: nothing is active and no token is left."""
    assert start(build("")).status is Status.COMPLETED


def test_a_none_end_event_consumes_its_token_and_lets_the_others_go_on() -> None:
    """BPMN 2.0.2 §13.5.6: the instance completes when no token is left in it."""
    run = start(build("start → user a → end_a; start → user b → end_b"))

    run.execute("a")
    assert (run.status, run.alive) == (Status.RUNNING, ["b"])

    run.execute("b")
    assert run.status is Status.COMPLETED


def test_an_element_without_outgoing_flow_ends_its_path() -> None:
    """BPMN 2.0.2 §13.2: a node without outgoing flows is an end node."""
    run = start(build("start → user a; start → xor x; start → and p; start → task t"))

    run.execute("a")

    assert run.status is Status.COMPLETED


def test_a_terminate_end_event_ends_all_other_paths_of_the_process() -> None:
    """BPMN 2.0.2 §13.2, §13.5.6: a terminate end event terminates the entire process."""
    run = start(build("start → user a → stop; start → user b → end; start → service c → end"))

    run.execute("a")

    assert run.status is Status.COMPLETED
    assert (run.visits("end"), run.own_jobs) == (0, [])


def test_a_terminate_end_event_drops_the_tokens_that_wait_at_a_join() -> None:
    """BPMN 2.0.2 §13.5.6."""
    run = start(build("start → user a → stop; start → and join → end; start → user b → join"))

    run.execute("a")

    assert run.status is Status.COMPLETED
    assert run.visits("join") == 0


def test_a_terminate_end_event_drops_the_tokens_that_are_on_their_way() -> None:
    """BPMN 2.0.2 §13.5.6: what the same moment would have begun does not begin."""
    run = start(build("start → stop; start → user a; start → user b"))

    assert run.status is Status.COMPLETED
    assert (run.visits("a"), run.visits("b")) == (0, 0)


def test_a_terminate_end_event_ends_sub_processes_within_and_their_jobs() -> None:
    """BPMN 2.0.2 §13.5.6."""
    run = start(build("start → sub s; s: start_in → service w; s: start_in → user u; start → stop"))

    assert run.status is Status.COMPLETED

    run = start(build("start → sub s; s: start_in → service w; start → user a → stop"))
    run.execute("a")

    assert (run.status, run.world.jobs(run.id)) == (Status.COMPLETED, [])


def test_a_terminate_end_event_ends_failed_elements_too() -> None:
    """BPMN 2.0.2 §13.5.6."""
    run = start(build("start → service w; start → user a → stop"))
    run.fail("w")
    assert run.status is Status.ERROR

    run.execute("a")

    assert (run.status, run.incidents) == (Status.COMPLETED, {})


def test_a_terminate_end_event_in_a_sub_process_ends_that_sub_process_only() -> None:
    """BPMN 2.0.2 §13.5.6: only the affected instance of the sub-process is terminated."""
    run = start(build("start → sub s → user c; s: user a → stop; s: user b → end; start → user d"))

    run.execute("a")

    assert run.alive == ["d", "c"]


def test_a_terminate_end_event_in_a_sub_process_spares_its_other_instances() -> None:
    """BPMN 2.0.2 §13.5.6."""
    run = start(build("start → sub s; s: user a → stop; s: user b; start → s"))
    assert run.alive == ["s", "s", "a", "b", "a", "b"]

    run.execute("a")

    assert run.alive == ["s", "a", "b"]


def test_a_terminate_end_event_cancels_the_runs_that_were_called() -> None:
    """BPMN 2.0.2 §13.5.6: a called process is a part of the activity that is terminated."""
    caller = build("start → call c; start → user a → stop", c=call("Child"))
    run = start(caller, build("start → user u → end", name="Child"))
    child = run.child("c")

    run.execute("a")
    run.world.settle()

    assert (run.status, child.status) == (Status.COMPLETED, Status.CANCELED)
