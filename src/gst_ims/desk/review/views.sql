-- Views: how people look at the grid.

-- name: hold$
-- One change of a person's views at a time, until the end of the transaction.
select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'desk view', :gstin::text, :person::text), 0));

-- name: views
-- A person's views for a taxpayer, by name.
select name, look, is_default from desk.view where gstin = :gstin and person = :person order by lower(name), name;

-- name: no_default!
update desk.view set is_default = false where gstin = :gstin and person = :person and is_default;

-- name: keep!
-- Keep a view. One of that name is replaced, or else stays: then no row is written.
insert into desk.view (gstin, person, name, look, is_default)
values (:gstin, :person, :name, :look, :is_default)
    on conflict (gstin, person, name) do update set look = excluded.look, is_default = excluded.is_default where :replace;

-- name: drop!
delete from desk.view where gstin = :gstin and person = :person and name = :name;
