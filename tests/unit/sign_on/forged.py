"""A provider that says what a test wants, true or not: a real one cannot be made to lie."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from procession.core.values import Values
from procession.settings import Settings
from procession.sign_on.provider import Asked, Provider
from tests.unit.connectors.servers import Asked as Request
from tests.unit.connectors.servers import Server, answer, serving

NOW = 1_800_000_000
ASKED = Asked(state="state", nonce="nonce", verifier="v" * 43)
CLIENT_ID = "procession"


@cache
def key(name: str) -> RSAKey:
    """A key of the provider's; it takes a while to make one."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class Says:
    """What it says. `claims` are over those that are right; None takes one out."""

    claims: Values = field(default_factory=dict)
    metadata: Values = field(default_factory=dict)
    token: Values = field(default_factory=dict)
    userinfo: Values = field(default_factory=lambda: {"sub": "s-ann"})
    signed_by: str = "one"
    published: tuple[str, ...] = ("one",)
    algorithm: str = "RS256"
    raw: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Forged:
    """The provider that lies, and its client."""

    server: Server
    says: Says
    provider: Provider
    clock: list[float]

    @property
    def asked(self) -> list[str]:
        return [request.target for request in self.server.requests]


@asynccontextmanager
async def forged(says: Says) -> AsyncIterator[Forged]:
    found: list[Forged] = []

    async def respond(request: Request) -> bytes:
        path = request.target.partition("?")[0]
        if path in found[0].says.raw:
            return found[0].says.raw[path]
        told = _ANSWERS[path](found[0])
        return answer(json.dumps(told), content_type="application/json")

    async with serving(respond) as server:
        settings = Settings(
            oidc_issuer=server.url,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret="secret",
            public_url="http://127.0.0.1:1",
        )
        clock = [float(NOW)]
        provider = Provider(settings, "http://127.0.0.1:1/back", clock=lambda: clock[0])
        found.append(Forged(server, says, provider, clock))
        yield found[0]


def _metadata(forged: Forged) -> Values:
    url = forged.server.url
    right = {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/keys",
        "userinfo_endpoint": f"{url}/userinfo",
    }
    return {**right, **forged.says.metadata}


def _keys(forged: Forged) -> Values:
    keys = KeySet([key(name) for name in forged.says.published])
    return dict(keys.as_dict(private=False))


def _token(forged: Forged) -> Values:
    told = {"access_token": "access", "id_token": id_token(forged), "token_type": "Bearer"}
    return {**told, **forged.says.token}


def id_token(forged: Forged) -> str:
    """An ID token as it is told to be made."""
    says = forged.says
    right = {
        "iss": forged.server.url,
        "sub": "s-ann",
        "aud": CLIENT_ID,
        "exp": NOW + 300,
        "iat": NOW,
        "nonce": ASKED.nonce,
    }
    claims = {k: v for k, v in {**right, **says.claims}.items() if v is not None}
    header = {"alg": says.algorithm, "kid": says.signed_by}
    if says.algorithm == "none":
        return f"{_encoded(header)}.{_encoded(claims)}."
    registry = JWSRegistry(algorithms=["RS256", "HS256"])
    signing = OctKey.import_key("secret" * 8) if says.algorithm == "HS256" else key(says.signed_by)
    return jwt.encode(header, claims, signing, registry=registry)


def _encoded(part: Values) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


_ANSWERS: Mapping[str, Callable[[Forged], Values]] = {
    "/.well-known/openid-configuration": _metadata,
    "/keys": _keys,
    "/token": _token,
    "/userinfo": lambda forged: forged.says.userinfo,
}
