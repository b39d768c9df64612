"""Both clients against the real service, over HTTP."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from procession.access import Principal
from procession.client import (
    BadRequest,
    Key,
    LoginFailed,
    NotRunning,
    Password,
    ProcessFailed,
    Run,
    Status,
    StillRunning,
    Unauthorized,
    UnknownElement,
    UnknownProcess,
    UnknownRun,
    typed,
)
from procession.core.ids import element_uid
from procession.keys import NewKey
from tests.acceptance.running import ROOT
from tests.client.conftest import Connect
from tests.contract.service import USER, Serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROCESSES = ROOT / "tests" / "contract" / "processes"
ECHO_UID = UUID("1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0001")
ONE_ID = UUID("8ecab4a1-0ca3-4515-9399-efe0a19390bd")
VALUES: list[tuple[str, object]] = [
    ("Text", 'a "quoted" <text> & more, ünï'),
    ("Count", 42),
    ("Amount", Decimal("12.50")),
    ("Ratio", 0.25),
    ("Flag", True),
    ("At", datetime(2026, 1, 31, 13, 45, tzinfo=UTC)),
    ("Day", date(2026, 1, 31)),
    ("Hour", time(13, 45)),
    ("Key", ONE_ID),
    ("Rows", [{"Id": ONE_ID, "Name": "Ann"}]),
]


async def test_the_service_answers_a_ping(client: Any) -> None:
    await client.ping()


@pytest.mark.parametrize(("name", "value"), VALUES, ids=[name for name, _ in VALUES])
async def test_a_value_of_each_type_comes_back_as_it_was(
    client: Any, name: str, value: object
) -> None:
    found = await client.execute("UsrEcho", {name: value}, result=name)
    run = await client.run("UsrEcho", {name: value}, results=[name])

    kind = list[dict[str, object]] if isinstance(value, list) else type(value)
    expected = [{"Id": str(ONE_ID), "Name": "Ann"}] if isinstance(value, list) else value
    assert typed(found, kind) == expected
    assert run.result(name, kind) == expected


async def test_a_start_without_a_result_answers_nothing(client: Any) -> None:
    assert await client.execute("UsrEcho", {"Count": 1}) is None


async def test_a_process_is_started_by_its_uid_too(client: Any) -> None:
    run = await client.run(ECHO_UID, {"Count": 1}, results=["Count"])

    assert (run.status, run.results) == (Status.COMPLETED, {"Count": 1})


async def test_a_failed_run_raises_and_tells_why(client: Any) -> None:
    with pytest.raises(ProcessFailed, match="UsrFail has failed: Divide: a division by zero") as e:
        await client.run("UsrFail", results=["Before"])

    assert isinstance(e.value.run, Run)
    assert e.value.run.results == {"Before": 7}
    with pytest.raises(ProcessFailed, match="of UsrFail has failed"):
        await client.execute("UsrFail", result="Before")


async def test_a_failed_run_is_answered_to_who_wants_to_look_at_it(client: Any) -> None:
    run = await client.run("UsrFail", check=False)

    assert run.status is Status.ERROR
    assert run.error.code == "ExpressionError"


async def test_a_run_that_rests_goes_on_when_its_element_is_completed(
    client: Any, shared: Serving
) -> None:
    run = await client.run("UsrWait", {"Amount": 4})
    task = next(each for each in (await shared.show(run.process_id)).elements)

    await client.complete_element(task.uid)
    await client.complete_element(task.uid)

    assert (await shared.show(run.process_id)).values["After"] == 50


async def test_a_run_that_rests_can_be_cancelled(client: Any, shared: Serving) -> None:
    run, other = await client.run("UsrWait"), await client.run("UsrWait")

    await client.cancel(run.process_id, other.process_id)

    assert (await shared.show(run.process_id)).row.status == "Canceled"
    assert (await shared.show(other.process_id)).row.status == "Canceled"
    with pytest.raises(NotRunning):
        await client.complete_element(element_uid(run.process_id, 3))  # type: ignore[arg-type]


async def test_the_log_tells_how_a_run_stands_and_what_it_has_done(client: Any) -> None:
    run = await client.run("UsrEcho", {"Count": 1})

    row = await client.wait(run.process_id)
    elements = await client.elements(run.process_id)

    assert (row.process_id, row.status) == (run.process_id, Status.COMPLETED)
    assert row.started_at <= row.completed_at
    assert [(each.code, each.status) for each in elements] == [
        ("Start", Status.COMPLETED),
        ("End", Status.COMPLETED),
    ]


async def test_waiting_for_a_run_that_rests_ends_with_its_time(client: Any) -> None:
    run = await client.run("UsrWait")

    with pytest.raises(StillRunning):
        await client.wait(run.process_id, 0.2)


async def test_waiting_for_a_run_that_failed_raises(client: Any) -> None:
    run = await client.run("UsrFail", check=False)

    with pytest.raises(ProcessFailed, match="division by zero"):
        await client.wait(run.process_id)


async def test_what_does_not_exist_is_named(client: Any) -> None:
    with pytest.raises(UnknownProcess, match="did you mean UsrEcho"):
        await client.execute("UsrEchoo")
    with pytest.raises(UnknownProcess, match="did you mean UsrEcho"):
        await client.run("UsrEchoo")
    with pytest.raises(UnknownElement):
        await client.complete_element(uuid4())
    with pytest.raises(UnknownRun):
        await client.status(uuid4())


async def test_an_ill_typed_value_is_refused_with_a_correlation_id(client: Any) -> None:
    with pytest.raises(BadRequest, match="Count: 'many' is not") as failure:
        await client.execute("UsrEcho", {"Count": "many"})

    assert failure.value.code == "BadValue"
    assert failure.value.correlation_id


async def test_a_session_that_was_ended_is_opened_again(client: Any, shared: Serving) -> None:
    await client.log_in()
    await shared.accounts.end_all(USER)

    assert await client.execute("UsrEcho", {"Count": 1}, result="Count") == 1


async def test_a_wrong_password_is_refused_once(connect: Connect) -> None:
    with pytest.raises(LoginFailed, match="password is wrong"):
        await connect(Password(USER, "wrong")).execute("UsrEcho")


async def test_who_does_not_say_who_they_are_is_not_let_in(connect: Connect) -> None:
    with pytest.raises(Unauthorized):
        await connect(None).execute("UsrEcho")


async def test_an_api_key_lets_in_without_a_login(
    connect: Connect, kind: str, shared: Serving
) -> None:
    key = await shared.accounts.keys.add(NewKey(USER, f"for {kind}"), by=Principal(USER))

    assert await connect(Key(key)).execute("UsrEcho", {"Count": 7}, result="Count") == 7


async def test_the_other_flavour_has_no_0_in_its_addresses(connect: Connect) -> None:
    client = connect(net_framework=False)

    await client.ping()
    run = await client.run("UsrEcho")

    assert (await client.status(run.process_id)).status is Status.COMPLETED


async def test_the_api_deploys_starts_and_completes(client: Any) -> None:
    [deployed] = await client.api.deploy(PROCESSES / "UsrWait.bpmn")
    run = await client.api.start("UsrWait", {"Amount": 4}, wait_seconds=10)
    [task] = [each for each in await client.api.tasks("UsrWait") if each.run == run.process_id]

    ended = await client.api.complete(task.id, wait_seconds=10)
    again = await client.api.complete(task.id)

    assert (deployed.name, deployed.changed) == ("UsrWait", False)
    assert (run.status, run.value("Before", int)) == (Status.RUNNING, 5)
    assert (ended.status, ended.values["After"]) == (Status.COMPLETED, 50)
    assert again.status is Status.COMPLETED


async def test_the_api_deploys_several_files_or_none(client: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<definitions/>")

    deployed = await client.api.deploy(PROCESSES / "UsrWait.bpmn", PROCESSES / "UsrEcho.bpmn")

    assert [each.name for each in deployed] == ["UsrWait", "UsrEcho"]
    with pytest.raises(BadRequest, match=r"broken\.bpmn"):
        await client.api.deploy(PROCESSES / "UsrWait.bpmn", broken)


async def test_a_start_under_a_key_is_one_start(client: Any, kind: str) -> None:
    one = await client.api.start("UsrEcho", {"Count": 1}, idempotency_key=f"order-17-{kind}")
    other = await client.api.start("UsrEcho", {"Count": 1}, idempotency_key=f"order-17-{kind}")

    assert one.process_id == other.process_id


async def test_the_api_tells_where_a_run_is_stuck(client: Any) -> None:
    run = await client.api.start("UsrFail", wait_seconds=10)

    assert (run.status, run.error.code) == (Status.ERROR, "ExpressionError")
