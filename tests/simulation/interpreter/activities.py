"""The variables of activities and what fills them (§10.4.2, §13.3.2)."""

from procession.core.model import Activity, Association
from procession.core.values import Value, Values, convert
from procession.errors import BadValue
from tests.simulation.interpreter.board import Visit
from tests.simulation.interpreter.game import Game


def open_variables(game: Game, element: Activity, visit: Visit) -> None:
    """An activity's own variables come to be, then its input associations fill them."""
    fresh: Values = {}
    for name, variable in element.variables.items():
        default = variable.default
        value = None if default is None else default.evaluate(game.visible(visit))
        fresh[name] = convert(name, variable.kind, value)
    for name, value in fresh.items():
        if visit.values.get(name) is None:
            visit.values[name] = value
            game.changed = True
    _associate(game, element.input_associations, visit.around, visit)
    _check_sets(element.input_sets, visit)


def give_results(game: Game, element: Activity, visit: Visit) -> None:
    """An activity is done: its output associations fill variables around it."""
    _check_sets(element.output_sets, visit)
    _associate(game, element.output_associations, visit, visit.around)


def _associate(
    game: Game, associations: tuple[Association, ...], source: Visit, target: Visit
) -> None:
    for association in associations:
        value = association.value.evaluate(game.visible(source))
        if association.path:
            value = _with_member(game.visible(target).get(association.target), association, value)
        game.assign(target, {association.target: value})


def _with_member(whole: Value, association: Association, value: Value) -> Value:
    copied = inner = dict(whole) if isinstance(whole, dict) else {}
    *parents, last = association.path
    for name in parents:
        found = inner.get(name)
        inner[name] = dict(found) if isinstance(found, dict) else {}
        inner = inner[name]
    inner[last] = value
    return copied


def _check_sets(sets: tuple[tuple[str, ...], ...], visit: Visit) -> None:
    if sets and not any(all(visit.values.get(name) is not None for name in each) for each in sets):
        raise BadValue(f"no set of {visit.element} has all of its values")
