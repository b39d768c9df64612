"""`message`, `signal` and `conditions`: what comes to the runs from outside."""

from collections.abc import Sequence

import click

from procession.cli.instances import pair
from procession.cli.options import json_option, operator, setting_options, with_engine
from procession.cli.output import print_json, print_line
from procession.core.ids import InstanceId
from procession.core.values import Value
from procession.engine import Engine
from procession.messages import Delivery, Fate

wait_option = click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    help="How long to see through what it sets going; 0: the service does that.",
)
# What runs that go on need, and how long messages are kept.
event_options = setting_options(
    "data", "database", "handlers", "http_allowed_hosts", "message_live_seconds"
)


@click.command()
@click.argument("name")
@click.argument("values", metavar="[PARAM=VALUE]...", nargs=-1)
@click.option("--key", metavar="K", help="Only for who waits with this correlation key, or none.")
@wait_option
@event_options
@json_option
def message(
    *,
    name: str,
    values: Sequence[str],
    key: str | None,
    wait: float,
    as_json: bool,
    **settings: object,
) -> None:
    """Send the message NAME with values; exactly one run takes it.

    That is the one that has waited longest; else a process that begins with the message starts;
    else it is kept.

    \b
    Example:
      procession message "Payment received" --key 4711 Amount=12.50
    """
    payload = dict(map(pair, values))
    keys = [] if key is None else _keys(key)

    async def send(engine: Engine) -> Delivery:
        delivery = await engine.messages.send(name, keys=keys, payload=payload, caller=operator())
        await engine.rest(wait)
        return delivery

    delivery = with_engine(settings, send)
    if as_json:
        print_json(delivery)
        return
    print_line(_SENTENCES[delivery.fate].format(delivery=delivery))


_SENTENCES = {
    Fate.TAKEN: "taken by {delivery.instance_id}",
    Fate.STARTED: "has started {delivery.instance_id}",
    Fate.KEPT: "nobody waits for it; it is kept until {delivery.kept_until:%Y-%m-%d %H:%M:%S} UTC",
    Fate.UNCLAIMED: "nobody waits for it, and it is not kept",
}


def _keys(text: str) -> list[Value]:
    """A run may have its key as a text or as a number: it is the same key."""
    return [text, int(text)] if text.isascii() and text.isdigit() and len(text) < 20 else [text]


@click.command()
@click.argument("name")
@click.argument("values", metavar="[PARAM=VALUE]...", nargs=-1)
@wait_option
@event_options
@json_option
def signal(
    *, name: str, values: Sequence[str], wait: float, as_json: bool, **settings: object
) -> None:
    """Throw the signal NAME with values; all runs that wait for it have it.

    Processes that begin with the signal start, too.

    \b
    Example:
      procession signal "Prices have changed" Since=2026-01-31
    """
    payload = dict(map(pair, values))

    async def throw(engine: Engine) -> None:
        await engine.signals.throw(name, payload, caller=operator())
        await engine.rest(wait)

    with_engine(settings, throw)
    if as_json:
        print_json({"signal": name})
        return
    print_line(f"{name}: all that waited for it have it")


@click.command()
@click.argument("values", metavar="PARAM=VALUE...", nargs=-1, required=True)
@wait_option
@event_options
@json_option
def conditions(*, values: Sequence[str], wait: float, as_json: bool, **settings: object) -> None:
    """Start each process that begins with a condition which holds for these values.

    \b
    Example:
      procession conditions Temperature=104
    """
    given = dict(map(pair, values))

    async def start(engine: Engine) -> list[InstanceId]:
        started = await engine.starts.conditions_may_hold(given, caller=operator())
        await engine.rest(wait)
        return started

    started = with_engine(settings, start)
    if as_json:
        print_json({"started": started})
        return
    for run in started:
        print_line(f"has started {run}")
    if not started:
        print_line("no condition that starts a process holds")
