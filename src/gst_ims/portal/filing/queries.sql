-- name: add_request!
insert into filing_request (stin, reference_id, kind, period, form, body, received_at)
values (:stin, :reference_id, :kind, :period, :form, :body, :at);

-- name: request^
select kind, form, period, status, errors from filing_request where stin = :stin and reference_id = :reference_id;

-- name: take_request^
-- The request to be worked on; no row where that is done already. A second worker waits here for the first.
select kind, form, period, body, received_at
  from filing_request
 where stin = :stin and reference_id = :reference_id and finished_at is null
   for update;

-- name: finish_request!
update filing_request
   set finished_at = :at, status = :status, error_code = :error_code, error_text = :error_text, errors = :errors
 where stin = :stin and reference_id = :reference_id;

-- name: wait_for_return!
-- One at a time works on a return: what is saved is either in what is filed, or told that it is too late.
select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'return', :stin::text, :form::text, :period::date), 0));

-- name: hold_return$
-- Whether nobody works on the return; if so it is held to the end of the transaction.
select pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', 'return', :stin::text, :form::text, :period::date), 0));

-- name: closing$
-- Whether the supplier's GSTR-3B of a tax period is filed: then GSTR-1A is closed (R3.5).
select exists (select from closing where rtin = :stin and period = :period);

-- name: open_request^
select reference_id from filing_request
 where stin = :stin and form = :form and period = :period and finished_at is null
 limit 1;

-- name: filed^
select filed_at, arn from outward_return where stin = :stin and form = :form and period = :period;

-- name: any_filed^
-- GSTR-1 or IFF of the period: what a GSTR-1A corrects.
select filed_at from outward_return where stin = :stin and period = :period and form in ('R1', 'IFF');

-- name: taxpayer^
select filing_frequency from taxpayer where gstin = :gstin;

-- name: make_staging!
create temporary table if not exists staged_document (
    section          text    not null,
    number           text    not null,
    rtin             text    not null,
    inward_section   text    not null,
    original_section text    not null,
    seller           text,
    document_date    date    not null,
    original_number  text,
    original_date    date,
    invoice_type     text,
    pos              text    not null,
    value            bigint  not null,
    taxable          bigint  not null,
    igst             bigint  not null,
    cgst             bigint  not null,
    sgst             bigint  not null,
    cess             bigint  not null,
    hash             text    not null,
    bypass           text,
    content          jsonb   not null,
    checksum         text    not null,
    details          jsonb   not null,   -- what the trail says of the record
    deleted          boolean not null
) on commit delete rows;

-- name: copy_staging!
copy staged_document from stdin;

-- name: sample_little!
-- For statistics of what is staged some thousand rows are enough. Until the end of the transaction.
set local default_statistics_target = 10;

-- name: analyze_staging!
-- Without statistics the joins below would be nested loops over everything.
analyze staged_document (section, number, rtin, inward_section, original_section, original_number, deleted);

-- name: refuse_duplicates
-- Numbers that the supplier has used in the same financial year (April to March) in another return.
with used as materialized (
    select s.section, s.number
      from staged_document s
      join outward o on o.section = s.section and o.number = s.number
     where o.stin = :stin
       and (o.period, o.form) <> (:period, :form)
       and not s.deleted
       and s.section in ('b2b', 'cdnr', 'ecom')
       and extract(year from o.document_date - interval '3 months')
         = extract(year from s.document_date - interval '3 months')
)
delete from staged_document s
 using used u
 where s.section = u.section and s.number = u.number
returning s.section, s.rtin, s.number, s.document_date;

-- name: refuse_other_recipients
-- GSTR-1A can't change the recipient (R3.5).
with others as materialized (
    select s.section, s.number
      from staged_document s
      join outward o on o.number = s.original_number and o.document_date = s.original_date
                    and o.section = case when s.section = 'b2ba' then 'b2b' when s.section = 'cdnra' then 'cdnr' else 'ecom' end
     where o.stin = :stin and o.rtin <> s.rtin and not s.deleted
)
delete from staged_document s
 using others o
 where s.section = o.section and s.number = o.number
returning s.section, s.rtin, s.number, s.document_date;

