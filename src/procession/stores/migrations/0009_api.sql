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
