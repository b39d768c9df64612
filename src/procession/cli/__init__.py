"""The program `procession`. The commands are in the modules beside this one."""

import sys

import click

from procession import __version__
from procession.cli import (
    audit,
    clients,
    decisions,
    events,
    identities,
    instances,
    keys,
    mcp,
    processes,
    rights,
    roles,
    service,
    users,
    webhooks,
)
from procession.cli.exits import report
from procession.errors import ProcessionError


@click.group(
    commands={
        "serve": service.serve,
        "deploy": processes.deploy,
        "check": processes.check,
        "execute": instances.execute,
        "message": events.message,
        "signal": events.signal,
        "conditions": events.conditions,
        "decide": decisions.decide,
        "list": processes.list_,
        "show": instances.show,
        "enable": processes.enable,
        "disable": processes.disable,
        "mcp": mcp.mcp,
        "user": users.user,
        "role": roles.role,
        "right": rights.right,
        "key": keys.key,
        "client": clients.client,
        "identity": identities.identity,
        "audit": audit.audit,
        "webhook": webhooks.webhook,
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="procession", message="%(prog)s %(version)s")
def program() -> None:
    """Run BPMN processes and serve them over HTTP.

    All commands work on a data folder, also while the service runs on it.

    \b
    A first process:
      procession deploy examples/*.bpmn examples/*.dmn
      procession execute UsrAddNewExternalContact "ContactName=Ada Lovelace"
      procession list instances
    """


def main() -> None:
    """Runs the program and exits with its code."""
    try:
        program.main(prog_name="procession")
    except ProcessionError as error:
        sys.exit(report(error))
