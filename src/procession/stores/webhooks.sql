-- all_webhooks: all that are registered, in one row
select json_group_array(json_array(id, address, secret, events, process, created_at, created_by))
from (select * from webhook order by created_at, id);

-- insert_webhook: one more
insert into webhook (id, address, secret, events, process, created_at, created_by)
values (:id, :address, :secret, :events, :process, :created_at, :created_by);

-- delete_webhook: it is told nothing any more
delete from webhook where id = :id;

-- delete_deliveries: nor what was on its way
delete from delivery where webhook = :id;

-- announce: something to be sent, unless the webhook is gone by now
insert into delivery (webhook, instance, event, body, announced_at, due_at)
select :webhook, :instance, :event, :body, :at, :at from webhook where id = :webhook;

-- due_deliveries: of a webhook the first for each run, if its time has come
select number, webhook, instance, event, body, announced_at, attempts, due_at, error
from delivery as first
where webhook = :webhook and due_at <= :now and not exists (
    select 1 from delivery as earlier
    where earlier.webhook = first.webhook and earlier.instance = first.instance
        and earlier.number < first.number and earlier.due_at is not null
)
order by number limit :limit;

-- list_deliveries: what was not sent yet, oldest first
select number, webhook, instance, event, body, announced_at, attempts, due_at, error
from delivery where :webhook is null or webhook = :webhook order by number limit :limit;

-- delivered: it was taken
delete from delivery where number = :number;

-- not_delivered: it is tried again at due_at, or given up
update delivery set attempts = attempts + 1, due_at = :due_at, error = :error where number = :number;

-- forget_given_up: of what was given up, only the newest stay
delete from delivery where due_at is null and number <= (
    select number from delivery where due_at is null order by number desc limit 1 offset :kept
);

-- deliver_again: what was given up is tried anew
update delivery set attempts = 0, due_at = :now where number = :number and due_at is null;
