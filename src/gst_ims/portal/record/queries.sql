-- name: counts
-- Records in IMS by section and action: those that bypass it, and those that GSTR-3B closed, aren't.
select section, action, sum(records)::bigint as records
  from record_tally
 where rtin = :rtin
 group by section, action;

-- name: sum_up!
-- The changes of recipients who have many of them become one row for each section and action.
with gone as (
    delete from record_tally
     where rtin in (select rtin from record_tally where rtin is not null group by rtin having count(*) > :changes)
 returning rtin, section, action, records
)
insert into record_tally
select rtin, section, action, sum(records) from gone group by rtin, section, action having sum(records) <> 0
returning rtin;

-- Lists are JSON already here: PostgreSQL writes it faster than anybody who would first have to read it.
-- Amounts become rupees: paise times 0.01 has exactly two decimals.

-- name: invoices
-- b2b, b2ba, ecom, ecoma.
select json_strip_nulls(json_build_object(
           'stin', stin, 'inum', number, 'idt', to_char(document_date, 'DD-MM-YYYY'),
           'oinum', original_number, 'oidt', to_char(original_date, 'DD-MM-YYYY'), 'inv_typ', invoice_type,
           'rtnprd', to_char(period, 'MMYYYY'), 'srcform', form,
           'srcfilstatus', case when filed_at is null then 'Not Filed' else 'Filed' end, 'pos', pos,
           'val', value * 0.01, 'txval', taxable * 0.01, 'iamt', igst * 0.01, 'camt', cgst * 0.01,
           'samt', sgst * 0.01, 'cess', cess * 0.01, 'action', action,
           'ispendactblocked', case when locked or pending_until < :today then 'Y' else 'N' end, 'hash', hash,
           'isRemarksBlocked', case when period_2b < :remarks_since then 'Y' else 'N' end,
           'isItcRedReqBlocked', case when section in ('b2ba', 'ecoma') then case when locked or reduction_blocked then 'Y' else 'N' end end,
           'remarks', remarks, 'itcRedReq', reduction, 'declIgst', declared_igst * 0.01, 'declCgst', declared_cgst * 0.01,
           'declSgst', declared_sgst * 0.01, 'declCess', declared_cess * 0.01))::text as json
  from record
 where rtin = :rtin and section = :section and bypass is null and closed_in is null and action = coalesce(:action, action)
 order by stin, number, period, form;

-- name: notes
-- b2bdn, b2bdna, b2bcn, b2bcna.
select json_strip_nulls(json_build_object(
           'stin', stin, 'nt_num', number, 'nt_dt', to_char(document_date, 'DD-MM-YYYY'),
           'ont_num', original_number, 'ont_dt', to_char(original_date, 'DD-MM-YYYY'), 'inv_typ', invoice_type,
           'rtnprd', to_char(period, 'MMYYYY'), 'srcform', form,
           'srcfilstatus', case when filed_at is null then 'Not Filed' else 'Filed' end, 'pos', pos,
           'val', value * 0.01, 'txval', taxable * 0.01, 'iamt', igst * 0.01, 'camt', cgst * 0.01,
           'samt', sgst * 0.01, 'cess', cess * 0.01, 'action', action,
           'ispendactblocked', case when locked or pending_until < :today then 'Y' else 'N' end, 'hash', hash,
           'isRemarksBlocked', case when period_2b < :remarks_since then 'Y' else 'N' end,
           'isItcRedReqBlocked', case when section <> 'b2bdn' then case when locked or reduction_blocked then 'Y' else 'N' end end,
           'remarks', remarks, 'itcRedReq', reduction, 'declIgst', declared_igst * 0.01, 'declCgst', declared_cgst * 0.01,
           'declSgst', declared_sgst * 0.01, 'declCess', declared_cess * 0.01))::text as json
  from record
 where rtin = :rtin and section = :section and bypass is null and closed_in is null and action = coalesce(:action, action)
 order by stin, number, period, form;

