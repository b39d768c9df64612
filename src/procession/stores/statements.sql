-- catalog_revision: has anything changed that a running service must notice at once?
select revision from catalog;

-- grow_catalog: something has.
update catalog set revision = revision + 1;

-- insert_process: a new version of a process.
insert into process (
    name, version, caption, uid, startable, file, digest, xml, deployed_at, deployed_by
)
values (
    :name, :version, :caption, :uid, :startable, :file, :digest, :xml, :deployed_at, :deployed_by
);

-- newest_version: the newest version of a process, and what it was made of.
select version, digest from process where name = :name order by version desc limit 1;

-- find_process: the newest version by name, or a certain one (version > 0).
select
    p.name, p.version, p.caption, p.uid, p.startable, p.file, p.xml, p.deployed_at, p.deployed_by,
    not exists (select 1 from disabled_process as d where d.name = p.name) as enabled
from process as p
where p.name = :name and (:version = 0 or p.version = :version)
order by p.version desc
limit 1;

-- process_name_by_uid: the name of the process that has this GUID in some version.
select name from process where uid = :uid order by version desc limit 1;

-- list_processes: the newest version of every process.
select
    p.name, p.version, p.caption, p.uid, p.startable, p.file, p.deployed_at, p.deployed_by,
    not exists (select 1 from disabled_process as d where d.name = p.name) as enabled
from process as p
where p.version = (select max(n.version) from process as n where n.name = p.name)
order by p.name;

-- disable_process: it does not start any more.
insert into disabled_process (name) values (:name) on conflict (name) do nothing;

-- enable_process: it starts again.
delete from disabled_process where name = :name;

-- insert_instance: a run begins; a second one of the same id is refused.
insert into instance (
    id, process, version, status, revision, caller, parent, started_at, changed_at, ended_at, body
)
values (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?);

-- update_instance: a run has changed, if nobody else was faster (its revision is as it was loaded).
update instance
set status = ?, revision = revision + 1, changed_at = ?, ended_at = ?, body = ?
where id = ? and revision = ?;

-- advance_instance: the same for a large run whose snapshot stays as it is.
update instance
set status = ?, revision = revision + 1, changed_at = ?, ended_at = ?
where id = ? and revision = ? and body = '';

-- put_snapshot: the state of a large run, at the revision that this turn makes.
insert into snapshot (instance, revision, body) values (?, ?, ?)
on conflict (instance) do update set revision = excluded.revision, body = excluded.body;

-- drop_snapshot: the run is small again.
delete from snapshot where instance = ?;

-- insert_history: what happened in one turn.
insert into history (instance, revision, at, changes) values (?, ?, ?, ?);

-- put_element: an element instance is alive after the turn.
insert into element (instance, id, element, uid, state, since) values (?, ?, ?, ?, ?, ?)
on conflict (instance, id) do update set state = excluded.state, since = excluded.since;

-- drop_element: it is not any more.
delete from element where instance = ? and id = ?;

-- put_job: a job is open after the turn; who has just made it due may hold it at once.
insert into job (instance, id, kind, due_at, leased_until, holder) values (?, ?, ?, ?, ?, ?)
on conflict (instance, id) do update
set due_at = excluded.due_at, leased_until = excluded.leased_until, holder = excluded.holder;

-- drop_job: it is not any more.
delete from job where instance = ? and id = ?;

-- load_instance: the revision and the state; '' is that of a large run, which has a snapshot.
select revision, body from instance where id = :id;

-- load_snapshot: the same, and for a large run its snapshot with the revision of that.
select i.revision, i.body, s.revision, s.body
from instance as i
left join snapshot as s on s.instance = i.id and i.body = ''
where i.id = :id;

-- history_between: what turned the snapshot into the state of now.
select changes from history
where instance = :id and revision > :after and revision <= :until
order by revision;

-- instance_row: what is listed of one run.
select id, process, version, status, revision, caller, parent, started_at, ended_at
from instance
where id = :id;

-- list_instances: the newest runs first, of one process or of all, in one status or in any.
select id, process, version, status, revision, caller, parent, started_at, ended_at
from instance
where (:process is null or process = :process) and (:status is null or status = :status)
order by id desc
limit :limit;

