-- find_client: a client by its id, with its secrets.
select
    id, name, user, own_user, duties, disabled, created_at,
    (
        select json_group_array(json_array(digest, created_at, expires_at))
        from client_secret
        where client = client.id
    ),
    exists (select 1 from user where name = client.user and disabled = 0)
from client
where id = :id;

-- list_clients: all clients by name, likewise.
select
    id, name, user, own_user, duties, disabled, created_at,
    (
        select json_group_array(json_array(digest, created_at, expires_at))
        from client_secret
        where client = client.id
    ),
    exists (select 1 from user where name = client.user and disabled = 0)
from client
order by name;

-- client_by_name: the id of a client, its user, and whether that was made for it.
select id, user, own_user from client where name = :name;

-- insert_client: a client; a second one of the same name is refused.
insert into client (id, name, user, own_user, duties, disabled, created_at)
values (:id, :name, :user, :own_user, :duties, 0, :created_at);

-- insert_client_secret: a secret that a client may show from now on.
insert into client_secret (client, digest, created_at, expires_at)
values (:client, :digest, :created_at, :expires_at);

-- keep_newest_secret: of the secrets until now, the newest alone stays.
delete from client_secret
where client = :client
and number < (select max(number) from client_secret where client = :client);

-- shorten_secrets: those that are there end at this moment, if not before.
update client_secret
set expires_at = min(coalesce(expires_at, :until), :until)
where client = :client;

-- purge_secrets: what has ended is forgotten.
delete from client_secret where client = :client and expires_at <= :now;

-- change_client: a client is disabled or enabled.
update client set disabled = :disabled where id = :client;

-- delete_client: a client is gone.
delete from client where id = :client;

-- delete_secrets: and its secrets.
delete from client_secret where client = :client;

-- delete_tokens: and its access tokens.
delete from access_token where client = :client;

-- insert_token: an access token.
insert into access_token (id, client, duties, created_at, expires_at)
values (:id, :client, :duties, :created_at, :expires_at);

-- purge_tokens: what has ended is forgotten.
delete from access_token where expires_at <= :now;

-- trim_tokens: of one client's tokens the newest stay.
delete from access_token
where client = :client
and number <= (
    select number from access_token where client = :client order by number desc limit 1 offset :most
);

-- find_token: for whom an access token speaks, while its client and its user are enabled.
select client.name, client.user, access_token.duties, access_token.expires_at
from access_token
join client on client.id = access_token.client
join user on user.name = client.user
where access_token.id = :id and client.disabled = 0 and user.disabled = 0;

-- delete_token: a client gives one of its tokens back.
delete from access_token where id = :id and client = :client;

-- find_identity: which user a subject is.
select user from identity where issuer = :issuer and subject = :subject;

-- insert_identity: a user is known by a subject from now on.
insert into identity (issuer, subject, user, created_at)
values (:issuer, :subject, :user, :created_at);

-- list_identities: who is known at which provider.
select issuer, subject, user, created_at from identity order by user, issuer;

-- delete_identities: a user is known at no provider any more.
delete from identity where user = :user;
