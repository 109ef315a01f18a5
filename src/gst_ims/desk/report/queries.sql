-- The sheets of a report, row by row. Amounts are paise.

-- name: details
-- What a line of a worklist has besides, in the order of the keys: its amounts by head, and what the books have.
select r.invoice_type, r.original_number, r.pos, r.igst, r.cgst, r.sgst, r.cess, b.numbers, b.day, b.taxable as books_taxable,
       b.tax as books_tax, b.labels,
       array_to_string(f.reasons, ' ') as reasons,
       (select string_agg(concat(d ->> 'field', ': ', d ->> 'portal', ' / ', d ->> 'books'), '; ')
          from jsonb_array_elements(f.differences) d) as differences
  from unnest(:sections::text[], :stins::text[], :numbers::text[], :periods::date[], :forms::text[])
       with ordinality as k (section, stin, number, period, form, place)
  join desk.record r
    on r.gstin = :gstin and r.until is null
   and (r.section, r.stin, r.number, r.period, r.form) = (k.section, k.stin, k.number, k.period, k.form)
  left join desk.finding f
    on f.gstin = :gstin and f.side = 'portal' and f.until is null
   and f.id = r.name
  left join lateral (
       select string_agg(b.number, ', ' order by b.id) as numbers, min(b.document_date) as day, sum(b.taxable)::bigint as taxable,
              sum(b.tax)::bigint as tax, string_agg(distinct b.label, ', ') as labels
         from desk.book b
        where b.gstin = :gstin and b.until is null and b.id = any(f.partners)) b on true
 order by k.place;

-- name: pairs
-- What belongs together, the least sure first. More than one document of the books are added up.
select r.section, r.stin, r.trade_name, r.number, r.document_date, r.period, r.taxable, r.tax,
       b.labels, b.numbers, b.day, b.taxable, b.tax, f.bucket, f.score, f.rule, array_to_string(f.reasons, ' '),
       (select string_agg(concat(d ->> 'field', ': ', d ->> 'portal', ' / ', d ->> 'books'), '; ')
          from jsonb_array_elements(f.differences) d)
  from desk.finding f
  join desk.record r
    on r.gstin = :gstin and r.until is null and r.name = f.id
 cross join lateral (
       select string_agg(b.number, ', ' order by b.id) as numbers, min(b.document_date) as day, sum(b.taxable)::bigint as taxable,
              sum(b.tax)::bigint as tax, string_agg(distinct b.label, ', ') as labels
         from desk.book b
        where b.gstin = :gstin and b.until is null and b.id = any(f.partners)) b
 where f.gstin = :gstin and f.side = 'portal' and f.until is null and f.bucket in ('matched', 'within tolerance', 'probable')
 order by f.score, f.id;

-- name: mismatches
-- Where the books say something else, field by field: the most tax first.
select r.section, r.stin, r.trade_name, r.number, r.document_date, r.period, r.tax,
       (select string_agg(b.number, ', ' order by b.id) from desk.book b
         where b.gstin = :gstin and b.until is null and b.id = any(f.partners)),
       d.field, d.portal, d.books, case when d.field <> 'date' then d.difference end,
       case when d.field = 'date' then d.difference::int end
  from desk.finding f
  join desk.record r
    on r.gstin = :gstin and r.until is null and r.name = f.id
 cross join lateral rows from (
       jsonb_to_recordset(f.differences) as (field text, portal text, books text, difference bigint)) with ordinality
       as d (field, portal, books, difference, place)
 where f.gstin = :gstin and f.side = 'portal' and f.until is null and f.bucket = 'mismatch'
 order by 7 desc, f.id, d.place;

-- name: missing_in_books
-- Records that the books don't have, have twice, or can't be compared with: the most tax first.
select r.section, r.stin, r.trade_name, r.number, r.document_date, r.period, r.value, r.taxable, r.igst, r.cgst, r.sgst, r.cess,
       r.tax, r.action, f.bucket, array_to_string(f.reasons, ' ')
  from desk.finding f
  join desk.record r
    on r.gstin = :gstin and r.until is null and r.name = f.id
 where f.gstin = :gstin and f.side = 'portal' and f.until is null
   and f.bucket in ('missing in books', 'duplicate', 'not comparable')
 order by 13 desc, f.id;

-- name: missing_in_portal
-- Documents of the books without a record, with the last day on which their credit can be taken: the most tax first.
select b.section, b.stin, c.name, b.number, b.document_date, b.period, b.value, b.taxable, b.igst, b.cgst, b.sgst, b.cess,
       b.tax, case when b.section not in ('b2bcn', 'b2bcna') then y.until end, f.bucket,
       array_to_string(f.reasons, ' '), b.label, concat_ws(', ', b.source ->> 'file', nullif(b.source ->> 'sheet', '')),
       b.source ->> 'row'
  from desk.finding f
  join desk.book b on b.gstin = :gstin and b.until is null and b.id = f.id
  left join desk.contact c on c.gstin = :gstin and c.party = b.stin
  left join unnest(:years::int[], :ends::date[]) y (year, until)
    on y.year = extract(year from b.document_date - interval '3 months')::int
 where f.gstin = :gstin and f.side = 'books' and f.until is null
   and f.bucket in ('missing in portal', 'duplicate', 'not comparable')
 order by 13 desc, f.id;

