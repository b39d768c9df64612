"""User tasks and forms of the Java engines: who does them, and which variables their fields are."""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.vocabulary import model
from procession.core.values import DataType
from procession.dialects.translation import Translation

# Vendor attributes of user tasks, and ours.
ATTRIBUTES: Mapping[str, str] = {
    "assignee": "assignee",
    "candidateUsers": "users",
    "candidateGroups": "groups",
    "dueDate": "dueDate",
    "followUpDate": "followUpDate",
    "priority": "priority",
    "formKey": "form",
    "formRef": "form",
}
# The types of form fields; what is not here is any.
_TYPES: Mapping[str, DataType] = {
    **dict.fromkeys(("string", "enum", "text", "multi-line-text"), DataType.TEXT),
    **dict.fromkeys(("long", "int", "integer"), DataType.INTEGER),
    "double": DataType.DECIMAL,
    "boolean": DataType.BOOLEAN,
}


def translate_people(it: Translation) -> None:
    """User tasks, and the forms of user tasks and start events."""
    for task in it.elements("userTask"):
        for name, ours in ATTRIBUTES.items():
            it.set(task, ours, it.get(task, name))
    for owner in it.elements("userTask", "startEvent"):
        for form in it.parts(owner, "formData"):
            for each in it.children(form, "formField"):
                _field(it, each, each.get("id", ""), each.get("defaultValue", ""))
        for each in it.parts(owner, "formProperty"):
            name = each.get("variable", "") or each.get("id", "")
            _field(it, each, name, each.get("default", ""))
    for each in it.elements("dataObject"):
        for value in it.parts(each, "value"):
            name = each.get("name", "") or each.get("id", "")
            _field(it, value, name, value.text or "")


def _field(it: Translation, field: _Element, name: str, default: str) -> None:
    """A field is a variable of the process; what two forms say of it must agree, or it is any."""
    process = next(field.iterancestors(model("process")), None)
    if process is None or not it.identifier(name.strip(), field):
        return
    kind = _TYPES.get(field.get("type", "").strip(), DataType.ANY)
    known = it.forms.setdefault(process, {})
    before = known.get(name.strip(), {"type": kind.value})
    same = before["type"] == kind.value
    known[name.strip()] = {
        **before,
        "type": kind.value if same else DataType.ANY.value,
        **({"default": default.strip()} if default.strip() else {}),
    }
