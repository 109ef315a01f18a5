-- Documents that belong together as sums: one booked as several, several booked as one, several as several others.

-- name: copies#
-- Documents that say again what a linked one of their side says: they are no parts of sums.
create or replace table copy as
select side, doc
  from twin
 where not open
    or (side, other) in (select (0, p) from edge where linked and number <= 2
                          union all select (1, b) from edge where linked and number <= 2)
 group by side, doc
having (side, doc) not in (select (0, p) from edge where linked union all select (1, b) from edge where linked);

-- name: free#
-- What can be part of a sum: what has no partner, or one whose amounts are far from its own.
create or replace table free as
select side, doc, rtin, stin, kind, core, stem, document_date, taxable, igst, cgst, sgst, cess, tie,
       dense_rank() over (order by rtin, stin, kind) as party,
       row_number() over (partition by side, rtin, stin, kind order by document_date, serial, core, id) as place
  from rest
  anti join (select 0 as side, p as doc from edge where linked and amount < 4
              union all select 1, b from edge where linked and amount < 4
              union all from copy
              union all select side, doc from member) as taken using (side, doc);

-- name: named_sums#
-- One document, and all of the other side that have its number, or its number with a suffix: their sum is its amount.
create or replace table sum_found as
with every as (
    select side, doc, rtin, stin, kind, core as whole, tie, taxable, igst, cgst, sgst, cess from free
     union all
    select side, doc, rtin, stin, kind, stem, tie, taxable, igst, cgst, sgst, cess from free where stem <> core
),
part as (
    select * from every
    qualify count(*) over (partition by side, rtin, stin, kind, whole) between 2 and 20
)
select case t.side when 0 then [t.doc] else list(part.doc order by part.doc) end as portal,
       case t.side when 1 then [t.doc] else list(part.doc order by part.doc) end as books,
       'number' as by_what, 0 as days,
       abs(sum(part.taxable) - any_value(t.taxable)) as off, xor(any_value(t.tie), bit_xor(part.tie)) as tie
  from free t
  join part on part.side = 1 - t.side and (part.rtin, part.stin, part.kind, part.whole) = (t.rtin, t.stin, t.kind, t.core)
 group by t.side, t.doc
having abs(sum(part.taxable) - any_value(t.taxable)) <= getvariable('absolute') * count(*)
   and abs(sum(part.igst) - any_value(t.igst)) <= getvariable('absolute') * count(*)
   and abs(sum(part.cgst) - any_value(t.cgst)) <= getvariable('absolute') * count(*)
   and abs(sum(part.sgst) - any_value(t.sgst)) <= getvariable('absolute') * count(*)
   and abs(sum(part.cess) - any_value(t.cess)) <= getvariable('absolute') * count(*);

-- name: subsets#
-- Up to four documents of a supplier that are near in time, with their sums: fifteen neighbours for two, nine for three,
-- seven for four. So a document is in some eighty subsets however many the supplier has. Sums that many subsets have, as
-- those of rents do, say nothing.
create or replace table subset as
with one as (
    select f.* exclude (rtin, stin, kind, core, stem), [f.doc] as docs, f.place as last, f.document_date as since
      from free f semi join free o on o.side = 1 - f.side and o.party = f.party
),
two as (
    select a.* exclude (next) replace (a.docs || b.docs as docs, b.place as last, b.document_date as document_date,
           a.taxable + b.taxable as taxable, a.igst + b.igst as igst, a.cgst + b.cgst as cgst, a.sgst + b.sgst as sgst,
           a.cess + b.cess as cess, xor(a.tie, b.tie) as tie)
      from (select *, unnest(range(last + 1, place + 16)) as next from one) a
      join one b on b.side = a.side and b.party = a.party and b.place = a.next
),
three as (
    select a.* exclude (next) replace (a.docs || b.docs as docs, b.place as last, b.document_date as document_date,
           a.taxable + b.taxable as taxable, a.igst + b.igst as igst, a.cgst + b.cgst as cgst, a.sgst + b.sgst as sgst,
           a.cess + b.cess as cess, xor(a.tie, b.tie) as tie)
      from (select *, unnest(range(last + 1, place + 10)) as next from two) a
      join one b on b.side = a.side and b.party = a.party and b.place = a.next
),
four as (
    select a.* exclude (next) replace (a.docs || b.docs as docs, b.place as last, b.document_date as document_date,
           a.taxable + b.taxable as taxable, a.igst + b.igst as igst, a.cgst + b.cgst as cgst, a.sgst + b.sgst as sgst,
           a.cess + b.cess as cess, xor(a.tie, b.tie) as tie)
      from (select *, unnest(range(last + 1, place + 8)) as next from three) a
      join one b on b.side = a.side and b.party = a.party and b.place = a.next
)
select side, party, docs, taxable, igst, cgst, sgst, cess, tie, since, document_date as until
  from (from one union all from two union all from three union all from four)
qualify count(*) over (partition by side, party, taxable, igst, cgst, sgst, cess) <= 30;

-- name: equal_sums#
-- Subsets of both sides with the same sums, within a quarter. Never one to one, and five documents at most.
create or replace table sum_found as
select p.docs as portal, b.docs as books, 'sum' as by_what,
       greatest(p.until, b.until) - least(p.since, b.since) as days, 0 as off, xor(p.tie, b.tie) as tie
  from subset p join subset b using (party, taxable, igst, cgst, sgst, cess)
 where p.side = 0 and b.side = 1 and len(p.docs) + len(b.docs) between 3 and 5
   and greatest(p.until, b.until) - least(p.since, b.since) <= 100;

-- name: found
select portal, books, by_what, days, off, tie from sum_found
 where not exists (select 1 from apart where list_contains(portal, p) and list_contains(books, b));

-- name: last_group
select coalesce(max(grp), 0) from member;

-- name: join_members#
insert into member select grp, rule, by_what, side, doc from joined;
