"""JSON from an OpenID provider, within bounds of size and time; redirects are not followed."""

import asyncio
from collections.abc import Mapping

import httpx
import msgspec

from procession.core.values import Value, Values
from procession.errors import SignOnRefused

ANSWER_BYTES_MAX = 1_048_576
SECONDS_MAX = 10.0

_objects = msgspec.json.Decoder(dict[str, Value])


async def fetch_json(
    method: str,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
) -> Values:
    """The object that the address answers. Raises SignOnRefused."""
    try:
        async with asyncio.timeout(SECONDS_MAX), httpx.AsyncClient() as client:
            # Not compressed, so that what arrives is as long as what it becomes.
            sent = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
            request = client.build_request(method, address, data=form, headers=sent)
            answer = await client.send(request, auth=auth or httpx.Auth(), stream=True)
            status, body = answer.status_code, await _body(answer)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise _failed(f"cannot be reached ({type(error).__name__})") from error
    if status != httpx.codes.OK:
        raise _failed(f"answered {status}{_reason(body)}")
    try:
        return _objects.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _failed("did not answer JSON") from error


async def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            await answer.aclose()
            raise _failed(f"answered more than {ANSWER_BYTES_MAX} bytes")
    return bytes(body)


def _reason(body: bytes) -> str:
    """The word of RFC 6749 §5.2 that an error's answer may hold."""
    try:
        word = _objects.decode(body).get("error", "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    known = isinstance(word, str) and word.isascii() and word.replace("_", "").isalpha()
    return f" ({word[:50]})" if known else ""


def _failed(what: str) -> SignOnRefused:
    return SignOnRefused(f"the provider {what}", reason="server_error")
