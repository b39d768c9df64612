"""What is known of a process while its elements are built: who sees which variables.

Rule: an element sees the variables of its activity, then those of all sub-processes around it, then
the process's parameters; the innermost of a name hides the others (clause 10.4.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element

from procession.bpmn.data import Variables
from procession.bpmn.draft import Draft, Node
from procession.bpmn.problems import Problems, near
from procession.bpmn.texts import Compiler
from procession.bpmn.vocabulary import local_id, name_of
from procession.core.model import PROCESS_SCOPE, CorrelationKey, DataStore, Expression
from procession.core.values import shown


@dataclass(frozen=True, slots=True)
class View:
    """What the texts in one place see: `compiler` has the names, `names` the data elements by id.

    `around` is the view of the scope that the place is in.
    """

    compiler: Compiler
    names: Mapping[str, str] = field(default_factory=dict)
    around: "View | None" = None

    @property
    def problems(self) -> Problems:
        return self.compiler.problems

    def find(self, id: str) -> str | None:
        """The variable that a data element is, by its id; None: it cannot be seen from here.

        That is so, too, where another variable hides it.
        """
        hidden: set[str] = set()
        view: View | None = self
        while view is not None:
            name = view.names.get(id)
            if name is not None:
                return None if name in hidden else name
            hidden.update(view.names.values())
            view = view.around
        return None


@dataclass(slots=True)
class Reading:
    """One process that is being read. `ids` are the BPMN elements of the whole file.

    `views` are those of the scopes; `variables` those of each activity that has any;
    `subscriptions` and `keys` what correlation.py has read; `data_stores` those that associations
    name, by their keys.
    """

    draft: Draft
    ids: Mapping[str, _Element]
    views: dict[str, View] = field(default_factory=dict)
    variables: dict[str, Variables] = field(default_factory=dict)
    subscriptions: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)
    keys: dict[str, tuple[CorrelationKey, ...]] = field(default_factory=dict)
    data_stores: dict[str, DataStore] = field(default_factory=dict)

    @property
    def process(self) -> View:
        return self.views[PROCESS_SCOPE]

    def around(self, node: Node) -> View:
        """What the scope sees that a node stands in."""
        return self.views[node.scope]

    def resolve(self, reference: _Element, view: View) -> str:
        """The variable that a sourceRef or targetRef means; "" where it is a problem."""
        id = local_id(reference.text or "")
        name = view.find(id)
        if name:
            return name
        # A parameter is no element with an id; it goes by its code.
        if id in view.compiler.visible and id not in self.ids:
            return id
        view.problems.add(*self._unknown(reference, id, view), reference)
        return ""

    def _unknown(self, reference: _Element, id: str, view: View) -> tuple[str, str]:
        what, found = name_of(reference), self.ids.get(id)
        if found is not None and name_of(found) in _ITEM_AWARE:
            message = (
                f"{what} is {shown(id)}, which cannot be seen from here or has no name; give it a "
                "name of Latin letters, digits and _, in a scope around"
            )
            return "unknown-data", message
        message = f"{what} is {shown(id)}, and there is no such data element"
        return "unknown-data", f"{message}.{near(id, view.compiler.visible)}"


_ITEM_AWARE = frozenset(
    {
        *("property", "dataObject", "dataObjectReference", "dataInput", "dataOutput"),
        *("inputDataItem", "outputDataItem"),
    }
)
