-- name: taxpayer^
select filing_frequency, registered_on, trade_name from taxpayer where gstin = :rtin;

-- name: first_period$
-- The GSTR-2B period of the recipient's first record.
select min(period_2b) from record where rtin = :rtin;

-- name: closing^
select filed_at, version, arn from closing where rtin = :rtin and period = :period;

-- name: closings^
-- The first and the last tax period that GSTR-3B closed.
select min(period) as first, max(period) as last from closing where rtin = :rtin;

-- name: first_unfiled$
-- The first tax period, of those `months` long from `first` to `last`, whose GSTR-3B isn't filed.
select min(p.day)::date
  from generate_series(:first::date, :last::date, make_interval(months => :months)) p (day)
 where not exists (select from closing where rtin = :rtin and period = p.day::date);

-- name: version^
-- A version of a statement: the one asked for, else the latest.
select version, generated_at, cause, documents
  from statement
 where rtin = :rtin and period = :period and version = coalesce(:version, version)
 order by version desc
 limit 1;

-- name: differs$
-- Whether a version would say something else if it were drawn up now (R4.3, R4.4).
select exists (
    select from (select * from open_line where rtin = :rtin and period_2b <= :period and waits_until < :today) n
      full join (select * from statement_line where rtin = :rtin and period = :period and version = :version) l
        using (section, stin, number, return_period, form, port_code)
     where (n.part, n.supply, n.leaf, n.outcome, n.action, n.remarks, n.reduction, n.declared_igst, n.declared_cgst,
            n.declared_sgst, n.declared_cess, n.taxable, n.igst, n.cgst, n.sgst, n.cess)
           is distinct from
           (l.part, l.supply, l.leaf, l.outcome, l.action, l.remarks, l.reduction, l.declared_igst, l.declared_cgst,
            l.declared_sgst, l.declared_cess, l.taxable, l.igst, l.cgst, l.sgst, l.cess));

-- name: any_document$
-- Whether there is anything for a statement.
select exists (select from open_line where rtin = :rtin and period_2b <= :period and waits_until < :today);

-- name: add_statement!
insert into statement (rtin, period, version, generated_at, cause, documents)
values (:rtin, :period, :version, :at, :cause, 0);

-- name: add_lines!
insert into statement_line (
    rtin, period, version, section, stin, number, return_period, form, port_code, part, supply, leaf, outcome, action,
    remarks, reduction, declared_igst, declared_cgst, declared_sgst, declared_cess, taxable, igst, cgst, sgst, cess)
select rtin, :period, :version, section, stin, number, return_period, form, port_code, part, supply, leaf, outcome, action,
       remarks, reduction, declared_igst, declared_cgst, declared_sgst, declared_cess, taxable, igst, cgst, sgst, cess
  from open_line
 where rtin = :rtin and period_2b <= :period and waits_until < :today;

-- name: add_names!
-- The suppliers' names of now; those who sold from special economic zones among them.
insert into statement_supplier (rtin, period, version, gstin, trade_name)
select s.rtin, :period, :version, t.gstin, t.trade_name
  from (
     select rtin, stin as gstin from statement_line where rtin = :rtin and period = :period and version = :version
      union
     select l.rtin, r.seller
       from statement_line l
       join record r on r.rtin = :rtin and r.section = l.section and r.stin = l.stin and r.number = l.number
                    and r.period = l.return_period and r.form = l.form and r.port_code = l.port_code
      where l.rtin = :rtin and l.period = :period and l.version = :version and l.section in ('impgsez', 'impgseza')) s
  join taxpayer t on t.gstin = s.gstin;

-- name: add_totals!
insert into statement_total (
    rtin, period, version, part, supply, leaf, documents, taxable, igst, cgst, sgst, cess)
select rtin, period, version, part, supply, leaf, count(*), sum(taxable), sum(igst), sum(cgst), sum(sgst), sum(cess)
  from statement_line
 where rtin = :rtin and period = :period and version = :version
 group by rtin, period, version, part, supply, leaf;