-- count_instances: how many runs there are, by status.
select status, count(*) as number from instance group by status;

-- history_of: all that happened to one run, oldest first.
select revision, at, changes from history
where instance = :id and revision > :after
order by revision
limit :limit;

-- elements_of: where a run stands.
select id, element, state, since from element where instance = :id order by id;

-- live_elements: the element instances of one element of a schema, in runs of one caller.
select e.instance, e.id
from element as e
join instance as i on i.id = e.instance
where e.uid = :uid and i.caller = :caller
limit :limit;

-- jobs_due: what nobody holds and is to be done by now.
select instance, id, kind from job
where due_at <= :now and leased_until <= :now
order by due_at
limit :limit;

-- lease_job: it is mine, if it was still free.
update job set leased_until = :until, holder = :holder
where instance = :instance and id = :id and leased_until <= :now;

-- renew_leases: what I hold stays mine.
update job set leased_until = :until where holder = :holder and leased_until > 0;

-- release_leases: nobody holds anything; for the one service of a data folder, when it starts.
update job set leased_until = 0, holder = '' where leased_until > 0;

-- release_holder: what one holder held is free again.
update job set leased_until = 0, holder = '' where holder = :holder;

-- next_due: when the next job is due that nobody holds.
select min(max(due_at, leased_until)) as at from job where due_at is not null;

-- insert_user: a user; a second one of the same name is refused.
insert into user (name, password_hash, disabled, created_at)
values (:name, :password_hash, :disabled, :created_at);

-- find_user: a user by name.
select name, password_hash, disabled, created_at from user where name = :name;

-- list_users: all users.
select name, password_hash, disabled, created_at from user order by name;

-- change_password: a new password hash.
update user set password_hash = :password_hash where name = :name;

-- change_disabled: whether the user may log in.
update user set disabled = :disabled where name = :name;

-- insert_session: somebody has logged in.
insert into session (id, user, csrf, created_at, expires_at, address)
values (:id, :user, :csrf, :created_at, :expires_at, :address);

-- find_session: a session by the digest of its token.
select id, user, csrf, created_at, expires_at, address from session where id = :id;

-- end_session: somebody has logged out.
delete from session where id = :id;

-- end_sessions: all sessions of one user.
delete from session where user = :user;

-- purge_sessions: those that have expired.
delete from session where expires_at <= :now;

-- put_decision_file: a DMN file, once.
insert into decision_file (digest, xml) values (:digest, :xml) on conflict (digest) do nothing;

-- insert_decision: a new version of a decision.
insert into decision (id, version, caption, digest, file, deployed_at, deployed_by)
values (:id, :version, :caption, :digest, :file, :deployed_at, :deployed_by);

-- newest_decision: the newest version of a decision, and the file that it stands in.
select version, digest from decision where id = :id order by version desc limit 1;

-- find_decision: the newest version by id, or a certain one (version > 0).
select id, version, caption, file, digest, deployed_at, deployed_by
from decision
where id = :id and (:version = 0 or version = :version)
order by version desc
limit 1;

-- decision_file: the bytes of a DMN file.
select xml from decision_file where digest = :digest;

-- list_decisions: the newest version of every decision.
select d.id, d.version, d.caption, d.file, d.digest, d.deployed_at, d.deployed_by
from decision as d
where d.version = (select max(n.version) from decision as n where n.id = d.id)
order by d.id;

-- put_subscription: a run waits for a message or a signal.
insert into subscription (instance, id, kind, name, key) values (?, ?, ?, ?, ?);

-- drop_subscription: it does not any more.
delete from subscription where instance = ? and id = ?;

-- want_message: the oldest kept message of the name is wanted, if not all are already.
update message set wanted = 1
where number = (
    select number from message
    where name = :name and wanted = 0 and expires_at > :now
    order by number
    limit 1
);

-- want_message_by_key: the same of those that were sent with the key.
update message set wanted = 1
where number = (
    select m.number
    from message_key as k
    join message as m on m.number = k.number
    where k.name = :name and k.key = :key and m.wanted = 0 and m.expires_at > :now
    order by k.number
    limit 1
);

