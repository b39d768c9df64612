"""Add data and read data, on SQLite and on PostgreSQL alike."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from procession.connectors import Work
from procession.connectors.data import DataConnector
from procession.core.values import Values
from procession.errors import ConnectorError
from tests.unit.connectors.databases import Database, Shared, adding, reading

CONTACT = """create table "Contact" (
    "Id" varchar(36) primary key, "Name" text not null, "Email" text unique, "Age" integer)"""


@pytest.fixture
def contacts(database: Database) -> Database:
    database.run(CONTACT)
    return database


@pytest.fixture(scope="module")
def people(shared: Shared) -> Shared:
    shared.database.run(
        CONTACT,
        """insert into "Contact" values
        ('1', 'Ann', 'ann@example.com', 30), ('2', 'Bob', null, 20), ('3', 'Cy_n', null, null),
        ('4', '100%', null, 40), ('5', 'ANNA', null, 10)""",
    )
    return shared


async def refused(data: DataConnector, work: Work) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await data.run(work)
    return caught.value


async def found(data: DataConnector, *filters: Values, **asked: Any) -> list[str]:
    work = reading("Contact", filters=list(filters), sort=[{"column": "Id"}], **asked)
    return [record["Id"] for record in (await data.run(work))["records"]]


async def test_an_added_record_is_there_and_its_new_id_is_answered(
    contacts: Database, data: DataConnector
) -> None:
    answer = await data.run(adding("Contact", {"Name": "Ann", "Age": 30}))

    assert set(answer) == {"Id", "Name", "Age"}
    assert str(UUID(answer["Id"])) == answer["Id"]
    assert contacts.rows('select * from "Contact"') == [(answer["Id"], "Ann", None, 30)]


async def test_a_key_that_is_given_is_kept(contacts: Database, data: DataConnector) -> None:
    key = uuid4()

    answer = await data.run(adding("Contact", {"Id": key, "Name": "Ann"}))

    assert answer["Id"] == str(key)
    assert contacts.rows('select "Id" from "Contact"') == [(str(key),)]


async def test_a_key_that_is_not_set_is_made(contacts: Database, data: DataConnector) -> None:
    answer = await data.run(adding("Contact", {"Id": None, "Name": "Ann"}))

    assert contacts.rows('select "Id" from "Contact"') == [(answer["Id"],)]


async def test_a_key_that_the_database_counts_is_answered_by_its_name_and_as_id(
    database: Database, data: DataConnector
) -> None:
    counted = "integer primary key" if database.url.drivername == "sqlite" else "serial primary key"
    database.run(f"create table ticket (number {counted}, subject text)")
    database.run("insert into ticket (subject) values ('before')")

    answer = await data.run(adding("ticket", {"subject": "Help"}))

    assert answer == {"subject": "Help", "number": 2, "Id": 2}


async def test_a_key_with_a_default_is_the_databases(
    database: Database, data: DataConnector
) -> None:
    database.run("create table ticket (code text primary key default 'T-1', subject text)")

    answer = await data.run(adding("ticket", {"subject": "Help"}))

    assert answer == {"subject": "Help", "code": "T-1", "Id": "T-1"}


async def test_a_key_that_nobody_can_make_must_be_given(
    database: Database, data: DataConnector
) -> None:
    database.run("create table country (code varchar(2) primary key, name text)")

    error = await refused(data, adding("country", {"name": "Chad"}))
    answer = await data.run(adding("country", {"name": "Chad", "code": "TD"}))

    assert str(error) == "add-data country: table country needs its key code, and it is not given"
    assert not error.retryable
    assert answer == {"name": "Chad", "code": "TD", "Id": "TD"}


async def test_a_table_without_a_key_takes_records(database: Database, data: DataConnector) -> None:
    database.run("create table log (line text)")

    assert await data.run(adding("log", {"line": "x"})) == {"line": "x"}
    assert database.rows("select line from log") == [("x",)]


async def test_a_table_with_two_keys_takes_records(database: Database, data: DataConnector) -> None:
    database.run("create table seat (line integer, number integer, primary key (line, number))")

    answer = await data.run(adding("seat", {"line": 1, "number": 2}))

    assert answer == {"line": 1, "number": 2}


async def test_a_record_without_values_is_added(contacts: Database, data: DataConnector) -> None:
    contacts.run("create table mark (id varchar(36) primary key, at integer default 7)")

    answer = await data.run(adding("mark", {}))

    assert contacts.rows("select id, at from mark") == [(answer["Id"], 7)]


async def test_a_table_in_a_schema_is_named_with_it(
    postgresql_database: Database,
) -> None:
    postgresql_database.run("create schema crm", "create table crm.lead (id uuid primary key)")
    data = DataConnector(postgresql_database.url)

    answer = await data.run(adding("crm.lead", {}))

    assert (await data.run(reading("crm.lead")))["records"] == [{"id": answer["id"]}]
    await data.close()


async def test_words_of_sql_and_quotes_are_names_and_values_like_others(
    database: Database, data: DataConnector
) -> None:
    database.run(
        'create table "select" ("Id" varchar(36) primary key, "order by" text, "a""b" text)'
    )
    values = {"order by": '\'; drop table "select"; --', 'a"b': '"%s :x ?'}

    answer = await data.run(adding("select", values))

    assert await data.run(reading("select", mode="first")) == {"found": True, **answer}


async def test_the_first_record_is_its_columns(people: Shared) -> None:
    work = reading(
        "Contact", mode="first", columns=["Name", "Age"], sort=[{"column": "Age"}],
        filters=[{"column": "Age", "operator": "notnull"}],
    )  # fmt: skip

    assert await people.data.run(work) == {"found": True, "Name": "ANNA", "Age": 10}


async def test_the_first_of_no_records_says_so(contacts: Database, data: DataConnector) -> None:
    work = reading("Contact", mode="first", columns=["Name", "Age"])

    assert await data.run(work) == {"found": False, "Name": None, "Age": None}


async def test_a_collection_has_the_chosen_columns_sorted_and_limited(people: Shared) -> None:
    work = reading(
        "Contact",
        columns=["Name", "Age", "Name"],
        filters=[{"column": "Age", "operator": "gt", "value": 10}],
        sort=[{"column": "Age", "descending": True}, {"column": "Name"}],
        limit=2,
    )

    assert await people.data.run(work) == {
        "records": [{"Name": "100%", "Age": 40}, {"Name": "Ann", "Age": 30}],
        "count": 2,
    }


async def test_a_collection_without_columns_has_all(people: Shared) -> None:
    answer = await people.data.run(reading("Contact", sort=[{"column": "Id"}]))

    assert answer["count"] == 5
    assert answer["records"][1] == {"Id": "2", "Name": "Bob", "Email": None, "Age": 20}


@pytest.mark.parametrize(
    ("column", "operator", "value", "ids"),
    [
        ("Age", "eq", 20, ["2"]),
        ("Age", "eq", "20", ["2"]),
        ("Age", "eq", None, ["3"]),
        ("Age", "ne", 20, ["1", "4", "5"]),
        ("Age", "ne", None, ["1", "2", "4", "5"]),
        ("Age", "gt", 20, ["1", "4"]),
        ("Age", "ge", 20, ["1", "2", "4"]),
        ("Age", "lt", 20, ["5"]),
        ("Age", "le", 20, ["2", "5"]),
        ("Name", "contains", "nn", ["1", "5"]),
        ("Name", "contains", "_", ["3"]),
        ("Name", "contains", "%", ["4"]),
        ("Name", "startswith", "an", ["1", "5"]),
        ("Name", "endswith", "B", ["2"]),
        ("Name", "in", ["Bob", "Ann", None], ["1", "2"]),
        ("Name", "in", [], []),
        ("Age", "isnull", None, ["3"]),
        ("Age", "notnull", None, ["1", "2", "4", "5"]),
        ("Name", "eq", "' or 1=1 --", []),
    ],
)
async def test_a_filter_finds_what_its_operator_says(
    people: Shared, column: str, operator: str, value: Any, ids: list[str]
) -> None:
    assert await found(people.data, {"column": column, "operator": operator, "value": value}) == ids


async def test_several_filters_hold_together(people: Shared) -> None:
    old = {"column": "Age", "operator": "ge", "value": 20}
    ann = {"column": "Name", "operator": "contains", "value": "a"}

    assert await found(people.data, old, ann) == ["1"]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"column": "Age", "operator": "contains", "value": "1"}, "contains is for text columns"),
        ({"column": "Age", "operator": "like", "value": 1}, "no operator 'like'; there is eq, ne"),
        ({"column": "Age", "operator": "gt", "value": None}, "gt needs a value, and it is not set"),
        ({"column": "Age", "operator": "eq", "value": "x"}, "Age: 'x' is not an Integer"),
        ({"column": "Age", "operator": "in", "value": "x"}, "in needs a list of values"),
        ({"column": "Age", "operator": "in", "value": [1] * 1001}, "1000 are allowed"),
        ({"operator": "eq", "value": "x"}, "missing required field `column`"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused(people: Shared, ask: Values, words: str) -> None:
    error = await refused(people.data, reading("Contact", filters=[ask]))

    assert words in str(error)
    assert (error.code, error.retryable) == ("BadValue", False)


async def test_a_table_that_is_not_there_is_named_with_the_near_ones(
    contacts: Database, data: DataConnector
) -> None:
    error = await refused(data, adding("contacts", {"Name": "Ann"}))

    assert str(error) == "the database has no table 'contacts'; did you mean Contact?"
    assert (error.code, error.retryable) == ("UnknownTable", False)


@pytest.mark.parametrize(
    "work",
    [
        adding("Contact", {"Name": "Ann", "Nmae": "x"}),
        reading("Contact", columns=["Nmae"]),
        reading("Contact", filters=[{"column": "Nmae", "operator": "isnull"}]),
        reading("Contact", sort=[{"column": "Nmae"}]),
    ],
    ids=["added", "chosen", "filtered", "sorted"],
)
async def test_a_column_that_is_not_there_is_named_with_the_near_ones(
    contacts: Database, data: DataConnector, work: Work
) -> None:
    error = await refused(data, work)

    assert str(error) == "table Contact has no column 'Nmae'; did you mean Name?"
    assert (error.code, error.retryable) == ("UnknownColumn", False)
    assert contacts.count("Contact") == 0


async def test_a_table_and_a_column_made_later_are_found(
    contacts: Database, data: DataConnector
) -> None:
    await refused(data, adding("Later", {}))
    await refused(data, adding("Contact", {"Name": "Ann", "City": "Rome"}))
    contacts.run('alter table "Contact" add column "City" text')
    contacts.run('create table "Later" (id varchar(36) primary key)')

    await data.run(adding("Later", {}))
    await data.run(adding("Contact", {"Name": "Ann", "City": "Rome"}))

    assert contacts.rows('select "City" from "Contact"') == [("Rome",)]


async def test_a_column_that_was_taken_away_is_named_although_it_was_known(
    contacts: Database, data: DataConnector
) -> None:
    await data.run(adding("Contact", {"Name": "Ann", "Age": 3}))
    contacts.run('alter table "Contact" drop column "Age"')

    error = await refused(data, adding("Contact", {"Name": "Bob", "Age": 3}))

    assert error.code == "UnknownColumn"
    assert "no column 'Age'" in str(error)


@pytest.mark.parametrize("values", [{"Name": None}, {"Age": 3}], ids=["empty", "absent"])
async def test_a_record_that_a_constraint_forbids_is_refused_for_good(
    contacts: Database, data: DataConnector, values: Values
) -> None:
    error = await refused(data, adding("Contact", values))

    assert str(error).startswith("add-data Contact: the database refused the record: ")
    assert "Name" in str(error)
    assert "insert" not in str(error).lower()
    assert (error.code, error.retryable) == ("ConstraintViolated", False)
    assert contacts.count("procession_effect") == 0


async def test_a_second_record_with_a_unique_value_is_refused_for_good(
    contacts: Database, data: DataConnector
) -> None:
    await data.run(adding("Contact", {"Name": "Ann", "Email": "secret@example.com"}))

    error = await refused(data, adding("Contact", {"Name": "Bob", "Email": "secret@example.com"}))

    assert error.code == "ConstraintViolated"
    assert "secret@example.com" not in str(error)
    assert contacts.count("Contact") == 1


async def test_more_records_than_allowed_are_an_error_and_not_a_part(people: Shared) -> None:
    data = DataConnector(people.database.url, records_max=4)

    unlimited = await refused(data, reading("Contact"))
    excessive = await refused(data, reading("Contact", limit=5))

    assert str(unlimited) == (
        "4 records can be read at once and there are more; set a filter or a limit"
    )
    assert str(excessive) == (
        "4 records can be read at once and the limit is 5; set a filter or a limit"
    )
    assert (unlimited.code, unlimited.retryable) == ("TooManyRecords", False)
    assert await found(data, limit=4) == ["1", "2", "3", "4"]
    await data.close()


async def test_records_that_are_too_large_together_are_an_error(
    contacts: Database, data: DataConnector
) -> None:
    large = "x" * 900_000
    contacts.run(
        *(f"""insert into "Contact" ("Id", "Name") values ('{i}', '{large}')""" for i in range(12))
    )

    error = await refused(data, reading("Contact"))

    assert re.search("more than 10000000 characters", str(error))
    assert error.code == "TooManyRecords"


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_below_one_is_refused(
    contacts: Database, data: DataConnector, limit: int
) -> None:
    error = await refused(data, reading("Contact", limit=limit))

    assert f"the limit is {limit}" in str(error)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("add-data", {}),
        ("add-data", {"table": 1}),
        ("read-data", {"table": "Contact", "mode": "some"}),
        ("read-data", {"table": "Contact", "colums": []}),
        ("drop-data", {"table": "Contact"}),
    ],
)
async def test_work_that_cannot_be_read_is_refused(
    contacts: Database, data: DataConnector, kind: str, values: Values
) -> None:
    error = await refused(data, Work(uuid4(), kind, values))

    assert (error.code, error.retryable) == ("BadValue", False)


async def test_a_view_can_be_read(people: Shared) -> None:
    people.database.run('create view young as select "Name" from "Contact" where "Age" < 20')

    assert (await people.data.run(reading("young")))["records"] == [{"Name": "ANNA"}]


async def test_an_added_record_is_seen_at_once(contacts: Database, data: DataConnector) -> None:
    for number in range(5):
        await data.run(adding("Contact", {"Name": f"n{number}"}))
        assert (await data.run(reading("Contact")))["count"] == number + 1
