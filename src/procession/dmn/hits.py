"""Hit policies: what the rules that hold come to (DMN 1.5, 8.2.10 and 8.2.11).

Rule: where no rule holds, it is the default output; without one, no outputs: an empty list, a count
of 0, else null. Where a policy is broken, that is an error of the table and no null: its author has
to mend it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from procession.core.values import Value
from procession.dmn.logic import Visit
from procession.dmn.tables import Table, given_to, matching
from procession.errors import DecisionError
from procession.feel import call
from procession.feel.builtins import BUILTINS
from procession.feel.comparing import equal

RULES_NAMED_MAX = 10

Policy = Callable[[Table, Visit, Iterator[int]], Value]


def run_table(table: Table, policy: tuple[str, str], visit: Visit) -> Value:
    """The result of a table. Raises DecisionError where its hit policy is broken.

    `policy`: the hit policy and its aggregation, as POLICIES has them.
    """
    given = given_to(table, visit)
    rules = matching(table, visit, given)
    first = next(rules, None)
    if first is None:
        return table.default(visit) if table.has_default else _none(policy)
    return POLICIES[policy](table, visit, _from(first, rules))


def _none(policy: tuple[str, str]) -> Value:
    """What no outputs at all come to; as in the published conformance tests (TCK 0039)."""
    if policy in LISTING:
        return []
    return Decimal(0) if policy == ("COLLECT", "COUNT") else None


def _from(first: int, others: Iterator[int]) -> Iterator[int]:
    yield first
    yield from others


def _unique(table: Table, visit: Visit, rules: Iterator[int]) -> Value:
    numbers = list(rules)
    if len(numbers) > 1:
        raise DecisionError(
            f"{table.owner}: {_named(numbers)} hold at once, and the hit policy UNIQUE allows one; "
            "make them exclude each other or choose another hit policy"
        )
    return table.output(visit, numbers[0])


def _any(table: Table, visit: Visit, rules: Iterator[int]) -> Value:
    numbers = list(rules)
    values = [table.output(visit, number) for number in numbers]
    if any(equal(values[0], value) is not True for value in values[1:]):
        raise DecisionError(
            f"{table.owner}: {_named(numbers)} hold at once with different outputs, and the hit "
            "policy ANY wants the same; make the outputs equal or choose another hit policy"
        )
    return values[0]


def _named(numbers: Sequence[int]) -> str:
    some = [str(number + 1) for number in islice(numbers, RULES_NAMED_MAX)]
    if len(numbers) > len(some):
        return f"the rules {', '.join(some)} and {len(numbers) - len(some)} more"
    return f"the rules {', '.join(some[:-1])} and {some[-1]}"


def _first(table: Table, visit: Visit, rules: Iterator[int]) -> Value:
    return table.output(visit, next(rules))


def _in_rule_order(table: Table, visit: Visit, rules: Iterator[int]) -> list[Value]:
    values = [table.output(visit, number) for number in rules]
    visit.frame.budget.make_list(len(values))
    return values


def _in_output_order(table: Table, visit: Visit, rules: Iterator[int]) -> list[Value]:
    return sorted(_in_rule_order(table, visit, rules), key=table.rank)


def _priority(table: Table, visit: Visit, rules: Iterator[int]) -> Value:
    return _in_output_order(table, visit, rules)[0]


def _count(table: Table, visit: Visit, rules: Iterator[int]) -> Value:
    return Decimal(len(_in_rule_order(table, visit, rules)))


def _by(function: str) -> Policy:
    def aggregated(table: Table, visit: Visit, rules: Iterator[int]) -> Value:
        values = _in_rule_order(table, visit, rules)
        return call(visit.frame, BUILTINS[function], [values])

    return aggregated


# By hit policy and aggregation; the names are those of the file.
POLICIES: Mapping[tuple[str, str], Policy] = {
    ("UNIQUE", ""): _unique,
    ("ANY", ""): _any,
    ("FIRST", ""): _first,
    ("PRIORITY", ""): _priority,
    ("RULE ORDER", ""): _in_rule_order,
    ("OUTPUT ORDER", ""): _in_output_order,
    ("COLLECT", ""): _in_rule_order,
    ("COLLECT", "SUM"): _by("sum"),
    ("COLLECT", "MIN"): _by("min"),
    ("COLLECT", "MAX"): _by("max"),
    ("COLLECT", "COUNT"): _count,
}
# These order outputs by the output values.
ORDERED = ("PRIORITY", "OUTPUT ORDER")
LISTING = (("RULE ORDER", ""), ("OUTPUT ORDER", ""), ("COLLECT", ""))
