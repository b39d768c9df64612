-- A DMN file is kept once, however many decisions stand in it.
create table decision_file (digest text primary key, xml blob not null);

create table decision (
    id text not null,
    version integer not null,
    caption text not null,
    digest text not null,
    file text not null,
    deployed_at integer not null,
    deployed_by text not null,
    primary key (id, version)
) without rowid;
