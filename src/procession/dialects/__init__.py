"""Files of other vendors' modelers: what their extensions say becomes ours before they are read.

Rule: the tree is translated in place and the bytes are never changed. What is understood is a row
of rows.py and of docs/dialects.md; what is not is a warning that names it; Java is refused by name.
"""

from lxml.etree import _Element

from procession.bpmn import NAMESPACE
from procession.bpmn.problems import Problems
from procession.bpmn.vocabulary import TIMES, XPATH, model
from procession.dialects.calls import translate_calls
from procession.dialects.checks import check_names
from procession.dialects.events import translate_events
from procession.dialects.loops import translate_loops
from procession.dialects.mapping import translate_mappings
from procession.dialects.people import translate_people
from procession.dialects.rows import ROWS, Meaning, Rows
from procession.dialects.scripts import translate_scripts
from procession.dialects.translation import Translation
from procession.dialects.variables import declare_variables
from procession.dialects.vendors import NAMESPACES, Vendor, dialect_of
from procession.dialects.work import translate_work
from procession.dialects.zeebe import feel, translate_zeebe

__all__ = ["NAMESPACES", "ROWS", "Meaning", "Rows", "Vendor", "translate"]

_LANGUAGES = {Vendor.ZEEBE: "feel"}
_JAVA_LANGUAGE = "juel"
# In this order: scripts before the work that becomes one, names before the counts in them.
_JAVA = (
    *(translate_scripts, translate_work, translate_people, translate_mappings),
    *(translate_calls, translate_loops, translate_events),
)


def translate(root: _Element, problems: Problems) -> None:
    """Writes a vendor's extensions as ours, in place; a file without any stays as it is."""
    vendor = dialect_of(root)
    if vendor is None:
        return
    if NAMESPACE in root.nsmap.values():
        message = f"the file has our own extensions, so those of {vendor} are passed over"
        problems.warn("dialect-mixed", message, root)
        return
    it = _translation(root, problems, vendor)
    check_names(it)
    _name_language(root, vendor)
    for step in (translate_zeebe,) if vendor is Vendor.ZEEBE else _JAVA:
        step(it)
    declare_variables(it)


def _translation(root: _Element, problems: Problems, vendor: Vendor) -> Translation:
    ids = frozenset(each.get("id", "") for each in root.iter(model("*")))
    if vendor is Vendor.ZEEBE:
        return Translation(root, problems, vendor, feel, lambda name: name, ids=ids)
    return Translation(
        root, problems, vendor, lambda text: text, lambda name: f"${{{name}}}", ids=ids
    )


_EXPRESSIONS = ("conditionExpression", "completionCondition", "loopCardinality", *TIMES)


def _name_language(root: _Element, vendor: Vendor) -> None:
    """Vendor texts are in the vendor's language, whatever the file says of BPMN's own."""
    said = root.get("expressionLanguage", "").strip()
    if said not in ("", XPATH) and vendor is not Vendor.ZEEBE:
        for element in root.iter(*map(model, _EXPRESSIONS)):
            if not element.get("language"):
                element.set("language", said)
    root.set("expressionLanguage", _LANGUAGES.get(vendor, _JAVA_LANGUAGE))
