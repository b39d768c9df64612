"""How many messages a commit sends and takes: no message may get lost or be taken twice."""

from collections import Counter

from procession.core.catching import definitions_of
from procession.core.changes import MESSAGE, JobCreated
from procession.core.commands import StartProcess, TriggerSubscription
from procession.core.model import MessageEventDefinition
from procession.core.turn import MESSAGE_JOB
from tests.runs import Stored, Write


def messages_of(write: Write, before: Stored | None) -> Counter[str]:
    """How many are "sent" and "taken" by what is about to be written."""
    made = [each for each in write.decision.changes if isinstance(each, JobCreated)]
    sent = sum(change.job.kind == MESSAGE_JOB for change in made)
    command, taken = write.command, False
    if isinstance(command, TriggerSubscription) and before is not None and before.told is not None:
        found = before.told.subscriptions.get(command.subscription)
        taken = found is not None and found.kind == MESSAGE
    elif isinstance(command, StartProcess) and command.element:
        event = definitions_of(write.process.elements[command.element])
        taken = isinstance(event[command.definition], MessageEventDefinition)
    return Counter(sent=sent, taken=taken)
