-- log_runs: what the log shows of the runs that the caller may see or has started.
select
    i.id as Id,
    coalesce(nullif(p.caption, ''), i.process) as Name,
    i.process as SchemaName,
    i.started_at as StartDate,
    i.ended_at as CompleteDate,
    coalesce(i.ended_at - i.started_at, 0) * 1.0 as DurationInMilliseconds,
    coalesce(i.ended_at - i.started_at, 0) / 60000.0 as DurationInMinutes,
    coalesce(i.ended_at - i.started_at, 0) / 3600000.0 as DurationInHours,
    coalesce(i.ended_at - i.started_at, 0) / 86400000.0 as DurationInDays,
    s.id as StatusId,
    s.name as StatusName,
    s.value as StatusValue,
    schema_id(i.process, i.version) as SysSchemaId,
    i.version as Version,
    i.parent as ParentId,
    case when i.parent is null then i.id else (
        with recursive upwards (id, parent) as (
            select r.id, r.parent from instance as r where r.id = i.parent
            union all
            select r.id, r.parent from upwards join instance as r on r.id = upwards.parent
        )
        select id from upwards where parent is null
    ) end as RootId,
    contact_id(i.caller) as OwnerId,
    i.caller as OwnerName,
    i.started_at as CreatedOn,
    contact_id(i.caller) as CreatedById,
    i.changed_at as ModifiedOn,
    contact_id(i.caller) as ModifiedById,
    null as SysWorkspaceId,
    null as PackageName,
    0 as ProcessListeners,
    case when i.status in ('Error', 'Canceled') then
        nullif(run_error(i.id, i.process, i.version, i.revision), '')
    end as ErrorDescription
from instance as i
join log_status as s on s.name = i.status
left join process as p on p.name = i.process and p.version = i.version
where (i.process in (select value from json_each(:see_named))) <> :see_everywhere
    or i.caller = :caller;

-- log_elements: what the log shows of the visits to elements in those runs.
select
    substr(i.id, 1, 28) || printf('%08x', e.value ->> 0) as Id,
    i.id as SysProcessId,
    e.value ->> 1 as Code,
    e.value ->> 2 as SchemaElementUId,
    e.value ->> 3 as Caption,
    e.value ->> 4 as Type,
    s.id as StatusId,
    s.name as StatusName,
    s.value as StatusValue,
    i.status in ('Running', 'Error') as RunGoesOn,
    i.started_at as RunStarted,
    i.changed_at as RunChanged,
    nullif(e.value ->> 6, '') as ErrorDescription,
    e.value ->> 7 as StartDate,
    e.value ->> 8 as CompleteDate,
    coalesce((e.value ->> 8) - (e.value ->> 7), 0) * 1.0 as DurationInMilliseconds,
    coalesce((e.value ->> 8) - (e.value ->> 7), 0) / 60000.0 as DurationInMinutes,
    coalesce((e.value ->> 8) - (e.value ->> 7), 0) / 3600000.0 as DurationInHours,
    coalesce((e.value ->> 8) - (e.value ->> 7), 0) / 86400000.0 as DurationInDays,
    contact_id(i.caller) as OwnerId,
    i.caller as OwnerName,
    e.value ->> 7 as CreatedOn,
    contact_id(i.caller) as CreatedById,
    coalesce(e.value ->> 8, e.value ->> 7) as ModifiedOn,
    contact_id(i.caller) as ModifiedById
from instance as i
cross join json_each(element_log(i.id, i.process, i.version, i.revision)) as e
cross join log_status as s
where s.name = e.value ->> 5
    and (
        (i.process in (select value from json_each(:see_named))) <> :see_everywhere
        or i.caller = :caller
    );

-- log_statuses: the statuses.
select id as Id, name as Name, value as Value, null as Description from log_status;

-- log_schemas: what the library shows of the processes that the caller may see or run, by version.
select
    schema_id(p.name, p.version) as Id,
    schema_id(p.name, p.version) as SysSchemaId,
    p.uid as UId,
    p.name as Name,
    coalesce(nullif(p.caption, ''), p.name) as Caption,
    null as Description,
    'ProcessSchemaManager' as ManagerName,
    p.version as Version,
    p.version = (select max(n.version) from process as n where n.name = p.name) as IsActiveVersion,
    p.version = (select max(n.version) from process as n where n.name = p.name) as IsMaxVersion,
    not exists (select 1 from disabled_process as d where d.name = p.name) as Enabled,
    p.startable as HasStartEvent,
    p.startable as AddToRunButton,
    0 as IsProcessTracing,
    'Business Process' as TagProperty,
    schema_id(p.name, 1) as VersionParentId,
    case when p.version > 1 then schema_id(p.name, 1) end as ParentId,
    (select f.uid from process as f where f.name = p.name and f.version = 1) as VersionParentUId,
    p.deployed_at as CreatedOn,
    contact_id(p.deployed_by) as CreatedById,
    p.deployed_by as CreatedByName,
    p.deployed_at as ModifiedOn
from process as p
where (p.name in (select value from json_each(:see_named))) <> :see_everywhere
    or (p.name in (select value from json_each(:run_named))) <> :run_everywhere;

-- log_history: what happened to a run up to a revision.
select at, changes from history where instance = ? and revision <= ? order by revision;

-- log_file: the file of a version of a process.
select xml from process where name = ? and version = ?;
