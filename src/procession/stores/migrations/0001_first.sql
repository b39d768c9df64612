-- Times are milliseconds since 1970, UTC. Identities are GUIDs as text, lower-case with dashes.

-- One row: its number grows with every change that a running service must notice at once.
create table catalog (only integer primary key check (only = 1), revision integer not null);
insert into catalog (only, revision) values (1, 1);

create table process (
    name text not null,
    version integer not null,
    caption text not null,
    uid text not null,
    startable integer not null,
    file text not null,
    digest text not null,
    xml blob not null,
    deployed_at integer not null,
    deployed_by text not null,
    primary key (name, version)
) without rowid;
create index process_by_uid on process (uid);

create table disabled_process (name text primary key) without rowid;

create table instance (
    id text primary key,
    process text not null,
    version integer not null,
    status text not null,
    revision integer not null,
    caller text not null,
    parent text,
    started_at integer not null,
    changed_at integer not null,
    ended_at integer,
    body text not null
) without rowid;
create index instance_by_process on instance (process, status, id);
create index instance_by_status on instance (status, id);
create index instance_by_parent on instance (parent) where parent is not null;

create table history (
    instance text not null,
    revision integer not null,
    at integer not null,
    changes text not null,
    primary key (instance, revision)
) without rowid;

-- The element instances that are alive between two turns.
create table element (
    instance text not null,
    id integer not null,
    element text not null,
    uid text not null,
    state text not null,
    since integer not null,
    primary key (instance, id)
) without rowid;
create index element_by_uid on element (uid, instance);

create table job (
    instance text not null,
    id integer not null,
    kind text not null,
    due_at integer,
    leased_until integer not null default 0,
    holder text not null default '',
    primary key (instance, id)
) without rowid;
create index job_due on job (due_at, leased_until) where due_at is not null;

create table user (
    name text primary key,
    password_hash text not null,
    disabled integer not null,
    created_at integer not null
) without rowid;

create table session (
    id text primary key,
    user text not null,
    csrf text not null,
    created_at integer not null,
    expires_at integer not null
) without rowid;
create index session_by_user on session (user);
create index session_by_expiry on session (expires_at);
