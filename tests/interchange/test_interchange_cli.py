"""The command line: warnings are told and do not refuse, files come back byte for byte."""

import json
import subprocess
import sys
from pathlib import Path

from tests.interchange.files import FOLDER, STORIES

WARNED = FOLDER / "flowable-vacation.bpmn20.xml"
TOLD = "warning: startEvent1: flowable:initiator is not done; the process runs without it"


def procession(data: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    command, *others = words
    return subprocess.run(
        [sys.executable, "-m", "procession", command, "--data", str(data), *others],
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_file_is_given_back_byte_for_byte(tmp_path: Path) -> None:
    name = "bizagi-credit-bom-crlf.bpmn"
    deployed = procession(tmp_path, "deploy", str(FOLDER / name))

    shown = procession(tmp_path, "show", STORIES[name].process, "--xml")
    unknown = procession(tmp_path, "show", STORIES[name].process, "--xml", "--version", "7")
    missing = procession(tmp_path, "show", "UsrNobody", "--xml")
    no_instance = procession(tmp_path, "show", "UsrNobody")

    assert deployed.returncode == 0
    assert shown.stdout == (FOLDER / name).read_bytes()
    assert (unknown.returncode, missing.returncode, no_instance.returncode) == (3, 3, 2)
    assert b"add --xml" in no_instance.stderr


def test_warnings_are_told_and_the_file_is_deployed(tmp_path: Path) -> None:
    checked = procession(tmp_path, "check", str(WARNED))
    deployed = procession(tmp_path, "deploy", str(WARNED))
    as_json = procession(tmp_path, "deploy", "--json", str(WARNED))

    for done in (checked, deployed):
        assert done.returncode == 0
        assert TOLD in done.stderr.decode()
    (one,) = json.loads(as_json.stdout)
    (warning,) = one["warnings"]
    assert (warning["code"], warning["warning"], warning["element"]) == (
        "dialect-not-done",
        True,
        "startEvent1",
    )
    assert warning["line"] > 0


def test_strict_makes_warnings_count(tmp_path: Path) -> None:
    checked = procession(tmp_path, "check", "--strict", str(WARNED))
    deployed = procession(tmp_path, "deploy", "--strict", str(WARNED))
    as_json = procession(tmp_path, "check", "--strict", "--json", str(WARNED))

    assert (checked.returncode, deployed.returncode, as_json.returncode) == (3, 3, 3)
    assert TOLD in deployed.stderr.decode()
    told = json.loads(as_json.stdout)
    assert "dialect-not-done" in {each["code"] for each in told}
    assert all(each["warning"] for each in told)
