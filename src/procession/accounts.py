"""Users, passwords and sessions (CONTRACT 2; what is promised: docs/security.md).

Rule: a password is hashed in a thread and never kept; of a session's token the SHA-256 alone is
kept, so a copy of the store lets nobody in. Whoever is refused is not told whether the user exists.
"""

import asyncio
import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from unicodedata import category

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from procession.errors import BadValue, Forbidden
from procession.settings import Settings
from procession.stores import Session, Store, User

NAME_LENGTH_MAX = 100
PASSWORD_LENGTH_MAX = 1_000
TOKEN_BYTES = 32
SESSIONS_CACHED_MAX = 10_000
LOGINS_WAITING_MAX = 256
THROTTLED_MAX = 10_000
FORGOTTEN_AFTER_SECONDS = 900
ADDRESS_FACTOR = 4

# What an unknown user's password is compared with, so that the answer takes the same time.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$XC7KbOiILWYQW4DBv24x3Q$KaPNg9"
    "S+87utBHWIYq0JJ5FBJgVw8ey/VQDcvs0bQlo"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Login:
    """A login that succeeded: the token for the cookie, and the session that it opens."""

    token: str
    session: Session


class Throttle:
    """Failures by key. After `free` of them a pause is due, and each further one doubles it.

    Memory is bounded: the keys that were quiet longest are forgotten first.
    """

    __slots__ = ("_clock", "_failures", "_free", "_pause_max")

    def __init__(self, *, free: int, pause_max: float, clock: Callable[[], float]) -> None:
        self._free, self._pause_max, self._clock = free, pause_max, clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._failures)

    def pause(self, key: str) -> float:
        """Seconds until the next attempt is allowed; 0 is now."""
        count, last = self._failures.get(key, (0, 0.0))
        if count < self._free:
            return 0.0
        pause = min(self._pause_max, 2.0 ** min(count - self._free, 30))
        return max(0.0, last + pause - self._clock())

    def failed(self, key: str) -> None:
        count, last = self._failures.pop(key, (0, 0.0))
        if self._clock() - last > FORGOTTEN_AFTER_SECONDS:
            count = 0
        self._failures[key] = (count + 1, self._clock())
        if len(self._failures) > THROTTLED_MAX:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        self._failures.pop(key, None)


