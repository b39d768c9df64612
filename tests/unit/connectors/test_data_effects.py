"""Each job adds its record once, whatever happens between the effect and its record."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from procession.connectors.data import DataConnector
from procession.errors import ConnectorError
from tests.unit.connectors.databases import Database, adding

PROGRAM = Path(__file__).with_name("dies_adding.py")
KEYS = {
    "a key of ours": '"Id" varchar(36) primary key',
    "a counted key": '"Id" integer primary key',
    "no key": '"Other" text',
}


@pytest.fixture(params=list(KEYS))
def contacts(request: pytest.FixtureRequest, database: Database) -> Database:
    key = KEYS[request.param]
    if database.url.drivername != "sqlite":
        key = key.replace("integer", "serial")
    database.run(f'create table "Contact" ({key}, "Name" text, "Email" text unique)')
    return database


def program(database: Database, job: UUID, moment: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROGRAM), database.text, str(job), moment]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed_within(server: subprocess.Popen[str], seconds: float) -> None:
    time.sleep(seconds)
    server.kill()
    server.communicate()


async def test_a_job_that_is_tried_again_adds_nothing_and_answers_the_same(
    contacts: Database, data: DataConnector
) -> None:
    work = adding("Contact", {"Name": "Ann", "Email": "ann@example.com"})

    first = await data.run(work)
    second = await data.run(work)

    assert first == second
    assert type(first.get("Id")) is type(second.get("Id"))
    assert contacts.count("Contact") == 1


async def test_two_jobs_add_two_records(contacts: Database, data: DataConnector) -> None:
    await data.run(adding("Contact", {"Name": "Ann"}))
    await data.run(adding("Contact", {"Name": "Ann"}))

    assert contacts.count("Contact") == contacts.count("procession_effect") == 2


async def test_many_tries_at_once_of_one_job_add_one_record(contacts: Database) -> None:
    connectors = [DataConnector(contacts.url) for _ in range(3)]
    work = adding("Contact", {"Name": "Ann", "Email": "ann@example.com"})

    answers = await asyncio.gather(*(each.run(work) for each in connectors * 4))

    assert all(answer == answers[0] for answer in answers)
    assert contacts.count("Contact") == contacts.count("procession_effect") == 1
    for each in connectors:
        await each.close()


async def test_the_record_of_an_effect_holds_keys_and_no_other_values(
    database: Database, data: DataConnector
) -> None:
    database.run('create table "Contact" ("Id" varchar(36) primary key, "Name" text)')
    work = adding("Contact", {"Name": "Ann"})

    answer = await data.run(work)

    stored = database.rows("select job, result from procession_effect")
    assert stored == [(str(work.uid), f'{{"Id":"{answer["Id"]}"}}')]


async def test_a_refused_record_leaves_no_trace_and_can_be_added_later(
    contacts: Database, data: DataConnector
) -> None:
    await data.run(adding("Contact", {"Email": "x"}))
    work = adding("Contact", {"Email": "x"})

    with pytest.raises(ConnectorError):
        await data.run(work)
    assert contacts.count("Contact") == contacts.count("procession_effect") == 1
    contacts.run('delete from "Contact"')
    await data.run(work)

    assert contacts.count("Contact") == 1
    assert contacts.count("procession_effect") == 2


@pytest.mark.parametrize("moment", ["before commit", "after commit"])
async def test_a_server_killed_around_its_commit_adds_one_record_in_the_end(
    database: Database, data: DataConnector, moment: str
) -> None:
    counted = "integer" if database.url.drivername == "sqlite" else "serial"
    database.run(f'create table "Contact" ("Id" {counted} primary key, "Name" text)')
    job = uuid4()
    killed = program(database, job, moment)

    assert killed.communicate()[0] == ""
    assert killed.returncode == -signal.SIGKILL
    committed = database.rows('select "Id", "Name" from "Contact"')
    assert len(committed) == (1 if moment == "after commit" else 0)

    answer = await data.run(adding("Contact", {"Name": "Ann"}, job))

    found = database.rows('select "Id", "Name" from "Contact"')
    assert found == [(answer["Id"], "Ann")]
    assert committed in ([], found)
    assert database.count("procession_effect") == 1


async def test_servers_killed_at_random_moments_add_one_record_per_job(
    sqlite_database: Database,
) -> None:
    sqlite_database.run('create table "Contact" ("Id" varchar(36) primary key, "Name" text)')
    seed = random.randrange(2**32)
    print("seed", seed)
    randomly = random.Random(seed)
    jobs = [uuid4() for _ in range(5)]

    for job in jobs:
        killed_within(program(sqlite_database, job, "never"), randomly.uniform(0.3, 0.8))
    data = DataConnector(sqlite_database.url)
    answers = [await data.run(adding("Contact", {"Name": "Ann"}, job)) for job in jobs]

    found = sqlite_database.rows('select "Id" from "Contact"')
    assert sorted(found) == sorted((answer["Id"],) for answer in answers)
    assert sqlite_database.rows("pragma integrity_check") == [("ok",)]
    await data.close()


async def test_the_table_of_effects_is_made_again_when_it_was_dropped(
    contacts: Database, data: DataConnector
) -> None:
    await data.run(adding("Contact", {"Name": "Ann"}))
    contacts.run("drop table procession_effect")

    await data.run(adding("Contact", {"Name": "Bob"}))

    assert contacts.count("Contact") == 2
    assert contacts.count("procession_effect") == 1


async def test_a_process_cannot_claim_an_effect_that_another_job_will_have(
    database: Database, data: DataConnector
) -> None:
    values = {"job": str(uuid4()), "result": "{}", "at": "2026-01-31"}

    with pytest.raises(ConnectorError, match="procession_effect is the service's own"):
        await data.run(adding("procession_effect", values))

    assert database.count("procession_effect") == 0


async def test_reading_makes_no_table(database: Database, data: DataConnector) -> None:
    database.run('create table "Contact" ("Name" text)')

    await data.check({"table": "Contact", "values": {"Name": ""}})

    assert not sa.inspect(database.engine).has_table("procession_effect")


async def test_a_user_who_may_not_create_tables_is_told_the_statement_to_run(
    postgresql_database: Database,
) -> None:
    postgresql_database.run(
        "drop owned by clerk" if clerk_exists(postgresql_database) else "create role clerk login",
        "revoke create on schema public from public",
        "grant usage on schema public to clerk",
        'create table "Contact" (id uuid primary key, "Name" text)',
        'grant select, insert on "Contact" to clerk',
    )
    data = DataConnector(postgresql_database.url.set(username="clerk"))
    work = adding("Contact", {"Name": "Ann"})

    with pytest.raises(ConnectorError) as caught:
        await data.run(work)

    assert (caught.value.code, caught.value.retryable) == ("EffectTableMissing", False)
    assert postgresql_database.count("Contact") == 0
    statement = str(caught.value).partition("owner run: ")[2].partition(";")[0]
    postgresql_database.run(statement, "grant select, insert on procession_effect to clerk")
    await data.run(work)
    assert postgresql_database.count("Contact") == 1
    await data.close()


def clerk_exists(database: Database) -> bool:
    return bool(database.rows("select 1 from pg_roles where rolname = 'clerk'"))
