"""`/connect`: access tokens for programs, in the words of RFC 6749, 7009 and 8414 (CONTRACT 2).

Rule: a client shows who it is in the body or by HTTP Basic, in one of them; nothing of it may stand
in the address, which logs and proxies keep.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import structlog

from procession.access import Duty
from procession.errors import BadRequest, SignOnRefused
from procession.sign_on.tokens import Tokens
from procession.web.answers import (
    CORRELATION_ID,
    JSON_TYPE,
    NOT_STORED,
    Answer,
    Failed,
    HttpRefusal,
)
from procession.web.origin import origin
from procession.web.query import decoded, parse_query
from procession.web.request import Request
from procession.web.routes import Door, Route, Service
from procession.web.wire import json_bytes

GRANT_PATH = "/connect/token"
REVOCATION_PATH = "/connect/revocation"
METADATA_PATH = "/.well-known/oauth-authorization-server"
GRANT_TYPE = "client_credentials"
METHODS = ("client_secret_basic", "client_secret_post")
FORM = "application/x-www-form-urlencoded"
NO_CACHE = ("pragma", "no-cache")
CHALLENGE = ("www-authenticate", 'Basic realm="connect"')
REASON_STATUS = {"invalid_client": 401, "temporarily_unavailable": 429}

# RFC 6749 §5.2, and what §4.1.2.1 has for a service that cannot answer.
_WORDS = frozenset({"invalid_client", "invalid_scope", "unsupported_grant_type"})
_WORD_OF_STATUS = {429: "temporarily_unavailable", 503: "temporarily_unavailable"}

_log = structlog.get_logger()


class TokenAnswer(msgspec.Struct, kw_only=True):
    """RFC 6749 §5.1; there is no refresh token for a client that can prove who it is (§4.4.3)."""

    access_token: str
    expires_in: int
    kind: str = msgspec.field(default="Bearer", name="token_type")
    scope: str


class Refusal(msgspec.Struct):
    """RFC 6749 §5.2."""

    error: str
    error_description: str


class Metadata(msgspec.Struct):
    """What there is here (RFC 8414 §2)."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    grant_types_supported: tuple[str, ...] = (GRANT_TYPE,)
    response_types_supported: tuple[str, ...] = ()
    scopes_supported: tuple[str, ...] = tuple(duty.value for duty in Duty)
    token_endpoint_auth_methods_supported: tuple[str, ...] = METHODS
    revocation_endpoint_auth_methods_supported: tuple[str, ...] = METHODS


class Shown(NamedTuple):
    """What a client shows: its id and its secret."""

    client_id: str
    secret: str


class OAuth:
    """The operations, over the tokens of a store."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def token(self, service: Service, request: Request) -> Answer:
        """A token for a client that proves who it is."""
        form = await _form(request, service.settings.parameters_max)
        kind = form.get("grant_type", "")
        if not kind:
            raise HttpRefusal(400, "invalid_request", "grant_type is missing")
        if kind != GRANT_TYPE:
            raise HttpRefusal(400, "unsupported_grant_type", f"grant_type must be {GRANT_TYPE}")
        shown = _shown(request, form)
        try:
            granted = await self._tokens.grant(
                *shown, scope=form.get("scope", ""), address=request.address
            )
        except SignOnRefused as refusal:
            raise _told(refusal) from None
        _log.info("token", client=shown.client_id, address=request.address)
        answer = TokenAnswer(
            access_token=granted.token,
            expires_in=granted.seconds,
            scope=" ".join(granted.duties),
        )
        return Answer(200, [JSON_TYPE, NOT_STORED, NO_CACHE], json_bytes(answer))

    async def revocation(self, service: Service, request: Request) -> Answer:
        """Ends a token; one that is not the client's is as good as ended (RFC 7009 §2.2)."""
        form = await _form(request, service.settings.parameters_max)
        token = form.get("token", "")
        if not token:
            raise HttpRefusal(400, "invalid_request", "token is missing")
        try:
            await self._tokens.revoke(*_shown(request, form), token=token, address=request.address)
        except SignOnRefused as refusal:
            raise _told(refusal) from None
        return Answer(200, [NOT_STORED, NO_CACHE])


