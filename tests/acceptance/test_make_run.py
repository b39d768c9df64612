"""`make run` shows the whole way, and can be run again on what the last time left."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.acceptance.running import COMMAND_SECONDS_MAX, ROOT, environment, free_port


@contextmanager
def demo(data: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """The demo, in a process group of its own: whatever becomes of it, its service ends too."""
    command = [sys.executable, "scripts/demo.py", "--data", str(data), "--port", str(free_port())]
    with subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
        process_group=0,
    ) as running:
        try:
            yield running
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGTERM)


def demo_once(data: Path) -> str:
    """What it prints; it has ended well."""
    with demo(data, "--once") as running:
        printed, _ = running.communicate(timeout=COMMAND_SECONDS_MAX)
    assert running.returncode == 0, printed
    return printed


def test_it_prints_each_call_and_its_answer_and_ends_by_itself(tmp_path: Path) -> None:
    printed = demo_once(tmp_path / "data")

    assert len(re.findall(r"^> (?:GET|POST) http", printed, re.MULTILINE)) == 3
    assert printed.count("< 200 OK") == 3
    assert "Ada Lovelace" in printed.split("UsrGetAllContacts/Execute")[1]


def test_it_runs_again_on_the_same_folder(tmp_path: Path) -> None:
    demo_once(tmp_path / "data")

    again = demo_once(tmp_path / "data")

    assert "unchanged" in again
    assert again.split("UsrGetAllContacts/Execute")[1].count("Ada Lovelace") == 2


def test_it_stays_up_until_it_is_interrupted(tmp_path: Path) -> None:
    with demo(tmp_path / "data") as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "Ctrl-C" in line:
                break
        running.send_signal(signal.SIGINT)

        assert running.wait(COMMAND_SECONDS_MAX) == 0