-- name: count_documents!
update statement set documents = :documents where rtin = :rtin and period = :period and version = :version;

-- name: totals
select part, supply, leaf, documents, taxable, igst, cgst, sgst, cess
  from statement_total
 where rtin = :rtin and period = :period and version = :version
 order by part, supply, leaf;

-- name: documents
-- The documents of a statement as JSON of the wire: one row for each supplier, form and period of a table, in the order of
-- the tables. `page` counts from 1, `size` documents each.
with line as (
    select l.*, row_number() over (order by l.part = 'itcRejected', l.section, l.stin, l.return_period, l.form, l.number,
                                            l.port_code) as position
      from statement_line l
     where l.rtin = :rtin and l.period = :period and l.version = :version
)
select l.part = 'itcRejected' as rejected,
       case l.section
           when 'b2bcn' then 'cdnr' when 'b2bdn' then 'cdnr' when 'b2bcna' then 'cdnra' when 'b2bdna' then 'cdnra'
           when 'isdcn' then 'isd' when 'isdcna' then 'isda' else l.section
       end as leaf,
       json_strip_nulls(json_build_object(
           'ctin', nullif(coalesce(r.seller, l.stin), ''), 'trdnm', coalesce(t.trade_name, ''),
           'supprd', case when l.form <> 'BOE' then to_char(l.return_period, 'MMYYYY') end,
           'supfildt', case when l.form <> 'BOE' then to_char(r.filed_at, 'DD-MM-YYYY') end))::text as supplier,
       string_agg(json_strip_nulls(case
           when l.form = 'BOE' then json_build_object(
               'refdt', to_char(r.reference_date, 'DD-MM-YYYY'), 'recdt', to_char(r.filed_at, 'DD-MM-YYYY'),
               'portcode', l.port_code, 'boenum', l.number, 'boedt', to_char(r.document_date, 'DD-MM-YYYY'),
               'isamd', case when r.original_number is null then 'N' else 'Y' end,
               'txval', r.taxable * 0.01, 'igst', r.igst * 0.01, 'cess', r.cess * 0.01, 'imsStatus', s.ims_status,
               'remarks', l.remarks)
           when l.form = 'R6' then json_build_object(
               'doctyp', r.document_type, 'docnum', l.number, 'docdt', to_char(r.document_date, 'DD-MM-YYYY'),
               'odoctyp', case when r.original_number is not null then r.document_type end,
               'odocnum', r.original_number, 'odocdt', to_char(r.original_date, 'DD-MM-YYYY'),
               'igst', r.igst * 0.01, 'cgst', r.cgst * 0.01, 'sgst', r.sgst * 0.01, 'cess', r.cess * 0.01, 'itcelg', 'Y')
           else json_build_object(
               'inum', case when not s.note then l.number end, 'ntnum', case when s.note then l.number end,
               'oinum', case when not s.note then r.original_number end,
               'oidt', case when not s.note then to_char(r.original_date, 'DD-MM-YYYY') end,
               'onttyp', case when r.original_number is not null then s.note_type end,
               'ontnum', case when s.note then r.original_number end,
               'ontdt', case when s.note then to_char(r.original_date, 'DD-MM-YYYY') end,
               'typ', coalesce(s.note_type, r.invoice_type),
               'suptyp', case when s.note then r.invoice_type end, 'dt', to_char(r.document_date, 'DD-MM-YYYY'),
               'val', r.value * 0.01, 'pos', r.pos, 'rev', case when r.bypass = 'reverse charge' then 'Y' else 'N' end,
               'itcavl', case when l.part = 'itcunavl' then 'N' else 'Y' end,
               'rsn', case when l.part <> 'itcunavl' then '' when r.bypass = 'place of supply' then 'P' else 'C' end,
               'txval', r.taxable * 0.01, 'igst', r.igst * 0.01, 'cgst', r.cgst * 0.01, 'sgst', r.sgst * 0.01,
               'cess', r.cess * 0.01, 'imsStatus', s.ims_status, 'itcRedReq', l.reduction,
               'declIgst', l.declared_igst * 0.01, 'declCgst', l.declared_cgst * 0.01,
               'declSgst', l.declared_sgst * 0.01, 'declCess', l.declared_cess * 0.01, 'remarks', l.remarks)
           end)::text, ',' order by l.position) as documents
  from line l
  join record r on r.rtin = :rtin and r.section = l.section and r.stin = l.stin and r.number = l.number
               and r.period = l.return_period and r.form = l.form and r.port_code = l.port_code
  left join statement_supplier t on t.rtin = :rtin and t.period = :period and t.version = :version
                                and t.gstin = coalesce(r.seller, l.stin),
       lateral (
           select l.section in ('b2bdn', 'b2bdna', 'b2bcn', 'b2bcna') as note,
                  case when l.section in ('b2bcn', 'b2bcna') then 'C' when l.section in ('b2bdn', 'b2bdna') then 'D' end
                  as note_type,
                  case when l.outcome <> 'D' then case l.action when 'P' then 'N' else l.action end end as ims_status) s
 where l.position > (:page - 1) * :size and l.position <= :page * :size
 group by 1, 2, 3
 order by 1, 2, min(l.position);

