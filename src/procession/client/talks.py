"""What is said for each call: logging in, once more where a session is over, repeating, waiting.

Rule: a start is sent a second time only where the first certainly did nothing: it was not sent, or
it was answered 401. What only reads is repeated where no answer came, or a 502, 503 or 504.
"""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode, urljoin
from uuid import UUID

import msgspec

from procession.client import api, calls
from procession.client.answers import (
    LoggedElement,
    LoggedRun,
    Status,
    checked,
    logged_in,
    token_of,
)
from procession.client.api import ApiTask
from procession.client.calls import JSON, Call
from procession.client.errors import (
    BadAnswer,
    ProcessFailed,
    StillRunning,
    Unreachable,
)
from procession.client.exchange import Alone, Ask, Lost, Pause, Reply, Talk, sent
from procession.client.site import (
    LOGIN_PATH,
    TOKEN_PATH,
    ClientCredentials,
    Key,
    Login,
    Password,
    Site,
)

CSRF = "BPMCSRF"
# What a proxy or a stopping service answers; the next try may find another.
PASSING = frozenset({502, 503, 504})
PAUSE_SECONDS = 0.1
PAUSE_SECONDS_MAX = 5.0
PAGES_MAX = 1_000
# So long before its end a token is not used any more.
TOKEN_SPARE_SECONDS = 30.0

T = TypeVar("T")


