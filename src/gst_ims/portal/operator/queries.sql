-- name: put_taxpayers!
insert into taxpayer (gstin, username, legal_name, trade_name, filing_frequency, taxpayer_type, registered_on)
select gstin, username, legal_name, trade_name, filing_frequency, taxpayer_type, registered_on
  from jsonb_to_recordset(:rows) as t (
       gstin text, username text, legal_name text, trade_name text, filing_frequency text, taxpayer_type text,
       registered_on date)
 order by gstin
    on conflict (gstin) do update
   set username = excluded.username, legal_name = excluded.legal_name, trade_name = excluded.trade_name,
       filing_frequency = excluded.filing_frequency, taxpayer_type = excluded.taxpayer_type,
       registered_on = excluded.registered_on;

-- name: taxpayers
select json_strip_nulls(json_build_object(
           'gstin', gstin, 'username', username, 'legal_name', legal_name, 'trade_name', trade_name,
           'filing_frequency', filing_frequency, 'taxpayer_type', taxpayer_type, 'registered_on', registered_on))::text as json
  from taxpayer
 order by gstin;

-- name: put_records!
-- Bills of entry and ISD documents: filed as they come. The same content again changes nothing; another one is an edit.
with put as (
    insert into record as r (
        rtin, section, stin, number, period, form, port_code, document_date, original_number, original_date, value,
        taxable, igst, cgst, sgst, cess, hash, seller, reference, reference_date, document_type, bypass, period_2b,
        specified, pending_until, reduction_blocked, saved_at, filed_at)
    select rtin, section, stin, number, period, form, port_code, document_date, original_number, original_date,
           taxable + igst + cgst + sgst + cess, taxable, igst, cgst, sgst, cess, hash, seller, reference,
           reference_date, document_type, bypass, period, false, pending_until, true, :at, :at
      from jsonb_to_recordset(:rows) as x (
           rtin text, section text, stin text, number text, period date, form text, port_code text,
           document_date date, original_number text, original_date date, taxable bigint, igst bigint, cgst bigint,
           sgst bigint, cess bigint, hash text, seller text, reference text, reference_date date,
           document_type text, bypass text, pending_until date)
     order by rtin, section, stin, number, period, form, port_code
        on conflict (rtin, section, stin, number, period, form, port_code) do update
       set document_date = excluded.document_date, original_number = excluded.original_number,
           original_date = excluded.original_date, value = excluded.value, taxable = excluded.taxable,
           igst = excluded.igst, cgst = excluded.cgst, sgst = excluded.sgst, cess = excluded.cess,
           hash = excluded.hash, seller = excluded.seller, reference = excluded.reference,
           reference_date = excluded.reference_date, document_type = excluded.document_type, action = 'N',
           acted_at = null, remarks = null, edits = r.edits + 1, saved_at = excluded.saved_at
     where r.hash <> excluded.hash
 returning r.*
)
insert into trail (rtin, at, event, section, stin, number, period, form, port_code, became, details)
select rtin, :at, case edits when 0 then 'saved' else 'edited' end, section, stin, number, period, form, port_code, 'N',
       content_of(document_date, original_number, original_date, invoice_type, pos, value, taxable, igst, cgst, sgst, cess,
                  hash, bypass, period_2b, seller, reference, reference_date, document_type)
  from put
    on conflict do nothing;

-- name: stated^
-- A row that would edit a document which a GSTR-2B shows already, or which is closed.
select x.ordinal, x.number
  from rows from (jsonb_to_recordset(:rows) as (
           rtin text, section text, stin text, number text, period date, form text, port_code text, hash text))
       with ordinality as x (rtin, section, stin, number, period, form, port_code, hash, ordinal)
  join record r on r.rtin = x.rtin and r.section = x.section and r.stin = x.stin and r.number = x.number
               and r.period = x.period and r.form = x.form and r.port_code = x.port_code
 where r.hash <> x.hash
   and (r.closed_in is not null
        or exists (select from statement_line l
                    where l.rtin = r.rtin and l.section = x.section and l.stin = x.stin and l.number = x.number
                      and l.return_period = x.period and l.form = x.form and l.port_code = x.port_code))
 order by x.ordinal
 limit 1;

-- name: queue
-- Jobs by task and state, and how long the oldest one that isn't done has waited: they are numbered as they come.
select q.task, q.waiting, q.running, q.failed,
       coalesce((select extract(epoch from now() - min(e.at))::float8
                   from procrastinate_events e
                  where e.job_id = q.oldest), 0) as oldest_seconds
  from (select t.task,
               count(*) filter (where j.status = 'todo') as waiting,
               count(*) filter (where j.status = 'doing') as running,
               count(*) filter (where j.status = 'failed') as failed,
               min(j.id) filter (where j.status in ('todo', 'doing')) as oldest
          from unnest(:tasks::text[]) as t (task)
          left join procrastinate_jobs j on j.task_name = t.task
         group by t.task) q
 order by q.task;

-- name: totals
select name, kind, code, total from tally order by name, kind, code;

-- name: schema_version$
select version_num from schema_version;

-- name: add_fault$
insert into fault (endpoint, fault, probability, seed, gstin, api_key, expires_at)
values (:endpoint, :fault, :probability, :seed, :gstin, :api_key, now() + make_interval(secs => :expires_in))
returning id::text;

-- name: faults
-- Those that haven't expired, in the order in which they were made.
select id::text, endpoint, fault, probability, seed, gstin, api_key, calls, strikes,
       ceil(extract(epoch from expires_at - now()))::integer as expires_in
  from fault
 where expires_at > now()
 order by fault.id;

-- name: remove_fault!
delete from fault where id::text = :id;

-- name: remove_faults!
delete from fault;

-- name: strike$
-- Count a call that a fault is for. Whether it strikes follows from its seed and the number of the call: so it is the same
-- in every run, and all processes share one row of numbers. True, false, or null where it is removed or has expired.
with call as (
    select id, ('x' || left(md5(seed || ' ' || calls + 1), 8))::bit(32)::bigint < probability * 4294967296 as strikes
      from fault
     where id::text = :id and expires_at > now()
       for update
)
update fault
   set calls = calls + 1, strikes = fault.strikes + call.strikes::integer
  from call
 where fault.id = call.id
returning call.strikes;
