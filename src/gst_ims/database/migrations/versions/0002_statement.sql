-- What a record's place in its chain, and the calendar, make of it. All of it is kept up to date by the events that change
-- it: a save, a filing, a GSTR-3B; so that lists and statements never evaluate rules row by row.
alter table record
    drop column pending_blocked,
    add column pending_until date,                         -- last day of Pending; null: no limit (R2.8, R2.12, R2.13)
    add column locked        boolean not null default false, -- its original isn't closed yet (R3.7)
    add column superseded    boolean not null default false, -- an amendment of the same GSTR-2B period counts instead (R3.8)
    add column expired       boolean not null default false, -- pending beyond its limit: deemed accepted (R2.9)
    -- What the credit stands at already, by the last accepted document of the chain (R3.9, R3.11), in paise.
    add column base_value    bigint  not null default 0,
    add column base_taxable  bigint  not null default 0,
    add column base_igst     bigint  not null default 0,
    add column base_cgst     bigint  not null default 0,
    add column base_sgst     bigint  not null default 0,
    add column base_cess     bigint  not null default 0,
    -- What of the supplier's reduction stands added back for the chain before this document (R5.10), in paise.
    add column owed_igst     bigint  not null default 0,
    add column owed_cgst     bigint  not null default 0,
    add column owed_sgst     bigint  not null default 0,
    add column owed_cess     bigint  not null default 0,
    -- How it left IMS (R3.14): by the GSTR-3B of which tax period; A accepted, R rejected, S superseded by its amendment,
    -- D bypassed IMS, L lapsed by section 16(4).
    add column closed_in     date,
    add column final         text check (final in ('A', 'R', 'S', 'D', 'L'));

-- Amendments look for their original, and originals for their amendments.
create index record_number on record (rtin, stin, number);
create index record_original on record (rtin, stin, original_number) where original_number is not null;

-- The tax period of a filer that a month lies in: of a quarter, its last month.
create function tax_period(frequency text, month date) returns date language sql immutable as $$
    select case frequency when 'quarterly' then (date_trunc('quarter', month) + interval '2 months')::date else month end
$$;

-- What of one head a supplier owes after a document's GSTR-3B, which left it `final`: of a rejected reduction all, of an
-- accepted one nothing, otherwise what stood before (R5.10). What raises the tax was never a reduction (R5.5).
create function owed(final text, section text, tax bigint, base_tax bigint, amount bigint, base bigint, before bigint)
returns bigint language sql immutable as $$
    select case final
               when 'A' then 0
               when 'R' then case when section in ('b2bcn', 'b2bcna')
                                  then case when tax > base_tax then amount - base else 0 end
                                  else case when tax < base_tax then base - amount else 0 end end
               else before end
$$;

-- What a record amends: the documents before it that have, or amend, the number and date that it names; once for each of
-- the two, because a join on either would look at all that the supplier has. A section and its amendments differ by the a
-- at the end.
create function originals_of(n public.record) returns setof public.record language sql stable as $$
    select o.*
      from public.record o
     where o.rtin = n.rtin and o.stin = n.stin and o.number = n.original_number
       and o.document_date = n.original_date and o.port_code = n.port_code
       and rtrim(o.section, 'a') = rtrim(n.section, 'a')
       and (o.period < n.period or o.period = n.period and (o.original_number is null or o.form < n.form))
     union all
    select o.*
      from public.record o
     where o.rtin = n.rtin and o.stin = n.stin and o.original_number = n.original_number
       and o.original_date = n.original_date and o.port_code = n.port_code
       and rtrim(o.section, 'a') = rtrim(n.section, 'a')
       and (o.period < n.period or o.period = n.period and o.form < n.form)
$$;