class Talks:
    """All that is known between two calls: the session or token, and how many there have been."""

    def __init__(
        self,
        site: Site,
        login: Login | None,
        *,
        tries: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.site = site
        self._login = login
        self._tries = max(1, tries)
        self._clock = clock
        self._logins = 0
        self._headers: dict[str, str] = {}
        self._usable_until = float("inf")

    # -- calls ------------------------------------------------------------------------------------

    def call(self, call: Call[T]) -> Talk[T]:
        """Send it, with who calls; once more after a new login where the old one is over."""
        yield from self._let_in()
        seen = self._logins
        reply = yield from self._exchanged(self._ask(call), reads=call.reads)
        if _turned_away(reply) and self._renewable:
            yield Alone(self._log_in(seen))
            reply = yield from self._exchanged(self._ask(call), reads=call.reads)
        return call.read(checked(reply))

    def ping(self) -> Talk[None]:
        """Whether the service answers; nobody has to be logged in for that."""
        reply = yield from self._exchanged(self._ask(calls.ping(self.site)), reads=True)
        checked(reply)

    def log_in(self) -> Talk[None]:
        """Log in now, rather than with the first call."""
        yield Alone(self._log_in(self._logins))

    def wait(self, process_id: UUID, timeout_seconds: float, *, check: bool) -> Talk[LoggedRun]:
        """Look at the log until the run has ended; ever more seldom."""
        until, pause = self._clock() + timeout_seconds, PAUSE_SECONDS
        while True:
            run = yield from self.call(calls.logged(self.site, process_id))
            if run.status.final:
                return _ended(run, check=check)
            left = until - self._clock()
            if left <= 0:
                message = f"the run {process_id} has not ended within {timeout_seconds:g} seconds"
                raise StillRunning(f"{message}; it is {run.status.name.lower()}", run)
            yield Pause(min(pause, left))
            pause = min(pause * 1.5, PAUSE_SECONDS_MAX)

    def elements(self, process_id: UUID) -> Talk[Sequence[LoggedElement]]:
        """All pages of the log of a run's elements."""
        found: list[LoggedElement] = []
        call = calls.elements(self.site, process_id)
        for _ in range(PAGES_MAX):
            page, link = yield from self.call(call)
            found += page
            if link is None:
                return found
            call = calls.elements_at(self._followed(call.url, link))
        raise BadAnswer(f"the log of the run {process_id} has more than {PAGES_MAX} pages")

    def tasks(self, process: str) -> Talk[Sequence[ApiTask]]:
        """All pages of what waits for people."""
        found: list[ApiTask] = []
        cursor = ""
        for _ in range(PAGES_MAX):
            page, following = yield from self.call(api.tasks(self.site, process, cursor))
            found += page
            if not following:
                return found
            cursor = following
        raise BadAnswer(f"there are more than {PAGES_MAX} pages of tasks")

    def _followed(self, url: str, link: str) -> str:
        target = urljoin(url, link)
        if not self.site.below(target):
            raise BadAnswer(f"the next page is said to be at {target[:200]!r}, which is elsewhere")
        return target

    # -- sending ----------------------------------------------------------------------------------

    def _ask(self, call: Call[T]) -> Ask:
        body, kind = calls.body(call.content)
        headers = {"ForceUseSession": "true", **self._headers, **kind, **call.headers}
        return Ask(call.method, call.url, headers, body)

    def _exchanged(self, ask: Ask, *, reads: bool) -> Talk[Reply]:
        """The first reply that counts. Raises Unreachable."""
        for left in reversed(range(self._tries)):
            outcome = yield from sent(ask)
            if not _may_be_repeated(outcome, reads=reads) or not left:
                break
            yield Pause(self._pause(outcome, self._tries - left))
        if isinstance(outcome, Lost):
            raise Unreachable(_lost(ask, outcome), reached=outcome.reached)
        return outcome

    def _pause(self, outcome: Reply | Lost, attempts: int) -> float:
        asked = outcome.headers.get("retry-after", "") if isinstance(outcome, Reply) else ""
        seconds = float(asked) if asked.isdecimal() else PAUSE_SECONDS * 2**attempts
        return min(seconds, PAUSE_SECONDS_MAX)

    # -- who calls --------------------------------------------------------------------------------

    @property
    def _renewable(self) -> bool:
        return isinstance(self._login, Password | ClientCredentials)

    def _let_in(self) -> Talk[None]:
        if isinstance(self._login, Key):
            self._headers = {"Authorization": f"Bearer {self._login.key}"}
        elif self._renewable and (not self._logins or self._clock() > self._usable_until):
            yield Alone(self._log_in(self._logins))

    def _log_in(self, seen: int) -> Talk[None]:
        """A new session or token, unless another call has got one since `seen`."""
        if self._logins != seen:
            return
        match self._login:
            case Password():
                yield from self._open_session(self._login)
            case ClientCredentials():
                yield from self._fetch_token(self._login)
            case _:
                return
        self._logins += 1

    def _open_session(self, login: Password) -> Talk[None]:
        content = {"UserName": login.user, "UserPassword": login.password}
        headers = {"Content-Type": JSON, "Accept": JSON}
        ask = Ask("POST", self.site.root + LOGIN_PATH, headers, msgspec.json.encode(content))
        reply = yield from self._exchanged(ask, reads=True)
        logged_in(reply)
        # Some sites set no such cookie, and then want no such header (CONTRACT 2).
        self._headers = {CSRF: reply.cookies[CSRF]} if CSRF in reply.cookies else {}

    def _fetch_token(self, login: ClientCredentials) -> Talk[None]:
        form = {
            "grant_type": "client_credentials",
            "client_id": login.client_id,
            "client_secret": login.client_secret,
        }
        form |= {"scope": login.scope} if login.scope else {}
        address = (login.identity or self.site.root).rstrip("/") + TOKEN_PATH
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": JSON}
        ask = Ask("POST", address, headers, urlencode(form).encode())
        token, seconds = token_of((yield from self._exchanged(ask, reads=True)))
        self._headers = {"Authorization": f"Bearer {token}"}
        spare = min(TOKEN_SPARE_SECONDS, seconds / 2)
        self._usable_until = self._clock() + seconds - spare if seconds else float("inf")


def _turned_away(reply: Reply) -> bool:
    """Without a session: 401, or, as some sites do, sent to the page where people log in."""
    if reply.status == 401:
        return True
    return 300 <= reply.status < 400 and "login" in reply.headers.get("location", "").lower()


def _may_be_repeated(outcome: Reply | Lost, *, reads: bool) -> bool:
    if isinstance(outcome, Lost):
        return reads or not outcome.reached
    return reads and outcome.status in PASSING


def _lost(ask: Ask, outcome: Lost) -> str:
    place = ask.url.partition("?")[0]
    told = f"{ask.method} {place}: no answer: {outcome.reason}"
    if outcome.reached and ask.method == "POST":
        return f"{told}; it may have been done all the same, so it was not sent again"
    return told


def _ended(run: LoggedRun, *, check: bool) -> LoggedRun:
    if check and run.status is not Status.COMPLETED:
        why = run.error or run.status.name.lower()
        raise ProcessFailed(f"the run {run.process_id} of {run.name} has failed: {why}", run)
    return run
