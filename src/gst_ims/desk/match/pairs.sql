-- Candidate pairs, compared field by field. Each comparison has a level: 0 says the same, higher ones say less.

-- name: texts#
-- What is compared as text: numbers as they are read, and GSTINs.
create or replace table written as
select row_number() over () as pair, c.p, c.b, p.plain as p_number, b.plain as b_number, p.stin as p_gstin, b.stin as b_gstin
  from candidate c
  join rest p on p.side = 0 and p.doc = c.p
  join rest b on b.side = 1 and b.doc = c.b and b.rtin = p.rtin;

-- name: written
select * from written order by pair;

-- name: levels#
-- `number`: 0 same text, 1 read alike, 2 the one that the other amends, 3 same serial, 4 one slip, 5 two slips, 6 another one.
-- `date`: 0 same, 1 within the days of the settings, 2 a month, 3 a quarter, 4 farther.
-- `amount`: 0 same, 1 within tolerance, 2 other heads of tax, 3 same taxable value, 4 within a quarter, 5 another one.
-- `gstin`: 0 same, 1 same PAN, 2 one slip, 3 two slips. `kind`: 0 same, 1 credit note against invoice.
-- `common`: 1 if the supplier has other documents of the rest with the taxable value of either.
create or replace table compared as
with often as (
    select rtin, pan, taxable, max(documents) as documents
      from (select side, rtin, pan, taxable, count(*) as documents from rest group by all)
     group by all having max(documents) > 1
),
fields as (
    select w.p, w.b, d.number_slips, d.gstin_slips, p.stin as p_stin, b.stin as b_stin, p.pan as p_pan, b.pan as b_pan,
           p.number as p_number, b.number as b_number, p.core as p_core, b.core as b_core,
           p.alias as p_alias, b.alias as b_alias, p.serial as p_serial, b.serial as b_serial,
           greatest(length(p.plain), length(b.plain)) as length,
           abs(p.document_date - b.document_date) as days, p.kind <> b.kind as kinds,
           greatest(getvariable('absolute'), getvariable('relative') * greatest(p.taxable, b.taxable) // 10000) as tolerance,
           abs(p.taxable - b.taxable) as taxable,
           greatest(abs(p.igst - b.igst), abs(p.cgst - b.cgst), abs(p.sgst - b.sgst), abs(p.cess - b.cess)) as heads,
           abs(p.igst + p.cgst + p.sgst + p.cess - b.igst - b.cgst - b.sgst - b.cess) as tax,
           greatest(p.taxable, b.taxable) as largest, op.documents is not null or ob.documents is not null as common
      from written w join slips d using (pair)
      join rest p on p.side = 0 and p.doc = w.p
      join rest b on b.side = 1 and b.doc = w.b
      left join often op on (op.rtin, op.pan, op.taxable) = (p.rtin, p.pan, p.taxable)
      left join often ob on (ob.rtin, ob.pan, ob.taxable) = (b.rtin, b.pan, b.taxable)
)
select p, b,
       case when p_number = b_number then 0
            when p_core = b_core then 1
            when p_alias = b_core or p_core = b_alias then 2
            when p_serial = b_serial and p_serial >= 0 then 3
            when number_slips <= 1 and length > 2 then 4
            when number_slips <= 2 and length > 5 then 5
            else 6 end as number,
       case when days = 0 then 0 when days <= getvariable('days') then 1 when days <= 31 then 2 when days <= 100 then 3
            else 4 end as date,
       case when taxable = 0 and heads = 0 then 0
            when taxable <= tolerance and heads <= tolerance then 1
            when taxable <= tolerance and tax <= 2 * tolerance then 2
            when taxable <= tolerance then 3
            when taxable * 4 <= largest then 4
            else 5 end as amount,
       case when p_stin = b_stin then 0 when p_pan = b_pan then 1 when gstin_slips <= 1 then 2 else 3 end as gstin,
       kinds::int as kind, common::int as common
  from fields
 where p_pan = b_pan or gstin_slips <= 2;

-- name: edges#
-- The pairs that compete. A copy of something that is linked competes only for what is the same in every respect; a
-- document that is there twice doesn't compete for others' numbers while its own number is on the other side; what the
-- user holds apart doesn't compete. `p_twin` and `b_twin` name copies alike; `tie` tells equals apart.
create or replace table edge as
with copied as (
    select side, doc, bool_or(not open) as of_linked, any_value(family) as family from twin group by side, doc
),
own as (
    select 0 as side, p as doc from compared where number <= 2 union select 1, b from compared where number <= 2
)
select c.*, coalesce(tp.family, p.tie) as p_twin, coalesce(tb.family, b.tie) as b_twin,
       xor(p.tie, b.tie) as tie
  from compared c
  join rest p on p.side = 0 and p.doc = c.p
  join rest b on b.side = 1 and b.doc = c.b
  left join copied tp on tp.side = 0 and tp.doc = c.p
  left join copied tb on tb.side = 1 and tb.doc = c.b
  anti join apart on apart.p = c.p and apart.b = c.b
 where ((coalesce(tp.of_linked, false) or coalesce(tb.of_linked, false)) is false
        or (c.number <= 1 and c.date = 0 and c.amount <= 1 and c.gstin = 0 and c.kind = 0))
   and (c.number <= 2 or tp.doc is null or (0, c.p) not in (from own))
   and (c.number <= 2 or tb.doc is null or (1, c.b) not in (from own));

-- name: all_edges
select p, b, p_twin, b_twin, tie, number, date, amount, gstin, kind, common from edge;

-- name: weighed#
-- The pairs with their evidence: `weight` in log-odds, `strength` against what else either document could be, and whether
-- the best assignment has the pair.
create or replace table edge as
select e.*, w.weight, w.strength, w.score, w.linked from edge e join weighing w using (p, b);

-- name: unlink#
-- A sum explains better what a pair with other amounts explained badly.
update edge set linked = false
 where linked and ((0, p) in (select (side, doc) from member) or (1, b) in (select (side, doc) from member));

-- name: freed
-- Pairs of which neither document has a partner, now that sums have taken some.
with taken as (
    select 0 as side, p as doc from edge where linked union all select 1, b from edge where linked
     union all select side, doc from member
)
select p, b, weight, tie from edge
  anti join (from taken where side = 0) as mine on mine.doc = p
  anti join (from taken where side = 1) as its on its.doc = b;

-- name: relink#
update edge set linked = true where (p, b) in (select (p, b) from relinked);
