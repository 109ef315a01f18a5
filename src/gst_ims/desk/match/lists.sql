-- What people look at to match by hand. Amounts are paise; `tax` is all heads. {side}, {chosen} and {of} are parts of this file.

-- name: portal
-- The portal's documents as they stand.
select name as id, section, stin, coalesce(trade_name, '') as name, number,
       document_date, period, value, taxable, igst, cgst, sgst, cess, tax
  from desk.record where gstin = :gstin and until is null

-- name: books
-- Those of the books.
select id, section, coalesce(stin, '') as stin, coalesce(source ->> 'supplier', '') as name, coalesce(number, '') as number,
       document_date, period, value, taxable, igst, cgst, sgst, cess, tax
  from desk.book where gstin = :gstin and until is null

-- name: chosen#
-- An amount fits where value, taxable or tax is it, but for a rupee; a period, where the return or the date is of it.
       (:buckets::text[] is null or coalesce(f.bucket, 'not matched') = any(:buckets))
   and (:supplier::text is null or position(upper(:supplier) in upper(concat_ws(' ', d.stin, d.name))) > 0)
   and (:number::text is null or position(upper(:number) in upper(d.number)) > 0)
   and (:amount::bigint is null
        or least(abs(d.value - :amount), abs(d.taxable - :amount), abs(d.tax - :amount)) <= 100)
   and (:of_period::date is null or d.period = :of_period or date_trunc('month', d.document_date)::date = :of_period)

-- name: rows
-- A page by key, the most tax first.
select d.*, coalesce(f.bucket, 'not matched') as bucket, f.score, f.rule, coalesce(f.partners, '{{}}') as partners, f.reasons
  from ({side}) d
  left join desk.finding f on f.gstin = :gstin and f.side = :side and f.id = d.id and f.until is null
 where {chosen}
   and (:after_tax::bigint is null or (d.tax, d.id) < (:after_tax::bigint, :after_id::text))
 order by d.tax desc, d.id desc
 limit :limit

-- name: sums
-- How much there is, credit notes below zero.
select count(*) as documents, coalesce(sum(sign * taxable), 0)::bigint as taxable, coalesce(sum(sign * tax), 0)::bigint as tax
  from (select d.*, case when d.section in ('b2bcn', 'b2bcna', 'isdcn', 'isdcna') then -1 else 1 end as sign
          from ({side}) d
          left join desk.finding f on f.gstin = :gstin and f.side = :side and f.id = d.id and f.until is null
         where {chosen}) it

-- name: named
-- Documents by their ids, in the order of their dates.
select d.*, coalesce(f.bucket, 'not matched') as bucket, f.score, f.rule, coalesce(f.partners, '{{}}') as partners, f.reasons
  from ({side}) d
  left join desk.finding f on f.gstin = :gstin and f.side = :side and f.id = d.id and f.until is null
 where d.id = any(:ids)
 order by d.document_date, d.id

-- name: pairs
-- What was put together and isn't alike, once for each group, the most tax first. What a person has put together isn't asked
-- again.
select r.id, f.bucket, f.score, f.rule, coalesce(g.partners, array[r.id]) as portal, f.partners as books, f.reasons,
       f.differences, r.stin, r.name, r.tax
  from desk.finding f
  join ({side}) r on r.id = f.id
  left join desk.finding g on g.gstin = :gstin and g.side = 'books' and g.until is null and g.id = f.partners[1]
 where f.gstin = :gstin and f.side = 'portal' and f.until is null and f.bucket = any(:buckets)
   and f.rule <> 'manual' and cardinality(f.partners) > 0
   and f.id = (select min(it) from unnest(coalesce(g.partners, array[r.id])) it)
   and (:supplier::text is null or position(upper(:supplier) in upper(concat_ws(' ', r.stin, r.name))) > 0)
   and (:after_tax::bigint is null or (r.tax, r.id) < (:after_tax::bigint, :after_id::text))
 order by r.tax desc, r.id desc
 limit :limit

-- name: links
-- The words of people that stand, the newest first.
select id, portal, books, together, at, person, why
  from desk.link
 where gstin = :gstin and ended_at is null and (:before::int is null or id < :before)
 order by id desc
 limit :limit;

-- name: links_of
-- Those about one document of the portal.
select id, portal, books, together, at, person, why
  from desk.link
 where gstin = :gstin and ended_at is null and :name = any(portal)
 order by id desc;

-- name: changes
-- What a matching changed, a page by key: documents with the bucket and partners that each had and has. Other reasons or
-- another score alone are no news.
select coalesce(n.side, b.side) as side, coalesce(n.id, b.id) as id, b.bucket as was, n.bucket as became,
       b.partners as partners_were, n.partners as partners_became, n.score, n.reasons
  from (select * from desk.finding where gstin = :gstin and since = :matching) n
  full join (select * from desk.finding where gstin = :gstin and until = :matching) b using (side, id)
 where (n.bucket, n.partners, n.differences) is distinct from (b.bucket, b.partners, b.differences)
   and (:after_side::text is null or (coalesce(n.side, b.side), coalesce(n.id, b.id)) > (:after_side, :after_id))
 order by 1, 2
 limit :limit;

-- name: moves
-- The same counted: from which bucket to which, by side.
select coalesce(n.side, b.side) as side, b.bucket as was, n.bucket as became, count(*) as documents
  from (select * from desk.finding where gstin = :gstin and since = :matching) n
  full join (select * from desk.finding where gstin = :gstin and until = :matching) b using (side, id)
 where (n.bucket, n.partners, n.differences) is distinct from (b.bucket, b.partners, b.differences)
 group by 1, 2, 3
 order by 4 desc, 1, 2, 3;

-- name: past
-- A past matching as it stood, a page by key.
select side, id, bucket, score, rule, partners, reasons, differences
  from desk.finding
 where gstin = :gstin and since <= :matching and (until is null or until > :matching)
   and (:bucket::text is null or bucket = :bucket)
   and (:after_side::text is null or (side, id) > (:after_side, :after_id))
 order by side, id
 limit :limit;
