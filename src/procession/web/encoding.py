"""Answers in gzip, for callers who take them (RFC 9110 §12.5.3).

Rule: what is small goes as it is. No answer holds a secret of the session beside what the caller
has sent, so that its length tells nothing (sessions and BPMCSRF are in headers).
"""

import asyncio
import gzip

from procession.web.answers import Answer

GZIP_BYTES_MIN = 1_024
# Up to so many bytes it is done at once; others are answered while a larger one is packed.
GZIP_AT_ONCE_BYTES_MAX = 65_536
LEVEL = 1
_TYPES = ("application/json", "application/xml", "application/problem+json", "text/")


async def encoded(answer: Answer, accept_encoding: str) -> Answer:
    """The answer, packed if it is large and the caller takes gzip."""
    if len(answer.body) < GZIP_BYTES_MIN or answer.pieces is not None or not _fits(answer):
        return answer
    headers = [*answer.headers, ("vary", "accept-encoding")]
    if not takes_gzip(accept_encoding):
        return answer._replace(headers=headers)
    if len(answer.body) <= GZIP_AT_ONCE_BYTES_MAX:
        body = _packed(answer.body)
    else:
        body = await asyncio.to_thread(_packed, answer.body)
    return answer._replace(headers=[*headers, ("content-encoding", "gzip")], body=body)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether gzip is named, or all are by `*`, and its weight is not 0."""
    weights: dict[str, bool] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameters = part.partition(";")
        weights.setdefault(coding.strip(), not _is_zero(parameters))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _is_zero(parameters: str) -> bool:
    name, _, weight = parameters.replace(" ", "").partition("=")
    return name == "q" and weight.strip("0.") == "" and weight.startswith("0")


def _fits(answer: Answer) -> bool:
    """Whether it is text, and not packed already."""
    headers = dict(answer.headers)
    kind = headers.get("content-type", "")
    return kind.startswith(_TYPES) and "content-encoding" not in headers


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)