-- Where a record stands in its chain. The original of an amendment is the latest document before it that has, or amends,
-- the number and date that it names. A record is specified if accepting it takes from the credit that the chain stands at
-- (R2.4).
create view placed as
select r.rtin, r.section, r.stin, r.number, r.period, r.form, r.port_code,
       case
           when r.section = 'b2bcn' then true
           when r.section = 'b2bcna' then r.igst + r.cgst + r.sgst + r.cess >= b.igst + b.cgst + b.sgst + b.cess
           when r.section in ('b2ba', 'b2bdna', 'ecoma')
                then r.igst + r.cgst + r.sgst + r.cess < b.igst + b.cgst + b.sgst + b.cess
           else false
       end as specified,
       -- What waits itself, for a document of an earlier period, lets its own amendments wait too.
       coalesce(o.closed_in is null
                and (o.locked or o.bypass is null and tax_period(t.filing_frequency, o.period_2b)
                                                    < tax_period(t.filing_frequency, r.period_2b)), false)
           as original_open,
       b.value as base_value, b.taxable as base_taxable, b.igst as base_igst, b.cgst as base_cgst, b.sgst as base_sgst,
       b.cess as base_cess,
       coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.igst, o.base_igst, o.owed_igst), 0) as owed_igst,
       coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.cgst, o.base_cgst, o.owed_cgst), 0) as owed_cgst,
       coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.sgst, o.base_sgst, o.owed_sgst), 0) as owed_sgst,
       coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.cess, o.base_cess, o.owed_cess), 0) as owed_cess
  from record r
  left join taxpayer t on t.gstin = r.rtin
  left join lateral (
      select o.*, o.igst + o.cgst + o.sgst + o.cess as tax,
             o.base_igst + o.base_cgst + o.base_sgst + o.base_cess as base_tax
        from originals_of(r) o
       order by o.period desc, o.form desc, o.original_number nulls last
       limit 1) o on r.original_number is not null
 cross join lateral (
      select coalesce(case when o.final in ('A', 'D') then o.value else o.base_value end, 0) as value,
             coalesce(case when o.final in ('A', 'D') then o.taxable else o.base_taxable end, 0) as taxable,
             coalesce(case when o.final in ('A', 'D') then o.igst else o.base_igst end, 0) as igst,
             coalesce(case when o.final in ('A', 'D') then o.cgst else o.base_cgst end, 0) as cgst,
             coalesce(case when o.final in ('A', 'D') then o.sgst else o.base_sgst end, 0) as sgst,
             coalesce(case when o.final in ('A', 'D') then o.cess else o.base_cess end, 0) as cess) b;

alter table trail drop constraint trail_event_check, add constraint trail_event_check check (
    event in ('saved', 'edited', 'deleted', 'filed', 'acted', 'reset', 'expired', 'lapsed', 'closed'));

-- What names a record.
create function key_of(r public.record) returns jsonb language sql immutable as $$
    select jsonb_build_object('rtin', r.rtin, 'section', r.section, 'stin', r.stin, 'number', r.number,
                              'period', r.period, 'form', r.form, 'port_code', r.port_code)
$$;

-- What a record says of its document, for the trail: so that it can be read as it was before it was edited.
create function content_of(r public.record) returns jsonb language sql immutable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'document_date', r.document_date, 'original_number', r.original_number, 'original_date', r.original_date,
        'invoice_type', r.invoice_type, 'pos', r.pos, 'value', r.value, 'taxable', r.taxable, 'igst', r.igst,
        'cgst', r.cgst, 'sgst', r.sgst, 'cess', r.cess, 'hash', r.hash, 'bypass', r.bypass, 'period_2b', r.period_2b,
        'seller', r.seller, 'reference', r.reference, 'reference_date', r.reference_date,
        'document_type', r.document_type))
$$;

-- The days on which nightly work was done.
create table calendar_day (
    day          date        primary key,
    done_at      timestamptz not null
);

-- GSTR-2B: each generation is a version of its own, and none is ever changed.
create table statement (
    rtin         text        not null,
    period       date        not null,
    version      integer     not null,
    generated_at timestamptz not null,
    cause        text        not null check (cause in ('draft', 'demand', 'recompute')),
    documents    integer     not null,
    primary key (rtin, period, version)
) partition by hash (rtin);

-- A document in a statement. What it says can't change any more; what the recipient did is as it stood.
create table statement_line (
    rtin          text    not null,
    period        date    not null,
    version       integer not null,
    section       text    not null,
    stin          text    not null,
    number        text    not null,
    return_period date    not null,
    form          text    not null,
    port_code     text    not null,
    part          text    not null check (part in ('itcavl', 'itcunavl', 'itcRejected')),
    supply        text    not null check (supply in ('nonrevsup', 'isdsup', 'revsup', 'imports', 'othersup')),
    leaf          text    not null,        -- the table in that part
    outcome       text    not null check (outcome in ('A', 'R', 'D')),
    action        text    not null,
    remarks       text,
    reduction     text,
    declared_igst bigint,
    declared_cgst bigint,
    declared_sgst bigint,
    declared_cess bigint,
    -- What the document adds to the credit, below zero where it takes away; of a rejected one, its own figures. In paise.
    taxable       bigint  not null,
    igst          bigint  not null,
    cgst          bigint  not null,
    sgst          bigint  not null,
    cess          bigint  not null,
    primary key (rtin, period, version, section, stin, number, return_period, form, port_code)
) partition by hash (rtin);

