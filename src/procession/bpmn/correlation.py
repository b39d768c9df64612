"""Correlation keys: by which a message finds its instance (clause 8.4.2, PROCESS 13.2).

Rule: a key is for a message if each of its properties says how it is read from that message; where
the process has a subscription to the key, its own values say what the key must be.
"""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.declared import Key
from procession.bpmn.problems import Problems, near
from procession.bpmn.reading import Reading
from procession.bpmn.vocabulary import local_id, model
from procession.core.model import CorrelationKey, CorrelationProperty, Expression
from procession.core.values import shown

Paths = Mapping[str, Expression]


def read_subscriptions(reading: Reading) -> Mapping[str, Paths]:
    """For each key that the process subscribes to, where its properties stand in the process."""
    problems = reading.process.problems
    known = {key.id: key for key in reading.process.compiler.declared.keys}
    found: dict[str, Paths] = {}
    for each in reading.draft.xml.iterchildren(model("correlationSubscription")):
        name = local_id(each.get("correlationKeyRef", ""))
        key = known.get(name)
        if key is None:
            message = f"correlationKeyRef is {shown(name)}, which is no correlationKey of the file"
            problems.add("unknown-correlation", f"{message}.{near(name, known)}", each)
        else:
            found[name] = _bindings(each, key, reading)
    return found


def _bindings(subscription: _Element, key: Key, reading: Reading) -> Paths:
    view, found = reading.process, {}
    for each in subscription.iterchildren(model("correlationPropertyBinding")):
        name = local_id(each.get("correlationPropertyRef", ""))
        path = each.find(model("dataPath"))
        if name not in key.properties:
            message = f"correlationPropertyRef is {shown(name)}, which is no property of the key"
            hint = near(name, key.properties)
            view.problems.add("unknown-correlation", f"{message}.{hint}", each)
        if path is None or not (path.text or "").strip():
            message = "the binding has no dataPath; write the expression that gives the property"
            view.problems.add("no-correlation-path", message, each)
        else:
            found[name] = view.compiler.value(path)
    return found


def keys_for(message: str, reading: Reading) -> tuple[CorrelationKey, ...]:
    """The keys of a message, by its id; they are read once for each process."""
    found = reading.keys.get(message)
    if found is None:
        found = reading.keys[message] = tuple(_keys(message, reading))
    return found


def _keys(message: str, reading: Reading) -> list[CorrelationKey]:
    compiler = reading.process.compiler
    paths = compiler.declared.paths.get(message, {})
    keys = [
        key
        for key in compiler.declared.keys
        if key.properties and all(each in paths for each in key.properties)
    ]
    return [
        CorrelationKey(
            key.name,
            tuple(
                CorrelationProperty(
                    name=each,
                    message_path=compiler.message_path(paths[each]),
                    data_path=reading.subscriptions.get(key.id, {}).get(each),
                )
                for each in key.properties
            ),
        )
        for key in keys
    ]


def check_correlation(root: _Element, messages: Mapping[str, _Element], problems: Problems) -> None:
    """Whether the properties and keys of a file name what is there."""
    properties = {each.get("id", "") for each in root.iterchildren(model("correlationProperty"))}
    for reference in root.iter(model("correlationPropertyRef")):
        name = local_id(reference.text or "")
        if name not in properties:
            message = f"correlationPropertyRef names {shown(name)}, which is not in the file's root"
            hint = near(name, properties)
            problems.add("unknown-correlation", f"{message}; add it.{hint}", reference)
    for each in root.iterchildren(model("correlationProperty")):
        for way in each.iterchildren(model("correlationPropertyRetrievalExpression")):
            _check_way(way, messages, problems)


def _check_way(way: _Element, messages: Mapping[str, _Element], problems: Problems) -> None:
    name, path = local_id(way.get("messageRef", "")), way.find(model("messagePath"))
    if name not in messages:
        message = f"messageRef is {shown(name)}, which is no message of the file"
        problems.add("unknown-message", f"{message}.{near(name, messages)}", way)
    if path is None or not (path.text or "").strip():
        message = "the property has no messagePath; write the expression that reads it"
        problems.add("no-correlation-path", message, way)
