"""From the bytes of a BPMN file to the processes that it holds (BPMN 2.0.2, clauses 8 and 10).

Rule: all problems of a file are found before one is reported, and a file with a problem gives no
process at all. Names are compared with their namespace, never with their prefix.
"""

from collections.abc import Callable, Mapping
from textwrap import dedent
from typing import NamedTuple

from lxml.etree import _Element

from procession.bpmn.activities import open_activity
from procession.bpmn.calls import check_calls
from procession.bpmn.checks import check_draft
from procession.bpmn.collaboration import check_collaborations
from procession.bpmn.correlation import check_correlation, read_subscriptions
from procession.bpmn.data import read_variables
from procession.bpmn.document import check_children, check_document, check_root, check_tree
from procession.bpmn.draft import draft_of_task, read_draft
from procession.bpmn.drawn import drop_drawn
from procession.bpmn.elements import build_element, build_flow
from procession.bpmn.events import boundaries_of, check_catches
from procession.bpmn.extensions import NAMESPACE, tag, uid_of
from procession.bpmn.forms import PROCESS_ID, boolean, one_line
from procession.bpmn.links import join_links
from procession.bpmn.parameters import kinds, read_parameters, with_variables
from procession.bpmn.problems import Problems
from procession.bpmn.reading import Reading, View
from procession.bpmn.scopes import all_starts, event_starts, triggered_starts
from procession.bpmn.silence import Silenced, read_silenced
from procession.bpmn.texts import Compiler, Languages, Scripts, compiler_for
from procession.bpmn.vocabulary import EVENT_DEFINITIONS, GLOBAL_TASKS, model, name_of
from procession.bpmn.xml import parse
from procession.core.model import PROCESS_SCOPE, Parameter, Process
from procession.core.values import shown
from procession.errors import Problem

# Parts of the root that nothing else checks; a timer is checked where it is read.
_ROOT_PARTS = tuple(
    map(
        model,
        sorted({*EVENT_DEFINITIONS, "correlationProperty", "dataStore"} - {"timerEventDefinition"}),
    )
)
PLAIN = "text/plain"
_RUNNABLE = (model("process"), *map(model, GLOBAL_TASKS))


# What other vendors say in their own namespaces becomes ours, in place.
Translate = Callable[[_Element, Problems], None]


class File(NamedTuple):
    """A file that can be deployed: its executable processes in file order, at least one.

    `warnings`: what of it is not done, or may not be meant; those that are `silenced` are not
    among them.
    """

    processes: list[Process]
    warnings: list[Problem]
    silenced: Silenced


def read(
    xml: bytes,
    *,
    languages: Languages,
    scripts: Scripts,
    conditions: Languages | None = None,
    file: str = "",
) -> list[Process]:
    """The executable processes of a file of ours: what `read_file` answers, without warnings."""
    return read_file(
        xml, languages=languages, scripts=scripts, conditions=conditions, file=file
    ).processes


def read_file(
    xml: bytes,
    *,
    languages: Languages,
    scripts: Scripts,
    conditions: Languages | None = None,
    translate: Translate | None = None,
    file: str = "",
) -> File:
    """The executable processes of a file, and its warnings.

    `languages` and `scripts` compile what the file says (`procession.expressions`), `conditions`
    what stands on its flows (None: as any expression); `translate` makes ours of what another
    vendor says; `file` is how problems call it. Raises InvalidProcess with every problem of it.
    """
    problems = Problems(file)
    root = parse(xml, file)
    check_root(root, problems)
    if translate is not None:
        translate(root, problems)
    ids = check_document(root, problems)
    drop_drawn(root, ids)
    check_children(root, problems)
    for part in root.iterchildren(*_ROOT_PARTS):
        check_tree(part, problems)
    _check_extensions_understood(root, problems)
    deciding = languages if conditions is None else conditions
    compiler = compiler_for(root, problems, languages, scripts, conditions=deciding)
    check_collaborations(root, ids, problems)
    check_correlation(root, compiler.declared.named("message"), problems)
    processes = [_read(process, ids, compiler) for process in _executable(root, problems)]
    problems.raise_if_any()
    problems.found += check_calls(processes, {each.id: each for each in processes}, file)
    problems.raise_if_any()
    silenced = read_silenced(root)
    warnings = sorted(silenced.kept(problems.warnings), key=lambda each: each.line)
    return File(processes, warnings, silenced)


