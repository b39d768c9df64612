"""Runs the application on granian, in this process and on this event loop.

Rule: a port is taken by one process only, and a stop is orderly: no new calls, a grace period for
those under way, 503 for what still waits then (docs/decisions/0009-http-server.md).
"""

import asyncio
import gc
import resource
import signal
import socket

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from procession.errors import SettingsError
from procession.settings import Settings
from procession.web.app import App

BUFFER_BYTES_MIN = 8_192
# New objects, and collections of the younger ones, after which the next older ones are looked at. A
# call makes some hundred objects and leaves no cycle behind; Python would look after 700.
COLLECTED_AFTER = (10_000, 20, 50)
FILES_BESIDE_CONNECTIONS = 256


class _Server(Server):
    """Granian's own socket may be shared with a second process on the same port; ours may not."""

    def __init__(self, app: App, listening: socket.socket, settings: Settings) -> None:
        super().__init__(
            app,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
            backlog=settings.connections_max,
            backpressure=settings.connections_max,
            http1_settings=HTTP1Settings(
                header_read_timeout=round(settings.header_seconds * 1_000),
                # Twice our own limits: what is a little over them gets an answer that says so.
                max_buffer_size=2 * (settings.url_bytes_max + settings.header_bytes_max)
                + BUFFER_BYTES_MIN,
            ),
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        descriptor = self._listening.detach()
        self._sfd = descriptor  # type: ignore[assignment]  # declared by its first value, None
        self._shd = SocketHolder(descriptor, False, self.backlog)  # type: ignore[call-arg,assignment]


def bind(settings: Settings) -> socket.socket:
    """A socket that listens at the settings' address. Raises SettingsError where it cannot."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.create_server(address, family=family, backlog=settings.connections_max)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        raise SettingsError(f"host, port: cannot listen at {place}: {error.strerror}") from None
    listening.setblocking(False)
    return listening


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def spare_the_collector() -> None:
    """What is there when the service starts stays: it is not searched for cycles for ever."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


async def serve(
    app: App, listening: socket.socket, settings: Settings, stop: asyncio.Event
) -> None:
    """Serves until `stop` is set and the calls under way are answered."""
    _allow_files(settings.connections_max + FILES_BESIDE_CONNECTIONS)
    spare_the_collector()
    server = _Server(app, listening, settings)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        stopping.cancel()
        await serving
        raise RuntimeError("the HTTP server ended by itself")
    server.stop()  # type: ignore[no-untyped-call]
    app.end_streams()
    await asyncio.wait({serving}, timeout=settings.stop_seconds)
    app.abandon()
    await serving


def _allow_files(wanted: int) -> None:
    """Each connection is an open file; the usual limit of 1,024 would leave none for the store."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