-- name: imports
-- impg, impga, impgsez, impgseza.
select json_strip_nulls(json_build_object(
           'rgstinrefId', reference, 'irefdt', to_char(reference_date, 'DD-MM-YYYY'), 'stin', seller,
           'portcd', port_code, 'boenum', number, 'boedt', to_char(document_date, 'DD-MM-YYYY'),
           'itcprd', to_char(period, 'MMYYYY'), 'srtinprd', to_char(period, 'MMYYYY'),
           'txval', taxable * 0.01, 'igst', igst * 0.01, 'cess', cess * 0.01, 'action', action,
           'ispendactblocked', case when pending_until < :today then 'Y' else 'N' end, 'hash', hash, 'remarks', remarks))::text as json
  from record
 where rtin = :rtin and section = :section and bypass is null and closed_in is null and action = coalesce(:action, action)
 order by stin, number, period, form, port_code;

-- name: distributions
-- isd, isda, isdcn, isdcna: shown only.
select json_strip_nulls(json_build_object(
           'stin', stin, 'doctyp', document_type, 'docnum', number, 'docdt', to_char(document_date, 'DD-MM-YYYY'),
           'odocnum', original_number, 'odocdt', to_char(original_date, 'DD-MM-YYYY'),
           'rtnprd', to_char(period, 'MMYYYY'), 'srcform', form, 'srcfilstatus', 'Filed',
           'iamt', igst * 0.01, 'camt', cgst * 0.01, 'samt', sgst * 0.01, 'cess', cess * 0.01,
           'action', action, 'ispendactblocked', 'Y', 'hash', hash))::text as json
  from record
 where rtin = :rtin and section = :section and bypass is null and closed_in is null and action = coalesce(:action, action)
 order by stin, number, period, form;

-- name: place!
-- What their place in the chain makes of records of one recipient and GSTR-2B period (R2.4, R3.7 to R3.11), which `keys`
-- names. The original of an amendment is the latest document before it that has, or amends, the number and date that it
-- names; looked for once for each of the two, because a join on either would look at all that the supplier has. A section
-- and its amendments differ by the a at the end. A record is specified if accepting it takes from the credit that the chain
-- stands at (R2.4). Bills of entry and ISD documents keep the limit of Pending that they came with.
update record r
   set specified = s.specified, locked = v.original_open and :original_closed_first = 1,
       base_value = v.base_value, base_taxable = v.base_taxable, base_igst = v.base_igst, base_cgst = v.base_cgst,
       base_sgst = v.base_sgst, base_cess = v.base_cess, owed_igst = v.owed_igst, owed_cgst = v.owed_cgst,
       owed_sgst = v.owed_sgst, owed_cess = v.owed_cess,
       pending_until = case
           when r.form in ('BOE', 'R6') then r.pending_until
           when s.specified then pending_limit(:pending_limits, r.rtin, t.filing_frequency)
           else make_date(extract(year from r.document_date - interval '3 months')::int + 1, :limit_month, :limit_day)
           end,
       reduction_blocked = not s.specified or r.period_2b < :reduction_since
                        or (r.section = 'ecoma' and :operator_declares = 0)
  from jsonb_to_recordset(:keys) as k (section text, stin text, number text, period date, form text, port_code text)
  join record n on n.rtin = :rtin and n.section = k.section and n.stin = k.stin and n.number = k.number
               and n.period = k.period and n.form = k.form and n.port_code = k.port_code
  left join taxpayer t on t.gstin = n.rtin
  left join lateral (
      select o.*, o.igst + o.cgst + o.sgst + o.cess as tax,
             o.base_igst + o.base_cgst + o.base_sgst + o.base_cess as base_tax
        from (
            select a.* from record a
             where a.rtin = :rtin and a.stin = n.stin and a.number = n.original_number
               and a.document_date = n.original_date and a.port_code = n.port_code
               and rtrim(a.section, 'a') = rtrim(n.section, 'a')
               and (a.period < n.period or a.period = n.period and (a.original_number is null or a.form < n.form))
             union all
            select b.* from record b
             where b.rtin = :rtin and b.stin = n.stin and b.original_number = n.original_number
               and b.original_date = n.original_date and b.port_code = n.port_code
               and rtrim(b.section, 'a') = rtrim(n.section, 'a')
               and (b.period < n.period or b.period = n.period and b.form < n.form)) o
       order by o.period desc, o.form desc, o.original_number nulls last
       limit 1) o on n.original_number is not null
 cross join lateral (
      select
          -- What waits itself, for a document of an earlier period, lets its own amendments wait too.
          coalesce(o.closed_in is null
                   and (o.locked or o.bypass is null and tax_period(t.filing_frequency, o.period_2b)
                                                       < tax_period(t.filing_frequency, n.period_2b)), false)
              as original_open,
          coalesce(case when o.final in ('A', 'D') then o.value else o.base_value end, 0) as base_value,
          coalesce(case when o.final in ('A', 'D') then o.taxable else o.base_taxable end, 0) as base_taxable,
          coalesce(case when o.final in ('A', 'D') then o.igst else o.base_igst end, 0) as base_igst,
          coalesce(case when o.final in ('A', 'D') then o.cgst else o.base_cgst end, 0) as base_cgst,
          coalesce(case when o.final in ('A', 'D') then o.sgst else o.base_sgst end, 0) as base_sgst,
          coalesce(case when o.final in ('A', 'D') then o.cess else o.base_cess end, 0) as base_cess,
          coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.igst, o.base_igst, o.owed_igst), 0) as owed_igst,
          coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.cgst, o.base_cgst, o.owed_cgst), 0) as owed_cgst,
          coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.sgst, o.base_sgst, o.owed_sgst), 0) as owed_sgst,
          coalesce(owed(o.final, o.section, o.tax, o.base_tax, o.cess, o.base_cess, o.owed_cess), 0) as owed_cess) v
 cross join lateral (
      select case
                 when n.section = 'b2bcn' then true
                 when n.section = 'b2bcna' then n.igst + n.cgst + n.sgst + n.cess
                                                >= v.base_igst + v.base_cgst + v.base_sgst + v.base_cess
                 when n.section in ('b2ba', 'b2bdna', 'ecoma')
                      then n.igst + n.cgst + n.sgst + n.cess < v.base_igst + v.base_cgst + v.base_sgst + v.base_cess
                 else false
             end as specified) s
 where r.rtin = :rtin and r.section = k.section and r.stin = k.stin and r.number = k.number and r.period = k.period
   and r.form = k.form and r.port_code = k.port_code;

