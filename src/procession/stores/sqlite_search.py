"""Finding in the SQLite file."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from procession.core.ids import ElementInstanceId, InstanceId
from procession.core.instance import Status
from procession.stores import ProcessRow
from procession.stores.codec import unpack
from procession.stores.searching import RunScan, ScannedElement, ScannedRun
from procession.stores.sqlite_access import SqlitePart
from procession.stores.sqlite_rows import Row, instance_row, moment, process_row

Values = Mapping[str, Any]


class SqliteSearch(SqlitePart):
    """The search of a store."""

    async def runs(self, scan: RunScan, *, limit: int) -> Sequence[ScannedRun]:
        """By an index where there is one; several statuses are read apart and put together."""
        wanted = {
            "before": str(scan.before),
            "since": str(scan.since),
            "path": None if scan.parameter is None else _path(scan.parameter),
            "process": scan.process,
            "limit": limit,
        }
        if scan.process is None and not scan.statuses:
            rows = await self._all("scan_runs", wanted)
        else:
            which = "status" if scan.process is None else "process"
            rows = [
                row
                for status in scan.statuses or tuple(Status)
                for row in await self._all(f"scan_runs_by_{which}", {**wanted, "status": status})
            ]
        newest_first = sorted(rows, key=lambda row: str(row[0]), reverse=True)
        return [_scanned(row) for row in newest_first[:limit]]

    async def elements(
        self, after: tuple[UUID, int], *, process: str | None, limit: int
    ) -> Sequence[ScannedElement]:
        instance, id = after
        wanted = {"instance": str(instance), "id": id, "process": process, "limit": limit}
        name = "scan_elements" if process is None else "scan_elements_by_process"
        return [_element(*row) for row in await self._all(name, wanted)]

    async def versions(self, name: str, *, before: int, limit: int) -> Sequence[ProcessRow]:
        wanted = {"name": name, "before": before, "limit": limit}
        return [process_row(row) for row in await self._all("process_versions", wanted)]


def _path(parameter: str) -> str:
    """Where the state of a small run has the value. A parameter's code holds no quote."""
    return f'$.elements."0".values."{parameter}"'


def _scanned(row: Row) -> ScannedRun:
    *listed, large, text = row
    value = None if text is None else unpack(msgspec.json.decode(text))
    return ScannedRun(instance_row(listed), bool(large), value)


def _element(instance: str, id: int, element: str, state: str, *rest: Any) -> ScannedElement:
    since, *run = rest
    place = InstanceId(UUID(instance)), ElementInstanceId(id)
    return ScannedElement(*place, element, state, moment(since), *run)
