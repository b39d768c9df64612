"""The real service within a test: its own folder, a free port, the test processes deployed."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

import httpx
from argon2 import PasswordHasher

from procession.access import Duty, Principal
from procession.accounts import Accounts
from procession.compose import open_running
from procession.engine import Engine, utc_now
from procession.keys import NewKey
from procession.settings import Settings
from procession.sign_on.clients import Clients, NewClient
from procession.stores import User
from procession.stores.people import Grant, Kind
from procession.views import InstanceView, show
from procession.web.app import create_app
from procession.web.server import bind, serve

USER = "Supervisor"
PASSWORD = "correct horse"
LOGIN = "/ServiceModel/AuthService.svc/Login"
LOGOUT = "/ServiceModel/AuthService.svc/Logout"
ENGINE = "/0/ServiceModel/ProcessEngineService.svc"
FILES = [
    (path.name, path.read_bytes())
    for path in sorted((Path(__file__).parent / "processes").glob("*.bpmn"))
]


@dataclass(frozen=True, slots=True)
class Serving:
    """A service that answers. It ends when `stop` is set, and `ended` with it."""

    host: str
    port: int
    engine: Engine
    accounts: Accounts
    stop: asyncio.Event
    ended: "asyncio.Task[None]"

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def show(self, run: UUID) -> InstanceView:
        """All that is known of a run."""
        return await show(self.engine.store, self.engine.catalog, run)

    async def runs(self) -> int:
        """How many runs the store holds."""
        return len(await self.engine.instances(limit=1_000))


@asynccontextmanager
async def open_service(folder: Path, **changes: object) -> AsyncIterator[Serving]:
    """Serves while the block runs, with the settings that a test changes."""
    usual = {"data": folder, "port": 0, "handlers": "tests.contract.sleeping"}
    settings = Settings.load({**usual, **changes}, {})
    async with open_running(settings) as running:
        running.worker.start_polling()
        accounts = Accounts(running.engine.store, settings)
        await _fill(running.engine)
        app = create_app(running.engine, accounts, settings)
        listening, stop = bind(settings), asyncio.Event()
        host, port = listening.getsockname()[:2]
        ended = asyncio.create_task(serve(app, listening, settings, stop))
        try:
            yield Serving(host, port, running.engine, accounts, stop, ended)
        finally:
            stop.set()
            await ended
            await accounts.audit.flush()
            accounts.close()


async def _fill(engine: Engine) -> None:
    if await engine.store.user(USER) is None:
        await engine.store.add_user(User(USER, password_hash(), False, utc_now()))
        await engine.catalog.deploy(FILES, by="test")


@cache
def password_hash() -> str:
    """Made once for all tests: it takes as long as a password's hash should."""
    return PasswordHasher().hash(PASSWORD)


@asynccontextmanager
async def logged_in(serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the cookies and the header that each further call needs (CONTRACT 2)."""
    async with stranger(serving) as client:
        client.headers["ForceUseSession"] = "true"
        answer = await client.post(LOGIN, json={"UserName": USER, "UserPassword": PASSWORD})
        assert answer.json()["Code"] == 0, answer.text
        client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
        yield client


def stranger(serving: Serving) -> httpx.AsyncClient:
    """A client without a session."""
    return httpx.AsyncClient(base_url=serving.address, verify=False)


async def bound_keys(serving: Serving) -> dict[str, str]:
    """API keys, as a transcript names them; UsrTicket is for Ben alone, who is no administrator."""
    by = Principal("test")
    for name in ("Ann", "Ben"):
        await serving.engine.store.add_user(User(name, password_hash(), False, utc_now()))
    await serving.accounts.people.grant(Grant("run", Kind.USER, "Ben", "UsrTicket"), by=by)
    return {
        "ann": await serving.accounts.keys.add(NewKey("Ann", "all"), by=by),
        "ben": await serving.accounts.keys.add(NewKey("Ben", "all"), by=by),
        "watcher": await serving.accounts.keys.add(
            NewKey(USER, "watcher", limits=frozenset({Duty.SEE})), by=by
        ),
    }


async def bound_client(serving: Serving) -> dict[str, str]:
    """A program that may get access tokens, as a transcript names what it shows."""
    clients = Clients(serving.engine.store, serving.accounts.audit)
    new = NewClient("Robot", frozenset({Duty.RUN, Duty.SEE}), user=USER)
    shown = await clients.add(new, by=Principal("test"))
    basic = b64encode(f"{shown.client_id}:{shown.client_secret}".encode()).decode()
    return {"client": shown.client_id, "secret": shown.client_secret, "basic": basic}
