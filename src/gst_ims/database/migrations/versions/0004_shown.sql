-- What a request changed is shown to the suppliers by a transaction of its own, after the one that finishes it. It finds that
-- by the request's entries in the trail.
alter table action_request
    add column first_entry bigint,
    add column last_entry  bigint,
    add column shown       boolean not null default false;

update action_request set shown = true where finished_at is not null;
