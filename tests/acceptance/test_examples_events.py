"""The examples that messages, signals, conditions and timers bring on (docs/examples.md)."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.examples import LOOK_SECONDS, WAIT_SECONDS_MAX, Examples, Run
from tests.acceptance.running import ROOT

# -- messages -------------------------------------------------------------------------------------


def test_a_rejection_ends_the_questions_to_all_other_approvers(examples: Examples) -> None:
    run = examples.begin("UsrFourEyes", "Outcome", Payment="P-no")
    assert len(examples.show(run).at("ApprovePayment")) == 2

    examples.message("Payment rejected", key="P-no/Grace")

    seen = examples.ended(run)
    assert seen.values["Outcome"] == "refused"
    assert [row for row in seen.values["Votes"] if row] == [{"Name": "Grace", "Vote": "no"}]
    assert seen.path.count("ApprovePayment") == 2
    assert "SaidYes" not in seen.path


def test_a_claim_that_somebody_looks_at_can_be_declined(examples: Examples) -> None:
    run = examples.begin("UsrHandleClaim", "Outcome", Amount="20000", ClaimNumber="C-no")

    examples.message("Claim declined", key="C-no")

    seen = examples.ended(run)
    assert (seen.values["Outcome"], seen.values["Paid"]) == ("declined", 0)
    assert "ReviewedToDeclineClaim" in seen.flows


def test_an_order_is_packed_and_delivered(examples: Examples) -> None:
    run = examples.begin("UsrDeliverOrder", "Outcome", OrderNumber="O-yes", Pieces="4")
    examples.do(run, "PackOrder")
    examples.do(run, "HandOrderOver")

    seen = examples.show(run)
    assert (seen.status, seen.values["Outcome"], seen.values["InStock"]) == (
        *("Completed", "delivered", 6),
    )


def test_an_order_that_is_cancelled_while_it_is_packed_is_put_back(examples: Examples) -> None:
    cancelled = examples.begin("UsrDeliverOrder", "Outcome", OrderNumber="O-no", Pieces="4")
    other = examples.begin("UsrDeliverOrder", "Outcome", OrderNumber="O-other", Pieces="4")
    assert examples.show(cancelled).values["InStock"] == 6

    examples.message("Order cancelled", key="O-no", Reason="bought elsewhere")

    seen = examples.ended(cancelled)
    assert seen.values["Outcome"] == "cancelled: bought elsewhere"
    assert seen.values["InStock"] == 10
    assert seen.path[-6:] == [
        *("CancelOrder", "OrderCancelled", "UndoWhatWasDone", "PutBack"),
        *("NoteCancellation", "CancellationNoted"),
    ]
    assert examples.show(other).status == "Running"


def test_two_buyers_get_what_they_ordered_from_sellers_of_their_own(examples: Examples) -> None:
    tea = examples.begin("UsrBuyGoods", "Outcome", OrderNumber="B-tea", Pieces="3")
    coffee = examples.begin("UsrBuyGoods", "Outcome", OrderNumber="B-coffee", Article="Coffee")

    assert examples.ended(tea).values["Outcome"] == "3 Tea bought for 15"
    assert examples.ended(coffee).values["Outcome"] == "1 Coffee bought for 8"
    sellers = {each.values["OrderNumber"]: each for each in examples.runs("UsrSellGoods")}
    assert (sellers["B-tea"].values["Amount"], sellers["B-coffee"].values["Amount"]) == (15, 8)
    assert sellers["B-tea"].path == [
        *("OrderArrives", "SetPrice", "TellPrice", "MoneyArrives", "GoodsSent")
    ]


@pytest.mark.parametrize(
    ("message", "outcome"),
    [("Invoice paid", "I-paid: 99 paid"), ("Payment refused", "I-paid: refused")],
)
def test_the_first_message_about_an_invoice_counts(
    examples: Examples, message: str, outcome: str
) -> None:
    sent = examples.message("Invoice sent", InvoiceNumber="I-paid", Amount="99")
    assert sent["fate"] == "started"

    examples.message(message, key="I-paid")

    seen = examples.ended(sent["instance_id"])
    assert seen.values["Outcome"] == outcome
    assert seen.path[:3] == ["InvoiceSent", "InvoiceKnown", "WhatComesFirst"]


# -- timers ---------------------------------------------------------------------------------------


def test_an_invoice_that_nobody_pays_goes_to_collection(examples: Examples) -> None:
    run, outcome = examples.execute(
        "UsrTakePayment", "Outcome", InvoiceNumber="I-late", Patience="PT0.5S"
    )
    assert outcome == "is open"

    seen = examples.ended(run)
    assert seen.values["Outcome"] == "I-late: handed to collection"
    assert seen.path[-3:] == ["PatienceOver", "NoteDelay", "InCollection"]


def test_an_expense_goes_to_the_manager_at_a_time_of_berlin(examples: Examples) -> None:
    deadline = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(seconds=1.8)
    run = examples.begin(
        "UsrApproveExpense",
        "Outcome",
        Amount="500",
        RemindEvery="PT1S",
        Deadline=deadline.replace(tzinfo=None).isoformat(),
    )

    late = examples.once(run, lambda seen: bool(seen.at("ApproveAsManager")))
    assert late.values["Reminders"] >= 1
    assert late.at("Approve") == []

    examples.do(run, "ApproveAsManager")
    seen = examples.show(run)
    assert (seen.status, seen.values["Outcome"]) == ("Completed", "approved by the manager")
    assert "NotApprovedInTime" in seen.path


def test_an_order_that_nobody_approves_in_time_is_escalated(examples: Examples) -> None:
    run = examples.begin("UsrEscalateOrder", "Outcome", Patience="PT0.5S")

    assert examples.ended(run).values["Outcome"] == "Escalated"


def test_what_a_cron_pattern_starts_starts_by_itself(examples: Examples, tmp_path: Path) -> None:
    """The example with another name and another pattern: every second instead of every night."""
    text = (ROOT / "examples" / "UsrCleanUp.bpmn").read_text()
    assert "0 3 * * MON-FRI" in text
    text = text.replace("0 3 * * MON-FRI", "* * * * * *").replace("UsrCleanUp", "UsrCleanOften")
    file = tmp_path / "UsrCleanOften.bpmn"
    file.write_text(re.sub(r'procession:uid="[^"]*"', "", text))

    examples.command("deploy", str(file))

    seen = first_run(examples, "UsrCleanOften")
    assert examples.ended(seen.id).values["Report"] == "3 batches deleted, 0 records left"
    assert "CleanByTimer" in seen.flows


def first_run(examples: Examples, process: str) -> Run:
    """The first run of a process that nobody calls."""
    for _ in range(round(WAIT_SECONDS_MAX / LOOK_SECONDS)):
        if found := examples.runs(process):
            return found[-1]
        time.sleep(LOOK_SECONDS)
    raise AssertionError(f"{process} has not started within {WAIT_SECONDS_MAX} s")


# -- signals and conditions -----------------------------------------------------------------------


def test_a_machine_that_gets_too_hot_stops_and_calls_the_technician(examples: Examples) -> None:
    run = examples.begin("UsrWatchMachine", "Outcome", Machine="M-hot", Limit="80")
    for temperature in ("60", "75.5"):
        examples.message("Temperature measured", key="M-hot", Temperature=temperature)
    assert examples.show(run).values["Measurements"] == 2

    examples.message("Temperature measured", key="M-hot", Temperature="91")

    seen = examples.ended(run)
    assert seen.values["Outcome"] == "too hot: 91"
    assert {"TooHot", "NoteHeat", "MachineTooHot"} <= set(seen.path)
    assert "ShiftEnded" not in seen.path
    all_called = examples.runs("UsrCallTechnician")
    (called,) = (each.id for each in all_called if each.values["Machine"] == "M-hot")

    examples.do(called, "CoolMachine")
    assert examples.show(called).values["Report"] == "M-hot was at 91 and is cool again"


def test_one_signal_stops_all_machines_that_run(examples: Examples) -> None:
    runs = [examples.begin("UsrWatchMachine", "Outcome", Machine=f"M-{n}") for n in range(3)]
    examples.do(runs[0], "OperateMachine")

    examples.signal("Stop all machines")

    outcomes = [examples.ended(run).values["Outcome"] for run in runs]
    assert outcomes == ["end of the shift", *["stopped with all others"] * 2]
