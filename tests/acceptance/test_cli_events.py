"""`procession message`, `signal` and `conditions`, run as their users run them."""

import json
from pathlib import Path

import pytest

from tests.acceptance.running import procession

FILE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:procession="urn:procession:bpmn:1.0" targetNamespace="urn:test">
<message id="Paid" name="paid"/><message id="Ordered" name="ordered"/>
<signal id="Alarm" name="alarm"/>
<process id="UsrOrder" isExecutable="true">
  <extensionElements>
    <procession:parameter code="Number" type="Integer"/>
    <procession:parameter code="Amount" type="Money"/>
  </extensionElements>
  <startEvent id="Ordered_"><messageEventDefinition messageRef="Ordered"/></startEvent>
  <intermediateCatchEvent id="Paid_">
    <messageEventDefinition messageRef="Paid" procession:correlationKey="Number"/>
  </intermediateCatchEvent>
  <intermediateCatchEvent id="Alarm_">
    <signalEventDefinition signalRef="Alarm"/>
  </intermediateCatchEvent>
  <endEvent id="End"/>
  <sequenceFlow id="a" sourceRef="Ordered_" targetRef="Paid_"/>
  <sequenceFlow id="b" sourceRef="Paid_" targetRef="Alarm_"/>
  <sequenceFlow id="c" sourceRef="Alarm_" targetRef="End"/>
</process>
<process id="UsrCool" isExecutable="true">
  <extensionElements>
    <procession:parameter code="Temperature" type="Integer" default="0"/>
  </extensionElements>
  <startEvent id="Hot">
    <conditionalEventDefinition>
      <condition>Temperature &gt; 100</condition>
    </conditionalEventDefinition>
  </startEvent>
  <endEvent id="Cooled"/>
  <sequenceFlow id="d" sourceRef="Hot" targetRef="Cooled"/>
</process></definitions>"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "order.bpmn"
    file.write_text(FILE)
    done = procession("deploy", str(file), data=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_a_message_starts_a_process_and_another_one_with_its_key_lets_it_go_on(data: Path) -> None:
    started = procession("message", "ordered", "Number=4711", "--json", data=data)
    delivery = json.loads(started.stdout)
    assert delivery["fate"] == "started"
    run = delivery["instance_id"]

    other = procession("message", "paid", "--key", "4712", "Amount=12.50", data=data)
    assert "nobody waits for it; it is kept until" in other.stdout
    paid = procession("message", "paid", "--key", "4711", "Amount=12.50", data=data)
    assert paid.stdout == f"taken by {run}\n"

    shown = json.loads(procession("show", run, "--json", data=data).stdout)
    assert shown["values"] == {"Number": 4711, "Amount": 12.5}
    signal = procession("signal", "alarm", data=data)
    assert signal.stdout == "alarm: all that waited for it have it\n"
    listed = json.loads(procession("list", "instances", "--json", data=data).stdout)
    assert [one["status"] for one in listed] == ["Completed"]


def test_a_message_that_may_not_be_kept_is_told_to_be_unclaimed(data: Path) -> None:
    done = procession("message", "paid", "--message-live-seconds", "0", data=data)

    assert done.returncode == 0
    assert done.stdout == "nobody waits for it, and it is not kept\n"


def test_a_value_without_a_name_is_refused(data: Path) -> None:
    for command in ("message", "signal"):
        done = procession(command, "paid", "12.50", data=data)
        assert done.returncode == 2
        assert "write it as Code=value" in done.stderr


def test_a_condition_starts_a_process_when_it_holds(data: Path) -> None:
    cold = procession("conditions", "Temperature=99", data=data)
    assert cold.stdout == "no condition that starts a process holds\n"

    hot = json.loads(procession("conditions", "Temperature=104", "--json", data=data).stdout)
    (run,) = hot["started"]
    shown = json.loads(procession("show", run, "--json", data=data).stdout)
    assert shown["values"] == {"Temperature": 104}
    listed = json.loads(procession("list", "instances", "--json", data=data).stdout)
    assert [(one["id"], one["status"]) for one in listed] == [(run, "Completed")]
