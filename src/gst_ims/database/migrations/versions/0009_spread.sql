-- Spread over machines, these triggers run where the rows are. What they write stays there, because it has the same key; but
-- a statement that spreads rows can't read the table of changes itself, so it is handed what to write.
create or replace function tally() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    changes jsonb;
begin
    if tg_op = 'INSERT' then
        select jsonb_agg(c) into changes
          from (select rtin, section, action, count(*) as records
                  from added where bypass is null and closed_in is null
                 group by rtin, section, action) c;
    elsif tg_op = 'DELETE' then
        select jsonb_agg(c) into changes
          from (select rtin, section, action, -count(*) as records
                  from removed where bypass is null and closed_in is null
                 group by rtin, section, action) c;
    else
        select jsonb_agg(c) into changes
          from (select rtin, section, action, sum(records) as records
                  from (select rtin, section, action, 1 as records from added where bypass is null and closed_in is null
                         union all
                        select rtin, section, action, -1 from removed where bypass is null and closed_in is null) change
                 group by rtin, section, action
                having sum(records) <> 0) c;
    end if;
    if changes is not null then
        insert into record_tally (rtin, section, action, records)
        select rtin, section, action, records
          from jsonb_to_recordset(changes) as c (rtin text, section text, action text, records bigint);
    end if;
    return null;
end $$;

create or replace function leave_unsealed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    rtins text[];
    ids   bigint[];
begin
    select array_agg(rtin), array_agg(id) into rtins, ids from added;
    if rtins is not null then
        insert into trail_unsealed (rtin, id) select * from unnest(rtins, ids);
    end if;
    return null;
end $$;

-- Take on the rights of a recipient or a supplier, for the data of this GSTIN, to the transaction's end. Other machines that
-- the transaction comes to are told what is SET, and not what set_config() does.
create function work_for(role text, gstin text) returns void language plpgsql as $$
begin
    execute format('set local ims.gstin = %L', gstin);
    execute format('set local role %I', role);
end $$;

-- On another machine a row of a table has another type. So functions take columns, and statements that machines share say
-- for themselves what a record amends: a statement inside of a function couldn't be sent to where the rows are.
create function key_of(rtin text, section text, stin text, number text, period date, form text, port_code text)
returns jsonb language sql immutable parallel safe as $$
    select jsonb_build_object('rtin', rtin, 'section', section, 'stin', stin, 'number', number, 'period', period,
                              'form', form, 'port_code', port_code)
$$;
drop function key_of(public.record);

-- The same as before, in conditions that can be written out again where the rows are.
create or replace function tax_period(frequency text, month date) returns date language sql immutable as $$
    select case when frequency = 'quarterly' then (date_trunc('quarter', month) + interval '2 months')::date else month end
$$;
create or replace function owed(
    final text, section text, tax bigint, base_tax bigint, amount bigint, base bigint, before bigint)
returns bigint language sql immutable as $$
    select case when final = 'A' then 0
                when final = 'R' and section in ('b2bcn', 'b2bcna')
                    then case when tax > base_tax then amount - base else 0 end
                when final = 'R' then case when tax < base_tax then base - amount else 0 end
                else before end
$$;

-- The last day of Pending of a specified record: `limits` by state and filing frequency.
create function pending_limit(limits jsonb, rtin text, frequency text)
returns date language sql immutable parallel safe as $$
    select (limits -> left(rtin, 2) ->> coalesce(frequency, 'monthly'))::date
$$;

create function content_of(
    document_date date, original_number text, original_date date, invoice_type text, pos text, value bigint,
    taxable bigint, igst bigint, cgst bigint, sgst bigint, cess bigint, hash text, bypass text, period_2b date,
    seller text, reference text, reference_date date, document_type text)
returns jsonb language sql immutable parallel safe as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'document_date', document_date, 'original_number', original_number, 'original_date', original_date,
        'invoice_type', invoice_type, 'pos', pos, 'value', value, 'taxable', taxable, 'igst', igst, 'cgst', cgst,
        'sgst', sgst, 'cess', cess, 'hash', hash, 'bypass', bypass, 'period_2b', period_2b, 'seller', seller,
        'reference', reference, 'reference_date', reference_date, 'document_type', document_type))
$$;

create function digest_of(
    rtin text, id bigint, at timestamptz, event text, reference_id text, section text, stin text, number text, period date,
    form text, port_code text, was text, became text, details jsonb)
returns bytea language sql immutable parallel safe as $$
    select sha256(convert_to(jsonb_build_array(
        rtin, id, extract(epoch from at), event, reference_id, section, stin, number, period, form, port_code, was,
        became, details)::text, 'UTF8'))
$$;
drop view placed;
drop function originals_of;

