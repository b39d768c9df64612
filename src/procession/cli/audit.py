"""`audit`: who changed who may what, and who was refused."""

import click

from procession.cli.options import folder_option, json_option, with_engine
from procession.cli.output import print_json, print_table
from procession.stores.people import Entry

LIMIT_MAX = 100_000


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, LIMIT_MAX), default=100, show_default=True, help="At most."
)
@folder_option
@json_option
def audit(*, limit: int, as_json: bool, **settings: object) -> None:
    """List changes of users, roles, rights and keys, and refused tries; the newest first."""
    entries = with_engine(settings, lambda engine: engine.store.people.audit(limit=limit))
    if as_json:
        print_json([_plain(number, entry) for number, entry in entries])
        return
    columns = ["When", "Who", "From", "Refused", "What", "Whom", "How", "Times"]
    print_table(columns, [_row(entry) for _, entry in entries])


def _row(entry: Entry) -> tuple[object, ...]:
    who, address = entry.who or "-", entry.address or "-"
    what = (entry.action, entry.subject or "-", entry.detail or "-")
    return (entry.at, who, address, entry.refused, *what, entry.times)


def _plain(number: int, entry: Entry) -> dict[str, object]:
    return {
        "number": number,
        "at": entry.at,
        "who": entry.who,
        "address": entry.address,
        "refused": entry.refused,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "times": entry.times,
    }
