"""A small server that plays a Creatio site; such sites differ from one another."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SESSION = ".ASPXAUTH=session; path=/; HttpOnly"
CSRF = "BPMCSRF=from-the-cookie; path=/"
NO_RUN = "00000000-0000-0000-0000-000000000000"
RUN = "6b2ab2f5-1f6c-4e3b-8f0e-7a6f4b3c2d1e"
ERROR = "f942c08d-b6e2-df11-971b-001d60e938c6"


@dataclass
class Quirks:
    """How this site is; `seen` are the requests that it got."""

    namespace: str = "http://schemas.microsoft.com/2003/10/Serialization/"
    csrf_cookie: bool = True
    no_content: bool = False
    declaration: bool = False
    login_page: bool = False
    sessions: int = 1_000
    seen: list[str] = field(default_factory=list)
    logins: int = 0

    def note(self, request: BaseHTTPRequestHandler) -> None:
        self.seen.append(f"{request.command} {request.path}")


class Site(BaseHTTPRequestHandler):
    """One request. `quirks` is the server's."""

    protocol_version = "HTTP/1.1"
    quirks: Quirks

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002  # as it is called
        """The test reads `seen`."""

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def serve(self) -> None:
        self.quirks.note(self)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if path.endswith("/AuthService.svc/Login"):
            return self.log_in()
        if not self.let_in():
            return self.turn_away()
        if path.endswith("/Execute"):
            return self.execute()
        if path.endswith("/RunProcess"):
            return self.run_process(json.loads(body))
        if path.endswith("/odata/SysProcessLog"):
            row = {"Id": RUN, "Name": "UsrX", "StatusId": ERROR.upper(), "ErrorDescription": "no"}
            return self.answer_json({"@odata.context": "…", "value": [row]})
        return self.answer(404, b"<html>not here</html>", "text/html")

    def let_in(self) -> bool:
        self.quirks.sessions -= 1
        cookies = self.headers.get("Cookie", "")
        right = self.headers.get("BPMCSRF") == (
            "from-the-cookie" if self.quirks.csrf_cookie else None
        )
        forced = self.headers.get("ForceUseSession") == "true"
        return "session" in cookies and right and forced and self.quirks.sessions >= 0

    def turn_away(self) -> None:
        self.quirks.sessions = 1_000
        if self.quirks.login_page:
            return self.answer(302, b"", "text/html", ("Location", "/Login/NuiLogin.aspx"))
        return self.answer(401, b"", "text/html")

    def log_in(self) -> None:
        self.quirks.logins += 1
        cookies = [SESSION, CSRF][: 1 + self.quirks.csrf_cookie]
        told = b'{"Code":0,"Message":"","Exception":null,"PasswordChangeUrl":null}'
        self.answer(200, told, "application/json", *(("Set-Cookie", each) for each in cookies))

    def execute(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "ResultParameterName" not in query:
            return self.answer(204 if self.quirks.no_content else 200, b"", "text/plain")
        escaped = json.dumps(json.dumps([{"Id": "1"}])).replace("&", "&amp;").replace("<", "&lt;")
        text = f'<string xmlns="{self.quirks.namespace}">{escaped}</string>'
        head = '<?xml version="1.0" encoding="utf-8"?>\n' if self.quirks.declaration else ""
        return self.answer(200, (head + text).encode(), "application/xml; charset=utf-8")

    def run_process(self, asked: dict[str, object]) -> None:
        if asked["schemaName"] == "UsrTimer":
            code = "ProcessCannotBeManuallyStartedException"
            return self.answer_json(
                {
                    "processId": NO_RUN,
                    "processStatus": 0,
                    "success": False,
                    "errorInfo": {"errorCode": code, "message": "no manual start"},
                }
            )
        # As with the feature switched off: only the status says that it has failed.
        return self.answer_json(
            {
                "processId": RUN,
                "processStatus": 3,
                "success": True,
                "resultParameterValues": None,
                "executionData": None,
                "errorInfo": None,
            }
        )

    def answer_json(self, content: object) -> None:
        self.answer(200, json.dumps(content).encode(), "application/json; charset=utf-8")

    def answer(self, status: int, body: bytes, kind: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), *headers):
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def creatio_site(quirks: Quirks) -> Iterator[str]:
    """The address of a site that is as the quirks say."""
    kind = type("QuirkySite", (Site,), {"quirks": quirks})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
