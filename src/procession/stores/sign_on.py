"""What must be kept of signing on by other means than a password: OAuth 2.0 clients with their
secrets and access tokens, and who a user is at an OpenID provider.

Rule: of secrets and tokens the SHA-256 alone is kept. What changes who may do what is kept together
with its entry in the audit log, or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from procession.stores.people import Entry

if TYPE_CHECKING:
    from procession.stores import User


@dataclass(frozen=True, slots=True)
class Secret:
    """What a client proves with that it is the one. `digest` is the SHA-256, in hex."""

    digest: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Client:
    """A program that may get access tokens (RFC 6749 §2).

    It acts as `user`, which was made for it if it is its own. `duties`: what its tokens may be for.
    """

    id: str
    name: str
    user: str
    own_user: bool
    duties: tuple[str, ...]
    disabled: bool
    created_at: datetime
    secrets: tuple[Secret, ...]
    user_enabled: bool = True


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as it is kept: `id` is the SHA-256 of the token, `client` the client's id."""

    id: str
    client: str
    duties: tuple[str, ...]
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bearer:
    """For whom an access token speaks: the names of the client and of its user."""

    client: str
    user: str
    duties: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a user is at an OpenID provider: issuer and subject together never change (§5.7)."""

    issuer: str
    subject: str
    user: str
    created_at: datetime


class SignOnStore(Protocol):
    """The part of the store that holds it. Each verb raises StoreUnavailable.

    Verbs that take the name of a client raise Rejected where there is none.
    """

    def client(self, id: str) -> Client | None:
        """At once, as it is cheap."""
        ...

    async def clients(self) -> Sequence[Client]: ...
    async def add_client(self, client: Client, entry: Entry, *, own: "User | None" = None) -> None:
        """With `own`, a user that is made for it. Raises Rejected for a name that is taken, and
        where `own` would be the first user of all; UnknownUser where it acts as nobody.
        """
        ...

    async def rotate_secret(
        self, name: str, secret: Secret, *, old_until: datetime, entry: Entry
    ) -> None:
        """The newest secret until now ends then, the others now."""
        ...

    async def change_client(self, name: str, *, disabled: bool, entry: Entry) -> None: ...
    async def remove_client(self, name: str, entry: Entry) -> None:
        """With its secrets and tokens; a user that was made for it is disabled."""
        ...

    async def end_tokens(self, name: str, entry: Entry) -> None:
        """All access tokens of a client end now."""
        ...

    async def add_token(self, token: AccessToken, *, most: int) -> None:
        """A client has at most `most` tokens: its oldest ones end."""
        ...

    def bearer(self, id: str) -> Bearer | None:
        """While client and user are enabled; at once, as it is cheap."""
        ...

    async def revoke_token(self, id: str, *, client: str) -> None:
        """One that is another client's, or nobody's, changes nothing."""
        ...

    def user_of(self, issuer: str, subject: str) -> str | None: ...
    async def identities(self) -> Sequence[Identity]: ...
    async def bind(self, identity: Identity, entry: Entry) -> None:
        """Raises Rejected where the user, or the subject, is bound already."""
        ...

    async def unbind(self, user: str, entry: Entry) -> None:
        """Raises Rejected where the user is bound to nobody."""
        ...