-- name: add_request!
insert into statement_request (rtin, reference_id, period, received_at) values (:rtin, :reference_id, :period, :at);

-- name: request^
select period, received_at, finished_at, status, error_code, error_text
  from statement_request
 where rtin = :rtin and reference_id = :reference_id;

-- name: open_request^
select reference_id from statement_request where rtin = :rtin and period = :period and finished_at is null;

-- name: finish_request!
update statement_request
   set finished_at = :at, status = :status, error_code = :error_code, error_text = :error_text
 where rtin = :rtin and reference_id = :reference_id;

-- name: add_closing!
-- No row where the period is closed already.
insert into closing (rtin, period, filed_at, version, arn)
values (:rtin, :period, :at, :version, :arn)
on conflict do nothing;

-- name: close_records!
-- What the statement shows leaves IMS as it stands there, and so does what was superseded (R3.14, R3.8).
-- Each line is looked for by its whole key: of a version that was made a minute ago the planner expects one line, and would read
-- all of them for each record.
with gone as (
    update record r
       set closed_in = :period, final = coalesce(l.outcome, 'S')
      from record k
      left join lateral (
          select rtin, outcome
            from statement_line
           where rtin = :rtin and period = :period and version = :version and section = k.section and stin = k.stin
             and number = k.number and return_period = k.period and form = k.form and port_code = k.port_code
          offset 0) l on true
     where k.rtin = :rtin and k.closed_in is null and k.period_2b <= :period and k.filed_at is not null
       and (l.rtin is not null or k.superseded)
       and (r.rtin, r.section, r.stin, r.number, r.period, r.form, r.port_code)
         = (k.rtin, k.section, k.stin, k.number, k.period, k.form, k.port_code)
 returning r.section, r.stin, r.number, r.period, r.form, r.port_code, r.action, r.final
)
insert into trail (rtin, at, event, section, stin, number, period, form, port_code, was, became, details)
select :rtin, :at, 'closed', section, stin, number, period, form, port_code, action, final,
       jsonb_build_object('closed_in', :period::date)
  from gone
    on conflict do nothing;

-- name: note_closing!
-- Periods are closed one after another.
insert into last_closing (rtin, period) values (:rtin, :period)
on conflict (rtin) do update set period = excluded.period;

-- name: refused_suppliers$
-- Who may owe something for what a GSTR-3B closed: something of theirs was rejected, or stood added back.
select coalesce(array_agg(distinct stin), '{}')
  from record
 where rtin = :rtin and closed_in = :period and final in ('A', 'R')
   and section in ('b2bcn', 'b2bcna', 'b2ba', 'b2bdna', 'ecoma')
   and (final = 'R' or (owed_igst, owed_cgst, owed_sgst, owed_cess) <> (0, 0, 0, 0));

