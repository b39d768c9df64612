"""Users, their sessions, roles, and the audit log; for administrators only."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from procession.access import Duty
from procession.errors import UnknownUser
from procession.stores import User
from procession.stores.people import Entry
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.paging import Cursor, Limit

UserName = Annotated[str, Meta(description="The name of a user.", examples=["Supervisor"])]
RoleName = Annotated[str, Meta(description="The name of a role.", examples=["Accountants"])]


class ListUsers(Struct, rename="camel"):
    limit: Limit = 50
    cursor: Cursor = ""


class OneUser(Struct, rename="camel"):
    name: UserName


class UserShape(Struct, rename="camel"):
    name: str
    disabled: bool
    created_at: datetime


class UserPage(Struct, rename="camel"):
    """A page of users, by name."""

    items: list[UserShape]
    next: str | None


class NewUser(Struct, rename="camel", forbid_unknown_fields=True):
    """The first user there is becomes an administrator."""

    name: str
    password: str


class NewPassword(Struct, rename="camel", forbid_unknown_fields=True):
    """It ends the user's sessions, too."""

    password: str


class SetDisabled(Struct, rename="camel", forbid_unknown_fields=True):
    """Whether the user may not log in; then sessions end, and keys open nothing."""

    disabled: bool


class SessionShape(Struct, rename="camel"):
    """Since when, until when and from where somebody is logged in."""

    created_at: datetime
    expires_at: datetime
    address: str


class Sessions(Struct, rename="camel"):
    items: list[SessionShape]


class RoleShape(Struct, rename="camel"):
    """A role and its members; everybody is in "All employees", whose list is empty."""

    name: str
    members: list[str]
    created_at: datetime


class Roles(Struct, rename="camel"):
    items: list[RoleShape]


class NewRole(Struct, rename="camel", forbid_unknown_fields=True):
    name: str


class OneRole(Struct, rename="camel"):
    role: RoleName


class OneMember(Struct, rename="camel"):
    role: RoleName
    user: UserName


class EntryShape(Struct, rename="camel"):
    """Who did what to whom; `refused`: or tried to, so many `times`."""

    at: datetime
    who: str
    address: str
    action: str
    subject: str
    detail: str
    refused: bool
    times: int


class AuditPage(Struct, rename="camel"):
    """A page of the audit log, the newest entry first."""

    items: list[EntryShape]
    next: str | None


class ListAudit(Struct, rename="camel"):
    limit: Limit = 50
    cursor: Cursor = ""


def require_administrator(call: Call) -> None:
    """Raises Forbidden."""
    call.service.access.require(call.principal, Duty.ADMINISTER)


# -- users ----------------------------------------------------------------------------------------


async def list_users(call: Call, asked: ListUsers) -> Reply:
    require_administrator(call)
    beyond = call.cursors.read(asked.cursor)
    users = [user for user in await call.engine.store.users() if user.name > beyond]
    shown, following = call.cursors.cut(users, asked.limit, lambda user: user.name)
    return Reply(UserPage([_user(user) for user in shown], following))


def _user(user: User) -> UserShape:
    return UserShape(user.name, user.disabled, user.created_at)


async def add_user(call: Call, asked: Struct, body: NewUser) -> Reply:
    require_administrator(call)
    await call.service.accounts.add_user(body.name, body.password, by=call.principal)
    return await _user_reply(call, body.name)


async def _user_reply(call: Call, name: str) -> Reply:
    user = await call.engine.store.user(name)
    if user is None:
        raise UnknownUser(f"there is no user {name!r}")
    return Reply(_user(user))


async def change_password(call: Call, asked: OneUser, body: NewPassword) -> Reply:
    require_administrator(call)
    await call.service.accounts.change_password(asked.name, body.password, by=call.principal)
    return Reply()


async def set_disabled(call: Call, asked: OneUser, body: SetDisabled) -> Reply:
    require_administrator(call)
    accounts = call.service.accounts
    change = accounts.disable if body.disabled else accounts.enable
    await change(asked.name, by=call.principal)
    return await _user_reply(call, asked.name)


async def unlock(call: Call, asked: OneUser) -> Reply:
    require_administrator(call)
    await call.service.accounts.unlock(asked.name, by=call.principal)
    return Reply()


async def list_sessions(call: Call, asked: OneUser) -> Reply:
    require_administrator(call)
    found = await call.service.accounts.sessions(asked.name)
    shapes = [SessionShape(each.created_at, each.expires_at, each.address) for each in found]
    return Reply(Sessions(shapes))


async def end_sessions(call: Call, asked: OneUser) -> Reply:
    require_administrator(call)
    await call.service.accounts.end_all(asked.name, by=call.principal)
    return Reply()


# -- roles ----------------------------------------------------------------------------------------


async def list_roles(call: Call, asked: Struct) -> Reply:
    require_administrator(call)
    roles = await call.engine.store.people.roles()
    return Reply(
        Roles([RoleShape(role.name, list(role.members), role.created_at) for role in roles])
    )


