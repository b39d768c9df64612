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
