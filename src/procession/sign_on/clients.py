"""The programs that may get access tokens, for whoever administers them (RFC 6749 §2).

Rule: a secret is made here, from 256 random bits, is shown once and kept as its SHA-256: nobody can
choose a weak one, so a slow hash would protect nothing. Two of a client may live at once, so that
it gets a new one without a pause in its work.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher

from procession.access import Duty, Principal
from procession.accounts import checked_name
from procession.audit import AuditLog
from procession.errors import BadValue, Forbidden
from procession.keys import digest
from procession.stores import Store, User
from procession.stores.sign_on import Client, Secret

ID_BYTES = 16
SECRET_BYTES = 32
# So that a secret is known for one where it should not stand, such as in a repository.
PREFIX = "prs_"
OLD_SECRET_LIVES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as it is asked for. `user` "": one of its own, of the same name, is made."""

    name: str
    duties: frozenset[Duty]
    user: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client shows to get a token."""

    client_id: str
    client_secret: str


class Clients:
    """The clients of a store."""

    def __init__(
        self, store: Store, audit: AuditLog, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._audit, self._clock = store, audit, clock

    async def all(self) -> Sequence[Client]:
        """By their names; `secrets` are digests, which open nothing."""
        return await self._store.sign_on.clients()

    async def add(self, new: NewClient, *, by: Principal) -> Credentials:
        """What it shows; the secret is not told again.

        Raises BadValue, Forbidden, Rejected for a name that is taken, or UnknownUser.
        """
        self._check(new, by)
        text, secret = self._new_secret(new.expires_at)
        client = Client(
            id=secrets.token_hex(ID_BYTES),
            name=new.name,
            user=new.user or new.name,
            own_user=not new.user,
            duties=_sorted(new.duties),
            disabled=False,
            created_at=self._now(),
            secrets=(secret,),
        )
        own = await self._own_user(new.name) if client.own_user else None
        told = f"acts as {client.user}, only to {', '.join(client.duties)}, {_until(secret)}"
        entry = self._audit.entry(by, "add client", new.name, told)
        await self._store.sign_on.add_client(client, entry, own=own)
        return Credentials(client.id, text)

    async def rotate(
        self,
        name: str,
        *,
        by: Principal,
        old_lives: timedelta = OLD_SECRET_LIVES,
        expires_at: datetime | None = None,
    ) -> str:
        """A new secret, which is not told again; the one until now lives on for a while.

        With `old_lives` 0 it is over at once, and so are the tokens that were got with it.
        """
        self._check_expiry(name, expires_at)
        text, secret = self._new_secret(expires_at)
        until = secret.created_at + old_lives
        told = f"{_until(secret)}; the old one until {until:%Y-%m-%d %H:%M}"
        entry = self._audit.entry(by, "rotate client secret", name, told)
        await self._store.sign_on.rotate_secret(name, secret, old_until=until, entry=entry)
        if not old_lives:
            await self.end_tokens(name, by=by)
        return text

    async def disable(self, name: str, *, by: Principal) -> None:
        """It gets no tokens any more, and those that it has are worth nothing."""
        entry = self._audit.entry(by, "disable client", name)
        await self._store.sign_on.change_client(name, disabled=True, entry=entry)

    async def enable(self, name: str, *, by: Principal) -> None:
        entry = self._audit.entry(by, "enable client", name)
        await self._store.sign_on.change_client(name, disabled=False, entry=entry)

    async def end_tokens(self, name: str, *, by: Principal) -> None:
        entry = self._audit.entry(by, "end client tokens", name)
        await self._store.sign_on.end_tokens(name, entry)

    async def remove(self, name: str, *, by: Principal) -> None:
        """With its secrets and tokens; a user that was made for it is disabled."""
        entry = self._audit.entry(by, "remove client", name)
        await self._store.sign_on.remove_client(name, entry)

    def _check(self, new: NewClient, by: Principal) -> None:
        checked_name(new.name)
        self._check_expiry(new.name, new.expires_at)
        if not new.duties:
            raise BadValue(f"the client {new.name} may do nothing; name one of {', '.join(Duty)}")
        if by.limits is not None and not new.duties <= by.limits:
            raise Forbidden("a key that is limited cannot make a client that may do more")

    def _check_expiry(self, name: str, expires_at: datetime | None) -> None:
        if expires_at is not None and expires_at <= self._now():
            raise BadValue(f"the secret of {name} would be over already: {expires_at:%Y-%m-%d}")

    def _new_secret(self, expires_at: datetime | None) -> tuple[str, Secret]:
        text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        return text, Secret(digest(text), self._now(), expires_at)

    async def _own_user(self, name: str) -> User:
        """Nobody knows the password, so nobody can log in as the client with one."""
        unknown = secrets.token_urlsafe(SECRET_BYTES)
        hashed = await asyncio.to_thread(PasswordHasher().hash, unknown)
        return User(name=name, password_hash=hashed, disabled=False, created_at=self._now())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _sorted(duties: frozenset[Duty]) -> tuple[str, ...]:
    return tuple(duty.value for duty in Duty if duty in duties)


def _until(secret: Secret) -> str:
    return f"until {secret.expires_at:%Y-%m-%d}" if secret.expires_at else "without end"
