"""Where a service is, and who calls it (CONTRACT 1, 2)."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from procession.client.errors import BadParameter

ENGINE = "/ServiceModel/ProcessEngineService.svc"
LOGIN_PATH = "/ServiceModel/AuthService.svc/Login"
TOKEN_PATH = "/connect/token"  # noqa: S105  # an address


@dataclass(frozen=True, slots=True)
class Password:
    """A user of the site, who logs in and has a session."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Password({self.user!r}, …)"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An OAuth client. `identity`: where tokens are given, if that is another address."""

    client_id: str
    client_secret: str
    identity: str = ""
    scope: str = ""

    def __repr__(self) -> str:
        return f"ClientCredentials({self.client_id!r}, …)"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, or a token that was got elsewhere: it is sent as it is."""

    key: str

    def __repr__(self) -> str:
        return "Key(…)"


Login = Password | ClientCredentials | Key


@dataclass(frozen=True, slots=True)
class Site:
    """The address of an application, its path prefix included. `net_framework`: it has `/0`."""

    address: str
    net_framework: bool = True

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise BadParameter(f"{self.address!r} is no address; write it as https://host/prefix")
        if "@" in parts.netloc:
            raise BadParameter("a password does not belong into an address; give it as Password")

    @property
    def root(self) -> str:
        return self.address.rstrip("/")

    @property
    def service(self) -> str:
        """Where all but the login is."""
        return f"{self.root}/0" if self.net_framework else self.root

    def engine(self, operation: str, **query: str) -> str:
        return with_query(f"{self.service}{ENGINE}/{operation}", query)

    def odata(self, entity: str, **query: str) -> str:
        options = {f"${name}": value for name, value in query.items()}
        return with_query(f"{self.service}/odata/{entity}", options)

    def below(self, link: str) -> bool:
        """Whether a link leads to this site: cookies and keys go nowhere else."""
        ours, theirs = urlsplit(self.root), urlsplit(link)
        return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)


def with_query(address: str, query: dict[str, str]) -> str:
    """The address with its query; a space is %20, which every server reads as one."""
    return f"{address}?{urlencode(query, quote_via=quote)}" if query else address


def path_part(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")