-- name: add_back!
-- What the supplier owes for a chain now, less what stood added back before (R5.10). A rejected reduction is owed in full,
-- an accepted one not at all. In the supplier's tax period after the recipient's, or the first that he hasn't filed (R5.8).
-- `stins` are the suppliers: only their machines are asked.
with gone as materialized (
    select r.stin, t.filing_frequency,
           case r.section when 'b2bcn' then 'cdnr' when 'b2bcna' then 'cdnra' when 'b2bdna' then 'cdnra' else r.section end
           as section,
           r.rtin, r.number, r.period, r.form, r.document_date,
           case when r.section in ('b2bcn', 'b2bcna') then 'C' when r.section = 'b2bdna' then 'D' end as document_type,
           r.original_number, r.original_date, r.invoice_type,
           case r.final when 'R' then abs(r.value - r.base_value) else 0 end as value,
           case r.final when 'R' then abs(r.taxable - r.base_taxable) else 0 end as taxable,
           n.igst - r.owed_igst as igst, n.cgst - r.owed_cgst as cgst, n.sgst - r.owed_sgst as sgst,
           n.cess - r.owed_cess as cess, r.remarks
      from record r
      left join taxpayer t on t.gstin = r.stin
     cross join lateral (select r.igst + r.cgst + r.sgst + r.cess as tax,
                                r.base_igst + r.base_cgst + r.base_sgst + r.base_cess as base_tax) s,
           lateral (select owed(r.final, r.section, s.tax, s.base_tax, r.igst, r.base_igst, r.owed_igst) as igst,
                           owed(r.final, r.section, s.tax, s.base_tax, r.cgst, r.base_cgst, r.owed_cgst) as cgst,
                           owed(r.final, r.section, s.tax, s.base_tax, r.sgst, r.base_sgst, r.owed_sgst) as sgst,
                           owed(r.final, r.section, s.tax, s.base_tax, r.cess, r.base_cess, r.owed_cess) as cess) n
     where r.rtin = :rtin and r.closed_in = :period and r.final in ('A', 'R')
       and r.section in ('b2bcn', 'b2bcna', 'b2ba', 'b2bdna', 'ecoma')
       and (n.igst, n.cgst, n.sgst, n.cess) <> (r.owed_igst, r.owed_cgst, r.owed_sgst, r.owed_cess)
), last as materialized (
    select rtin as stin, period from last_closing where rtin = any(:stins)
)
insert into added_back (
    stin, period, section, rtin, number, supplier_period, form, document_date, document_type, original_number,
    original_date, invoice_type, value, taxable, igst, cgst, sgst, cess, remarks)
select g.stin,
       greatest(case g.filing_frequency when 'quarterly' then :next_quarter else :next_month end,
                last.period
                + case g.filing_frequency when 'quarterly' then interval '3 months' else interval '1 month' end),
       g.section, g.rtin, g.number, g.period, g.form, g.document_date, g.document_type, g.original_number, g.original_date,
       g.invoice_type, g.value, g.taxable, g.igst, g.cgst, g.sgst, g.cess, g.remarks
  from gone g
  left join last on last.stin = g.stin
returning stin;

-- name: dependents
-- Open amendments whose original was just closed, by their GSTR-2B period, in the order in which they build upon one another.
select d.period_2b, jsonb_agg(distinct key_of(d.rtin, d.section, d.stin, d.number, d.period, d.form, d.port_code)) as keys
  from record d
 cross join lateral (
      select a.closed_in from record a
       where a.rtin = :rtin and a.stin = d.stin and a.number = d.original_number
         and a.document_date = d.original_date and a.port_code = d.port_code
         and rtrim(a.section, 'a') = rtrim(d.section, 'a')
         and (a.period < d.period or a.period = d.period and (a.original_number is null or a.form < d.form))
       union all
      select b.closed_in from record b
       where b.rtin = :rtin and b.stin = d.stin and b.original_number = d.original_number
         and b.original_date = d.original_date and b.port_code = d.port_code
         and rtrim(b.section, 'a') = rtrim(d.section, 'a')
         and (b.period < d.period or b.period = d.period and b.form < d.form)) r
 where d.rtin = :rtin and d.closed_in is null and d.original_number is not null and r.closed_in = :period
 group by d.period, d.form, d.period_2b
 order by d.period, d.form, d.period_2b;

