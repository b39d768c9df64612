"""Whole files as modelers write them, each in the style of another one."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from procession.core.values import Value
from procession.dmn import evaluate, read
from tests.unit.dmn.dmn_builders import MOMENT, decision, definitions, literal, value_of

FILES = Path(__file__).parent / "files"
EXAMPLES = Path(__file__).parents[3] / "examples"

VIOLATION = {"type": "speed", "speed limit": 50, "actual speed": 75}
APPLICANT = {"Age": 30, "Monthly Income": 3000, "Marital Status": "M"}
DRIVER = {"Name": "Ada", "Points": 15}
ADA = {"name": "Ada", "dept num": 20, "salary": 5000}
BOB = {"name": "Bob", "dept num": 10, "salary": 900}

CASES: list[tuple[str, str, dict[str, Value], Value]] = [
    ("dish-camunda", "Dish", {"guests": 4, "temperature": 5}, "Spareribs"),
    ("dish-camunda", "Dish", {"guests": 9, "temperature": 5}, "Pasta"),
    ("dish-camunda", "Dish", {"guests": 9, "temperature": 25.5}, "Salad"),
    ("dish-camunda", "Season", {"temperature": 15}, "Spring"),
    (
        "approver-camunda-undrawn",
        "invoiceApprover",
        {"amount": 600, "invoiceCategory": "Travel Expenses"},
        ["sales", "management"],
    ),
    (
        "approver-camunda-undrawn",
        "invoiceApprover",
        {"amount": 2000, "invoiceCategory": "Misc"},
        [],
    ),
    (
        "fines-zeebe",
        "Decision_fine",
        {"Violation": VIOLATION},
        {"over": 25, "amount": 250, "points": 7},
    ),
    (
        "fines-zeebe",
        "Decision_fine",
        {"Violation": {**VIOLATION, "actual speed": 60}},
        {"over": 10, "amount": 100, "points": 3},
    ),
    ("loan-trisotech", "Application risk score", {"Applicant": APPLICANT}, 93),
    ("loan-trisotech", "Routing", {"Applicant": APPLICANT}, "REFER"),
    ("loan-trisotech", "Routing", {"Applicant": {**APPLICANT, "Monthly Income": 900}}, "DECLINE"),
    ("loan-trisotech", "Routing", {"Applicant": {**APPLICANT, "Age": 20}}, "ACCEPT"),
    ("traffic-kie", "Fine", {"Speed over limit": 30}, {"Amount": 1000, "Points": 7}),
    ("traffic-kie", "Fine", {"Speed over limit": 5}, {"Amount": None, "Points": 0}),
    (
        "traffic-kie",
        "Should the driver be suspended?",
        {"Driver": DRIVER, "Speed over limit": 30},
        "Yes",
    ),
    ("traffic-kie", "Suspension service", {"Driver": DRIVER, "Speed over limit": 12}, "No"),
    ("salaries-trisotech", "Well paid", {"Employees": [ADA, BOB]}, [ADA]),
    ("salaries-trisotech", "Managers of the well paid", {"Employees": [ADA, BOB]}, ["Jones"]),
    ("salaries-trisotech", "All earn enough", {"Employees": [ADA, BOB]}, False),
    ("pricing-service", "Price", {"Quantity": 10}, Decimal("112.5")),
    ("pricing-service", "pricingService", {"Quantity": 100, "Base price": 1}, 75),
    ("pricing-service", "Offers", {}, [10, 90, 600]),
    ("vacation-kie", "Total Vacation Days", {"Age": 16, "Years of Service": 1}, 27),
    ("vacation-kie", "Total Vacation Days", {"Age": 50, "Years of Service": 20}, 24),
    ("vacation-kie", "Total Vacation Days", {"Age": 25, "Years of Service": 5}, 22),
    ("vacation-kie", "Total Vacation Days", {"Age": 60, "Years of Service": 30}, 27),
    (
        "shipping-orders",
        "Carriers",
        {"Weight kg": 3, "Express": False},
        [
            {"carrier": "Falcon", "days": 1},
            {"carrier": "Ox", "days": 3},
            {"carrier": "Snail", "days": 7},
        ],
    ),
    ("shipping-orders", "Notes", {"Weight kg": 120}, ["two people", "fork lift"]),
    (
        "deadlines",
        "Due",
        {"Opened": datetime(2026, 1, 2, 15, 30), "Priority": "high"},
        date(2026, 1, 5),
    ),
    (
        "deadlines",
        "Due",
        {"Opened": datetime(2026, 1, 2, 15, 30), "Priority": "normal"},
        date(2026, 1, 12),
    ),
    ("tax-functions", "Tax due", {"Income": 60_000}, 12_000),
    ("tax-functions", "Tax due", {"Income": 9_000}, 0),
    ("eligibility-any", "Eligibility", {"Age": 17, "Risk": "DECLINE"}, "INELIGIBLE"),
    ("eligibility-any", "Eligibility", {"Age": 40, "Risk": "LOW"}, "ELIGIBLE"),
    ("eligibility-any", "Number of reasons", {"Age": 17, "Risk": "DECLINE"}, 2),
    (
        "UsrClaimDecision",
        "UsrClaimDecision",
        {"Amount": 500, "Days since purchase": 3, "Customer since": date(2020, 1, 1)},
        {"verdict": "approved", "paid": 500},
    ),
    (
        "UsrClaimDecision",
        "UsrClaimVerdict",
        {"Amount": 50, "Days since purchase": 400, "Customer since": None},
        "declined",
    ),
]


@pytest.mark.parametrize(("file", "decision", "inputs", "expected"), CASES)
def test_a_file_decides_as_its_author_meant(
    file: str, decision: str, inputs: dict[str, Value], expected: Value
) -> None:
    folder = EXAMPLES if file.startswith("Usr") else FILES
    model = read((folder / f"{file}.dmn").read_bytes(), file=file)

    result = evaluate(model, decision, inputs, moment=MOMENT)

    assert result.value == expected
    assert result.warnings == ()


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    ],
)
def test_the_oldest_and_the_newest_namespace_are_read(namespace: str) -> None:
    """DMN 1.1 is what modelers wrote for years, with types as `feel:number`."""
    xml = definitions(decision("D", literal("1 + 1"), type_="feel:number"), namespace=namespace)

    assert evaluate(read(xml), "D", {}, moment=MOMENT).value == 2


def test_a_knowledge_model_that_is_only_drawn_keeps_nothing_from_being_decided() -> None:
    drawn = '<businessKnowledgeModel id="menu" name="El menú"/>'

    assert value_of("D", drawn, decision("D", literal("1"), uses="menu")) == 1


def test_every_file_has_a_case() -> None:
    assert {path.stem for path in FILES.glob("*.dmn")} <= {case[0] for case in CASES}
