-- name: add_request!
-- Zero rows where a request of this taxpayer isn't finished: one at a time (R2.18).
insert into action_request (rtin, reference_id, kind, body, received_at)
values (:rtin, :reference_id, :kind, :body, :at)
on conflict do nothing;

-- name: request^
select kind, status, applied, refused, error_code, error_text, errors
  from action_request
 where rtin = :rtin and reference_id = :reference_id;

-- name: take_request^
-- The request to be worked on; no row where all of that is done. A second worker waits here for the first. Nothing may
-- change the row before its request is finished: `add_request` would wait for the new version.
select kind, body, received_at, finished_at, first_entry, last_entry
  from action_request
 where rtin = :rtin and reference_id = :reference_id and not shown
   for update;

-- name: finish_request!
update action_request
   set finished_at = :at, status = :status, applied = :applied, refused = :refused, error_code = :error_code,
       error_text = :error_text, errors = :errors, first_entry = :first_entry, last_entry = :last_entry,
       shown = :first_entry::bigint is null
 where rtin = :rtin and reference_id = :reference_id;

-- name: make_staging!
create temporary table if not exists staged_action (
    ordinal         integer not null,
    section         text    not null,
    stin            text    not null,
    number          text    not null,
    period          date    not null,
    form            text    not null,
    port_code       text    not null,
    document_date   date    not null,
    original_number text,
    original_date   date,
    invoice_type    text,
    pos             text,
    value           bigint,
    taxable         bigint  not null,
    igst            bigint  not null,
    cgst            bigint  not null,
    sgst            bigint  not null,
    cess            bigint  not null,
    told            jsonb,              -- imports: what else was echoed
    was             text    not null,
    action          text    not null,
    remarks         text,
    reduction       text,
    declared_igst   bigint,
    declared_cgst   bigint,
    declared_sgst   bigint,
    declared_cess   bigint
) on commit delete rows;

-- name: copy_staging!
copy staged_action from stdin;

-- name: sample_little!
-- For statistics of what is staged some thousand rows are enough. Until the end of the transaction.
set local default_statistics_target = 10;

-- name: analyze_staging!
-- Without statistics the joins below would be nested loops over everything.
analyze staged_action (section, stin, number, period, form, port_code);

-- name: lock_records!
-- In the order of their key, as a supplier's save does it. A statement of its own: one that waits for a lock goes on with
-- what it saw before, and misses what it waited for.
select from staged_action s
  join record r on r.rtin = :rtin and r.section = s.section and r.stin = s.stin and r.number = s.number
               and r.period = s.period and r.form = s.form and r.port_code = s.port_code
 order by r.section, r.stin, r.number, r.period, r.form, r.port_code
   for update of r;

