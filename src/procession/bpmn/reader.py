"""From the bytes of a BPMN file to the processes that it holds (BPMN 2.0.2, clauses 8 and 10).

Rule: all problems of a file are found before one is reported, and a file with a problem gives no
process at all. Names are compared with their namespace, never with their prefix.
"""

from collections.abc import Mapping

from lxml.etree import _Element

from procession.bpmn.calls import check_calls
from procession.bpmn.checks import check_draft, starts_of
from procession.bpmn.document import check_children, check_document, check_root
from procession.bpmn.draft import Draft, read_draft
from procession.bpmn.elements import build_element, build_flow
from procession.bpmn.events import boundaries_of
from procession.bpmn.extensions import NAMESPACE, tag, uid_of
from procession.bpmn.forms import PROCESS_ID, boolean, one_line
from procession.bpmn.links import join_links
from procession.bpmn.parameters import kinds, read_parameters
from procession.bpmn.problems import Problems
from procession.bpmn.texts import Compiler, Languages, Scripts, compiler_for
from procession.bpmn.vocabulary import model
from procession.bpmn.xml import parse
from procession.core.model import Process
from procession.core.values import shown


def read(
    xml: bytes,
    *,
    languages: Languages,
    scripts: Scripts,
    conditions: Languages | None = None,
    file: str = "",
) -> list[Process]:
    """The executable processes of a file, in file order: at least one.

    `languages` and `scripts` compile what the file says (`procession.expressions`), `conditions`
    what stands on its flows (None: as any expression); `file` is how problems call it. Raises
    InvalidProcess with every problem of the file.
    """
    problems = Problems(file)
    root = parse(xml, file)
    check_root(root, problems)
    ids = check_document(root, problems)
    check_children(root, problems)
    _check_extensions_understood(root, problems)
    deciding = languages if conditions is None else conditions
    compiler = compiler_for(root, problems, languages, scripts, conditions=deciding)
    processes = [_read(process, ids, compiler) for process in _executable(root, problems)]
    problems.raise_if_any()
    problems.found += check_calls(processes, {each.id: each for each in processes}, file)
    problems.raise_if_any()
    return processes


def _executable(root: _Element, problems: Problems) -> list[_Element]:
    """The processes that are to run: isExecutable="false" marks a drawing; absent, it is true."""
    processes = list(root.iterchildren(model("process")))
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
    draft = read_draft(process, compiler.problems)
    check_draft(draft, ids, compiler.problems)
    join_links(draft, compiler.problems)
    return _build(draft, compiler)


def _check_process_id(process: _Element, problems: Problems) -> None:
    """Its id is a part of the service's addresses (CONTRACT 3)."""
    own = process.get("id")
    if own is None:
        problems.add("missing-id", "a process without an id; give it one", process)
    elif not PROCESS_ID.fullmatch(own):
        message = f"the process id {shown(own)} cannot stand in an address; write Latin letters, "
        problems.add("bad-process-id", f"{message}digits, _, - and ., a letter first", process)


def _build(draft: Draft, compiler: Compiler) -> Process:
    parameters = read_parameters(draft.xml, compiler)
    seeing = compiler.seeing(kinds(parameters.values()))
    elements = {
        node.id: build_element(node, draft, seeing) for node in draft.nodes.values() if node.runs
    }
    return Process(
        id=draft.id,
        uid=uid_of(draft.xml, tag("uid"), draft.id),
        caption=one_line(draft.xml.get("name", "")) or draft.id,
        parameters=parameters,
        elements=elements,
        flows={flow.id: build_flow(flow, seeing) for flow in draft.flows.values()},
        starts={scope: starts_of(nodes) for scope, nodes in draft.nodes_by_scope().items()},
        boundaries=boundaries_of(elements.values(), draft, compiler.problems),
        background=boolean(draft.xml.get(tag("background"), "")) or False,
    )
