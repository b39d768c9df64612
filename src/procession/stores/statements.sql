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

-- load_instance: the state and its revision.
select revision, body from instance where id = :id;

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
insert into session (id, user, csrf, created_at, expires_at)
values (:id, :user, :csrf, :created_at, :expires_at);

-- find_session: a session by the digest of its token.
select id, user, csrf, created_at, expires_at from session where id = :id;

-- end_session: somebody has logged out.
delete from session where id = :id;

-- end_sessions: all sessions of one user.
delete from session where user = :user;

-- purge_sessions: those that have expired.
delete from session where expires_at <= :now;
