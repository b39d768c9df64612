"""What the log tells of an element beside its visit: what its process says of it."""

from collections.abc import Mapping

from procession.catalog import read_now
from procession.errors import InvalidProcess
from procession.stores.logs import ElementFacts


def describe(process: str, xml: bytes) -> Mapping[str, ElementFacts]:
    """The elements of a process by their ids; none, if its file cannot be read any more."""
    try:
        read = read_now(xml, process)
    except InvalidProcess:
        return {}
    return {
        element.id: ElementFacts(element.uid, element.name, type(element).__name__)
        for each in read.processes
        if each.id == process
        for element in each.elements.values()
    }
