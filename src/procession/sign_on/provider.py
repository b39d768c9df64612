"""An OpenID provider as its client sees it: discovery, codes, ID tokens (OpenID Connect Core 1.0).

Rule: of what a provider says nothing counts that is not signed with one of its keys, or that did
not come from its own address over TLS. Every answer has a bound on its size and on its time.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from procession.core.values import Value
from procession.errors import SignOnRefused
from procession.settings import Settings, trustworthy
from procession.sign_on.fetching import fetch_json

METADATA_LIVE_SECONDS = 3_600.0
# After a failure the provider is not asked again for so long, whoever wants to log in.
SILENT_SECONDS = 5.0
# By how much the provider's clock may differ from ours.
CLOCK_SKEW_SECONDS = 60
# Signatures that only the provider can make: none with a shared secret, and not "none".
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519"),
)
WELL_KNOWN = "/.well-known/openid-configuration"

Claims = Mapping[str, Value]
T = TypeVar("T")


class Metadata(msgspec.Struct, frozen=True):
    """What a provider tells of itself (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    def addresses(self) -> tuple[str, ...]:
        """All that we go to, or send somebody to."""
        always = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return *always, *filter(None, (self.userinfo_endpoint, self.end_session_endpoint))


class TokenAnswer(msgspec.Struct, frozen=True):
    """What a code is exchanged for (OpenID Connect Core §3.1.3.3)."""

    id_token: str
    access_token: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one login has asked for, and what its answer must fit."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of a provider for a while."""

    metadata: Metadata
    keys: Claims
    until: float


class Provider:
    """The provider of the settings. `redirect_uri` is where it sends people back to."""

    def __init__(
        self, settings: Settings, redirect_uri: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings, self._redirect_uri, self._clock = settings, redirect_uri, clock
        self._known: _Known | None = None
        self._loading = asyncio.Lock()
        self._silent_until = 0.0

    async def metadata(self) -> Metadata:
        return (await self._load()).metadata

    async def address(self, asked: Asked) -> str:
        """Where somebody logs in (§3.1.2.1), with PKCE (RFC 7636)."""
        # Imported here, as below: it takes a fifth of a second, and few services have a provider.
        from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
            prepare_grant_uri,
        )
        from authlib.oauth2.rfc7636 import (  # type: ignore[import-untyped]
            create_s256_code_challenge,
        )

        known = await self._load()
        return str(
            prepare_grant_uri(
                known.metadata.authorization_endpoint,
                self._settings.oidc_client_id,
                "code",
                redirect_uri=self._redirect_uri,
                scope=" ".join(self._settings.oidc_scopes),
                state=asked.state,
                nonce=asked.nonce,
                code_challenge=create_s256_code_challenge(asked.verifier),
                code_challenge_method="S256",
            )
        )

    async def claims(self, code: str, asked: Asked, wanted: tuple[str, ...]) -> Claims:
        """What the provider tells of who has logged in.

        Where one of the `wanted` is not in the ID token, its userinfo is asked too (§5.3). Raises
        SignOnRefused.
        """
        known = await self._load()
        answer = await self._exchange(known.metadata, code, asked)
        claims = await self._verified(known, answer, asked)
        endpoint = known.metadata.userinfo_endpoint
        if set(wanted) <= claims.keys() or not endpoint or not answer.access_token:
            return claims
        return {**await _userinfo(endpoint, answer.access_token, claims), **claims}

    async def _load(self, *, anew: bool = False) -> _Known:
        """What is known of the provider; one at a time asks it, and nobody soon after a failure."""
        before = self._known
        if not anew and before is not None and self._clock() < before.until:
            return before
        async with self._loading:
            if self._known is not None and self._known is not before:
                return self._known
            if self._clock() < self._silent_until:
                raise SignOnRefused("the provider did not answer just now", reason="server_error")
            self._silent_until = self._clock() + SILENT_SECONDS
            metadata = await self._discover()
            keys = await fetch_json("GET", metadata.jwks_uri)
            self._known = _Known(metadata, keys, self._clock() + METADATA_LIVE_SECONDS)
            self._silent_until = 0.0
            return self._known

    async def _discover(self) -> Metadata:
        """Discovery §4; the issuer must be the one that was asked for (§4.3)."""
        issuer = self._settings.oidc_issuer
        told = await fetch_json("GET", issuer.rstrip("/") + WELL_KNOWN)
        metadata = _read(Metadata, told)
        if metadata.issuer != issuer:
            raise _wrong(f"it calls itself {metadata.issuer[:100]!r}, not {issuer!r}")
        if not all(map(trustworthy, metadata.addresses())):
            raise _wrong("it names an address without TLS")
        return metadata

    async def _exchange(self, metadata: Metadata, code: str, asked: Asked) -> TokenAnswer:
        """The code for its tokens (§3.1.3), by the way to show our secret that the provider has."""
        client_id, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": asked.verifier,
        }
        auth = None
        if not secret:
            form["client_id"] = client_id
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # Each is form-encoded before they are joined (RFC 6749 §2.3.1).
            auth = httpx.BasicAuth(quote(client_id, safe=""), quote(secret, safe=""))
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        told = await fetch_json("POST", metadata.token_endpoint, form=form, auth=auth)
        return _read(TokenAnswer, told)

    async def _verified(self, known: _Known, answer: TokenAnswer, asked: Asked) -> Claims:
        """The claims of the ID token, checked (§3.1.3.7).

        The provider may have changed its keys since they were read (§10.1.1), so they are read once
        more. Nobody can make us do that at will: a token only comes for a code of the provider's.
        """
        from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, MissingKeyError

        try:
            try:
                return self._decoded(known, answer, asked)
            except (BadSignatureError, InvalidKeyIdError, MissingKeyError):
                return self._decoded(await self._load(anew=True), answer, asked)
        except (JoseError, ValueError, TypeError, LookupError) as error:
            raise _wrong(f"its ID token does not hold: {error}") from error

    def _decoded(self, known: _Known, answer: TokenAnswer, asked: Asked) -> Claims:
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc import jwt
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        keys = KeySet.import_key_set(known.keys)  # type: ignore[arg-type]  # it checks them itself
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        token = jwt.decode(answer.id_token, keys, registry=registry)
        client_id = self._settings.oidc_client_id
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": known.metadata.issuer},
                "aud": {"essential": True, "value": client_id},
                "sub": {"essential": True},
            },
            params={
                "nonce": asked.nonce,
                "client_id": client_id,
                "access_token": answer.access_token,
            },
        )
        claims.validate(now=int(self._clock()), leeway=CLOCK_SKEW_SECONDS)
        return dict(claims)


async def _userinfo(endpoint: str, access_token: str, claims: Claims) -> Claims:
    """What it tells counts only if it is about the same person (§5.3.2)."""
    headers = {"authorization": f"Bearer {access_token}"}
    told = await fetch_json("GET", endpoint, headers=headers)
    if told.get("sub") != claims["sub"]:
        raise _wrong("its userinfo is about somebody else")
    return told


def _read(kind: type[T], told: Claims) -> T:
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError as error:
        raise _wrong(f"its answer is not what OpenID Connect says: {error}") from None


def _wrong(what: str) -> SignOnRefused:
    return SignOnRefused(f"the provider cannot be relied on: {what}", reason="server_error")
