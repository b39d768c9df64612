"""README.md as it is written: the same process called by curl, the client, pytest and an agent."""

import re
import subprocess
import sys
from pathlib import Path

from tests.acceptance.examples import served_examples
from tests.acceptance.running import ROOT, environment, procession

ADDRESS = "http://127.0.0.1:8080"
SECONDS_MAX = 120
PART = (ROOT / "README.md").read_text(encoding="utf-8").partition("## The same process, four ways")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PART[2].partition("\n## ")[0], re.DOTALL)


def typed(language: str) -> list[str]:
    return [block for kind, block in BLOCKS if kind == language]


def printed(command: list[str], program: str, **variables: str) -> str:
    """What a program prints that comes from the page."""
    done = subprocess.run(
        command,
        input=program,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        env=environment() | variables,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_shows_four_ways() -> None:
    assert [kind for kind, _ in BLOCKS] == ["sh", "console", "python", "python", "python"]


def test_curl_the_client_and_an_agent_get_the_same_price(tmp_path: Path) -> None:
    client, _, agent = typed("python")
    with served_examples(tmp_path) as examples:
        address = str(examples.client.base_url).rstrip("/")
        key = _key(examples.data)
        command, answer = _console(typed("console")[0])

        assert printed(["bash"], command.replace(ADDRESS, address), KEY=key) == answer.rstrip("\n")
        for program in (client, agent):
            found = printed([sys.executable, "-"], program.replace(ADDRESS, address), KEY=key)
            assert float(found) == 95


def _key(data: Path) -> str:
    (command,) = typed("sh")
    words = re.search(r"procession (key add \w+ \w+)\)", command)
    assert words, command
    return procession(*words[1].split(), data=data).stdout.strip()


def _console(block: str) -> tuple[str, str]:
    command = re.match(r"\$ ((?:.*\\\n)*.*\n)", block)
    assert command, block
    return command[1].replace("curl ", "curl -s ", 1), block.removeprefix(command[0])


def test_pytest_runs_the_test_of_the_page(tmp_path: Path) -> None:
    _, test, _ = typed("python")
    (tmp_path / "test_page.py").write_text(test)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]

    found = printed([sys.executable, *words, str(tmp_path / "test_page.py")], "")

    assert "1 passed" in found
