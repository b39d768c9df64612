"""`user`: who may log in.

A password comes from stdin or from the terminal, never from the command line: there every user of
the machine can read it.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping

import click

from procession.accounts import Accounts
from procession.cli.options import folder_option, json_option, settings_from, with_engine
from procession.cli.output import print_json, print_line, print_table
from procession.engine import Engine

name_argument = click.argument("name")
stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin, without its line end."
)


@click.command()
@name_argument
@stdin_option
@folder_option
def add(*, name: str, password_stdin: bool, **settings: object) -> None:
    """Add a user.

    \b
    Example:
      procession user add Supervisor --password-stdin < password.txt
    """
    password = _password(from_stdin=password_stdin)
    _with_accounts(settings, lambda accounts: accounts.add_user(name, password))
    print_line(f"{name}: added")


@click.command()
@name_argument
@stdin_option
@folder_option
def passwd(*, name: str, password_stdin: bool, **settings: object) -> None:
    """Give a user a new password and log them out.

    \b
    Example:
      procession user passwd Supervisor --password-stdin < password.txt
    """
    password = _password(from_stdin=password_stdin)
    _with_accounts(settings, lambda accounts: accounts.change_password(name, password))
    print_line(f"{name}: the password is changed")


@click.command()
@name_argument
@folder_option
def disable(*, name: str, **settings: object) -> None:
    """Let a user no longer log in, and log them out."""
    _with_accounts(settings, lambda accounts: accounts.disable(name))
    print_line(f"{name}: disabled")


@click.command()
@name_argument
@folder_option
def enable(*, name: str, **settings: object) -> None:
    """Let a user log in again."""
    _with_accounts(settings, lambda accounts: accounts.enable(name))
    print_line(f"{name}: enabled")


@click.command("list")
@folder_option
@json_option
def list_(*, as_json: bool, **settings: object) -> None:
    """List the users; nothing is told of their passwords."""
    users = with_engine(settings, lambda engine: engine.store.users())
    if as_json:
        print_json(
            [{"name": u.name, "disabled": u.disabled, "created_at": u.created_at} for u in users]
        )
        return
    print_table(
        ["User", "Disabled", "Created"], [(u.name, u.disabled, u.created_at) for u in users]
    )


@click.group(
    commands={"add": add, "passwd": passwd, "disable": disable, "enable": enable, "list": list_}
)
def user() -> None:
    """Say who may log in."""


def _with_accounts(
    flags: Mapping[str, object], action: Callable[[Accounts], Awaitable[None]]
) -> None:
    async def run(engine: Engine) -> None:
        accounts = Accounts(engine.store, settings_from(flags))
        try:
            await action(accounts)
        finally:
            accounts.close()

    with_engine(flags, run)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.read().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask for the password at; use --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
