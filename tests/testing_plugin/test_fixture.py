"""What a test can do with the fixture `procession`."""

import subprocess
import sys
import threading

import pytest

from tests.testing_plugin.suites import passes, run_suite

pytest_plugins = ("pytester",)


def test_a_run_rests_at_a_task_and_goes_on_with_values(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
def test_it(procession):
    procession.deploy(EXAMPLES / "UsrApproveDiscount.bpmn")
    run = procession.run("UsrApproveDiscount", {"Amount": 5000, "DiscountPercent": 20})
    run.is_("Running")
    [task] = procession.tasks(run)
    procession.complete(run, task.name, {"Approved": True})
    run.is_("Completed")
    assert run.values["Approved"] is True
    assert procession.tasks(run) == []
""",
    )


def test_what_a_task_cannot_take_is_named(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
def test_it(procession):
    procession.deploy(PROCESSES / "UsrWait.bpmn")
    run = procession.run("UsrWait")
    with pytest.raises(LookupError, match="Aproved"):
        procession.complete(run, "Approve", {"Aproved": True})
    with pytest.raises(LookupError, match="does not wait at Finish; what waits: Approve"):
        procession.complete(run, "Finish")
    with pytest.raises(LookupError, match="has no element 'Aprove'; it has Approve"):
        procession.complete(run, "Aprove")
    run.waits_at("Approve")
""",
    )


def test_results_come_over_http_as_a_client_gets_them(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
from procession.client import ProcessFailed

def test_it(procession):
    procession.deploy(PROCESSES / "UsrEcho.bpmn", PROCESSES / "UsrFail.bpmn")
    assert procession.execute("UsrEcho", {"Count": 3}, result="Count") == 3
    assert procession.run("UsrEcho", {"Count": 4}, results=["Count"]).results == {"Count": 4}
    with pytest.raises(ProcessFailed, match="Divide: a division by zero"):
        procession.run("UsrFail")
    failed = procession.start("UsrFail").is_("Error")
    assert failed.error.code == failed.incidents[0].code == "ExpressionError"
""",
    )


def test_an_asynchronous_test_has_the_same_and_a_client_of_its_kind(
    pytester: pytest.Pytester,
) -> None:
    passes(
        pytester,
        """
async def test_it(procession):
    procession.deploy(PROCESSES / "UsrWait.bpmn")
    async with procession.async_client() as client:
        run = await client.run("UsrWait", {"Amount": 4})
        await client.complete_element(procession.tasks(procession.runs()[0])[0].uid)
        assert (await client.wait(run.process_id)).status.name == "COMPLETED"
    procession.runs("UsrWait")[0].passed("Finish")
""",
    )


def test_the_clock_stops_wherever_something_is_due(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
def test_reminders(procession):
    procession.deploy(EXAMPLES / "UsrEscalateOrder.bpmn")
    run = procession.run("UsrEscalateOrder", {"Customer": "Ann", "Amount": 10})
    procession.clock.forward(hours=23)
    assert run.values["Reminders"] == 0
    procession.clock.forward(hours=2)
    assert run.values["Reminders"] == 1
    procession.clock.forward(days=30)
    assert run.values["Reminders"] == 3
    run.passed_in_order("Reminder", "Deadline", "Escalate").is_("Completed")

def test_starts(procession):
    procession.deploy(EXAMPLES / "UsrCleanUp.bpmn")
    procession.clock.forward(days=14)
    assert len(procession.runs("UsrCleanUp")) == 10
    procession.runs("UsrCleanUp")[0].passed("EveryNight").but_not("StartedByHand")

def test_it_goes_forward_only(procession):
    with pytest.raises(ValueError, match="forward only"):
        procession.clock.forward(hours=-1)
    with pytest.raises(ValueError, match="forward only"):
        procession.clock.to(procession.clock.now.replace(year=2020))
""",
    )