-- name: dependents_of
-- Open amendments that name one of these records by its own number.
select d.period_2b, jsonb_agg(distinct key_of(d.rtin, d.section, d.stin, d.number, d.period, d.form, d.port_code)) as keys
  from jsonb_to_recordset(:keys) as m (section text, stin text, number text, period date, form text, port_code text)
  join record r on r.rtin = :rtin and r.section = m.section and r.stin = m.stin and r.number = m.number
               and r.period = m.period and r.form = m.form and r.port_code = m.port_code
  join record d on d.rtin = :rtin and d.stin = r.stin and d.port_code = r.port_code
               and d.original_number = r.number and d.original_date = r.document_date
               and rtrim(d.section, 'a') = rtrim(r.section, 'a')
 where d.closed_in is null and (d.period > r.period or d.period = r.period and d.form > r.form)
 group by d.period, d.form, d.period_2b
 order by d.period, d.form, d.period_2b;

-- name: added_back_net^
-- What the taxpayer owes in a period for recipients' refusals, reversals deducted.
select coalesce(sum(igst), 0) as igst, coalesce(sum(cgst), 0) as cgst, coalesce(sum(sgst), 0) as sgst,
       coalesce(sum(cess), 0) as cess
  from added_back
 where stin = :stin and period = :period;

-- name: suppliers
-- The documents of a statement summed up by table, supplier and return, as JSON of the wire. Goods from overseas have no
-- supplier.
select rejected, leaf,
       json_strip_nulls(json_build_object(
           'ctin', ctin, 'trdnm', coalesce(t.trade_name, ''),
           'supprd', to_char(return_period, 'MMYYYY'), 'supfildt', to_char(filed_on, 'DD-MM-YYYY'), 'nttyp', note_type, 'doctyp', document_type,
           'portcode', nullif(port_code, ''), 'ttldocs', documents,
           'txval', case when document_type is null then taxable * 0.01 end, 'igst', igst * 0.01,
           'cgst', case when port_code = '' then cgst * 0.01 end, 'sgst', case when port_code = '' then sgst * 0.01 end,
           'cess', cess * 0.01))::text as json
  from (
      select l.part = 'itcRejected' as rejected,
             case l.section
                 when 'b2bcn' then 'cdnr' when 'b2bdn' then 'cdnr' when 'b2bcna' then 'cdnra' when 'b2bdna' then 'cdnra'
                 when 'isdcn' then 'isd' when 'isdcna' then 'isda' else l.section
             end as leaf,
             case when l.section in ('b2bcn', 'b2bcna') then 'C' when l.section in ('b2bdn', 'b2bdna') then 'D' end as note_type,
             case l.form when 'R6' then r.document_type end as document_type,
             coalesce(r.seller, l.stin) as ctin, l.port_code,
             case when l.form <> 'BOE' then l.return_period end as return_period,
             case when l.form <> 'BOE' then r.filed_at::date end as filed_on,
             count(*) as documents, sum(r.taxable) as taxable, sum(r.igst) as igst, sum(r.cgst) as cgst,
             sum(r.sgst) as sgst, sum(r.cess) as cess
        from statement_line l
        join record r on r.rtin = :rtin and r.section = l.section and r.stin = l.stin and r.number = l.number
                     and r.period = l.return_period and r.form = l.form and r.port_code = l.port_code
       where l.rtin = :rtin and l.period = :period and l.version = :version and l.section not in ('impg', 'impga')
       group by 1, 2, 3, 4, 5, 6, 7, 8) g
  left join statement_supplier t on t.rtin = :rtin and t.period = :period and t.version = :version and t.gstin = ctin
 order by rejected, leaf, ctin, return_period, note_type, document_type, port_code;