class Accounts:
    """Who may call. One for each process; `close` ends its threads."""

    def __init__(
        self, store: Store, settings: Settings, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(settings.password_hashes_max, "password")
        # Logins take turns, so that many at once learn no more than one after the other.
        self._turns = asyncio.Semaphore(settings.password_hashes_max)
        self._waiting = 0
        free, longest = settings.login_failures_free, settings.login_pause_seconds_max
        self._users = Throttle(free=free, pause_max=longest, clock=clock)
        self._addresses = Throttle(free=free * ADDRESS_FACTOR, pause_max=longest, clock=clock)
        self._sessions: dict[str, tuple[Session, float]] = {}
        self._revision = -1

    def close(self) -> None:
        self._threads.shutdown()

    async def add_user(self, name: str, password: str) -> None:
        """Raises BadValue (a name or password that may not be) or Rejected (the name exists)."""
        checked_name(name)
        hashed = await self._hash(self._checked_password(name, password))
        await self._store.add_user(
            User(name=name, password_hash=hashed, disabled=False, created_at=self._now())
        )

    async def change_password(self, name: str, password: str) -> None:
        """Ends the user's sessions too. Raises BadValue or UnknownUser."""
        hashed = await self._hash(self._checked_password(name, password))
        await self._store.change_user(name, password_hash=hashed)

    async def disable(self, name: str) -> None:
        """The user can no longer log in and the sessions end. Raises UnknownUser."""
        await self._store.change_user(name, disabled=True)

    async def enable(self, name: str) -> None:
        await self._store.change_user(name, disabled=False)

    async def login(self, name: str, password: str, *, address: str) -> Login:
        """A new session. Raises Forbidden, whose message may be shown to the caller."""
        group = _address_group(address)
        self._refuse_if_paused(_key(name), group)
        if self._waiting >= LOGINS_WAITING_MAX:
            raise Forbidden("Too many logins at this moment. Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._turns:
                user = await self._verified(name, password, group)
        finally:
            self._waiting -= 1
        return await self._open_session(user)

    async def session_of(self, token: str) -> Session | None:
        """The live session that a token opens; the store is asked once, the cache from then on."""
        found = self.cached_session(token)
        return found if found is not None else await self._load_session(token)

    def cached_session(self, token: str) -> Session | None:
        """The live session, where this process knows it already; the cache follows the store."""
        if self._revision != (revision := self._store.catalog_revision()):
            self._sessions.clear()
            self._revision = revision
        found = self._sessions.get(_digest(token))
        return found[0] if found is not None and self._clock() < found[1] else None

    async def end_session(self, token: str) -> None:
        """Logs one session out; an unknown token changes nothing."""
        digest = _digest(token)
        self._sessions.pop(digest, None)
        await self._store.end_session(digest)

    async def end_all(self, name: str) -> None:
        """Logs a user out everywhere."""
        self._sessions.clear()
        await self._store.end_sessions(name)

    async def _load_session(self, token: str) -> Session | None:
        digest = _digest(token)
        revision = self._store.catalog_revision()
        session = await self._store.session(digest)
        if session is None or session.expires_at.timestamp() <= self._clock():
            return None
        # What was read before somebody ended it must not be kept after.
        if revision == self._revision == self._store.catalog_revision():
            self._keep(digest, session)
        return session

    def _keep(self, digest: str, session: Session) -> None:
        if len(self._sessions) >= SESSIONS_CACHED_MAX:
            self._sessions.clear()
        self._sessions[digest] = (session, session.expires_at.timestamp())

    def _refuse_if_paused(self, key: str, group: str) -> None:
        pause = max(self._users.pause(key), self._addresses.pause(group))
        if pause > 0:
            raise Forbidden(f"Too many failed logins. Try again in {int(pause) + 1} seconds.")

    async def _verified(self, name: str, password: str, group: str) -> User:
        key = _key(name)
        self._refuse_if_paused(key, group)
        user = await self._known(name)
        hashed = NOBODY if user is None else user.password_hash
        right = await self._in_thread(lambda: self._verify(hashed, password))
        if not right or user is None or user.disabled:
            self._users.failed(key)
            self._addresses.failed(group)
            raise Forbidden("The user name or the password is wrong, or the user is disabled.")
        self._users.forget(key)
        return user

    async def _known(self, name: str) -> User | None:
        try:
            checked_name(name)
        except BadValue:
            return None
        return await self._store.user(name)

    def _verify(self, hashed: str, password: str) -> bool:
        if not password or len(password) > PASSWORD_LENGTH_MAX:
            password = ""
        try:
            return self._hasher.verify(hashed, password.encode("utf-8", "replace"))
        except VerificationError:
            return False

    async def _open_session(self, user: User) -> Login:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._now()
        session = Session(
            id=_digest(token),
            user=user.name,
            csrf=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=now,
            expires_at=now + timedelta(seconds=self._settings.session_seconds),
        )
        await self._store.purge_sessions(now)
        await self._store.add_session(session)
        # Changed while the password was hashed: what ended the user's sessions must end this one.
        if await self._store.user(user.name) != user:
            await self._store.end_session(session.id)
            raise Forbidden("The user was changed during the login. Log in again.")
        return Login(token, session)

    def _checked_password(self, name: str, password: str) -> str:
        least = self._settings.password_length_min
        if len(password) < least:
            raise BadValue(f"the password of {name} is too short; it needs {least} characters")
        if len(password) > PASSWORD_LENGTH_MAX or not _printable(password):
            raise BadValue(
                f"the password of {name} cannot be used; up to {PASSWORD_LENGTH_MAX} characters,"
                " no control characters"
            )
        return password

    async def _hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def checked_name(name: str) -> str:
    """The name itself, if a user may have it. Raises BadValue."""
    if not name or len(name) > NAME_LENGTH_MAX:
        raise BadValue(f"a user name has 1 to {NAME_LENGTH_MAX} characters, not {len(name)}")
    if name != name.strip() or not _printable(name):
        raise BadValue(f"{name!r} cannot be a user name: no control characters, no space around it")
    return name


def _key(name: str) -> str:
    """What is remembered of a name or address that failed; no true one is longer."""
    return name[: NAME_LENGTH_MAX + 1]


def _printable(text: str) -> bool:
    return all(category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in text)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _address_group(address: str) -> str:
    """What is throttled as one: an IPv4 address, or the /64 that an IPv6 customer is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return _key(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
