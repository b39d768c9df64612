"""`/auth/oidc`: the browser's way to the OpenID provider and back (docs/sign-on.md).

Rule: what a browser is sent to is the provider, or a path of ours. What goes wrong is told on a
page that a person can read, or as JSON to who asks for it, with the correlation id of its log line.
"""

from html import escape

import msgspec

from procession.errors import SignOnRefused
from procession.settings import Settings
from procession.sign_on.openid import CALLBACK_PATH, UNDER_WAY_SECONDS, OpenId
from procession.web.answers import (
    CORRELATION_ID,
    JSON_TYPE,
    NOT_STORED,
    Answer,
    Failed,
    HttpRefusal,
    failed,
    failure_answer,
)
from procession.web.auth_service import AUTH_COOKIE, cookie_headers, ended_cookies
from procession.web.failures import report
from procession.web.request import Request
from procession.web.routes import Door, Operation, Route, Service
from procession.web.wire import json_bytes, prefers_json

START_PATH = "/auth/oidc/start"
LOGOUT_PATH = "/auth/oidc/logout"
HTML_TYPE = ("content-type", "text/html; charset=utf-8")
# The code in the address is for nobody else, and the page runs and loads nothing.
PAGE_HEADERS = [
    NOT_STORED,
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
]
STATUS_OF_REASON = {
    "invalid_request": 400,
    "access_denied": 403,
    "temporarily_unavailable": 429,
    "server_error": 502,
}

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Login failed</title>
<h1>The login did not succeed</h1>
<p>{message}</p>
<p>The operator finds it in the log under {correlation_id}.</p>
</html>
"""


class LogoutAnswer(msgspec.Struct):
    """Where the browser ends its session at the provider, too; "" where that has none."""

    address: str


class Oidc:
    """The operations, over the logins of a service."""

    def __init__(self, logins: OpenId) -> None:
        self._logins = logins

    async def start(self, service: Service, request: Request) -> Answer:
        """To the provider, with a cookie that must come back."""
        home = service.settings.path_prefix + "/"
        begun = await self._logins.begin(request.query().get("returnTo") or home)
        cookie = _cookie(service.settings, begun.cookie, UNDER_WAY_SECONDS)
        return Answer(302, [("location", begun.address), cookie, *PAGE_HEADERS])

    async def callback(self, service: Service, request: Request) -> Answer:
        """Back from the provider: a session of its own, and on to where the login began."""
        cookie = request.cookies().get(_cookie_name(service.settings), "")
        ended = await self._logins.end(request.query(), cookie, address=request.address)
        return Answer(
            302,
            [
                ("location", ended.return_to),
                *cookie_headers(ended.login, service.settings),
                _cookie(service.settings, "", 0),
                *PAGE_HEADERS,
            ],
        )

    async def logout(self, service: Service, request: Request) -> Answer:
        """Ends the session here; the answer says where it ends there (RP-Initiated Logout §2)."""
        if token := request.cookies().get(AUTH_COOKIE):
            await service.accounts.end_session(token)
        headers = [JSON_TYPE, NOT_STORED, *ended_cookies(service.settings)]
        return Answer(200, headers, json_bytes(LogoutAnswer(await self._logins.logout_address())))


def oidc_door(logins: OpenId) -> Door:
    """The door over the logins of a service."""
    oidc = Oidc(logins)
    routes = (
        Route(START_PATH, {"GET": _readable(oidc.start)}, guarded=False, wording=page),
        Route(CALLBACK_PATH, {"GET": _readable(oidc.callback)}, guarded=False, wording=page),
        Route(LOGOUT_PATH, {"POST": oidc.logout}),
    )
    return Door("/auth/oidc", routes, page)


def page(told: Failed, correlation_id: str) -> Answer:
    """An error as a person reads it."""
    message = escape(f"{told.message[:1].upper()}{told.message[1:]}.".replace("..", "."))
    body = PAGE.format(message=message, correlation_id=correlation_id)
    headers = [HTML_TYPE, *PAGE_HEADERS, (CORRELATION_ID, correlation_id), *told.headers]
    return Answer(told.status, headers, body.encode())


def _readable(operation: Operation) -> Operation:
    """The operation, whose refusals are told as the caller can read them."""

    async def readable(service: Service, request: Request) -> Answer:
        if not service.settings.oidc_issuer:
            raise HttpRefusal(404, "NotFound", "there is no login by a provider here")
        try:
            return await operation(service, request)
        except SignOnRefused as refusal:
            return _refused(request, service.settings, refusal)

    return readable


def _refused(request: Request, settings: Settings, refusal: SignOnRefused) -> Answer:
    status = STATUS_OF_REASON[refusal.reason]
    wait = (("retry-after", str(refusal.wait_seconds)),) if refusal.wait_seconds else ()
    told = failed(refusal)._replace(status=status, headers=wait)
    correlation_id = report(request, refusal, told)
    word = failure_answer if prefers_json(request.headers.get("accept", "")) else page
    answer = word(told, correlation_id)
    return answer._replace(headers=[*answer.headers, _cookie(settings, "", 0)])


def _cookie_name(settings: Settings) -> str:
    """With TLS, one that no neighbour of ours can plant (RFC 6265bis §4.1.3.2)."""
    return "__Host-OidcLogin" if settings.cookies_secure else "OidcLogin"


def _cookie(settings: Settings, value: str, seconds: int) -> tuple[str, str]:
    """Lax, whatever the setting: the way back from the provider begins at another site."""
    secure = "; Secure" if settings.cookies_secure else ""
    text = f"{_cookie_name(settings)}={value}; Path=/; Max-Age={seconds}{secure}"
    return "set-cookie", f"{text}; HttpOnly; SameSite=Lax"
