"""The parameters that a process declares: types, directions, columns, defaults."""

import pytest

from procession.core.values import TYPE_NAMES, Column, DataType, Direction, Kind
from tests.unit.bpmn.notation import codes_of, problem_of, problems_of, process, read_one


def declaring(*parameters: str) -> bytes:
    elements = "".join(f"<p:parameter {each}/>" for each in parameters)
    return process('<task id="e"/>', elements)


def test_a_parameter_has_code_caption_type_and_direction() -> None:
    read = read_one(
        declaring('code="Full_Name1" caption="Full&#10;name" type="Text" direction="in"')
    )

    parameter = read.parameters["Full_Name1"]

    assert parameter.caption == "Full name"
    assert parameter.kind == Kind(DataType.TEXT)
    assert parameter.direction is Direction.IN
    assert parameter.default is None


def test_the_default_direction_is_both_and_the_default_caption_the_code() -> None:
    parameter = read_one(declaring('code="A" type="Text"')).parameters["A"]

    assert (parameter.direction, parameter.caption) == (Direction.BOTH, "A")


@pytest.mark.parametrize("name", TYPE_NAMES)
def test_every_type_name_of_creatio_is_known(name: str) -> None:
    parameter = read_one(declaring(f'code="A" type="{name}"')).parameters["A"]

    assert parameter.kind.type is TYPE_NAMES[name]


def test_an_unknown_type_is_told_with_a_near_one() -> None:
    problem = problem_of(declaring('code="A" type="Intger"'))

    assert problem.code == "unknown-type"
    assert problem.message.endswith("Did you mean 'Integer'?")


def test_parameters_keep_the_order_of_the_file() -> None:
    read = read_one(declaring('code="B" type="Text"', 'code="A" type="Text"'))

    assert list(read.parameters) == ["B", "A"]


def test_a_collection_has_typed_columns() -> None:
    xml = process(
        '<task id="e"/>',
        '<p:parameter code="List" type="CompositeObjectList"><p:column code="Id" type="Guid"/>'
        '<p:column code="Full name" type="Text"/></p:parameter>',
    )

    kind = read_one(xml).parameters["List"].kind

    assert kind.columns == (Column("Id", DataType.GUID), Column("Full name", DataType.TEXT))


def test_columns_of_a_type_that_is_not_known_are_not_a_second_problem() -> None:
    xml = process(
        '<task id="e"/>',
        '<p:parameter code="List" type="Colection"><p:column code="Id" type="Gud"/></p:parameter>',
    )

    assert codes_of(xml) == ["unknown-type", "unknown-type"]


@pytest.mark.parametrize(
    "code",
    [
        *("1st", "a b", "a-b", "a.b", "Größe", "__class__", "_", "ﬁ", "a&#10;b", "x" * 129),
        *("class", "None", "True", "lambda", "ResultParameterName"),
    ],
)
def test_a_code_must_be_usable_in_expressions_and_requests(code: str) -> None:
    codes = codes_of(declaring(f'code="{code}" type="Text"'))

    assert codes in (["bad-code"], ["control-character"])


@pytest.mark.parametrize("code", ["A", "a1", "_a", "Usr_Name", "match", "x" * 128])
def test_a_plain_code_is_accepted(code: str) -> None:
    assert problems_of(declaring(f'code="{code}" type="Text"')) == []


def test_parameters_without_a_code_are_not_duplicates() -> None:
    assert codes_of(declaring('type="Text"', 'type="Text"')) == ["missing-attribute"] * 2


def test_a_default_is_an_expression() -> None:
    read = read_one(declaring('code="A" type="Integer" default="6 * 7"'))

    default = read.parameters["A"].default

    assert default is not None
    assert default.evaluate({}) == 42


def test_a_default_may_name_the_parameters_before_it() -> None:
    read = read_one(
        declaring('code="A" type="Integer" default="1"', 'code="B" type="Integer" default="A + 1"')
    )

    default = read.parameters["B"].default

    assert default is not None
    assert default.evaluate({"A": 1}) == 2


@pytest.mark.parametrize("default", ["B + 1", "A + 1", "Nobody"])
def test_a_default_may_not_name_what_has_no_value_yet(default: str) -> None:
    xml = declaring(f'code="A" type="Integer" default="{default}"', 'code="B" type="Integer"')

    assert codes_of(xml) == ["bad-expression"]


@pytest.mark.parametrize(
    ("type_name", "default"),
    [
        ("Integer", "'many'"),
        ("Boolean", "1"),
        ("Guid", "'1234'"),
        ("Date", "'yesterday'"),
        ("Collection", "5"),
        ("Money", "True"),
    ],
)
def test_a_default_of_another_type_is_found_at_once(type_name: str, default: str) -> None:
    problem = problem_of(declaring(f'code="A" type="{type_name}" default="{default}"'))

    assert problem.code == "bad-default"
    assert type_name in problem.message


def test_a_default_that_always_fails_is_found_at_once() -> None:
    assert problem_of(declaring('code="A" type="Integer" default="1 // 0"')).code in (
        "bad-default",
        "bad-expression",
    )


def test_a_blank_default_is_none() -> None:
    assert read_one(declaring('code="A" type="Text" default=" "')).parameters["A"].default is None


def test_a_uid_that_is_none_is_refused_with_its_text() -> None:
    problem = problem_of(declaring('code="A" type="Text" uid="12-34"'))

    assert problem.code == "bad-guid"
    assert "'12-34'" in problem.message


def test_two_processes_may_have_parameters_of_one_code() -> None:
    first = process('<task id="e"/>', '<p:parameter code="A" type="Text"/>').decode()
    second = first.replace('id="P"', 'id="Q"').replace('id="e"', 'id="f"')
    body = second[second.index("<process") : second.index("</definitions>")]

    assert problems_of(first.replace("</definitions>", f"{body}</definitions>").encode()) == []
