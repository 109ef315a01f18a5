-- A result, as it is taken along. `at_stake` is the tax that a decision about a document moves: what differs where only
-- amounts of tax do, nothing of what was amended, otherwise all of its tax.

-- name: helpers#
create or replace macro tax_of(r) as r.igst + r.cgst + r.sgst + r.cess;
create or replace macro is_credit(kind) as kind in ('credit', 'isd credit');
create or replace macro rank_of(bucket) as
    case bucket when 'mismatch' then 1 when 'probable' then 2 when 'missing in books' then 3 when 'missing in portal' then 4
        when 'duplicate' then 5 when 'not comparable' then 6 when 'within tolerance' then 7 else 8 end;
create or replace macro at_stake(r) as
    coalesce(case when r.rule = 'amended' then 0
                  when r.bucket = 'mismatch'
                  then list_sum(list_transform(
                           list_filter(r.differences, lambda d: d.field in ('igst', 'cgst', 'sgst', 'cess', 'tax')),
                           lambda d: abs(d.difference))) end,
             abs(tax_of(r)))::bigint;

-- name: worklist
select * from result
 order by rank_of(bucket), score, rtin, stin, document_date, number, side, id;

-- name: worst
-- What is to be looked at, the most tax first. A pair stands here once, by the portal's document.
select r.*, at_stake(r) as at_stake from result r
 where rank_of(bucket) < 7 and rule <> 'amended' and (side = 'portal' or len(partners) = 0)
 order by at_stake desc, rank_of(bucket), rtin, stin, document_date, number, side, id
 limit ?;

-- name: buckets
select side, bucket, count(*) from result group by all order by all;

-- name: sums
-- Documents and amounts of each bucket and side. Credit notes count below zero.
select bucket, side, count(*) as documents,
       sum(case when is_credit(kind) then -taxable else taxable end)::bigint as taxable,
       sum(case when is_credit(kind) then -tax_of(r) else tax_of(r) end)::bigint as tax
  from result r
 group by bucket, side
 order by rank_of(bucket), side desc;

-- name: totals
select side, count(*), sum(case when is_credit(kind) then -taxable else taxable end)::bigint,
       sum(case when is_credit(kind) then -tax_of(r) else tax_of(r) end)::bigint
  from result r
 group by side
 order by side desc;

-- name: lines
-- One bucket as people compare: the portal's document beside that of the books, the most tax first. Of a group as many lines
-- as tie all of it together; p_first and b_first say where a document stands for the first time, with its amounts.
with linked as (
    select r.*, partners[1].id as grp, len(partners) as many,
           row_number() over (partition by partners[1].id order by document_date, number, id) as place,
           sum(at_stake(r)) over (partition by partners[1].id) as stake
      from result r
     where side = 'portal' and bucket = $bucket and len(partners) > 0
),
link as (
    select *, unnest(partners).id as books_id, generate_subscripts(partners, 1) as books_place from linked
),
line as (
    select p, b, p_first, b_first, stake, grp, place, books_place
      from (select l as p, b, l.books_place = 1 or l.place > 1 as p_first, l.place = 1 as b_first, l.stake::bigint as stake,
                   l.grp, l.place, l.books_place
              from link l join result b on b.side = 'books' and b.id = l.books_id
             where l.place = 1 or l.books_place = l.many)
     union all by name
    select r as p, true as p_first, false as b_first, at_stake(r) as stake from result r
     where side = 'portal' and bucket = $bucket and len(partners) = 0
     union all by name
    select r as b, false as p_first, true as b_first, at_stake(r) as stake from result r
     where side = 'books' and bucket = $bucket and len(partners) = 0
)
select coalesce(p.rtin, b.rtin) as rtin,
       p.stin as p_stin, p.section as p_section, p.number as p_number, p.document_date as p_date,
       b.stin as b_stin, b.section as b_section, b.number as b_number, b.document_date as b_date,
       case when p_first then p.taxable end as p_taxable, case when p_first then p.igst end as p_igst,
       case when p_first then p.cgst end as p_cgst, case when p_first then p.sgst end as p_sgst,
       case when p_first then p.cess end as p_cess,
       case when b_first then b.taxable end as b_taxable, case when b_first then b.igst end as b_igst,
       case when b_first then b.cgst end as b_cgst, case when b_first then b.sgst end as b_sgst,
       case when b_first then b.cess end as b_cess,
       case when first then sum(case when b_first then b.taxable else 0 end) over whole
                            - sum(case when p_first then p.taxable else 0 end) over whole end as taxable_differs,
       case when first then sum(case when b_first then tax_of(b) else 0 end) over whole
                            - sum(case when p_first then tax_of(p) else 0 end) over whole end as tax_differs,
       case when coalesce(first, true) then stake end as at_stake,
       coalesce(p.score, b.score) as score, coalesce(p.rule, b.rule) as rule, coalesce(p.reasons, b.reasons) as reasons,
       coalesce(p.differences, b.differences) as differences, p.id as p_id, b.id as b_id
  from (select *, place = 1 and books_place = 1 as first from line)
window whole as (partition by grp)
 order by stake desc, rtin, coalesce(p_stin, b_stin), grp, place, books_place, coalesce(p_date, b_date), p_number, b_number,
          p_id, b_id;

-- name: parquet!
copy (select * from result order by side, id) to '{path}' (format parquet);

-- name: json!
copy (select * from result order by side, id) to '{path}' (format json, array true);

-- name: absent
-- The documents that decisions name and that aren't there.
select n.* from named n
  anti join result r using (side, rtin, stin, section, number, document_date)
 order by all;

-- name: changes
-- What is otherwise than in an earlier run, by identity. A document that says the same of its bucket and partners is the same.
with named as (
    select *, row_number() over (partition by run, side, rtin, stin, section, number, document_date
                                 order by taxable, igst, cgst, sgst, cess, len(partners) = 0, bucket, id) as copy
      from (select 'before' as run, * from before_rows union all select 'after', * from after_rows)
)
select coalesce(b.side, a.side) as side, coalesce(b.rtin, a.rtin) as rtin, coalesce(b.stin, a.stin) as stin,
       coalesce(b.section, a.section) as section, coalesce(b.number, a.number) as number,
       coalesce(b.document_date, a.document_date) as document_date,
       b.bucket as was, a.bucket as became, b.partners as partners_were, a.partners as partners_became,
       coalesce(a.reasons, []) as reasons
  from (from named where run = 'before') b
  full join (from named where run = 'after') a using (side, rtin, stin, section, number, document_date, copy)
 where b.bucket is distinct from a.bucket
    or list_transform(b.partners, lambda p: p.number) is distinct from list_transform(a.partners, lambda p: p.number)
 order by all;
