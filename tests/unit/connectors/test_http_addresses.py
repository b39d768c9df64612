"""Which machines an HTTP call may reach."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from procession.connectors import HTTP, Work
from procession.connectors.addresses import allowed_hosts, is_public, resolve
from procession.connectors.http import HttpConnector
from procession.errors import ConnectorError, SettingsError
from tests.unit.connectors.servers import answer, serving


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "192.169.0.1",
     "2606:4700::1111", "2a00:1450:4001::8", "2001:4860:4860::8888"],
)  # fmt: skip
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
     "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
     "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
     "240.0.0.1", "255.255.255.255", "168.63.129.16",
     "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
     "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
     "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%2", "fec0::1", "ff02::1"],
)  # fmt: skip
def test_an_address_that_is_private_local_translated_or_reserved_is_not_public(
    address: str,
) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "0.0.0.0", "[::]", "127.1",
     "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "10.0.0.1",
     "169.254.169.254"],
)  # fmt: skip
async def test_no_way_to_write_a_private_address_is_let_through(host: str) -> None:
    http = HttpConnector()

    async with serving(answer()) as server:
        with pytest.raises(ConnectorError) as caught:
            await http.run(Work(uuid4(), HTTP, {"url": f"http://{host}:{server.port}/"}))

    assert "is not on the public internet; the operator can allow it" in str(caught.value)
    assert (caught.value.code, caught.value.retryable) == ("AddressRefused", False)
    assert server.connections == 0
    await http.close()


async def test_one_private_address_among_public_ones_is_refused() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "127.0.0.1"]

    http = HttpConnector(resolver=both)

    with pytest.raises(ConnectorError) as caught:
        await http.run(Work(uuid4(), HTTP, {"url": "http://service.example/"}))

    assert caught.value.code == "AddressRefused"
    await http.close()


async def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to() -> None:
    asked: list[str] = []

    async def change(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    http = HttpConnector(allowed=("service.example",), resolver=change)

    async with serving(answer("hello")) as server:
        url = f"http://service.example:{server.port}/"
        found = await http.run(Work(uuid4(), HTTP, {"url": url}))

    assert found["text"] == "hello"
    assert asked == ["service.example"]
    assert server.requests[0].headers["host"] == f"service.example:{server.port}"
    await http.close()


async def test_a_second_address_is_tried_when_the_first_is_down() -> None:
    async def two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    http = HttpConnector(allowed=("*",), resolver=two)

    async with serving(answer("hello")) as server:
        url = f"http://service.example:{server.port}/"
        found = await http.run(Work(uuid4(), HTTP, {"url": url}))

    assert found["text"] == "hello"
    await http.close()


@pytest.mark.parametrize("found", [OSError("no such name"), []])
async def test_a_name_without_an_address_may_be_tried_again(found: OSError | list[str]) -> None:
    async def nothing(host: str, port: int) -> Sequence[str]:
        if isinstance(found, OSError):
            raise found
        return found

    http = HttpConnector(resolver=nothing)

    with pytest.raises(ConnectorError, match=r"the name service\.example ") as caught:
        await http.run(Work(uuid4(), HTTP, {"url": "http://service.example/"}))

    assert (caught.value.code, caught.value.retryable) == ("ConnectionFailed", True)
    await http.close()


@pytest.mark.parametrize(
    ("entry", "host", "port", "allowed"),
    [
        ("intranet", "intranet", 80, True),
        ("Intranet.Example", "intranet.example.", 443, True),
        ("intranet:8080", "intranet", 8080, True),
        ("intranet:8080", "intranet", 80, False),
        ("intranet", "x.intranet", 80, False),
        ("intranet", "intranet.evil", 80, False),
        ("[::1]:8080", "0:0:0:0:0:0:0:1", 8080, True),
        ("::1", "::1", 80, True),
        ("[::1]", "::1", 80, True),
        ("*", "anything", 1, True),
    ],
)
def test_a_host_is_allowed_by_its_name_and_port(
    entry: str, host: str, port: int, allowed: bool
) -> None:
    assert allowed_hosts([entry]).allow(host, port) is allowed


@pytest.mark.parametrize(
    "entry", ["", " ", "http://h", "h/x", "h:", "h:x", "h:0", "h:65536", "joe@h", "h:８０", ":80"]
)
def test_an_allowed_host_that_is_none_is_told(entry: str) -> None:
    with pytest.raises(SettingsError, match="write a host or host:port"):
        allowed_hosts([entry])


async def test_the_machines_own_resolver_knows_the_machine() -> None:
    assert "127.0.0.1" in await resolve("localhost", 80)
