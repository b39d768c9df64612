"""The login of people by OpenID Connect: from our start to the provider and back to a session.

Rule: what a login has asked for lies in a cookie, signed, for minutes and for one use. So only the
browser that began a login can end it, nobody can be logged in as somebody else without knowing it,
and a flood of beginnings costs no memory. Who comes back gets a new session, never an old one.
"""

import base64
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
import structlog

from procession.accounts import ADDRESS_FACTOR, Accounts, Login, address_group
from procession.errors import Forbidden, SignOnRefused
from procession.settings import Settings
from procession.sign_on.people import SignedOn, user_of
from procession.sign_on.provider import Asked, Claims, Provider
from procession.stores import Store
from procession.throttle import Throttle

UNDER_WAY_SECONDS = 600
USED_MAX = 10_000
RANDOM_BYTES = 32
CODE_LENGTH_MAX = 4_000
CALLBACK_PATH = "/auth/oidc/callback"

# A path of ours in visible ASCII: not `//host` nor `/\host`, which a browser takes for a host.
LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")
_ERROR_WORD = re.compile(r"[a-z_]{1,50}")

_log = structlog.get_logger()


class _UnderWay(msgspec.Struct, frozen=True):
    """A login that has begun, as the cookie holds it."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    until: float

    @property
    def asked(self) -> Asked:
        return Asked(self.state, self.nonce, self.verifier)


_under_way = msgspec.json.Decoder(_UnderWay)


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes to, and the cookie that it must bring back."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The session, and where the browser goes on."""

    login: Login
    return_to: str


class OpenId:
    """The logins by the provider of the settings."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._accounts, self._clock = store, accounts, clock
        self._settings = settings
        self.provider = Provider(
            settings, f"{settings.public_url}{settings.path_prefix}{CALLBACK_PATH}", clock=clock
        )
        self._key = secrets.token_bytes(RANDOM_BYTES)
        self._used: dict[str, float] = {}
        self._addresses = Throttle(
            free=settings.login_failures_free * ADDRESS_FACTOR,
            pause_max=settings.login_pause_seconds_max,
            clock=clock,
        )

    async def begin(self, return_to: str) -> Begun:
        """A new login, which comes back to a path of ours. Raises SignOnRefused."""
        if not LOCAL_PATH.fullmatch(return_to):
            raise SignOnRefused(
                "returnTo must be a path of this service, such as /", reason="invalid_request"
            )
        state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
        under_way = _UnderWay(
            state=state,
            nonce=nonce,
            verifier=verifier,
            return_to=return_to,
            until=self._clock() + UNDER_WAY_SECONDS,
        )
        return Begun(await self.provider.address(under_way.asked), self._sealed(under_way))

    async def end(self, answer: Mapping[str, str], cookie: str, *, address: str) -> Ended:
        """A session for whom the provider has sent back. Raises SignOnRefused."""
        group = address_group(address)
        self._refuse_if_paused(group)
        try:
            return await self._end(answer, cookie, address)
        except SignOnRefused as refusal:
            self._addresses.failed(group)
            self._accounts.audit.refused(
                "", address, "tried to log in by provider", detail=str(refusal)
            )
            raise

    async def logout_address(self) -> str:
        """Where a session at the provider ends; "" where that is not known."""
        if not self._settings.oidc_issuer:
            return ""
        try:
            address = (await self.provider.metadata()).end_session_endpoint
        except SignOnRefused:
            return ""
        asked = urlencode({"client_id": self._settings.oidc_client_id})
        return f"{address}{'&' if '?' in address else '?'}{asked}" if address else ""

    async def _end(self, answer: Mapping[str, str], cookie: str, address: str) -> Ended:
        under_way = self._opened(cookie)
        if not hmac.compare_digest(answer.get("state", "").encode(), under_way.state.encode()):
            raise _not_begun("it belongs to another login")
        self._use(under_way)
        claims = await self._claims(answer, under_way.asked)
        signed_on = await user_of(self._store, self._accounts, self._settings, claims)
        login = await self._session(signed_on, address)
        _log.info("login", address=address, user=signed_on.name, subject=signed_on.subject)
        return Ended(login, under_way.return_to)

    async def _claims(self, answer: Mapping[str, str], asked: Asked) -> Claims:
        """What the provider tells, if it is the one we asked (RFC 9207) and does not refuse."""
        metadata = await self.provider.metadata()
        needed = metadata.authorization_response_iss_parameter_supported
        if answer.get("iss", "" if needed else metadata.issuer) != metadata.issuer:
            raise SignOnRefused("the answer is another provider's", reason="invalid_request")
        if error := answer.get("error", ""):
            word = error if _ERROR_WORD.fullmatch(error) else "for another reason"
            raise SignOnRefused(f"the provider refuses ({word})", reason="access_denied")
        code = answer.get("code", "")
        if not 0 < len(code) <= CODE_LENGTH_MAX:
            raise SignOnRefused("the answer holds no code", reason="invalid_request")
        wanted = (self._settings.oidc_user_claim, self._settings.oidc_roles_claim)
        return await self.provider.claims(code, asked, tuple(filter(None, wanted)))

    async def _session(self, signed_on: SignedOn, address: str) -> Login:
        try:
            return await self._accounts.open_session_for(signed_on.name, address=address)
        except Forbidden as refusal:
            raise SignOnRefused(str(refusal), reason="access_denied") from None

    def _use(self, under_way: _UnderWay) -> None:
        """Once; what is over by itself need not be remembered."""
        now = self._clock()
        if len(self._used) >= USED_MAX:
            self._used = {state: until for state, until in self._used.items() if until > now}
        if len(self._used) >= USED_MAX:
            raise SignOnRefused(
                "too many logins at this moment; try again in a few minutes",
                reason="temporarily_unavailable",
                wait_seconds=UNDER_WAY_SECONDS,
            )
        if under_way.state in self._used:
            raise _not_begun("it was used already")
        self._used[under_way.state] = under_way.until

    def _refuse_if_paused(self, group: str) -> None:
        if pause := self._addresses.pause(group):
            seconds = int(pause) + 1
            raise SignOnRefused(
                f"too many failed logins; try again in {seconds} seconds",
                reason="temporarily_unavailable",
                wait_seconds=seconds,
            )

    def _sealed(self, under_way: _UnderWay) -> str:
        text = base64.urlsafe_b64encode(msgspec.json.encode(under_way))
        return f"{text.decode()}.{self._signature(text)}"

    def _opened(self, cookie: str) -> _UnderWay:
        text, _, signature = cookie.encode("utf-8", "replace").partition(b".")
        if not hmac.compare_digest(signature, self._signature(text).encode()):
            raise _not_begun("this browser has begun none, or the service was started anew")
        under_way = _under_way.decode(base64.urlsafe_b64decode(text))
        if self._clock() >= under_way.until:
            raise _not_begun("it took too long")
        return under_way

    def _signature(self, text: bytes) -> str:
        return hmac.digest(self._key, text, "sha256").hex()


def _not_begun(why: str) -> SignOnRefused:
    return SignOnRefused(f"this login cannot be ended: {why}", reason="invalid_request")
