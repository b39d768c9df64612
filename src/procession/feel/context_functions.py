"""Built-in functions of contexts (DMN 1.3 and 1.4, 10.3.4.9 and 10.3.4.10)."""

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.builtins import builtin

Context = dict[str, Value]
KEYS_DEEP_MAX = 32


@builtin("get value(m: context, key: string)")
def _get(frame: Frame, context: Context, key: str) -> Value:
    return context.get(key)


@builtin("get value(m: context, keys: list)")
def _get_deep(frame: Frame, context: Context, keys: list[Value]) -> Value:
    value: Value = context
    for key in keys:
        if type(value) is not dict or type(key) is not str:
            return None
        value = value.get(key)
    return value if keys else None


@builtin("get entries(m: context)")
def _entries(frame: Frame, context: Context) -> Value:
    frame.budget.make_list(3 * len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def _context(frame: Frame, entries: list[Value]) -> Value:
    frame.budget.make_list(len(entries))
    context: Context = {}
    for entry in entries:
        if type(entry) is not dict or not {"key", "value"} <= set(entry):
            return None
        key = entry["key"]
        if type(key) is not str or key in context:
            return None
        context[key] = entry["value"]
    return context


@builtin("context put(context: context, key: string, value: Any)")
def _put(frame: Frame, context: Context, key: str, value: Value) -> Value:
    frame.budget.make_list(len(context) + 1)
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: Any)")
def _put_deep(frame: Frame, context: Context, keys: list[Value], value: Value) -> Value:
    if not keys or len(keys) > KEYS_DEEP_MAX or not all(type(key) is str for key in keys):
        return None
    path = [context]
    for key in keys[:-1]:
        inner = path[-1].get(key, {})
        if type(inner) is not dict:
            return None
        path.append(inner)
    for holder, key in zip(reversed(path), reversed(keys), strict=True):
        value = _put(frame, holder, key, value)
    return value


@builtin("context merge(contexts: list)")
def _merge(frame: Frame, contexts: list[Value]) -> Value:
    merged: Context = {}
    for context in contexts:
        if type(context) is not dict:
            return None
        frame.budget.make_list(len(context))
        merged.update(context)
    return merged
