-- What runs wait for: a row while the subscription is open. Numbers grow and none is given twice, so
-- that the oldest comes first and a signal reaches those that waited when it was thrown.
create table subscription (
    number integer primary key autoincrement,
    instance text not null,
    id integer not null,
    kind text not null,
    name text not null,
    key text
);
create unique index subscription_of_instance on subscription (instance, id);
create index subscription_by_name on subscription (kind, name, key, number);

-- What starts the newest version of a process without a caller.
create table start_subscription (
    process text not null,
    element text not null,
    definition integer not null,
    version integer not null,
    kind text not null,
    name text not null,
    due_at integer,
    schedule text not null default '{}',
    primary key (process, element, definition)
) without rowid;
create index start_by_name on start_subscription (kind, name);
create index start_due on start_subscription (due_at) where due_at is not null;

-- Messages that nobody has taken yet. wanted: a run waits for one like this since it was kept.
create table message (
    number integer primary key autoincrement,
    name text not null,
    keys text not null,
    payload text not null,
    caller text not null,
    expires_at integer not null,
    wanted integer not null default 0
);
create index message_by_name on message (name, wanted, number);
create index message_by_expiry on message (expires_at) where wanted = 0;
create index message_wanted on message (number) where wanted = 1;

create table message_key (
    name text not null,
    key text not null,
    number integer not null,
    primary key (name, key, number)
) without rowid;
create index message_key_by_number on message_key (number);

-- Signals on their way to all that waited for them: those up to the number `until`, of which those
-- up to `last` have it. starts: the start subscriptions of that moment, of which `started` have it.
create table broadcast (
    number integer primary key autoincrement,
    name text not null,
    payload text not null,
    caller text not null,
    last integer not null default 0,
    until integer not null,
    starts text not null,
    started integer not null default 0
);
