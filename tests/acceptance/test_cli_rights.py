"""`procession role`, `right`, `key`, `audit`, and the sessions of `user`, run as their users do."""

import json
from pathlib import Path

import httpx

from tests.acceptance.running import EXAMPLES, procession, service

PASSWORD = "correct horse"
PROCESS = "UsrAddNewExternalContact"
EXECUTE = f"/0/ServiceModel/ProcessEngineService.svc/{PROCESS}/Execute"
LOGIN = "/ServiceModel/AuthService.svc/Login"


def done(*words: str, data: Path, stdin: str = "") -> str:
    finished = procession(*words, data=data, stdin=stdin)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_what_the_operator_changes_beside_a_running_service_counts_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done("deploy", *EXAMPLES, data=data)
    for name in ("Root", "Ann"):
        done("user", "add", name, "--password-stdin", data=data, stdin=PASSWORD)

    with service(data) as (_, address), httpx.Client(base_url=address) as client:
        key = done("key", "add", "Ann", "nightly", "--days", "7", "--only", "run", data=data)
        client.headers["Authorization"] = f"Bearer {key.strip()}"
        statuses = [client.get(EXECUTE).status_code]
        done("right", "withdraw", "run", "--role", "All employees", data=data)
        statuses.append(client.get(EXECUTE).status_code)
        done("role", "add", "Sales", data=data)
        done("right", "grant", "run", "--role", "Sales", "--process", PROCESS, data=data)
        done("role", "add-member", "Sales", "Ann", data=data)
        statuses.append(client.get(EXECUTE).status_code)
        done("key", "revoke", "Ann", "nightly", data=data)
        statuses.append(client.get(EXECUTE).status_code)

    assert statuses == [200, 403, 200, 401]
    entries = json.loads(done("audit", "--limit", "50", "--json", data=data))
    assert {(one["action"], one["refused"]) for one in entries} == {
        ("add user", False),
        ("add key", False),
        ("withdraw", False),
        ("run", True),
        ("add role", False),
        ("grant", False),
        ("add member", False),
        ("revoke key", False),
        ("show a key", True),
    }
    assert key.strip() not in json.dumps(entries)


def test_sessions_are_listed_and_ended_beside_a_running_service(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done("deploy", *EXAMPLES, data=data)
    done("user", "add", "Ann", "--password-stdin", data=data, stdin=PASSWORD)

    with service(data) as (_, address), httpx.Client(base_url=address) as client:
        client.post(LOGIN, json={"UserName": "Ann", "UserPassword": PASSWORD})
        client.headers["BPMCSRF"] = client.cookies["BPMCSRF"]
        (session,) = json.loads(done("user", "sessions", "Ann", "--json", data=data))
        before = client.get(EXECUTE).status_code
        done("user", "end-sessions", "Ann", data=data)
        after = client.get(EXECUTE).status_code

    assert session.keys() == {"created_at", "expires_at", "address"}
    assert session["address"] == "127.0.0.1"
    assert (before, after) == (200, 401)


def test_a_service_without_a_user_says_so_and_lets_nobody_in(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with service(data) as (_, address):
        login = httpx.post(address + LOGIN, json={"UserName": "", "UserPassword": ""})
        refused = httpx.get(address + EXECUTE)

    assert "nobody can log in yet" in (tmp_path / "service.log").read_text()
    assert (login.json()["Code"], refused.status_code) == (1, 401)


def test_lists_show_what_there_is_and_mistakes_are_told(tmp_path: Path) -> None:
    done("user", "add", "Ann", "--password-stdin", data=tmp_path, stdin=PASSWORD)

    assert "System administrators\tAnn" in done("role", "list", data=tmp_path)
    assert "all\trun\trole\tAll employees" in done("right", "list", data=tmp_path)
    assert json.loads(done("key", "list", "--json", data=tmp_path)) == []
    assert "Ann: unlocked" in done("user", "unlock", "Ann", data=tmp_path)
    both = procession("right", "grant", "run", "--role", "A", "--user", "B", data=tmp_path)
    assert (both.returncode, "either" in both.stderr) == (2, True)
    last = procession("role", "remove-member", "System administrators", "Ann", data=tmp_path)
    assert (last.returncode, "add another one first" in last.stderr) == (3, True)
