-- name: documents
-- The supplier's documents of a return by table and recipient, as reported, with checksum and flags (GSTR-1 schema).
-- With `with_actions`, what the recipient did: only A, R and P are shown, and his remarks.
select section, rtin, seller,
       string_agg((content - 'flag' - 'cflag' - 'updby' - 'chksum'
           || jsonb_strip_nulls(jsonb_build_object(
                  'chksum', checksum, 'cflag', 'N', 'updby', 'S',
                  'flag', case when section in ('ecom', 'ecoma') then 'N' else 'U' end,
                  'imsactn', case when :with_actions then nullif(action, 'N') end,
                  'remarks', case when :with_actions then remarks end)))::text,
           ',' order by number) as json
  from outward
 where stin = :stin and period = :period and form = any(:forms)
   and section = coalesce(:section, section)
 group by section, rtin, seller
 order by section, rtin, seller;

-- name: added_back
-- Liabilities added back in a period, by section, as JSON of the wire. Reversals, which are below zero, the schema can't
-- carry: they are in GSTR-3B's figure. Names come from the small table of taxpayers.
select a.section,
       json_strip_nulls(json_build_object(
           'ctin', case when a.section <> 'ecoma' then a.rtin end,
           'tradenm', case when a.section <> 'ecoma' then coalesce(t.trade_name, '') end,
           'rtin', case when a.section = 'ecoma' then a.rtin end,
           'rtinNam', case when a.section = 'ecoma' then coalesce(t.trade_name, '') end,
           'stin', a.seller, 'stinNam', s.trade_name, 'inv_typ', a.invoice_type,
           'nt_num', case when a.section in ('cdnr', 'cdnra') then a.number end,
           'nt_dt', case when a.section in ('cdnr', 'cdnra') then to_char(a.document_date, 'DD-MM-YYYY') end,
           'ntty', a.document_type,
           'ont_num', case when a.section in ('cdnr', 'cdnra') then a.original_number end,
           'ont_dt', case when a.section in ('cdnr', 'cdnra') then to_char(a.original_date, 'DD-MM-YYYY') end,
           'inum', case when a.section not in ('cdnr', 'cdnra') then a.number end,
           'idt', case when a.section not in ('cdnr', 'cdnra') then to_char(a.document_date, 'DD-MM-YYYY') end,
           'oinum', case when a.section not in ('cdnr', 'cdnra') then a.original_number end,
           'oidt', case when a.section not in ('cdnr', 'cdnra') then to_char(a.original_date, 'DD-MM-YYYY') end,
           'val', a.value * 0.01, 'txval', a.taxable * 0.01, 'iamt', a.igst * 0.01, 'camt', a.cgst * 0.01,
           'samt', a.sgst * 0.01, 'csamt', a.cess * 0.01, 'supPrd', to_char(a.supplier_period, 'MMYYYY'),
           'form', a.form, 'remarks', a.remarks))::text as json
  from added_back a
  left join taxpayer t on t.gstin = a.rtin
  left join taxpayer s on s.gstin = a.seller
 where a.stin = :stin and a.period = :period and a.igst + a.cgst + a.sgst + a.cess > 0
   and a.section = coalesce(:section, a.section)
 order by a.section, a.rtin, a.number;
