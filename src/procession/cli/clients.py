"""`client`: programs that get access tokens by OAuth 2.0."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import click

from procession.access import Duty
from procession.audit import AuditLog
from procession.cli.options import folder_option, json_option, settings_from, with_engine
from procession.cli.output import print_json, print_line, print_note, print_table
from procession.cli.people import me
from procession.engine import Engine
from procession.sign_on.clients import Clients, NewClient
from procession.stores import Store
from procession.stores.sign_on import Client

DAYS_MAX = 36_500
USUAL = (Duty.RUN, Duty.CANCEL, Duty.SEE)

T = TypeVar("T")

name_argument = click.argument("name")
days_option = click.option(
    "--days",
    type=click.IntRange(0, DAYS_MAX),
    default=365,
    show_default=True,
    help="How long the secret is valid; 0 is without end.",
)


@click.command()
@name_argument
@click.option("--user", default="", help="Act as this user; without it one of its own is made.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([str(duty) for duty in Duty]),
    multiple=True,
    default=tuple(str(duty) for duty in USUAL),
    show_default=True,
    help="What its tokens are for at most; may be given again.",
)
@days_option
@folder_option
@json_option
def add(
    *,
    name: str,
    user: str,
    scopes: tuple[str, ...],
    days: int,
    as_json: bool,
    **settings: object,
) -> None:
    """Make a client, and print its id and its secret. The secret is shown this once.

    \b
    Example:
      procession client add Warehouse --scope run --scope see
    """
    new = NewClient(name, frozenset(map(Duty, scopes)), user, _until(days))
    shown = _with_clients(settings, lambda clients: clients.add(new, by=me()))
    if as_json:
        print_json({"client_id": shown.client_id, "client_secret": shown.client_secret})
        return
    print_line(f"client_id: {shown.client_id}")
    print_line(f"client_secret: {shown.client_secret}")
    print_note("It gets tokens at /connect/token. The secret is not shown again.")


@click.command()
@name_argument
@days_option
@click.option(
    "--keep-old-hours",
    type=click.IntRange(0, 24 * DAYS_MAX),
    default=7 * 24,
    show_default=True,
    help="How long the secret until now lives on; with 0 all tokens end at once, too.",
)
@folder_option
def rotate(*, name: str, days: int, keep_old_hours: int, **settings: object) -> None:
    """Give a client a new secret. It is shown this once."""
    secret = _with_clients(
        settings,
        lambda clients: clients.rotate(
            name, by=me(), old_lives=timedelta(hours=keep_old_hours), expires_at=_until(days)
        ),
    )
    print_line(secret)
    print_note("It is not shown again.")


@click.command()
@name_argument
@folder_option
def disable(*, name: str, **settings: object) -> None:
    """Give a client no more tokens; those that it has are worth nothing, at once."""
    _with_clients(settings, lambda clients: clients.disable(name, by=me()))
    print_line(f"{name}: disabled")


@click.command()
@name_argument
@folder_option
def enable(*, name: str, **settings: object) -> None:
    """Let a client get tokens again."""
    _with_clients(settings, lambda clients: clients.enable(name, by=me()))
    print_line(f"{name}: enabled")


@click.command("end-tokens")
@name_argument
@folder_option
def end_tokens(*, name: str, **settings: object) -> None:
    """Make all access tokens of a client worth nothing, at once."""
    _with_clients(settings, lambda clients: clients.end_tokens(name, by=me()))
    print_line(f"{name}: all tokens are ended")


@click.command()
@name_argument
@folder_option
def remove(*, name: str, **settings: object) -> None:
    """Remove a client; a user that was made for it is disabled."""
    _with_clients(settings, lambda clients: clients.remove(name, by=me()))
    print_line(f"{name}: removed")


@click.command("list")
@folder_option
@json_option
def list_(*, as_json: bool, **settings: object) -> None:
    """List the clients; nothing is told of their secrets but when they end."""
    clients = _with_clients(settings, lambda clients: clients.all())
    if as_json:
        print_json([_plain(each) for each in clients])
        return
    print_table(
        ["Client", "Id", "Acts as", "Scopes", "Disabled", "Secrets end"],
        [
            (c.name, c.id, c.user, " ".join(c.duties), c.disabled, ", ".join(_ends(c)))
            for c in clients
        ],
    )


@click.group(
    commands={
        "add": add,
        "rotate": rotate,
        "disable": disable,
        "enable": enable,
        "end-tokens": end_tokens,
        "remove": remove,
        "list": list_,
    }
)
def client() -> None:
    """Say which programs get access tokens."""


def with_audit(flags: Mapping[str, object], action: Callable[[Store, AuditLog], Awaitable[T]]) -> T:
    """What `action` answers; what it changes stands in the audit log."""

    async def run(engine: Engine) -> T:
        audit = AuditLog(engine.store, entries_max=settings_from(flags).audit_entries_max)
        try:
            return await action(engine.store, audit)
        finally:
            await audit.flush()
            audit.close()

    return with_engine(flags, run)


def _with_clients(flags: Mapping[str, object], action: Callable[[Clients], Awaitable[T]]) -> T:
    return with_audit(flags, lambda store, audit: action(Clients(store, audit)))


def _until(days: int) -> datetime | None:
    return datetime.now(UTC) + timedelta(days=days) if days else None


def _ends(client: Client) -> list[str]:
    return [f"{s.expires_at:%Y-%m-%d %H:%M}" if s.expires_at else "never" for s in client.secrets]


def _plain(client: Client) -> dict[str, object]:
    return {
        "name": client.name,
        "client_id": client.id,
        "user": client.user,
        "scopes": client.duties,
        "disabled": client.disabled,
        "created_at": client.created_at,
        "secrets": [
            {"created_at": each.created_at, "expires_at": each.expires_at}
            for each in client.secrets
        ],
    }
