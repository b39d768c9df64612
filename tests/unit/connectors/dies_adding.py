"""Adds one record and is killed on the way: `python dies_adding.py URL JOB MOMENT`.

MOMENT: "before commit" (all statements have run), "after commit" (nothing has been answered yet) or
"never". The kill is SIGKILL, from inside SQLAlchemy's own events: nothing can be tidied up.
"""

import asyncio
import os
import signal
import sys
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from procession.connectors import ADD_DATA, Work
from procession.connectors.data import DataConnector

recorded = False


def die(*_: object) -> None:
    if recorded:
        os.kill(os.getpid(), signal.SIGKILL)


def note(_: object, __: object, statement: str, *___: object) -> None:
    global recorded
    recorded = recorded or statement.startswith("INSERT INTO procession_effect")


async def main(url: str, job: str, moment: str) -> None:
    event.listen(Engine, "after_cursor_execute", note)
    if moment == "before commit":
        event.listen(Engine, "commit", die)
    if moment == "after commit":
        event.listen(Pool, "checkin", die)
    work = Work(UUID(job), ADD_DATA, {"table": "Contact", "values": {"Name": "Ann"}})
    print((await DataConnector(url).run(work))["Id"])


asyncio.run(main(*sys.argv[1:]))
