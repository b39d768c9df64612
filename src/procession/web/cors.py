"""Which other sites' scripts may call the service from a browser (Fetch standard, CORS protocol).

Rule: only the origins that a setting lists, by their letters; without the setting nothing is said.
A browser sends cookies to another site only where `cookies_same_site` is None; a key works always.
"""

from collections.abc import Sequence

from procession.web.answers import NOT_STORED, Answer, Headers
from procession.web.request import Request
from procession.web.routes import Route

PREFLIGHT = "OPTIONS"
SENT = (
    "authorization, bpmcsrf, content-type, forceusesession, idempotency-key, if-match, "
    "if-none-match, last-event-id"
)
SHOWN = "etag, location, retry-after, x-correlation-id, x-process-id, x-process-status, " + (
    "x-process-warnings"
)
AGE_SECONDS = 600


class Cors:
    """What the origins that are allowed are told."""

    __slots__ = ("_origins",)

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origins)

    def headers(self, request: Request) -> Headers:
        """Headers for every answer: a cache must tell the origins apart, too."""
        if not self._origins:
            return []
        varies = ("vary", "origin")
        origin = request.headers.get("origin", "")
        if origin not in self._origins:
            return [varies]
        return [
            varies,
            ("access-control-allow-origin", origin),
            ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", SHOWN),
        ]

    def preflight(self, request: Request, route: Route) -> Answer | None:
        """The answer to a question what may be sent; None: it is none, or nobody is allowed."""
        if not self._origins or request.method != PREFLIGHT:
            return None
        verbs = ", ".join((*route.methods, PREFLIGHT))
        if request.headers.get("origin", "") not in self._origins:
            return Answer(204, [NOT_STORED, ("allow", verbs)])
        return Answer(
            204,
            [
                NOT_STORED,
                ("allow", verbs),
                ("access-control-allow-methods", verbs),
                ("access-control-allow-headers", SENT),
                ("access-control-max-age", str(AGE_SECONDS)),
            ],
        )
