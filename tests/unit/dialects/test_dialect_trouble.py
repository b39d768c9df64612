"""Vendor parts in places and shapes that no modeler writes: a problem or nothing, never a crash."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procession.bpmn.vocabulary import NODES, PARTS
from procession.dialects import ROWS, Vendor
from procession.errors import InvalidProcess
from tests.unit.dialects.dialect_builders import (
    SPACES,
    extended,
    file_of,
    named,
    problems_of,
    read,
    task,
)

OWNERS = [*sorted(NODES), "multiInstanceLoopCharacteristics", "messageEventDefinition"]
TEXTS = st.sampled_from(
    ["", "x", "=x", "${x}", "${", "=(", "a b", "1", "R3/PT1M", "true", "\u00e4"]
)


def read_somehow(xml: bytes) -> None:
    with suppress(InvalidProcess):
        read(xml)


@given(
    vendor=st.sampled_from(sorted(SPACES)),
    owner=st.sampled_from(OWNERS),
    choice=st.data(),
)
def test_every_known_name_may_stand_anywhere_with_any_text(
    vendor: str, owner: str, choice: st.DataObject
) -> None:
    rows = ROWS[Vendor(vendor)]
    attributes = choice.draw(st.dictionaries(st.sampled_from(sorted(rows.attributes)), TEXTS))
    names = choice.draw(st.lists(st.sampled_from(sorted(rows.elements)), max_size=3))
    parts = []
    for name in names:
        known = sorted(rows.parts.get(name) or {"name"})
        said = choice.draw(st.dictionaries(st.sampled_from(known), TEXTS))
        written = " ".join(f'{key}="{value}"' for key, value in said.items())
        parts.append(f"<{vendor}:{name} {written}>{choice.draw(TEXTS)}</{vendor}:{name}>")
    what = " ".join(f'{vendor}:{key}="{value}"' for key, value in attributes.items())
    content = task(owner, what, *parts)
    if owner in PARTS:
        content = f'<userTask id="u">{content}</userTask>'

    read_somehow(file_of(vendor, content))


def test_a_message_definition_of_the_root_is_no_task() -> None:
    root = '<messageEventDefinition id="md" camunda:type="external" camunda:topic="x"/>'

    read_somehow(file_of("camunda", task("task", ""), root=root))


def test_inputs_that_build_upon_each_other_have_a_bound() -> None:
    lines = "".join(f'<zeebe:input source="=v{n} + 1" target="v{n + 1}"/>' for n in range(1, 100))
    parts = f"<zeebe:ioMapping>{lines}</zeebe:ioMapping>"

    problems = problems_of("zeebe", task("userTask", "", parts))

    assert set(named(problems)) == {"dialect-input"}


@pytest.mark.parametrize("vendor", sorted(SPACES))
def test_ids_that_look_like_ours_are_not_taken(vendor: str) -> None:
    parts = {
        "zeebe": '<zeebe:ioMapping><zeebe:input source="a" target="x"/></zeebe:ioMapping>',
        "camunda": '<camunda:inputOutput><camunda:inputParameter name="x">a'
        "</camunda:inputParameter></camunda:inputOutput>",
    }
    content = f'<userTask id="_procession.1">{extended(parts.get(vendor, ""))}</userTask>'

    assert problems_of(vendor, content) == []


def test_many_texts_in_one_sub_process_are_read_in_time_that_grows_with_them() -> None:
    tasks = "".join(f'<userTask id="u{n}" camunda:assignee="${{name}}"/>' for n in range(4_000))

    (process,) = read(file_of("camunda", f'<subProcess id="s">{tasks}</subProcess>')).processes

    assert set(process.parameters) == {"name"}