-- name: decide
-- Apply the staged rows that nothing speaks against, with their trail. Returns the first and the last entry of it, then the
-- other rows, and why.
-- What a row echoes must be what the record says (R2.17); what it wants must be allowed (R2.13, R2.14, R3.7, R6.2 to R6.10).
-- A record that is closed or bypasses IMS isn't there. For imports, `value` and `pos` aren't on the wire.
with judged as materialized (
    select s.*,
           case
               when r.action is distinct from s.was
                 or r.bypass is not null
                 or r.closed_in is not null
                 or (r.document_date, r.taxable, r.igst, r.cgst, r.sgst, r.cess)
                 <> (s.document_date, s.taxable, s.igst, s.cgst, s.sgst, s.cess)
                 or (s.form <> 'BOE' and (r.value, r.pos, r.invoice_type, r.original_number, r.original_date)
                    is distinct from (s.value, s.pos, s.invoice_type, s.original_number, s.original_date))
                 or (s.told is not null and not jsonb_strip_nulls(jsonb_build_object(
                        'seller', r.seller, 'reference', r.reference, 'reference_date', r.reference_date,
                        'period', r.period)) @> s.told)
                    then 'StaleAction'
               when r.locked then 'OriginalOpen'
               when s.action = 'R' and s.form = 'BOE' then 'RejectNotAllowed'
               when s.action = 'P' and r.pending_until < :today then 'PendingBlocked'
               when r.reduction_blocked and (s.reduction is not null or d.declared) then 'ReductionBlocked'
               when s.action <> 'A' and (s.reduction is not null or d.declared) then 'ReductionInvalid'
               when s.action = 'A' and r.specified and not r.reduction_blocked and s.reduction is null
                    then 'ReductionMissing'
               when s.reduction = 'N' and d.sum > 0 then 'ReductionInvalid'
               when coalesce(s.declared_cgst, 0) <> coalesce(s.declared_sgst, 0)
                 or s.declared_igst > d.igst or s.declared_cgst > d.cgst or s.declared_sgst > d.sgst
                 or s.declared_cess > d.cess then 'ReductionInvalid'
               when r.period_2b < :remarks_since and trim(s.remarks) <> '' then 'RemarksBlocked'
               when length(s.remarks) > :remarks_length then 'RemarksTooLong'
               when coalesce(trim(s.remarks), '') = '' and s.action = 'A'
                and (s.reduction = 'N' or (d.declared and d.sum < d.igst + d.cgst + d.sgst + d.cess))
                    then 'RemarksMissing'
           end as refusal
      from staged_action s
      join record r on r.rtin = :rtin and r.section = s.section and r.stin = s.stin and r.number = s.number
                   and r.period = s.period and r.form = s.form and r.port_code = s.port_code,
           lateral (select case when r.section in ('b2bcn', 'b2bcna') then 1 else -1 end as sign) c,
           lateral (
               -- The most that each head can be reduced by: the difference to what the credit stands at, which credit notes
               -- take from and amendments of the others leave less of (R6.8).
               select num_nonnulls(s.declared_igst, s.declared_cgst, s.declared_sgst, s.declared_cess) > 0 as declared,
                      coalesce(s.declared_igst, 0) + coalesce(s.declared_cgst, 0) + coalesce(s.declared_sgst, 0)
                      + coalesce(s.declared_cess, 0) as sum,
                      case :cap_at_difference when 1 then greatest(c.sign * (r.igst - r.base_igst), 0) else r.igst end as igst,
                      case :cap_at_difference when 1 then greatest(c.sign * (r.cgst - r.base_cgst), 0) else r.cgst end as cgst,
                      case :cap_at_difference when 1 then greatest(c.sign * (r.sgst - r.base_sgst), 0) else r.sgst end as sgst,
                      case :cap_at_difference when 1 then greatest(c.sign * (r.cess - r.base_cess), 0) else r.cess end as cess) d
), decided as (
    update record r
       set action = j.action, acted_at = case when j.action = 'N' then null else :at::timestamptz end,
           remarks = j.remarks, reduction = j.reduction, declared_igst = j.declared_igst,
           declared_cgst = j.declared_cgst, declared_sgst = j.declared_sgst, declared_cess = j.declared_cess
      from judged j
     where r.rtin = :rtin and r.section = j.section and r.stin = j.stin and r.number = j.number
       and r.period = j.period and r.form = j.form and r.port_code = j.port_code
       and j.refusal is null
), written as (
    insert into trail (
        rtin, at, event, reference_id, section, stin, number, period, form, port_code, was, became, details)
    select :rtin, :at, :event, :reference_id, section, stin, number, period, form, port_code, was, action,
           nullif(jsonb_strip_nulls(jsonb_build_object(
               'remarks', remarks, 'reduction', reduction, 'declared_igst', declared_igst, 'declared_cgst',
               declared_cgst, 'declared_sgst', declared_sgst, 'declared_cess', declared_cess)), '{}')
      from judged
     where refusal is null
 returning id
)
select min(id) as first_entry, max(id) as last_entry, 0 as ordinal, null as section, null as stin, null as number,
       null::date as period, null as refusal
  from written
 union all
select null, null, ordinal, section, stin, number, period, refusal from judged where refusal is not null
 union all
-- There is no such record.
select null, null, ordinal, section, stin, number, period, 'StaleAction'
  from staged_action
 where ordinal not in (select ordinal from judged)
 order by ordinal;

-- name: lock_decided
-- Returns the supplier of each.
select r.stin
  from trail t
  join record r on r.rtin = :rtin and r.section = t.section and r.stin = t.stin and r.number = t.number
               and r.period = t.period and r.form = t.form and r.port_code = t.port_code
 where t.rtin = :rtin and t.id between :first and :last and t.reference_id = :reference_id
 order by r.section, r.stin, r.number, r.period, r.form, r.port_code
   for update of r;

-- name: show!
-- What the records of a request say now, to their suppliers: again and again the same. A document that was edited since has
-- another hash, and shows what became of it already. `stins` are the suppliers: only their machines are asked.
with decided as materialized (
    select r.stin, r.period, r.form, r.number, r.hash, r.action, r.remarks,
           case when r.section in ('b2bcn', 'b2bdn') then 'cdnr' when r.section in ('b2bcna', 'b2bdna') then 'cdnra'
                else r.section end as section
      from trail t
      join record r on r.rtin = :rtin and r.section = t.section and r.stin = t.stin and r.number = t.number
                   and r.period = t.period and r.form = t.form and r.port_code = t.port_code
     where t.rtin = :rtin and t.id between :first and :last and t.reference_id = :reference_id
)
update outward o
   set action = d.action, remarks = d.remarks
  from decided d
 where o.stin = any(:stins)
   and o.stin = d.stin and o.period = d.period and o.form = d.form and o.number = d.number and o.section = d.section
   and o.rtin = :rtin and o.hash = d.hash and (o.action, o.remarks) is distinct from (d.action, d.remarks);

-- name: shown!
update action_request set shown = true where rtin = :rtin and reference_id = :reference_id;
