-- version_by_uid: the newest version of a process that has this GUID.
select name, version from process where uid = :uid order by version desc limit 1;

-- names_by_caption: the processes whose newest version has this caption.
select p.name from process as p
where p.caption = :caption
    and p.version = (select max(n.version) from process as n where n.name = p.name)
order by p.name
limit :limit;

-- count_unfinished: how many runs of a process go on or are stuck; of a version, or of all (0).
select count(*) from instance
where process = :process and status in ('Running', 'Error')
    and (:version = 0 or version = :version);

-- unfinished_runs: which, in the order of their ids.
select id, process, version, status, revision, caller, parent, started_at, ended_at
from instance
where process = :process and status in ('Running', 'Error') and id > :after
order by id
limit :limit;

-- timer_starts: when the timers that start a process are due; null: never again.
select element, definition, due_at from start_subscription
where process = :process and kind = 'timer'
order by element, definition;
