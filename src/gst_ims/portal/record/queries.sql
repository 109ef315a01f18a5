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
select rtin, section, action, sum(records) from gone group by rtin, section, action having sum(records) <> 0;

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
-- What their place in the chain makes of records of one GSTR-2B period (R2.4, R3.7 to R3.11), which `keys` names. Bills of
-- entry and ISD documents keep the limit of Pending that they came with.
update record r
   set specified = v.specified, locked = v.original_open and :original_closed_first = 1,
       base_value = v.base_value, base_taxable = v.base_taxable, base_igst = v.base_igst, base_cgst = v.base_cgst,
       base_sgst = v.base_sgst, base_cess = v.base_cess, owed_igst = v.owed_igst, owed_cgst = v.owed_cgst,
       owed_sgst = v.owed_sgst, owed_cess = v.owed_cess,
       pending_until = case
           when r.form in ('BOE', 'R6') then r.pending_until
           when v.specified then (:pending_limits::jsonb -> left(r.rtin, 2) ->> coalesce(t.filing_frequency, 'monthly'))::date
           else make_date(extract(year from r.document_date - interval '3 months')::int + 1, :limit_month, :limit_day)
           end,
       reduction_blocked = not v.specified or r.period_2b < :reduction_since
                        or (r.section = 'ecoma' and :operator_declares = 0)
  from jsonb_to_recordset(:keys) as k (
       rtin text, section text, stin text, number text, period date, form text, port_code text)
  join placed v on v.rtin = k.rtin and v.section = k.section and v.stin = k.stin and v.number = k.number
               and v.period = k.period and v.form = k.form and v.port_code = k.port_code
  left join taxpayer t on t.gstin = k.rtin
 where r.rtin = k.rtin and r.section = k.section and r.stin = k.stin and r.number = k.number and r.period = k.period
   and r.form = k.form and r.port_code = k.port_code;

-- name: supersede!
-- Of an original and its amendment, which `keys` names, in one GSTR-2B of the recipient only the amendment counts (R3.8).
update record r
   set superseded = true
  from jsonb_to_recordset(:keys) as k (
       rtin text, section text, stin text, number text, period date, form text, port_code text)
  join record n on n.rtin = k.rtin and n.section = k.section and n.stin = k.stin and n.number = k.number
               and n.period = k.period and n.form = k.form and n.port_code = k.port_code
  left join taxpayer t on t.gstin = k.rtin
 cross join lateral originals_of(n) o
 where n.filed_at is not null and o.filed_at is not null and o.closed_in is null
   and tax_period(t.filing_frequency, o.period_2b) = tax_period(t.filing_frequency, n.period_2b)
   and r.rtin = k.rtin and r.section = o.section and r.stin = o.stin and r.number = o.number and r.period = o.period
   and r.form = o.form and r.port_code = o.port_code;