def test_messages_and_signals_come_from_the_test(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
def test_messages(procession):
    procession.deploy(EXAMPLES / "UsrTakePayment.bpmn")
    run = procession.send("Invoice sent", {"InvoiceNumber": "17"})
    assert procession.send("Invoice paid", keys=["18"]) is None
    paid = procession.send("Invoice paid", keys=["17"])
    assert paid.process_id == run.process_id
    run.passed("InvoicePaid").but_not("PaymentRefused")

def test_signals(procession):
    procession.deploy(EXAMPLES / "UsrCallTechnician.bpmn")
    procession.throw("Machine too hot")
    procession.runs("UsrCallTechnician")[0].passed("HotMachine")
""",
    )


def test_functions_of_the_test_stand_for_work_outside(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
def test_by_decorator(procession):
    @procession.handlers
    def sleep(seconds: float) -> dict[str, float]:
        return {"slept": seconds * 2}
    procession.deploy(PROCESSES / "UsrSlow.bpmn")
    assert procession.execute("UsrSlow", {"Seconds": 3}, result="Slept") == 6

async def test_by_name(procession):
    async def at_once(seconds: float) -> dict[str, float]:
        return {"slept": seconds}
    procession.handlers["sleep"] = at_once
    procession.deploy(PROCESSES / "UsrSlow.bpmn")
    procession.run("UsrSlow", {"Seconds": 60}).is_("Completed")

def test_that_fails(procession):
    from procession.connectors import PermanentFailure
    def out_of_order(seconds: float) -> None:
        raise PermanentFailure("out of order")
    procession.handlers["sleep"] = out_of_order
    procession.deploy(PROCESSES / "UsrSlow.bpmn")
    assert "out of order" in procession.start("UsrSlow").incidents[0].message

def test_that_is_missing(procession):
    from procession.errors import InvalidProcess
    with pytest.raises(InvalidProcess, match="no handler 'sleep'"):
        procession.deploy(PROCESSES / "UsrSlow.bpmn")
""",
    )


def test_a_failed_call_is_tried_again_when_the_clock_has_moved(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
def test_it(procession):
    tries = []
    def shaky(seconds: float) -> dict[str, float]:
        tries.append(seconds)
        if len(tries) < 3:
            raise OSError("not yet")
        return {"slept": seconds}
    procession.handlers["sleep"] = shaky
    text = (PROCESSES / "UsrSlow.bpmn").read_text()
    procession.deploy(text.replace('id="Sleep"', 'id="Sleep" procession:retryDelay="PT1H"'))
    run = procession.start("UsrSlow")
    procession.clock.forward(days=1)
    assert (len(tries), run.status) == (3, "Completed")
""",
    )


def test_settings_of_the_service_are_a_fixture(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
@pytest.fixture
def procession_settings():
    return {"path_prefix": "/prod"}

def test_it(procession):
    import httpx
    assert httpx.get(f"{procession.address}/prod/0/ping").status_code == 200
""",
    )


def test_handlers_of_the_settings_are_there_and_can_be_replaced(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
@pytest.fixture
def procession_settings():
    return {"handlers": ("tests.contract.sleeping",)}

def test_own(procession):
    procession.deploy(PROCESSES / "UsrSlow.bpmn")
    assert procession.execute("UsrSlow", {"Seconds": 0}, result="Slept") == 0

def test_replaced(procession):
    procession.handlers["sleep"] = lambda seconds: {"slept": 8}
    procession.deploy(PROCESSES / "UsrSlow.bpmn")
    assert procession.execute("UsrSlow", {"Seconds": 600}, result="Slept") == 8
""",
    )


def test_a_run_in_the_background_is_found(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
def test_it(procession):
    procession.deploy(PROCESSES / "UsrAside.bpmn")
    assert procession.run("UsrAside").is_("Completed").values["Result"] == "done"
""",
    )


def test_each_test_has_a_service_of_its_own_and_nothing_is_left_of_it(
    pytester: pytest.Pytester,
) -> None:
    before = threading.active_count()

    passes(
        pytester,
        """
@pytest.mark.parametrize("number", range(3))
def test_it(procession, number):
    procession.deploy(PROCESSES / "UsrWait.bpmn")
    procession.run("UsrWait")
    assert len(procession.runs()) == 1
""",
    )

    assert threading.active_count() == before


def test_a_test_run_without_the_fixture_loads_nothing_of_the_engine() -> None:
    script = "import procession.testing.plugin, sys; print('procession.engine' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert found.stdout == "False\n"


def test_what_keeps_the_service_from_starting_is_told(pytester: pytest.Pytester) -> None:
    result = run_suite(
        pytester,
        """
@pytest.fixture
def procession_settings():
    return {"handlers": ("no.such.module",)}

def test_it(procession):
    pass
""",
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *SettingsError: handlers no.such.module: *"])