-- name: ending_pending
-- Those whose pending records come to their end.
select distinct rtin
  from record
 where rtin is not null and action = 'P' and closed_in is null and filed_at is not null and pending_until < :today
   and not expired
 order by rtin;

-- name: hold_recipients!
select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'recipient', r.rtin), 0)) from unnest(:rtins::text[]) as r (rtin);

-- name: expire!
-- Pending beyond its limit: deemed accepted from now on (R2.9). The statement decides by the date, this only writes it down.
-- What isn't filed yet has a limit that filing changes.
with gone as (
    update record
       set expired = true
     where rtin is not null and action = 'P' and specified and not expired and closed_in is null and filed_at is not null
       and pending_until < :today
 returning rtin, section, stin, number, period, form, port_code
)
insert into trail (rtin, at, event, section, stin, number, period, form, port_code, was, became)
select rtin, :at, 'expired', section, stin, number, period, form, port_code, 'P', 'A' from gone
    on conflict do nothing;

-- name: lapse
-- Pending beyond section 16(4): there is no credit any more, and the record leaves IMS (R2.12). Returns whose these were.
-- What isn't filed yet may still be edited; filed so late it is in GSTR-2B as credit not available.
with gone as (
    update record
       set closed_in = date_trunc('month', :today::date), final = 'L'
     where rtin is not null and action = 'P' and not specified and closed_in is null and filed_at is not null
       and pending_until < :today
 returning rtin, section, stin, number, period, form, port_code, closed_in
), written as (
    insert into trail (rtin, at, event, section, stin, number, period, form, port_code, was, became, details)
    select rtin, :at, 'lapsed', section, stin, number, period, form, port_code, 'P', 'L',
           jsonb_build_object('closed_in', closed_in)
      from gone
        on conflict do nothing
)
select distinct rtin, closed_in from gone;

-- name: last_day$
select max(day) from calendar_day;

-- name: add_day!
-- Zero rows where another worker is at it, or has done it.
insert into calendar_day (day, done_at) values (:day, :at) on conflict do nothing;

-- name: forget_days!
delete from calendar_day where day > :today;

-- name: booked
-- What suppliers owe for the documents of this recipient that a GSTR-3B closed.
with gone as materialized (
    select stin, number, period, form from record where rtin = :rtin and closed_in = :period
)
select a.stin, a.period, a.section, a.number, a.igst, a.cgst, a.sgst, a.cess
  from added_back a
  join gone r on r.stin = a.stin and r.number = a.number and r.period = a.supplier_period and r.form = a.form
 where a.rtin = :rtin
 order by a.stin, a.section, a.number;

-- name: booked_for^
-- What the supplier owes more, or less, for one document.
select period, igst, cgst, sgst, cess
  from added_back
 where stin = :stin and rtin = :rtin and number = :number and supplier_period = :period and form = :form;

-- name: record^
-- One record, by its name in explanations (of a bill of entry, the port stands for the supplier); with what its supplier would owe more if it were rejected (R5.10).
select r.*, t.filing_frequency,
       owed('R', section, s.tax, s.base_tax, igst, base_igst, owed_igst) - owed_igst as more_igst,
       owed('R', section, s.tax, s.base_tax, cgst, base_cgst, owed_cgst) - owed_cgst as more_cgst,
       owed('R', section, s.tax, s.base_tax, sgst, base_sgst, owed_sgst) - owed_sgst as more_sgst,
       owed('R', section, s.tax, s.base_tax, cess, base_cess, owed_cess) - owed_cess as more_cess
  from record r
 cross join lateral (select igst + cgst + sgst + cess as tax,
                            base_igst + base_cgst + base_sgst + base_cess as base_tax) s
  left join taxpayer t on t.gstin = r.rtin
 where r.rtin = :rtin and r.section = :section and r.stin || r.port_code = :stin and r.number = :number
   and r.period = :period
 order by r.form desc
 limit 1;

