"""No false alarm: of the examples, which run as they are drawn, the review finds nothing."""

from pathlib import Path

import pytest

from procession.review import check_drawing, check_soundness
from tests.unit.bpmn.notation import EXAMPLES, read_all

each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


@each_example
def test_every_instance_of_an_example_can_end(path: Path) -> None:
    for process in read_all(path.read_bytes()):
        assert check_soundness(process) == []


@each_example
def test_an_example_is_drawn_as_modelers_are_told_to_draw(path: Path) -> None:
    for process in read_all(path.read_bytes()):
        assert check_drawing(process) == []
