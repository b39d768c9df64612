"""`right`: what roles and users may do."""

from collections.abc import Callable
from typing import Any

import click

from procession.access import PROCESS_DUTIES, Duty
from procession.cli.options import Decorator, folder_option, json_option, with_engine
from procession.cli.output import print_json, print_line, print_table
from procession.cli.people import me, with_accounts
from procession.stores.people import Grant, Kind

duty_argument = click.argument("duty", type=click.Choice([str(duty) for duty in Duty]))


def _grant_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options: list[Decorator] = [
        duty_argument,
        click.option("--role", default="", help="The role that it is granted to."),
        click.option("--user", default="", help="Or the user that it is granted to."),
        click.option("--process", default="", help="For this process alone, not for all."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_grant_options
@folder_option
def grant(*, duty: str, role: str, user: str, process: str, **settings: object) -> None:
    """Allow a role or a user something.

    A process with rights of its own is for those alone.

    \b
    Examples:
      procession right grant run --role Accounting --process UsrPayInvoice
      procession right grant operate --user Ada
    """
    wanted = _grant(duty, role, user, process)
    with_accounts(settings, lambda accounts: accounts.people.grant(wanted, by=me()))
    print_line(f"{wanted.grantee}: may now {_said(wanted)}")


@click.command()
@_grant_options
@folder_option
def withdraw(*, duty: str, role: str, user: str, process: str, **settings: object) -> None:
    """Take back what was granted.

    \b
    Example, after which nobody may run a process without a right of his own:
      procession right withdraw run --role "All employees"
    """
    wanted = _grant(duty, role, user, process)
    with_accounts(settings, lambda accounts: accounts.people.withdraw(wanted, by=me()))
    print_line(f"{wanted.grantee}: no longer granted to {_said(wanted)}")


@click.command("list")
@folder_option
@json_option
def list_(*, as_json: bool, **settings: object) -> None:
    """List all that is granted."""
    grants = with_engine(settings, lambda engine: engine.store.people.grants())
    if as_json:
        print_json([_plain(one) for one in grants])
        return
    print_table(
        ["Process", "Duty", "To", "Name"],
        [(one.process or "all", one.duty, one.kind, one.grantee) for one in grants],
    )


@click.group(commands={"grant": grant, "withdraw": withdraw, "list": list_})
def right() -> None:
    """Say who may do what."""


def _grant(duty: str, role: str, user: str, process: str) -> Grant:
    if bool(role) == bool(user):
        raise click.UsageError("name either a --role or a --user")
    kind = Kind.ROLE if role else Kind.USER
    return Grant(duty, kind, role or user, process)


def _said(grant: Grant) -> str:
    if grant.process:
        return f"{grant.duty} {grant.process}"
    return f"{grant.duty} processes" if grant.duty in PROCESS_DUTIES else grant.duty


def _plain(grant: Grant) -> dict[str, str]:
    return {
        "duty": grant.duty,
        "kind": grant.kind,
        "grantee": grant.grantee,
        "process": grant.process,
    }
