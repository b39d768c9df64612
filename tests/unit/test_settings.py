"""Settings: what wins, what is refused, and that their page is complete."""

import dataclasses
from pathlib import Path

import pytest

from procession.errors import SettingsError
from procession.settings import SameSite, Settings, Unknown, variable

FIELDS = dataclasses.fields(Settings)
PAGE = Path(__file__).parents[2] / "docs/settings.md"


def test_a_flag_wins_over_the_environment_and_that_over_the_default() -> None:
    environ = {"PROCESSION_PORT": "9000", "PROCESSION_HOST": "0.0.0.0", "HOME": "/root"}

    settings = Settings.load({"port": 9001, "host": None}, environ)

    assert (settings.port, settings.host, settings.csrf) == (9001, "0.0.0.0", True)


def test_each_type_is_read_from_text() -> None:
    settings = Settings.load(
        {},
        {
            "PROCESSION_DATA": "/srv/data",
            "PROCESSION_CSRF": "false",
            "PROCESSION_RESULT_WAIT_SECONDS": "2.5",
            "PROCESSION_HTTP_ALLOWED_HOSTS": "a.example, b.example ,",
            "PROCESSION_COOKIES_SAME_SITE": "Strict",
            "PROCESSION_UNKNOWN_PARAMETERS": "refuse",
        },
    )

    assert settings.data == Path("/srv/data")
    assert settings.csrf is False
    assert settings.result_wait_seconds == 2.5
    assert settings.http_allowed_hosts == ("a.example", "b.example")
    assert settings.cookies_same_site is SameSite.STRICT
    assert settings.unknown_parameters is Unknown.REFUSE


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("PROCESSION_PORT", "http", "port: 'http' cannot be used; write a whole number"),
        ("PROCESSION_PORT", "65536", "port: 65536 is out of bounds; it may be from 0 to 65535"),
        ("PROCESSION_BODY_SECONDS", "nan", "out of bounds"),
        ("PROCESSION_LOGIN_FAILURES_FREE", "0", "it may be at least 1"),
        ("PROCESSION_CSRF", "perhaps", "csrf: 'perhaps' cannot be used; write true or false"),
        ("PROCESSION_COOKIES_SAME_SITE", "lax", "write one of Strict, Lax, None"),
        ("PROCESSION_COOKIES_SAME_SITE", "None", "needs cookies_secure"),
        ("PROCESSION_PATH_PREFIX", "prod", "write it as /prod"),
        ("PROCESSION_PATH_PREFIX", "/prod/", "write it as /prod"),
        ("PROCESSION_TRUSTED_PROXIES", "nginx", "'nginx' is not an IP address"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(key: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("(", r"\(")):
        Settings.load({}, {key: value})


def test_a_misspelt_variable_is_refused_with_the_near_name() -> None:
    with pytest.raises(SettingsError, match="is PROCESSION_COOKIES_SECURE meant"):
        Settings.load({}, {"PROCESSION_COOKIE_SECURE": "true"})


def test_every_setting_says_what_it_means() -> None:
    assert all(one.metadata["help"] for one in FIELDS)


def test_the_page_of_settings_lists_every_one_with_its_default() -> None:
    rows = {
        cells[1].strip(" `"): (cells[2].strip(" `"), cells[3].strip(" `"), cells[4].strip())
        for cells in (line.split("|") for line in PAGE.read_text().splitlines())
        if len(cells) == 6 and cells[1].startswith(" `")
    }
    defaults = Settings()

    assert list(rows) == [one.name for one in FIELDS]
    for one in FIELDS:
        default = _shown(getattr(defaults, one.name))
        assert rows[one.name] == (variable(one.name), default, one.metadata["help"])


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and value:
        return ",".join(value)
    if isinstance(value, tuple | str) and not value:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
