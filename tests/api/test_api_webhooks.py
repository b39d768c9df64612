"""Webhooks over the API: registered, told, removed, by administrators alone."""

import httpx

from tests.api.test_api_people import ADA, key_of
from tests.contract.service import Serving, stranger

HOOK = {"address": "https://erp.example/hooks/runs", "events": ["process.completed"]}


async def test_a_webhook_is_registered_listed_and_removed(client: httpx.AsyncClient) -> None:
    added = await client.post("/api/webhooks", json=HOOK)
    assert added.status_code == 201
    told = added.json()
    assert told["secret"].startswith("whsec_")
    assert told["webhook"]["events"] == HOOK["events"]

    listed = (await client.get("/api/webhooks")).json()["items"]
    removed = await client.delete(f"/api/webhooks/{told['webhook']['id']}")
    again = await client.delete(f"/api/webhooks/{told['webhook']['id']}")

    assert listed == [told["webhook"]]
    assert (removed.status_code, again.status_code) == (204, 404)
    assert again.json()["code"] == "UnknownWebhook"
    assert (await client.get("/api/webhooks")).json()["items"] == []


async def test_what_was_not_taken_is_listed_and_only_what_was_given_up_is_sent_again(
    client: httpx.AsyncClient,
) -> None:
    await client.post("/api/webhooks", json=HOOK)
    await client.post("/api/processes/UsrEcho/instances", json={"waitSeconds": 5})

    (waiting,) = (await client.get("/api/deliveries")).json()["items"]
    retried = await client.post(f"/api/deliveries/{waiting['number']}/retry")

    assert (waiting["event"], waiting["attempts"]) == ("process.completed", 0)
    assert retried.status_code == 404


async def test_what_cannot_be_registered_is_a_problem(client: httpx.AsyncClient) -> None:
    wrong = [
        {"address": "ftp://erp.example/"},
        {**HOOK, "events": ["process.begun"]},
        {**HOOK, "events": []},
        {},
    ]
    answers = [await client.post("/api/webhooks", json=each) for each in wrong]

    assert [answer.status_code for answer in answers] == [400] * 4


async def test_only_administrators_may(client: httpx.AsyncClient, serving: Serving) -> None:
    await client.post("/api/users", json=ADA)
    async with stranger(serving) as ada:
        ada.headers.update(await key_of(client))
        answers = [
            await ada.get("/api/webhooks"),
            await ada.post("/api/webhooks", json=HOOK),
            await ada.delete("/api/webhooks/1"),
            await ada.get("/api/deliveries"),
            await ada.post("/api/deliveries/1/retry"),
        ]

    assert [answer.status_code for answer in answers] == [403] * 5
