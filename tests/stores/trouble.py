"""What can happen to the store's file from outside: another program's lock, a disk that is full."""

import resource
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAL_HEADER, FRAME_HEADER = 32, 24

HOLDS_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("begin immediate")
connection.execute("update catalog set revision = revision + 1000")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("rollback")
connection.close()
"""


class OtherProgram:
    """A process that has begun to write to the store's file and does not end its transaction."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", HOLDS_THE_LOCK, str(path)]
        self._running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._running.stdout is not None
        assert self._running.stdout.readline() == "locked\n"

    def let_go(self) -> None:
        """It ends its transaction, and itself."""
        if self._running.poll() is None:
            self._running.communicate("\n")


@contextmanager
def locked_by_another_program(path: Path) -> Iterator[OtherProgram]:
    program = OtherProgram(path)
    try:
        yield program
    finally:
        program.let_go()


@contextmanager
def no_file_may_grow_beyond(size: int) -> Iterator[None]:
    """The system refuses what is written past that many bytes, to this process, root or not."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def transactions_in_wal(path: Path) -> int:
    """How many transactions the write-ahead log holds, which is how often it was synchronised."""
    log = wal_of(path).read_bytes()
    page_size = struct.unpack_from(">I", log, 8)[0]
    salts = log[16:24]
    frames = range(WAL_HEADER, len(log), FRAME_HEADER + page_size)
    # A frame whose salts are not the header's is left from before; one with a size ends a commit.
    ours = (log[at : at + FRAME_HEADER] for at in frames if log[at + 8 : at + 16] == salts)
    return sum(1 for header in ours if struct.unpack_from(">I", header, 4)[0])
