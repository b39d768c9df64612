"""Events of the Java engines: what is kept of what they catch, and what thrown errors say."""

from lxml.etree import _Element

from procession.bpmn.vocabulary import local_id, name_of
from procession.core.values import shown
from procession.dialects.translation import Translation
from procession.dialects.work import THROWING

# Vendor attribute, and the part of the caught event that it takes.
_KEPT = {
    "errorEventDefinition": (
        ("errorCodeVariable", "code"),
        ("errorVariableName", "code"),
        ("errorMessageVariable", "message"),
    ),
    "escalationEventDefinition": (("escalationCodeVariable", "code"),),
}


def translate_events(it: Translation) -> None:
    """Errors and escalations, and the names of messages and signals."""
    messages = {each.get("id", ""): it.get(each, "errorMessage") for each in it.elements("error")}
    for kind, attributes in _KEPT.items():
        for definition in it.elements(kind):
            event = definition.getparent()
            throwing = event is not None and name_of(event) in THROWING
            for attribute, source in attributes if not throwing else ():
                _keep(it, definition, it.get(definition, attribute), source)
            said = messages.get(local_id(definition.get("errorRef", "")), "")
            if throwing and said and kind == "errorEventDefinition":
                it.add(definition, "payload", definition, name="message", expression=said)
    check_names(it)


def _keep(it: Translation, definition: _Element, name: str, source: str) -> None:
    if name and it.identifier(name, definition):
        it.add(definition, "output", definition, source=source, target=name)


def check_names(it: Translation) -> None:
    """What messages and signals are called, and codes, must be known beforehand."""
    for kind, attribute in (
        ("message", "name"),
        ("signal", "name"),
        ("error", "errorCode"),
        ("escalation", "escalationCode"),
    ):
        for each in it.elements(kind):
            text = each.get(attribute, "").strip()
            it.constant(text, f"the {attribute} of the {kind} {shown(each.get('id', ''))}", each)
