-- The grid: any order, a page by key, and sums. What stands in braces comes from a list of ours and from lists.sql, never from
-- a person.

-- name: rows
-- First the names of the page, then what is known, found and decided about each: so a million sort by what they are sorted by
-- alone, and where an index has that and what is asked about, no record is read that isn't on the page.
with line as (
    select r.name, {by} as place
      from desk.record r
     {sorts}
     where r.gstin = :gstin and {chosen}
       and (:after_name::text is null or ({by}, r.name) {beyond} (:after::{type}, :after_name::text))
     order by {by} {way}, r.name {way}
     limit :limit
)
select r.name, r.section, r.stin, r.number, r.period, r.form, l.place, r.trade_name, r.document_date, r.value, r.taxable, r.igst, r.cgst,
       r.sgst, r.cess, r.tax, r.pos, r.invoice_type, r.action, r.filed, r.pending_blocked, r.became, r.since, r.remarks, r.hash,
       c.due, d.deadline, f.bucket, f.score, t.id as decision, t.state, t.action as decided, t.person, t.needs_approval,
       coalesce(t.words, t.why, '') as why, m.comments
  from line l
  join desk.record r on r.gstin = :gstin and r.name = l.name and r.until is null
 {days}
  left join desk.finding f
    on f.gstin = :gstin and f.side = 'portal' and f.until is null and f.id = l.name
  left join lateral (
       select * from desk.decision t
        where t.gstin = :gstin
          and (t.section, t.stin, t.number, t.period, t.form) = (r.section, r.stin, r.number, r.period, r.form)
        order by t.id desc
        limit 1) t on true
 cross join lateral (select count(*) from desk.comment m
                      where m.gstin = :gstin and m.record = l.name) m (comments)
 order by l.place {way}, l.name {way};

-- name: sums
-- How many records are chosen, and their sums; what takes credit away counts below zero.
select count(*) as records, coalesce(sum(sign * r.taxable), 0)::bigint as taxable,
       coalesce(sum(sign * r.tax), 0)::bigint as tax
  from desk.record r
 cross join lateral (select case when r.section in ('b2bcn', 'b2bcna') then -1 else 1 end) x (sign)
 where r.gstin = :gstin and {chosen};

-- name: suppliers
-- The chosen records by supplier, the most rupees first, a page by key.
select *
  from (
      select r.stin, max(r.trade_name) as trade_name, count(*) as records,
             count(*) filter (where r.action = 'N') as undecided, count(*) filter (where r.action = 'A') as accepted,
             count(*) filter (where r.action = 'P') as pending, count(*) filter (where r.action = 'R') as rejected,
             sum(sign * r.taxable)::bigint as taxable, sum(sign * r.tax)::bigint as tax
        from desk.record r
       cross join lateral (select case when r.section in ('b2bcn', 'b2bcna') then -1 else 1 end) x (sign)
       where r.gstin = :gstin and {chosen}
       group by r.stin) g
 where (:after_stin::text is null or (g.tax, g.stin) < (:after::bigint, :after_stin::text))
 order by g.tax desc, g.stin desc
 limit :limit;

-- name: effects
-- What each action on a record does: to the credit, and to what its supplier owes.
select a.action, desk.credit_of(r.section, a.action, null, null, r.tax, t.base) as credit,
       desk.owed_of(r.section, a.action, r.tax, t.base) as owed
  from desk.record r
 cross join lateral (select desk.base_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) as base) t
 cross join unnest(array['A', 'P', 'R']) a (action)
 where r.gstin = :gstin and r.until is null
   and (r.section, r.stin, r.number, r.period, r.form) = (:section, :stin, :number, :period, :form)
 order by a.action;
