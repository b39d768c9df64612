"""Data associations that are only drawn."""

from procession.bpmn import read_file
from procession.core.model import Activity
from procession.expressions import LANGUAGES, SCRIPTS
from tests.unit.bpmn.notation import process, read_one


def test_arrows_as_modelers_draw_them_move_no_value() -> None:
    drawn = """<task id="e"><property id="p" name="__targetRef_placeholder"/>
    <dataInputAssociation><sourceRef>o</sourceRef><targetRef>p</targetRef></dataInputAssociation>
    <dataInputAssociation><sourceRef>s</sourceRef><targetRef>p</targetRef></dataInputAssociation>
    <dataOutputAssociation><targetRef>o</targetRef></dataOutputAssociation>
    <dataOutputAssociation><targetRef>s</targetRef></dataOutputAssociation></task>
    <dataObject id="d"/><dataObjectReference id="o" name="The order" dataObjectRef="d"/>
    <dataStoreReference id="s"/>"""

    found = read_file(process(drawn), languages=LANGUAGES, scripts=SCRIPTS)

    element = found.processes[0].elements["e"]
    assert found.warnings == []
    assert isinstance(element, Activity)
    assert (element.variables, element.input_associations, element.output_associations) == (
        {},
        (),
        (),
    )


def test_an_arrow_that_ends_at_its_own_activity_is_a_drawing() -> None:
    """Some modelers write the activity itself where a data input or output should stand."""
    arrows = (
        '<dataInputAssociation id="i"><sourceRef>D</sourceRef><targetRef>t</targetRef>'
        '</dataInputAssociation><dataOutputAssociation id="o"><sourceRef>t</sourceRef>'
        "<targetRef>D</targetRef></dataOutputAssociation>"
    )
    xml = process(
        f'<dataObject id="O"/><dataObjectReference id="D" dataObjectRef="O"/>'
        f'<task id="t">{arrows}</task>'
    )

    assert read_one(xml).elements["t"].label == "t"
