"""`user`: who may log in.

A password comes from stdin or from the terminal, never from the command line: there every user of
the machine can read it.
"""

import sys
from collections.abc import Sequence

import click

from procession.cli.options import folder_option, json_option, with_engine
from procession.cli.output import print_json, print_line, print_table
from procession.cli.people import me, with_accounts
from procession.engine import Engine
from procession.stores import Session, User
from procession.stores.people import LoginFailures

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
    with_accounts(settings, lambda accounts: accounts.add_user(name, password, by=me()))
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
    with_accounts(settings, lambda accounts: accounts.change_password(name, password, by=me()))
    print_line(f"{name}: the password is changed")


@click.command()
@name_argument
@folder_option
def disable(*, name: str, **settings: object) -> None:
    """Let a user no longer log in, and log them out."""
    with_accounts(settings, lambda accounts: accounts.disable(name, by=me()))
    print_line(f"{name}: disabled")


@click.command()
@name_argument
@folder_option
def enable(*, name: str, **settings: object) -> None:
    """Let a user log in again."""
    with_accounts(settings, lambda accounts: accounts.enable(name, by=me()))
    print_line(f"{name}: enabled")


@click.command()
@name_argument
@folder_option
def unlock(*, name: str, **settings: object) -> None:
    """Forgive a user's failed logins, so that the next one need not wait."""
    with_accounts(settings, lambda accounts: accounts.unlock(name, by=me()))
    print_line(f"{name}: unlocked")


@click.command()
@name_argument
@folder_option
@json_option
def sessions(*, name: str, as_json: bool, **settings: object) -> None:
    """List a user's open sessions."""
    found = with_accounts(settings, lambda accounts: accounts.sessions(name))
    if as_json:
        print_json([_plain_session(session) for session in found])
        return
    print_table(
        ["Since", "Until", "From"],
        [(session.created_at, session.expires_at, session.address) for session in found],
    )


@click.command("end-sessions")
@name_argument
@folder_option
def end_sessions(*, name: str, **settings: object) -> None:
    """Log a user out everywhere, at once."""
    with_accounts(settings, lambda accounts: accounts.end_all(name, by=me()))
    print_line(f"{name}: all sessions are ended")


@click.command("list")
@folder_option
@json_option
def list_(*, as_json: bool, **settings: object) -> None:
    """List the users and their failed logins; nothing is told of their passwords."""
    users, failed = with_engine(settings, _users)
    counts = {each.user: each.failures for each in failed}
    if as_json:
        print_json([_plain_user(user, counts.get(user.name, 0)) for user in users])
        return
    print_table(
        ["User", "Disabled", "Created", "Failed logins"],
        [(u.name, u.disabled, u.created_at, counts.get(u.name, 0)) for u in users],
    )


async def _users(engine: Engine) -> tuple[Sequence[User], Sequence[LoginFailures]]:
    return await engine.store.users(), await engine.store.people.all_failures()


@click.group(
    commands={
        "add": add,
        "passwd": passwd,
        "disable": disable,
        "enable": enable,
        "unlock": unlock,
        "sessions": sessions,
        "end-sessions": end_sessions,
        "list": list_,
    }
)
def user() -> None:
    """Say who may log in."""


def _plain_user(user: User, failures: int) -> dict[str, object]:
    return {
        "name": user.name,
        "disabled": user.disabled,
        "created_at": user.created_at,
        "failed_logins": failures,
    }


def _plain_session(session: Session) -> dict[str, object]:
    return {
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "address": session.address,
    }


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.read().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask for the password at; use --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
