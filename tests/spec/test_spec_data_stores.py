"""Data stores: values that outlive the run (BPMN 2.0.2 §10.4.1)."""

from collections.abc import Iterable
from typing import Any

from procession.core.changes import DataStoreRead, DataStoreWritten
from procession.core.commands import CancelProcess, TriggerSubscription
from procession.core.data_stores import SIZE_MAX, StoredValue
from procession.core.instance import Status
from tests.spec.snippets import HANDLER, Run, chain
from tests.unit.bpmn.declarations import declared
from tests.unit.bpmn.notation import flow

INT = '<itemDefinition id="int" structureRef="xsd:int"/>'
TOTAL = f'{INT}<dataStore id="total" name="Total" itemSubjectRef="int"/>'
REFERENCE = '<dataStoreReference id="kept" dataStoreRef="total"/>'
READ = (
    "<dataInputAssociation><sourceRef>kept</sourceRef><targetRef>n</targetRef>"
    "</dataInputAssociation>"
)
ADD = (
    "<dataOutputAssociation><sourceRef>kept</sourceRef><targetRef>kept</targetRef>"
    "<transformation>(Total or 0) + Amount</transformation></dataOutputAssociation>"
)


def activity(kind: str, name: str, *parts: str, content: str = "") -> str:
    """An activity with the variables `n` and `m`."""
    variables = f'<dataInput id="n_{name}" name="n"/><dataOutput id="m_{name}" name="m"/>'
    data = f"<ioSpecification>{variables}<inputSet/><outputSet/></ioSpecification>"
    associations = "".join(parts).replace(">n<", f">n_{name}<").replace(">m<", f">m_{name}<")
    return f'<{kind} id="{name}">{content}{data}{associations}</{kind}>'


def out(*content: str, source: str = "m", target: str = "kept") -> str:
    ends = f"<sourceRef>{source}</sourceRef><targetRef>{target}</targetRef>"
    return f"<dataOutputAssociation>{ends}{''.join(content)}</dataOutputAssociation>"


def run(*content: str, root: str = TOTAL, total: Any = None, **values: Any) -> Run:
    """A run of these elements and of a reference to the data store `total`."""
    stored = {} if total is None else {"total": StoredValue(total)}
    return Run(declared("".join((REFERENCE, *content)), root), stored=stored, **values)


def total(run: Run) -> Any:
    return run.stored.get("total", StoredValue()).value


def used(run: Run) -> list[object]:
    kinds = DataStoreRead | DataStoreWritten
    return [each for each in run.history if isinstance(each, kinds)]


def variable(run: Run, element: str, name: str) -> Any:
    return run.instance.elements[run.number(element)].values[name]


# -- reading and writing --------------------------------------------------------------------------


def test_an_activity_retrieves_what_an_earlier_run_has_stored() -> None:
    """§10.4.1: it persists beyond the scope of the process."""
    first = run(activity("task", "work", out(source="Amount")), Amount=7)
    assert (first.status, total(first)) == (Status.COMPLETED, 7)

    second = Run(
        declared(REFERENCE + activity("userTask", "look", READ), TOTAL), stored=first.stored
    )

    assert variable(second, "look", "n") == 7
    assert used(second) == [DataStoreRead("total")]


def test_a_data_store_that_nobody_has_written_holds_nothing() -> None:
    """§10.4.1."""
    assert variable(run(activity("userTask", "look", READ)), "look", "n") is None


def test_a_turn_sees_what_it_has_written_itself() -> None:
    """§10.4.1: activities retrieve and update stored information."""
    add = "".join(activity("task", name, ADD) for name in ("a", "b", "c"))

    added = run(add, chain("a", "b", "c"), total=100, Amount=5)

    assert used(added) == [
        DataStoreRead("total"),
        *(DataStoreWritten("total", value) for value in (105, 110, 115)),
    ]


def test_an_update_in_one_association_reads_what_is_stored_when_the_activity_completes() -> None:
    """§10.4.2: output associations are executed as the activity completes."""
    rests = run(activity("userTask", "work", ADD), total=1, Amount=5)
    rests.stored["total"] = StoredValue(1_000)

    rests.execute("work")

    assert total(rests) == 1_005


def test_an_assignment_updates_a_member_of_what_is_stored() -> None:
    """§10.4.2: an assignment's `to` may name a part of the target."""
    to = "<assignment><from>Amount</from><to>kept.sums.last</to></assignment>"
    untyped = '<dataStore id="total"/>'
    before = {"sums": {"first": 1}, "of": "Ann"}

    wrote = run(
        activity("task", "work", out(to, source="Amount")), root=untyped, total=before, Amount=5
    )

    assert total(wrote) == {"sums": {"first": 1, "last": 5}, "of": "Ann"}


