"""Which address is which operation."""

import pytest

from procession.web.app import DOORS
from procession.web.routes import Router

ENGINE = "/ServiceModel/ProcessEngineService.svc"


def found(path: str, prefix: str = "") -> tuple[str, str] | None:
    """The route's path and its open parts, or None."""
    match = Router(DOORS, prefix).find(path)
    return match and (match[0].path, "/".join(match[1]))


@pytest.mark.parametrize("flavour", ["/0", ""])
def test_both_flavours_are_the_same_service(flavour: str) -> None:
    assert found(f"{flavour}{ENGINE}/UsrX/Execute") == (f"{ENGINE}/{{}}/Execute", "UsrX")
    assert found(f"{flavour}{ENGINE}/RunProcess") == (f"{ENGINE}/RunProcess", "")
    assert found(f"{flavour}/ping") == ("/ping", "")


def test_an_address_without_open_part_wins_over_one_with() -> None:
    assert found(f"{ENGINE}/ExecProcElByUId") == (f"{ENGINE}/ExecProcElByUId", "")
    assert found(f"{ENGINE}/ExecProcElByUId/1") == (f"{ENGINE}/ExecProcElByUId/{{}}", "1")


def test_a_process_may_bear_the_name_of_an_operation() -> None:
    assert found(f"{ENGINE}/RunProcess/Execute") == (f"{ENGINE}/{{}}/Execute", "RunProcess")
    assert found(f"{ENGINE}/ExecProcElByUId/Execute") == (
        f"{ENGINE}/{{}}/Execute",
        "ExecProcElByUId",
    )


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/0",
        "/0/0/ping",
        "/Ping",
        "/ping/",
        f"{ENGINE}/Execute",
        f"{ENGINE}//Execute",
        f"{ENGINE}/a/b/Execute",
        f"{ENGINE}/UsrX/execute",
        f"{ENGINE}/UsrX/Execute/",
        f"{ENGINE}/ExecProcElByUId/",
        f"/1{ENGINE}/UsrX/Execute",
    ],
)
def test_nothing_else_is_served(path: str) -> None:
    assert found(path) is None


def test_with_a_prefix_only_that_is_served() -> None:
    assert found("/prod/0/ping", "/prod") == ("/ping", "")
    assert found("/prod/ping", "/prod") == ("/ping", "")
    assert found("/0/ping", "/prod") is None
    assert found("/ping", "/prod") is None
