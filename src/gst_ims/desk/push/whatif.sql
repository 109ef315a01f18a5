-- What GSTR-2B would be if something were decided: of what there is to be supposed, and what that does. Placeholders in braces are
-- filled with parts of this file.

-- name: make_supposed!
create temp table supposed (
    section text, stin text, number text, period date, form text, action text not null, reduction text, declared bigint[],
    primary key (section, stin, number, period, form)
) on commit drop;

-- name: analyse_supposed!
analyze supposed;

-- name: drop_supposed!
drop table supposed;

-- name: suppose_supplier!
-- What a supplier reported, or all suppliers of a PAN, gets an action.
insert into supposed
select section, stin, number, period, form, :action
  from desk.record r
 where r.gstin = :gstin and r.until is null and r.action <> :action and (r.stin = :supplier or substr(r.stin, 3, 10) = :supplier)
    on conflict do nothing;

-- name: suppose_decisions!
-- Open decisions about records as they stand.
insert into supposed
select d.section, d.stin, d.number, d.period, d.form, d.action, d.reduction,
       array[coalesce(d.declared_igst, 0), coalesce(d.declared_cgst, 0), coalesce(d.declared_sgst, 0), coalesce(d.declared_cess, 0)]
  from desk.decision d
  join desk.record r
    on r.gstin = :gstin and r.until is null and r.hash = d.hash and r.action = d.was
   and (r.section, r.stin, r.number, r.period, r.form) = (d.section, d.stin, d.number, d.period, d.form)
 where d.gstin = :gstin and d.state in ('prepared', 'approved', 'sending')
    on conflict do nothing;

-- name: suppose_rows!
-- Of a table that was filled beside, what nothing is supposed of yet.
insert into supposed select section, stin, number, period, form, action, reduction, declared from proposed on conflict do nothing;

-- name: make_proposed!
create temp table proposed (
    section text, stin text, number text, period date, form text, action text, reduction text, declared bigint[]
) on commit drop;

-- name: drop_proposed!
drop table proposed;

-- name: suppose_undecided!
-- What nobody has acted on gets an action; nothing is kept pending that can't be.
insert into supposed
select section, stin, number, period, form, :action
  from desk.record r
 where r.gstin = :gstin and r.until is null and r.action = 'N' and not (:action = 'P' and r.pending_blocked)
    on conflict do nothing;

-- name: effect
-- Records that can be in GSTR-2B of a period: filed for it or before, and in none before. What each brings, head by head, and
-- what its supplier owes, now and then. Null where it isn't known what it amends.
desk.record r
  {join} supposed s using (section, stin, number, period, form)
 cross join lateral (
      select array[r.igst, r.cgst, r.sgst, r.cess] as tax,
             desk.bases_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) as base
      offset 0) t
 cross join lateral (
      select t.tax[1] + t.tax[2] + t.tax[3] + t.tax[4] as tax, t.base[1] + t.base[2] + t.base[3] + t.base[4] as base,
             desk.credits_of(r.section, r.action,
                             desk.reduction_of(r.reduction, r.declared_igst),
                             array[coalesce(r.declared_igst, 0), coalesce(r.declared_cgst, 0), coalesce(r.declared_sgst, 0),
                                   coalesce(r.declared_cess, 0)],
                             t.tax, t.base) as now
      offset 0) n
 cross join lateral (
      select coalesce(s.action, r.action) as becomes, desk.owed_of(r.section, r.action, n.tax, n.base) as owed_now,
             case when s.action is null then n.now
                  else desk.credits_of(r.section, s.action, s.reduction, s.declared, t.tax, t.base) end as later,
             desk.owed_of(r.section, coalesce(s.action, r.action), n.tax, n.base) as owed_later
      offset 0) e
 cross join lateral (
      select n.now[1] is null or e.later[1] is null or e.owed_now is null or e.owed_later is null as unsure,
             n.now[1] + n.now[2] + n.now[3] + n.now[4] as adds_now,
             e.later[1] + e.later[2] + e.later[3] + e.later[4] as adds_later) x
 where r.gstin = :gstin and r.until is null and r.filed
   and r.period + case r.form when 'R1A' then interval '1 month' else interval '0' end <= :period
   and not exists (select from desk.promise p
                    where p.gstin = :gstin and p.period < :period and p.stated is not null
                      and p.record = r.name)

-- name: sections
-- By section: documents that count now and then, how many change, how many are left out, credit by head, and what is owed.
select r.section, count(*) filter (where r.action not in ('R', 'P')) as documents_now,
       count(*) filter (where e.becomes not in ('R', 'P')) as documents_later, count(*) filter (where s.action is not null) as changed,
       count(*) filter (where x.unsure) as unsure, {now} as now, {later} as later,
       coalesce(sum(e.owed_now) filter (where not x.unsure), 0)::bigint as owed_now,
       coalesce(sum(e.owed_later) filter (where not x.unsure), 0)::bigint as owed_later
  from {effect}
 group by r.section
 order by r.section;

-- name: suppliers
-- Whose credit or liability changes, the most rupees first.
select r.stin, max(r.trade_name) as trade_name, count(*) as documents, sum(x.adds_now)::bigint as credit_now,
       sum(x.adds_later)::bigint as credit_later, sum(e.owed_now)::bigint as owed_now, sum(e.owed_later)::bigint as owed_later
  from {effect} and not x.unsure
 group by r.stin
having sum(x.adds_now) <> sum(x.adds_later) or sum(e.owed_now) <> sum(e.owed_later)
 order by abs(sum(e.owed_later) - sum(e.owed_now)) desc, abs(sum(x.adds_later) - sum(x.adds_now)) desc, r.stin
 limit :limit;

-- name: records
-- The records of which something is supposed, those that change the credit most first, a page by key.
select * from (
    select r.name, r.section, r.stin, r.trade_name, r.number,
           r.document_date, r.action, e.becomes, n.tax, case when not x.unsure then x.adds_now end as adds_now,
           case when not x.unsure then x.adds_later end as adds_later, case when not x.unsure then e.owed_now end as owed_now,
           case when not x.unsure then e.owed_later end as owed_later,
           coalesce(abs(x.adds_later - x.adds_now) + abs(e.owed_later - e.owed_now), 0) as size
      from {effect}) l
 where :after::text is null or (l.size, l.name) < (:after_size::bigint, :after::text)
 order by l.size desc, l.name desc
 limit :limit;
