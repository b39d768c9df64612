"""OAuth 2.0 clients, their access tokens, and identities at OpenID providers in the SQLite file."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from procession.errors import Rejected, UnknownUser
from procession.stores import User
from procession.stores.people import Entry
from procession.stores.sign_on import AccessToken, Bearer, Client, Identity, Secret
from procession.stores.sqlite_people import AuditedPart
from procession.stores.sqlite_rows import Row, moment
from procession.stores.writes import milliseconds

Values = Mapping[str, Any]

_secrets = msgspec.json.Decoder(list[tuple[str, int, int | None]])


class SqliteSignOn(AuditedPart):
    """The clients and identities of a store."""

    # -- clients ----------------------------------------------------------------------------------

    def client(self, id: str) -> Client | None:
        row = self._one("find_client", {"id": id})
        return None if row is None else _client(row)

    async def clients(self) -> Sequence[Client]:
        return [_client(row) for row in await self._all("list_clients", None)]

    async def add_client(self, client: Client, entry: Entry, *, own: User | None = None) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            if own is not None:
                self._add_own_user(connection, own)
            values = {"name": client.user}
            if connection.execute(self._sql["find_user"], values).fetchone() is None:
                raise UnknownUser(f"there is no user {client.user!r}")
            self._insert(
                connection,
                "insert_client",
                _client_values(client),
                f"there is a client {client.name!r} already",
            )
            for secret in client.secrets:
                connection.execute(
                    self._sql["insert_client_secret"], _secret_values(client.id, secret)
                )

        await self._change(statements, entry)

    def _add_own_user(self, connection: sqlite3.Connection, own: User) -> None:
        if not connection.execute(self._sql["list_users"]).fetchmany(1):
            raise Rejected(
                "there is no user yet, and the first one is the administrator, who must be a"
                " person; add one first: procession user add NAME"
            )
        values = {
            "name": own.name,
            "password_hash": own.password_hash,
            "disabled": own.disabled,
            "created_at": milliseconds(own.created_at),
        }
        refusal = f"there is a user {own.name!r} already; name the client otherwise, or its user"
        self._insert(connection, "insert_user", values, refusal)

    async def rotate_secret(
        self, name: str, secret: Secret, *, old_until: datetime, entry: Entry
    ) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            client, _, _ = self._find(connection, name)
            values = {"client": client, "until": milliseconds(old_until)}
            connection.execute(self._sql["keep_newest_secret"], values)
            connection.execute(self._sql["shorten_secrets"], values)
            now = {"client": client, "now": milliseconds(secret.created_at)}
            connection.execute(self._sql["purge_secrets"], now)
            connection.execute(self._sql["insert_client_secret"], _secret_values(client, secret))

        await self._change(statements, entry)

    async def change_client(self, name: str, *, disabled: bool, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            client, _, _ = self._find(connection, name)
            values = {"client": client, "disabled": disabled}
            connection.execute(self._sql["change_client"], values)

        await self._change(statements, entry)

    async def remove_client(self, name: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            client, user, own_user = self._find(connection, name)
            if own_user:
                values = {"name": user, "disabled": True}
                connection.execute(self._sql["change_disabled"], values)
            for statement in ("delete_client", "delete_secrets", "delete_tokens"):
                connection.execute(self._sql[statement], {"client": client})

        await self._change(statements, entry)

    async def end_tokens(self, name: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            client, _, _ = self._find(connection, name)
            connection.execute(self._sql["delete_tokens"], {"client": client})

        await self._change(statements, entry)

    def _find(self, connection: sqlite3.Connection, name: str) -> Row:
        """The id of a client, its user, and whether that was made for it."""
        row: Row | None = connection.execute(self._sql["client_by_name"], {"name": name}).fetchone()
        if row is None:
            raise Rejected(f"there is no client {name!r}")
        return row

    # -- access tokens ----------------------------------------------------------------------------

    async def add_token(self, token: AccessToken, *, most: int) -> None:
        values = {
            "id": token.id,
            "client": token.client,
            "duties": " ".join(token.duties),
            "created_at": milliseconds(token.created_at),
            "expires_at": milliseconds(token.expires_at),
        }

        def statements(connection: sqlite3.Connection) -> None:
            connection.execute(self._sql["purge_tokens"], {"now": values["created_at"]})
            connection.execute(self._sql["insert_token"], values)
            connection.execute(self._sql["trim_tokens"], {"client": token.client, "most": most})

        await self._write(statements)

    def bearer(self, id: str) -> Bearer | None:
        row = self._one("find_token", {"id": id})
        if row is None:
            return None
        client, user, duties, expires_at = row
        return Bearer(client, user, tuple(duties.split()), moment(expires_at))

    async def revoke_token(self, id: str, *, client: str) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            connection.execute(self._sql["delete_token"], {"id": id, "client": client})
            connection.execute(self._sql["grow_catalog"])

        await self._write(statements)

    # -- identities -------------------------------------------------------------------------------

    def user_of(self, issuer: str, subject: str) -> str | None:
        row = self._one("find_identity", {"issuer": issuer, "subject": subject})
        return None if row is None else row[0]

    async def identities(self) -> Sequence[Identity]:
        rows = await self._all("list_identities", None)
        return [Identity(issuer, subject, user, moment(at)) for issuer, subject, user, at in rows]

    async def bind(self, identity: Identity, entry: Entry) -> None:
        values = {
            "issuer": identity.issuer,
            "subject": identity.subject,
            "user": identity.user,
            "created_at": milliseconds(identity.created_at),
        }
        refusal = f"{identity.user!r} is somebody else at {identity.issuer}"
        await self._change(
            lambda connection: self._insert(connection, "insert_identity", values, refusal), entry
        )

    async def unbind(self, user: str, entry: Entry) -> None:
        def statements(connection: sqlite3.Connection) -> None:
            if not connection.execute(self._sql["delete_identities"], {"user": user}).rowcount:
                raise Rejected(f"{user!r} is known at no provider")

        await self._change(statements, entry)


def _client(row: Row) -> Client:
    id_, name, user, own_user, duties, disabled, created_at, secrets, user_enabled = row
    return Client(
        id=id_,
        name=name,
        user=user,
        own_user=bool(own_user),
        duties=tuple(duties.split()),
        disabled=bool(disabled),
        created_at=moment(created_at),
        secrets=tuple(_secret(*each) for each in _secrets.decode(secrets)),
        user_enabled=bool(user_enabled),
    )


def _client_values(client: Client) -> Values:
    return {
        "id": client.id,
        "name": client.name,
        "user": client.user,
        "own_user": client.own_user,
        "duties": " ".join(client.duties),
        "created_at": milliseconds(client.created_at),
    }


def _secret(digest: str, created_at: int, expires_at: int | None) -> Secret:
    return Secret(digest, moment(created_at), None if expires_at is None else moment(expires_at))


def _secret_values(client: str, secret: Secret) -> Values:
    return {
        "client": client,
        "digest": secret.digest,
        "created_at": milliseconds(secret.created_at),
        "expires_at": None if secret.expires_at is None else milliseconds(secret.expires_at),
    }
