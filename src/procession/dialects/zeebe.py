"""Camunda 8: jobs, mappings, user tasks, calls, decisions, loops and messages in `zeebe:` elements.

Rule: a text that begins with `=` is FEEL; any other is a constant. A job is a handler of its type's
name, which sees all variables and whose results go into those of their names; with outputs, they
stand in the task and only the outputs leave it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element

from procession.bpmn.data import is_identifier
from procession.bpmn.extensions import tag
from procession.bpmn.forms import boolean
from procession.bpmn.vocabulary import ACTIVITIES, EVENTS, TIMES, local_id, model, name_of
from procession.core.values import shown
from procession.dialects.events import check_names
from procession.dialects.names import names_in_feel
from procession.dialects.translation import Said, Translation
from procession.dialects.work import THROWING, be_decision, be_formula, be_retried, be_work

_JOBS = ("serviceTask", "sendTask", "businessRuleTask", "scriptTask")
_SUB_PROCESSES = ("subProcess", "adHocSubProcess", "transaction")
# BPMN's own elements whose text is an expression.
_TEXTS = ("conditionExpression", "completionCondition", "condition", *TIMES)
_RESULT = "result_"
# Each of them is written out in each that comes after.
_INPUTS_MAX = 50
# Each of them is one level of FEEL.
_ENTRIES_MAX = 30


def feel(text: str) -> str:
    """A vendor's text as FEEL, with its columns kept where it is an expression."""
    if text.startswith("="):
        return f" {text[1:]}"
    return json.dumps(text, ensure_ascii=False)


def translate_zeebe(it: Translation) -> None:
    """The whole file."""
    _name_messages(it)
    _jobs(it)
    for task in it.elements("scriptTask"):
        _script(it, task)
    for task in it.elements("businessRuleTask"):
        _decision(it, task)
    for call in it.elements("callActivity"):
        _call(it, call)
    for task in it.elements("userTask"):
        _people(it, task)
    for loop in it.elements("multiInstanceLoopCharacteristics"):
        _loop(it, loop)
    for sub_process in it.elements("adHocSubProcess"):
        _ad_hoc(it, sub_process)
    _subscriptions(it)
    _events(it)
    for activity in it.elements(*sorted(ACTIVITIES)):
        _mappings(it, activity)
    _texts(it)
    check_names(it)


def _texts(it: Translation) -> None:
    """BPMN's own expressions; a timer's text is left alone where it is a constant."""
    for element in it.elements(*_TEXTS):
        text = (element.text or "").strip()
        if text.startswith("="):
            element.text = (element.text or "").replace("=", " ", 1)
        elif name_of(element) in TIMES:
            it.constants.add(element)


def _name_messages(it: Translation) -> None:
    """A message's name may be a FEEL text that is a constant: `="order"`."""
    for each in it.elements("message", "signal"):
        text = each.get("name", "").strip()
        inner = text[1:].strip()
        if text.startswith("=") and inner[:1] == inner[-1:] == '"' and '"' not in inner[1:-1]:
            each.set("name", inner[1:-1])


# -- jobs -----------------------------------------------------------------------------------------


def _jobs(it: Translation) -> None:
    for task in it.elements(*_JOBS, *THROWING):
        definition = task.find(model("messageEventDefinition"))
        job = it.part(task, "taskDefinition")
        if job is None and definition is not None:
            job = it.part(definition, "taskDefinition")
        if job is not None:
            _job(it, task, definition, job)


def _job(it: Translation, task: _Element, definition: _Element | None, job: _Element) -> None:
    name = it.constant(job.get("type", "").strip(), "the type of the job", job)
    headers = _headers(it, task)
    if definition is not None:
        for part in it.parts(definition, "ioMapping"):
            it.holder(task).append(part)
    element = be_work(it, task, task if definition is None else definition, name=name or "-")
    if headers:
        it.put(element, tag("input"), job, target="headers", expression=headers)
    retries = job.get("retries", "").strip()
    if it.is_expression(retries):
        message = f"the retries {shown(retries)} are an expression; the usual ones are made"
        it.problems.warn("dialect-not-done", message, job)
    elif retries:
        be_retried(it, task, job, attempts=retries)


def _headers(it: Translation, task: _Element) -> str:
    """The constants that a worker is given beside the variables."""
    entries = [
        f"{json.dumps(each.get('key', ''))}: {json.dumps(each.get('value', ''))}"
        for part in it.parts(task, "taskHeaders")
        for each in it.children(part, "header")
        if each.get("key")
    ]
    return f"{{{', '.join(entries)}}}" if entries else ""


def _script(it: Translation, task: _Element) -> None:
    script = it.part(task, "script")
    if script is not None:
        expression = script.get("expression", "").strip() or "=null"
        be_formula(it, task, feel(expression), script.get("resultVariable", "").strip())