-- name: line_of^
-- What the latest statement that shows a record says of it.
select period, version, part, outcome, reduction, declared_igst, declared_cgst, declared_sgst, declared_cess, igst, cgst,
       sgst, cess
  from statement_line
 where rtin = :rtin and section = :section and stin = :stin and number = :number and return_period = :return_period
   and form = :form and port_code = :port_code
   and exists (select from statement s
                where s.rtin = :rtin and (s.period, s.version) = (statement_line.period, statement_line.version)
                  and s.generated_at <= :at)
 order by period desc, version desc
 limit 1;

-- name: forget_records!
-- Take away what a supplier had not yet saved for a recipient at a moment (to be rolled back: see explain).
delete from record r
 where r.rtin = :rtin and r.stin = :stin
   and not exists (
       select from trail t
        where t.rtin = :rtin and t.stin = :stin and t.at <= :at and t.event in ('saved', 'edited')
          and (t.section, t.number, t.period, t.form, t.port_code) = (r.section, r.number, r.period, r.form, r.port_code));

-- name: rewind_records!
-- Bring what a supplier has for a recipient to what it was at a moment, by its trail (to be rolled back: see explain).
with past as (
    select * from trail where rtin = :rtin and stin = :stin and at <= :at
), content as (
    select distinct on (section, number, period, form, port_code) *
      from past where event in ('saved', 'edited')
     order by section, number, period, form, port_code, id desc
), decision as (
    select distinct on (section, number, period, form, port_code) *
      from past where event in ('saved', 'edited', 'acted', 'reset')
     order by section, number, period, form, port_code, id desc
)
update record r
   set document_date = x.document_date, original_number = x.original_number, original_date = x.original_date,
       invoice_type = x.invoice_type, pos = x.pos, value = x.value, taxable = x.taxable, igst = x.igst, cgst = x.cgst,
       sgst = x.sgst, cess = x.cess,
       bypass = case when r.filed_at <= :at then r.bypass else x.bypass end,
       period_2b = case when r.filed_at <= :at then r.period_2b else x.period_2b end,
       filed_at = case when r.filed_at <= :at then r.filed_at end,
       action = d.became, remarks = d.details ->> 'remarks', reduction = d.details ->> 'reduction',
       closed_in = case when gone then r.closed_in end, final = case when gone then r.final end,
       superseded = false, expired = false,
       base_value = 0, base_taxable = 0, base_igst = 0, base_cgst = 0, base_sgst = 0, base_cess = 0,
       owed_igst = 0, owed_cgst = 0, owed_sgst = 0, owed_cess = 0
  from content c
  join decision d using (section, number, period, form, port_code)
 cross join lateral jsonb_to_record(c.details) as x (
       document_date date, original_number text, original_date date, invoice_type text, pos text, value bigint,
       taxable bigint, igst bigint, cgst bigint, sgst bigint, cess bigint, bypass text, period_2b date)
 cross join lateral (
       select exists (
           select from past p
            where p.event in ('closed', 'lapsed')
              and (p.section, p.number, p.period, p.form, p.port_code)
                = (c.section, c.number, c.period, c.form, c.port_code)) as gone) g
 where r.rtin = :rtin and r.stin = :stin
   and (r.section, r.number, r.period, r.form, r.port_code) = (c.section, c.number, c.period, c.form, c.port_code);

-- name: all_records
-- What a supplier has for a recipient, by GSTR-2B period in the order in which amendments build upon one another.
select period_2b, jsonb_agg(key_of(rtin, section, stin, number, period, form, port_code)) as keys
  from record r
 where rtin = :rtin and stin = :stin
 group by period, form, period_2b
 order by period, form, period_2b;
