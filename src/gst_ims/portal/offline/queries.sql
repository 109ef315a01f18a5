-- name: details
-- A section as the offline tool spells it (R8.7): FILED or SAVED, itcRedReqBlocked, names, and the supplier's return beside
-- the form. JSON already here, like the lists. Names come from the small table of taxpayers.
select json_strip_nulls(json_build_object(
           'stin', r.stin, 'tradenm', t.trade_name,
           'inum', case when not n.note then r.number end,
           'idt', case when not n.note then to_char(r.document_date, 'DD-MM-YYYY') end,
           'oinum', case when not n.note then r.original_number end,
           'oidt', case when not n.note then to_char(r.original_date, 'DD-MM-YYYY') end,
           'nt_num', case when n.note then r.number end,
           'nt_dt', case when n.note then to_char(r.document_date, 'DD-MM-YYYY') end,
           'ont_num', case when n.note then r.original_number end,
           'ont_dt', case when n.note then to_char(r.original_date, 'DD-MM-YYYY') end,
           'inv_typ', r.invoice_type, 'srcform', r.form, 'rtnprd', to_char(r.period, 'MMYYYY'),
           'rtnTyp', case r.form when 'R1A' then 'GSTR1A' when 'IFF' then 'IFF' else 'GSTR1' end,
           'sRtnPrd', to_char(r.period, 'MMYYYY'),
           'srcfilstatus', case when r.filed_at is null then 'SAVED' else 'FILED' end, 'pos', r.pos,
           'val', r.value * 0.01, 'txval', r.taxable * 0.01, 'iamt', r.igst * 0.01, 'camt', r.cgst * 0.01,
           'samt', r.sgst * 0.01, 'cess', r.cess * 0.01, 'action', r.action,
           'ispendactblocked', case when r.locked or r.pending_until < :today then 'Y' else 'N' end,
           'isRemarksBlocked', case when r.period_2b < :remarks_since then 'Y' else 'N' end,
           'itcRedReqBlocked', case when r.section in ('b2ba', 'b2bdna', 'b2bcn', 'b2bcna', 'ecoma')
                                    then case when r.locked or r.reduction_blocked then 'Y' else 'N' end end,
           'remarks', r.remarks, 'itcRedReq', r.reduction, 'declIgst', r.declared_igst * 0.01,
           'declCgst', r.declared_cgst * 0.01, 'declSgst', r.declared_sgst * 0.01, 'declCess', r.declared_cess * 0.01))::text as json
  from record r
 cross join lateral (select r.section in ('b2bdn', 'b2bdna', 'b2bcn', 'b2bcna') as note) n
  left join taxpayer t on t.gstin = r.stin
 where r.rtin = :rtin and r.section = :section and r.bypass is null and r.closed_in is null
 order by r.stin, r.number, r.period, r.form;

-- name: request^
-- A request with what was sent, which is forgotten some day.
select status, error_text, errors, body from action_request where rtin = :rtin and reference_id = :reference_id;
