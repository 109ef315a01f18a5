-- name: standing
-- The records as they stand, added up. `credit` is what a document does to the credit once it is accepted, with the reduction that
-- the portal has been told; `unsure` of them amend what the desk has never seen, and are left out of it. `age` counts days since the
-- document's date: to 30, 60, 90, and more.
select r.gstin, r.period, r.section, r.action, f.bucket, width_bucket(:today::date - r.document_date, array[31, 61, 91]) as age,
       count(*) as records, sum(t.sign * r.tax)::bigint as tax, coalesce(sum(c.credit), 0)::bigint as credit,
       count(*) filter (where c.credit is null) as unsure
  from desk.record r
 cross join lateral (select case when r.section in ('b2bcn', 'b2bcna') then -1 else 1 end as sign,
                            desk.reduction_of(r.reduction, r.declared_igst) as reduction,
                            r.declared_igst + r.declared_cgst + r.declared_sgst + r.declared_cess as declared,
                            desk.base_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) as base) t
 cross join lateral (select desk.credit_of(r.section, 'A', t.reduction, t.declared, r.tax, t.base) as credit) c
  left join desk.finding f
    on f.gstin = r.gstin and f.side = 'portal' and f.until is null
   and f.id = r.name
 where r.gstin = any(:gstins) and r.until is null
 group by 1, 2, 3, 4, 5, 6;

-- name: suppliers_at_risk
-- Whose documents nobody has decided about although the books don't agree, or nobody has matched them, by what is at stake.
select r.gstin, r.stin, max(r.trade_name) as trade_name, count(*) as records,
       sum(case when r.section in ('b2bcn', 'b2bcna') then -1 else 1 end * r.tax)::bigint as tax
  from desk.record r
  left join desk.finding f
    on f.gstin = r.gstin and f.side = 'portal' and f.until is null
   and f.id = r.name
 where r.gstin = any(:gstins) and r.until is null and r.action = 'N'
   and coalesce(f.bucket, 'not matched') not in ('matched', 'within tolerance')
 group by 1, 2
 order by tax desc, r.gstin, r.stin
 limit :limit;

-- name: readings
-- The newest reading of each taxpayer, and what all readings since a moment found changed.
select s.gstin, max(s.ended_at) as last, jsonb_object_agg(c.key, c.n) filter (where c.key is not null) as changed
  from desk.sync s
  left join lateral (
       select key, sum(value::bigint) as n
         from desk.sync n, jsonb_each_text(n.changed)
        where n.gstin = s.gstin and n.side = 'inward' and n.began_at > :since
        group by key) c on true
 where s.gstin = any(:gstins) and s.side = 'inward'
 group by s.gstin;

-- name: decisions
-- Open decisions by what is to be done with them: approved by somebody else, or pushed. Credit notes are taken off, as in the
-- grid that shows them.
select gstin, case when state = 'prepared' and needs_approval then 'waiting' when state = 'sending' then 'sending' else 'ready' end
           as state,
       count(*) as decisions, sum(case when section in ('b2bcn', 'b2bcna') then -stake else stake end)::bigint as stake
  from desk.decision
 where gstin = any(:gstins) and state in ('prepared', 'approved', 'sending')
 group by 1, 2;

-- name: open_pushes
select gstin, id, person, began_at, rows, applied, refused, unknown
  from desk.push where gstin = any(:gstins) and ended_at is null order by began_at;

-- name: news
-- What readings since a moment found changed, with what stood before, the most rupees first, a page by key: one row for each
-- change of a record.
with reading as (
    select id, began_at from desk.sync where gstin = :gstin and side = 'inward' and began_at > :since
), change as (
    select c.section, c.stin, c.number, c.period, c.form, c.trade_name, c.became, n.id as reading, n.began_at as at, b.action as was,
           c.action, b.tax as tax_before, c.tax, c.name as record
      from reading n
      join desk.record c on c.gstin = :gstin and c.since = n.id
      left join desk.record b
        on b.gstin = :gstin and b.until = n.id
       and (b.section, b.stin, b.number, b.period, b.form) = (c.section, c.stin, c.number, c.period, c.form)
     union all
    select g.section, g.stin, g.number, g.period, g.form, g.trade_name, 'gone', n.id, n.began_at, g.action, null,
           g.tax, null, g.name
      from reading n
      join desk.record g on g.gstin = :gstin and g.until = n.id
     where not exists (select from desk.record k
                        where k.gstin = :gstin and k.since = n.id
                          and (k.section, k.stin, k.number, k.period, k.form) = (g.section, g.stin, g.number, g.period, g.form))
)
select c.*, x.size, x.name
  from change c
 cross join lateral (select coalesce(c.tax, c.tax_before) as size,
                            concat(c.reading, ' ', c.record) as name) x
 where (:became::text = '' or c.became = :became)
   and (:after::text is null or (x.size, x.name) < (:after_size::bigint, :after::text))
 order by x.size desc, x.name desc
 limit :limit;