def test_the_texts_of_an_association_see_only_the_data_stores_that_are_its_sources() -> None:
    """§10.4.2: a transformation is over the sources; others of that name are variables."""
    both = (
        "<dataOutputAssociation><sourceRef>kept</sourceRef><targetRef>Score</targetRef>"
        "<assignment><from>total * 2</from><to>Score</to></assignment></dataOutputAssociation>"
    )
    nameless = f'{INT}<dataStore id="total" name="The total" itemSubjectRef="int"/>'
    reference = '<dataStoreReference id="kept-1" dataStoreRef="total"/>'
    xml = declared(reference + activity("task", "w", both.replace("kept", "kept-1")), nameless)

    assert Run(xml, stored={"total": StoredValue(4)}).instance.values["Score"] == 8


def test_a_reference_without_a_data_store_is_a_store_of_its_own() -> None:
    """§10.4.1: as modelers draw it; it goes by its own id."""
    drawn = '<dataStoreReference id="Database"/>'
    writes = activity("task", "work", out(source="Amount", target="Database"))

    wrote = Run(declared(drawn + writes), Amount=3)

    assert wrote.stored == {"Database": StoredValue(3)}


def test_scopes_within_use_data_stores_too() -> None:
    """§10.4.1: it is accessible from all activities of the process."""
    inner = activity("task", "in", ADD)

    wrote = run(f'<subProcess id="box">{inner}</subProcess>', total=1, Amount=2)

    assert (wrote.status, total(wrote)) == (Status.COMPLETED, 3)


def test_a_called_handler_that_takes_all_variables_is_given_no_data_store() -> None:
    """§10.4.1: only associations name data stores."""
    everything = HANDLER.replace('name="work"', 'name="work" allInputs="true"')
    work = activity("serviceTask", "work", READ, content=everything)

    assert set(run(work, total=9).work("work").values["all"]) == {
        *("Name", "Amount", "Score", "Done", "List", "n", "m")
    }


def test_what_is_given_from_outside_cannot_name_a_data_store() -> None:
    """§10.4.1: only associations name data stores."""
    rests = run(activity("userTask", "work", READ), chain("work", "end"), '<endEvent id="end"/>')
    key = next(iter(rests.process.data_stores))

    refused = _refused(lambda: rests.execute("work", **{key: 1}))

    assert "no parameter" in refused
    assert total(rests) is None


def _refused(act: Any) -> str:
    try:
        act()
    except Exception as error:  # Its kind is that of any unknown parameter.
        return str(error)
    return ""


# -- events and loops -----------------------------------------------------------------------------


def _message_comes(run: Run, payload: dict[str, Any]) -> None:
    (waiting,) = run.instance.subscriptions
    run.ask(TriggerSubscription(waiting, payload))


def test_an_event_carries_what_is_stored_and_what_is_caught_is_stored() -> None:
    """§10.4.2: data of events."""
    message = '<messageEventDefinition messageRef="paid"/>'
    receive = (
        '<intermediateCatchEvent id="c"><dataOutput id="got"/>'
        f"{out(source='got')}<outputSet/>{message}</intermediateCatchEvent>"
    )
    throw = (
        '<intermediateThrowEvent id="t"><dataInput id="sent"/><dataInputAssociation>'
        "<sourceRef>kept</sourceRef><targetRef>sent</targetRef></dataInputAssociation>"
        f"<inputSet/>{message}</intermediateThrowEvent>"
    )
    rests = run('<task id="a"/>', receive, throw, '<userTask id="u"/>', chain("a", "c", "t", "u"))

    _message_comes(rests, {"": 12})

    assert total(rests) == 12
    (sent,) = rests.jobs(lambda job: job.kind == "message")
    assert sent.values["payload"] == {"": 12}


def test_an_event_that_cannot_be_stored_is_an_incident_and_keeps_what_it_caught() -> None:
    """§10.4.2: what an event carries goes into its targets, or into none of them."""
    receive = (
        '<intermediateCatchEvent id="c"><dataOutput id="got"/>'
        f"{out(source='got')}{out(source='got', target='Score')}<outputSet/>"
        '<messageEventDefinition messageRef="paid"/></intermediateCatchEvent>'
    )
    rests = run('<task id="a"/>', receive, chain("a", "c"))

    _message_comes(rests, {"": "many"})

    assert rests.incidents == {"c": "BadValue"}
    assert used(rests) == []


