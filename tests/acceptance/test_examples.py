"""The examples that calls over HTTP alone bring to their ends (docs/examples.md)."""

import json

from tests.acceptance.examples import Examples

# -- nothing waits --------------------------------------------------------------------------------


def test_an_order_is_reserved_charged_and_sent(examples: Examples) -> None:
    run, journal = examples.execute("UsrFulfilOrder", "Journal", Amount="59.90", Country="DE")

    assert journal == ["goods reserved", "59.90 charged", "parcel handed over"]
    assert examples.show(run).path[-2:] == ["ParcelSent", "OrderFulfilled"]


def test_an_order_that_cannot_be_sent_is_undone_in_reverse_order(examples: Examples) -> None:
    run, journal = examples.execute("UsrFulfilOrder", "Journal", Amount="59.90", Country="AQ")

    assert journal == ["goods reserved", "59.90 charged", "59.90 paid back", "goods released"]
    seen = examples.show(run)
    assert seen.status == "Completed"
    assert seen.path[-6:] == [
        *("NotDeliverable", "ParcelNotSent", "UndoOrder", "PayBack", "ReleaseGoods", "OrderUndone")
    ]


def test_a_trip_that_the_card_bears_is_booked(examples: Examples) -> None:
    run, journal = examples.execute("UsrBookTrip", "Journal", Price="900")

    assert journal == ["flight booked", "hotel booked", "900 charged"]
    assert examples.show(run).path[-2:] == ["AllBooked", "TripBooked"]


def test_a_trip_that_the_card_does_not_bear_is_cancelled_as_a_whole(examples: Examples) -> None:
    run, journal = examples.execute("UsrBookTrip", "Journal", Price="1100")

    booked, undone = ["flight booked", "hotel booked"], ["hotel cancelled", "flight cancelled"]
    assert journal == [*booked, *undone, "customer told"]
    seen = examples.show(run)
    assert (seen.status, seen.elements) == ("Completed", [])
    assert "TripBooked" not in seen.path
    assert seen.path[-3:] == ["BookingCancelled", "TellCustomer", "NothingBooked"]


def test_the_invoices_of_a_day_are_written_one_after_the_other(examples: Examples) -> None:
    orders = [
        {"Customer": "Ada", "Amount": 100},
        {"Customer": "Bob", "Amount": 0},
        {"Customer": "Eve", "Amount": "10.50"},
    ]

    run, total = examples.execute("UsrRunInvoices", "Sum", Orders=json.dumps(orders))

    assert total == 131.5
    seen = examples.show(run)
    assert [(row["Total"], row["Remark"]) for row in seen.values["Invoices"]] == [
        *((119, "billed"), (None, "nothing to bill"), (12.5, "billed"))
    ]
    done = [each for each in seen.path if each in ("NoteInvoice", "NothingBilled")]
    assert done == ["NoteInvoice", "NothingBilled", "NoteInvoice"]


def test_each_invoice_is_a_run_of_its_own(examples: Examples) -> None:
    orders = '[{"Customer": "Only", "Amount": 1}]'
    run, _ = examples.execute("UsrRunInvoices", "Sum", Orders=orders)

    called = [each for each in examples.runs("UsrWriteInvoice") if each.values["Amount"] == 1]

    assert [(each.status, each.values["Total"]) for each in called] == [("Completed", 1.19)]
    assert examples.show(run).values["Invoices"][0]["Customer"] == "Only"


def test_what_is_old_is_deleted_batch_by_batch(examples: Examples) -> None:
    run, report = examples.execute("UsrCleanUp", "Report", OldRecords="250", BatchSize="100")

    assert report == "3 batches deleted, 0 records left"
    assert "CleanByHand" in examples.show(run).flows


def test_nothing_old_is_no_round_and_too_much_is_a_hundred(examples: Examples) -> None:
    _, nothing = examples.execute("UsrCleanUp", "Report", OldRecords="0")
    _, much = examples.execute("UsrCleanUp", "Report", OldRecords="101", BatchSize="1")

    assert nothing == "0 batches deleted, 0 records left"
    assert much == "100 batches deleted, 1 records left"


def test_a_small_claim_is_paid_by_the_table(examples: Examples) -> None:
    run, outcome = examples.execute(
        "UsrHandleClaim", "Outcome", Amount="80", DaysSincePurchase="5", CustomerSince="2026-01-31"
    )

    assert outcome == "paid"
    seen = examples.show(run)
    assert seen.values["Paid"] == 80
    assert "VerdictApproved" in seen.flows


