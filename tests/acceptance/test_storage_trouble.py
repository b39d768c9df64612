"""A full disk, a read-only folder, a file that others hold: it is told, survived, and passes."""

import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from procession.stores.committer import LOCK_WAIT_SECONDS
from procession.stores.sqlite import FILE_NAME
from tests.acceptance.running import (
    COMMAND_SECONDS_MAX,
    EXAMPLES,
    PROGRAM,
    environment,
    free_port,
    logged_in,
    procession,
    service,
)
from tests.acceptance.storage import (
    disks_can_be_mounted,
    full,
    mode,
    on_a_small_disk,
    seen_by,
    without_privileges,
)
from tests.stores.trouble import locked_by_another_program, wal_of

USER, PASSWORD = "Supervisor", "correct horse"
FIVE = "/0/ServiceModel/ProcessEngineService.svc/UsrFiveSteps/Execute"
UNAVAILABLE = 4
CALLS_MAX = 500


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the examples and a user, to be copied."""
    data = tmp_path_factory.mktemp("filled") / "data"
    for words in (["deploy", *EXAMPLES], ["user", "add", USER, "--password-stdin"]):
        done = procession(*words, data=data, stdin=PASSWORD)
        assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "data"))


@pytest.fixture
def serving(data: Path) -> Iterator[tuple[int, httpx.Client]]:
    """The process id of a service, and a client that is logged in."""
    with service(data) as (running, address), closing(connect(address)) as client:
        yield running.pid, client


def connect(address: str) -> httpx.Client:
    client = logged_in(address, USER, PASSWORD)
    client.timeout = httpx.Timeout(60)
    return client


def runs_in(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / FILE_NAME)) as store:
        return {row[0] for row in store.execute("select id from instance")}


def run_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.headers["x-process-id"]


def require_unavailable(answer: httpx.Response) -> None:
    """503, the contract's error, when to try again, and nothing of our insides."""
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.headers["x-correlation-id"]
    told = answer.json()["errorInfo"]
    assert told["errorCode"] == "StoreUnavailable"
    assert told["message"] == (
        "The store cannot be used at this moment. Nothing was lost; try again."
    )


def call_until_refused(client: httpx.Client) -> set[str]:
    """Calls while the disk takes what is left of it; the runs that were answered until then."""
    answered: set[str] = set()
    for _ in range(CALLS_MAX):
        answer = client.get(FIVE)
        if answer.status_code != 200:
            require_unavailable(answer)
            return answered
        answered.add(run_of(answer))
    raise AssertionError("the disk takes everything")


def serve_fails(data: Path) -> str:
    """What `serve` says on stderr when it cannot begin."""
    command = [*PROGRAM, "serve", "--data", str(data), "--port", str(free_port())]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        env=environment(),
        preexec_fn=without_privileges(),
    )
    assert done.returncode == UNAVAILABLE, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


# -- a disk that takes no more --------------------------------------------------------------------


@pytest.mark.skipif(not disks_can_be_mounted(), reason="this user may not mount a disk")
def test_a_full_disk_is_told_nothing_is_lost_and_the_service_recovers(
    data: Path, tmp_path: Path
) -> None:
    with service(data, program=on_a_small_disk(data)) as (running, address):
        disk = seen_by(running.pid, data)
        with closing(connect(address)) as client:
            before = {run_of(client.get(FIVE)) for _ in range(5)}

            with full(disk):
                meanwhile = call_until_refused(client)
                # The log is on that disk too: it takes no more lines, and callers are answered.
                for _ in range(20):
                    require_unavailable(client.get(FIVE))
                assert client.get("/ping").status_code == 200

            after = {run_of(client.get(FIVE)) for _ in range(5)}

        shutil.copytree(disk, tmp_path / "copy")
    assert runs_in(tmp_path / "copy") == before | meanwhile | after


def test_a_limit_of_the_system_is_told_nothing_is_lost_and_the_service_recovers(
    data: Path, serving: tuple[int, httpx.Client]
) -> None:
    pid, client = serving
    before = {run_of(client.get(FIVE)) for _ in range(5)}
    size = wal_of(data / FILE_NAME).stat().st_size

    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    with ThreadPoolExecutor(8) as callers:
        for answer in callers.map(client.get, [FIVE] * 16):
            require_unavailable(answer)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)

    after = {run_of(client.get(FIVE)) for _ in range(5)}
    assert runs_in(data) == before | after


# -- a folder or a file that cannot be written ----------------------------------------------------


def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()

    with mode(data, 0o555):
        message = serve_fails(data)

    assert message == f"Error: {data}: Permission denied"
    assert list(data.iterdir()) == []


def test_a_read_only_file_is_told(data: Path) -> None:
    with mode(data / FILE_NAME, 0o444):
        message = serve_fails(data)

    assert message == (
        f"Error: {data / FILE_NAME}: the data folder or the store's file is read-only"
    )


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_text("not a folder")

    assert serve_fails(data) == f"Error: {data}: File exists"


# -- other programs -------------------------------------------------------------------------------


def test_calls_wait_for_another_program_that_writes_and_then_succeed(
    data: Path, serving: tuple[int, httpx.Client]
) -> None:
    _, client = serving

    with (
        locked_by_another_program(data / FILE_NAME) as program,
        ThreadPoolExecutor(8) as callers,
    ):
        waiting = [callers.submit(client.get, FIVE) for _ in range(8)]
        assert client.get("/ping").status_code == 200
        program.let_go()
        answered = {run_of(each.result()) for each in waiting}

    assert len(answered) == 8
    assert runs_in(data) == answered


def test_calls_that_wait_too_long_are_told_and_the_service_recovers(
    data: Path, serving: tuple[int, httpx.Client]
) -> None:
    _, client = serving

    with locked_by_another_program(data / FILE_NAME):
        require_unavailable(client.get(FIVE, timeout=6 * LOCK_WAIT_SECONDS))

    after = run_of(client.get(FIVE))
    assert runs_in(data) == {after}


def test_commands_read_while_another_program_writes(data: Path) -> None:
    with locked_by_another_program(data / FILE_NAME):
        done = procession("list", data=data)

    assert done.returncode == 0, done.stderr
    assert "UsrFiveSteps" in done.stdout
    assert done.stderr == ""


def test_a_second_service_on_the_same_folder_is_refused_and_the_first_goes_on(
    data: Path, serving: tuple[int, httpx.Client]
) -> None:
    _, client = serving

    message = serve_fails(data)

    assert message == (
        f"Error: another service runs on the data folder {data}; stop it, or name another one"
    )
    assert run_of(client.get(FIVE))


FOREIGN = {
    "of another program": "is a database of another program; name another data folder",
    "of a newer version": "has version 99, this program knows",
    "no database": "the store's file is not a database of Procession",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_not_ours_is_told_and_left_as_it_is(data: Path, kind: str) -> None:
    path = data / FILE_NAME
    content = make_foreign(path, kind)

    for message in (serve_fails(data), procession("list", data=data).stderr.strip()):
        assert message.startswith(f"Error: {path}")
        assert FOREIGN[kind] in message

    assert path.read_bytes() == content


def make_foreign(path: Path, kind: str) -> bytes:
    if kind == "no database":
        path.write_text("Dear diary, " * 1000)
        return path.read_bytes()
    if kind == "of another program":
        path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 99")
        if kind == "of another program":
            connection.execute("create table diary (day text)")
    return path.read_bytes()