def test_a_loop_is_over_the_items_of_a_data_store_and_its_outputs_are_stored() -> None:
    """§10.3.8.2: loopDataInputRef and loopDataOutputRef."""
    loop = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>kept</loopDataInputRef>"
        "<loopDataOutputRef>kept</loopDataOutputRef>"
        '<inputDataItem id="item" name="item"/><outputDataItem id="double" name="double"/>'
        "</multiInstanceLoopCharacteristics>"
    )
    script = f'<scriptTask id="each" p:result="double" p:formula="item * 2">{loop}</scriptTask>'

    doubled = run(script, root='<dataStore id="total"/>', total=[1, 2, 3])

    assert (doubled.status, total(doubled)) == (Status.COMPLETED, [2, 4, 6])


def test_rounds_that_are_parallel_add_one_after_the_other() -> None:
    """§13.3.7: each instance executes its own associations."""
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>5</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )

    added = run(activity("task", "each", ADD, loop), total=1, Amount=10)

    assert (added.status, total(added)) == (Status.COMPLETED, 51)


def test_what_a_round_stores_stays_when_what_it_throws_ends_its_loop() -> None:
    """§13.3.7: the instance has completed when it throws its event."""
    loop = (
        '<multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="tell" '
        'isSequential="true">'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    tell = '<escalationEventDefinition id="tell" escalationRef="late"/>'
    host = activity("task", "each", ADD, loop)
    caught = (
        '<boundaryEvent id="b" attachedToRef="each"><escalationEventDefinition/>'
        '</boundaryEvent><userTask id="after"/>'
    ) + flow("f", "b", "after")

    ended = run(host, caught, root=TOTAL + tell, total=1, Amount=10)

    assert ended.alive == ["after"]
    assert total(ended) == 11


# -- what goes wrong ------------------------------------------------------------------------------


def test_an_activity_that_cannot_be_left_has_stored_nothing_and_a_retry_does_it_once() -> None:
    """§13.3.2: it has not completed."""
    stuck = '<userTask id="w2"/>' + flow("f", "w", "w2", "10 / (Amount - 1) &gt; 0")
    rests = run(activity("task", "w", ADD), stuck, '<userTask id="u"/>', total=1, Amount=1)
    assert rests.incidents == {"w": "ExpressionError"}
    assert used(rests) == [DataStoreRead("total")]

    rests.execute("u", Amount=2)
    rests.retry("w")

    assert rests.alive == ["w2"]
    assert total(rests) == 3


def test_a_second_association_that_fails_undoes_what_the_first_has_stored() -> None:
    """§10.4.2: either all of them are executed, or the activity has not completed."""
    fails = out("<transformation>1 / (Amount - 1)</transformation>", target="Score")

    assert total(run(activity("task", "w", ADD, fails), total=1, Amount=1)) == 1


def test_a_value_of_another_type_is_an_incident() -> None:
    """§10.4.1: a data store is an item-aware element and has the type of its item definition."""
    wrong = run(activity("task", "w", out(source="Name")), Name="many")

    assert wrong.incidents == {"w": "BadValue"}
    assert "data store total (Total)" in next(iter(wrong.instance.incidents.values())).message


def test_what_another_process_has_stored_is_read_in_this_ones_type() -> None:
    """§10.4.1: likewise."""
    assert variable(run(activity("userTask", "look", READ), total="12"), "look", "n") == 12
    assert run(activity("userTask", "l", READ), total="many").incidents == {"l": "BadValue"}


def _stores(value: str, attributes: str) -> Iterable[str]:
    root = f'<dataStore id="total" {attributes}/>'
    wrote = run(activity("task", "w", out(f"<transformation>{value}</transformation>")), root=root)
    return [*wrote.incidents.values()]


def test_a_list_has_at_most_as_many_items_as_the_capacity_says() -> None:
    """Table 10.4 §10.4.1: capacity and isUnlimited."""
    assert _stores("[1, 2]", 'capacity="2"') == []
    assert _stores("[1, 2, 3]", 'capacity="2"') == ["BadValue"]
    assert _stores("[1, 2, 3]", 'capacity="2" isUnlimited="true"') == []


def test_what_is_stored_has_a_bound_in_all() -> None:
    """§10.4.1: nobody could load more with each turn."""
    half = SIZE_MAX // 2

    assert _stores(f"['x' * {half}, {{'a': 'x' * {half - 20}}}]", "") == []
    assert _stores(f"['x' * {half}, {{'a': 'x' * {half}}}]", "") == ["BadValue"]


def test_a_run_that_is_cancelled_takes_nothing_back() -> None:
    """§10.4.1: it persists beyond the scope of the process."""
    rests = run(activity("task", "w", ADD), '<userTask id="u"/>', chain("w", "u"), Amount=4)

    rests.ask(CancelProcess("not wanted"))

    assert (rests.status, total(rests)) == (Status.CANCELED, 4)
