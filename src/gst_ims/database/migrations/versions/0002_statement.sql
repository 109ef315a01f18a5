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

-- Where a record stands in its chain. The original of an amendment is the latest document before it that has, or amends,
-- the number and date that it names. A section and its amendments differ by the a at the end.
create view placed as
select r.rtin, r.section, r.stin, r.number, r.period, r.form, r.port_code,
       case
           when r.section = 'b2bcn' then true
           when r.section = 'b2bcna' then o.rtin is null or coalesce(o.final = 'R', false) or r.igst + r.cgst + r.sgst + r.cess >= o.tax
           when r.section in ('b2ba', 'b2bdna', 'ecoma')
                then coalesce(o.final = 'A' and r.igst + r.cgst + r.sgst + r.cess < o.tax, false)
           else false
       end as specified,
       coalesce(o.bypass is null and o.closed_in is null and o.period_2b < r.period_2b, false) as original_open,
       o.action as original_action,
       coalesce(case when o.final in ('A', 'D') then o.value else o.base_value end, 0) as base_value,
       coalesce(case when o.final in ('A', 'D') then o.taxable else o.base_taxable end, 0) as base_taxable,
       coalesce(case when o.final in ('A', 'D') then o.igst else o.base_igst end, 0) as base_igst,
       coalesce(case when o.final in ('A', 'D') then o.cgst else o.base_cgst end, 0) as base_cgst,
       coalesce(case when o.final in ('A', 'D') then o.sgst else o.base_sgst end, 0) as base_sgst,
       coalesce(case when o.final in ('A', 'D') then o.cess else o.base_cess end, 0) as base_cess,
       coalesce(case o.final when 'A' then 0 when 'R' then greatest(o.sign * (o.igst - o.base_igst), 0)
                else o.owed_igst end, 0) as owed_igst,
       coalesce(case o.final when 'A' then 0 when 'R' then greatest(o.sign * (o.cgst - o.base_cgst), 0)
                else o.owed_cgst end, 0) as owed_cgst,
       coalesce(case o.final when 'A' then 0 when 'R' then greatest(o.sign * (o.sgst - o.base_sgst), 0)
                else o.owed_sgst end, 0) as owed_sgst,
       coalesce(case o.final when 'A' then 0 when 'R' then greatest(o.sign * (o.cess - o.base_cess), 0)
                else o.owed_cess end, 0) as owed_cess
  from record r
  left join lateral (
      select o.*, o.igst + o.cgst + o.sgst + o.cess as tax,
             case when o.section in ('b2bcn', 'b2bcna') then 1 else -1 end as sign
        from record o
       where o.rtin = r.rtin and o.stin = r.stin and o.port_code = r.port_code
         and rtrim(o.section, 'a') = rtrim(r.section, 'a')
         and ((o.number, o.document_date) = (r.original_number, r.original_date)
              or (o.original_number, o.original_date) = (r.original_number, r.original_date))
         and (o.period < r.period
              or o.period = r.period and (o.original_number is null or o.form < r.form))
       order by o.period desc, o.form desc, o.original_number nulls last
       limit 1) o on r.original_number is not null;

alter table trail drop constraint trail_event_check, add constraint trail_event_check check (
    event in ('saved', 'edited', 'deleted', 'filed', 'acted', 'reset', 'expired', 'lapsed', 'closed'));

-- The days whose nightly work is done.
create table calendar_day (
    day          date        primary key,
    done_at      timestamptz not null
);

-- When a recipient's records last changed in a way that GSTR-2B shows.
create table recipient_change (
    rtin         text        primary key,
    at           timestamptz not null
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
