"""`deploy`, `check`, `list`, `enable`, `disable`: the processes that are here."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from procession.cli.decisions import list_decisions
from procession.cli.exits import REFUSED
from procession.cli.options import folder_option, json_option, operator, with_engine, work_options
from procession.cli.output import print_json, print_line, print_note, print_table
from procession.core.instance import Status
from procession.errors import InvalidProcess

files_argument = click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)


strict_option = click.option(
    "--strict", is_flag=True, help="Refuse files with warnings, as those with problems."
)


@click.command()
@files_argument
@strict_option
@work_options
@json_option
def deploy(*, files: Sequence[Path], strict: bool, as_json: bool, **settings: object) -> None:
    """Deploy BPMN and DMN files: all of them, or none if one has a problem.

    A process or decision that is as it was keeps its version.

    \b
    Examples:
      procession deploy examples/*.bpmn examples/*.dmn
      procession deploy --data /srv/procession order.bpmn discount.dmn
    """
    found = _read(files)
    deployed = with_engine(
        settings, lambda engine: engine.catalog.deploy(found, by=operator(), strict=strict)
    )
    for warning in (each for one in deployed for each in one.warnings):
        print_note(str(warning))
    if as_json:
        print_json(deployed)
        return
    for one in deployed:
        outcome = "deployed as" if one.changed else "unchanged, still"
        print_line(f"{one.name}: {outcome} version {one.version} ({one.file})")


@click.command()
@files_argument
@strict_option
@work_options
@json_option
def check(*, files: Sequence[Path], strict: bool, as_json: bool, **settings: object) -> None:
    """Say what is wrong with BPMN and DMN files, and what may go wrong; nothing is deployed.

    Warnings tell where an instance could get stuck, and what of a drawing is hard to read.
    Tables and columns are looked up in the database of the service, if it can be reached.

    \b
    Examples:
      procession check order.bpmn
      procession check --json *.bpmn
    """
    found = _read(files)
    problems = with_engine(settings, lambda engine: engine.catalog.check(found))
    refused = any(strict or not each.warning for each in problems)
    if as_json:
        print_json(problems)
        raise SystemExit(REFUSED if refused else 0)
    if refused:
        raise InvalidProcess(problems)
    for warning in problems:
        print_note(str(warning))
    warned = {each.file for each in problems}
    for file, _ in found:
        print_line(f"{file}: {'warnings only' if file in warned else 'no problems'}")


@click.command("list")
@click.argument(
    "what", type=click.Choice(["processes", "instances", "decisions"]), default="processes"
)
@click.option("--process", metavar="NAME", help="Only instances of this process.")
@click.option(
    "--status",
    type=click.Choice([status.value for status in Status], case_sensitive=False),
    help="Only instances that stand so.",
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="How many instances at most.",
)
@folder_option
@json_option
def list_(
    *,
    what: str,
    process: str | None,
    status: str | None,
    limit: int,
    as_json: bool,
    **settings: object,
) -> None:
    """List the processes, the latest instances or the decisions.

    \b
    Examples:
      procession list
      procession list instances --status Error
      procession list decisions
      procession list instances --process UsrGetAllContacts --json
    """
    if what == "processes":
        _list_processes(settings, as_json=as_json)
        return
    if what == "decisions":
        list_decisions(settings, as_json=as_json)
        return
    wanted = Status(status) if status else None
    rows = with_engine(
        settings, lambda engine: engine.instances(process=process, status=wanted, limit=limit)
    )
    if as_json:
        print_json(rows)
        return
    print_table(
        ["Id", "Process", "Version", "Status", "Started", "Ended", "Caller"],
        [(r.id, r.process, r.version, r.status, r.started_at, r.ended_at, r.caller) for r in rows],
    )


def _list_processes(settings: Mapping[str, object], *, as_json: bool) -> None:
    rows = with_engine(settings, lambda engine: engine.catalog.processes())
    if as_json:
        print_json(rows)
        return
    print_table(
        ["Process", "Version", "Caption", "Enabled", "Startable", "Deployed", "By"],
        [
            (r.name, r.version, r.caption, r.enabled, r.startable, r.deployed_at, r.deployed_by)
            for r in rows
        ],
    )


@click.command()
@click.argument("name")
@folder_option
def enable(*, name: str, **settings: object) -> None:
    """Let a process be started again."""
    with_engine(settings, lambda engine: engine.catalog.enable(name, True))
    print_line(f"{name}: enabled")


@click.command()
@click.argument("name")
@folder_option
def disable(*, name: str, **settings: object) -> None:
    """Refuse new starts of a process; instances that run go on."""
    with_engine(settings, lambda engine: engine.catalog.enable(name, False))
    print_line(f"{name}: disabled")


def _read(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    try:
        return [(str(file), file.read_bytes()) for file in files]
    except OSError as error:
        raise click.UsageError(f"cannot read {error.filename}: {error.strerror}") from None
