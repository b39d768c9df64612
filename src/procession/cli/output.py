"""What the commands print: data to stdout, everything else to stderr.

On a terminal tables have lines and colours (none where NO_COLOR is set); in a pipe they are one
line per row with tabs between the cells. Nothing that came from outside reaches the terminal as a
control character.
"""

import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import msgspec
import structlog
from rich.console import Console
from rich.table import Table
from rich.text import Text

from procession.core.values import to_plain

Cell = object
_json = msgspec.json.Encoder(decimal_format="number")


def print_json(value: Any) -> None:
    """One JSON text; decimals are numbers, as they are in the service's answers."""
    click.echo(msgspec.json.format(_json.encode(value), indent=2))


def print_line(text: str) -> None:
    click.echo(printable(text))


def print_note(text: str) -> None:
    """One line on stderr: what is good to know but no part of the answer."""
    click.echo(printable(text), err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], title: str = "") -> None:
    """A table for people on a terminal, lines of cells for programs in a pipe."""
    texts = [[_text(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_rich(columns, texts, title)
        return
    if title:
        click.echo(f"\n{title}")
    for cells in ([column.upper() for column in columns], *texts):
        click.echo("\t".join(cells))


def print_fields(fields: Mapping[str, Cell]) -> None:
    """Names with their values, one a line."""
    width = max(map(len, fields)) + 1
    for name, value in fields.items():
        click.echo(f"{name + ':':<{width}} {_text(value)}")


def log_warnings_only() -> None:
    """What the engine logs while a command runs: one line on stderr, and only what is wrong."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def printable(text: str) -> str:
    """The text with control characters escaped: a process's name must not steer the terminal."""
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _text(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.astimezone().isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dict | list | tuple):
        return printable(_json.encode(to_plain(cell)).decode())
    return printable(str(to_plain(cell)))


def _print_rich(columns: Sequence[str], texts: list[list[str]], title: str) -> None:
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for cells in texts:
        # A Text is taken as it is: square brackets in a name are no markup.
        table.add_row(*map(Text, cells))
    Console().print(table)
