-- What else stands at the desk of `grid.sql`: books, decisions, and the GSTR-2B of the month before.

-- name: register!
insert into desk.register values (:gstin, 1, 'tally', '{}', now(), 'Asha', :size, '[]', '{}');

-- name: books!
-- What is missing in the books is there under another number, so that the portal lacks as many.
insert into desk.book
select gstin, concat_ws(':', 'tally', section, stin, other, document_date), 1, null, 'tally', section, stin, other, document_date,
       null, null, null, '27', false, value, taxable, igst, cgst, sgst, cess, jsonb_build_object('supplier', trade_name)
  from desk.record
 cross join lateral (select case when right(number, 1) = '9' then number || '-B' else number end) n (other)
 where gstin = :gstin;

-- name: findings!
insert into desk.finding
select gstin, 'books', id, 1, null,
       case when right(number, 2) = '-B' then 'missing in portal' when n < 7 then 'matched' else 'mismatch' end, 95, 'exact',
       case when right(number, 2) = '-B' then '{}' else array[desk.name_of(section, stin, number, date '2025-11-01', 'R1')] end, '{}', '[]'
  from desk.book
 cross join lateral (select substr(split_part(number, '-B', 1), length(split_part(number, '-B', 1)))::int) last (n)
 where gstin = :gstin;

-- name: matched!
update desk.matching set register = 1 where gstin = :gstin;

-- name: decisions!
insert into desk.decision (gstin, section, stin, number, period, form, hash, was, action, stake, person, at, needs_approval, state)
select gstin, section, stin, number, period, form, hash, action, 'R', igst, 'Asha', now(), true, 'prepared'
  from desk.record
 where gstin = :gstin and right(number, 2) = '55' and action = 'N';

-- name: statement!
insert into desk.statement values (:gstin, date '2025-10-01', 1, now(), '1', '{}');

-- name: promises!
insert into desk.promise
select gstin, date '2025-10-01', 1, desk.name_of(section, stin, number || '-O', date '2025-10-01', form), igst,
       igst + case when right(number, 1) = '7' then 100 else 0 end, ''
  from desk.record
 where gstin = :gstin;

-- name: documents!
insert into desk.statement_document
select gstin, date '2025-10-01', 1, desk.name_of(section, stin, number || '-O', date '2025-10-01', form), 'itcavl', 'nonrevsup',
       section, stin, trade_name, number || '-O', document_date, array[igst, cgst, sgst, cess], array[igst, cgst, sgst, cess]
  from desk.record
 where gstin = :gstin;
