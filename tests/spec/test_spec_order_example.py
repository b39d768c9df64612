"""The example UsrEscalateOrder: reminders, a deadline, an error, a join (BPMN 2.0.2 §13.5)."""

from typing import Any

from procession.core.instance import Status
from tests.spec.snippets import DAY, HOUR, Run
from tests.unit.bpmn.notation import ROOT

FILE = (ROOT / "examples" / "UsrEscalateOrder.bpmn").read_bytes()


def order(**values: Any) -> Run:
    return Run(FILE, **values)


def result(run: Run) -> tuple[Status, Any, Any]:
    values = run.instance.values
    return run.status, values["Outcome"], values["Reminders"]


def test_an_order_that_is_not_in_stock_is_refused_at_once() -> None:
    assert result(order(Ordered=5, InStock=4)) == (Status.COMPLETED, "Refused", 0)


def test_an_order_that_nobody_approves_is_reminded_of_three_times_and_then_escalated() -> None:
    run = order()
    assert run.alive == ["Approve"]

    run.wait(4 * DAY)
    assert (run.alive, result(run)) == (["Approve"], (Status.RUNNING, None, 3))

    run.wait(DAY)
    assert result(run) == (Status.COMPLETED, "Escalated", 3)


def test_the_deadline_is_a_parameter() -> None:
    run = order(Patience="PT12H")

    run.wait(12 * HOUR)

    assert result(run) == (Status.COMPLETED, "Escalated", 0)


def test_an_approved_order_that_needs_nothing_is_sent() -> None:
    run = order()
    run.wait(DAY)

    run.execute("Approve")

    assert result(run) == (Status.COMPLETED, "Sent", 1)


def test_an_expensive_and_fragile_order_is_sent_when_both_is_done() -> None:
    run = order(Amount=5_000, Fragile=True)
    run.execute("Approve")
    assert run.alive == ["CheckCredit", "PackWithCare"]

    run.execute("CheckCredit")
    assert run.alive == ["PackWithCare"]

    run.execute("PackWithCare")
    assert result(run) == (Status.COMPLETED, "Sent", 0)
