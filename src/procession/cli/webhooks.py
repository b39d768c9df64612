"""`webhook`: addresses that are told of the ends and incidents of runs."""

import click

from procession.cli.options import folder_option, json_option, operator, with_engine
from procession.cli.output import print_json, print_line, print_table
from procession.stores.webhooks import Delivery, Webhook
from procession.webhooks import EVENTS

LISTED_MAX = 1_000

id_argument = click.argument("id")


@click.command()
@click.argument("address")
@click.option(
    "--on",
    "events",
    type=click.Choice(EVENTS),
    multiple=True,
    help="What it is told of; may be given several times.  [default: everything]",
)
@click.option("--process", metavar="NAME", help="Runs of this process only.")
@folder_option
def add(*, address: str, events: tuple[str, ...], process: str | None, **settings: object) -> None:
    """Register an address, and print the secret that its messages are signed with.

    \b
    Example:
      procession webhook add https://erp.example/hooks/runs --on process.completed
    """
    webhook = with_engine(
        settings,
        lambda engine: engine.webhooks.add(
            address, by=operator(), events=events or EVENTS, process=process
        ),
    )
    print_line(f"{webhook.id}: added; its secret, which is not shown again:")
    print_line(webhook.secret)


@click.command()
@id_argument
@folder_option
def remove(*, id: str, **settings: object) -> None:
    """Tell an address nothing any more, nor what is still to be sent to it."""
    with_engine(settings, lambda engine: engine.webhooks.remove(id))
    print_line(f"{id}: removed")


@click.command("list")
@folder_option
@json_option
def list_(*, as_json: bool, **settings: object) -> None:
    """List what is registered; the secrets are not shown."""
    webhooks = with_engine(settings, lambda engine: engine.webhooks.registered())
    if as_json:
        print_json([_shown(each) for each in webhooks])
        return
    print_table(
        ["Id", "Address", "Events", "Process", "Added", "By"],
        [
            (w.id, w.address, ", ".join(w.events), w.process or "all", w.created_at, w.created_by)
            for w in webhooks
        ],
    )


@click.command()
@click.option("--webhook", metavar="ID", help="What is for this one only.")
@folder_option
@json_option
def deliveries(*, webhook: str | None, as_json: bool, **settings: object) -> None:
    """List what was not taken yet, and what was given up."""
    waiting = with_engine(
        settings,
        lambda engine: engine.store.webhooks.deliveries(webhook, limit=LISTED_MAX),
    )
    if as_json:
        print_json([_waiting(each) for each in waiting])
        return
    print_table(
        ["Number", "Webhook", "Run", "Event", "Tries", "Next", "Reason"],
        [
            (w.number, w.webhook, w.instance, w.event, w.attempts, w.due_at or "given up", w.error)
            for w in waiting
        ],
    )


@click.command()
@click.argument("number", type=int)
@folder_option
def retry(*, number: int, **settings: object) -> None:
    """Send again what was given up."""
    with_engine(settings, lambda engine: engine.webhooks.deliver_again(number))
    print_line(f"{number}: is sent again")


@click.group(
    commands={
        "add": add,
        "remove": remove,
        "list": list_,
        "deliveries": deliveries,
        "retry": retry,
    }
)
def webhook() -> None:
    """Say who is told of the ends and incidents of runs."""


def _shown(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "address": webhook.address,
        "events": webhook.events,
        "process": webhook.process,
        "created_at": webhook.created_at,
        "created_by": webhook.created_by,
    }


def _waiting(delivery: Delivery) -> dict[str, object]:
    return {
        "number": delivery.number,
        "webhook": delivery.webhook,
        "run": delivery.instance,
        "event": delivery.event,
        "announced_at": delivery.announced_at,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at,
        "error": delivery.error,
    }
