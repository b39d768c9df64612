"""The log over HTTP: what clients that poll it ask for, and what they get (CONTRACT 7)."""

import json
from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procession.access import Principal
from procession.core.ids import InstanceId
from procession.stores.people import Grant, Kind
from tests.contract.service import ENGINE, LOGIN, USER, Serving, stranger
from tests.contract.transcripts import sent

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODATA = "/0/odata"
RUNNING = "ed2ae277-b6e2-df11-971b-001d60e938c6"
COMPLETED = "815c9586-b6e2-df11-971b-001d60e938c6"
ERROR = "f942c08d-b6e2-df11-971b-001d60e938c6"
CANCELED = "1be78f3e-234d-4d6a-869a-dc07253fd2f3"
NO_GUID = "00000000-0000-0000-0000-000000000000"
NO_MOMENT = "0001-01-01T00:00:00Z"
EDMX = "{http://docs.oasis-open.org/odata/ns/edmx}"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


async def run(caller: httpx.AsyncClient, process: str, **values: str) -> str:
    """The id of a run that has been started."""
    given = [{"name": name, "value": value} for name, value in values.items()]
    body = {"schemaName": process, "parameterValues": given}
    answer = await caller.post(f"{ENGINE}/RunProcess", json=body)
    return str(answer.json()["processId"])


async def read(caller: httpx.AsyncClient, address: str, **headers: str) -> httpx.Response:
    """A good answer."""
    answer = await caller.get(f"{ODATA}/{address}", headers=headers)
    assert answer.is_success, answer.text
    assert answer.headers["odata-version"] == "4.0"
    return answer


async def rows(caller: httpx.AsyncClient, address: str) -> list[Mapping[str, object]]:
    return list((await read(caller, address)).json()["value"])


