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