-- name: refuse_unknown_deletions
with known as materialized (
    select o.section, o.number
      from outward o
      join staged_document s on s.section = o.section and s.number = o.number and s.deleted
     where o.stin = :stin and o.period = :period and o.form = :form
)
delete from staged_document s
 where s.deleted
   and not exists (select from known k where k.section = s.section and k.number = s.number)
returning s.section, s.rtin, s.number, s.document_date;

-- name: hold_staged_chains!
-- Amendments and the GSTR-3B that may close their originals wait for one another, so that none is placed by what is just
-- changing. Returns don't wait for one another.
select pg_advisory_xact_lock_shared(hashtextextended(concat_ws(' ', 'recipient', a.rtin), 0))
  from (select distinct rtin from staged_document where original_number is not null order by rtin) a;

-- name: amended_recipients$
-- Whose chains a return goes into.
select coalesce(array_agg(distinct rtin order by rtin), '{}')
  from outward
 where stin = :stin and period = :period and form = :form and section in ('b2ba', 'cdnra', 'ecoma');

-- name: hold_chains!
-- The same for a return that is filed.
select pg_advisory_xact_lock_shared(hashtextextended(concat_ws(' ', 'recipient', r.rtin), 0))
  from unnest(:rtins::text[]) as r (rtin);

-- name: staged_keys^
-- The records of staged documents, by recipient; and the recipients whom one is taken from: it is deleted, or goes to another
-- recipient or section (R3.4).
select coalesce(jsonb_object_agg(rtin, documents), '{}') as keys,
       coalesce(array_agg(rtin) filter (where leaves), '{}') as left_by
  from (select o.rtin, jsonb_agg(jsonb_build_object('section', o.inward_section, 'stin', o.stin, 'number', o.number,
                                                    'period', o.period, 'form', o.form)) as documents,
               bool_or(s.deleted or (s.rtin, s.inward_section) <> (o.rtin, o.inward_section)) as leaves
          from outward o
          join staged_document s on s.section = o.section and s.number = o.number
         where o.stin = :stin and o.period = :period and o.form = :form
         group by o.rtin) k;

-- name: return_keys$
-- The records of a return, by recipient.
select coalesce(jsonb_object_agg(rtin, documents), '{}')
  from (select rtin, jsonb_agg(jsonb_build_object('section', inward_section, 'stin', stin, 'number', number,
                                                  'period', period, 'form', form)) as documents
          from outward
         where stin = :stin and period = :period and form = :form
         group by rtin) k;

-- name: lock_records$
-- A statement of its own, so that what follows sees what their recipients had made of them when the locks were free.
select lock_records(:keys);

-- name: remove_records!
-- Records whose document is deleted, or went to another recipient or section (R3.4). Here and below `rtins` are the recipients
-- who have any: only their machines are asked.
with leaving as materialized (
    select o.rtin, o.inward_section as section, o.stin, o.number, o.period, o.form
      from outward o
      join staged_document s on s.section = o.section and s.number = o.number
     where o.stin = :stin and o.period = :period and o.form = :form
       and (s.deleted or (s.rtin, s.inward_section) <> (o.rtin, o.inward_section))
), gone as (
    delete from record r
     using leaving l
     where r.rtin = any(:rtins) and r.rtin = l.rtin and r.section = l.section and r.stin = l.stin and r.number = l.number
       and r.period = l.period and r.form = l.form
 returning r.rtin, r.section, r.stin, r.number, r.period, r.form, r.port_code, r.action, r.hash
)
insert into trail (rtin, at, event, reference_id, section, stin, number, period, form, port_code, was, details)
select rtin, :at, 'deleted', :reference_id, section, stin, number, period, form, port_code, action,
       jsonb_build_object('hash', hash)
  from gone
    on conflict do nothing;

