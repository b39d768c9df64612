"""What is served: entity types with their columns, by the original's names (CONTRACT 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

NAMESPACE = "Procession"


class Kind(StrEnum):
    """The type of a column, as `$metadata` names it (OData CSDL 4.0 §4.4)."""

    GUID = "Edm.Guid"
    TEXT = "Edm.String"
    MOMENT = "Edm.DateTimeOffset"
    INTEGER = "Edm.Int32"
    DECIMAL = "Edm.Decimal"
    BOOLEAN = "Edm.Boolean"


@dataclass(frozen=True, slots=True)
class Navigation:
    """The way to one other row, whose id stands in the column `key`.

    `on`: which column of the other row equals which of ours (without it: its Id our key). `known`:
    columns of the other row that ours has itself, under another name; all of them, where the other
    type has no source.
    """

    target: str
    key: str
    on: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityType:
    """A kind of rows. `source` is its statement in `logs.sql`; "": reached by navigation only.

    `order`: in which order its rows come. `of_runs`: each row belongs to a run, and is dear to
    find: what is asked of it is asked of its run first.
    """

    name: str
    source: str
    columns: Mapping[str, Kind]
    navigations: Mapping[str, Navigation] = field(default_factory=dict)
    order: Sequence[str] = ("Id",)
    of_runs: bool = False


GUID, TEXT, MOMENT = Kind.GUID, Kind.TEXT, Kind.MOMENT
INTEGER, DECIMAL, BOOLEAN = Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN

_SPANS = {
    "StartDate": MOMENT,
    "CompleteDate": MOMENT,
    "DurationInMilliseconds": DECIMAL,
    "DurationInMinutes": DECIMAL,
    "DurationInHours": DECIMAL,
    "DurationInDays": DECIMAL,
}
_MADE = {"CreatedOn": MOMENT, "CreatedById": GUID, "ModifiedOn": MOMENT, "ModifiedById": GUID}
_LIBRARY_COLUMNS = {
    "Id": GUID,
    "UId": GUID,
    "Name": TEXT,
    "Caption": TEXT,
    "Description": TEXT,
    "ManagerName": TEXT,
    "Version": INTEGER,
    "IsActiveVersion": BOOLEAN,
    "Enabled": BOOLEAN,
    "CreatedOn": MOMENT,
    "CreatedById": GUID,
    "ModifiedOn": MOMENT,
}

CONTACT = EntityType("Contact", "", {"Id": GUID, "Name": TEXT})
STATUS = EntityType(
    "SysProcessStatus",
    "log_statuses",
    {"Id": GUID, "Name": TEXT, "Value": INTEGER, "Description": TEXT},
)
SCHEMA = EntityType(
    "SysSchema",
    "log_schemas",
    {**_LIBRARY_COLUMNS, "ParentId": GUID},
    {
        "CreatedBy": Navigation(
            "Contact", "CreatedById", known={"Id": "CreatedById", "Name": "CreatedByName"}
        ),
    },
)
LIBRARY = EntityType(
    "VwProcessLib",
    "log_schemas",
    {
        **_LIBRARY_COLUMNS,
        "SysSchemaId": GUID,
        "IsMaxVersion": BOOLEAN,
        "VersionParentId": GUID,
        "VersionParentUId": GUID,
        "HasStartEvent": BOOLEAN,
        "AddToRunButton": BOOLEAN,
        "IsProcessTracing": BOOLEAN,
        "TagProperty": TEXT,
    },
    {
        "SysSchema": Navigation(
            "SysSchema", "SysSchemaId", on={"Name": "Name", "Version": "Version"}
        ),
        **SCHEMA.navigations,
    },
)
_OWNER = Navigation("Contact", "OwnerId", known={"Id": "OwnerId", "Name": "OwnerName"})
_STATUS = Navigation(
    "SysProcessStatus", "StatusId", known={"Name": "StatusName", "Value": "StatusValue"}
)
RUN = EntityType(
    "SysProcessLog",
    "log_runs",
    {
        "Id": GUID,
        "Name": TEXT,
        "StatusId": GUID,
        **_SPANS,
        "SysSchemaId": GUID,
        "Version": INTEGER,
        "ParentId": GUID,
        "RootId": GUID,
        "OwnerId": GUID,
        "ErrorDescription": TEXT,
        **_MADE,
        "SysWorkspaceId": GUID,
        "PackageName": TEXT,
        "ProcessListeners": INTEGER,
    },
    {
        "Status": _STATUS,
        "SysSchema": Navigation(
            "SysSchema",
            "SysSchemaId",
            on={"Name": "SchemaName", "Version": "Version"},
            known={"Name": "SchemaName"},
        ),
        "Parent": Navigation("SysProcessLog", "ParentId"),
        "Root": Navigation("SysProcessLog", "RootId"),
        "Owner": _OWNER,
    },
    order=("StartDate", "Id"),
)
VISIT = EntityType(
    "SysProcessElementLog",
    "log_elements",
    {
        "Id": GUID,
        "SysProcessId": GUID,
        "SchemaElementUId": GUID,
        "Code": TEXT,
        "Caption": TEXT,
        "Type": TEXT,
        "StatusId": GUID,
        **_SPANS,
        "OwnerId": GUID,
        "ErrorDescription": TEXT,
        **_MADE,
    },
    {"SysProcess": Navigation("SysProcessLog", "SysProcessId"), "Status": _STATUS, "Owner": _OWNER},
    order=("SysProcessId", "Id"),
    of_runs=True,
)

TYPES: Mapping[str, EntityType] = {
    each.name: each for each in (RUN, VISIT, STATUS, LIBRARY, SCHEMA, CONTACT)
}
# An entity set has the name of its type, as in the original.
ENTITY_SETS: Sequence[EntityType] = [each for each in TYPES.values() if each.source]