-- takers: who waits for a message by its name, with one of its keys or with none, oldest first.
select number, instance, id
from (
    select * from (
        select number, instance, id from subscription
        where kind = 'message' and name = :name and key is null and number > :after
        order by number
        limit :limit
    )
    union all
    select * from (
        select s.number, s.instance, s.id
        from json_each(:keys) as k
        join subscription as s
            on s.kind = 'message' and s.name = :name and s.key = k.value and s.number > :after
        order by s.number
        limit :limit
    )
)
order by number
limit :limit;

-- receivers: who waits for a signal, oldest first, of those that waited when it was thrown.
select number, instance, id from subscription
where kind = 'signal' and name = :name and key is null and number > :last and number <= :until
order by number
limit :limit;

-- drop_starts: a new version of a process replaces what started it.
delete from start_subscription where process = :process;

-- insert_start: what starts the newest version of a process.
insert into start_subscription (
    process, version, element, definition, kind, name, due_at, schedule
)
values (:process, :version, :element, :definition, :kind, :name, :due_at, :schedule);

-- starts_by: what starts a process that is not disabled, by a message or a signal.
select process, version, element, definition from start_subscription as s
where kind = :kind and name = :name
    and not exists (select 1 from disabled_process as d where d.name = s.process)
order by process, element, definition;

-- starts_of: the same by anything of one kind.
select process, version, element, definition from start_subscription as s
where kind = :kind
    and not exists (select 1 from disabled_process as d where d.name = s.process)
order by process, element, definition;

-- due_starts: the timers that are due to start a process, and whether it starts.
select
    process, version, element, definition, due_at, schedule,
    not exists (select 1 from disabled_process as d where d.name = s.process) as enabled
from start_subscription as s
where due_at <= :now
order by due_at
limit :limit;

-- move_timer_start: the next moment of a timer, if it stands where it was read.
update start_subscription set due_at = :due_at, schedule = :schedule
where process = :process and element = :element and definition = :definition
    and version = :version and due_at = :was_due_at;

-- insert_message: nobody has taken it yet.
insert into message (name, keys, payload, caller, expires_at)
values (:name, :keys, :payload, :caller, :expires_at);

-- insert_message_keys: by which keys it is found.
insert into message_key (name, key, number)
select distinct :name, value, :number from json_each(:keys);

-- delete_message: it is taken, or its time is over.
delete from message where number = :number;

-- delete_message_keys: likewise.
delete from message_key where number = :number;

-- release_message: nobody waits for it any more.
update message set wanted = 0 where number = :number;

-- message_wanted: does a run wait for a message that is kept?
select 1 from message where wanted = 1 limit 1;

-- message_kept: has nobody taken it?
select 1 from message where number = :number;

-- wanted_messages: the messages that runs wait for, oldest first.
select number, name, keys, payload, caller from message
where wanted = 1
order by number
limit :limit;

-- expired_messages: those that nobody took in time.
select number, name from message
where wanted = 0 and expires_at <= :now
order by expires_at
limit :limit;

-- insert_broadcast: a signal is thrown, to all that wait for it now.
insert into broadcast (name, payload, caller, until, starts)
select
    :name, :payload, :caller,
    (select coalesce(max(number), 0) from subscription),
    (
        select json_group_array(json_array(process, version, element, definition))
        from (
            select process, version, element, definition from start_subscription as s
            where kind = 'signal' and name = :name
                and not exists (select 1 from disabled_process as d where d.name = s.process)
            order by process, element, definition
        )
    );

-- oldest_broadcast: the signal whose turn it is.
select number, name, payload, caller, last, until, starts, started from broadcast
order by number
limit 1;

-- newest_broadcast: the number of the signal that was thrown last.
select coalesce(max(number), 0) from broadcast;

-- move_broadcast: it has reached some more, if it is where it was read.
update broadcast set last = :last, started = :started
where number = :number and last = :was_last and started = :was_started;

-- end_broadcast: it has reached all, likewise.
delete from broadcast where number = :number and last = :was_last and started = :was_started;

-- find_data_store: what a data store holds, and which write that is.
select value, version from data_store where id = :id;

-- put_data_store: it has a new value.
insert into data_store (id, version, value, changed_at) values (:id, :version, :value, :at)
on conflict (id) do update
set version = excluded.version, value = excluded.value, changed_at = excluded.changed_at;
