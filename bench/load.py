"""Many records at once, by SQL: as saves and filings of many suppliers would leave them."""

from __future__ import annotations

from typing import Any

import psycopg

from gst_ims.core.gstin import check_digit

# The supplier's documents of November, filed on the 11th of December: seventeen invoices of twenty, two credit notes, a
# debit note; each with its outward document and its first line in the trail.
RECORDS = """
create temporary table made on commit drop as
select rtin,
       case place %% 20 when 7 then 'b2bcn' when 13 then 'b2bcn' when 17 then 'b2bdn' else 'b2b' end as section,
       suppliers[1 + (whose + place) %% cardinality(suppliers)] as stin,
       substr(rtin, 5, 1) || substr(rtin, 8, 5) || '/' || lpad(i::text, 8, '0') as number,
       100000 + i %% 900000 as taxable
  from generate_series(1, %(n)s) i,
       lateral (select %(rtins)s::text[] as rtins, %(suppliers)s::text[] as suppliers) given,
       lateral (select i %% cardinality(rtins) as whose, i / cardinality(rtins) as place) turn,
       lateral (select rtins[1 + whose] as rtin) r;

insert into record (rtin, section, stin, number, period, form, document_date, invoice_type, pos, value, taxable, igst,
                    cgst, sgst, cess, hash, period_2b, specified, reduction_blocked, pending_until, saved_at, filed_at)
select rtin, section, stin, number, date '2025-11-01', 'R1', date '2025-11-20', 'R', '27',
       taxable + taxable * 18 / 100, taxable, taxable * 18 / 100, 0, 0, 0, md5(rtin || stin || number),
       date '2025-11-01', section = 'b2bcn', false,
       case section when 'b2bcn' then date '2026-01-20' else date '2026-11-30' end,
       timestamptz '2025-12-05 10:00+05:30', timestamptz '2025-12-11 10:00+05:30'
  from made;

insert into trail (rtin, at, event, section, stin, number, period, form, port_code, details)
select r.rtin, r.saved_at, 'saved', r.section, r.stin, r.number, r.period, r.form, r.port_code,
       content_of(document_date, original_number, original_date, invoice_type, pos, value, taxable, igst, cgst, sgst,
                  cess, hash, bypass, period_2b, seller, reference, reference_date, document_type)
  from record r
 where r.rtin = any(%(rtins)s);

insert into outward (stin, period, form, section, number, rtin, inward_section, document_date, hash, content, checksum,
                     filed_at)
select stin, period, form, case section when 'b2b' then 'b2b' else 'cdnr' end, number, rtin, section, document_date,
       hash, jsonb_build_object('inum', number, 'val', value * 0.01), md5(number), filed_at
  from record
 where rtin = any(%(rtins)s);
"""


def gstin(number: int, state: str = "27") -> str:
    """A made-up GSTIN, one for each number."""
    first = f"{state}BB{'ABCDEFGHIJ'[number // 10_000 % 10]}PK{number % 10_000:04}{'ABCDEFGHIJ'[number // 100_000]}1Z"
    return first + check_digit(first)


def records(db: psycopg.Connection[Any], rtins: list[str], n: int) -> None:
    """Give recipients `n` records in all, evenly."""
    suppliers = [gstin(number, "24") for number in range(min(max(n // 100, 1), 2_000))]
    for statement in RECORDS.split(";\n"):
        if statement.strip():
            db.execute(statement, {"rtins": rtins, "suppliers": suppliers, "n": n})  # type: ignore[arg-type]
    db.commit()


def settle(db: psycopg.Connection[Any]) -> None:
    """As autovacuum leaves a table after a while."""
    db.commit()
    db.autocommit = True
    db.execute("vacuum analyze record")
    db.execute("vacuum analyze outward")
    db.execute("vacuum analyze trail")
    db.execute("checkpoint")
    db.autocommit = False
