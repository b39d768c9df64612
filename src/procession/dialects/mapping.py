"""camunda:inputOutput: variables of an activity's own, and what it gives to those around it.

Rule: an input becomes a variable of the activity that an association fills, an output an
association to a variable around; both are BPMN's own (clause 10.4.2). JUEL has no lists and maps:
theirs are written in FEEL, so what stands in them is a constant or the path of a variable.
"""

import json
import re

from lxml.etree import _Element

from procession.bpmn.vocabulary import ACTIVITIES, name_of
from procession.core.values import shown
from procession.dialects.names import names_in_juel
from procession.dialects.scripts import script_as_expression
from procession.dialects.translation import Said, Translation

_DEPTH_MAX = 8
_FEEL = "feel"
_PATH = re.compile(r"[$#]\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}", re.ASCII)


def translate_mappings(it: Translation) -> None:
    """The inputOutput of all activities."""
    for activity in it.elements(*sorted(ACTIVITIES)):
        for mapping in it.parts(activity, "inputOutput"):
            before: set[str] = set()
            for each in it.children(mapping, "inputParameter"):
                _check_order(it, each, before)
                _input(it, activity, each)
                before.add(each.get("name", ""))
            for each in it.children(mapping, "outputParameter"):
                _output(it, activity, each)


def _check_order(it: Translation, parameter: _Element, before: set[str]) -> None:
    """Here all inputs are read from around the activity, so none sees another."""
    named = before & names_in_juel("".join(map(str, parameter.itertext())))
    if named:
        message = (
            f"the input {shown(parameter.get('name', ''))} names {shown(min(named))}, which is an "
            "input of the same activity; inputs are read from around it: write its expression here"
        )
        it.refuse("dialect-input", message, parameter)


def _input(it: Translation, activity: _Element, parameter: _Element) -> None:
    name = it.identifier(parameter.get("name", "").strip(), parameter)
    if name:
        it.give(activity, name, _said(it, parameter), parameter)


def _output(it: Translation, activity: _Element, parameter: _Element) -> None:
    name = it.identifier(parameter.get("name", "").strip(), parameter)
    if name:
        it.take(activity, name, _said(it, parameter), parameter)


def _said(it: Translation, parameter: _Element) -> Said:
    """The expression that a parameter's content is."""
    for child in it.children(parameter, "list", "map", "script"):
        if name_of(child) == "script":
            return script_as_expression(it, child)
        return Said(_feel(it, child, 0), _FEEL)
    return Said((parameter.text or "").strip() or "${null}")


def _feel(it: Translation, part: _Element, depth: int) -> str:
    """A list, a map or a value in it, as FEEL."""
    if depth > _DEPTH_MAX:
        message = f"lists and maps are nested more than {_DEPTH_MAX} deep"
        it.refuse("dialect-input", message, part)
        return "null"
    inner = next(it.children(part, "list", "map", "script"), None)
    if name_of(part) == "list":
        return f"[{', '.join(_feel(it, each, depth + 1) for each in part)}]"
    if name_of(part) == "map":
        entries = [
            f"{json.dumps(each.get('key', ''), ensure_ascii=False)}: {_feel(it, each, depth + 1)}"
            for each in it.children(part, "entry")
        ]
        return f"{{{', '.join(entries)}}}"
    return _plain(it, part) if inner is None else _feel(it, inner, depth + 1)


def _plain(it: Translation, part: _Element) -> str:
    text = (part.text or "").strip()
    path = _PATH.fullmatch(text)
    if path:
        return path[1]
    if name_of(part) == "script" or it.is_expression(text):
        message = (
            f"{shown(text)} in a list or map is neither a constant nor the path of a variable; "
            "give it a variable of its own first"
        )
        it.refuse("dialect-input", message, part)
        return "null"
    return json.dumps(text, ensure_ascii=False)
