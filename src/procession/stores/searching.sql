-- scan_runs: runs in the order of their ids, which is that of their starts, the newest first; and
-- of each the value of one parameter, if that is asked for (a large run has an empty body).
select
    id, process, version, status, revision, caller, parent, started_at, ended_at,
    case when :path is not null then body = '' end as large,
    case when :path is not null and body <> '' then body -> :path end as value
from instance
where id < :before and id >= :since
order by id desc
limit :limit;

-- scan_runs_by_status: the same of those in one status.
select
    id, process, version, status, revision, caller, parent, started_at, ended_at,
    case when :path is not null then body = '' end as large,
    case when :path is not null and body <> '' then body -> :path end as value
from instance
where status = :status and id < :before and id >= :since
order by id desc
limit :limit;

-- scan_runs_by_process: the same of one process.
select
    id, process, version, status, revision, caller, parent, started_at, ended_at,
    case when :path is not null then body = '' end as large,
    case when :path is not null and body <> '' then body -> :path end as value
from instance
where process = :process and status = :status and id < :before and id >= :since
order by id desc
limit :limit;

-- scan_elements: what is alive in runs that go on, the oldest run first.
select
    e.instance, e.id, e.element, e.state, e.since, i.process, i.version, i.caller
from element as e
join instance as i on i.id = e.instance
where (e.instance > :instance or (e.instance = :instance and e.id > :id))
order by e.instance, e.id
limit :limit;

-- scan_elements_by_process: the same of one process.
select
    e.instance, e.id, e.element, e.state, e.since, i.process, i.version, i.caller
from instance as i
join element as e on e.instance = i.id
where i.process = :process and i.status in ('Running', 'Error')
    and (e.instance > :instance or (e.instance = :instance and e.id > :id))
order by e.instance, e.id
limit :limit;

-- process_versions: the versions of a process, the newest first.
select
    p.name, p.version, p.caption, p.uid, p.startable, p.file, p.deployed_at, p.deployed_by,
    not exists (select 1 from disabled_process as d where d.name = p.name) as enabled
from process as p
where p.name = :name and p.version < :before
order by p.version desc
limit :limit;