async def add_role(call: Call, asked: Struct, body: NewRole) -> Reply:
    require_administrator(call)
    await call.service.accounts.people.add_role(body.name, by=call.principal)
    return Reply()


async def remove_role(call: Call, asked: OneRole) -> Reply:
    require_administrator(call)
    await call.service.accounts.people.remove_role(asked.role, by=call.principal)
    return Reply()


async def add_member(call: Call, asked: OneMember) -> Reply:
    require_administrator(call)
    people = call.service.accounts.people
    await people.add_member(asked.role, asked.user, by=call.principal)
    return Reply()


async def remove_member(call: Call, asked: OneMember) -> Reply:
    require_administrator(call)
    people = call.service.accounts.people
    await people.remove_member(asked.role, asked.user, by=call.principal)
    return Reply()


# -- the audit log --------------------------------------------------------------------------------


async def list_audit(call: Call, asked: ListAudit) -> Reply:
    require_administrator(call)
    cursors = call.cursors
    place = cursors.read(asked.cursor)
    before = int(place) if place else None
    found = await call.engine.store.people.audit(before=before, limit=asked.limit + 1)
    shown, following = cursors.cut(found, asked.limit, lambda entry: entry[0])
    return Reply(AuditPage([_entry(entry) for _, entry in shown], following))


def _entry(entry: Entry) -> EntryShape:
    return EntryShape(
        at=entry.at,
        who=entry.who,
        address=entry.address,
        action=entry.action,
        subject=entry.subject,
        detail=entry.detail,
        refused=entry.refused,
        times=entry.times,
    )


_TAG = "People"
OPERATIONS = (
    Operation(
        method="GET",
        path="/users",
        name="listUsers",
        tag=_TAG,
        summary="The users, by name",
        handler=list_users,
        asked=ListUsers,
        answer=UserPage,
    ),
    Operation(
        method="POST",
        path="/users",
        name="addUser",
        tag=_TAG,
        summary="Add a user",
        handler=add_user,
        body=NewUser,
        answer=UserShape,
        status=201,
        examples={"body": {"name": "ada", "password": "correct horse battery"}},
    ),
    Operation(
        method="PUT",
        path="/users/{name}/password",
        name="changePassword",
        tag=_TAG,
        summary="Give a user a new password",
        handler=change_password,
        asked=OneUser,
        body=NewPassword,
        status=204,
        refusals=(404,),
        examples={"body": {"password": "correct horse battery"}},
    ),
    Operation(
        method="PUT",
        path="/users/{name}/disabled",
        name="setDisabled",
        tag=_TAG,
        summary="Let a user no longer log in, or again",
        handler=set_disabled,
        asked=OneUser,
        body=SetDisabled,
        answer=UserShape,
        refusals=(404,),
        examples={"body": {"disabled": True}},
    ),
    Operation(
        method="POST",
        path="/users/{name}/unlock",
        name="unlockUser",
        tag=_TAG,
        summary="Forgive a user's failed logins",
        handler=unlock,
        asked=OneUser,
        status=204,
        refusals=(404,),
    ),
    Operation(
        method="GET",
        path="/users/{name}/sessions",
        name="listSessions",
        tag=_TAG,
        summary="From where a user is logged in",
        handler=list_sessions,
        asked=OneUser,
        answer=Sessions,
        refusals=(404,),
    ),
    Operation(
        method="DELETE",
        path="/users/{name}/sessions",
        name="endSessions",
        tag=_TAG,
        summary="Log a user out everywhere",
        handler=end_sessions,
        asked=OneUser,
        status=204,
        refusals=(404,),
    ),
    Operation(
        method="GET",
        path="/roles",
        name="listRoles",
        tag=_TAG,
        summary="The roles and who is in them",
        handler=list_roles,
        answer=Roles,
    ),
    Operation(
        method="POST",
        path="/roles",
        name="addRole",
        tag=_TAG,
        summary="Add a role",
        handler=add_role,
        body=NewRole,
        status=204,
        examples={"body": {"name": "Accountants"}},
    ),
    Operation(
        method="DELETE",
        path="/roles/{role}",
        name="removeRole",
        tag=_TAG,
        summary="Remove a role, with what is granted to it",
        handler=remove_role,
        asked=OneRole,
        status=204,
        refusals=(404,),
    ),
    Operation(
        method="PUT",
        path="/roles/{role}/members/{user}",
        name="addMember",
        tag=_TAG,
        summary="Put a user into a role",
        handler=add_member,
        asked=OneMember,
        status=204,
        refusals=(404,),
    ),
    Operation(
        method="DELETE",
        path="/roles/{role}/members/{user}",
        name="removeMember",
        tag=_TAG,
        summary="Take a user out of a role",
        handler=remove_member,
        asked=OneMember,
        status=204,
        refusals=(404,),
    ),
    Operation(
        method="GET",
        path="/audit",
        name="listAudit",
        tag=_TAG,
        summary="Who changed what of users and rights, and what was refused; the newest first",
        handler=list_audit,
        asked=ListAudit,
        answer=AuditPage,
    ),
)
