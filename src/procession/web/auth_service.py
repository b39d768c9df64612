"""Login, logout, and who may pass (CONTRACT 2).

Rule: `.ASPXAUTH` alone is the key to a session, and no call ever makes one: `ForceUseSession` holds
for every caller, whatever the header says. `BPMLOADER` and `BPMSESSIONID` are there for clients.
"""

import hmac
import secrets
from dataclasses import replace

import structlog

from procession.access import Principal
from procession.accounts import Login
from procession.errors import Forbidden
from procession.settings import Settings
from procession.stores import Session
from procession.web.answers import JSON_TYPE, NOT_STORED, Answer, Headers, HttpRefusal
from procession.web.request import Request
from procession.web.routes import Service
from procession.web.wire import (
    CREDENTIALS,
    Credentials,
    LoginAnswer,
    json_bytes,
    read_json,
    refused_login,
    user_name_cookie,
)

AUTH_COOKIE = ".ASPXAUTH"
CSRF_COOKIE = "BPMCSRF"
SESSION_COOKIE = "BPMSESSIONID"
LOADER_COOKIE = "BPMLOADER"
USER_COOKIE = "UserName"
HTTP_ONLY = frozenset({AUTH_COOKIE, SESSION_COOKIE})
LOADER_BYTES = 16
BEARER = "bearer"

_log = structlog.get_logger()


async def authenticate(service: Service, request: Request) -> Principal:
    """Who calls. Raises HttpRefusal: 401 without session or key, 403 for a wrong `BPMCSRF`.

    A key comes in a header that no other site can set, so it needs no `BPMCSRF`.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == BEARER:
        return await _bearer(service, request, token.strip())
    session = await _session(service, request)
    return Principal(session.user, address=request.address)


async def _bearer(service: Service, request: Request, token: str) -> Principal:
    """A key that is wrong is refused, even where the cookies of a session are there too."""
    principal = await service.accounts.principal_of_bearer(token)
    if principal is None:
        service.accounts.audit.refused("", request.address, "show a key", detail="not valid")
        message = "the key or token in the header Authorization is not valid"
        challenge = 'Bearer error="invalid_token"'
        raise HttpRefusal(401, "Unauthorized", message, ("www-authenticate", challenge))
    return replace(principal, address=request.address)


async def _session(service: Service, request: Request) -> Session:
    cookies = request.cookies()
    token = cookies.get(AUTH_COOKIE, "")
    session = service.accounts.cached_session(token) if token else None
    if session is None:
        session = await service.accounts.session_of(token) if token else None
    if session is None:
        raise _unauthorized(service.settings)
    sent, planted = request.headers.get("bpmcsrf", ""), cookies.get(CSRF_COOKIE, "")
    if service.settings.csrf and not _csrf_right(sent, planted, session):
        detail = "BPMCSRF is missing or wrong"
        service.accounts.audit.refused(session.user, request.address, "call", detail=detail)
        message = "the header BPMCSRF must be there and equal the cookie BPMCSRF of this session"
        raise HttpRefusal(403, "Forbidden", message)
    return session


def _csrf_right(header: str, cookie: str, session: Session) -> bool:
    """Both must be the session's: a cookie can be planted by a neighbour site, a header cannot."""
    right = session.csrf.encode()
    same = hmac.compare_digest(header.encode(), right), hmac.compare_digest(cookie.encode(), right)
    return all(same)


def _unauthorized(settings: Settings) -> HttpRefusal:
    address = f"{settings.path_prefix}/ServiceModel/AuthService.svc/Login"
    message = f"there is no valid session; log in with POST {address}"
    return HttpRefusal(401, "Unauthorized", message, ("www-authenticate", 'Cookie realm="login"'))


async def login(service: Service, request: Request) -> Answer:
    """Always 200; `Code` 0 and the cookies, or `Code` 1 and the reason."""
    credentials = read_json(CREDENTIALS, await request.json_body() or b"{}")
    try:
        opened = await _opened(service, request, credentials)
    except Forbidden as refusal:
        _log.warning("login_refused", address=request.address, reason=str(refusal))
        return Answer(200, [JSON_TYPE, NOT_STORED], json_bytes(refused_login(str(refusal))))
    _log.info("login", address=request.address, user=opened.session.user)
    headers = [JSON_TYPE, NOT_STORED, *cookie_headers(opened, service.settings)]
    return Answer(200, headers, json_bytes(LoginAnswer(0)))


async def _opened(service: Service, request: Request, credentials: Credentials) -> Login:
    name, password = credentials.user_name, credentials.password
    if not isinstance(name, str) or not isinstance(password, str):
        raise Forbidden("UserName and UserPassword are needed, both as text.")
    return await service.accounts.login(name, password, address=request.address)


async def logout(service: Service, request: Request) -> Answer:
    """Ends this session, and takes the cookies back."""
    if token := request.cookies().get(AUTH_COOKIE):
        await service.accounts.end_session(token)
    return Answer(200, [NOT_STORED, *ended_cookies(service.settings)])


def ended_cookies(settings: Settings) -> Headers:
    """Takes back what `cookie_headers` gave."""
    names = (LOADER_COOKIE, AUTH_COOKIE, CSRF_COOKIE, USER_COOKIE, SESSION_COOKIE)
    return [_cookie(name, "", settings, "; Max-Age=0") for name in names]


def cookie_headers(opened: Login, settings: Settings) -> Headers:
    """The five cookies of a login (CONTRACT 2)."""
    session = opened.session
    values = {
        LOADER_COOKIE: secrets.token_urlsafe(LOADER_BYTES),
        AUTH_COOKIE: opened.token,
        CSRF_COOKIE: session.csrf,
        USER_COOKIE: user_name_cookie(session.user),
        SESSION_COOKIE: secrets.token_urlsafe(LOADER_BYTES),
    }
    return [_cookie(name, value, settings) for name, value in values.items()]


def _cookie(name: str, value: str, settings: Settings, more: str = "") -> tuple[str, str]:
    secure = "; Secure" if settings.cookies_secure else ""
    hidden = "; HttpOnly" if name in HTTP_ONLY else ""
    path = settings.path_prefix or "/"
    same_site = settings.cookies_same_site
    text = f"{name}={value}; Path={path}{more}{secure}{hidden}; SameSite={same_site}"
    return "set-cookie", text