-- GSTR-2B of a tax period as it would be drawn up on a day, but for the totals: every filed document of the period and of
-- earlier ones that is still open, with what it does to the credit (R4.7). Accepted or silent ones count, rejected ones stand
-- apart, pending ones are left out until they expire (R2.9), amendments whose original is open until it is closed (R3.7),
-- what bypasses IMS comes as it is. An amendment counts with the difference to what the credit stands at (R3.9, R3.11); what
-- is specified with the reduction that was declared, in full if none was (R2.11, R6.5).
create function statement_of(of_rtin text, of_period date, today date)
returns table (
    section text, stin text, number text, return_period date, form text, port_code text, part text, supply text, leaf text,
    outcome text, action text, remarks text, reduction text, declared_igst bigint, declared_cgst bigint,
    declared_sgst bigint, declared_cess bigint, taxable bigint, igst bigint, cgst bigint, sgst bigint, cess bigint)
language sql stable as $$
select d.section, d.stin, d.number, d.period, d.form, d.port_code,
       case
           when d.outcome = 'R' then 'itcRejected'
           when d.bypass in ('place of supply', 'section 16(4)') then 'itcunavl'
           else 'itcavl'
       end,
       case
           when d.sign < 0 then 'othersup'
           when d.bypass = 'reverse charge' and d.section not in ('ecom', 'ecoma') then 'revsup' -- has no such table
           when d.form = 'BOE' then 'imports'
           when d.form = 'R6' then 'isdsup'
           else 'nonrevsup'
       end,
       case d.section
           when 'b2bcn' then case when d.bypass = 'reverse charge' then 'cdnrrev' else 'cdnr' end
           when 'b2bcna' then case when d.bypass = 'reverse charge' then 'cdnrarev' else 'cdnra' end
           when 'b2bdn' then 'cdnr'
           when 'b2bdna' then 'cdnra'
           when 'impgseza' then 'impgasez'
           when 'isdcn' then 'isd'
           when 'isdcna' then 'isda'
           else d.section
       end,
       d.outcome, d.action, d.remarks, d.reduction, d.declared_igst, d.declared_cgst, d.declared_sgst, d.declared_cess,
       case when d.outcome = 'R' then d.taxable else d.sign * (d.taxable - d.base_taxable) end,
       case when d.outcome = 'R' then d.igst when d.declared then -coalesce(d.declared_igst, 0)
            else d.counts * d.sign * (d.igst - d.base_igst) end,
       case when d.outcome = 'R' then d.cgst when d.declared then -coalesce(d.declared_cgst, 0)
            else d.counts * d.sign * (d.cgst - d.base_cgst) end,
       case when d.outcome = 'R' then d.sgst when d.declared then -coalesce(d.declared_sgst, 0)
            else d.counts * d.sign * (d.sgst - d.base_sgst) end,
       case when d.outcome = 'R' then d.cess when d.declared then -coalesce(d.declared_cess, 0)
            else d.counts * d.sign * (d.cess - d.base_cess) end
  from (
      select r.*,
             case
                 when r.bypass is not null then 'D'
                 when r.action = 'R' then 'R'
                 when r.action <> 'P' or (r.specified and r.pending_until < today) then 'A'
             end as outcome,
             case when r.section in ('b2bcn', 'b2bcna', 'isdcn', 'isdcna') then -1 else 1 end as sign,
             case when r.reduction = 'N' then 0 else 1 end as counts,
             r.reduction = 'Y'
             and num_nonnulls(r.declared_igst, r.declared_cgst, r.declared_sgst, r.declared_cess) > 0 as declared
        from record r
       where r.rtin = of_rtin and r.filed_at is not null and r.closed_in is null and r.period_2b <= of_period
         and not r.superseded and not r.locked) d
 where d.outcome is not null
$$;

create table statement_total (
    rtin         text    not null,
    period       date    not null,
    version      integer not null,
    part         text    not null,
    supply       text    not null,
    leaf         text    not null,
    documents    integer not null,
    taxable      bigint  not null,
    igst         bigint  not null,
    cgst         bigint  not null,
    sgst         bigint  not null,
    cess         bigint  not null,
    primary key (rtin, period, version, part, supply, leaf)
);

-- Requests to compute GSTR-2B anew.
create table statement_request (
    rtin         text        not null,
    reference_id text        not null,
    period       date        not null,
    received_at  timestamptz not null,
    finished_at  timestamptz,
    status       text        not null default 'IP' check (status in ('IP', 'P', 'ER')),
    error_code   text        not null default '',
    error_text   text        not null default '',
    primary key (rtin, reference_id)
);

-- GSTR-3B: a tax period that is filed is closed. A quarter is named by its last month.
create table closing (
    rtin         text        not null,
    period       date        not null,
    filed_at     timestamptz not null,
    version      integer,                  -- of the GSTR-2B that it was filed on; null: there was nothing
    arn          text        not null,
    primary key (rtin, period)
);

do $$
declare
    t text;
begin
    foreach t in array array['statement', 'statement_line'] loop
        for n in 0..7 loop
            execute format('create table %I partition of %I for values with (modulus 8, remainder %s)', t || '_' || n, t, n);
        end loop;
    end loop;
end $$;
