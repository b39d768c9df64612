"""`procession decide`, `deploy` and `check` with DMN files, run as their users run them."""

import json
from pathlib import Path

import pytest

from tests.acceptance.running import procession

EXAMPLE = Path(__file__).parents[2] / "examples" / "UsrClaimDecision.dmn"
CLAIM = "UsrClaimDecision"
INPUTS = ("Amount=500", "Days since purchase=3", "Customer since=2020-01-01")
BROKEN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
  namespace="urn:test">
<decision id="UsrBroken" name="Broken"><variable name="Broken"/><decisionTable>
  <output/>
  <rule><outputEntry><text>1</text></outputEntry></rule>
  <rule><outputEntry><text>2</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example and a decision that contradicts itself."""
    folder = tmp_path_factory.mktemp("decided")
    broken = folder / "broken.dmn"
    broken.write_text(BROKEN)
    done = procession("deploy", str(EXAMPLE), str(broken), data=folder / "data")
    assert done.returncode == 0, done.stderr
    assert f"{CLAIM}: deployed as version 1" in done.stdout
    return folder / "data"


def test_a_decision_is_made_and_printed_as_json(deployed: Path) -> None:
    done = procession("decide", CLAIM, *INPUTS, data=deployed)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"verdict": "approved", "paid": 500}


def test_a_decision_is_found_by_its_name_and_tells_what_it_missed(deployed: Path) -> None:
    done = procession("decide", "Verdict", "Amount=20000", data=deployed)

    assert json.loads(done.stdout) == "review"
    assert "Warning: the input Days since purchase is not given; it is null" in done.stderr


def test_json_tells_the_version_and_the_warnings(deployed: Path) -> None:
    done = procession("decide", CLAIM, *INPUTS, "--version", "1", "--json", data=deployed)

    assert json.loads(done.stdout) == {
        "decision": CLAIM,
        "version": 1,
        "value": {"verdict": "approved", "paid": 500},
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["UsrClaimDecisio"], 3, "did you mean UsrClaimDecision?"),
        ([CLAIM, "Amount=much"], 3, "Amount: 'much' is no number; write it as 12.5"),
        ([CLAIM, "Amunt=1"], 3, "there is no input 'Amunt'; did you mean Amount?"),
        ([CLAIM, "--version", "9"], 3, "there is no version 9"),
        ([CLAIM, "Amount"], 2, "'Amount' is no input; write it as Name=value"),
        (["UsrBroken"], 1, "Broken: the rules 1 and 2 hold at once"),
    ],
)
def test_what_cannot_be_decided_ends_with_its_code(
    deployed: Path, arguments: list[str], code: int, message: str
) -> None:
    done = procession("decide", *arguments, data=deployed)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_decisions_are_listed(deployed: Path) -> None:
    done = procession("list", "decisions", data=deployed)
    as_json = procession("list", "decisions", "--json", data=deployed)

    assert done.stdout.splitlines()[0] == "DECISION\tVERSION\tNAME\tFILE\tDEPLOYED\tBY"
    assert [row["id"] for row in json.loads(as_json.stdout)] == [
        *("UsrBroken", CLAIM, "UsrClaimVerdict", "UsrLoyaltyYears"),
    ]


def test_the_problems_of_a_dmn_file_are_told_with_line_and_code(tmp_path: Path) -> None:
    file = tmp_path / "wrong.dmn"
    file.write_text(BROKEN.replace("<text>1<", "<text>1 +<"))

    done = procession("check", str(file), data=tmp_path / "data")

    assert done.returncode == 3
    assert done.stderr.startswith(f"{file}:5: UsrBroken (Broken): output 1 of rule 1 of Broken: ")
    assert done.stderr.endswith("[bad-expression]\n")
