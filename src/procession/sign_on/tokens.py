"""Access tokens for programs: the client credentials grant (RFC 6749 §4.4); their end (RFC 7009).

Rule: a token is 256 random bits that mean nothing by themselves; its SHA-256 alone is kept. What a
client may do is looked up with each call, so what is withdrawn counts at once. Whoever is refused
is not told whether the client exists, neither by words nor by time.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from procession.access import Duty, Principal
from procession.accounts import ADDRESS_FACTOR, address_group
from procession.audit import AuditLog
from procession.errors import SignOnRefused
from procession.keys import digest
from procession.settings import Settings
from procession.stores import Store
from procession.stores.sign_on import AccessToken, Client
from procession.throttle import Throttle

# So that a token is known for one where it should not stand.
PREFIX = "prt_"
TOKEN_BYTES = 32
TOKEN_LENGTH_MAX = 100
CLIENT_ID_LENGTH_MAX = 100
SECRETS_LIVE_MAX = 2
TOKENS_OF_CLIENT_MAX = 1_000

# No text has this digest: what is compared where there is no secret.
NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token as it is told to its client, and what it is for."""

    token: str
    seconds: int
    duties: tuple[str, ...]


class Tokens:
    """The access tokens of a store, and who may have them."""

    def __init__(
        self,
        store: Store,
        audit: AuditLog,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._audit, self._clock = store, audit, clock
        self._seconds = settings.oauth_token_seconds
        free, longest = settings.login_failures_free, settings.login_pause_seconds_max
        self._clients = Throttle(free=free, pause_max=longest, clock=clock)
        self._addresses = Throttle(free=free * ADDRESS_FACTOR, pause_max=longest, clock=clock)

    async def grant(self, client_id: str, secret: str, *, scope: str, address: str) -> Granted:
        """A token for the client, for what `scope` names or for all that it may ("").

        Raises SignOnRefused, whose words may be told.
        """
        client = self._proved(client_id, secret, address)
        duties = _asked(client, scope)
        token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        now = datetime.fromtimestamp(self._clock(), UTC)
        kept = AccessToken(
            id=digest(token),
            client=client.id,
            duties=duties,
            created_at=now,
            expires_at=now + timedelta(seconds=self._seconds),
        )
        await self._store.sign_on.add_token(kept, most=TOKENS_OF_CLIENT_MAX)
        return Granted(token, self._seconds, duties)

    async def revoke(self, client_id: str, secret: str, *, token: str, address: str) -> None:
        """Ends a token of the client's; another one's, or none at all, is as good as ended.

        Raises SignOnRefused where the client does not prove who it is.
        """
        client = self._proved(client_id, secret, address)
        await self._store.sign_on.revoke_token(digest(token), client=client.id)

    async def principal_of(self, token: str) -> Principal | None:
        """For whom a token speaks; None for one that is none, is over or was ended."""
        if not token.startswith(PREFIX) or len(token) > TOKEN_LENGTH_MAX:
            return None
        bearer = self._store.sign_on.bearer(digest(token))
        if bearer is None or bearer.expires_at.timestamp() <= self._clock():
            return None
        limits = frozenset(map(Duty, bearer.duties))
        return Principal(bearer.user, limits, means=f"client {bearer.client}")

    def _proved(self, client_id: str, secret: str, address: str) -> Client:
        """The client whose secret it is.

        Nothing is waited for between looking at the pause and counting the failure: many tries at
        once learn no more than one after the other.
        """
        key, group = client_id[: CLIENT_ID_LENGTH_MAX + 1], address_group(address)
        self._refuse_if_paused(key, group)
        client = self._store.sign_on.client(key)
        proved = self._proves(client, digest(secret))
        if not proved or client is None or client.disabled or not client.user_enabled:
            self._clients.failed(key)
            self._addresses.failed(group)
            who = key if client is None else f"client {client.name}"
            self._audit.refused(who, address, "asked for a token")
            raise SignOnRefused(
                "the client is unknown or disabled, or its secret is wrong or over",
                reason="invalid_client",
            )
        self._clients.forget(key)
        return client

    def _refuse_if_paused(self, key: str, group: str) -> None:
        pause = max(self._clients.pause(key), self._addresses.pause(group))
        if pause > 0:
            seconds = int(pause) + 1
            raise SignOnRefused(
                f"too many refused tries; try again in {seconds} seconds",
                reason="temporarily_unavailable",
                wait_seconds=seconds,
            )

    def _proves(self, client: Client | None, shown: str) -> bool:
        """Each secret is compared, and as many for a client that is not there."""
        now = self._clock()
        live = [
            each.digest
            for each in (client.secrets if client else ())
            if each.expires_at is None or each.expires_at.timestamp() > now
        ]
        compared = [*live, *[NO_DIGEST] * SECRETS_LIVE_MAX][:SECRETS_LIVE_MAX]
        matches = [hmac.compare_digest(each, shown) for each in compared]
        return any(matches)


def _asked(client: Client, scope: str) -> tuple[str, ...]:
    """Which duties a scope names (RFC 6749 §3.3); those that the client has where it is empty."""
    asked = set(scope.split(" ")) - {""}
    if not asked <= set(client.duties):
        raise SignOnRefused(
            f"the client may ask for {' '.join(client.duties)}", reason="invalid_scope"
        )
    return tuple(duty for duty in client.duties if duty in asked) if asked else client.duties
