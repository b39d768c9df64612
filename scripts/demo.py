"""`make run`: the installed program from deployment to answer, as its users see it.

It works on a data folder that may be there already, so it can be run again; the user gets a new
password each time, which is told at the end.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import httpx

ROOT = Path(__file__).parent.parent
PROGRAM = [sys.executable, "-m", "procession"]
HOST = "127.0.0.1"
PORTS_TRIED = 100
START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 30.0
USER = "Supervisor"
SERVICE = "0/ServiceModel/ProcessEngineService.svc"


@click.command()
@click.option("--once", is_flag=True, help="End after the calls instead of at Ctrl-C.")
@click.option("--port", type=int, default=8080, show_default=True, help="The first port to try.")
@click.option("--data", type=click.Path(path_type=Path), default="data", show_default=True)
def demo(*, once: bool, port: int, data: Path) -> None:
    """Deploy the examples, start the service, call it."""
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    password = secrets.token_urlsafe(9)
    examples = sorted((ROOT / "examples").glob("*.*mn"))  # BPMN and DMN
    program("deploy", *(os.path.relpath(file) for file in examples), data=data)
    make_user(password, data)
    with service(data, free_port(port)) as address:
        call(address, password)
        tell_how(address, password, data)
        if not once:
            wait_for_interrupt()


def program(*words: str, data: Path, stdin: str = "") -> None:
    """One command, shown as it would be typed. If it fails, so does the demo."""
    command = [*words, "--data", str(data)]
    click.secho(f"\n$ procession {' '.join(command)}", bold=True)
    done = subprocess.run([*PROGRAM, *command], input=stdin, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)


def make_user(password: str, data: Path) -> None:
    verb = "passwd" if USER in user_names(data) else "add"
    program("user", verb, USER, "--password-stdin", data=data, stdin=password)


def user_names(data: Path) -> list[str]:
    command = [*PROGRAM, "user", "list", "--json", "--data", str(data)]
    users = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return [user["name"] for user in users]


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens at."""
    for port in range(first, first + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise failure(
        f"no free port from {first} to {first + PORTS_TRIED - 1}; name another: make run PORT=9000"
    )


@contextmanager
def service(data: Path, port: int) -> Iterator[str]:
    """The address of a service that answers; it is ended in the end."""
    command = ["serve", "--data", str(data), "--host", HOST, "--port", str(port)]
    log = data / "service.log"
    click.secho(f"\n$ procession {' '.join(command)} 2> {log} &", bold=True)
    with log.open("w") as file:
        running = subprocess.Popen([*PROGRAM, *command], stdout=file, stderr=file)
    address = f"http://{HOST}:{port}"
    try:
        wait_until_answers(running, address, log)
        yield address
    finally:
        stop(running)


def stop(running: "subprocess.Popen[bytes]") -> None:
    running.terminate()
    try:
        running.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        running.kill()


def wait_until_answers(running: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    started = time.monotonic()
    while time.monotonic() - started < START_SECONDS_MAX:
        if running.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/api/HealthCheck/Ping").is_success:
                click.echo(f"answers at {address} after {time.monotonic() - started:.1f} s")
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise failure(f"the service does not answer:\n{log.read_text()}")


def call(address: str, password: str) -> None:
    """Log in and run two processes, as any HTTP client would."""
    with httpx.Client(base_url=address, headers={"ForceUseSession": "true"}) as client:
        client.event_hooks = {"request": [show_request], "response": [show_answer]}
        login = {"UserName": USER, "UserPassword": password}
        answer = client.post("/ServiceModel/AuthService.svc/Login", json=login)
        if answer.json()["Code"] != 0:
            raise failure("the login was refused")
        client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
        execute(client, "UsrAddNewExternalContact", "ContactId", ContactName="Ada Lovelace")
        execute(client, "UsrGetAllContacts", "ContactList")


def execute(client: httpx.Client, process: str, result: str, **parameters: str) -> None:
    query = {"ResultParameterName": result, **parameters}
    answer = client.get(f"/{SERVICE}/{process}/Execute", params=query)
    if answer.headers.get("X-Process-Status") != "Completed":
        raise failure(f"{process} did not complete")


def show_request(request: httpx.Request) -> None:
    click.secho(f"\n> {request.method} {request.url}", fg="cyan")
    for name in ("ForceUseSession", "BPMCSRF"):
        if name in request.headers:
            click.echo(f"  {name}: {request.headers[name]}")
    if "Cookie" in request.headers:
        names = [pair.partition("=")[0] for pair in request.headers["Cookie"].split("; ")]
        click.echo(f"  Cookie: {'=…; '.join(names)}=…")
    if request.content:
        click.echo(f"  {hide_password(request.content)}")


def hide_password(body: bytes) -> str:
    return json.dumps({**json.loads(body), "UserPassword": "…"}, ensure_ascii=False)


def show_answer(answer: httpx.Response) -> None:
    answer.read()
    click.secho(f"< {answer.status_code} {answer.reason_phrase}", fg="green")
    for name, value in answer.headers.multi_items():
        if name.startswith("x-process"):
            click.echo(f"  {name}: {value}")
    click.echo(f"  {answer.text}")


def tell_how(address: str, password: str, data: Path) -> None:
    login = json.dumps({"UserName": USER, "UserPassword": password})
    lines: Sequence[str] = (
        "Try it yourself, in another terminal:",
        f"  curl -c cookies -H 'Content-Type: application/json' -d '{login}' \\",
        f"    {address}/ServiceModel/AuthService.svc/Login",
        '  curl -b cookies -H "BPMCSRF: $(awk \'$6 == "BPMCSRF" {print $7}\' cookies)" \\',
        f"    '{address}/{SERVICE}/UsrGetAllContacts/Execute?ResultParameterName=ContactList'",
        f"  .venv/bin/procession list instances --data {data}",
        "What else the examples show, and how to call them: docs/examples.md",
    )
    click.echo("\n" + "\n".join(lines))


def wait_for_interrupt() -> None:
    # A shell lets what it starts in the background ignore the interrupt; here it is the way to end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        click.secho("\nThe service is up; Ctrl-C ends it.", bold=True)
        signal.pause()
    except KeyboardInterrupt:
        click.echo()


def failure(why: str) -> click.ClickException:
    return click.ClickException(f"make run: {why}")


if __name__ == "__main__":
    demo()
