"""The service as a process of its own: how it starts, stops and dies."""

import asyncio
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import psutil
import pytest

from procession.errors import SettingsError
from procession.settings import Settings
from procession.web.server import bind
from tests.acceptance.running import PROGRAM, environment, service
from tests.contract.service import open_service, stranger

END_SECONDS_MAX = 30


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number: signal.Signals, tmp_path: Path) -> None:
    with service(tmp_path / "data") as (running, address), httpx.Client() as client:
        # A kept connection must not keep the service.
        client.get(f"{address}/0/ping")
        running.send_signal(number)
        assert running.wait(END_SECONDS_MAX) == 0

    assert_free(address)
    log = (tmp_path / "service.log").read_text()
    assert "Traceback" not in log


def test_killed_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with service(tmp_path / "data") as (running, address):
        assert psutil.Process(running.pid).children() == []
        running.kill()
        running.wait(END_SECONDS_MAX)

    assert_free(address)
    with service(tmp_path / "data") as (_, again):
        assert httpx.get(f"{again}/0/ping").status_code == 200


def assert_free(address: str) -> None:
    """Somebody else could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(address.rpartition(":")[2])))


def test_a_port_that_is_taken_is_told_and_not_shared(tmp_path: Path) -> None:
    with service(tmp_path / "data") as (_, address):
        port = address.rpartition(":")[2]
        command = [*PROGRAM, "serve", "--data", str(tmp_path / "other"), "--port", port]
        second = subprocess.run(
            command, capture_output=True, text=True, timeout=END_SECONDS_MAX, env=environment()
        )

    assert second.returncode == 2
    assert f"cannot listen at 127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("host", ["localhost", "::1", "0.0.0.0"])
async def test_it_listens_where_it_is_told_to(host: str, tmp_path: Path) -> None:
    async with open_service(tmp_path, host=host) as serving, stranger(serving) as client:
        assert (await client.get("/ping")).text == "Pong"


@pytest.mark.parametrize("host", ["203.0.113.1", "nowhere.invalid"])
def test_a_place_where_it_cannot_listen_is_told(host: str) -> None:
    with pytest.raises(SettingsError) as caught:
        bind(Settings(host=host, port=0))

    assert f"cannot listen at {host}:0" in str(caught.value)


async def test_nothing_is_lost_of_a_slow_login_when_it_stops(tmp_path: Path) -> None:
    with service(tmp_path / "data") as (running, address):
        async with httpx.AsyncClient(base_url=address) as client:
            call = asyncio.create_task(
                client.post(
                    "/ServiceModel/AuthService.svc/Login",
                    json={"UserName": "Nobody", "UserPassword": "x"},
                )
            )
            await asyncio.sleep(0.05)
            running.send_signal(signal.SIGTERM)
            assert (await call).json()["Code"] == 1
