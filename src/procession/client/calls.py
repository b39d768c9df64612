"""The calls of the contract: what is sent, whether it may be sent twice, how the answer is read.

Rule: a call is a value. Who logs in, repeats and waits is `talks.py`; who sends is a driver.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from procession.client.answers import (
    LoggedElement,
    LoggedRun,
    Run,
    Status,
    confirmed,
    executed_run,
    logged_elements,
    logged_run,
    result_value,
    run_of,
    succeeded,
)
from procession.client.errors import BadParameter
from procession.client.exchange import Reply
from procession.client.site import Site, path_part
from procession.client.values import Parameters, Value, texts

RESULT_NAME = "ResultParameterName"
ELEMENT_NAME = "ProcessElementUID"
JSON = "application/json"

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request of the contract. `reads`: it changes nothing, so it may be sent again."""

    method: str
    url: str
    read: Callable[[Reply], T]
    content: Value = None
    reads: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def ping(site: Site) -> Call[None]:
    return Call("GET", f"{site.service}/ping", _nothing, reads=True)


def execute(site: Site, name: str, parameters: Parameters | None, result: str) -> Call[Value]:
    """Start a process; with a result wait for it and read it (CONTRACT 3)."""
    query = texts(parameters)
    if RESULT_NAME in query:
        raise BadParameter(f"{RESULT_NAME} is no parameter of a process; give it as result=…")
    if result:
        query[RESULT_NAME] = result
    url = site.engine(f"{path_part(_name(name))}/Execute", **query)
    # POST: what stands between may send a GET a second time, and each time is a start.
    return Call("POST", url, partial(_executed, name) if result else _nothing)


def _executed(name: str, reply: Reply) -> Value:
    run = executed_run(reply)
    succeeded(run, name, check=run.status is not Status.UNKNOWN)
    return result_value(reply)


def run_process(
    site: Site, process: str | UUID, parameters: Parameters | None, results: Sequence[str]
) -> Call[Run]:
    """Start a process by its name or UId (CONTRACT 5)."""
    which = (
        {"schemaUId": str(process)} if isinstance(process, UUID) else {"schemaName": _name(process)}
    )
    given = [{"name": name, "value": text} for name, text in texts(parameters).items()]
    content = {**which, "parameterValues": given, "resultParameterNames": list(results)}
    return Call("POST", site.engine("RunProcess"), run_of, content)


def complete_element(site: Site, uid: UUID) -> Call[None]:
    """Execute a waiting element of a running process (CONTRACT 4)."""
    url = site.engine("ExecProcElByUId", **{ELEMENT_NAME: str(uid)})
    return Call("POST", url, _nothing)


def cancel(site: Site, process_ids: Sequence[UUID]) -> Call[None]:
    """End runs (CONTRACT 6)."""
    # One text, as the original's own pages send it.
    content = ";".join(map(str, process_ids))
    return Call("POST", site.engine("CancelExecution"), confirmed, content)


def logged(site: Site, process_id: UUID) -> Call[LoggedRun]:
    """The run's row in the log (CONTRACT 7)."""
    url = site.odata(
        "SysProcessLog",
        filter=f"Id eq {process_id}",
        select="Id,Name,StatusId,StartDate,CompleteDate,ErrorDescription",
        expand="Status($select=Value)",
    )
    return Call("GET", url, partial(_logged, process_id), reads=True)


def _logged(process_id: UUID, reply: Reply) -> LoggedRun:
    return logged_run(reply, process_id)


ElementsPage = tuple[Sequence[LoggedElement], str | None]


def elements(site: Site, process_id: UUID) -> Call[ElementsPage]:
    """The first page of the rows of a run's elements, oldest first."""
    url = site.odata(
        "SysProcessElementLog",
        filter=f"SysProcessId eq {process_id}",
        expand="Status($select=Value)",
        orderby="StartDate",
    )
    return elements_at(url)


def elements_at(url: str) -> Call[ElementsPage]:
    """The page that a link leads to."""
    return Call("GET", url, logged_elements, reads=True)


def body(content: Value) -> tuple[bytes, dict[str, str]]:
    """What is sent of a call's content, and the header that tells what it is."""
    if content is None:
        return b"", {}
    if isinstance(content, bytes):
        return content, {}
    try:
        return _ENCODER.encode(content), {"Content-Type": JSON}
    except (TypeError, ValueError, OverflowError) as error:
        raise BadParameter(f"a value cannot be written as JSON: {error}") from None


def _name(name: str) -> str:
    if not name:
        raise BadParameter("a process has a name; this one is empty")
    return name


def _nothing(reply: Reply) -> None:
    """The answer says no more than its status."""
