"""What the commands about users, roles, rights and keys share."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from procession.access import Principal
from procession.accounts import Accounts
from procession.cli.options import operator, settings_from, with_engine
from procession.engine import Engine

T = TypeVar("T")


def with_accounts(flags: Mapping[str, object], action: Callable[[Accounts], Awaitable[T]]) -> T:
    """What `action` answers; what it changes stands in the audit log."""

    async def run(engine: Engine) -> T:
        accounts = Accounts(engine.store, settings_from(flags))
        try:
            return await action(accounts)
        finally:
            await accounts.audit.flush()
            accounts.close()

    return with_engine(flags, run)


def me() -> Principal:
    """Whoever has the data folder may do everything; the audit log says who it was."""
    return Principal(operator())
