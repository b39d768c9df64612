"""A real OpenID provider on this machine, and a service that lets people log in by it."""

import hashlib
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import copy, which

import pytest
from filelock import FileLock

from tests.contract.service import Serving, open_service
from tests.oidc.browser import RealProvider, settings_for

HERE = Path(__file__).parent
INSTALLED = HERE.parent.parent / "build" / "oidc"
INSTALL_SECONDS_MAX = 240
FILES = ("package.json", "package-lock.json")


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder where the provider is installed, as the lock file says; once for a machine."""
    assert which("npm"), "these tests need Node 20 or newer, with npm: it runs the OpenID provider"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()
    stamp = INSTALLED / ".installed"
    with FileLock(INSTALLED / ".lock"):
        if not stamp.exists() or stamp.read_text() != digest:
            for name in FILES:
                copy(HERE / name, INSTALLED / name)
            npm_ci()
            stamp.write_text(digest)
    return INSTALLED


def npm_ci() -> None:
    """What the lock file names, checked by its hashes; no script of a package runs."""
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=INSTALLED,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def provider(installed: Path) -> Iterator[RealProvider]:
    with RealProvider(installed) as provider:
        yield provider


@pytest.fixture
def port() -> int:
    """A free port: the provider must know where the service will be."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture
async def signing(tmp_path: Path, provider: RealProvider, port: int) -> AsyncIterator[Serving]:
    """A service whose people log in at the provider."""
    async with open_service(tmp_path, **settings_for(provider.issuer, port)) as serving:
        yield serving
