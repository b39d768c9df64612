"""`identity`: who a user is at the OpenID provider."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import click

from procession.cli.clients import with_audit
from procession.cli.options import folder_option, json_option, settings_from
from procession.cli.output import print_json, print_line, print_table
from procession.cli.people import me
from procession.sign_on.people import Identities

T = TypeVar("T")

name_argument = click.argument("user")


@click.command()
@name_argument
@click.argument("subject")
@click.option("--issuer", default="", help="The provider; the setting oidc_issuer unless told.")
@folder_option
def bind(*, user: str, subject: str, issuer: str, **settings: object) -> None:
    """Let a user log in at the provider, as the subject that it knows.

    \b
    Example:
      procession identity bind Supervisor 248289761001
    """
    known = issuer or settings_from(settings).oidc_issuer
    if not known:
        raise click.UsageError("which provider? Set PROCESSION_OIDC_ISSUER, or name its --issuer")
    _with_identities(settings, lambda identities: identities.bind(user, known, subject, by=me()))
    print_line(f"{user}: bound")


@click.command()
@name_argument
@folder_option
def unbind(*, user: str, **settings: object) -> None:
    """Forget who a user is at the provider; the next login there finds it out anew."""
    _with_identities(settings, lambda identities: identities.unbind(user, by=me()))
    print_line(f"{user}: unbound")


@click.command("list")
@folder_option
@json_option
def list_(*, as_json: bool, **settings: object) -> None:
    """List who is known at the provider."""
    found = _with_identities(settings, lambda identities: identities.all())
    if as_json:
        print_json(
            [
                {
                    "user": each.user,
                    "issuer": each.issuer,
                    "subject": each.subject,
                    "created_at": each.created_at,
                }
                for each in found
            ]
        )
        return
    print_table(
        ["User", "Subject", "Provider", "Since"],
        [(each.user, each.subject, each.issuer, each.created_at) for each in found],
    )


@click.group(commands={"bind": bind, "unbind": unbind, "list": list_})
def identity() -> None:
    """Say who a user is at the OpenID provider."""


def _with_identities(
    flags: Mapping[str, object], action: Callable[[Identities], Awaitable[T]]
) -> T:
    return with_audit(flags, lambda store, audit: action(Identities(store, audit)))
