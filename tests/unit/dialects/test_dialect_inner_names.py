"""What stands within a vendor's element: read, told of, or passed over with a warning."""

from procession.core.values import DataType
from tests.unit.dialects.dialect_builders import camunda, named, task, warnings_of


def test_what_a_form_field_asks_beyond_its_type_is_a_warning() -> None:
    form = (
        '<camunda:formData businessKey="n"><camunda:formField id="n" type="long">'
        '<camunda:validation><camunda:constraint name="min" config="1"/></camunda:validation>'
        "</camunda:formField></camunda:formData>"
    )

    told = warnings_of("camunda", task("userTask", "", form))

    assert named(told) == ["dialect-unknown", "dialect-not-done"]
    assert "camunda:formData has businessKey" in told[0].message
    assert "camunda:validation in camunda:formField is not done" in told[1].message


def test_an_element_that_is_not_known_in_one_that_is_read_is_a_warning() -> None:
    mapping = (
        '<camunda:inputOutput><camunda:inputParameter name="a">'
        "<camunda:set/><other/></camunda:inputParameter></camunda:inputOutput>"
    )

    told = warnings_of("camunda", task("userTask", "", mapping))

    assert named(told) == ["dialect-unknown"] * 2
    assert "camunda:set in camunda:inputParameter is not understood" in told[0].message
    assert told[1].message.startswith("other in camunda:inputParameter")


def test_the_form_properties_of_camundas_first_forms_are_variables() -> None:
    form = '<camunda:formProperty id="n" type="long" default="3" required="true"/>'

    process = camunda(task("userTask", "", form))

    assert process.parameters["n"].kind.type is DataType.INTEGER


def test_a_single_result_is_a_map_only_if_it_has_more_than_one_output() -> None:
    what = 'camunda:decisionRef="discount" camunda:mapDecisionResult="singleResult"'

    (warning,) = warnings_of("camunda", task("businessRuleTask", what))

    assert (warning.code, "singleResult" in warning.message) == ("dialect-not-done", True)