def test_a_claim_after_the_warranty_is_declined_by_the_table(examples: Examples) -> None:
    run, outcome = examples.execute(
        "UsrHandleClaim", "Outcome", Amount="80", DaysSincePurchase="400"
    )

    assert outcome == "declined"
    assert "VerdictDeclined" in examples.show(run).flows


def test_contacts_are_added_and_read(examples: Examples) -> None:
    _, added = examples.execute("UsrAddNewExternalContact", "ContactId", ContactName="Ann Lee")
    _, contacts = examples.execute("UsrGetAllContacts", "ContactList")

    assert [row["Id"] for row in contacts if row["Name"] == "Ann Lee"] == [added]


def test_a_customer_is_scored_by_three_ways_at_once(examples: Examples) -> None:
    run, grade = examples.execute("UsrScoreCustomer", "Grade", Turnover="100000")

    assert grade in ("A", "B", "C")
    assert {"ScoreTurnover", "ScorePayments", "ScoreOrder"} <= set(examples.show(run).path)


def test_five_steps_answer_a_score(examples: Examples) -> None:
    assert examples.execute("UsrFiveSteps", "Score", Amount="60")[1] == 100


# -- somebody does it -----------------------------------------------------------------------------


def test_a_large_claim_is_paid_when_somebody_has_looked_at_it(examples: Examples) -> None:
    run, outcome = examples.execute("UsrHandleClaim", "Outcome", Amount="20000")
    assert outcome == "is looked at"

    examples.do(run, "ReviewClaim")

    seen = examples.show(run)
    assert (seen.status, seen.values["Outcome"]) == ("Completed", "paid")
    assert seen.flows[-2:] == ["ReviewedToPayClaim", "ToClaimPaid"]


def test_a_small_expense_is_approved_at_once(examples: Examples) -> None:
    run, outcome = examples.execute("UsrApproveExpense", "Outcome", Employee="Ada", Amount="50")

    assert outcome == "approved"
    assert "GetApproval" not in examples.show(run).path


def test_a_larger_expense_is_approved_by_somebody(examples: Examples) -> None:
    run, outcome = examples.execute("UsrApproveExpense", "Outcome", Employee="Ada", Amount="51")
    assert outcome == "waits for approval"

    examples.do(run, "Approve")

    seen = examples.show(run)
    assert (seen.status, seen.values["Outcome"]) == ("Completed", "approved")
    assert seen.path[-3:] == ["Approved", "NoteApproval", "ExpenseApproved"]


def test_a_discount_waits_for_its_approval(examples: Examples) -> None:
    run, price = examples.execute("UsrApproveDiscount", "Price", Amount="200", DiscountPercent="25")
    assert price is None

    examples.do(run, "Approve")

    assert examples.show(run).values["Price"] == 150


def test_a_payment_is_released_when_all_approvers_say_yes(examples: Examples) -> None:
    approvers = '[{"Name": "Ada"}, {"Name": "Bob"}, {"Name": "Eve"}]'
    run = examples.begin("UsrFourEyes", "Outcome", Payment="P-yes", Approvers=approvers)
    asked = examples.show(run).at("ApprovePayment")
    assert len(asked) == 3

    for uid in reversed(asked):
        examples.execute_element(uid)

    seen = examples.show(run)
    assert (seen.status, seen.values["Outcome"]) == ("Completed", "released")
    assert seen.values["Votes"] == [{"Name": name, "Vote": "yes"} for name in ("Ada", "Bob", "Eve")]


def test_an_employee_is_onboarded_in_any_order(examples: Examples) -> None:
    run, done = examples.execute("UsrOnboardEmployee", "Done", Employee="Grace Hopper")
    assert done == ["welcome mail"]
    ready = {each["element"] for each in examples.show(run).elements if each["state"] == "ready"}
    assert ready == {"OrderLaptop", "MakeAccounts", "MeetTeam", "SendWelcome"}

    for task in ("MakeAccounts", "OrderLaptop"):
        examples.do(run, task, state="ready")  # It begins.
        examples.do(run, task)  # It is done.

    seen = examples.show(run)
    assert (seen.status, seen.values["Report"]) == ("Completed", "Grace Hopper can work")
    assert seen.values["Done"] == ["welcome mail", "accounts", "laptop"]
    assert "MeetTeam" not in seen.path
