"""Data associations that are only drawn."""

from procession.bpmn import read_file
from procession.core.model import Activity
from procession.expressions import LANGUAGES, SCRIPTS
from tests.unit.bpmn.notation import process


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
