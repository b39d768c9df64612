-- Roles hold users. Everybody is in "All employees", so nobody is listed there; who is in "System
-- administrators" may do everything.
create table role (name text primary key, created_at integer not null) without rowid;
insert into role (name, created_at) values
    ('All employees', strftime('%s', 'now') * 1000),
    ('System administrators', strftime('%s', 'now') * 1000);

create table role_member (
    role text not null,
    user text not null,
    primary key (role, user)
) without rowid;
create index role_member_by_user on role_member (user);
insert into role_member (role, user)
    select 'System administrators', name from user order by created_at, name limit 1;

-- What a role or a user (kind) may do: with one process, or where process is '' with all that have
-- no row of their own.
create table granted (
    process text not null,
    duty text not null,
    kind text not null,
    grantee text not null,
    primary key (process, duty, kind, grantee)
) without rowid;
create index granted_by_grantee on granted (kind, grantee);
insert into granted (process, duty, kind, grantee) values
    ('', 'run', 'role', 'All employees'),
    ('', 'see', 'role', 'All employees');

-- id: the SHA-256 of the key, in hex. limits: the duties that it is for, null: what its user may.
create table api_key (
    id text primary key,
    user text not null,
    name text not null,
    limits text,
    created_at integer not null,
    expires_at integer
) without rowid;
create unique index api_key_by_user on api_key (user, name);

-- Who did what to whom, or was refused (times: so often, since `at`).
create table audit (
    number integer primary key autoincrement,
    at integer not null,
    refused integer not null,
    who text not null,
    address text not null,
    action text not null,
    subject text not null,
    detail text not null,
    times integer not null
);
create index audit_by_kind on audit (refused, number);

-- The failed logins of a user that exists, since the last one that succeeded.
create table login_failure (
    user text primary key,
    failures integer not null,
    last_at integer not null
) without rowid;

alter table user add column unlocked_at integer not null default 0;
alter table session add column address text not null default '';

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

-- The statuses of runs and elements as the log names them: a run has the one of its own `status`.
create table log_status (
    name text primary key,
    id text not null unique,
    value integer not null
) without rowid;
insert into log_status (name, id, value) values
    ('Inactive', '67700d9c-28ac-46ef-9037-b81a53b7b330', 0),
    ('Running', 'ed2ae277-b6e2-df11-971b-001d60e938c6', 1),
    ('Completed', '815c9586-b6e2-df11-971b-001d60e938c6', 2),
    ('Error', 'f942c08d-b6e2-df11-971b-001d60e938c6', 3),
    ('Canceled', '1be78f3e-234d-4d6a-869a-dc07253fd2f3', 4),
    ('Canceling', '006f6d7a-6d9a-4e8c-bf5f-2ddac8b3df9a', 5);

-- What has begun since, and the newest first. It grows at its end, with the start of a run alone.
create index instance_by_start on instance (started_at, id);

-- Starts that were asked for under a key of the caller's own: who asks again has the same run.
-- digest: of all that was asked for; warnings: what was told with the start.
create table keyed_start (
    caller text not null,
    key text not null,
    digest text not null,
    instance text not null,
    warnings text not null,
    started_at integer not null,
    primary key (caller, key)
) without rowid;
create index keyed_start_by_time on keyed_start (started_at);

-- Who is told of the ends and incidents of runs. The secret signs what is sent, so it is kept as it
-- is. process: runs of this one only; null: of all.
create table webhook (
    id text primary key,
    address text not null,
    secret text not null,
    events text not null,
    process text,
    created_at integer not null,
    created_by text not null
) without rowid;

-- What is still to be sent, in its order; what has been sent is gone. due_at null: given up.
create table delivery (
    number integer primary key autoincrement,
    webhook text not null,
    instance text not null,
    event text not null,
    body blob not null,
    announced_at integer not null,
    attempts integer not null default 0,
    due_at integer,
    error text not null default ''
);
create index delivery_in_order on delivery (webhook, instance, number) where due_at is not null;
create index delivery_due on delivery (webhook, number, due_at) where due_at is not null;
create index delivery_given_up on delivery (number) where due_at is null;
