-- Three roles, and each transaction has one of them:
--   ims_recipient and ims_supplier work for one taxpayer, the one whose GSTIN the transaction has set as `ims.gstin`. Row by
--   row they see what is his on that side, and without a GSTIN nothing; a statement that forgets whose data it is about
--   finds no other's. Of the other side they reach what the law lets them: a supplier the records of his own documents, a
--   recipient the action on documents that are for him.
--   ims_service signs people in, and does what is about no taxpayer, or about many: the nightly work, the operator's calls.
-- None of them owns a table, so none can change the trail, or switch these rules off.

-- What the portal works with. Tables that later migrations make are the service's too.
grant select, insert, update, delete on all tables in schema public to ims_service;
grant usage on all sequences in schema public to ims_service;
alter default privileges in schema public grant select, insert, update, delete on tables to ims_service;
alter default privileges in schema public grant usage on sequences to ims_service;
revoke insert, update, delete on schema_version from ims_service;
-- The trail and GSTR-2B are written once; and nobody goes to partitions directly.
revoke update, delete on trail, statement_line, statement_total, statement_supplier from ims_service;
do $$
declare
    p regclass;
begin
    for p in select oid from pg_class where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace loop
        execute format('revoke all on %s from ims_service', p);
    end loop;
end $$;

-- Whose data a transaction is about. In policies as a subquery: so it is read once for a statement, not for each row.
create function the_taxpayer() returns text language sql stable parallel safe as $$
    select current_setting('ims.gstin', true)
$$;

do $$
declare
    t text;
begin
    foreach t in array array['record', 'record_tally', 'trail', 'action_request', 'closing', 'statement', 'statement_line',
                             'statement_total', 'statement_supplier', 'statement_request'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy service on %I to ims_service using (true)', t);
        execute format('create policy recipient on %I to ims_recipient using (rtin = (select the_taxpayer()))', t);
    end loop;
    foreach t in array array['outward', 'outward_rest', 'outward_return', 'filing_request', 'added_back'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy service on %I to ims_service using (true)', t);
        execute format('create policy supplier on %I to ims_supplier using (stin = (select the_taxpayer()))', t);
    end loop;
end $$;

-- A recipient decides on records, and lets them leave; what a document says is the supplier's.
grant select,
      update (action, acted_at, remarks, reduction, declared_igst, declared_cgst, declared_sgst, declared_cess,
              specified, pending_until, locked, superseded, reduction_blocked, closed_in, final,
              base_value, base_taxable, base_igst, base_cgst, base_sgst, base_cess,
              owed_igst, owed_cgst, owed_sgst, owed_cess)
      on record to ims_recipient;
grant select, insert, update on action_request, statement_request to ims_recipient;
grant select, insert on closing, statement_line, statement_total, statement_supplier to ims_recipient;
grant select, insert, update (documents) on statement to ims_recipient;
grant select, insert on trail to ims_recipient;
grant select on record_tally to ims_recipient;
-- The supplier is shown the action, and owes what is refused. As a supplier himself the taxpayer reads what he owes.
create policy recipient on outward to ims_recipient using (rtin = (select the_taxpayer()));
grant select (stin, period, form, section, number, rtin, hash, action, remarks), update (action, remarks) on outward to ims_recipient;
create policy recipient on added_back to ims_recipient
    using (rtin = (select the_taxpayer()) or stin = (select the_taxpayer()))
    with check (rtin = (select the_taxpayer()));
grant select, insert on added_back to ims_recipient;

-- A supplier's documents are records at their recipients, with their trail.
grant select, insert, update, delete on outward, outward_rest to ims_supplier;
grant select, insert on outward_return to ims_supplier;
grant select, insert, update on filing_request to ims_supplier;
grant select on added_back to ims_supplier;
create policy supplier on record to ims_supplier using (stin = (select the_taxpayer()));
grant select, insert, update, delete on record to ims_supplier;
create policy supplier on trail for insert to ims_supplier with check (stin = (select the_taxpayer()));
grant insert on trail to ims_supplier;
-- GSTR-1A is closed by the supplier's own GSTR-3B.
create policy supplier on closing for select to ims_supplier using (rtin = (select the_taxpayer()));
grant select on closing to ims_supplier;

-- Whoever changes records changes how many there are.
alter function tally() security definer set search_path = public, pg_temp;

-- Of other taxpayers everybody reads what stands on documents and what deadlines hang on; nobody their users.
grant select (gstin, trade_name, filing_frequency, registered_on) on taxpayer to ims_recipient, ims_supplier;

-- A view reads as whoever made it, unless it is told not to.
alter view placed set (security_invoker = true);
grant select on placed to ims_recipient, ims_supplier;

-- The last tax period that a supplier has filed GSTR-3B of: all that a recipient needs of another's.
create function last_closed(gstin text) returns date
language sql stable security definer set search_path = public, pg_temp as $$
    select max(period) from closing where rtin = gstin
$$;

-- Queue a job. Jobs of one lock run one after another, in this order. Who works for a taxpayer queues his jobs only.
create function queue_job(task text, lock text, args jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if the_taxpayer() <> '' and the_taxpayer() is distinct from args ->> 'gstin' then
        raise insufficient_privilege using message = 'a job of another taxpayer';
    end if;
    perform procrastinate_defer_jobs_v1(
        array[row('portal', task, 0, lock, null, args, null)::procrastinate_job_to_defer_v1]);
end $$;
revoke execute on function last_closed, queue_job from public;
grant execute on function last_closed to ims_service, ims_recipient;
grant execute on function queue_job to ims_service, ims_recipient, ims_supplier;