async def metadata(service: Service, request: Request) -> Answer:
    """What a client library asks for first (RFC 8414 §3)."""
    issuer = origin(request, service.settings) + service.settings.path_prefix
    told = Metadata(issuer, issuer + GRANT_PATH, issuer + REVOCATION_PATH)
    return Answer(200, [JSON_TYPE, NOT_STORED], json_bytes(told))


def oauth_door(tokens: Tokens) -> Door:
    """The door over the tokens of a store."""
    oauth = OAuth(tokens)
    routes = (
        Route(GRANT_PATH, {"POST": oauth.token}, guarded=False, wording=wording),
        Route(REVOCATION_PATH, {"POST": oauth.revocation}, guarded=False, wording=wording),
        Route(METADATA_PATH, {"GET": metadata}, guarded=False, wording=wording),
    )
    return Door("/connect", routes, wording)


def wording(told: Failed, correlation_id: str) -> Answer:
    """An error as RFC 6749 §5.2 has it."""
    word = told.code if told.code in _WORDS else _word(told.status)
    headers = [JSON_TYPE, NOT_STORED, NO_CACHE, (CORRELATION_ID, correlation_id), *told.headers]
    return Answer(told.status, headers, json_bytes(Refusal(word, _described(told.message))))


def _word(status: int) -> str:
    return _WORD_OF_STATUS.get(status, "server_error" if status >= 500 else "invalid_request")


def _described(message: str) -> str:
    """The characters that an error_description may have (§5.2)."""
    return re.sub(r"[^\x20-\x7e]", "?", message.replace('"', "'").replace("\\", "/"))


def _told(refusal: SignOnRefused) -> HttpRefusal:
    status = REASON_STATUS.get(refusal.reason, 400)
    headers = [CHALLENGE] if status == 401 else []
    if refusal.wait_seconds:
        headers.append(("retry-after", str(refusal.wait_seconds)))
    return HttpRefusal(status, refusal.reason, str(refusal), *headers)


async def _form(request: Request, most: int) -> Mapping[str, str]:
    """The body's parameters; one without a value is as one that is not there (§3.2)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind != FORM:
        raise HttpRefusal(400, "invalid_request", f"the body must be {FORM}")
    try:
        form = parse_query(body.decode(), most=most)
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None
    return {name: value for name, value in form.items() if value}


def _shown(request: Request, form: Mapping[str, str]) -> Shown:
    """How the client says who it is: by HTTP Basic or in the body, not in both (§2.3).

    A token that is sent along, as by a client that renews it, says nothing about that.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    in_body = form.get("client_id", "")
    if scheme.lower() != "basic":
        if in_body:
            return Shown(in_body, form.get("client_secret", ""))
        raise HttpRefusal(
            401, "invalid_client", "client_id and client_secret are missing", CHALLENGE
        )
    shown = _basic(value)
    if shown is None:
        message = "the header Authorization does not hold client_id and client_secret"
        raise HttpRefusal(401, "invalid_client", message, CHALLENGE)
    if "client_secret" in form or in_body not in ("", shown.client_id):
        message = "the client says twice who it is: by the header Authorization and in the body"
        raise HttpRefusal(400, "invalid_request", message)
    return shown


def _basic(value: str) -> Shown | None:
    """Both parts are form-encoded before they are joined (§2.3.1)."""
    try:
        client_id, _, secret = (
            base64.b64decode(value.strip(), validate=True).decode().partition(":")
        )
        return Shown(decoded(client_id), decoded(secret))
    except (binascii.Error, UnicodeDecodeError, BadRequest):
        return None
