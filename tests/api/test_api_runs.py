"""Starting runs over the API, looking at them, cancelling them."""

from uuid import uuid4

import httpx
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAIT = "/api/processes/UsrWait/instances"
ECHO = "/api/processes/UsrEcho/instances"


async def test_a_start_answers_the_run_with_its_values(caller: httpx.AsyncClient) -> None:
    answer = await caller.post(ECHO, json={"values": {"Count": 7, "Amount": 12.50, "Flag": "true"}})

    assert answer.status_code == 201
    run = answer.json()
    assert run["status"] == "Completed"
    assert (run["values"]["Count"], run["values"]["Amount"], run["values"]["Flag"]) == (
        7,
        12.5,
        True,
    )
    assert answer.headers["location"] == f"/api/instances/{run['id']}"
    assert (await caller.get(answer.headers["location"])).json()["run"]["process"] == "UsrEcho"


async def test_a_start_without_a_body_takes_the_defaults(caller: httpx.AsyncClient) -> None:
    answer = await caller.post(WAIT)

    assert answer.json()["values"]["Amount"] == 1


async def test_a_start_waits_as_long_as_it_is_told(caller: httpx.AsyncClient) -> None:
    at_once = await caller.post(
        "/api/processes/UsrSlow/instances", json={"values": {"Seconds": 0.2}}
    )
    waited = await caller.post(
        "/api/processes/UsrSlow/instances",
        json={"values": {"Seconds": 0.2}, "waitSeconds": 20},
    )

    assert at_once.json()["status"] == "Running"
    assert (waited.json()["status"], waited.json()["values"]["Slept"]) == ("Completed", 0.2)


async def test_inputs_that_nobody_takes_are_told(caller: httpx.AsyncClient) -> None:
    answer = await caller.post(ECHO, json={"values": {"Cuont": 1}})

    assert answer.json()["warnings"] == ["UsrEcho: there is no parameter 'Cuont'; it was ignored"]


async def test_a_run_tells_where_it_stands(caller: httpx.AsyncClient) -> None:
    run = (await caller.post(WAIT, json={"values": {"Amount": 4}})).json()["id"]

    told = (await caller.get(f"/api/instances/{run}")).json()

    assert told["run"]["caller"] == "Supervisor"
    assert told["run"]["endedAt"] is None
    assert told["values"] == {"Amount": 4, "Before": 5, "After": None}
    assert [(one["element"], one["state"]) for one in told["elements"]] == [("Approve", "active")]


async def test_a_stuck_run_tells_why(caller: httpx.AsyncClient) -> None:
    run = (await caller.post("/api/processes/UsrFail/instances", json={})).json()

    told = (await caller.get(f"/api/instances/{run['id']}")).json()

    assert run["status"] == told["run"]["status"] == "Error"
    assert told["incidents"] == run["incidents"]
    assert told["elements"][0]["incident"]["message"] == "a division by zero"


async def test_what_a_caller_has_is_not_sent_again(caller: httpx.AsyncClient) -> None:
    run = (await caller.post(WAIT, json={})).json()["id"]
    seen = await caller.get(f"/api/instances/{run}")
    tag = {"if-none-match": seen.headers["etag"]}

    again = await caller.get(f"/api/instances/{run}", headers=tag)
    await caller.post(f"/api/instances/{run}/cancel")
    changed = await caller.get(f"/api/instances/{run}", headers=tag)

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.headers["etag"] != seen.headers["etag"]


async def test_the_history_is_told_page_by_page(caller: httpx.AsyncClient) -> None:
    run = (await caller.post(WAIT, json={})).json()["id"]
    await caller.post(f"/api/instances/{run}/cancel", json={"reason": "ordered twice"})

    first = (await caller.get(f"/api/instances/{run}/history?limit=1")).json()
    last = await caller.get(f"/api/instances/{run}/history?limit=1&cursor={first['next']}")

    assert first["items"][0]["changes"][0]["type"] == "ProcessStarted"
    assert last.json()["next"] is None
    assert {"type": "ProcessCanceled", "reason": "ordered twice"} in last.json()["items"][0][
        "changes"
    ]


async def test_a_run_that_is_not_there_is_a_problem(caller: httpx.AsyncClient) -> None:
    answers = [
        await caller.get(f"/api/instances/{uuid4()}{rest}") for rest in ("", "/history", "/events")
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (404, "UnknownInstance")
    }


async def test_what_is_no_guid_is_refused(caller: httpx.AsyncClient) -> None:
    answer = await caller.get("/api/instances/mine")

    assert (answer.status_code, answer.json()["code"]) == (400, "BadValue")


async def test_a_cancelled_run_has_ended(caller: httpx.AsyncClient) -> None:
    run = (await caller.post(WAIT, json={})).json()["id"]

    canceled = await caller.post(f"/api/instances/{run}/cancel", json={"reason": "ordered twice"})
    again = await caller.post(f"/api/instances/{run}/cancel")

    assert canceled.json()["run"]["status"] == "Canceled"
    assert canceled.json()["elements"] == []
    assert (again.status_code, again.json()["code"]) == (409, "NotRunning")


async def test_a_run_that_has_gone_on_is_not_cancelled_by_who_saw_it_before(
    caller: httpx.AsyncClient,
) -> None:
    run = (await caller.post(WAIT, json={})).json()["id"]

    late = await caller.post(f"/api/instances/{run}/cancel", headers={"if-match": '"r7"'})
    right = await caller.post(f"/api/instances/{run}/cancel", headers={"if-match": '"r1"'})

    assert (late.status_code, late.json()["code"]) == (412, "PreconditionFailed")
    assert right.json()["run"]["status"] == "Canceled"
