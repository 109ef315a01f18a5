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
