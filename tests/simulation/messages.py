"""What may happen once only: no message gets lost or is taken twice, and no job's answer either."""

from collections import Counter
from collections.abc import Iterable, Sequence

from procession.core.catching import definitions_of
from procession.core.changes import MESSAGE, AnyChange, JobCreated, ValuesSet
from procession.core.commands import StartProcess, TriggerSubscription
from procession.core.model import MessageEventDefinition
from procession.core.turn import MESSAGE_JOB
from tests.invariants import require
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


def answers_are_taken_once(changes: Sequence[AnyChange], answers: Iterable[Sequence[int]]) -> None:
    """Of all numbers that one job was answered with, `A` has taken one at most."""
    taken = Counter(
        change.values["A"]
        for change in changes
        if isinstance(change, ValuesSet) and "A" in change.values
    )
    for numbers in answers:
        times = sum(taken[number] for number in numbers)
        require(times <= 1, "an answer is accepted once", numbers)
