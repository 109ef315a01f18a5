-- name: put_registration!
insert into desk.registration (gstin, name, profile, frequency, added_at)
values (:gstin, :name, :profile, :frequency, :at)
    on conflict (gstin) do update set name = excluded.name, profile = excluded.profile, frequency = excluded.frequency;

-- name: registrations
select gstin, name, profile, frequency, policy from desk.registration where gstin = any(:gstins) order by gstin;

-- name: all_registrations
-- For what is about nobody in particular: which desks there are.
select gstin from desk.registration order by gstin;

-- name: put_person!
insert into desk.person (name, email, added_at) values (:name, :email, :at)
    on conflict (name) do update set email = excluded.email, gone_at = null;

-- name: put_founder!
-- Who is known already stays as he is.
insert into desk.person (name, email, added_at) values (:name, '', :at) on conflict (name) do nothing;

-- name: people
select name, email, gone_at from desk.person order by name;

-- name: let_go!
-- Who is gone signs in no more, has no duties, and stays in the trail.
update desk.person set gone_at = :at where name = :name and gone_at is null;

-- name: duties
-- What one person may do. Who is gone may do nothing.
select d.gstin, d.role
  from desk.duty d
  join desk.person p on p.name = d.person
 where d.person = :person and p.gone_at is null;

-- name: desks_of
-- The taxpayers for whom a person has duties, which count no more once he is gone.
select distinct gstin from desk.duty where person = :person;

-- name: all_duties
select gstin, person, role from desk.duty where gstin = any(:gstins) order by gstin, person, role;

-- name: grant!
insert into desk.duty (gstin, person, role) values (:gstin, :person, :role) on conflict do nothing;

-- name: revoke!
delete from desk.duty where gstin = :gstin and person = :person and role = :role;

-- name: administrators
select d.person
  from desk.duty d
  join desk.person p on p.name = d.person
 where d.gstin = :gstin and d.role = 'administrator' and p.gone_at is null
 order by d.person
   for update of d, p;