-- name: put_records$
-- New records, and edited ones, which start anew: action, remarks and declaration go (R3.2, R3.17). Returns how many.
-- What is known is read first, of the supplier's side and by it of the recipients': nobody else adds to this return. So what
-- is new is inserted without a look for itself.
-- A credit note is specified (R2.4); whether an amendment is, its place in the chain says: see place_records.
-- Pending: specified records by tax period (R2.6, R2.8), others until the limit of section 16(4) (R2.12).
with known as materialized (
    select o.rtin, o.inward_section as section, o.number
      from outward o
      join staged_document s on s.section = o.section and s.number = o.number
     where o.stin = :stin and o.period = :period and o.form = :form
), stands as materialized (
    select r.rtin, r.section, r.number, r.hash, r.bypass
      from known k
      join record r on r.rtin = k.rtin and r.section = k.section and r.stin = :stin and r.number = k.number
                   and r.period = :period and r.form = :form
     where r.rtin = any(:rtins)
), change as materialized (
    select s.rtin, s.inward_section as section, s.number, s.document_date, s.original_number, s.original_date,
           s.invoice_type, s.pos, s.value, s.taxable, s.igst, s.cgst, s.sgst, s.cess, s.hash, s.bypass, s.details,
           o.rtin is null as fresh,
           case when s.inward_section = 'b2bcn'
                then pending_limit(:pending_limits, s.rtin, t.filing_frequency)
                else make_date(extract(year from s.document_date - interval '3 months')::int + 1, :limit_month, :limit_day)
           end as pending_until
      from staged_document s
      left join stands o on o.rtin = s.rtin and o.section = s.inward_section and o.number = s.number
      left join taxpayer t on t.gstin = s.rtin
     where not s.deleted and (o.rtin is null or (o.hash, coalesce(o.bypass, '')) <> (s.hash, coalesce(s.bypass, '')))
), added as (
    insert into record (
        rtin, section, stin, number, period, form, document_date, original_number, original_date, invoice_type, pos,
        value, taxable, igst, cgst, sgst, cess, hash, bypass, period_2b, specified, pending_until,
        reduction_blocked, saved_at)
    select rtin, section, :stin, number, :period, :form, document_date, original_number, original_date,
           invoice_type, pos, value, taxable, igst, cgst, sgst, cess, hash, bypass, :period_2b, section = 'b2bcn',
           pending_until, section <> 'b2bcn' or :period_2b < :reduction_since, :at
      from change
     where fresh
 returning 1
), edited as (
    update record r
       set document_date = c.document_date, original_number = c.original_number, original_date = c.original_date,
           invoice_type = c.invoice_type, pos = c.pos, value = c.value, taxable = c.taxable, igst = c.igst,
           cgst = c.cgst, sgst = c.sgst, cess = c.cess, hash = c.hash, bypass = c.bypass, period_2b = :period_2b,
           specified = c.section = 'b2bcn', pending_until = c.pending_until,
           reduction_blocked = c.section <> 'b2bcn' or :period_2b < :reduction_since,
           edits = r.edits + 1, saved_at = :at, action = 'N', acted_at = null, remarks = null,
           reduction = null, declared_igst = null, declared_cgst = null, declared_sgst = null, declared_cess = null
      from change c
     where not c.fresh and r.rtin = any(:rtins)
       and r.rtin = c.rtin and r.section = c.section and r.stin = :stin and r.number = c.number and r.period = :period
       and r.form = :form
), written as (
    insert into trail (rtin, at, event, reference_id, section, stin, number, period, form, port_code, became, details)
    select rtin, :at, case when fresh then 'saved' else 'edited' end, :reference_id, section, :stin, number, :period,
           :form, '', 'N', details
      from change
 returning 1
)
select count(*) from written;

-- name: amended
-- The amendments of a return by recipient and GSTR-2B period: what is saved again without a change keeps its period.
with amendment as materialized (
    select rtin, inward_section as section, stin, number, period, form
      from outward
     where stin = :stin and period = :period and form = :form and section in ('b2ba', 'cdnra', 'ecoma')
)
select r.rtin, r.period_2b, jsonb_agg(key_of(r.rtin, r.section, r.stin, r.number, r.period, r.form, r.port_code)) as keys
  from amendment a
  join record r on r.rtin = a.rtin and r.section = a.section and r.stin = a.stin and r.number = a.number
               and r.period = a.period and r.form = a.form
 where r.rtin = any(:rtins)
 group by r.rtin, r.period_2b
 order by r.rtin, r.period_2b;

