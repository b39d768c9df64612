"""The diagrams of the examples can be read: nothing lies on anything else, and time goes right."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from procession.bpmn.vocabulary import MODEL
from tests.unit.bpmn.notation import EXAMPLES

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
# What holds other shapes, and what stands on the boundary of one.
CONTAINERS = ("participant", "lane", "subProcess", "transaction", "adHocSubProcess")
BOUNDARY = "boundaryEvent"
SIZES = {"Event": (36, 36), "Gateway": (50, 50)}
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


class Box(NamedTuple):
    """A shape or a label, and what it is of."""

    id: str
    kind: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        above = self.bottom <= other.top or other.bottom <= self.top
        return not (beside or above)

    def holds(self, other: "Box") -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def touches(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


class Edge(NamedTuple):
    """The line of a flow or an association: `points` from its source to its target."""

    id: str
    kind: str
    points: list[tuple[float, float]]

    def parts(self) -> Iterator[Box]:
        """Its straight pieces, as boxes without breadth."""
        for (x, y), (to_x, to_y) in zip(self.points, self.points[1:], strict=False):
            xs, ys = sorted((x, to_x)), sorted((y, to_y))
            yield Box(self.id, self.kind, xs[0], ys[0], xs[1], ys[1])


class Diagram(NamedTuple):
    shapes: dict[str, Box]
    edges: list[Edge]
    labels: list[Box]
    attached: dict[str, str]


@cache
def diagram(path: Path) -> Diagram:
    root = etree.fromstring(path.read_bytes())
    drawn = {each.get("id", ""): each for each in root.iter(f"{{{MODEL}}}*") if each.get("id")}
    kinds = {id: etree.QName(each).localname for id, each in drawn.items()}
    found = Diagram({}, [], [], {})
    for each in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge"):
        id = each.get("bpmnElement", "")
        if each.tag == f"{DI}BPMNShape":
            found.shapes[id] = box(id, kinds[id], each.find(f"{DC}Bounds"))
        else:
            points = [(number(at, "x"), number(at, "y")) for at in each.iter(WAYPOINT)]
            found.edges.append(Edge(id, kinds[id], points))
        if (bounds := each.find(f"{DI}BPMNLabel/{DC}Bounds")) is not None:
            found.labels.append(box(id, "label", bounds))
    found.attached.update({id: each.get("attachedToRef", "") for id, each in drawn.items()})
    return found


def box(id: str, kind: str, bounds: "etree._Element | None") -> Box:
    assert bounds is not None, f"{id} has no bounds"
    x, y, width, height = (number(bounds, name) for name in ("x", "y", "width", "height"))
    return Box(id, kind, x, y, x + width, y + height)


def number(element: etree._Element, name: str) -> float:
    return float(element.get(name, ""))


def may_meet(one: Box, other: Box, found: Diagram) -> bool:
    """A container and what stands in it; an event and the activity that it is on, and around."""
    for outer, inner in ((one, other), (other, one)):
        if outer.kind in CONTAINERS and outer.holds(inner):
            return True
        if inner.kind == BOUNDARY and found.attached[inner.id] == outer.id:
            return True
    return False


@each_example
def test_shapes_do_not_lie_on_each_other(path: Path) -> None:
    found = diagram(path)

    pairs = combinations(found.shapes.values(), 2)
    wrong = [(a.id, b.id) for a, b in pairs if a.meets(b) and not may_meet(a, b, found)]

    assert wrong == []


@each_example
def test_a_flow_touches_only_what_it_joins(path: Path) -> None:
    found = diagram(path)
    wrong = []
    for edge in found.edges:
        (start, *_, end) = edge.points
        for shape in found.shapes.values():
            if shape.kind in CONTAINERS or shape.touches(*start) or shape.touches(*end):
                continue
            wrong += [(edge.id, shape.id) for part in edge.parts() if part.meets(shape)]
    assert wrong == []


@each_example
def test_flows_are_drawn_from_source_to_target(path: Path) -> None:
    root, found = etree.fromstring(path.read_bytes()), diagram(path)
    ends = {
        each.get("id"): [found.shapes[each.get(end, "")] for end in ("sourceRef", "targetRef")]
        for each in root.iter(f"{{{MODEL}}}sequenceFlow", f"{{{MODEL}}}messageFlow")
    }

    joined = [edge for edge in found.edges if edge.id in ends]
    wrong = [
        edge.id
        for edge in joined
        if not ends[edge.id][0].touches(*edge.points[0])
        or not ends[edge.id][1].touches(*edge.points[-1])
    ]

    assert len(joined) == len(ends)
    assert wrong == []


@each_example
def test_flows_go_up_down_or_to_the_right(path: Path) -> None:
    wrong = [
        edge.id
        for edge in diagram(path).edges
        if edge.points[-1][0] < edge.points[0][0]
        or any(part.left != part.right and part.top != part.bottom for part in edge.parts())
    ]

    assert wrong == []


@each_example
def test_labels_lie_on_nothing(path: Path) -> None:
    found = diagram(path)
    lines = [part for edge in found.edges for part in edge.parts()]
    shapes = [shape for shape in found.shapes.values() if shape.kind not in CONTAINERS]

    wrong = [(a.id, b.id) for a, b in combinations(found.labels, 2) if a.meets(b)]
    wrong += [(a.id, b.id) for a in found.labels for b in [*shapes, *lines] if a.meets(b)]

    assert wrong == []


@each_example
def test_labels_stay_within_what_holds_their_shape(path: Path) -> None:
    found = diagram(path)
    holders = [shape for shape in found.shapes.values() if shape.kind in CONTAINERS]

    wrong = [
        (label.id, holder.id)
        for label in found.labels
        for holder in holders
        if label.meets(holder) and not holder.holds(label)
    ]

    assert wrong == []


@each_example
def test_events_and_gateways_have_their_usual_size(path: Path) -> None:
    wrong = [
        shape.id
        for shape in diagram(path).shapes.values()
        for ending, size in SIZES.items()
        if shape.kind.endswith(ending)
        and (shape.right - shape.left, shape.bottom - shape.top) != size
    ]

    assert wrong == []


@each_example
def test_every_name_outside_of_its_shape_has_a_place(path: Path) -> None:
    root, found = etree.fromstring(path.read_bytes()), diagram(path)
    placed = {label.id for label in found.labels}
    outside = ("Event", "Gateway", "Flow", "Reference")

    wrong = [
        each.get("id")
        for each in root.iter(f"{{{MODEL}}}*")
        if etree.QName(each).localname.endswith(outside)
        and each.get("name")
        and each.get("id") not in placed
    ]

    assert wrong == []