def refused(answer: httpx.Response, status: int) -> str:
    """The message of a refusal, which must be in OData's shape."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "target"}
    assert body["error"]["code"]
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["x-correlation-id"]
    return str(body["error"]["message"])


@pytest.mark.parametrize(
    ("process", "status", "value"),
    [("UsrEcho", COMPLETED, 2), ("UsrWait", RUNNING, 1), ("UsrFail", ERROR, 3)],
)
async def test_a_client_that_polls_sees_how_its_run_stands(
    caller: httpx.AsyncClient, process: str, status: str, value: int
) -> None:
    id = await run(caller, process)

    (row,) = await rows(
        caller,
        f"SysProcessLog?$filter=Id eq {id}&$select=Id,StatusId,ErrorDescription"
        "&$expand=Status($select=Value),SysSchema($select=Name),Owner($select=Name)",
    )
    assert row == {
        "Id": id,
        "StatusId": status,
        "ErrorDescription": "ExpressionError: a division by zero" if value == 3 else "",
        "Status": {"Value": value},
        "SysSchema": {"Name": process},
        "Owner": {"Name": USER},
    }


async def test_a_run_that_has_just_ended_shows_all_of_its_elements(
    caller: httpx.AsyncClient,
) -> None:
    id = await run(caller, "UsrEcho")

    found = await rows(caller, f"SysProcessElementLog?$filter=SysProcess/Id eq {id}")
    assert [(row["Code"], row["Type"], row["StatusId"]) for row in found] == [
        ("Start", "StartEvent", COMPLETED),
        ("End", "EndEvent", COMPLETED),
    ]
    assert all(row["SysProcessId"] == id for row in found)
    assert all(row["CompleteDate"] != NO_MOMENT for row in found)


async def test_the_elements_follow_a_run_through_its_life(caller: httpx.AsyncClient) -> None:
    id = await run(caller, "UsrWait")
    address = f"SysProcessElementLog?$filter=SysProcessId eq {id}&$expand=Status"

    def seen(found: list[Mapping[str, object]]) -> dict[object, object]:
        return {row["Code"]: row["Status"]["Name"] for row in found}  # type: ignore[index]

    waiting = await rows(caller, address)
    assert seen(waiting) == {"Start": "Completed", "Count": "Completed", "Approve": "Running"}
    assert [row["CompleteDate"] for row in waiting if row["Code"] == "Approve"] == [NO_MOMENT]
    (element,) = (row["Id"] for row in waiting if row["Code"] == "Approve")
    await caller.post(f"{ENGINE}/ExecProcElByUId?ProcessElementUID={element}")
    done = await rows(caller, address)
    assert list(seen(done)) == ["Start", "Count", "Approve", "Finish", "End"]
    assert set(seen(done).values()) == {"Completed"}


async def test_a_canceled_run_says_why_and_so_do_its_elements(
    caller: httpx.AsyncClient, shared: Serving
) -> None:
    id = await run(caller, "UsrWait")
    await shared.engine.cancel(InstanceId(UUID(id)), "no longer wanted")

    row = (await read(caller, f"SysProcessLog({id})")).json()
    assert (row["StatusId"], row["ErrorDescription"]) == (CANCELED, "no longer wanted")
    (element,) = await rows(
        caller, f"SysProcessElementLog?$filter=SysProcessId eq {id} and Code eq 'Approve'"
    )
    assert element["StatusId"] == CANCELED


async def test_what_is_not_there_is_shown_as_the_original_shows_it(
    caller: httpx.AsyncClient,
) -> None:
    id = await run(caller, "UsrWait")

    row = (await read(caller, f"SysProcessLog({id})")).json()
    assert row["ParentId"] == NO_GUID
    assert row["CompleteDate"] == NO_MOMENT
    assert row["ErrorDescription"] == ""
    for empty in ("CompleteDate eq null", f"ParentId eq {NO_GUID}", f"CompleteDate eq {NO_MOMENT}"):
        assert await rows(caller, f"SysProcessLog?$filter=Id eq {id} and {empty}")


async def test_a_process_is_found_by_its_caption(caller: httpx.AsyncClient) -> None:
    (row,) = await rows(caller, "VwProcessLib?$filter=Caption eq 'Waits at a user task'")

    assert (row["Name"], row["UId"]) == ("UsrWait", "1c6f6c1e-0d0b-4b52-9d4e-3a1b6b7f0002")
    assert (row["Version"], row["IsActiveVersion"], row["Enabled"]) == (1, True, True)
    (schema,) = await rows(caller, f"SysSchema?$filter=Id eq {row['SysSchemaId']}")
    assert schema["Name"] == "UsrWait"


async def test_a_row_its_columns_and_what_it_leads_to_have_addresses(
    caller: httpx.AsyncClient,
) -> None:
    id = await run(caller, "UsrEcho")
    row = f"SysProcessLog({id})"

    assert (await read(caller, f"{row}/StatusId")).json()["value"] == COMPLETED
    assert (await read(caller, f"{row}/Status/Value")).json()["value"] == 2
    assert (await read(caller, f"{row}/Status")).json()["Name"] == "Completed"
    assert (await read(caller, f"{row}/Version/$value")).text == "1"
    assert (await read(caller, f"{row}/Parent")).status_code == 204
    assert (await read(caller, f"SysProcessLog(Id={id.upper()})?$select=Id")).json()["Id"] == id
    element = (await read(caller, f"SysProcessElementLog({id[:-1]}1)?$select=Code")).json()
    assert element["Code"] == "Start"


async def test_a_list_is_counted_and_comes_in_pages(caller: httpx.AsyncClient) -> None:
    ids = [await run(caller, "UsrEcho") for _ in range(5)]
    among = f"Id in ({','.join(ids)})"
    asked = f"SysProcessLog?$filter={among}&$select=Id&$orderby=StartDate desc&$count=true"

    answer = await read(caller, asked, prefer="odata.maxpagesize=2")
    assert answer.headers["preference-applied"] == "odata.maxpagesize=2"
    found, pages = [], 0
    while True:
        page = answer.json()
        assert page["@odata.count"] == 5
        found += [row["Id"] for row in page["value"]]
        pages += 1
        if "@odata.nextLink" not in page:
            break
        link = page["@odata.nextLink"]
        answer = await caller.get(link, headers={"prefer": "odata.maxpagesize=2"})
    assert (found, pages) == (sorted(ids, reverse=True), 3)
    assert (await read(caller, f"SysProcessLog/$count?$filter={among}")).text == "5"
    some = await rows(caller, f"SysProcessLog?$filter={among}&$orderby=Id&$top=2&$skip=1")
    assert [row["Id"] for row in some] == sorted(ids)[1:3]


async def test_the_description_names_all_that_is_served(caller: httpx.AsyncClient) -> None:
    described = ElementTree.fromstring((await read(caller, "$metadata")).text)
    schema = described.find(f"{EDMX}DataServices/{EDM}Schema")
    assert schema is not None
    types = {each.get("Name"): each for each in schema.iter(f"{EDM}EntityType")}
    sets = {each["url"] for each in (await read(caller, "")).json()["value"]}

    assert sets == {each.get("Name") for each in schema.iter(f"{EDM}EntitySet")}
    for name in sets:
        (row,) = await rows(caller, f"{name}?$top=1")
        assert list(row) == [each.get("Name") for each in types[name].iter(f"{EDM}Property")]
        for step in types[name].iter(f"{EDM}NavigationProperty"):
            assert await rows(caller, f"{name}?$top=1&$expand={step.get('Name')}")


@pytest.mark.parametrize("prefix", ["/0/odata", "/odata"])
async def test_the_addresses_in_an_answer_are_those_that_were_called(
    caller: httpx.AsyncClient, shared: Serving, prefix: str
) -> None:
    answer = (await caller.get(f"{prefix}/SysProcessStatus?$select=Id&$top=1")).json()

    root = f"{shared.address}{prefix}/"
    assert answer["@odata.context"] == f"{root}$metadata#SysProcessStatus(Id)"


async def test_an_answer_says_as_much_about_itself_as_is_wanted(caller: httpx.AsyncClient) -> None:
    id = await run(caller, "UsrEcho")
    row = f"SysProcessLog({id})?$select=Id,DurationInMinutes"

    none = await read(caller, row, accept="application/json;odata.metadata=none")
    full = await read(caller, f"{row}&$format=application/json;odata.metadata=full")
    text = await read(caller, row, accept="application/json; IEEE754Compatible=true")
    assert set(none.json()) == {"Id", "DurationInMinutes"}
    assert full.json()["@odata.type"] == "#Procession.SysProcessLog"
    assert full.json()["@odata.id"].endswith(f"/0/odata/SysProcessLog({id})")
    assert full.json()["Status@odata.navigationLink"].endswith(f"SysProcessLog({id})/Status")
    assert full.json()["DurationInMinutes@odata.type"] == "#Decimal"
    assert isinstance(text.json()["DurationInMinutes"], str)
    assert "odata.metadata=none" in none.headers["content-type"]


@pytest.mark.parametrize(
    ("address", "status", "complaint"),
    [
        ("SysProcessLog?$filter=Nme eq 'x'", 400, "$filter: SysProcessLog has no column Nme"),
        ("SysProcessLog?$filter=Id eq", 400, "$filter: it ends too early"),
        ("SysProcessLog?$select=Nme", 400, "$select: SysProcessLog has no column Nme"),
        ("SysProcessLog?$expand=Nme", 400, "$expand: Nme leads nowhere"),
        ("SysProcessLog?$orderby=Nme", 400, "$orderby: SysProcessLog has no column Nme"),
        ("SysProcessLog?$top=-1", 400, "$top is '-1'"),
        ("SysProcessLog?$skiptoken=x", 400, "$skiptoken is none of ours"),
        ("SysProcessLog?$skiptoken=W10", 400, "$skiptoken belongs to another $orderby"),
        ("SysProcessLog?$apply=x", 501, "$apply is not offered"),
        ("SysProcessLog?$format=atom", 406, "answers JSON"),
        ("SysProcessLog?$format=application/json;odata.metadata=all", 400, "one of"),
        ("SysProcessLog(1)", 400, "named by its id"),
        (f"SysProcessLog({NO_GUID})", 404, "there is no SysProcessLog"),
        (f"SysProcessLog({NO_GUID})/Nme", 400, "no column Nme"),
        ("SysProcessLog/Name", 400, "by its id"),
        ("SysProcessLog/Status/Value", 400, "by its id"),
        ("UsrOrder", 404, "your own tables is not offered"),
        ("SysProcessLog/a/b/c", 404, "nothing is served"),
    ],
)
async def test_what_means_nothing_is_refused_in_odatas_shape(
    caller: httpx.AsyncClient, address: str, status: int, complaint: str
) -> None:
    assert complaint in refused(await caller.get(f"{ODATA}/{address}"), status)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["UsrOrder", f"SysProcessLog({NO_GUID})"])
async def test_whoever_writes_is_told_that_own_tables_are_not_offered(
    caller: httpx.AsyncClient, method: str, address: str
) -> None:
    answer = await caller.request(method, f"{ODATA}/{address}", json={"Name": "x"})

    assert "adding, modifying, reading and deleting" in refused(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD"


async def test_batches_atom_and_older_versions_are_refused(caller: httpx.AsyncClient) -> None:
    refused(await caller.post(f"{ODATA}/$batch", content=b"x"), 501)
    atom = {"accept": "application/atom+xml"}
    refused(await caller.get(f"{ODATA}/SysProcessLog", headers=atom), 406)
    older = {"odata-maxversion": "3.0"}
    refused(await caller.get(f"{ODATA}/SysProcessLog", headers=older), 400)


async def test_a_user_sees_ones_own_runs_and_those_of_visible_processes_only(
    shared: Serving, caller: httpx.AsyncClient
) -> None:
    people, supervisor = shared.accounts.people, Principal(USER)
    theirs = await run(caller, "UsrEcho")
    async with stranger(shared) as client:
        password = "a long word of nobody"
        await shared.accounts.add_user("Eve", password)
        await client.post(LOGIN, json={"UserName": "Eve", "UserPassword": password})
        client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
        mine = await run(client, "UsrEcho")
        among = f"SysProcessLog/$count?$filter=Id in ({theirs},{mine})"
        assert (await read(client, among)).text == "2"
        await people.grant(Grant("see", Kind.USER, USER, "UsrEcho"), by=supervisor)
        assert (await read(client, among)).text == "1"
        assert (await read(client, f"SysProcessElementLog({mine[:-1]}1)")).json()["Code"] == "Start"
        refused(await client.get(f"{ODATA}/SysProcessLog({theirs})"), 404)
        refused(await client.get(f"{ODATA}/SysProcessElementLog({theirs[:-1]}1)"), 404)


async def test_a_stranger_is_refused_in_odatas_shape_too(shared: Serving) -> None:
    async with stranger(shared) as client:
        refused(await client.get(f"{ODATA}/SysProcessLog"), 401)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["$filter", "$select", "$expand", "$orderby", "$top", "$skiptoken", "$format"]),
    st.binary(max_size=40)
    | st.text(alphabet="Name eq'()/$=;,*-0:TZ\x00é", max_size=30).map(str.encode),
    st.booleans(),
)
async def test_whatever_bytes_an_option_has_the_answer_is_no_fault_of_the_service(
    caller: httpx.AsyncClient, shared: Serving, option: str, text: bytes, escaped: bool
) -> None:
    value = quote(text).encode() if escaped else text.translate(None, b" \r\n\t#&")
    cookies = "; ".join(f"{name}={each}" for name, each in caller.cookies.items())
    head = [
        b"GET /0/odata/SysProcessLog?" + option.encode() + b"=" + value + b" HTTP/1.1",
        f"host: {shared.host}:{shared.port}".encode(),
        f"cookie: {cookies}".encode(),
        f"bpmcsrf: {caller.cookies['BPMCSRF']}".encode(),
        b"connection: close",
    ]

    try:
        answer = await sent(shared.host, shared.port, b"\r\n".join(head) + b"\r\n\r\n")
    except EOFError:
        return  # Not even HTTP: the server has hung up.
    status = int(answer.split()[1])
    assert status < 500, answer
    if status == 400 and b"application/json" in answer:
        assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"error"}
