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
