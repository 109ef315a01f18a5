-- What a policy is measured on, and beside what.

-- name: records
-- Ten documents a supplier, one in ten a credit note.
select concat(section, ':', stin, ':', number, ':112025') as id, *
  from (select case when n % 10 = 3 then 'b2bcn' else 'b2b' end as section,
               '24AAXC' || chr((65 + (n // 10) % 26)::int) || lpad(((n // 260) % 10000)::varchar, 4, '0') || chr((65 + (n // 2600000) % 26)::int)
                   || '1Z' || (n // 10 % 10) as stin,
               'SRT/25-26/' || n as number, date '2025-11-01' as period, 'R1' as form, 'Supplier ' || (n // 10) as trade_name,
               date '2025-11-01' + (n % 28)::int as document_date, 'R' as invoice_type, null::varchar as original_number,
               null::date as original_date, '27' as pos, (n % 9000 + 100) * 118 as value, (n % 9000 + 100) * 100 as taxable,
               (n % 9000 + 100) * 18 as igst, 0::bigint as cgst, 0::bigint as sgst, 0::bigint as cess,
               case when n % 50 = 7 then 'P' else 'N' end as action, n % 20 <> 5 as filed, n % 40 = 11 as pending_blocked,
               null::varchar as remarks, false as remarks_blocked, null::boolean as reduction, null::bigint as declared_igst,
               null::bigint as declared_cgst, null::bigint as declared_sgst, null::bigint as declared_cess,
               n % 10 <> 3 as reduction_blocked, md5(n::varchar) as hash, true as compared, null::bigint as original_tax
          from range({size}) r (n));

-- name: findings
-- Of what is booked two in nine differ.
select id, case when n % 10 < 7 then 'matched' when n % 10 < 9 then 'mismatch' else 'missing in books' end as bucket, 95 as score,
       'exact' as rule, case when n % 10 = 9 then []::varchar[] else ['book:' || id] end as partners,
       case when n % 10 in (7, 8) then
           '[{"field": "igst", "portal": "18.00", "books": "17.50", "difference": -50}]' else '[]' end as differences
  from (select id, row_number() over () as n from records);

-- name: books
select unnest(partners) as id, 'tally' as label, false as reverse_charge from findings;

-- name: vendors
select 'watched' as list, stin as vendor from records where taxable % 99700 = 0 group by stin;

-- name: suppliers
select stin, count(*) as documents, count(*) - 1 as matched, 0::bigint as rejected, date '2025-04-01' as first_seen
  from records group by stin;

-- name: bare
select outcome, count(*), sum(value)
  from (select value, case when action <> 'N' then 0 when filed and value <= 100000000 then 1 when section = 'b2bcn' then 2
                           when pending_blocked then 3 else 4 end as outcome
          from records)
 group by outcome;
