"""`key`: API keys, with which programs call without a login."""

from datetime import UTC, datetime, timedelta

import click

from procession.access import Duty
from procession.cli.options import folder_option, json_option, with_engine
from procession.cli.output import print_json, print_line, print_note, print_table
from procession.cli.people import me, with_accounts
from procession.keys import NewKey
from procession.stores.people import ApiKey

DAYS_MAX = 36_500


@click.command()
@click.argument("user")
@click.argument("name")
@click.option(
    "--days",
    type=click.IntRange(0, DAYS_MAX),
    default=365,
    show_default=True,
    help="How long it is valid; 0 is without end.",
)
@click.option(
    "--only",
    type=click.Choice([str(duty) for duty in Duty]),
    multiple=True,
    help="Limit it to this duty; may be given again. Without it the key may what its user may.",
)
@folder_option
def add(*, user: str, name: str, days: int, only: tuple[str, ...], **settings: object) -> None:
    """Make an API key for a user. It is shown this once.

    \b
    Example:
      procession key add Robot nightly --only run
    """
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    limits = frozenset(map(Duty, only)) if only else None
    new = NewKey(user, name, expires_at, limits)
    token = with_accounts(settings, lambda accounts: accounts.keys.add(new, by=me()))
    print_line(token)
    print_note("Send it as `Authorization: Bearer KEY`. It is not shown again.")


@click.command()
@click.argument("user")
@click.argument("name")
@folder_option
def revoke(*, user: str, name: str, **settings: object) -> None:
    """Make a key worth nothing, at once."""
    with_accounts(settings, lambda accounts: accounts.keys.revoke(user, name, by=me()))
    print_line(f"{name}: revoked")


@click.command("list")
@click.option("--user", default=None, help="Only the keys of this user.")
@folder_option
@json_option
def list_(*, user: str | None, as_json: bool, **settings: object) -> None:
    """List the keys; the keys themselves are kept nowhere."""
    keys = with_engine(settings, lambda engine: engine.store.people.keys(user))
    if as_json:
        print_json([_plain(key) for key in keys])
        return
    print_table(
        ["User", "Name", "Only", "Created", "Expires"],
        [(key.user, key.name, _limits(key), key.created_at, key.expires_at) for key in keys],
    )


@click.group(commands={"add": add, "revoke": revoke, "list": list_})
def key() -> None:
    """Let programs call without a login."""


def _limits(key: ApiKey) -> str:
    return "-" if key.limits is None else ", ".join(key.limits)


def _plain(key: ApiKey) -> dict[str, object]:
    return {
        "user": key.user,
        "name": key.name,
        "limits": None if key.limits is None else list(key.limits),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }
