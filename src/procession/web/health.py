"""The addresses that clients and load balancers probe (CONTRACT 1). No session is asked for."""

from procession.web.answers import NOT_STORED, Answer
from procession.web.request import Request
from procession.web.routes import Service


async def ping(service: Service, request: Request) -> Answer:
    """Says that the service answers; nothing of its store or its processes."""
    return Answer(200, [("content-type", "text/plain; charset=utf-8"), NOT_STORED], b"Pong")
