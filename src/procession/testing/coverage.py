"""Which elements of the deployed processes the tests have reached."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from procession.engine import INSTANCES_LISTED_MAX, Engine
from procession.testing.runs import look

# How it travels between the programs of a test run that is spread over several.
Portable = dict[str, tuple[dict[str, str], list[str]]]


@dataclass(slots=True)
class Reached:
    """Of one process: its elements by id with their labels, and those that a run has been at."""

    elements: dict[str, str] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    @property
    def missing(self) -> list[str]:
        return [id for id in self.elements if id not in self.reached]

    @property
    def percent(self) -> float:
        return 100 * (1 - len(self.missing) / max(1, len(self.elements)))


class ElementCoverage:
    """What all services of a test run have seen. A process counts by its name."""

    def __init__(self) -> None:
        self.processes: dict[str, Reached] = {}

    async def add(self, engine: Engine) -> None:
        """What was deployed to a service, and the paths of its runs."""
        for row in await engine.catalog.processes():
            process = await engine.catalog.version(row.name, row.version)
            labels = {element.id: element.label for element in process.elements.values()}
            self._process(row.name).elements.update(labels)
        for run in await engine.instances(limit=INSTANCES_LISTED_MAX):
            visits = (await look(engine, run.id)).visits
            self._process(run.process).reached.update(visit.id for visit in visits)

    def merge(self, other: Portable) -> None:
        for name, (elements, reached) in other.items():
            self._process(name).elements.update(elements)
            self._process(name).reached.update(reached)

    def portable(self) -> Portable:
        return {
            name: (each.elements, sorted(each.reached)) for name, each in self.processes.items()
        }

    def below(self, percent: float) -> list[str]:
        """The processes of which less was reached."""
        return [name for name, each in sorted(self.processes.items()) if each.percent < percent]

    def lines(self) -> Iterator[str]:
        """The report: a line for each process, with what no test has reached."""
        width = max(map(len, self.processes), default=0)
        for name, each in sorted(self.processes.items()):
            count = f"{len(each.elements) - len(each.missing)} of {len(each.elements)}"
            missing = f"   not reached: {', '.join(each.missing)}" * bool(each.missing)
            yield f"{name:<{width}}  {count:>10}  {each.percent:>4.0f} %{missing}"

    def _process(self, name: str) -> Reached:
        return self.processes.setdefault(name, Reached())
