-- What GSTR-2B would be if something were decided: of what there is to be supposed, and what that does.

-- name: make_supposed!
create temp table supposed (
    section text, stin text, number text, period date, form text, action text not null, reduction text, declared bigint[],
    primary key (section, stin, number, period, form)
) on commit drop;

-- name: suppose_decisions!
-- Open decisions about records as they stand.
insert into supposed
select d.section, d.stin, d.number, d.period, d.form, d.action, d.reduction,
       array[coalesce(d.declared_igst, 0), coalesce(d.declared_cgst, 0), coalesce(d.declared_sgst, 0), coalesce(d.declared_cess, 0)]
  from desk.decision d
  join desk.record r
    on r.gstin = :gstin and r.until is null and r.hash = d.hash and r.action = d.was
   and (r.section, r.stin, r.number, r.period, r.form) = (d.section, d.stin, d.number, d.period, d.form)
 where d.gstin = :gstin and d.state in ('prepared', 'approved', 'sending');

-- name: suppose_rows!
-- Of a table that was filled beside, what nothing is supposed of yet.
insert into supposed select * from proposed on conflict do nothing;

-- name: analyse_supposed!
analyze supposed;

-- name: make_proposed!
create temp table proposed (like supposed) on commit drop;

-- name: make_effects!
-- Records that can be in GSTR-2B of a period: filed for it or before, and in none before. What each brings, head by head, and
-- what its supplier owes, now and then. Null where it isn't known what it amends. What has waited for as long as it may counts
-- as accepted (R2.9). What becomes of a supplier's records, or a PAN's, comes before what is decided and proposed, and that
-- before what becomes of records that nobody has acted on, of which none is kept pending that can't be.
create temp table effect on commit drop as
select r.name, r.section, r.stin, r.trade_name, r.number, r.document_date, r.action, t.stands, coalesce(w.action, t.stands) as becomes,
       w.action is not null as supposed, r.tax, e.now, e.later, e.owed_now, e.owed_later,
       e.now[1] is null or e.later[1] is null or t.base is null and 'R' in (t.stands, coalesce(w.action, t.stands)) as unsure
  from desk.record r
  left join supposed s using (section, stin, number, period, form)
  left join unnest(:periods::date[], :limits::date[]) c (period, until)
    on c.period = (r.period + case r.form when 'R1A' then interval '1 month' else interval '0' end)::date
 cross join lateral (
      select array[r.igst, r.cgst, r.sgst, r.cess] as tax,
             desk.bases_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) as base,
             case when r.action = 'P' and c.until < :today and desk.specified(r.section, r.reduction_blocked) then 'A'
                  else r.action end as stands,
             r.action <> :of_supplier and :supplier in (r.stin, substr(r.stin, 3, 10)) as of_supplier
      offset 0) t
 cross join lateral (
      select case when t.of_supplier then :of_supplier
                  when s.action is not null then s.action
                  when r.action = 'N' and not (:undecided::text = 'P' and r.pending_blocked) then :undecided::text end as action,
             desk.credits_of(r.section, t.stands, desk.reduction_of(r.reduction, r.declared_igst),
                             array[coalesce(r.declared_igst, 0), coalesce(r.declared_cgst, 0), coalesce(r.declared_sgst, 0),
                                   coalesce(r.declared_cess, 0)],
                             t.tax, t.base) as now
      offset 0) w
 cross join lateral (
      select w.now, desk.owed_of(r.section, t.stands, r.tax, desk.sum_of(t.base)) as owed_now,
             case when w.action is null then w.now
                  else desk.credits_of(r.section, w.action, case when not t.of_supplier then s.reduction end, s.declared,
                                       t.tax, t.base) end as later,
             desk.owed_of(r.section, coalesce(w.action, t.stands), r.tax, desk.sum_of(t.base)) as owed_later
      offset 0) e
 where r.gstin = :gstin and r.until is null and r.filed
   and r.period + case r.form when 'R1A' then interval '1 month' else interval '0' end <= :period
   and not exists (select from desk.promise p
                    where p.gstin = :gstin and p.period < :period and p.stated is not null and p.record = r.name);

-- name: sections
-- By section: documents that count now and then, how many change, how many are left out, credit by head, and what is owed.
select section, count(*) filter (where stands not in ('R', 'P')) as documents_now,
       count(*) filter (where becomes not in ('R', 'P')) as documents_later, count(*) filter (where supposed) as changed,
       count(*) filter (where unsure) as unsure,
       array[coalesce(sum(now[1]) filter (where not unsure), 0)::bigint, coalesce(sum(now[2]) filter (where not unsure), 0)::bigint,
             coalesce(sum(now[3]) filter (where not unsure), 0)::bigint, coalesce(sum(now[4]) filter (where not unsure), 0)::bigint]
           as now,
       array[coalesce(sum(later[1]) filter (where not unsure), 0)::bigint, coalesce(sum(later[2]) filter (where not unsure), 0)::bigint,
             coalesce(sum(later[3]) filter (where not unsure), 0)::bigint, coalesce(sum(later[4]) filter (where not unsure), 0)::bigint]
           as later,
       coalesce(sum(owed_now) filter (where not unsure), 0)::bigint as owed_now,
       coalesce(sum(owed_later) filter (where not unsure), 0)::bigint as owed_later
  from effect
 group by section
 order by section;

-- name: suppliers
-- Whose credit or liability changes, the most rupees first.
select *
  from (select stin, max(trade_name) as trade_name, count(*) as documents, sum(desk.sum_of(now))::bigint as credit_now,
               sum(desk.sum_of(later))::bigint as credit_later, sum(owed_now)::bigint as owed_now, sum(owed_later)::bigint as owed_later
          from effect
         where supposed and not unsure
         group by stin) g
 where credit_now <> credit_later or owed_now <> owed_later
 order by abs(owed_later - owed_now) desc, abs(credit_later - credit_now) desc, stin
 limit :limit;

-- name: records
-- The records of which something is supposed, those that change the credit most first, a page by key.
select *
  from (select name, section, stin, trade_name, number, document_date, action, becomes, tax,
               case when not unsure then desk.sum_of(now) end as credit_now,
               case when not unsure then desk.sum_of(later) end as credit_later,
               case when not unsure then owed_now end as owed_now, case when not unsure then owed_later end as owed_later,
               case when unsure then 0
                    else abs(desk.sum_of(later) - desk.sum_of(now)) + abs(owed_later - owed_now) end as size
          from effect
         where supposed) l
 where :after::text is null or (l.size, l.name) < (:after_size::bigint, :after::text)
 order by l.size desc, l.name desc
 limit :limit;

-- name: drop!
drop table supposed, proposed, effect;
