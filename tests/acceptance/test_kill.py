"""The service is killed, again and again, in the middle of its work; nothing is lost or done twice.

`KILL_SEED=… pytest tests/acceptance/test_kill.py` repeats the choices of a run; the moments at
which the operating system lets each process go on cannot be repeated.
"""

import asyncio
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.kill_checks import (
    Checked,
    check_files,
    effects_without_record,
    wait_until_nothing_is_due,
)
from tests.acceptance.kill_load import Load, client_like
from tests.acceptance.running import (
    EXAMPLES,
    HOST,
    PROGRAM,
    environment,
    free_port,
    logged_in,
    procession,
    wait_until_answers,
)

KILLS = 20
PROCESSES = sorted(map(str, (Path(__file__).parent / "processes").glob("*.bpmn")))
PASSWORD = "correct horse"


class Victim:
    """A service that is started again at the same port after each kill."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.address = f"http://{HOST}:{self.port}"
        self._log = data.parent / "service.log"
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [*PROGRAM, "serve", "--data", str(self.data), "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log, env=environment())
        wait_until_answers(self._running, self.address, self._log)

    def kill(self) -> None:
        """SIGKILL: it cannot tidy up anything."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    victim = Victim(tmp_path / "data")
    for words in (
        ["deploy", *EXAMPLES, *PROCESSES],
        ["user", "add", "Supervisor", "--password-stdin"],
    ):
        done = procession(*words, data=victim.data, stdin=PASSWORD)
        assert done.returncode == 0, done.stderr
    yield victim
    victim.kill()


@pytest.mark.timeout(900)
def test_a_service_that_is_killed_loses_nothing_and_does_nothing_twice(
    victim: Victim, tmp_path: Path
) -> None:
    seed = int(os.environ.get("KILL_SEED") or random.randrange(1_000_000))
    print(f"KILL_SEED={seed}")
    chance = random.Random(seed)
    checked = Checked(victim.data)
    victim.start()
    with closing(logged_in(victim.address, "Supervisor", PASSWORD)) as session:
        load = Load(client_like(session), chance)
    between = 0

    for _ in range(KILLS):
        # Often soon after the start, while what the last kill left is being taken up.
        asyncio.run(
            kill_during(load, victim, chance.choice([0.05, 0.3, 1.0, 1.5]) * chance.random())
        )
        between += effects_without_record(victim.data, tmp_path / "copy")
        victim.start()
        wait_until_nothing_is_due(victim.data)
        check_files(victim.data)
        checked.check(load.calls)

    asyncio.run(execute_what_was_not_answered(load))
    wait_until_nothing_is_due(victim.data)
    checked.read_anew()
    checked.check(load.calls)
    print(f"{len(load.calls)} calls, {len(load.answered)} answered, {checked.number} runs")
    print(f"{between} effects were killed between the effect and its record")
    assert len(load.answered) > 5 * KILLS


async def kill_during(load: Load, victim: Victim, seconds: float) -> None:
    load.stopping = False
    load.client = client_like(load.client)
    async with load.client:
        calling = asyncio.create_task(load.run())
        await asyncio.sleep(seconds)
        await asyncio.to_thread(victim.kill)
        await calling


async def execute_what_was_not_answered(load: Load) -> None:
    """ExecProcElByUId may be sent again: an element that was executed is not executed again."""
    load.client = client_like(load.client)
    async with load.client:
        for call in load.calls:
            if call.sent:
                await load.execute_element(call)
