"""The pages that show the API: Swagger UI from this package's own files, and the document.

Rule: nothing is loaded from elsewhere, and no script may be but those files: a strict
Content-Security-Policy says so to the browser. The pages tell nothing that is secret, so they are
open; a call that is tried on them goes by the reader's own session.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from procession.web.answers import JSON_TYPE, Answer
from procession.web.api.openapi import as_3_0, openapi_document
from procession.web.api.operations import PREFIX, Operation, tagged
from procession.web.api.problems import problem_answer
from procession.web.request import Request
from procession.web.routes import Operation as Served
from procession.web.routes import Route, Service
from procession.web.wire import json_bytes

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE_HEADERS = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-cache"),
]
FILES: Mapping[str, str] = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Procession: the API</title>
<link rel="stylesheet" href="{base}/swagger-ui.css">
<link rel="icon" type="image/png" href="{base}/favicon-32x32.png">
</head>
<body>
<noscript>This page needs scripts; <a href="{document}">the document</a> does not.</noscript>
<div id="pages"></div>
<script src="{base}/swagger-ui-bundle.js"></script>
<script src="{base}/pages.js"></script>
</body>
</html>
"""
# A call that is tried goes by the reader's session, which asks for the cookie's value in a header.
_SCRIPT = """"use strict";
const here = document.currentScript.src;
SwaggerUIBundle({
  url: here.replace(/pages\\.js$/, "openapi-3.0.json"),
  dom_id: "#pages",
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const csrf = /(?:^|; )BPMCSRF=([^;]*)/.exec(document.cookie);
    if (csrf) request.headers["BPMCSRF"] = csrf[1];
    return request;
  },
});
"""


def page_routes(operations: tuple[Operation, ...]) -> list[Route]:
    """Where the document and the pages stand; nobody has to log in for them."""
    served: dict[str, Served] = {
        "/openapi.json": _document(operations, old=False),
        "/docs": _page,
        "/docs/openapi-3.0.json": _document(operations, old=True),
        "/docs/pages.js": _script,
        **{f"/docs/{name}": _file(name, kind) for name, kind in FILES.items()},
    }
    return [
        Route(PREFIX + path, {"GET": operation}, guarded=False, wording=problem_answer)
        for path, operation in served.items()
    ]


def _document(operations: tuple[Operation, ...], *, old: bool) -> Served:
    @cache
    def made(prefix: str) -> bytes:
        document = openapi_document(operations, prefix)
        return json_bytes(as_3_0(document) if old else document)

    async def document(service: Service, request: Request) -> Answer:
        body = made(service.settings.path_prefix)
        return tagged(request, Answer(200, [JSON_TYPE, *PAGE_HEADERS], body))

    return document


async def _page(service: Service, request: Request) -> Answer:
    address = f"{service.settings.path_prefix}{PREFIX}"
    text = _PAGE.format(base=f"{address}/docs", document=f"{address}/openapi.json")
    headers = [("content-type", "text/html; charset=utf-8"), *PAGE_HEADERS]
    return tagged(request, Answer(200, headers, text.encode()))


async def _script(service: Service, request: Request) -> Answer:
    headers = [("content-type", FILES["swagger-ui-bundle.js"]), *PAGE_HEADERS]
    return tagged(request, Answer(200, headers, _SCRIPT.encode()))


def _file(name: str, kind: str) -> Served:
    @cache
    def read() -> bytes:
        (version,) = files("swagger_ui_bundle").joinpath("vendor").iterdir()
        return version.joinpath(name).read_bytes()

    async def file(service: Service, request: Request) -> Answer:
        return tagged(request, Answer(200, [("content-type", kind), *PAGE_HEADERS], read()))

    return file
