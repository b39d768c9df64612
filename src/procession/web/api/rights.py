"""Rights and API keys; for administrators only."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from procession.access import Duty
from procession.keys import NewKey
from procession.stores.people import Grant, Kind
from procession.web.api.operations import Call, Operation, Reply
from procession.web.api.people import UserName, require_administrator

RightKind = Annotated[Kind, Meta(description="Whether a role or a user has the right.")]
RightDuty = Annotated[Duty, Meta(description="What it allows to.")]
Grantee = Annotated[str, Meta(description="The name of the role or the user.")]
RightProcess = Annotated[
    str, Meta(description='One process; "" is all that have no rights of their own.')
]
KeyName = Annotated[str, Meta(description="The name of a key, among those of its user.")]


class RightShape(Struct, rename="camel", forbid_unknown_fields=True):
    """What a role or a user is allowed to: a duty, and for `run`, `see` and `cancel` where."""

    duty: RightDuty
    kind: RightKind
    grantee: Grantee
    process: RightProcess = ""


class WithdrawRight(Struct, rename="camel"):
    duty: RightDuty
    kind: RightKind
    grantee: Grantee
    process: RightProcess = ""


class Rights(Struct, rename="camel"):
    items: list[RightShape]


class KeyShape(Struct, rename="camel"):
    """A key; the key itself is told once only. `limits`: null where it may do all its user may."""

    user: str
    name: str
    limits: list[Duty] | None
    created_at: datetime
    expires_at: datetime | None


class KeyList(Struct, rename="camel"):
    items: list[KeyShape]


class AskedKey(Struct, rename="camel", forbid_unknown_fields=True):
    """A key for a user; without `limits` it may do what the user may."""

    user: str
    name: str
    limits: list[Duty] | None = None
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class MadeKey(Struct, rename="camel"):
    """The key, for `Authorization: Bearer`. It is not told again."""

    key: str


class ListKeys(Struct, rename="camel"):
    user: Annotated[str | None, Meta(description="Only those of this user.")] = None


class OneKey(Struct, rename="camel"):
    user: UserName
    key: KeyName


async def list_rights(call: Call, asked: Struct) -> Reply:
    require_administrator(call)
    grants = await call.engine.store.people.grants()
    return Reply(
        Rights(
            [RightShape(Duty(each.duty), each.kind, each.grantee, each.process) for each in grants]
        )
    )


async def grant_right(call: Call, asked: Struct, body: RightShape) -> Reply:
    require_administrator(call)
    await call.service.accounts.people.grant(_grant(body), by=call.principal)
    return Reply()


async def withdraw_right(call: Call, asked: WithdrawRight) -> Reply:
    require_administrator(call)
    await call.service.accounts.people.withdraw(_grant(asked), by=call.principal)
    return Reply()


def _grant(told: RightShape | WithdrawRight) -> Grant:
    return Grant(told.duty.value, told.kind, told.grantee, told.process)


async def list_keys(call: Call, asked: ListKeys) -> Reply:
    require_administrator(call)
    keys = await call.engine.store.people.keys(asked.user)
    return Reply(
        KeyList(
            [
                KeyShape(
                    user=each.user,
                    name=each.name,
                    limits=None if each.limits is None else [Duty(one) for one in each.limits],
                    created_at=each.created_at,
                    expires_at=each.expires_at,
                )
                for each in keys
            ]
        )
    )


async def add_key(call: Call, asked: Struct, body: AskedKey) -> Reply:
    require_administrator(call)
    limits = None if body.limits is None else frozenset(body.limits)
    new = NewKey(body.user, body.name, body.expires_at, limits)
    key = await call.service.accounts.keys.add(new, by=call.principal)
    return Reply(MadeKey(key))


async def revoke_key(call: Call, asked: OneKey) -> Reply:
    require_administrator(call)
    await call.service.accounts.keys.revoke(asked.user, asked.key, by=call.principal)
    return Reply()


_TAG = "Rights"
OPERATIONS = (
    Operation(
        method="GET",
        path="/rights",
        name="listRights",
        tag=_TAG,
        summary="Who may do what",
        handler=list_rights,
        answer=Rights,
    ),
    Operation(
        method="POST",
        path="/rights",
        name="grantRight",
        tag=_TAG,
        summary="Allow a role or a user to something",
        handler=grant_right,
        body=RightShape,
        status=204,
        refusals=(404,),
        examples={
            "body": {
                "duty": "run",
                "kind": "role",
                "grantee": "Accountants",
                "process": "UsrApproveExpense",
            }
        },
    ),
    Operation(
        method="DELETE",
        path="/rights",
        name="withdrawRight",
        tag=_TAG,
        summary="No longer allow it",
        handler=withdraw_right,
        asked=WithdrawRight,
        status=204,
    ),
    Operation(
        method="GET",
        path="/keys",
        name="listKeys",
        tag=_TAG,
        summary="The API keys",
        handler=list_keys,
        asked=ListKeys,
        answer=KeyList,
    ),
    Operation(
        method="POST",
        path="/keys",
        name="addKey",
        tag=_TAG,
        summary="Make an API key for a user",
        handler=add_key,
        body=AskedKey,
        answer=MadeKey,
        status=201,
        refusals=(404,),
        examples={
            "body": {"user": "ada", "name": "reports", "limits": ["see"]},
            "answer": {"key": "prk_…"},
        },
    ),
    Operation(
        method="DELETE",
        path="/keys/{user}/{key}",
        name="revokeKey",
        tag=_TAG,
        summary="Revoke an API key",
        handler=revoke_key,
        asked=OneKey,
        status=204,
    ),
)
