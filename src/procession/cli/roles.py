"""`role`: roles, and who is in them."""

import click

from procession.cli.options import folder_option, json_option, with_engine
from procession.cli.output import print_json, print_line, print_table
from procession.cli.people import me, with_accounts
from procession.stores.people import ALL_EMPLOYEES

role_argument = click.argument("role")
user_argument = click.argument("user")


@click.command()
@role_argument
@folder_option
def add(*, role: str, **settings: object) -> None:
    """Add a role.

    \b
    Example:
      procession role add Accounting
    """
    with_accounts(settings, lambda accounts: accounts.people.add_role(role, by=me()))
    print_line(f"{role}: added")


@click.command()
@role_argument
@folder_option
def remove(*, role: str, **settings: object) -> None:
    """Remove a role, and what is granted to it."""
    with_accounts(settings, lambda accounts: accounts.people.remove_role(role, by=me()))
    print_line(f"{role}: removed")


@click.command("add-member")
@role_argument
@user_argument
@folder_option
def add_member(*, role: str, user: str, **settings: object) -> None:
    """Put a user into a role.

    \b
    Example:
      procession role add-member "System administrators" Ada
    """
    with_accounts(settings, lambda accounts: accounts.people.add_member(role, user, by=me()))
    print_line(f"{user}: now in {role}")


@click.command("remove-member")
@role_argument
@user_argument
@folder_option
def remove_member(*, role: str, user: str, **settings: object) -> None:
    """Take a user out of a role."""
    with_accounts(settings, lambda accounts: accounts.people.remove_member(role, user, by=me()))
    print_line(f"{user}: no longer in {role}")


@click.command("list")
@folder_option
@json_option
def list_(*, as_json: bool, **settings: object) -> None:
    """List the roles with their members."""
    roles = with_engine(settings, lambda engine: engine.store.people.roles())
    if as_json:
        print_json([{"name": role.name, "members": list(role.members)} for role in roles])
        return
    print_table(
        ["Role", "Members"],
        [
            (role.name, "everybody" if role.name == ALL_EMPLOYEES else ", ".join(role.members))
            for role in roles
        ],
    )


@click.group(
    commands={
        "add": add,
        "remove": remove,
        "add-member": add_member,
        "remove-member": remove_member,
        "list": list_,
    }
)
def role() -> None:
    """Say who is in which role."""
