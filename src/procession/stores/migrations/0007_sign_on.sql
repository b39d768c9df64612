-- Programs that call with an OAuth 2.0 access token. Each acts as a user (own_user: one that was made
-- for it) and may at most do its duties, words with a space between.
create table client (
    id text primary key,
    name text not null unique,
    user text not null,
    own_user integer not null,
    duties text not null,
    disabled integer not null,
    created_at integer not null
) without rowid;

-- digest: the SHA-256 of the secret, in hex. expires_at: null is never.
create table client_secret (
    number integer primary key autoincrement,
    client text not null,
    digest text not null,
    created_at integer not null,
    expires_at integer
);
create index client_secret_by_client on client_secret (client, number);

-- id: the SHA-256 of the token, in hex.
create table access_token (
    number integer primary key autoincrement,
    id text not null unique,
    client text not null,
    duties text not null,
    created_at integer not null,
    expires_at integer not null
);
create index access_token_by_client on access_token (client, number);
create index access_token_by_expiry on access_token (expires_at);

-- Who a user is at an OpenID provider: one subject for a user, and the other way round.
create table identity (
    issuer text not null,
    subject text not null,
    user text not null,
    created_at integer not null,
    primary key (issuer, subject)
) without rowid;
create unique index identity_by_user on identity (issuer, user);