def _decision(it: Translation, task: _Element) -> None:
    called = it.part(task, "calledDecision")
    if called is not None:
        _warn_of_binding(it, called)
        name = called.get("decisionId", "").strip()
        be_decision(
            it,
            task,
            decision=it.constant(name, "decisionId", called),
            result=called.get("resultVariable", "").strip(),
        )


# -- calls ----------------------------------------------------------------------------------------


def _call(it: Translation, call: _Element) -> None:
    called = it.part(call, "calledElement")
    if called is None:
        return
    _warn_of_binding(it, called)
    name = called.get("processId", "").strip()
    if it.is_expression(name):
        call.attrib.pop("calledElement", None)
        it.set(call, "calledBy", feel(name))
    else:
        call.set("calledElement", name)
    it.set(call, "allInputs", _flag(called, "propagateAllParentVariables"))
    outputs = [each for part in it.parts(call, "ioMapping") for each in it.children(part, "output")]
    # What the outputs name comes back first, so that they can be evaluated.
    it.set(call, "allOutputs", "true" if outputs else _flag(called, "propagateAllChildVariables"))
    if boolean(called.get("propagateAllParentVariables", "")) is False:
        for part in it.parts(call, "ioMapping"):
            for target, _, each in _inputs(it, part):
                _give_only(it, call, target, each)


def _warn_of_binding(it: Translation, called: _Element) -> None:
    """What is called or decided is the newest version, by whatever it is bound."""
    binding = called.get("bindingType", "latest")
    if binding not in ("latest", "deployment"):
        message = f"bindingType {shown(binding)} is not known here; the newest version is taken"
        it.problems.warn("dialect-not-done", message, called)


def _flag(called: _Element, name: str) -> str:
    return "false" if boolean(called.get(name, "")) is False else "true"


def _give_only(it: Translation, call: _Element, name: str, each: _Element) -> None:
    target = it.identifier(name, each)
    if target:
        it.add(call, "input", each, target=target, expression=target)


# -- people ---------------------------------------------------------------------------------------


def _people(it: Translation, task: _Element) -> None:
    names = {"candidateUsers": "users", "candidateGroups": "groups"}
    for part in it.parts(task, "assignmentDefinition", "taskSchedule", "priorityDefinition"):
        for name in ("assignee", *names, "dueDate", "followUpDate", "priority"):
            if text := part.get(name, "").strip():
                it.set(task, names.get(name, name), feel(text))
    for part in it.parts(task, "formDefinition"):
        form = next((part.get(n, "") for n in _FORMS if part.get(n, "").strip()), "")
        it.set(task, "form", it.constant(form.strip(), "the form", part))


_FORMS = ("formId", "formKey", "externalReference")


# -- loops ----------------------------------------------------------------------------------------


def _loop(it: Translation, loop: _Element) -> None:
    part = it.part(loop, "loopCharacteristics")
    if part is None:
        return
    it.set(loop, "items", feel(part.get("inputCollection", "").strip()))
    for name, ours in (("inputElement", "item"), ("outputCollection", "output")):
        given = part.get(name, "").strip()
        it.set(loop, ours, it.identifier(given, part) if given else "")
    element = part.get("outputElement", "").strip()
    if element:
        it.set(loop, "outputItem", feel(element))
    activity, name = loop.getparent(), element[1:].strip().partition(".")[0]
    # Each round has that variable of its own, so that rounds beside each other do not share it.
    if activity is not None and is_identifier(name) and name != part.get("inputElement", ""):
        it.owned(activity, name, part)


def _ad_hoc(it: Translation, sub_process: _Element) -> None:
    part = it.part(sub_process, "adHoc")
    given = "" if part is None else part.get("activeElementsCollection", "").strip()
    if given:
        it.set(sub_process, "beginWith", feel(given))


# -- messages and other events --------------------------------------------------------------------


def _subscriptions(it: Translation) -> None:
    """The key stands on the message; here, on each that waits for it."""
    keys = {}
    for message in it.elements("message"):
        part = it.part(message, "subscription")
        if part is not None and part.get("correlationKey", "").strip():
            keys[message.get("id", "")] = feel(part.get("correlationKey", "").strip())
    for waiting in it.elements("messageEventDefinition", "receiveTask"):
        event = waiting.getparent() if name_of(waiting) == "messageEventDefinition" else waiting
        key = keys.get(local_id(waiting.get("messageRef", "")), "")
        if event is not None and _waits_in_a_run(event):
            it.set(waiting, "correlationKey", key)


def _waits_in_a_run(event: _Element) -> bool:
    """A message that starts a process has no run whose variables could give a key."""
    if name_of(event) in THROWING:
        return False
    around = event.getparent()
    first = name_of(event) == "startEvent" or boolean(event.get("instantiate", ""))
    return not (first and around is not None and name_of(around) == "process")