-- name: promises
-- GSTR-2B as it was compared last with what was promised, document by document: what differs first.
with known as (
    select distinct on (section, stin, number, period, form) *
      from desk.record
     where gstin = :gstin
     order by section, stin, number, period, form, since desc
)
select r.section, r.stin, r.trade_name, r.number, r.document_date, r.period, p.record, p.promised, p.stated,
       case when p.promised is not null then coalesce(p.stated, 0) - p.promised end, p.reason
  from desk.promise p
  left join known r on r.name = p.record
 where p.gstin = :gstin and p.period = :period
   and p.statement = (select max(id) from desk.statement where gstin = :gstin and period = :period)
 order by p.reason = '', abs(coalesce(p.stated, 0) - coalesce(p.promised, 0)) desc, p.record;

-- name: suppliers
-- What is known of each supplier, over all that was ever read of him. Late is what was still not filed, or not there, when the
-- portal was read after the day on which what is reported for its period reaches GSTR-2B.
with known as (
    select distinct on (section, stin, number, period, form) *
      from desk.record
     where gstin = :gstin
     order by section, stin, number, period, form, since desc
), found as (
    select distinct on (id) id, bucket from desk.finding where gstin = :gstin and side = 'portal' order by id, since desc
), reading as (
    select id, began_at::date as day, lag(began_at::date) over (order by id) as before,
           lead(id) over (order by id) as next
      from desk.sync where gstin = :gstin and side = 'inward'
), edited as (
    select r.stin, count(*) as n
      from desk.record r
      join desk.record b
        on b.gstin = :gstin and b.until = r.since and b.action = 'A'
       and (b.section, b.stin, b.number, b.period, b.form) = (r.section, r.stin, r.number, r.period, r.form)
     where r.gstin = :gstin and r.became = 'edited'
     group by 1
), late as (
    select r.stin, count(distinct (r.section, r.number, r.period)) as n
      from desk.record r
      join unnest(:periods::date[], :reported::date[]) d (period, due) on d.period = r.period
      join reading s on s.id = r.since
      left join reading e on coalesce(e.next, 0) = coalesce(r.until, 0)
     where r.gstin = :gstin and r.form <> 'R1A'
       and (not r.filed and e.day > d.due or r.became = 'new' and s.before > d.due)
     group by 1
)
select k.stin, max(k.trade_name), count(*), sum(k.taxable)::bigint, sum(k.tax)::bigint, count(f.id),
       count(f.id) filter (where f.bucket in ('matched', 'within tolerance')),
       round(count(f.id) filter (where f.bucket in ('matched', 'within tolerance'))::numeric / nullif(count(f.id), 0), 4),
       coalesce(max(e.n), 0), coalesce(max(l.n), 0),
       count(*) filter (where k.action = 'R'), coalesce(sum(k.tax) filter (where k.action = 'R'), 0)::bigint,
       count(*) filter (where k.action = 'P'), coalesce(sum(k.tax) filter (where k.action = 'P'), 0)::bigint
  from known k
  left join found f on f.id = k.name
  left join edited e on e.stin = k.stin
  left join late l on l.stin = k.stin
 group by k.stin
 order by 5 desc, 1;

-- name: customers
-- What customers do with what was sold to them: the most tax rejected or pending first.
select s.rtin, max(c.name), count(*), sum(s.taxable)::bigint, sum(s.tax)::bigint,
       count(*) filter (where s.action = 'R'), coalesce(sum(s.tax) filter (where s.action = 'R'), 0)::bigint,
       count(*) filter (where s.action = 'P'), coalesce(sum(s.tax) filter (where s.action = 'P'), 0)::bigint,
       count(*) filter (where s.action = 'A'), count(*) filter (where s.action = 'N'),
       coalesce((select sum(b.igst + b.cgst + b.sgst + b.cess) from desk.added_back b
                  where b.gstin = :gstin and b.rtin = s.rtin), 0)::bigint
  from desk.sale s
  left join desk.contact c on c.gstin = :gstin and c.party = s.rtin
 where s.gstin = :gstin and s.until is null
 group by s.rtin
 order by coalesce(sum(s.tax) filter (where s.action in ('R', 'P')), 0) desc, 1;

-- name: audit
-- The trail of the time of the report.
select id, at, person, what, record, why, policy, detail::text
  from desk.trail
 where gstin = :gstin and at between :opens and :closes
 order by id;

-- name: edited_rows
-- Records that somebody decided about in a workbook, in the order given: as each stands, and what is decided about what he saw.
select r.source, d.action, d.remarks, d.reduction, d.declared_igst, d.declared_cgst, d.declared_sgst, d.declared_cess
  from unnest(:sections::text[], :stins::text[], :numbers::text[], :periods::date[], :forms::text[], :hashes::text[])
       with ordinality as k (section, stin, number, period, form, hash, place)
  left join desk.record r
    on r.gstin = :gstin and r.until is null
   and (r.section, r.stin, r.number, r.period, r.form) = (k.section, k.stin, k.number, k.period, k.form)
  left join lateral (
       select * from desk.decision d
        where d.gstin = :gstin and d.hash = k.hash and d.state in ('prepared', 'approved', 'sending', 'applied')
          and (d.section, d.stin, d.number, d.period, d.form) = (k.section, k.stin, k.number, k.period, k.form)
        order by d.id desc
        limit 1) d on true
 order by k.place;