-- name: put_documents$
-- The supplier's side of the same; the recipient's action stays where the record's content does. Returns how many are new.
with edited as (
    update outward o
       set rtin = s.rtin, inward_section = s.inward_section, seller = s.seller, document_date = s.document_date,
           hash = s.hash, content = s.content, checksum = s.checksum,
           action = case when o.hash = s.hash then o.action else 'N' end,
           remarks = case when o.hash = s.hash then o.remarks end
      from staged_document s
     where o.stin = :stin and o.period = :period and o.form = :form and o.section = s.section and o.number = s.number
       and not s.deleted
), known as materialized (
    select o.section, o.number
      from outward o
      join staged_document s on s.section = o.section and s.number = o.number
     where o.stin = :stin and o.period = :period and o.form = :form
), added as (
    insert into outward (
        stin, period, form, section, number, rtin, inward_section, seller, document_date, hash, content, checksum)
    select :stin, :period, :form, s.section, s.number, s.rtin, s.inward_section, s.seller, s.document_date, s.hash,
           s.content, s.checksum
      from staged_document s
     where not s.deleted
       and not exists (select from known k where k.section = s.section and k.number = s.number)
 returning 1
)
select count(*) from added;

-- name: shown_recipients$
-- Whose action a document of the return shows.
select coalesce(array_agg(distinct rtin), '{}')
  from outward
 where stin = :stin and period = :period and form = :form and action <> 'N';

-- name: clear_actions!
-- What doesn't enter IMS, or left it on filing, shows no action to the supplier (R1.13).
with shown as materialized (
    select section as of_section, rtin, inward_section as section, stin, number, period, form
      from outward
     where stin = :stin and period = :period and form = :form and action <> 'N'
), bypassed as materialized (
    select s.of_section, s.number
      from shown s
      join record r on r.rtin = s.rtin and r.section = s.section and r.stin = s.stin and r.number = s.number
                   and r.period = s.period and r.form = s.form
     where r.rtin = any(:rtins) and r.bypass is not null
)
update outward o
   set action = 'N', remarks = null
  from bypassed b
 where o.stin = :stin and o.period = :period and o.form = :form and o.section = b.of_section and o.number = b.number;

-- name: delete_documents!
-- Mostly nothing is deleted; then the return isn't read for it.
delete from outward o
 using staged_document s
 where (select bool_or(deleted) from staged_document) and s.deleted
   and (o.stin, o.period, o.form, o.section, o.number) = (:stin, :period, :form, s.section, s.number);

-- name: put_rest!
insert into outward_rest (stin, period, form, section, content)
values (:stin, :period, :form, :section, :content)
on conflict (stin, period, form, section) do update set content = excluded.content;

-- name: stage_everything!
-- For a reset: every document of the return, to be deleted.
insert into staged_document
select section, number, rtin, inward_section, inward_section, null, document_date, null, null, null, '',
       0, 0, 0, 0, 0, 0, '', null, '{}', '', '{}', true
  from outward
 where stin = :stin and period = :period and form = :form;

-- name: delete_rest!
delete from outward_rest where stin = :stin and period = :period and form = :form;

-- name: add_return!
-- No row where the return is filed already.
insert into outward_return (stin, period, form, filed_at, arn)
values (:stin, :period, :form, :at, :arn)
on conflict do nothing;

-- name: join_by_hash$
-- Whether only by hash, until the end of the transaction. Nothing is known yet of what was saved a minute ago, and row-level
-- security leaves the planner the supplier to look for: it would read all his records again for each document.
select set_config(name, case when :only then 'off' else 'on' end, true)
  from unnest(array['enable_nestloop', 'enable_mergejoin']) name;

