"""`execute` and `show`: one run of a process."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import click
from msgspec.structs import asdict

from procession.cli.exits import FAILED
from procession.cli.options import folder_option, json_option, operator, with_engine, work_options
from procession.cli.output import print_fields, print_json, print_note, print_table
from procession.core.changes import AnyChange
from procession.core.instance import Status
from procession.engine import Engine
from procession.errors import BadValue
from procession.stores import InstanceRow
from procession.views import InstanceView, Outcome
from procession.views import show as view_of


@click.command()
@click.argument("name")
@click.argument("values", metavar="[PARAM=VALUE]...", nargs=-1)
@click.option("--result", metavar="R", help="Print the value of this parameter, as JSON.")
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    help="How long to wait for the run to end or rest; 0: not at all.",
)
@work_options
@json_option
def execute(
    *,
    name: str,
    values: Sequence[str],
    result: str | None,
    wait: float,
    as_json: bool,
    **settings: object,
) -> None:
    """Run the process NAME with parameters by their codes.

    Prints the value of the parameter R as JSON, or the instance's id and status. The exit code is 1
    if the run failed; the incidents are on stderr.

    \b
    Examples:
      procession execute UsrAddNewExternalContact "ContactName=Ada Lovelace" --result ContactId
      procession execute UsrGetAllContacts --result ContactList
    """
    given = dict(pair(text) for text in values)

    async def run(engine: Engine) -> Outcome:
        found = await engine.catalog.find(name)
        if result is not None and result not in found.process.parameters:
            known = ", ".join(found.process.parameters) or "none"
            raise BadValue(f"{name} has no parameter {result!r}; it has: {known}")
        return await engine.start(found, given, caller=operator(), wait_seconds=wait or None)

    outcome = with_engine(settings, run)
    _print_outcome(outcome, result, as_json=as_json)
    if outcome.status in (Status.ERROR, Status.CANCELED):
        raise SystemExit(FAILED)


def pair(text: str) -> tuple[str, str]:
    """A parameter and its value, as they are written on the command line."""
    code, equals, value = text.partition("=")
    if not equals or not code:
        raise click.UsageError(f"{text!r} is no parameter; write it as Code=value")
    return code, value


def _print_outcome(outcome: Outcome, result: str | None, *, as_json: bool) -> None:
    for warning in outcome.warnings:
        print_note(f"Warning: {warning}")
    for incident in outcome.incidents:
        print_note(f"Failed: {incident.element}: {incident.message} [{incident.code}]")
    if as_json:
        print_json(outcome)
        return
    if result is None:
        print_fields({"Id": outcome.instance_id, "Status": outcome.status})
        return
    if outcome.status is Status.RUNNING:
        print_note(f"{outcome.instance_id} is still running; this is the value so far")
    print_json(outcome.values.get(result))


@click.command()
@click.argument("what", metavar="ID|PROCESS")
@click.option("--xml", is_flag=True, help="Print the file of the process PROCESS as it came.")
@click.option(
    "--version", metavar="N", type=click.IntRange(1), help="With --xml: not the newest version."
)
@folder_option
@json_option
def show(*, what: str, xml: bool, version: int | None, as_json: bool, **settings: object) -> None:
    """Show where one instance stands, and why; or the file of a process.

    Prints its parameters, elements, incidents and history. ID is the instance's id, or that of one
    of its elements.

    \b
    Examples:
      procession show 0199d3c2-5a41-8b6f-9c3e-7d1100000000
      procession show UsrOrder --xml > order.bpmn
    """
    if xml:
        source = with_engine(settings, lambda engine: engine.catalog.source(what, version))
        click.echo(source, nl=False)  # Byte for byte.
        return
    uid = _uid(what)
    view = with_engine(settings, lambda engine: view_of(engine.store, engine.catalog, uid))
    if as_json:
        history = [{"at": at, **_fields(change)} for at, change in _changes(view)]
        print_json({"instance": view.row, **_parts(view), "history": history})
        return
    _print_view(view)


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        message = f"{text!r} is no id of an instance; for the file of a process add --xml"
        raise click.UsageError(message) from None


def _parts(view: InstanceView) -> Mapping[str, object]:
    return {"values": view.values, "elements": view.elements, "incidents": view.incidents}


def _print_view(view: InstanceView) -> None:
    _print_row(view.row)
    print_table(["Parameter", "Value"], view.values.items(), "Parameters")
    print_table(
        ["Element", "Name", "State", "Since", "Id"],
        [(one.element, one.name, one.state, one.since, one.uid) for one in view.elements],
        "Elements",
    )
    if view.incidents:
        print_table(
            ["Element", "Code", "Message"],
            [(one.element, one.code, one.message) for one in view.incidents],
            "Incidents",
        )
    print_table(
        ["At", "Change", "Details"],
        [(at, type(change).__name__, _details(change)) for at, change in _changes(view)],
        "History",
    )


def _print_row(row: InstanceRow) -> None:
    fields = {
        "Id": row.id,
        "Process": f"{row.process} version {row.version}",
        "Status": row.status,
        "Started": row.started_at,
        "Ended": row.ended_at,
        "Caller": row.caller,
    }
    print_fields(fields if row.parent is None else {**fields, "Called by": row.parent})


def _changes(view: InstanceView) -> Iterator[tuple[datetime, AnyChange]]:
    for turn in view.history:
        yield from ((turn.at, change) for change in turn.changes)


def _fields(change: AnyChange) -> Mapping[str, object]:
    return {"change": type(change).__name__, **asdict(change)}


def _details(change: AnyChange) -> str:
    given = asdict(change).items()
    return " ".join(f"{name}={value}" for name, value in given if value not in (None, "", {}))
