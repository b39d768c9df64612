"""The commands about clients and identities, as their users run them."""

import json
from pathlib import Path

import httpx
import pytest

from tests.acceptance.running import procession, service

ISSUER = "https://id.example"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with its first user."""
    folder = tmp_path / "data"
    added = procession("user", "add", "Ann", "--password-stdin", data=folder, stdin="horse battery")
    assert added.returncode == 0, added.stderr
    return folder


def told(*words: str, data: Path) -> str:
    done = procession(*words, data=data)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_client_is_made_gets_a_token_of_the_service_and_is_removed(data: Path) -> None:
    shown = json.loads(told("client", "add", "Robot", "--scope", "see", "--json", data=data))
    form = {"grant_type": "client_credentials", **shown}

    with service(data) as (_, address):
        answer = httpx.post(f"{address}/connect/token", data=form)
        assert answer.json()["scope"] == "see"
        told("client", "end-tokens", "Robot", data=data)
        form["client_secret"] = told("client", "rotate", "Robot", data=data).strip()
        assert httpx.post(f"{address}/connect/token", data=form).status_code == 200
        told("client", "disable", "Robot", data=data)
        assert httpx.post(f"{address}/connect/token", data=form).status_code == 401
        told("client", "enable", "Robot", data=data)
        assert httpx.post(f"{address}/connect/token", data=form).status_code == 200
        told("client", "remove", "Robot", data=data)
        assert httpx.post(f"{address}/connect/token", data=form).status_code == 401

    actions = [entry["action"] for entry in json.loads(told("audit", "--json", data=data))]
    assert {"add client", "rotate client secret", "remove client"} <= set(actions)


def test_the_list_of_clients_says_when_secrets_end_and_nothing_else_of_them(data: Path) -> None:
    secret = told("client", "add", "Robot", "--user", "Ann", "--days", "0", data=data)

    listed = told("client", "list", data=data)

    assert listed.splitlines()[1].split("\t")[2:] == ["Ann", "run cancel see", "no", "never"]
    assert secret.split()[-1] not in listed


def test_the_first_user_is_not_a_client(tmp_path: Path) -> None:
    done = procession("client", "add", "Robot", data=tmp_path / "data")

    assert done.returncode == 3
    assert "procession user add NAME" in done.stderr


def test_a_user_is_bound_to_a_subject_and_unbound(data: Path) -> None:
    told("identity", "bind", "Ann", "s-1", "--issuer", ISSUER, data=data)
    (bound,) = json.loads(told("identity", "list", "--json", data=data))
    told("identity", "unbind", "Ann", data=data)

    assert (bound["user"], bound["subject"], bound["issuer"]) == ("Ann", "s-1", ISSUER)
    assert json.loads(told("identity", "list", "--json", data=data)) == []


def test_a_user_is_not_bound_to_no_provider(data: Path) -> None:
    done = procession("identity", "bind", "Ann", "s-1", data=data)

    assert done.returncode == 2
    assert "PROCESSION_OIDC_ISSUER" in done.stderr
