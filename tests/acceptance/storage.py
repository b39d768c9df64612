"""Disks and folders that do not take what is written, for a real service, as root or as anybody."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

DISK_SIZE = "4m"
# Linux: prctl(2), capabilities(7).
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2

# $0 is the folder that becomes the disk; the rest is the program's own command line.
ON_A_SMALL_DISK = f"""
mount -t tmpfs -o size={DISK_SIZE} tmpfs "$0"
cp -r "$0.prepared/." "$0"
exec "{sys.executable}" -m procession "$@" 2>"$0/service.log"
"""
NAMESPACES = (("--user", "--map-root-user", "--mount"), ("--mount",))


@cache
def _namespace() -> Sequence[str] | None:
    """How this user may mount a disk that only its own processes see; None: not at all."""
    for options in NAMESPACES:
        command = ["unshare", *options, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
        with suppress(OSError):
            if subprocess.run(command, capture_output=True).returncode == 0:
                return command[: 1 + len(options)]
    return None


def disks_can_be_mounted() -> bool:
    return _namespace() is not None


def on_a_small_disk(folder: Path) -> list[str]:
    """Runs the program on a small disk that holds what the folder holds, and the log too."""
    folder.rename(folder.with_suffix(".prepared"))
    folder.mkdir()
    return [*(_namespace() or ()), "sh", "-ec", ON_A_SMALL_DISK, str(folder)]


def seen_by(pid: int, path: Path) -> Path:
    """The path as a process in another namespace sees it; SQLite cannot open what is there."""
    return Path(f"/proc/{pid}/root{path}")


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """The disk has no space left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


def without_privileges() -> Callable[[], None] | None:
    """For a child process: modes of files hold for root too."""
    if os.geteuid() != 0:
        return None
    library = ctypes.CDLL(None, use_errno=True)

    def drop() -> None:
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            if library.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "prctl")

    return drop


@contextmanager
def mode(path: Path, bits: int) -> Iterator[None]:
    """The path has other permissions meanwhile."""
    before = path.stat().st_mode
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)
