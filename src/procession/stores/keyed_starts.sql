-- find_keyed_start: the start that was asked for under a key, if it is not forgotten.
select digest, instance, warnings from keyed_start
where caller = :caller and key = :key and started_at > :after;

-- forget_keyed_starts: the oldest of those that nobody may ask for any more.
delete from keyed_start
where (caller, key) in (
    select caller, key from keyed_start
    where started_at <= :after
    order by started_at
    limit :limit
);

-- forget_keyed_start: that of one key, likewise.
delete from keyed_start where caller = :caller and key = :key and started_at <= :after;

-- insert_keyed_start: a run begins under a key; a second one under the same key is refused.
insert into keyed_start (caller, key, digest, instance, warnings, started_at)
values (:caller, :key, :digest, :instance, :warnings, :at);
