"""What a service task is told to do: the values of each job kind, its results, its retries."""

import pytest

from procession.core.model import Expression, Output, Retries, ServiceTask
from procession.core.values import Value
from tests.unit.bpmn.notation import codes_of, extended, problem_of, problems_of, read_element


def task_of(extensions: str, attributes: str = "") -> ServiceTask:
    task = read_element(extended("serviceTask", extensions, attributes))
    assert isinstance(task, ServiceTask)
    return task


def evaluated(template: Value) -> Value:
    """A template with its expressions evaluated for one set of values."""
    if isinstance(template, Expression):
        return template.evaluate({"Name": "Ann", "Amount": 3})
    if isinstance(template, tuple):
        return [evaluated(each) for each in template]
    if isinstance(template, dict):
        return {key: evaluated(each) for key, each in template.items()}
    return template


def test_add_data_has_a_table_and_values() -> None:
    task = task_of(
        '<p:addData table="dbo.Contact"><p:value column="Name" expression="Name.upper()"/>'
        '<p:value column="Full name" expression="Name"/><p:output source="Id" target="Name"/>'
        "</p:addData>"
    )

    assert task.kind == "add-data"
    assert evaluated(task.inputs) == {
        "table": "dbo.Contact",
        "values": {"Name": "ANN", "Full name": "Ann"},
    }
    assert task.outputs == (Output("Id", "Name"),)


def test_add_data_answers_what_it_was_given_too() -> None:
    added = '<p:addData table="T"><p:value column="A" expression="Name"/>{}</p:addData>'

    task_of(added.format('<p:output source="A" target="Name"/>'))
    problem = problem_of(
        extended("serviceTask", added.format('<p:output source="B" target="Name"/>'))
    )

    assert problem.message == "there is no result 'B'; there are A, Id."


def test_read_data_reads_the_first_row_unless_told_otherwise() -> None:
    task = task_of(
        '<p:readData table="Contact"><p:column name="Id"/><p:column name="Name"/>'
        '<p:filter column="Name" operator="eq" expression="Name"/>'
        '<p:filter column="Email" operator="isnull"/>'
        '<p:sort column="Name"/><p:sort column="Id" direction="descending"/>'
        '<p:output source="found" target="Done"/><p:output source="Name" target="Name"/>'
        "</p:readData>"
    )

    assert task.kind == "read-data"
    assert evaluated(task.inputs) == {
        "table": "Contact",
        "mode": "first",
        "columns": ["Id", "Name"],
        "filters": [
            {"column": "Name", "operator": "eq", "value": "Ann"},
            {"column": "Email", "operator": "isnull", "value": None},
        ],
        "sort": [
            {"column": "Name", "descending": False},
            {"column": "Id", "descending": True},
        ],
        "limit": None,
    }


def test_read_data_reads_a_collection_with_a_limit() -> None:
    task = task_of(
        '<p:readData table="Contact" mode="collection" limit="100"><p:column name="Id"/>'
        '<p:output source="records" target="List"/><p:output source="count" target="Score"/>'
        "</p:readData>"
    )

    assert (task.inputs["mode"], task.inputs["limit"]) == ("collection", 100)
    assert task.outputs == (Output("records", "List"), Output("count", "Score"))


def test_http_has_its_defaults() -> None:
    task = task_of("<p:http url=\"'https://example.org/' + Name\"/>")

    assert task.kind == "http"
    assert evaluated(task.inputs) == {
        "method": "GET",
        "url": "https://example.org/Ann",
        "headers": {},
        "body": None,
        "timeout_seconds": 10.0,
    }


def test_http_has_method_headers_body_and_timeout() -> None:
    task = task_of(
        '<p:http method="POST" url="Name" body="{\'name\': Name}" timeout="PT1M0.5S">'
        '<p:header name="X-Amount" expression="str(Amount)"/>'
        '<p:output source="json" target="List"/><p:output source="status" target="Score"/></p:http>'
    )

    assert evaluated(task.inputs) == {
        "method": "POST",
        "url": "Ann",
        "headers": {"X-Amount": "3"},
        "body": {"name": "Ann"},
        "timeout_seconds": 60.5,
    }


def test_a_handler_has_a_name_and_arguments_and_may_answer_anything() -> None:
    task = task_of(
        '<p:handler name="score"><p:input target="amount" expression="Amount * 2"/>'
        '<p:output source="whatever" target="Score"/></p:handler>'
    )

    assert task.kind == "handler"
    assert evaluated(task.inputs) == {"name": "score", "arguments": {"amount": 6}}
    assert task.outputs == (Output("whatever", "Score"),)


def test_a_service_task_is_tried_as_often_as_it_says() -> None:
    added = '<p:addData table="T"/>'

    assert task_of(added).retries == Retries()
    assert task_of(added, 'p:retries="7" p:retryDelay="PT0S"').retries == Retries(7, 0.0)
    assert task_of(added, 'p:retryDelay="P1DT2H3M4.5S"').retries == Retries(3, 93784.5)


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.5", "many", "１", " 3", "9" * 5_000])
def test_retries_are_a_small_whole_number(text: str) -> None:
    codes = codes_of(extended("serviceTask", '<p:addData table="T"/>', f'p:retries="{text}"'))

    assert codes == ["bad-number"]


