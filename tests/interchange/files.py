"""The files of tests/interchange/files: what each is said to be, and how a run of it goes.

They are written as the modelers write them: their prefixes and ids, their diagrams, extensions and
encodings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "files"

EA = "EAID_{:08X}_52A4_4f8a_9C1E_6A9F0B7D2C11"
LONG_PROCESS = ("_P_" + "ThisElementWasNamedByAGeneratorThatLikesVeryLongIdentifiers_" * 5)[:250]


@dataclass(frozen=True)
class Story:
    """A run: what it starts with, what the outside answers by element, and how it ends.

    `messages`: name, key and payload of messages that come while it waits. `marks`: what the bytes
    of the file show of how they were saved.
    """

    process: str
    given: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    messages: Sequence[tuple[str, str, Mapping[str, Any]]] = ()
    seconds: int = 0
    visited: Sequence[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    marks: Sequence[bytes] = ()


STORIES: Mapping[str, Story] = {
    "camunda-7-invoice.bpmn": Story(
        "Process_Invoice",
        given={"creditor": "Great Pizza", "amount": 2000},
        answers={"Activity_approve": {"approved": True}, "Activity_pay": {"transferId": "T-1"}},
        visited=["Activity_pay"],
        values={"amount": 2000, "urgent": True, "approvers": ["mary", "john"], "paidBy": "T-1"},
        warnings=["camunda:taskListener (org.camunda.bpm.example.invoice.AssignListener)"],
    ),
    "camunda-7-collaboration-crlf.bpmn": Story(
        "Process_Shop",
        given={"quantity": 3, "price": 50},
        answers={"Activity_pick": {"shelf": "B-2"}},
        visited=["Event_throw", "Activity_call"],
        values={"total": 150, "shelf": "B-2"},
        warnings=["camunda:validation in camunda:formField is not done"],
        marks=[b"\r\n"],
    ),
    "camunda-8-order.bpmn": Story(
        "order-process",
        given={
            "items": [{"sku": "a", "price": 2, "count": 3}, {"sku": "b", "price": 4, "count": 1}],
            "orderId": "O-1",
            "clerk": "ann",
        },
        answers={"Activity_reserve": {"place": "shelf"}},
        messages=[("payment-received", '["O-1"]', {"payment": {"amount": 9}})],
        seconds=2 * 86_400,
        visited=["Activity_ask", "Event_told"],
        values={"total": 10, "paid": 9, "places": ["shelf", "shelf"]},
    ),
    "camunda-8-web-modeler-bom.bpmn": Story(
        "Process_f1c0de",
        given={"currency": "EUR"},
        answers={"Activity_rest": {"response": {"body": {"rate": 4}}}},
        values={"rate": 4, "result": 9},
        warnings=["zeebe:executionListeners"],
        marks=[b"\xef\xbb\xbf"],
    ),
    "bpmn-io-demo.bpmn": Story("Process_1", visited=["Activity_a", "Activity_b"]),
    "flowable-vacation.bpmn20.xml": Story(
        "vacationRequest",
        given={"days": 10, "managers": ["eve", "bob"]},
        answers={"handleRequest": {"vacationApproved": True}},
        values={"daysLeft": 20, "text": "There are 20 days left"},
        warnings=["flowable:initiator"],
    ),
    "activiti-report.bpmn20.xml": Story(
        "financialReport",
        given={"author": "ann"},
        answers={"writeReportTask": {"pageCount": 6}},
        seconds=300,
        values={"sheets": 12},
        warnings=["activiti:taskListener (org.activiti.examples.Log)"],
    ),
    "signavio-angebot.bpmn": Story("sid-4D5F3C31-8C0B-4A5A-9D0C-000000000001"),
    "bizagi-credit-bom-crlf.bpmn": Story(
        "Id_00000001-52a4-4f8a-9c1e-6a9f0b7d2c11",
        visited=["Id_00000003-52a4-4f8a-9c1e-6a9f0b7d2c11"],
        marks=[b"\xef\xbb\xbf", b"\r\n"],
    ),
    "enterprise-architect-claim.bpmn": Story(
        EA.format(1),
        visited=[EA.format(4)],
        values={"ClaimData": 4711},
        marks=[b"Sch\xe4den", b"\r\n\t"],
    ),
    "visual-paradigm-repair.bpmn": Story(
        "sJK1nJaGAqEsAgUc", seconds=86_400, visited=["cJK1nJaGAqEsAgUg"]
    ),
    "aris-complaint-one-line.bpmn": Story(
        "ID_00000001-3d1c-11ef-0bb4-0242ac110002",
        visited=["ID_00000009-3d1c-11ef-0bb4-0242ac110002"],
    ),
    "eclipse-bpmn2-modeler-evaluation.bpmn2": Story(
        "com.sample.evaluation", answers={"UserTask_1": {"outcome": 5}}, values={"score": 5}
    ),
    "eclipse-bpmn2-modeler-stock.bpmn": Story("stock", {"delivered": 5}, values={"left": 4}),
    "trisotech-onboard-utf-16.bpmn": Story("_6a0f11d0", marks=[b"\xff\xfe<\0"]),
    "adonis-office.bpmn": Story("OfficeProcess", visited=["_t1", "_g1"]),
    "yaoqiang-long-ids.bpmn": Story(LONG_PROCESS, messages=[("Go", "", {})]),
    "igrafx-latin-1.bpmn": Story("Proc1", visited=["ut", "se"], marks=[b"Pr\xfcfung"]),
}
