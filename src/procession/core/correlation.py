"""Which message is for which instance (BPMN 2.0.2 §8.4.2, clause 13.2).

A message is sent with keys and waited for with one key or none; it fits if there is none, or if it
is among those of the message. A key is text: the name of a correlation key and the values of its
properties as JSON; the name is "" for a key that the file gives by one expression.
"""

import json
from collections.abc import Mapping

from procession.core.model import CorrelationKey, MessageEventDefinition
from procession.core.values import Value, Values, shown, to_plain
from procession.errors import ExpressionError

KEY_LENGTH_MAX = 2_000


def key_waited_for(
    message: MessageEventDefinition, values: Mapping[str, Value], known: Mapping[str, str]
) -> str | None:
    """The key that a message must have to be caught; None: any will do.

    `known` are the keys that the instance's conversations have by now.
    """
    if message.key is not None:
        return key_text("", [message.key.evaluate(values)])
    for key in message.keys:
        if key.name in known:
            return known[key.name]
        own = _own_key(key, values)
        if own is not None:
            return own
    return None


def keys_sent(
    message: MessageEventDefinition, values: Mapping[str, Value], payload: Values
) -> list[str]:
    """The keys with which a message is sent."""
    keys = [key_text(key.name, _in_message(key, payload)) for key in message.keys]
    if message.key is not None:
        keys.append(key_text("", [message.key.evaluate(values)]))
    return keys


def keys_begun(
    message: MessageEventDefinition, payload: Values, known: Mapping[str, str]
) -> dict[str, str]:
    """The keys that a message is the first to give: by them its conversation goes on."""
    return {
        key.name: key_text(key.name, _in_message(key, payload))
        for key in message.keys
        if key.name not in known
    }


def key_text(name: str, values: list[Value]) -> str:
    """A key as text. Raises ExpressionError where a value is missing or the whole is too long."""
    if None in values:
        raise ExpressionError(f"the correlation key {shown(name)} has no value; set what it reads")
    text = name + json.dumps(to_plain(values), ensure_ascii=False, default=str)
    if len(text) > KEY_LENGTH_MAX:
        raise ExpressionError(f"the correlation key {shown(text)} is over {KEY_LENGTH_MAX} long")
    return text


def _in_message(key: CorrelationKey, payload: Values) -> list[Value]:
    return [each.message_path.evaluate(payload) for each in key.properties]


def _own_key(key: CorrelationKey, values: Mapping[str, Value]) -> str | None:
    """The key as the process's own values give it, where it says how (§8.4.2, subscriptions)."""
    paths = [each.data_path for each in key.properties]
    found = [path.evaluate(values) for path in paths if path is not None]
    if not found or len(found) < len(paths) or None in found:
        return None
    return key_text(key.name, found)