-- name: supersede!
-- Of an original and its amendment, which `keys` names, in one GSTR-2B of the recipient only the amendment counts (R3.8).
update record r
   set superseded = true
  from jsonb_to_recordset(:keys) as k (section text, stin text, number text, period date, form text, port_code text)
  join record n on n.rtin = :rtin and n.section = k.section and n.stin = k.stin and n.number = k.number
               and n.period = k.period and n.form = k.form and n.port_code = k.port_code
  left join taxpayer t on t.gstin = n.rtin
 cross join lateral (
      select a.section, a.number, a.period, a.form from record a
       where a.rtin = :rtin and a.stin = n.stin and a.number = n.original_number
         and a.document_date = n.original_date and a.port_code = n.port_code
         and rtrim(a.section, 'a') = rtrim(n.section, 'a')
         and (a.period < n.period or a.period = n.period and (a.original_number is null or a.form < n.form))
       union all
      select b.section, b.number, b.period, b.form from record b
       where b.rtin = :rtin and b.stin = n.stin and b.original_number = n.original_number
         and b.original_date = n.original_date and b.port_code = n.port_code
         and rtrim(b.section, 'a') = rtrim(n.section, 'a')
         and (b.period < n.period or b.period = n.period and b.form < n.form)) o
 where r.rtin = :rtin and r.section = o.section and r.stin = k.stin and r.number = o.number and r.period = o.period
   and r.form = o.form and r.port_code = k.port_code
   and n.filed_at is not null and r.filed_at is not null and r.closed_in is null
   and tax_period(t.filing_frequency, r.period_2b) = tax_period(t.filing_frequency, n.period_2b);
