-- GSTR-2B as it is, against what the decisions promised.

-- name: make_staging!
create temp table stated (
    place int, section text, stin text, number text, period date, rejected boolean, available boolean, bypassed boolean, action text,
    reduction text, declared bigint, tax bigint
) on commit drop;

-- name: analyse_staging!
analyze stated;

-- name: hold_statements!
-- One at a time keeps a GSTR-2B of a taxpayer.
select pg_advisory_xact_lock(hashtextextended('statement ' || :gstin::text, 0));

-- name: add_statement$
insert into desk.statement (gstin, period, id, at, version, summary)
select :gstin, :period, coalesce(max(id), 0) + 1, :at, :version, :summary
  from desk.statement where gstin = :gstin and period = :period
returning id;

-- name: add_promises!
-- Document by document: what a record says, as it was last read, and what GSTR-2B says. A document that bypasses IMS promises
-- nothing. Two of one number and period are in GSTR-1 and in GSTR-1A: they are told apart by their tax.
-- Expected are the filed records of the periods until this one, which no earlier GSTR-2B had. Of an original that stands
-- beside its amendment only the amendment counts, and in full (R3.8). An amendment of what the desk has never seen promises and
-- states nothing: GSTR-2B has the document's whole tax, and not the difference that it makes.
insert into desk.promise (gstin, period, statement, record, promised, stated, reason)
with known as (
    select distinct on (r.section, r.stin, r.number, r.period, r.form) r.*
      from desk.record r
     where r.gstin = :gstin and r.period <= :period
     order by r.section, r.stin, r.number, r.period, r.form, r.since desc
), replaced as (
    select o.section, o.stin, o.number, o.period, o.form, a.name as by_name
      from known a
      join stated s using (section, stin, number, period)
     cross join lateral desk.original_of(a.gstin, a.section, a.stin, a.period, a.form, a.original_number, a.original_date) o
     where o.until is null
       and not exists (select from stated x
                        where (x.section, x.stin, x.number, x.period) = (o.section, o.stin, o.number, o.period))
), ranked as (
    select k.*,
           case when k.name in (select by_name from replaced) then 0
                else desk.base_of(k.gstin, k.section, k.stin, k.period, k.form, k.original_number, k.original_date) end as base,
           row_number() over (partition by section, stin, number, period order by tax, form) as rank
      from known k
     where (section, stin, number, period, form) not in (select section, stin, number, period, form from replaced)
), there as (
    select s.*, row_number() over (partition by section, stin, number, period order by tax, place) as rank from stated s
), both_sides as (
    select case when r.gstin is not null then r.name
                else desk.name_of(s.section, s.stin, s.number, s.period, case s.rank when 1 then 'R1' else 'R1A' end) end as name,
           r.gstin is not null and not coalesce(s.bypassed, false) as in_ims, s.section is not null as is_stated, r.until, r.filed,
           r.action, r.pending_blocked, s.action as stated_action, s.available, s.rejected, s.bypassed, r.tax,
           s.tax as stated_tax, r.period, r.form,
           desk.credit_of(r.section, r.action,
                          desk.reduction_of(r.reduction, r.declared_igst),
                          r.declared_igst + r.declared_cgst + r.declared_sgst + r.declared_cess, r.tax, r.base) as promised,
           case when s.rejected or not s.available then 0
                else coalesce(desk.credit_of(s.section, 'A', s.reduction, s.declared, s.tax, x.base), 0) end as credit,
           x.base is null and not s.rejected and s.available as unsure
      from ranked r
      full join there s
        on (s.section, s.stin, s.number, s.period, s.rank) = (r.section, r.stin, r.number, r.period, r.rank)
     cross join lateral (select case when r.gstin is not null then r.base
                                     when s.section not in ('b2ba', 'b2bcna', 'b2bdna', 'ecoma') then 0 end as base) x
)
select :gstin, :period, :statement, name, case when in_ims and not coalesce(unsure, false) then promised end,
       case when is_stated then credit end,
       case when bypassed or not in_ims and not available then ''
            when not in_ims then 'The desk has never seen such a record: read the portal again, unless it left IMS with GSTR-3B before.'
            when unsure then 'It amends a document that the desk has never seen: its rupees are left out.'
            when not is_stated and promised <> 0 and exists (
                     select from desk.trail t
                      where t.gstin = :gstin and t.record = name and t.what = 'applied' and t.at::date >= :generated::date)
                 then 'Decided after GSTR-2B was drawn up: have it computed anew.'
            when not is_stated and promised <> 0
                 then 'Not in this GSTR-2B: the supplier filed after the cut-off, or it is in that of another period.'
            when not is_stated or promised = credit then ''
            when action = 'P' and pending_blocked then 'It has waited for as long as it may, and counts as accepted.'
            when stated_action <> action then 'Decided after GSTR-2B was drawn up: have it computed anew.'
            when not available then 'The portal says that there is no credit on it.'
            when tax <> stated_tax then 'The supplier has edited the document: the amounts differ.'
            else 'The declared reduction differs.' end
  from both_sides
 where is_stated
    or until is null and filed and promised is distinct from 0
       and not exists (select from desk.promise p
                        where p.gstin = :gstin and p.period < :period and p.record = name and p.stated is not null);

-- name: totals^
select count(*) as documents, coalesce(sum(promised), 0)::bigint as promised,
       coalesce(sum(stated) filter (where promised is not null), 0)::bigint as stated,
       coalesce(sum(stated) filter (where promised is null), 0)::bigint as outside
  from desk.promise where gstin = :gstin and period = :period and statement = :statement;

-- name: promises
-- The documents of a comparison, those that differ or all, the most rupees apart first.
select record, promised, stated, reason
  from desk.promise
 where gstin = :gstin and period = :period and statement = :statement and (:all or reason <> '')
 order by abs(coalesce(stated, 0) - coalesce(promised, 0)) desc, record;

-- name: newest^
select id, at, version, summary from desk.statement where gstin = :gstin and period = :period order by id desc limit 1;

-- name: drop_staging!
drop table stated;
