-- The state of a large run at some revision; the history after that tells the rest. Such a run has
-- an empty instance.body, so that what changes with each of its turns is a short row.
create table snapshot (
    instance text primary key,
    revision integer not null,
    body text not null
);
