"""Everything an operator may choose, in one frozen dataclass; read once, at the start.

Rule: a flag wins over its environment variable (`PROCESSION_` and the setting's name in capitals),
which wins over the default. A name or value that cannot be used is refused: a misspelt setting must
not leave its default standing. docs/settings.md lists them all.
"""

import difflib
import ipaddress
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Self, cast, get_type_hints
from urllib.parse import urlsplit

from procession.core.values import Value, Values
from procession.errors import SettingsError

ENVIRONMENT_PREFIX = "PROCESSION_"
CONTRACT_NAMESPACE = "http://schemas.microsoft.com/2003/10/Serialization/"


class SameSite(StrEnum):
    """What a browser does with our cookies on requests that other sites cause."""

    STRICT = "Strict"
    LAX = "Lax"
    NONE = "None"


class Unknown(StrEnum):
    """What becomes of an input that the process has no parameter for (CONTRACT 3)."""

    WARN = "warn"
    REFUSE = "refuse"


def _about(meaning: str, low: float = -math.inf, high: float = math.inf) -> Mapping[str, Value]:
    return {"help": meaning, "low": low, "high": high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process. Durations are in seconds, sizes in bytes."""

    data: Path = field(
        default=Path("data"), metadata=_about("folder of the store and of what else must be kept")
    )
    host: str = field(
        default="127.0.0.1",
        metadata=_about("address to listen at; `0.0.0.0` or `::` is every address"),
    )
    port: int = field(
        default=8080, metadata=_about("port to listen at; 0 takes a free one", 0, 65535)
    )
    database: str = field(
        default="",
        metadata=_about(
            "SQLAlchemy URL that data elements use; empty is an SQLite file in the data folder"
        ),
    )
    handlers: tuple[str, ...] = field(
        default=(), metadata=_about("Python modules whose handlers service tasks may call")
    )
    http_allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata=_about("hosts that HTTP service tasks may call though their address is private"),
    )
    unknown_parameters: Unknown = field(
        default=Unknown.WARN,
        metadata=_about(
            "an input without a parameter: `warn` runs and says so, `refuse` does not run"
        ),
    )
    message_live_seconds: float = field(
        default=3_600.0,
        metadata=_about(
            "how long a message that nobody waits for is kept, unless it says it itself; "
            "0: not at all",
            0,
            315_360_000,
        ),
    )

    path_prefix: str = field(
        default="", metadata=_about("path before `/0` and `/ServiceModel`, such as `/prod`")
    )
    xml_namespace: str = field(
        default=CONTRACT_NAMESPACE, metadata=_about("namespace of the `<string>` answer")
    )
    odata_seconds: float = field(
        default=5.0, metadata=_about("how long a question to the log (OData) may take", 0.01, 600)
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(), metadata=_about("addresses whose `X-Forwarded-For` names the caller")
    )

    cors_origins: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "origins whose scripts may call the service from a browser, as `https://app.example`"
        ),
    )
    csrf: bool = field(default=True, metadata=_about("whether the header `BPMCSRF` is asked for"))
    cookies_secure: bool = field(
        default=False, metadata=_about("whether cookies go over HTTPS only")
    )
    cookies_same_site: SameSite = field(
        default=SameSite.LAX,
        metadata=_about("`SameSite` of the cookies: `Strict`, `Lax` or `None`"),
    )
    session_seconds: int = field(
        default=43_200, metadata=_about("how long a login lasts", 1, 31_536_000)
    )
    password_length_min: int = field(
        default=8, metadata=_about("characters a password must have", 1, 64)
    )
    password_hashes_max: int = field(
        default=2, metadata=_about("passwords hashed at once; each takes 64 MiB", 1, 64)
    )
    login_failures_free: int = field(
        default=5,
        metadata=_about(
            "failed logins of one user before a pause; four times as many of one address", 1
        ),
    )
    login_pause_seconds_max: int = field(
        default=60,
        metadata=_about(
            "longest pause after failed logins; each further failure doubles it", 1, 86_400
        ),
    )

    audit_entries_max: int = field(
        default=10_000,
        metadata=_about(
            "changes that the audit log holds, and as many refused tries; the oldest go",
            100,
            10_000_000,
        ),
    )

    public_url: str = field(
        default="",
        metadata=_about(
            "scheme, host and port where people and programs reach the service, such as "
            "`https://procession.example`"
        ),
    )
    oauth_token_seconds: int = field(
        default=3_600, metadata=_about("how long an access token of a client lasts", 60, 86_400)
    )
    oidc_issuer: str = field(
        default="",
        metadata=_about("OpenID provider where people log in, by its issuer; empty: none"),
    )
    oidc_client_id: str = field(
        default="", metadata=_about("what that provider calls this service")
    )
    oidc_client_secret: str = field(
        default="",
        repr=False,
        metadata=_about("the secret for it; give it by the environment; empty: there is none"),
    )
    oidc_scopes: tuple[str, ...] = field(
        default=("openid", "profile", "email"),
        metadata=_about("what the provider is asked for; `openid` must be there"),
    )
    oidc_user_claim: str = field(
        default="preferred_username",
        metadata=_about("what the provider tells of somebody that is the user's name here"),
    )
    oidc_roles_claim: str = field(
        default="",
        metadata=_about(
            "what it tells that lists the user's roles here, by their names; "
            "empty: roles are given here alone"
        ),
    )
    oidc_create_users: bool = field(
        default=False,
        metadata=_about("whether somebody whom the provider knows and we do not becomes a user"),
    )

    result_wait_seconds: float = field(
        default=60.0,
        metadata=_about("how long a call waits for a result before it answers `Running`", 0, 3_600),
    )
    stop_seconds: float = field(
        default=10.0, metadata=_about("how long a stopping service lets calls finish", 0, 600)
    )
    body_bytes_max: int = field(
        default=1_048_576, metadata=_about("body of a request", 1_024, 1_073_741_824)
    )
    body_seconds: float = field(
        default=30.0, metadata=_about("time in which a body must arrive", 0.1, 3_600)
    )
    url_bytes_max: int = field(
        default=16_384, metadata=_about("path and query of a request", 256, 65_000)
    )
    header_bytes_max: int = field(
        default=32_768,
        metadata=_about("all headers of a request; at most 100 headers", 1_024, 1_048_576),
    )
    header_seconds: float = field(
        default=30.0,
        metadata=_about(
            "time in which headers must arrive, and for which a kept connection may be idle",
            0.1,
            3_600,
        ),
    )
    parameters_max: int = field(default=200, metadata=_about("parameters of one call", 1, 10_000))
    connections_max: int = field(
        default=1_024, metadata=_about("connections served at once", 1, 65_535)
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            _check_bounds(one, getattr(self, one.name))
        _check_prefix(self.path_prefix)
        _check_proxies(self.trusted_proxies)
        _check_origins(self.cors_origins)
        _check_public_url(self.public_url)
        _check_provider(self)
        if self.cookies_same_site is SameSite.NONE and not self.cookies_secure:
            raise SettingsError(
                "cookies_same_site: None needs cookies_secure, or browsers drop them"
            )

    @classmethod
    def load(cls, flags: Mapping[str, object], environ: Mapping[str, str]) -> Self:
        """The settings from flags (None: not given) and the environment. Raises SettingsError."""
        types = get_type_hints(cls)
        given: dict[str, object] = {
            **{_setting_name(key, types): environ[key] for key in environ if _ours(key)},
            **{name: value for name, value in flags.items() if value is not None},
        }
        values: Values = {name: _read(name, types[name], value) for name, value in given.items()}
        return replace(cls(), **values)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return ENVIRONMENT_PREFIX + name.upper()


def _ours(key: str) -> bool:
    return key.startswith(ENVIRONMENT_PREFIX)


def _setting_name(key: str, names: Collection[str]) -> str:
    name = key.removeprefix(ENVIRONMENT_PREFIX).lower()
    if name in names and key == variable(name):
        return name
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; is {variable(near[0])} meant?" if near else ""
    raise SettingsError(f"{key}: there is no such setting{hint}")


def _read(name: str, kind: object, value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return _READERS[kind](value.strip())
    except (ValueError, KeyError):
        raise SettingsError(f"{name}: {value!r} cannot be used; {_hint(kind)}") from None


def _hint(kind: object) -> str:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"write one of {', '.join(kind)}"
    return {bool: "write true or false", int: "write a whole number"}.get(
        cast("type", kind), "write a number"
    )


_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_READERS: Mapping[object, Callable[[str], object]] = {
    str: str,
    int: int,
    float: float,
    bool: lambda text: _BOOLEANS[text.lower()],
    Path: Path,
    tuple[str, ...]: lambda text: tuple(part.strip() for part in text.split(",") if part.strip()),
    SameSite: SameSite,
    Unknown: Unknown,
}


def _check_bounds(one: "Field[Value]", value: Value) -> None:
    low, high = one.metadata["low"], one.metadata["high"]
    if isinstance(value, int | float) and not low <= value <= high:
        limit = f"at least {low:g}" if math.isinf(high) else f"from {low:g} to {high:g}"
        raise SettingsError(f"{one.name}: {value!r} is out of bounds; it may be {limit}")


def _check_prefix(prefix: str) -> None:
    if prefix and (not prefix.startswith("/") or prefix.endswith("/") or "?" in prefix):
        raise SettingsError(f"path_prefix: {prefix!r} cannot be used; write it as /prod")


def _check_origins(origins: tuple[str, ...]) -> None:
    for origin in origins:
        scheme, parted, host = origin.partition("://")
        if scheme not in ("http", "https") or not parted or not host or set(host) & set("/*?#@ "):
            raise SettingsError(
                f"cors_origins: {origin!r} is not an origin; write it as https://app.example"
            )


def _check_proxies(addresses: tuple[str, ...]) -> None:
    for address in addresses:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise SettingsError(f"trusted_proxies: {address!r} is not an IP address") from None


def _check_public_url(text: str) -> None:
    parts = urlsplit(text)
    whole = parts.scheme in ("http", "https") and text == f"{parts.scheme}://{parts.netloc}"
    if text and not (whole and parts.hostname):
        raise SettingsError(
            f"public_url: {text!r} cannot be used; write it as https://procession.example"
        )


def _check_provider(settings: Settings) -> None:
    """What the login by OpenID Connect needs, if there is one (OpenID Connect Core §3.1.2)."""
    if not settings.oidc_issuer:
        return
    if not trustworthy(settings.oidc_issuer):
        raise SettingsError(
            f"oidc_issuer: {settings.oidc_issuer!r} cannot be used; it begins with https://, "
            "or with http:// on this machine itself"
        )
    for name in ("oidc_client_id", "public_url"):
        if not getattr(settings, name):
            raise SettingsError(f"oidc_issuer needs {name} too")
    if "openid" not in settings.oidc_scopes:
        raise SettingsError("oidc_scopes: openid must be among them")


def trustworthy(url: str) -> bool:
    """Whether nobody between us and the address can listen: TLS, or this machine itself."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname or ""))
    )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
