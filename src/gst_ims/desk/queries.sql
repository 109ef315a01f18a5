-- name: work_for$
-- Take on the rights of the desk, for the data of these GSTINs, to the transaction's end.
select set_config('ims.gstins', :gstins, true) from set_config('role', 'ims_desk', true);

-- name: see_one_moment!
-- As the first statement of a transaction.
set transaction isolation level repeatable read, read only;

-- name: name_session$
-- Until the end of the transaction.
select set_config('application_name', :name, true);

-- name: defer$
-- Queue a job in the caller's transaction. Jobs of one taxpayer's desk run one after another, but for strands of their own.
select desk.queue_job(:task, :args, :strand);

-- name: name_suppliers!
-- Portals don't say who a supplier is, the books do: in the newest words that they have for him.
update desk.record r
   set trade_name = b.name
  from (select distinct on (stin) stin, source ->> 'supplier' as name
          from desk.book
         where gstin = :gstin and until is null and source ->> 'supplier' <> ''
         order by stin, since desc, id) b
 where r.gstin = :gstin and r.until is null and r.stin = b.stin and r.trade_name is null;

-- name: note!
-- Add to the trail.
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
values (:gstin, :at, :person, :what, :record, :why, :policy, :detail);

-- name: names_of
-- What parties are called, as far as a contact, the portal's records or these documents of the books say.
with booked as (
    select distinct on (stin) stin, source ->> 'supplier' as name
      from desk.book
     where gstin = :gstin and id = any(:books) and source ->> 'supplier' <> ''
     order by stin, since desc
)
select p.party, coalesce(nullif(c.name, ''), r.trade_name, b.name) as name
  from unnest(:parties::text[]) p (party)
  left join desk.contact c on c.gstin = :gstin and c.party = p.party
  left join booked b on b.stin = p.party
  left join lateral (
       select trade_name from desk.record
        where gstin = :gstin and section = any(:sections) and stin = p.party and trade_name <> ''
        limit 1) r on true
 where coalesce(nullif(c.name, ''), r.trade_name, b.name) is not null;