-- What each open record would be in a GSTR-2B of its recipient, but for the totals: what it does to the credit (R4.7).
-- Accepted or silent ones count, rejected ones stand apart, pending ones wait until the day `waits_until` is over (R2.9),
-- amendments whose original is open until it is closed (R3.7), what bypasses IMS comes as it is. An amendment counts with
-- the difference to what the credit stands at (R3.9, R3.11); what is specified with the reduction that was declared, in
-- full if none was (R2.11, R6.5).
create view open_line with (security_invoker = true) as
select d.rtin, d.period_2b, d.waits_until, d.section, d.stin, d.number, d.period as return_period, d.form, d.port_code,
       case
           when d.outcome = 'R' then 'itcRejected'
           when d.bypass in ('place of supply', 'section 16(4)') then 'itcunavl'
           else 'itcavl'
       end as part,
       case
           when d.sign < 0 then 'othersup'
           when d.bypass = 'reverse charge' and d.section not in ('ecom', 'ecoma') then 'revsup' -- has no such table
           when d.form = 'BOE' then 'imports'
           when d.form = 'R6' then 'isdsup'
           else 'nonrevsup'
       end as supply,
       case
           when d.section = 'b2bcn' then case when d.bypass = 'reverse charge' then 'cdnrrev' else 'cdnr' end
           when d.section = 'b2bcna' then case when d.bypass = 'reverse charge' then 'cdnrarev' else 'cdnra' end
           when d.section = 'b2bdn' then 'cdnr'
           when d.section = 'b2bdna' then 'cdnra'
           when d.section = 'impgseza' then 'impgasez'
           when d.section = 'isdcn' then 'isd'
           when d.section = 'isdcna' then 'isda'
           else d.section
       end as leaf,
       d.outcome, d.action, d.remarks, d.reduction, d.declared_igst, d.declared_cgst, d.declared_sgst, d.declared_cess,
       case when d.outcome = 'R' then d.taxable else d.sign * (d.taxable - d.base_taxable) end as taxable,
       case when d.outcome = 'R' then d.igst when d.declared then -coalesce(d.declared_igst, 0)
            else d.counts * d.sign * (d.igst - d.base_igst) end as igst,
       case when d.outcome = 'R' then d.cgst when d.declared then -coalesce(d.declared_cgst, 0)
            else d.counts * d.sign * (d.cgst - d.base_cgst) end as cgst,
       case when d.outcome = 'R' then d.sgst when d.declared then -coalesce(d.declared_sgst, 0)
            else d.counts * d.sign * (d.sgst - d.base_sgst) end as sgst,
       case when d.outcome = 'R' then d.cess when d.declared then -coalesce(d.declared_cess, 0)
            else d.counts * d.sign * (d.cess - d.base_cess) end as cess
  from (
      select r.*,
             case when r.bypass is not null then 'D' when r.action = 'R' then 'R' else 'A' end as outcome,
             case
                 when r.bypass is not null or r.action <> 'P' then date '-infinity'
                 when r.specified then coalesce(r.pending_until, date 'infinity')
                 else date 'infinity'
             end as waits_until,
             case when r.section in ('b2bcn', 'b2bcna', 'isdcn', 'isdcna') then -1 else 1 end as sign,
             case when r.reduction = 'N' then 0 else 1 end as counts,
             r.reduction = 'Y'
             and num_nonnulls(r.declared_igst, r.declared_cgst, r.declared_sgst, r.declared_cess) > 0 as declared
        from record r
       where r.filed_at is not null and r.closed_in is null and not r.superseded and not r.locked) d;
grant select on open_line to ims_recipient;
drop function statement_of;

-- Of everybody, the last tax period of which GSTR-3B is filed: what whoever refuses a reduction needs of his supplier.
create table last_closing (
    rtin         text        not null primary key,
    period       date        not null
);
insert into last_closing select rtin, max(period) from closing group by rtin;
drop function last_closed;
alter table last_closing enable row level security;
create policy service on last_closing to ims_service using (true);
create policy recipient on last_closing to ims_recipient using (rtin = (select the_taxpayer()));
create policy everybody on last_closing for select to ims_recipient using (true);
grant select, insert, update on last_closing to ims_recipient;

-- Lock records for their supplier, of one recipient after another, in the order of their key, as a recipient's save does it:
-- so the two never deadlock. `keys` are by recipient.
create function lock_records(keys jsonb) returns void language plpgsql as $$
declare
    k record;
begin
    for k in select key as of_rtin, value as documents from jsonb_each(keys) order by key loop
        perform from record r
           join jsonb_to_recordset(k.documents) as d (section text, stin text, number text, period date, form text)
             on r.section = d.section and r.stin = d.stin and r.number = d.number and r.period = d.period
            and r.form = d.form
          where r.rtin = k.of_rtin
          order by r.section, r.stin, r.number, r.period, r.form
            for update of r;
    end loop;
end $$;
