"""What several commands share: their options, which are settings, and how they reach the engine."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import Field, fields
from typing import Any, TypeVar

import click

from procession.cli.exits import INTERRUPTED
from procession.cli.output import log_warnings_only
from procession.engine import Engine
from procession.settings import Settings

T = TypeVar("T")
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def setting_options(*names: str) -> Decorator:
    """An option for each of the settings, all of them if none is named.

    Values are passed on as text: `Settings` reads and refuses them, as it does the environment's.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for one in reversed(fields(Settings)):
            if not names or one.name in names:
                command = _option(one)(command)
        return command

    return decorate


def _option(one: "Field[Any]") -> Decorator:
    flag = one.name.replace("_", "-")
    says = f"{_sentence(one.metadata['help'])}  [default: {_shown(one.default)}]"
    if isinstance(one.default, bool):
        return click.option(f"--{flag}/--no-{flag}", one.name, default=None, help=says)
    return click.option(f"--{flag}", one.name, metavar=_metavar(one), default=None, help=says)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}.".replace("`", "")


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple):
        return ",".join(default) or "none"
    return str(default) or "none"


def _metavar(one: "Field[Any]") -> str:
    if one.name == "data":
        return "DIR"
    if isinstance(one.default, tuple):
        return "A,B,..."
    return "NUMBER" if isinstance(one.default, int | float) else "TEXT"


folder_option = setting_options("data")
# What a command that runs or checks work outside must know as the service does.
work_options = setting_options("data", "database", "handlers", "http_allowed_hosts")


def settings_from(flags: Mapping[str, object]) -> Settings:
    """Flags over environment over defaults. Raises SettingsError."""
    return Settings.load(flags, os.environ)


def with_engine(flags: Mapping[str, object], action: Callable[[Engine], Awaitable[T]]) -> T:
    """What `action` answers; the engine is open meanwhile, beside a service if one runs."""
    # Imported here: all the parts together cost half a second, and --help needs none of them.
    from procession.compose import open_engine

    settings = settings_from(flags)
    log_warnings_only()

    async def run() -> T:
        async with open_engine(settings) as engine:
            return await action(engine)

    try:
        return asyncio.run(run())
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def operator() -> str:
    """Who the records name for what was done here."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"  # A container's user may have no name.
