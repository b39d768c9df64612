"""docs/examples.md as it is written: each command is typed, each answer is what the page says."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.acceptance.examples import served_examples
from tests.acceptance.running import ROOT, environment

PAGE = ROOT / "docs" / "examples.md"
ADDRESS = "http://127.0.0.1:8080"
PAGE_SECONDS_MAX = 300
MARK = "--- the end of an answer ---"


class Typed(NamedTuple):
    """A command of the page, and the lines that it says come then."""

    command: str
    answer: str


def typed() -> Iterator[Typed]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for part in re.split(r"^\$ ", "".join(blocks), flags=re.MULTILINE)[1:]:
        command = re.match(r"(?:.*\\\n)*.*\n", part)
        assert command, part
        yield Typed(command[0], part.removeprefix(command[0]))


def answers(commands: list[Typed], folder: Path, address: str) -> list[str]:
    """What each command prints, typed one after the other into one shell."""
    marked = (f"{each.command}echo '{MARK}'\n" for each in commands)
    script = "".join(marked).replace(ADDRESS, address)
    found = environment()
    done = subprocess.run(
        ["bash"],
        input=script,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PAGE_SECONDS_MAX,
        env=found | {"PATH": f"{Path(sys.executable).parent}:{found['PATH']}"},
    )
    assert done.stderr == ""
    return done.stdout.split(f"{MARK}\n")[:-1]


def test_the_page_says_what_happens(tmp_path: Path) -> None:
    commands = list(typed())

    with served_examples(tmp_path) as examples:
        address = str(examples.client.base_url).rstrip("/")
        found = answers(commands, tmp_path, address)

    assert len(found) == len(commands) > 30
    # An answer of the service ends without a line end; the mark after it is no part of it.
    wrong = [
        f"{each.command}{each.answer}{answer}"
        for each, answer in zip(commands, found, strict=True)
        if answer.rstrip("\n") != each.answer.rstrip("\n")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_page_tells_of_all_examples() -> None:
    page = PAGE.read_text(encoding="utf-8")

    files = sorted((ROOT / "examples").glob("Usr*"))
    assert [path.stem for path in files if path.stem not in page] == []
