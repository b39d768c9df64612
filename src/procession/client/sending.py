"""What both drivers make of httpx's answers and errors."""

import httpx

from procession.client.exchange import Lost, Reply

# A service may wait a minute for a result before it answers that the run goes on.
TIMEOUT_SECONDS = 90.0
TRIES = 3

# Nothing had been sent when one of these came.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


def lost(error: httpx.RequestError) -> Lost:
    """What is told where no answer came."""
    reason = str(error) or type(error).__name__
    return Lost(reason, reached=not isinstance(error, _BEFORE_SENDING))


def reply_of(answer: httpx.Response, jar: httpx.Cookies) -> Reply:
    """The answer; of cookies with one name the last counts, as it is the newest path's."""
    cookies = {cookie.name: cookie.value or "" for cookie in jar.jar}
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(answer.status_code, headers, answer.content, cookies)
