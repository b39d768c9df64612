"""The wheel that is built here runs in an environment that holds nothing else."""

import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.acceptance.running import ROOT, environment, service

# What `make install` has kept: with it no network is needed.
WHEELS = ROOT / "build" / "wheels"
INSTALL_SECONDS_MAX = 250


def test_the_built_wheel_serves_from_an_empty_environment(tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path)
    python = empty_environment(tmp_path)
    source = ["--no-index", "--find-links", str(WHEELS)] if WHEELS.is_dir() else []
    constraints = ["--constraint", str(locked_versions(tmp_path))]

    run(*pip(python), "install", "--no-compile", *source, *constraints, str(wheel))

    data = tmp_path / "data"
    program = python.parent / "procession"
    with service(data, program=[str(program)]) as (_, address):
        assert httpx.get(f"{address}/0/ping").is_success
    assert run(str(program), "--version").startswith("procession ")


def build_wheel(folder: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    return next(folder.glob("*.whl"))


def empty_environment(folder: Path) -> Path:
    run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    return folder / "venv" / "bin" / "python"


def pip(python: Path) -> list[str]:
    """Our pip, working on another environment: a new one of its own would cost seconds."""
    return [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]


def locked_versions(folder: Path) -> Path:
    """The lock file as constraints; if a hash were left, pip would ask for our wheel's too."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    file = folder / "constraints.txt"
    file.write_text("\n".join(line.rstrip(" \\") for line in lines if re.match(r"\w", line)))
    return file


def run(*command: str) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
        env=environment(),
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
