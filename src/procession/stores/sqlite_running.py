"""The runs of one process in the SQLite file."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from procession.stores import InstanceRow
from procession.stores.running import TimerPoint
from procession.stores.sqlite_access import SqlitePart
from procession.stores.sqlite_rows import instance_row, moment

Values = Mapping[str, Any]


class SqliteRunning(SqlitePart):
    """`one` reads the first row at once, `all_rows` reads in a thread."""

    async def version_of(self, uid: UUID) -> tuple[str, int] | None:
        row = self._one("version_by_uid", {"uid": str(uid)})
        return None if row is None else (row[0], row[1])

    async def names(self, caption: str, *, limit: int) -> Sequence[str]:
        rows = await self._all("names_by_caption", {"caption": caption, "limit": limit})
        return [row[0] for row in rows]

    async def count(self, process: str, *, version: int = 0) -> int:
        [row] = await self._all("count_unfinished", {"process": process, "version": version})
        return int(row[0])

    async def unfinished(self, process: str, *, after: UUID, limit: int) -> Sequence[InstanceRow]:
        wanted = {"process": process, "after": str(after), "limit": limit}
        return [instance_row(row) for row in await self._all("unfinished_runs", wanted)]

    async def timers(self, process: str) -> Sequence[TimerPoint]:
        rows = await self._all("timer_starts", {"process": process})
        return [
            TimerPoint(row[0], row[1], None if row[2] is None else moment(row[2])) for row in rows
        ]
