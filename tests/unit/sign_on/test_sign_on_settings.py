"""The settings of signing on: what does not fit together is refused at the start."""

import pytest

from procession.errors import SettingsError
from procession.settings import Settings

RIGHT = {
    "PROCESSION_OIDC_ISSUER": "https://id.example/realm",
    "PROCESSION_OIDC_CLIENT_ID": "procession",
    "PROCESSION_PUBLIC_URL": "https://procession.example",
}


@pytest.mark.parametrize(
    "issuer",
    ["https://id.example", "http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000/x"],
)
def test_a_provider_is_reached_over_tls_or_on_this_machine(issuer: str) -> None:
    settings = Settings.load({}, {**RIGHT, "PROCESSION_OIDC_ISSUER": issuer})

    assert settings.oidc_issuer == issuer
    assert settings.oidc_scopes == ("openid", "profile", "email")


@pytest.mark.parametrize(
    "issuer", ["http://id.example", "http://10.0.0.1", "id.example", "ftp://id.example", "https://"]
)
def test_a_provider_that_others_could_play_is_refused(issuer: str) -> None:
    with pytest.raises(SettingsError, match="begins with https://"):
        Settings.load({}, {**RIGHT, "PROCESSION_OIDC_ISSUER": issuer})


@pytest.mark.parametrize("missing", ["oidc_client_id", "public_url"])
def test_a_provider_needs_what_the_login_is_made_of(missing: str) -> None:
    variable = f"PROCESSION_{missing.upper()}"

    with pytest.raises(SettingsError, match=f"oidc_issuer needs {missing} too"):
        Settings.load({}, {name: value for name, value in RIGHT.items() if name != variable})


def test_openid_is_always_asked_for() -> None:
    with pytest.raises(SettingsError, match="openid must be among them"):
        Settings.load({}, {**RIGHT, "PROCESSION_OIDC_SCOPES": "profile,email"})


@pytest.mark.parametrize(
    "url",
    [
        "procession.example",
        "https://",
        "https://procession.example/",
        "https://procession.example/prod",
        "https://procession.example?x",
        "javascript:alert(1)",
    ],
)
def test_a_public_url_is_scheme_host_and_port_alone(url: str) -> None:
    with pytest.raises(SettingsError, match="public_url"):
        Settings.load({"public_url": url}, {})


def test_the_secret_is_not_shown_with_the_settings() -> None:
    settings = Settings.load({}, {**RIGHT, "PROCESSION_OIDC_CLIENT_SECRET": "hidden"})

    assert settings.oidc_client_secret == "hidden"
    assert "hidden" not in repr(settings)
