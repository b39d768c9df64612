"""The program `procession`, run as its users run it: commands, output, exit codes."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from tests.acceptance.running import (
    EXAMPLES,
    PROGRAM,
    environment,
    logged_in,
    procession,
    service,
)

ADD = "UsrAddNewExternalContact"
ALL = "UsrGetAllContacts"
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the examples; the tests that use it add to it, and change nothing else."""
    data = tmp_path_factory.mktemp("deployed") / "data"
    done = procession("deploy", *EXAMPLES, data=data)
    assert done.returncode == 0, done.stderr
    return data


def file_with(folder: Path, element: str, name: str = "UsrBroken") -> Path:
    """A BPMN file of one process: start, the element, end."""
    file = folder / f"{name}.bpmn"
    file.write_text(f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:procession="urn:procession:bpmn:1.0" targetNamespace="urn:test">
<process id="{name}" isExecutable="true">
  <extensionElements>
    <procession:parameter code="Ratio" type="Float" default="1"/>
  </extensionElements>
  <startEvent id="Start"/>
  {element}
  <endEvent id="End"/>
  <sequenceFlow id="a" sourceRef="Start" targetRef="Middle"/>
  <sequenceFlow id="b" sourceRef="Middle" targetRef="End"/>
</process></definitions>""")
    return file


FAILING = '<scriptTask id="Middle" procession:result="Ratio" procession:formula="1 / (Ratio - 1)"/>'
UNKNOWN = '<businessRuleTask id="Middle" name="Rate it"/>'


def test_a_first_deployment_is_version_1_and_the_same_again_changes_nothing(tmp_path: Path) -> None:
    first = procession("deploy", *EXAMPLES, data=tmp_path)
    again = procession("deploy", *EXAMPLES, "--json", data=tmp_path)

    assert f"{ADD}: deployed as version 1" in first.stdout
    assert {(one["version"], one["changed"]) for one in json.loads(again.stdout)} == {(1, False)}


def test_a_changed_file_is_the_next_version(tmp_path: Path) -> None:
    procession("deploy", str(file_with(tmp_path, '<task id="Middle"/>')), data=tmp_path / "data")

    file = file_with(tmp_path, '<task id="Middle" name="Changed"/>')
    done = procession("deploy", str(file), data=tmp_path / "data")

    assert "UsrBroken: deployed as version 2" in done.stdout


def test_one_bad_file_among_several_and_nothing_is_deployed(tmp_path: Path) -> None:
    bad = file_with(tmp_path, UNKNOWN)

    done = procession("deploy", *EXAMPLES, str(bad), data=tmp_path / "data")

    assert done.returncode == 3
    assert f"{bad}:8: Middle (Rate it): " in done.stderr
    assert json.loads(procession("list", "--json", data=tmp_path / "data").stdout) == []


def test_check_finds_no_problem_in_the_examples_and_deploys_nothing(tmp_path: Path) -> None:
    done = procession("check", *EXAMPLES, data=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": no problems\n") == len(EXAMPLES)
    assert json.loads(procession("list", "--json", data=tmp_path).stdout) == []


def test_check_prints_the_problems_as_json_too(tmp_path: Path) -> None:
    done = procession("check", "--json", str(file_with(tmp_path, UNKNOWN)), data=tmp_path / "data")

    assert done.returncode == 3
    assert [(one["element"], one["line"]) for one in json.loads(done.stdout)] == [("Middle", 8)]
    assert done.stderr == ""


def test_check_looks_tables_up_in_the_database(tmp_path: Path) -> None:
    element = """<serviceTask id="Middle"><extensionElements>
        <procession:addData table="Nowhere"><procession:value column="Name" expression="'x'"/>
        </procession:addData></extensionElements></serviceTask>"""

    done = procession("check", str(file_with(tmp_path, element)), data=tmp_path / "data")

    assert done.returncode == 3
    assert "Nowhere" in done.stderr


def test_execute_prints_the_result_as_json(deployed: Path) -> None:
    done = procession("execute", ADD, "ContactName=Ada", "--result", "ContactId", data=deployed)

    assert done.returncode == 0, done.stderr
    contact = UUID(json.loads(done.stdout))
    listed = procession("execute", ALL, "--result", "ContactList", data=deployed)
    assert (str(contact), "Ada") in [(one["Id"], one["Name"]) for one in json.loads(listed.stdout)]


def test_execute_prints_id_and_status_where_no_result_is_asked(deployed: Path) -> None:
    done = procession("execute", "UsrFiveSteps", "Amount=4", data=deployed)

    uid, status = (line.split()[1] for line in done.stdout.splitlines())
    assert (UUID(uid).version, status) == (8, "Completed")


def test_an_instance_that_rests_is_running_and_no_failure(deployed: Path) -> None:
    done = procession(
        "execute", "UsrApproveDiscount", "DiscountPercent=50", "--json", data=deployed
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "Running"


def test_a_run_that_fails_has_exit_code_1_and_says_why(tmp_path: Path) -> None:
    procession("deploy", str(file_with(tmp_path, FAILING)), data=tmp_path / "data")

    done = procession("execute", "UsrBroken", data=tmp_path / "data")

    assert done.returncode == 1
    assert done.stderr.startswith("Failed: Middle: ")
    assert "Error" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["execute", "UsrFiveStep"], 3, "UsrFiveSteps"),
        (["execute", "UsrFiveSteps", "Amount=four"], 3, "Amount: 'four' is not an Integer"),
        (["execute", "UsrFiveSteps", "--result", "Scores"], 3, "it has: Amount, Score"),
        (["execute", "UsrFiveSteps", "Amount"], 2, "write it as Code=value"),
        (["show", "0199d3c2-5a41-8b6f-9c3e-7d1100000000"], 3, "0199d3c2"),
        (["show", "x"], 2, "no id of an instance"),
        (["enable", "UsrNobody"], 3, "UsrNobody"),
        (["user", "disable", "nobody"], 3, "nobody"),
        (["deploy", "nowhere.bpmn"], 2, "nowhere.bpmn"),
        (["list", "everything"], 2, "everything"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call_says_what_is_wrong_on_stderr_alone(
    deployed: Path, words: list[str], code: int, says: str
) -> None:
    done = procession(*words, data=deployed)

    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert says in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_setting_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "list"],
        env={**environment(), "PROCESSION_PROT": "80"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert "PROCESSION_PORT" in done.stderr


def test_a_data_folder_that_is_a_file_is_an_error_of_the_machine(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("no folder")

    done = procession("list", data=file)

    assert done.returncode == 4
    assert done.stderr.startswith("Error: ")
    assert str(file) in done.stderr
    assert file.read_text() == "no folder"


def test_in_a_pipe_a_table_is_lines_of_cells(deployed: Path) -> None:
    lines = procession("list", data=deployed).stdout.splitlines()

    assert lines[0].split("\t")[:3] == ["PROCESS", "VERSION", "CAPTION"]
    assert f"{ALL}\t1\tGet all contacts\tyes" in "\n".join(lines)


def on_a_terminal(*words: str, data: Path, **variables: str) -> str:
    ours, theirs = pty.openpty()
    command = [*PROGRAM, *words, "--data", str(data)]
    subprocess.run(
        command, stdout=theirs, check=True, env={**environment(), "TERM": "xterm", **variables}
    )
    os.close(theirs)
    parts = []
    try:
        while part := os.read(ours, 65_536):
            parts.append(part)
    except OSError:
        pass  # Linux says so at the end of what a terminal holds.
    os.close(ours)
    return b"".join(parts).decode()


def test_on_a_terminal_a_table_has_lines_and_colours_unless_they_are_not_wanted(
    deployed: Path,
) -> None:
    colourful = on_a_terminal("list", data=deployed, COLUMNS="200")
    plain = on_a_terminal("list", data=deployed, COLUMNS="200", NO_COLOR="1")

    assert "━" in colourful
    assert "\x1b[" in colourful
    assert "━" in plain
    assert "\x1b[3" not in plain


def test_a_value_cannot_steer_the_terminal(deployed: Path) -> None:
    procession("execute", ADD, "ContactName=\x1b[2JEve", data=deployed)
    rows = json.loads(
        procession("list", "instances", "--process", ADD, "--json", data=deployed).stdout
    )

    shown = procession("show", rows[0]["id"], data=deployed).stdout

    assert "\x1b" not in shown
    assert "\\x1b[2JEve" in shown


def test_list_finds_instances_by_process_and_status(deployed: Path) -> None:
    procession("execute", "UsrFiveSteps", "Amount=1", data=deployed)

    found = procession(
        *("list", "instances", "--process", "UsrFiveSteps", "--status", "Completed"),
        *("--limit", "1", "--json"),
        data=deployed,
    )

    assert [one["process"] for one in json.loads(found.stdout)] == ["UsrFiveSteps"]


def test_show_tells_parameters_elements_incidents_and_history(tmp_path: Path) -> None:
    procession("deploy", str(file_with(tmp_path, FAILING)), data=tmp_path / "data")
    outcome = procession("execute", "UsrBroken", "--json", data=tmp_path / "data").stdout
    uid = json.loads(outcome)["instance_id"]

    text = procession("show", uid, data=tmp_path / "data").stdout
    view = json.loads(procession("show", uid, "--json", data=tmp_path / "data").stdout)

    assert [line for line in text.splitlines() if line.isalpha()] == [
        *("Parameters", "Elements", "Incidents", "History")
    ]
    assert view["incidents"][0]["element"] == "Middle"
    assert "IncidentRaised" in text


def test_a_disabled_process_takes_no_new_start_until_it_is_enabled(tmp_path: Path) -> None:
    procession("deploy", *EXAMPLES, data=tmp_path)

    procession("disable", "UsrFiveSteps", data=tmp_path)
    refused = procession("execute", "UsrFiveSteps", data=tmp_path)
    procession("enable", "UsrFiveSteps", data=tmp_path)

    assert refused.returncode == 3
    assert procession("execute", "UsrFiveSteps", data=tmp_path).returncode == 0


def test_users_are_added_changed_and_listed_without_their_passwords(tmp_path: Path) -> None:
    def user(verb: str, stdin: str = PASSWORD) -> "subprocess.CompletedProcess[str]":
        options = ["--password-stdin"] if verb in ("add", "passwd") else []
        return procession("user", verb, "Supervisor", *options, data=tmp_path, stdin=stdin)

    assert user("add", stdin="short").returncode == 3
    assert user("add").returncode == 0
    assert user("add").returncode == 3
    assert user("passwd", stdin="another horse\n").returncode == 0
    assert user("disable").returncode == 0

    listed = procession("user", "list", "--json", data=tmp_path).stdout
    assert [(u["name"], u["disabled"]) for u in json.loads(listed)] == [("Supervisor", True)]
    assert "argon2" not in listed


def test_a_password_is_not_taken_from_the_command_line(tmp_path: Path) -> None:
    done = procession("user", "add", "Supervisor", PASSWORD, data=tmp_path)

    assert done.returncode == 2


def test_without_a_terminal_the_password_option_is_named(tmp_path: Path) -> None:
    done = procession("user", "add", "Supervisor", data=tmp_path)

    assert done.returncode == 2
    assert "--password-stdin" in done.stderr


def test_a_running_service_notices_at_once_what_the_commands_change(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with service(data) as (_, address):
        procession("user", "add", "Ada", "--password-stdin", data=data, stdin=PASSWORD)
        client = logged_in(address, "Ada", PASSWORD)
        execute = "/0/ServiceModel/ProcessEngineService.svc/UsrFiveSteps/Execute"

        assert client.get(execute).status_code == 404
        procession("deploy", *EXAMPLES, data=data)
        assert client.get(execute).status_code == 200
        procession("disable", "UsrFiveSteps", data=data)
        assert client.get(execute).status_code == 400
        procession("user", "disable", "Ada", data=data)
        assert client.get(execute).status_code == 401
        client.close()


def test_commands_run_processes_beside_the_service(tmp_path: Path) -> None:
    data = tmp_path / "data"
    procession("deploy", *EXAMPLES, data=data)
    with service(data):
        done = procession("execute", ADD, "ContactName=Ada", "--result", "ContactId", data=data)
        later = procession("execute", "UsrScoreCustomer", "--wait", "0", "--json", data=data)

    assert done.returncode == 0, done.stderr
    assert UUID(json.loads(done.stdout))
    assert later.returncode == 0, later.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with service(tmp_path / "one") as (_, address):
        port = address.rpartition(":")[2]

        done = procession("serve", "--port", port, data=tmp_path / "two")

    assert done.returncode == 2
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_the_service_ends_with_code_0_when_it_is_told_to(tmp_path: Path) -> None:
    with service(tmp_path / "data") as (running, _):
        running.terminate()

        assert running.wait(30) == 0


def test_a_file_of_1000_nested_sub_processes_is_shown_as_it_came(tmp_path: Path) -> None:
    begins = "".join(f'<subProcess id="s{number}">' for number in range(1_000))
    inner = f'{begins}<task id="e"/>{"</subProcess>" * 1_000}'
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">'
        f'<process id="UsrDeep">{inner}</process></definitions>'
    )
    file = tmp_path / "deep.bpmn"
    file.write_text(text, encoding="utf-8")

    deployed = procession("deploy", str(file), data=tmp_path / "data")
    shown = procession("show", "UsrDeep", "--xml", data=tmp_path / "data")

    assert (deployed.returncode, shown.returncode) == (0, 0), deployed.stderr + shown.stderr
    assert shown.stdout.rstrip("\n") == text


def test_version_and_help_need_no_data_folder(tmp_path: Path) -> None:
    for words in (["--version"], ["--help"], ["user", "--help"], ["serve", "--help"]):
        done = subprocess.run([*PROGRAM, *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0
        assert done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_installed_program_is_the_same() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("procession"), "--version"], capture_output=True, text=True
    )

    assert done.stdout.startswith("procession ")
