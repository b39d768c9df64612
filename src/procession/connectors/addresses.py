"""Which machines an HTTP call may reach, and a way to connect that keeps to it.

Rule: unless the operator allows a host, every address that its name stands for must be one of the
public internet, and the connection goes to an address that was checked: the name is asked for once,
so a second answer cannot differ from the first (DNS rebinding).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network

import httpcore

from procession.errors import ConnectorError, SettingsError

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)

ANY_HOST = "*"

# IANA's special-purpose addresses (RFC 6890 and its registries), multicast and what is reserved.
_NOT_PUBLIC_4 = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # A cloud's host service under an address that looks public.
    )
)
# All that is public in IPv6 is in 2000::/3. Mapped, translated (NAT64) and local addresses are not.
_PUBLIC_6 = ip_network("2000::/3")
# Teredo and other protocols, documentation, 6to4.
_NOT_PUBLIC_6 = tuple(
    ip_network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_4)
    return parsed in _PUBLIC_6 and not any(parsed in network for network in _NOT_PUBLIC_6)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The hosts that the operator allows whatever their addresses are, by name and port."""

    entries: frozenset[tuple[str, int | None]]

    def allow(self, host: str, port: int) -> bool:
        """Whether a call to `host` needs no look at its addresses."""
        name = plain_host(host)
        return bool({(ANY_HOST, None), (name, None), (name, port)} & self.entries)


def allowed_hosts(texts: Iterable[str]) -> AllowedHosts:
    """Reads "host", "host:port", "[IPv6]:port" and "*". Raises SettingsError."""
    return AllowedHosts(frozenset(map(_entry, texts)))


def _entry(text: str) -> tuple[str, int | None]:
    host, port = text.strip(), None
    if host.count(":") == 1 or "]:" in host:
        host, _, digits = host.rpartition(":")
        port = int(digits) if digits.isascii() and digits.isdigit() else 0
    if not host or set(host) & set("/@? ") or port not in (None, *range(1, 65536)):
        raise SettingsError(
            f"allowed host {text!r}: write a host or host:port, such as intranet.example:8080, or *"
        )
    return plain_host(host), port


def plain_host(host: str) -> str:
    """One spelling for one host: small letters, no final dot, IPv6 without brackets."""
    name = host.lower().strip("[]").rstrip(".")
    try:
        return str(IPv6Address(name))
    except AddressValueError:
        return name


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the machine finds them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to a host at an address that was checked. The host's name stays what TLS proves."""

    def __init__(self, allowed: AllowedHosts, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore calls it so
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises ConnectorError for an address that is not allowed, else httpcore's errors."""
        addresses = await self._checked(host, port)
        share = timeout / len(addresses) if timeout else None
        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._network.connect_tcp(address, port, share)
        return await self._network.connect_tcp(addresses[-1], port, share)

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} is not known: {error}") from error
        if not addresses:
            raise httpcore.ConnectError(f"the name {host} has no address")
        if not self._allowed.allow(host, port) and not all(map(is_public, addresses)):
            raise ConnectorError(
                f"{host} is not on the public internet; the operator can allow it: "
                f"--http-allowed-hosts {host}:{port}",
                code="AddressRefused",
                retryable=False,
            )
        return addresses
