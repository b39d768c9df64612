-- Data stores: values that outlive the runs that write them. version: no two writes have the same.
create table data_store (
    id text primary key,
    version text not null,
    value text not null,
    changed_at integer not null
);
