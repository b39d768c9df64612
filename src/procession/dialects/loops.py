"""Multi-instance activities of the Java engines: their collections and their counters."""

from procession.dialects.translation import Translation


def translate_loops(it: Translation) -> None:
    """All multi-instance loops. Those engines count rounds from 0."""
    for loop in it.elements("multiInstanceLoopCharacteristics"):
        collection = it.get(loop, "collection")
        if collection:
            given = collection if it.is_expression(collection) else it.variable(collection)
            it.set(loop, "items", given)
        if name := it.get(loop, "elementVariable"):
            it.set(loop, "item", it.identifier(name, loop))
        it.set(loop, "firstCounter", "0")