@pytest.mark.parametrize(
    "text",
    ["P", "PT", "P1DT", "10", "PT-1S", "-PT1S", "P1Y", "P1M", "P1W", "PT1.S", "P31D", "pt1s"],
)
def test_a_pause_is_a_duration_of_days_to_seconds(text: str) -> None:
    xml = extended("serviceTask", '<p:addData table="T"/>', f'p:retryDelay="{text}"')

    assert codes_of(xml) == ["bad-duration"]


@pytest.mark.parametrize("text", ["PT0S", "PT2H", "P1D"])
def test_a_timeout_is_more_than_nothing_and_at_most_an_hour(text: str) -> None:
    assert codes_of(extended("serviceTask", f'<p:http url="Name" timeout="{text}"/>')) == [
        "bad-duration"
    ]


def test_a_comparison_needs_a_value_unless_it_is_with_nothing() -> None:
    read = '<p:readData table="T"><p:column name="A"/><p:filter column="A" {}/></p:readData>'

    without = extended("serviceTask", read.format('operator="eq"'))
    surplus = extended("serviceTask", read.format('operator="notnull" expression="Name"'))

    assert codes_of(without) == ["missing-attribute"]
    assert codes_of(surplus) == ["misplaced-attribute"]


def test_a_limit_is_for_collections() -> None:
    xml = extended(
        "serviceTask", '<p:readData table="T" limit="5"><p:column name="A"/></p:readData>'
    )

    assert codes_of(xml) == ["misplaced-attribute"]


def test_a_column_is_read_once() -> None:
    xml = extended(
        "serviceTask", '<p:readData table="T">' + '<p:column name="A"/>' * 3 + "</p:readData>"
    )

    problem = problem_of(xml)

    assert problem.code == "duplicate-column"
    assert "3 times" in problem.message


@pytest.mark.parametrize(
    ("mode", "source", "target", "says"),
    [
        ("collection", "records", "Done", "it takes Collection, Text"),
        ("collection", "count", "Done", "cannot hold count"),
        ("first", "found", "Score", "it takes Boolean, Text"),
    ],
)
def test_a_result_goes_into_a_parameter_that_can_hold_it(
    mode: str, source: str, target: str, says: str
) -> None:
    xml = extended(
        "serviceTask",
        f'<p:readData table="T" mode="{mode}"><p:column name="Id"/>'
        f'<p:output source="{source}" target="{target}"/></p:readData>',
    )

    problem = problem_of(xml)

    assert problem.code == "wrong-type"
    assert says in problem.message


def test_a_column_that_the_collection_lacks_is_named() -> None:
    xml = extended(
        "serviceTask",
        '<p:readData table="T" mode="collection"><p:column name="Id"/><p:column name="Email"/>'
        '<p:output source="records" target="List"/></p:readData>',
    )

    problem = problem_of(xml)

    assert problem.code == "unknown-column"
    assert problem.message.startswith("List has no column Email;")


def test_what_nobody_does_names_what_can_be_done() -> None:
    problem = problem_of(extended("serviceTask", '<c:connector xmlns:c="urn:other"/>'))

    assert problem.code == "no-work"
    assert "procession:addData, procession:readData, procession:http" in problem.message


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ("<p:addDate/>", "unknown-extension"),
        ('<p:input target="a" expression="Name"/>', "misplaced-extension"),
        ('<p:addData table="T"><p:column name="A"/></p:addData>', "misplaced-extension"),
        ('<p:addData table="T"><p:value column="A" expresion="Name"/></p:addData>', None),
        ('<p:addData p:table="T" table="T"/>', "unknown-attribute"),
        ('<p:addData table=" "/>', "missing-attribute"),
        ('<p:addData table="T"><x xmlns=""/></p:addData>', "foreign-element"),
        ('<p:addData table="T" x:y="z" xmlns:x="urn:x"/>', ""),
    ],
)
def test_nothing_of_our_namespace_is_ignored(extension: str, code: str | None) -> None:
    codes = codes_of(extended("serviceTask", extension))

    if code is None:
        assert codes == ["unknown-attribute", "missing-attribute"]
    else:
        assert set(codes) - {"no-work"} == ({code} if code else set())


def test_an_element_of_ours_outside_extension_elements_is_refused() -> None:
    xml = extended("serviceTask", '<p:addData table="T"/>').replace(
        b"</process>", b'<p:addData table="T"/></process>'
    )

    assert codes_of(xml) == ["misplaced-extension"]


def test_another_version_of_our_namespace_is_not_passed_over() -> None:
    xml = extended("serviceTask", '<p:addData table="T"/>').replace(b"bpmn:1.0", b"bpmn:2.0")

    problems = problems_of(xml)

    assert problems[0].code == "unknown-extension"
    assert "urn:procession:bpmn:2.0" in problems[0].message


def test_an_attribute_of_ours_with_a_wrong_name_is_corrected() -> None:
    problem = problem_of(extended("serviceTask", '<p:addData table="T"/>', 'p:retires="3"'))

    assert problem.code == "unknown-attribute"
    assert problem.message.endswith("Did you mean 'retries'?")