def _executable(root: _Element, problems: Problems) -> list[_Element]:
    """The processes that are to run: isExecutable="false" marks a drawing; absent, it is true.

    A global task is a process that other ones may call.
    """
    processes = list(root.iterchildren(*_RUNNABLE))
    executable = [each for each in processes if boolean(each.get("isExecutable", "")) is not False]
    if not executable:
        what = "no process" if not processes else "no process with isExecutable true"
        problems.add("no-process", f"the file holds {what}; it has nothing to run", root)
    return executable


def _check_extensions_understood(root: _Element, problems: Problems) -> None:
    """An extension that must be understood is refused unless it is ours (clause 8.3.3)."""
    namespaces = root.nsmap
    for extension in root.iterchildren(model("extension")):
        definition = extension.get("definition", "")
        namespace = namespaces.get(definition.rpartition(":")[0] or None)
        if boolean(extension.get("mustUnderstand", "false")) and namespace != NAMESPACE:
            message = f"the extension {shown(definition)} must be understood, and it is not"
            problems.add("unsupported-extension", message, extension)


def _read(process: _Element, ids: Mapping[str, _Element], compiler: Compiler) -> Process:
    _check_process_id(process, compiler.problems)
    if name_of(process) in GLOBAL_TASKS:
        draft = draft_of_task(process, compiler.problems)
    else:
        draft = read_draft(process, compiler.declared, compiler.problems)
        check_draft(draft, ids, compiler.problems)
        join_links(draft, compiler.problems)
    return _build(Reading(draft, ids), compiler)


def _check_process_id(process: _Element, problems: Problems) -> None:
    """Its id is a part of the service's addresses (CONTRACT 3)."""
    own = process.get("id")
    if own is None:
        message = f"a {name_of(process)} without an id; give it one"
        problems.add("missing-id", message, process)
    elif not PROCESS_ID.fullmatch(own):
        message = f"the process id {shown(own)} cannot stand in an address; write Latin letters, "
        problems.add("bad-process-id", f"{message}digits, _, - and ., a letter first", process)


def _build(reading: Reading, compiler: Compiler) -> Process:
    draft = reading.draft
    parameters = _parameters(reading, compiler)
    _open_scopes(reading)
    elements = {node.id: build_element(node, reading) for node in draft.nodes.values() if node.runs}
    check_catches(elements, draft, compiler.problems)
    starts = all_starts(draft)
    return Process(
        id=draft.id,
        uid=uid_of(draft.xml, tag("uid"), draft.id),
        caption=one_line(draft.xml.get("name", "")) or draft.id,
        parameters=parameters,
        elements=elements,
        flows={flow.id: build_flow(flow, reading) for flow in draft.flows.values()},
        starts=starts,
        boundaries=boundaries_of(elements.values()),
        event_starts=event_starts(draft),
        triggered_starts=triggered_starts(draft),
        startable=bool(starts[PROCESS_SCOPE]) and name_of(draft.xml) not in GLOBAL_TASKS,
        background=boolean(draft.xml.get(tag("background"), "")) or False,
        open=boolean(draft.xml.get(tag("open"), "")) or False,
        data_stores=reading.data_stores,
        documentation=_documentation(draft.xml),
    )


def _documentation(element: _Element) -> str:
    """What the author says of it, as plain text (clause 8.4.1)."""
    texts = element.iterchildren(model("documentation"))
    plain = (each for each in texts if each.get("textFormat", PLAIN) == PLAIN)
    return "\n\n".join(filter(None, (dedent(each.text or "").strip() for each in plain)))


def _parameters(reading: Reading, compiler: Compiler) -> Mapping[str, Parameter]:
    """The process's parameters and data; from now on its texts see them."""
    process = reading.draft.xml
    variables = read_variables(process, compiler.declared, compiler.problems)
    parameters = with_variables(read_parameters(process, compiler), variables, process, compiler)
    seeing = compiler.seeing(kinds(parameters.values()))
    reading.views[PROCESS_SCOPE] = View(seeing, variables.names)
    reading.subscriptions = read_subscriptions(reading)
    return parameters


def _open_scopes(reading: Reading) -> None:
    """What is seen in each sub-process; the one around it comes first."""
    for scope in reading.draft.scopes:
        if scope != PROCESS_SCOPE:
            reading.views[scope] = open_activity(reading.draft.nodes[scope], reading)
