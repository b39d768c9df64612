"""What the log holds of a call, and what it must not hold."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import structlog
from structlog.testing import LogCapture

from tests.contract.service import ENGINE, LOGIN, PASSWORD, USER, Serving, stranger

SECRET = "a-secret-of-the-caller"
ECHO = f"{ENGINE}/UsrEcho/Execute"


@pytest.fixture
def log() -> LogCapture:
    """Catches what is logged; the service takes its loggers when it first writes."""
    log = LogCapture()
    structlog.configure(processors=[log], cache_logger_on_first_use=False)
    return log


def failures(log: LogCapture) -> list[Mapping[str, Any]]:
    return [entry for entry in log.entries if entry["event"] == "call_failed"]


async def test_a_refused_call_has_one_line_with_the_id_of_its_answer(
    log: LogCapture, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"{ECHO}?Count=four")

    [line] = failures(log)
    assert line["correlation_id"] == answer.headers["x-correlation-id"]
    assert (line["status"], line["code"], line["log_level"]) == (400, "BadValue", "warning")
    assert (line["method"], line["path"], line["user"]) == ("GET", ECHO, USER)
    assert line["address"] == "127.0.0.1"
    assert "traceback" not in line


async def test_a_refused_run_has_one_line_too(log: LogCapture, client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{ENGINE}/RunProcess", json={"schemaName": "UsrNothing"})

    [line] = failures(log)
    assert line["correlation_id"] == answer.headers["x-correlation-id"]
    assert (line["status"], line["code"]) == (200, "UnknownProcess")


async def test_a_call_that_succeeds_has_no_line(log: LogCapture, client: httpx.AsyncClient) -> None:
    await client.get(ECHO)

    assert failures(log) == []


async def test_a_fault_of_ours_is_told_to_the_log_and_not_to_the_caller(
    log: LogCapture, serving: Serving, client: httpx.AsyncClient
) -> None:
    await client.get(ECHO)
    # A fault as a bug would make it: what the engine works with is gone.
    del serving.engine.catalog

    answer = await client.get(ECHO)

    assert answer.status_code == 500
    assert answer.json() == {
        "errorInfo": {
            "errorCode": "InternalError",
            "message": "This is a fault of the service. The operator finds it in the log under"
            " X-Correlation-Id.",
            "stackTrace": None,
        },
        "success": False,
    }
    [line] = failures(log)
    assert line["correlation_id"] == answer.headers["x-correlation-id"]
    assert line["log_level"] == "error"
    assert "AttributeError" in line["traceback"]
    assert "process_engine_service.py" in line["traceback"]


async def test_a_store_that_cannot_be_used_is_503_and_the_cause_is_in_the_log(
    log: LogCapture, serving: Serving, client: httpx.AsyncClient
) -> None:
    await client.get(ECHO)
    await serving.engine.store.close()

    answer = await client.get(ECHO)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["errorInfo"]["errorCode"] == "StoreUnavailable"
    assert "closed" not in answer.text
    [line] = failures(log)
    assert line["correlation_id"] == answer.headers["x-correlation-id"]
    assert "closed" in line["message"]


async def test_no_secret_of_a_caller_is_in_the_log(
    log: LogCapture, serving: Serving, client: httpx.AsyncClient
) -> None:
    await client.get(f"{ECHO}?Text={SECRET}&Text={SECRET}")
    await client.post(ECHO, json={"Text": SECRET, "Key": 1})
    await client.get(ECHO, headers={"BPMCSRF": SECRET})
    async with stranger(serving) as other:
        await other.post(LOGIN, json={"UserName": USER, "UserPassword": SECRET})
        await other.post(LOGIN, json={"UserName": SECRET, "UserPassword": PASSWORD})
        await other.get(ECHO, headers={"Cookie": f".ASPXAUTH={SECRET}"})
    del serving.engine.catalog
    await client.get(f"{ECHO}?Text={SECRET}")

    said = repr(log.entries)
    assert len(failures(log)) == 5
    assert SECRET not in said
    assert PASSWORD not in said
    assert client.cookies[".ASPXAUTH"] not in said
    assert client.headers["BPMCSRF"] not in said


async def test_what_a_caller_sends_makes_no_line_of_its_own(
    log: LogCapture, client: httpx.AsyncClient
) -> None:
    await client.get("/0/x%0A2026-01-01%20[info]%20login%20user=Supervisor")
    await client.get("/0/" + "x" * 5_000)

    first, second = failures(log)
    render = structlog.processors.JSONRenderer()
    assert "\n" not in str(render(None, "", dict(first)))
    assert len(second["path"]) <= 200
    assert len(second["message"]) <= 200
