"""`decide`: one decision, with inputs from the command line."""

from collections.abc import Mapping, Sequence

import click

from procession.cli.options import folder_option, json_option, with_engine
from procession.cli.output import print_json, print_note, print_table
from procession.core.values import Values
from procession.dmn import Result, input_from_text
from procession.engine import Engine
from procession.stores import DecisionRow


@click.command()
@click.argument("name")
@click.argument("inputs", metavar="[INPUT=VALUE]...", nargs=-1)
@click.option(
    "--version",
    "version",
    metavar="N",
    type=click.IntRange(1),
    help="A certain version; the newest one without it.",
)
@folder_option
@json_option
def decide(
    *, name: str, inputs: Sequence[str], version: int | None, as_json: bool, **settings: object
) -> None:
    """Make the decision NAME with inputs by their names, and print its value as JSON.

    NAME is the id of a deployed decision or decision service, or its name. Values are read by the
    type of their input; contexts and lists are written in FEEL or JSON.

    \b
    Examples:
      procession decide UsrClaimDecision Amount=1200 "Days since purchase=10"
      procession decide UsrClaimDecision Amount=1200 --json
    """
    given = dict(_pair(text) for text in inputs)

    async def run(engine: Engine) -> tuple[DecisionRow, Result]:
        decisions = engine.catalog.decisions
        found = await decisions.find(name, version)
        values: Values = {
            code: input_from_text(found.model, code, text) for code, text in given.items()
        }
        return found.row, decisions.evaluate(found, values)

    row, result = with_engine(settings, run)
    if as_json:
        print_json(
            {
                "decision": row.id,
                "version": row.version,
                "value": result.value,
                "warnings": result.warnings,
            }
        )
        return
    for warning in result.warnings:
        print_note(f"Warning: {warning}")
    print_json(result.value)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"{text!r} is no input; write it as Name=value")
    return name.strip(), value


def list_decisions(settings: Mapping[str, object], *, as_json: bool) -> None:
    """`list decisions`: the newest version of each."""
    rows = with_engine(settings, lambda engine: engine.catalog.decisions.rows())
    if as_json:
        print_json(rows)
        return
    print_table(
        ["Decision", "Version", "Name", "File", "Deployed", "By"],
        [(r.id, r.version, r.caption, r.file, r.deployed_at, r.deployed_by) for r in rows],
    )
