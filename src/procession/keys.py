"""API keys: how a program calls without a login (docs/rights.md).

Rule: a key is shown once, when it is made; its SHA-256 alone is kept. It may do what its user may,
within its limits, until it is over, it is revoked, or its user is disabled.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from procession.access import Duty, Principal
from procession.audit import AuditLog
from procession.core.values import shown
from procession.errors import BadValue, Forbidden
from procession.stores import Store
from procession.stores.people import ApiKey

# So that a key is known for one where it should not stand, such as in a repository.
PREFIX = "prk_"
TOKEN_BYTES = 32
TOKEN_LENGTH_MAX = 100
KEYS_CACHED_MAX = 10_000
NAME_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is asked for. Without `limits` it may do what its user may."""

    user: str
    name: str
    expires_at: datetime | None = None
    limits: frozenset[Duty] | None = None


class Keys:
    """The API keys of a store."""

    def __init__(
        self, store: Store, audit: AuditLog, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._audit, self._clock = store, audit, clock
        self._cached: dict[str, ApiKey] = {}
        self._revision = -1

    async def add(self, new: NewKey, *, by: Principal) -> str:
        """The key, which is not told again. Raises BadValue, Forbidden, UnknownUser or Rejected."""
        self._check(new, by)
        token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        limits = None if new.limits is None else tuple(sorted(new.limits))
        key = ApiKey(digest(token), new.user, new.name, limits, self._now(), new.expires_at)
        only = "" if limits is None else f", only to {', '.join(limits) or 'nothing'}"
        until = f"until {new.expires_at:%Y-%m-%d}" if new.expires_at else "without end"
        entry = self._audit.entry(by, "add key", new.user, f"{new.name}, {until}{only}")
        await self._store.people.add_key(key, entry)
        return token

    async def revoke(self, user: str, name: str, *, by: Principal) -> None:
        """From the next call on it is worth nothing. Raises Rejected where there is none."""
        entry = self._audit.entry(by, "revoke key", user, name)
        await self._store.people.revoke_key(user, name, entry)

    def principal_of(self, token: str) -> Principal | None:
        """Whose key it is; None for one that is none, is over or is revoked."""
        if not token.startswith(PREFIX) or len(token) > TOKEN_LENGTH_MAX:
            return None
        shown_digest = digest(token)
        key = self._find(shown_digest)
        if key is None or not hmac.compare_digest(key.id, shown_digest):
            return None
        if key.expires_at is not None and key.expires_at.timestamp() <= self._clock():
            return None
        limits = None if key.limits is None else frozenset(map(Duty, key.limits))
        return Principal(key.user, limits, means=f"key {key.name}")

    def _find(self, digest: str) -> ApiKey | None:
        revision = self._store.catalog_revision()
        if self._revision != revision or len(self._cached) >= KEYS_CACHED_MAX:
            self._cached.clear()
            self._revision = revision
        key = self._cached.get(digest)
        if key is None and (key := self._store.people.key(digest)) is not None:
            self._cached[digest] = key
        return key

    def _check(self, new: NewKey, by: Principal) -> None:
        if not 0 < len(new.name) <= NAME_LENGTH_MAX or not new.name.isprintable():
            raise BadValue(
                f"{shown(new.name)} cannot name a key: 1 to {NAME_LENGTH_MAX} printable characters"
            )
        if new.expires_at is not None and new.expires_at <= self._now():
            raise BadValue(f"the key {new.name} would be over already: {new.expires_at:%Y-%m-%d}")
        if by.limits is not None and (new.limits is None or not new.limits <= by.limits):
            raise Forbidden("a key that is limited cannot make one that may do more")

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def digest(secret: str) -> str:
    """What is kept of a token, a key or a client's secret. They are random, so no slow hash is."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
