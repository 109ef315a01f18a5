-- A result, as it is taken along.

-- name: worklist
select * from result
 order by case bucket when 'mismatch' then 1 when 'probable' then 2 when 'missing in books' then 3
              when 'missing in portal' then 4 when 'duplicate' then 5 when 'not comparable' then 6
              when 'within tolerance' then 7 else 8 end,
          score, rtin, stin, document_date, number, side, id;

-- name: buckets
select side, bucket, count(*) from result group by all order by all;

-- name: parquet!
copy (select * from result order by side, id) to '{path}' (format parquet);

-- name: json!
copy (select * from result order by side, id) to '{path}' (format json, array true);

-- name: kept!
create table result as from read_parquet('{path}');

-- name: changes
-- What is otherwise than in an earlier run, by identity. A document that says the same of its bucket and partners is the same.
with named as (
    select *, row_number() over (partition by run, side, rtin, stin, section, number, document_date
                                 order by taxable, igst, cgst, sgst, cess, bucket, id) as copy
      from (select 'before' as run, * from before_rows union all select 'after', * from after_rows)
)
select coalesce(b.side, a.side) as side, coalesce(b.rtin, a.rtin) as rtin, coalesce(b.stin, a.stin) as stin,
       coalesce(b.section, a.section) as section, coalesce(b.number, a.number) as number,
       coalesce(b.document_date, a.document_date) as document_date,
       b.bucket as was, a.bucket as became, b.partners as partners_were, a.partners as partners_became
  from (from named where run = 'before') b
  full join (from named where run = 'after') a using (side, rtin, stin, section, number, document_date, copy)
 where b.bucket is distinct from a.bucket
    or list_transform(b.partners, lambda p: p.number) is distinct from list_transform(a.partners, lambda p: p.number)
 order by all;
