"""The client against sites of the original's kind, which differ from one another."""

import socket
from uuid import UUID

import pytest

from procession.client import (
    BadRequest,
    Client,
    Password,
    ProcessFailed,
    Status,
    Unreachable,
    decoded,
)
from tests.client.creatio_site import RUN, Quirks, creatio_site

LOGIN = Password("Supervisor", "Supervisor")


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(),
        Quirks(namespace="https://schemas.microsoft.com/2003/10/Serialization/"),
        Quirks(declaration=True),
        Quirks(csrf_cookie=False),
    ],
    ids=["as it is", "https namespace", "XML declaration", "no BPMCSRF cookie"],
)
def test_a_result_is_read_from_every_site(quirks: Quirks) -> None:
    with creatio_site(quirks) as address, Client(address, LOGIN) as client:
        found = client.execute("UsrX", {"Text": "a b&c", "Flag": True}, result="Rows")

    assert decoded(found) == [{"Id": "1"}]
    assert quirks.seen == [
        "POST /ServiceModel/AuthService.svc/Login",
        "POST /0/ServiceModel/ProcessEngineService.svc/UsrX/Execute"
        "?Text=a%20b%26c&Flag=true&ResultParameterName=Rows",
    ]


@pytest.mark.parametrize("no_content", [True, False], ids=["204", "200"])
def test_a_start_is_taken_for_done_by_200_and_by_204(no_content: bool) -> None:
    with (
        creatio_site(Quirks(no_content=no_content)) as address,
        Client(address, LOGIN) as client,
    ):
        assert client.execute("UsrX") is None


@pytest.mark.parametrize("login_page", [True, False], ids=["login page", "401"])
def test_a_session_that_is_over_is_opened_again(login_page: bool) -> None:
    quirks = Quirks(sessions=1, login_page=login_page)

    with creatio_site(quirks) as address, Client(address, LOGIN) as client:
        for _ in range(2):
            client.execute("UsrX")

    assert quirks.logins == 2
    assert len([each for each in quirks.seen if "Execute" in each]) == 3


def test_a_site_below_a_path_and_without_0_is_found() -> None:
    quirks = Quirks()

    with (
        creatio_site(quirks) as address,
        Client(f"{address}/prod/", LOGIN, net_framework=False) as client,
    ):
        client.execute("UsrX")

    assert quirks.seen == [
        "POST /prod/ServiceModel/AuthService.svc/Login",
        "POST /prod/ServiceModel/ProcessEngineService.svc/UsrX/Execute",
    ]


def test_a_failed_run_raises_also_where_only_its_status_tells() -> None:
    with creatio_site(Quirks()) as address, Client(address, LOGIN) as client:
        with pytest.raises(ProcessFailed, match="of UsrX has failed: error") as failure:
            client.run("UsrX")
        with pytest.raises(ProcessFailed, match="of UsrX has failed: no"):
            client.wait(UUID(RUN))
        assert client.status(UUID(RUN)).status is Status.ERROR

    assert failure.value.run.process_id == UUID(RUN)


def test_a_process_without_a_manual_start_is_refused_by_its_code() -> None:
    with (
        creatio_site(Quirks()) as address,
        Client(address, LOGIN) as client,
        pytest.raises(BadRequest, match="no manual start") as failure,
    ):
        client.run("UsrTimer")

    assert failure.value.code == "ProcessCannotBeManuallyStartedException"


def test_where_nobody_listens_nothing_has_been_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with (
        Client(f"http://127.0.0.1:{port}", LOGIN, tries=2) as client,
        pytest.raises(Unreachable) as failure,
    ):
        client.execute("UsrX")

    assert not failure.value.reached


def test_a_site_that_takes_the_request_and_says_nothing_is_not_asked_again() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.2) as client,
        pytest.raises(Unreachable, match="may have been done") as failure,
    ):
        client.execute("UsrX")

    assert failure.value.reached
