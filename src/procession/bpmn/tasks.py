"""Tasks with something of their own to read: scripts, and messages that are sent or received.

Rule: what all activities have is read elsewhere; here stands only what makes the type (10.3.3).
"""

from dataclasses import replace

from procession.bpmn.data import specified
from procession.bpmn.definitions import Occasion, read_message
from procession.bpmn.draft import Node
from procession.bpmn.events import starts_process
from procession.bpmn.extensions import tag
from procession.bpmn.mapping import check_target
from procession.bpmn.reading import Reading, View
from procession.bpmn.texts import Compiler, variable
from procession.bpmn.vocabulary import model
from procession.core.model import Expression, MessageEventDefinition, Output, Script

ScriptParts = tuple[Script | None, Expression | None, str | None]


def read_script(node: Node, compiler: Compiler) -> ScriptParts:
    """A script, whose own value `result` takes; or our formula, whose value does."""
    formula, result = (node.xml.get(tag(name), "").strip() for name in ("formula", "result"))
    script = node.xml.find(model("script"))
    written = script is not None and bool((script.text or "").strip())
    if result:
        check_target(node.xml, result, compiler)
    if formula or (result and not written):
        return None, _formula(node, compiler), result
    if script is None or not written:
        message = "the task has neither a script nor a formula; write one"
        compiler.problems.add("no-script", message, node.xml)
        return None, None, None
    # A global task calls it otherwise (clause 10.3.7).
    language = node.xml.get("scriptFormat", "") or node.xml.get("scriptLanguage", "")
    return compiler.script(script, language.strip(), node.xml), None, result or None


def _formula(node: Node, compiler: Compiler) -> Expression:
    formula, result = (node.xml.get(tag(name), "").strip() for name in ("formula", "result"))
    if not (formula and result):
        message = "procession:formula and procession:result belong together; write both"
        compiler.problems.add("half-formula", message, node.xml)
    if node.xml.find(model("script")) is not None:
        message = "the task has a script and a formula; keep one"
        compiler.problems.add("script-and-formula", message, node.xml)
    return compiler.attribute(node.xml, tag("formula"))


def read_sent(node: Node, reading: Reading, inside: View) -> MessageEventDefinition:
    """What a send task sends: its one data input is the message as a whole (clause 10.3.3)."""
    message = read_message(node.xml, Occasion(node, reading, inside, inside, True))
    names = _names(node, "dataInput", reading)
    if len(names) != 1:
        return message
    return replace(message, payload={"": variable(names[0]), **message.payload})


def read_received(node: Node, reading: Reading, inside: View) -> MessageEventDefinition:
    """What a receive task waits for: its one data output takes the message as a whole."""
    before = starts_process(node, reading.draft)
    seeing = View(reading.process.compiler.seeing({})) if before else inside
    message = read_message(node.xml, Occasion(node, reading, seeing, inside, False))
    names = _names(node, "dataOutput", reading)
    if len(names) != 1:
        return message
    return replace(message, outputs=(Output("", names[0]), *message.outputs))


def _names(node: Node, end: str, reading: Reading) -> list[str]:
    """The variables that the data inputs or outputs of a task are."""
    variables = reading.variables.get(node.id)
    ids = [each.get("id", "") for each in specified(node.xml, end)]
    return [variables.names[id] for id in ids if variables is not None and id in variables.names]
