"""`mcp`: processes as tools for programs that speak the Model Context Protocol."""

import os
from pathlib import Path

import click

from procession.errors import SettingsError

KEY_VARIABLE = "MCP_PROCESSION_KEY"
KEY_BYTES_MAX = 10_000


@click.command()
@click.option(
    "--url",
    default="http://127.0.0.1:8080",
    show_default=True,
    help="The service whose processes are the tools, with its path prefix if it has one.",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"A file with the API key to act with; without it {KEY_VARIABLE} holds the key.",
)
@click.option("--http", "over_http", is_flag=True, help="Serve over HTTP at /mcp, not over stdio.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port to listen at.",
)
@click.option(
    "--allowed-host",
    "hosts",
    multiple=True,
    help="A name by which it may be called; may be given several times.  [default: this machine]",
)
@click.option(
    "--wait-seconds",
    default=300.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    help="How long a call waits for its run; then it is answered as it stands.",
)
def mcp(
    *,
    url: str,
    key_file: Path | None,
    over_http: bool,
    host: str,
    port: int,
    hosts: tuple[str, ...],
    wait_seconds: float,
) -> None:
    """Offer processes as tools to an AI agent.

    Over stdio the agent acts as the owner of the key. Over HTTP each request brings its own bearer
    token. Either way a tool can do what its caller may do.

    \b
    Example:
      MCP_PROCESSION_KEY=... procession mcp --url https://processes.example
    """
    _require_library()
    # Imported here: the library is an extra, and costs a second.
    from procession.mcp import serving

    if over_http:
        names = hosts or ("127.0.0.1", "localhost", "[::1]")
        serving.serve_http(url, host=host, port=port, hosts=names, wait_seconds=wait_seconds)
    else:
        serving.serve_stdio(url, _key(key_file), wait_seconds=wait_seconds)


def _require_library() -> None:
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise SettingsError("the protocol's library is not installed: pip install procession[mcp]")


def _key(file: Path | None) -> str:
    try:
        text = os.environ.get(KEY_VARIABLE, "") if file is None else _read(file)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--key-file: {file}: {error}") from None
    key = text.strip()
    if not key.isascii() or not key.isprintable() or not key or " " in key:
        raise SettingsError(
            f"no API key to act with: make one with `procession key add`, and put it into "
            f"{KEY_VARIABLE} or the file of --key-file"
        )
    return key


def _read(file: Path) -> str:
    with file.open(encoding="utf-8") as opened:
        return opened.read(KEY_BYTES_MAX)
