"""Users, passwords and sessions (CONTRACT 2; what is promised: docs/security.md).

Rule: a password is hashed in a thread and never kept; of a session's token the SHA-256 alone is
kept, so a copy of the store lets nobody in. Whoever is refused is not told whether the user exists.
"""

import asyncio
import ipaddress
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from procession.access import NOBODY, Access, Principal
from procession.audit import AuditLog
from procession.errors import BadValue, Forbidden, UnknownUser
from procession.keys import Keys, digest
from procession.passwords import PASSWORD_LENGTH_MAX, checked_password, printable
from procession.people import People
from procession.settings import Settings
from procession.stores import Session, Store, User
from procession.throttle import Throttle

NAME_LENGTH_MAX = 100
TOKEN_BYTES = 32
SESSIONS_CACHED_MAX = 10_000
LOGINS_WAITING_MAX = 256
ADDRESS_FACTOR = 4

# What an unknown user's password is compared with, so that the answer takes the same time.
UNKNOWN_USER_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$XC7KbOiILWYQW4DBv24x3Q$KaPNg9"
    "S+87utBHWIYq0JJ5FBJgVw8ey/VQDcvs0bQlo"
)

T = TypeVar("T")
# Whose token it is; None: it is none of the reader's kind, or is not valid.
BearerReader = Callable[[str], Awaitable[Principal | None]]


@dataclass(frozen=True, slots=True)
class Login:
    """A login that succeeded: the token for the cookie, and the session that it opens."""

    token: str
    session: Session