-- name: file_records!
-- Filing fixes the GSTR-2B period (R7.3), the flags that hang on it, and who is too late by section 16(4).
-- What leaves IMS by it starts anew: nobody has decided on what bypasses IMS.
with document as materialized (
    select rtin, inward_section as section, stin, number, period, form
      from outward
     where stin = :stin and period = :period and form = :form
), judged as materialized (
    select r.rtin, r.section, r.stin, r.number, r.period, r.form, r.action as was,
           case
               when r.bypass <> :before_ims then r.bypass
               when r.section not in ('b2bcn', 'b2bcna')
                and :at::date > make_date(extract(year from r.document_date - interval '3 months')::int + 1,
                                          :limit_month, :limit_day)
               then :time_limit
               when :period_2b < :in_ims_since then :before_ims
           end as bypass
      from document d
      join record r on r.rtin = d.rtin and r.section = d.section and r.stin = d.stin and r.number = d.number
                   and r.period = d.period and r.form = d.form
     where r.rtin = any(:rtins)
), filed as (
    update record r
       set filed_at = :at, period_2b = :period_2b,
           pending_until = case when not r.specified then r.pending_until
                else pending_limit(:pending_limits, r.rtin, t.filing_frequency) end,
           reduction_blocked = not r.specified or :period_2b < :reduction_since,
           bypass = j.bypass,
           action = case when j.bypass is null then r.action else 'N' end,
           acted_at = case when j.bypass is null then r.acted_at end,
           remarks = case when j.bypass is null then r.remarks end,
           reduction = case when j.bypass is null then r.reduction end,
           declared_igst = case when j.bypass is null then r.declared_igst end,
           declared_cgst = case when j.bypass is null then r.declared_cgst end,
           declared_sgst = case when j.bypass is null then r.declared_sgst end,
           declared_cess = case when j.bypass is null then r.declared_cess end
      from judged j
      left join taxpayer t on t.gstin = j.rtin and t.gstin = any(:rtins)
     where r.rtin = any(:rtins)
       and (r.rtin, r.section, r.stin, r.number, r.period, r.form)
         = (j.rtin, j.section, j.stin, j.number, j.period, j.form)
 returning r.rtin, r.section, r.stin, r.number, r.period, r.form, r.port_code, j.was, r.action, r.period_2b, r.bypass
)
insert into trail (rtin, at, event, section, stin, number, period, form, port_code, was, became, details)
select rtin, :at, 'filed', section, stin, number, period, form, port_code, was, action,
       jsonb_strip_nulls(jsonb_build_object('period_2b', period_2b, 'bypass', bypass))
  from filed
    on conflict do nothing;

-- name: late_recipients$
-- Who has amendments of this or a later period from the supplier that were filed before: they may be of what is filed only now.
select coalesce(array_agg(distinct rtin), '{}')
  from outward
 where stin = :stin and period >= :period and section in ('b2ba', 'cdnra', 'ecoma') and filed_at is not null;

-- name: supersede_late!
-- Of an original and its amendment in one GSTR-2B of the recipient only the amendment counts (R3.8), also where that was
-- filed before.
with document as materialized (
    select o.rtin, o.inward_section as section, o.stin, o.number, o.period, o.form, t.filing_frequency
      from outward o
      left join taxpayer t on t.gstin = o.rtin
     where o.stin = :stin and o.period = :period and o.form = :form
)
update record r
   set superseded = true
  from document d
 where r.rtin = any(:rtins) and r.rtin = d.rtin and r.section = d.section and r.stin = d.stin and r.number = d.number
   and r.period = d.period and r.form = d.form
   and exists (
       select from record n
        where n.rtin = any(:rtins) and n.rtin = r.rtin and n.stin = r.stin
          and n.original_number in (r.number, r.original_number) and n.filed_at is not null
          and tax_period(d.filing_frequency, n.period_2b) = tax_period(d.filing_frequency, r.period_2b)
          and n.port_code = r.port_code and rtrim(n.section, 'a') = rtrim(r.section, 'a')
          and (r.number = n.original_number and r.document_date = n.original_date
               and (r.period < n.period
                    or r.period = n.period and (r.original_number is null or r.form < n.form))
               or r.original_number = n.original_number and r.original_date = n.original_date
               and (r.period < n.period or r.period = n.period and r.form < n.form)));

-- name: file_documents!
update outward set filed_at = :at where stin = :stin and period = :period and form = :form;

-- name: rest
select section, content::text as content
  from outward_rest
 where stin = :stin and period = :period and form = :form
 order by section;
