"""`$metadata`: what is served, for programs that make their own classes of it (OData CSDL 4.0)."""

from collections.abc import Iterator
from functools import cache
from xml.sax.saxutils import quoteattr

from procession.web.odata.model import ENTITY_SETS, NAMESPACE, TYPES, EntityType, Navigation

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>',
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">',
    "<edmx:DataServices>",
    f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
)
_TAIL = ("</Schema>", "</edmx:DataServices>", "</edmx:Edmx>")


@cache
def metadata() -> bytes:
    """The document; it is the same for everybody."""
    return "\n".join([*_HEAD, *_types(), *_container(), *_TAIL]).encode()


def _types() -> Iterator[str]:
    for entity in TYPES.values():
        yield f"<EntityType Name={quoteattr(entity.name)}>"
        yield '<Key><PropertyRef Name="Id"/></Key>'
        for name, kind in entity.columns.items():
            yield f'<Property Name={quoteattr(name)} Type="{kind}" Nullable="false"/>'
        for name, step in entity.navigations.items():
            yield from _navigation(entity, name, step)
        yield "</EntityType>"


def _navigation(entity: EntityType, name: str, step: Navigation) -> Iterator[str]:
    yield f'<NavigationProperty Name="{name}" Type="{NAMESPACE}.{step.target}">'
    yield f'<ReferentialConstraint Property="{step.key}" ReferencedProperty="Id"/>'
    yield "</NavigationProperty>"


def _container() -> Iterator[str]:
    yield '<EntityContainer Name="Container">'
    for entity in ENTITY_SETS:
        yield f'<EntitySet Name="{entity.name}" EntityType="{NAMESPACE}.{entity.name}">'
        for name, step in entity.navigations.items():
            if TYPES[step.target].source:
                yield f'<NavigationPropertyBinding Path="{name}" Target="{step.target}"/>'
        yield "</EntitySet>"
    yield "</EntityContainer>"
