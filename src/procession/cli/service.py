"""`serve`: the service."""

import click

from procession.cli.options import setting_options, settings_from


@click.command(
    epilog="Each option is also an environment variable: PROCESSION_ and its name in capitals, such"
    " as PROCESSION_PORT. docs/settings.md says more about them."
)
@setting_options()
def serve(**settings: object) -> None:
    """Serve processes over HTTP until told to stop.

    SIGINT (Ctrl-C) or SIGTERM stops it: calls under way are answered first.

    \b
    Examples:
      procession serve
      procession serve --data /srv/procession --host 0.0.0.0 --port 80
      procession serve --database postgresql+psycopg://crm@db/crm --handlers crm.handlers
    """
    # Imported here: the other commands need no HTTP server.
    from procession.web.serving import run_service

    run_service(settings_from(settings))
