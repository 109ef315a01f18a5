-- A taxpayer's desk as a large sync and a matching leave it: ten documents a supplier, one in ten a credit note.

-- name: records!
insert into desk.record
select :gstin, case when mod(n, 10) = 3 then 'b2bcn' else 'b2b' end, 'S' || lpad((n / 10)::text, 14, '0'), 'SRT/25-26/' || n,
       date '2025-11-01', 'R1', 1, null, 'new', 'Supplier ' || n / 10, date '2025-11-01' + mod(n, 28), 'R', null, null, '27',
       118 * paise, 100 * paise, 18 * paise, 0, 0, 0, case when mod(n, 50) = 7 then 'P' else 'N' end, mod(n, 20) <> 5, false, null, false,
       null, null, null, null, null, mod(n, 10) <> 3, md5(n::text), '{}'
  from generate_series(0, :size - 1) n
 cross join lateral (select mod(n, 9000) + 100) p (paise);

-- name: findings!
insert into desk.finding
select gstin, 'portal', name, 1, null,
       case when n < 7 then 'matched' when n < 9 then 'mismatch' else 'missing in books' end, 95, 'exact',
       case when n < 9 then array[concat_ws(':', 'tally', section, stin, number, document_date)] else '{}' end, '{}', '[]'
  from desk.record
 cross join lateral (select substr(number, length(number))::int) last (n)
 where gstin = :gstin;

-- name: sync!
insert into desk.sync values (:gstin, 1, 'inward', now(), now(), :size, '{}');

-- name: matching!
insert into desk.matching values (:gstin, 1, now(), 'Asha', 1, null, '{}', '{}');

-- name: bare
select section, stin, number, period, form, trade_name, document_date, value, taxable, igst, cgst, sgst, cess, action, filed
  from desk.record r
 where gstin = :gstin and until is null and {wanted}
 order by {by} desc, name desc
 limit 100
