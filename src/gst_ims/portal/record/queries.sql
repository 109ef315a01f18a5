-- name: counts
-- Records in IMS by section and action: those that bypass it, and those that GSTR-3B closed, aren't.
select section, action, count(*) as records
  from record
 where rtin = :rtin and bypass is null and closed_in is null
 group by section, action;

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
