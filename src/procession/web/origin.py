"""Where callers reach the service: what goes before the path of an address that we tell them."""

import re

from procession.errors import BadRequest
from procession.settings import Settings
from procession.web.request import Request

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


def origin(request: Request, settings: Settings) -> str:
    """`public_url`, or else what the request itself was sent to. Raises BadRequest."""
    if settings.public_url:
        return settings.public_url
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise BadRequest("the header Host does not name a host; or set public_url")
    return f"{'https' if settings.cookies_secure else 'http'}://{host}"
