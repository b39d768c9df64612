"""What a person does with a browser to log in, and the provider as a process of its own."""

import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from procession.engine import utc_now
from procession.stores import User
from tests.contract.service import Serving, password_hash, stranger

FIVE = {"BPMLOADER", ".ASPXAUTH", "BPMCSRF", "UserName", "BPMSESSIONID"}
START = "/auth/oidc/start"
CALLBACK = "/auth/oidc/callback"
CLIENT_SECRET = "a secret: with = and %"
STEPS_MAX = 20
START_SECONDS_MAX = 30


class RealProvider:
    """oidc-provider, with keys that are new with each start; `port` 0 is a free one.

    `method`: how clients must show their secret.
    """

    def __init__(
        self, installed: Path, port: int = 0, *, method: str = "client_secret_basic"
    ) -> None:
        self._installed, self._port, self._method = installed, port, method
        self.issuer = ""

    def __enter__(self) -> Self:
        self._start()
        return self

    def restart(self) -> None:
        """At the same address, with new keys."""
        self._stop()
        self._port = int(self.issuer.rpartition(":")[2])
        self._start()

    def _start(self) -> None:
        script = Path(__file__).parent / "provider.mjs"
        self._process = subprocess.Popen(
            ["node", script, str(self._port), self._method],
            cwd=self._installed,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().strip()
        assert self.issuer, "the provider has not started"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(START_SECONDS_MAX)
        assert self._process.stdout is not None
        self._process.stdout.close()


def settings_for(issuer: str, port: int, client: str = "with-secret") -> dict[str, object]:
    """The settings of a service that is a client of the provider."""
    return {
        "port": port,
        "public_url": f"http://127.0.0.1:{port}",
        "oidc_issuer": issuer,
        "oidc_client_id": client,
        "oidc_client_secret": "" if client == "public" else CLIENT_SECRET,
    }


@asynccontextmanager
async def browser(serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own, with the cookies that it is given; it follows nothing by itself."""
    async with stranger(serving) as client:
        client.headers["accept"] = "text/html"
        yield client


async def log_in(client: httpx.AsyncClient, login: str, *, start: str = START) -> httpx.Response:
    """From our start to the provider, where somebody logs in, and back: what we answer then."""
    return await client.get(await way_back(client, login, start=start))


async def way_back(client: httpx.AsyncClient, login: str, *, start: str = START) -> str:
    """The address that the provider sends the browser back to, not yet gone to."""
    answer = await client.get(start)
    for _ in range(STEPS_MAX):
        if answer.is_redirect:
            address = urljoin(str(answer.url), answer.headers["location"])
            if CALLBACK in address:
                return address
            answer = await client.get(address)
        else:
            assert answer.status_code == 200, answer.text
            answer = await _submit(client, answer, login)
    raise AssertionError("the provider asks on and on")


async def _submit(client: httpx.AsyncClient, page: httpx.Response, login: str) -> httpx.Response:
    """Fills in the page's form: the login, then the consent."""
    action = re.search(r'<form [^>]*action="([^"]*)"', page.text)
    prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
    assert action, page.text
    assert prompt, page.text
    form = {"prompt": prompt[1], "login": login, "password": "any"}
    return await client.post(urljoin(str(page.url), unescape(action[1])), data=form)


async def add(serving: Serving, *names: str) -> None:
    """Users of ours, by their names."""
    for name in names:
        await serving.engine.store.add_user(User(name, password_hash(), False, utc_now()))


def refused(answer: httpx.Response, status: int, words: str) -> bool:
    """Whether it is a page that says so, under a correlation id, and gives no session."""
    told = answer.headers["content-type"].startswith("text/html") and words in answer.text
    named = answer.headers["x-correlation-id"] in answer.text
    none = not FIVE & set(answer.cookies)
    return answer.status_code == status and told and named and none
