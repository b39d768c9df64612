"""Which user somebody is whom an OpenID provider has sent, and in which roles.

Rule: issuer and subject are what never changes of a person there (OpenID Connect Core §5.7). The
first login finds the user by a claim and binds the two; from then on the claim does not matter, so
that nobody becomes somebody else by another name. An administrator is bound by the operator alone.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from procession.access import Principal
from procession.accounts import Accounts, checked_name
from procession.audit import AuditLog
from procession.core.values import shown
from procession.errors import BadValue, Rejected, SignOnRefused, UnknownUser
from procession.people import People
from procession.settings import Settings
from procession.sign_on.provider import Claims
from procession.stores import Store
from procession.stores.people import ALL_EMPLOYEES
from procession.stores.sign_on import Identity

PASSWORD_BYTES = 32
SUBJECT_LENGTH_MAX = 255
ROLES_MAX = 1_000
MEANS = "OpenID Connect"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SignedOn:
    """Who has logged in: the user here, the subject there."""

    name: str
    subject: str


async def user_of(store: Store, accounts: Accounts, settings: Settings, claims: Claims) -> SignedOn:
    """The user that the claims are about; bound, made and put into roles as the settings say.

    Raises SignOnRefused.
    """
    identity = _identity(claims)
    name = store.sign_on.user_of(*identity)
    if name is None:
        name = await _first_time(store, accounts, settings, claims)
    if settings.oidc_roles_claim:
        people = People(store, accounts.audit)
        await _give_roles(store, people, name, _roles(claims, settings.oidc_roles_claim))
    return SignedOn(name, identity[1])


class Identities:
    """Who a user is at an OpenID provider, for whoever administers it."""

    def __init__(self, store: Store, audit: AuditLog) -> None:
        self._store, self._audit = store, audit

    async def all(self) -> Sequence[Identity]:
        return await self._store.sign_on.identities()

    async def bind(self, name: str, issuer: str, subject: str, *, by: Principal) -> None:
        """A user is known by issuer and subject from now on.

        Raises UnknownUser, BadValue, or Rejected where one of them is bound already.
        """
        if await self._store.user(name) is None:
            raise UnknownUser(f"there is no user {name!r}")
        if not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
            raise BadValue(
                f"a subject has 1 to {SUBJECT_LENGTH_MAX} characters, not {len(subject)}"
            )
        entry = self._audit.entry(by, "bind user", name, f"{subject} at {issuer}")
        await self._store.sign_on.bind(Identity(issuer, subject, name, entry.at), entry)

    async def unbind(self, name: str, *, by: Principal) -> None:
        """A user is known at no provider any more; sessions that are open stay.

        Raises Rejected where the user was not.
        """
        entry = self._audit.entry(by, "unbind user", name)
        await self._store.sign_on.unbind(name, entry)


def _identity(claims: Claims) -> tuple[str, str]:
    return str(claims["iss"]), str(claims["sub"])


async def _first_time(store: Store, accounts: Accounts, settings: Settings, claims: Claims) -> str:
    name = _named(claims, settings.oidc_user_claim)
    by = Principal(name, means=MEANS)
    if await store.user(name) is None:
        await _create(store, accounts, settings, name)
    elif store.people.rights_of(name).everything:
        raise SignOnRefused(
            f"{name} is an administrator here, whom the operator must bind first:"
            f" procession identity bind {name} {claims['sub']}",
            reason="access_denied",
        )
    try:
        await Identities(store, accounts.audit).bind(name, *_identity(claims), by=by)
    except Rejected as refusal:
        # Two first logins at once: the other one has bound the same.
        if store.sign_on.user_of(*_identity(claims)) != name:
            raise SignOnRefused(str(refusal), reason="access_denied") from None
    return name


async def _create(store: Store, accounts: Accounts, settings: Settings, name: str) -> None:
    """Nobody knows the password. Not the first user of all, who becomes the administrator."""
    if not settings.oidc_create_users or not await store.users():
        raise SignOnRefused(f"{name} is not a user here", reason="access_denied")
    try:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        await accounts.add_user(name, password, by=Principal(name, means=MEANS))
    except Rejected as refusal:
        if await store.user(name) is None:  # Else it was made by another first login at once.
            raise SignOnRefused(str(refusal), reason="access_denied") from None


def _named(claims: Claims, claim: str) -> str:
    """The user's name; an address that the provider has not verified could be anybody's."""
    name = claims.get(claim)
    if claim == "email" and claims.get("email_verified") is not True:
        raise SignOnRefused("the provider has not verified the address", reason="access_denied")
    try:
        if isinstance(name, str):
            return checked_name(name)
    except BadValue as refusal:
        raise SignOnRefused(str(refusal), reason="access_denied") from None
    raise SignOnRefused(
        f"the provider tells no {claim}, which names the user", reason="access_denied"
    )


def _roles(claims: Claims, claim: str) -> frozenset[str]:
    """A list of names, or one of them; one that is not told is an empty list."""
    told = claims.get(claim, [])
    names = [told] if isinstance(told, str) else told
    if not isinstance(names, list) or len(names) > ROLES_MAX:
        raise SignOnRefused(
            f"the provider's {claim} is not a list of roles: {shown(told)}", reason="server_error"
        )
    return frozenset(name for name in names if isinstance(name, str))


async def _give_roles(store: Store, people: People, name: str, told: frozenset[str]) -> None:
    """The user is in those roles of ours that the provider names, and in no other."""
    by = Principal(name, means=MEANS)
    ours = {role.name for role in await store.people.roles()} - {ALL_EMPLOYEES}
    wanted, today = told & ours, set(await store.people.roles_of(name))
    for role in sorted(wanted - today):
        await people.add_member(role, name, by=by)
    for role in sorted(today - wanted):
        try:
            await people.remove_member(role, name, by=by)
        except Rejected as refusal:  # The last administrator stays one.
            _log.warning("role_kept", user=name, role=role, reason=str(refusal))
