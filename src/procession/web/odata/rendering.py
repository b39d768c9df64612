"""Rows as OData JSON 4.0, with as much about them as the caller wants to read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from procession.web.odata.expressions import EPOCH
from procession.web.odata.model import NAMESPACE, TYPES, EntityType, Kind
from procession.web.odata.statements import Shown

Document = dict[str, object]


class Detail(StrEnum):
    """`odata.metadata` of the media type (OData JSON 4.0 §3.1)."""

    NONE = "none"
    MINIMAL = "minimal"
    FULL = "full"


def _moment(value: object) -> object:
    if value is None:
        return "0001-01-01T00:00:00Z"
    assert isinstance(value, int)
    text = (EPOCH + timedelta(milliseconds=value)).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


# The original has no null in an answer: what is not there is shown as the empty value of its type.
_VALUES: Mapping[Kind, Callable[[object], object]] = {
    Kind.GUID: lambda value: value or "00000000-0000-0000-0000-000000000000",
    Kind.TEXT: lambda value: value or "",
    Kind.MOMENT: _moment,
    Kind.INTEGER: lambda value: value,
    Kind.DECIMAL: lambda value: value,
    Kind.BOOLEAN: bool,
}
# Types that can be told from the JSON itself need no annotation (OData JSON 4.0 §4.5.3).
_PLAIN = (Kind.TEXT, Kind.BOOLEAN)


class Rendering:
    """How one answer is written. `root`: the service's address, with a slash at its end."""

    def __init__(self, root: str, detail: Detail, *, decimals_as_text: bool) -> None:
        self._root, self.detail = root, detail
        self._decimals_as_text = decimals_as_text

    def context(self, what: str) -> Document:
        """The context of an answer, unless nobody wants it."""
        address = f"{self._root}$metadata{'#' if what else ''}{what}"
        return {} if self.detail is Detail.NONE else {"@odata.context": address}

    def entity(self, shown: Shown, row: Mapping[str, object]) -> Document:
        """One row, with those within it."""
        document: Document = {}
        if self.detail is Detail.FULL:
            document = self._about(shown.entity, row)
        for name in shown.columns:
            kind = shown.entity.columns[name]
            if self.detail is Detail.FULL and kind not in _PLAIN:
                document[f"{name}@odata.type"] = f"#{kind.removeprefix('Edm.')}"
            document[name] = self.value(kind, row[name])
        for name, inner in shown.expanded.items():
            within = row[name]
            assert within is None or isinstance(within, dict)
            document[name] = None if within is None else self.entity(inner, within)
        return document

    def value(self, kind: Kind, value: object) -> object:
        shown = _VALUES[kind](value)
        return str(shown) if kind is Kind.DECIMAL and self._decimals_as_text else shown

    def _about(self, entity: EntityType, row: Mapping[str, object]) -> Document:
        document: Document = {"@odata.type": f"#{NAMESPACE}.{entity.name}"}
        if "Id" in row and entity.source:
            address = f"{self._root}{entity.name}({row['Id']})"
            document["@odata.id"] = address
            for name, step in entity.navigations.items():
                if TYPES[step.target].source:
                    document[f"{name}@odata.navigationLink"] = f"{address}/{name}"
        return document


def selection(shown: Shown) -> str:
    """What a context says of the columns: nothing, if it is all (OData Protocol 4.0 §10.7)."""
    parts: Sequence[str] = () if _whole(shown) else shown.columns
    parts = [*parts, *(_expanded(name, each) for name, each in shown.expanded.items())]
    return f"({','.join(parts)})" if parts else ""


def _expanded(name: str, shown: Shown) -> str:
    return f"{name}{selection(shown)}" if selection(shown) else name


def _whole(shown: Shown) -> bool:
    return len(shown.columns) == len(shown.entity.columns)
