-- rights_of: whether a user may do everything, and the pairs of duty and process that are granted.
with mine (kind, grantee) as (
    select 'user', :user
    union all
    select 'role', 'All employees'
    union all
    select 'role', role from role_member where user = :user
)
select
    exists (select 1 from role_member where role = 'System administrators' and user = :user),
    (
        select json_group_array(json_array(granted.duty, granted.process))
        from mine
        join granted on granted.kind = mine.kind and granted.grantee = mine.grantee
    );

-- processes_with_grants: those that have grants of their own.
select json_group_array(distinct process) from granted where process <> '';

-- list_roles: all roles, with their members.
select
    name,
    (select json_group_array(user) from role_member where role = name order by user),
    created_at
from role
order by name;

-- roles_of_user: the roles that a user is in.
select role from role_member where user = :user order by role;

-- find_role: whether there is such a role.
select 1 from role where name = :name;

-- insert_role: a role; a second one of the same name is refused.
insert into role (name, created_at) values (:name, :at);

-- delete_role: a role.
delete from role where name = :name;

-- delete_members: nobody is in the role.
delete from role_member where role = :name;

-- delete_grants: nothing is granted to the role.
delete from granted where kind = 'role' and grantee = :name;

-- insert_member: a user is in a role.
insert or ignore into role_member (role, user) values (:role, :user);

-- insert_first_administrator: the only user there is, is an administrator.
insert or ignore into role_member (role, user)
select 'System administrators', :user
where (select count(*) from (select 1 from user limit 2)) = 1;

-- delete_member: a user is no longer in a role.
delete from role_member where role = :role and user = :user;

-- other_administrator: an administrator who may log in, beside this user.
select 1
from role_member
join user on user.name = role_member.user
where role = 'System administrators' and user.name <> :user and user.disabled = 0
limit 1;

-- is_administrator: whether the user is an administrator who may log in.
select 1
from role_member
join user on user.name = role_member.user
where role = 'System administrators' and user.name = :user and user.disabled = 0;

-- list_grants: all grants.
select duty, kind, grantee, process from granted order by process, duty, kind, grantee;

-- insert_grant: a role or a user may do something from now on.
insert or ignore into granted (process, duty, kind, grantee)
values (:process, :duty, :kind, :grantee);

-- delete_grant: and no longer.
delete from granted
where process = :process and duty = :duty and kind = :kind and grantee = :grantee;

-- insert_key: an API key; a second one of the same name is refused.
insert into api_key (id, user, name, limits, created_at, expires_at)
values (:id, :user, :name, :limits, :created_at, :expires_at);

-- find_key: an API key by its digest, if its user may log in.
select api_key.id, user, api_key.name, limits, api_key.created_at, expires_at
from api_key
join user on user.name = api_key.user
where api_key.id = :id and user.disabled = 0;

-- list_keys: the API keys of a user, or all.
select id, user, name, limits, created_at, expires_at
from api_key
where :user is null or user = :user
order by user, name;

-- delete_key: an API key is revoked.
delete from api_key where user = :user and name = :name;

-- sessions_of: the sessions of a user, oldest first.
select id, user, csrf, created_at, expires_at, address
from session
where user = :user and expires_at > :now
order by created_at, id;

-- insert_entry: an entry of the audit log.
insert into audit (at, refused, who, address, action, subject, detail, times)
values (:at, :refused, :who, :address, :action, :subject, :detail, :times);

-- trim_audit: of the changes, or of the refused tries, the newest stay.
delete from audit
where refused = :refused
and number <= (
    select number from audit where refused = :refused order by number desc limit 1 offset :most
);

-- list_audit: the newest entries first.
select number, at, who, address, action, subject, detail, refused, times
from audit
where :before is null or number < :before
order by number desc
limit :limit;

-- put_failures: the failed logins of a user that exists.
insert into login_failure (user, failures, last_at)
select name, :failures, :last_at from user where name = :user and unlocked_at < :last_at
on conflict (user) do update set failures = excluded.failures, last_at = excluded.last_at;

-- find_failures: the failed logins of a user.
select user, failures, last_at from login_failure where user = :user;

-- list_failures: the failed logins of all users.
select user, failures, last_at from login_failure order by user;

-- delete_failures: a login has succeeded, or the operator has forgiven.
delete from login_failure where user = :user;

-- unlocked_at: when the operator has last forgiven the user's failed logins.
select unlocked_at from user where name = :user;

-- change_unlocked: the operator forgives.
update user set unlocked_at = :at where name = :user;