class Accounts:
    """Who may call. One for each process; `close` ends its threads."""

    def __init__(
        self, store: Store, settings: Settings, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self.audit = AuditLog(store, entries_max=settings.audit_entries_max, clock=clock)
        self.access = Access(store, self.audit.refused_duty)
        self.people = People(store, self.audit)
        self.keys = Keys(store, self.audit, clock=clock)
        # What else may stand in `Authorization: Bearer`; asked in turn for what is no API key.
        self.bearer_readers: list[BearerReader] = []
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
        self.audit.close()
        self._threads.shutdown()

    async def add_user(self, name: str, password: str, *, by: Principal = NOBODY) -> None:
        """The first one there is becomes an administrator.

        Raises BadValue (a name or password that may not be) or Rejected (the name exists).
        """
        checked_name(name)
        hashed = await self._hash(name, password)
        user = User(name=name, password_hash=hashed, disabled=False, created_at=self._now())
        await self._store.add_user(user, entry=self.audit.entry(by, "add user", name))

    async def change_password(self, name: str, password: str, *, by: Principal = NOBODY) -> None:
        """Ends the user's sessions too. Raises BadValue or UnknownUser."""
        hashed = await self._hash(name, password)
        entry = self.audit.entry(by, "change password", name)
        await self._store.change_user(name, password_hash=hashed, entry=entry)

    async def disable(self, name: str, *, by: Principal = NOBODY) -> None:
        """The user can no longer log in; sessions end, and keys open nothing (UnknownUser)."""
        entry = self.audit.entry(by, "disable user", name)
        await self._store.change_user(name, disabled=True, entry=entry)

    async def enable(self, name: str, *, by: Principal = NOBODY) -> None:
        entry = self.audit.entry(by, "enable user", name)
        await self._store.change_user(name, disabled=False, entry=entry)

    async def unlock(self, name: str, *, by: Principal = NOBODY) -> None:
        """Forgives the user's failed logins, in all programs. Raises UnknownUser."""
        await self._store.people.unlock(name, self.audit.entry(by, "unlock user", name))
        self._users.forget(_key(name))

    async def sessions(self, name: str) -> Sequence[Session]:
        """The open ones, oldest first; their `csrf` is nobody's to see. Raises UnknownUser."""
        if await self._store.user(name) is None:
            raise UnknownUser(f"there is no user {name!r}")
        return await self._store.people.sessions_of(name, self._now())

    async def login(self, name: str, password: str, *, address: str) -> Login:
        """A new session. Raises Forbidden, whose message may be shown to the caller."""
        self._refuse_if_paused(name, address)
        if self._waiting >= LOGINS_WAITING_MAX:
            raise Forbidden("Too many logins at this moment. Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._turns:
                user = await self._verified(name, password, address)
        finally:
            self._waiting -= 1
        return await self._open_session(user, address)

    async def session_of(self, token: str) -> Session | None:
        """The live session that a token opens; the store is asked once, the cache from then on."""
        found = self.cached_session(token)
        return found if found is not None else await self._load_session(token)

    def cached_session(self, token: str) -> Session | None:
        """The live session, where this process knows it already; the cache follows the store."""
        if self._revision != (revision := self._store.catalog_revision()):
            self._sessions.clear()
            self._revision = revision
        found = self._sessions.get(digest(token))
        return found[0] if found is not None and self._clock() < found[1] else None

    async def open_session_for(self, name: str, *, address: str) -> Login:
        """A session for somebody whom another party vouches for. Raises Forbidden."""
        user = await self._known(name)
        if user is None or user.disabled:
            self.audit.refused(name, address, "may not log in")
            raise Forbidden("There is no such user here, or the user is disabled.")
        return await self._open_session(user, address)

    async def principal_of_bearer(self, token: str) -> Principal | None:
        """Whose key or token it is; None for one that is not valid."""
        principal = self.keys.principal_of(token)
        for reader in self.bearer_readers:
            if principal is None:
                principal = await reader(token)
        return principal

    async def end_session(self, token: str) -> None:
        """Logs one session out; an unknown token changes nothing."""
        key = digest(token)
        self._sessions.pop(key, None)
        await self._store.end_session(key)

    async def end_all(self, name: str, *, by: Principal = NOBODY) -> None:
        """Logs a user out everywhere, at once in all programs. Raises UnknownUser."""
        await self._store.people.end_sessions(name, self.audit.entry(by, "end sessions", name))
        self._sessions.clear()

    async def _load_session(self, token: str) -> Session | None:
        key = digest(token)
        revision = self._store.catalog_revision()
        session = await self._store.session(key)
        if session is None or session.expires_at.timestamp() <= self._clock():
            return None
        # What was read before somebody ended it must not be kept after.
        if revision == self._revision == self._store.catalog_revision():
            self._keep(key, session)
        return session

    def _keep(self, digest: str, session: Session) -> None:
        if len(self._sessions) >= SESSIONS_CACHED_MAX:
            self._sessions.clear()
        self._sessions[digest] = (session, session.expires_at.timestamp())

    def _refuse_if_paused(self, name: str, address: str) -> None:
        pause = max(self._addresses.pause(address_group(address)), self._pause_of(_key(name)))
        if pause > 0:
            self._note(name, address, "too soon after failed logins")
            raise Forbidden(f"Too many failed logins. Try again in {int(pause) + 1} seconds.")

    def _pause_of(self, key: str) -> float:
        """The store knows failures from before a restart, and whether they are forgiven."""
        people = self._store.people
        if key not in self._users and (known := people.failures_of(key)) is not None:
            self._users.recall(key, known.failures, known.last_at.timestamp())
        pause = self._users.pause(key)
        if pause > 0 and (unlocked := people.unlocked_at(key)) is not None:
            self._users.forget(key, until=unlocked.timestamp())
            pause = self._users.pause(key)
        return pause

    def _note(self, name: str, address: str, detail: str) -> None:
        """For the audit log. A name that nobody has stays out: it may be a password."""
        known = self._store.people.unlocked_at(name) is not None
        who = name if known else ""
        self.audit.refused(who, _key(address), "log in", detail=detail if known else "unknown user")

    async def _verified(self, name: str, password: str, address: str) -> User:
        self._refuse_if_paused(name, address)
        user = await self._known(name)
        hashed = UNKNOWN_USER_HASH if user is None else user.password_hash
        right = await self._in_thread(lambda: self._verify(hashed, password))
        if not right or user is None or user.disabled:
            self._failed(name, address, "the user is disabled" if right else "wrong password")
            raise Forbidden("The user name or the password is wrong, or the user is disabled.")
        self._users.forget(_key(name))
        self.audit.login_succeeded(name)
        if self._store.people.failures_of(name) is not None:
            await self._store.people.forget_failures(name)
        return user

    def _failed(self, name: str, address: str, reason: str) -> None:
        failures = self._users.failed(_key(name))
        self._addresses.failed(address_group(address))
        self.audit.login_failed(_key(name), failures)
        self._note(name, address, reason)

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

    async def _open_session(self, user: User, address: str) -> Login:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._now()
        session = Session(
            id=digest(token),
            user=user.name,
            csrf=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=now,
            expires_at=now + timedelta(seconds=self._settings.session_seconds),
            address=_key(address),
        )
        await self._store.purge_sessions(now)
        await self._store.add_session(session)
        # Changed while the password was hashed: what ended the user's sessions must end this one.
        if await self._store.user(user.name) != user:
            await self._store.end_session(session.id)
            raise Forbidden("The user was changed during the login. Log in again.")
        return Login(token, session)

    async def _hash(self, name: str, password: str) -> str:
        """Raises BadValue for a password that may not be."""
        checked_password(name, password, length_min=self._settings.password_length_min)
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def checked_name(name: str) -> str:
    """The name itself, if a user may have it. Raises BadValue."""
    if not name or len(name) > NAME_LENGTH_MAX:
        raise BadValue(f"a user name has 1 to {NAME_LENGTH_MAX} characters, not {len(name)}")
    if name != name.strip() or not printable(name):
        raise BadValue(f"{name!r} cannot be a user name: no control characters, no space around it")
    return name


def _key(name: str) -> str:
    """What is remembered of a name or address that failed; no true one is longer."""
    return name[: NAME_LENGTH_MAX + 1]


def address_group(address: str) -> str:
    """What is throttled as one: an IPv4 address, or the /64 that an IPv6 customer is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return _key(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