def _events(it: Translation) -> None:
    """What an event catches goes into variables by its outputs."""
    for event in it.elements(*sorted(EVENTS)):
        outputs = [
            each for part in it.parts(event, "ioMapping") for each in it.children(part, "output")
        ]
        definition = next((each for each in event if name_of(each) in _CARRYING), None)
        if definition is None and name_of(event) == "startEvent":
            # What a run is started with has these names already.
            outputs = [each for each in outputs if not _keeps_its_name(each)]
        if not outputs:
            continue
        if definition is not None and all(map(_is_name, outputs)):
            _keep(it, definition, outputs)
        elif name_of(event) == "intermediateCatchEvent" and _is_message(definition):
            _receive(event, definition)
        else:
            message = "an output of this event may name one variable of what it catches, no more"
            it.refuse("dialect-output", message, outputs[0])


_CARRYING = (
    *("messageEventDefinition", "signalEventDefinition"),
    *("errorEventDefinition", "escalationEventDefinition"),
)


def _is_name(output: _Element) -> bool:
    source = output.get("source", "").strip()
    return source.startswith("=") and source[1:].strip().isidentifier()


def _keeps_its_name(output: _Element) -> bool:
    return _is_name(output) and output.get("source", "")[1:].strip() == output.get("target")


def _is_message(definition: _Element | None) -> bool:
    return definition is not None and name_of(definition) == "messageEventDefinition"


def _keep(it: Translation, definition: _Element, outputs: Iterable[_Element]) -> None:
    for each in outputs:
        target = it.identifier(each.get("target", "").strip(), each)
        if target:
            source = each.get("source", "").strip()[1:].strip()
            it.add(definition, "output", each, source=source, target=target)


def _receive(event: _Element, definition: _Element | None) -> None:
    """An event that waits for a message does what a receive task does, which has variables."""
    assert definition is not None, event
    event.tag = model("receiveTask")
    for name in (tag("correlationKey"), "messageRef"):
        if definition.get(name):
            event.set(name, definition.get(name, ""))
    event.remove(definition)


# -- mappings -------------------------------------------------------------------------------------


def _mappings(it: Translation, activity: _Element) -> None:
    before: dict[str, str] = {}
    for part in it.parts(activity, "ioMapping"):
        for target, text, each in _inputs(it, part):
            _input(it, activity, (target, text, each), before)
        outputs = list(it.children(part, "output"))
        if name_of(activity) not in _SUB_PROCESSES:
            _stand_in_the_task(it, activity, outputs)
        for each in outputs:
            target = it.identifier(each.get("target", "").strip(), each)
            if target:
                it.take(activity, target, Said(feel(each.get("source", "").strip())), each)


# An input: the name of its variable, its value in FEEL, and where it stands.
_Input = tuple[str, str, _Element]


def _inputs(it: Translation, part: _Element) -> Iterator[_Input]:
    """The inputs of a mapping; those of `a.b` and `a.c` are one of `a`, where the last of them is.

    A context is put together by a function: as an entry, one would see those before it.
    """
    inputs = list(it.children(part, "input"))
    paths = [[name.strip() for name in each.get("target", "").split(".")] for each in inputs]
    last = {path[0]: number for number, path in enumerate(paths)}
    contexts: dict[str, list[str]] = {}
    for number, (path, each) in enumerate(zip(paths, inputs, strict=True)):
        name, text = path[0], feel(each.get("source", "").strip())
        if len(path) == 1:
            yield name, text, each
            continue
        contexts.setdefault(name, []).append(f"{json.dumps(path[1:])}, {text})")
        if last[name] == number:
            yield name, _context(it, contexts[name], each), each


def _context(it: Translation, entries: Sequence[str], at: _Element) -> str:
    if len(entries) > _ENTRIES_MAX:
        message = f"more than {_ENTRIES_MAX} inputs make one context; give it as one expression"
        it.refuse("dialect-input", message, at)
        return "null"
    return f"{'context put(' * len(entries)}{{}}, {', '.join(entries)}"


def _input(it: Translation, activity: _Element, given: _Input, before: dict[str, str]) -> None:
    """An input sees those before it: they are written out as a context around its expression."""
    name, text, each = given
    target = it.identifier(name, each)
    if not target:
        return
    used = names_in_feel(text) & before.keys()
    said = text
    if used and len(before) > _INPUTS_MAX:
        message = f"the input names another of more than {_INPUTS_MAX}; write its expression here"
        it.refuse("dialect-input", message, each)
    elif used:
        entries = ", ".join(f"{name}: {given}" for name, given in before.items())
        said = f"{{{entries}, {_RESULT}: {text}}}.{_RESULT}"
    it.give(activity, target, Said(said), each)
    before[target] = text


def _stand_in_the_task(it: Translation, activity: _Element, outputs: Iterable[_Element]) -> None:
    """What the outputs name stands in the task meanwhile; it begins as it is around."""
    for each in outputs:
        for name in sorted(names_in_feel(feel(each.get("source", "").strip()))):
            if name not in it.own.get(activity, {}) and it.identifier(name, each):
                it.give(activity, name, Said(name), each)
