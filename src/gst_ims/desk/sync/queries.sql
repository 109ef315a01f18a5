-- name: hold!
-- One at a time reads a taxpayer's portal.
select pg_advisory_xact_lock(hashtextextended('reading ' || :gstin::text, 0));

-- name: begin^
-- A reading begins; its number is the next of this taxpayer's.
insert into desk.sync (gstin, id, began_at)
select :gstin, coalesce(max(id), 0) + 1, :at from desk.sync where gstin = :gstin
returning id;

-- name: make_staging!
-- Records as they are read, without what versions have besides.
create temp table staged on commit drop as
select section, stin, number, period, form, trade_name, document_date, invoice_type, original_number, original_date, pos, value,
       taxable, igst, cgst, sgst, cess, action, filed, pending_blocked, remarks, remarks_blocked, reduction, declared_igst,
       declared_cgst, declared_sgst, declared_cess, reduction_blocked, hash, source
  from desk.record where gstin = :gstin with no data;

-- name: key_staging!
create unique index on staged (section, stin, number, period, form);

-- name: analyse_staging!
analyze staged;

-- name: compare!
-- What is new or different, and how: what the supplier did comes before what the recipient did.
create temp table changed on commit drop as
select *
  from (
      select s.section, s.stin, s.number, s.period, s.form,
             case when r.gstin is null then 'new'
                  when r.hash <> s.hash
                       or (r.document_date, r.pos, r.value, r.taxable, r.igst, r.cgst, r.sgst, r.cess)
                          is distinct from (s.document_date, s.pos, s.value, s.taxable, s.igst, s.cgst, s.sgst, s.cess) then 'edited'
                  when s.filed <> r.filed then 'filed'
                  when (r.action, r.remarks, r.reduction, r.declared_igst, r.declared_cgst, r.declared_sgst, r.declared_cess)
                       is distinct from
                       (s.action, s.remarks, s.reduction, s.declared_igst, s.declared_cgst, s.declared_sgst, s.declared_cess)
                       then 'acted'
                  when r.source <> s.source then 'flags' end as became
        from staged s
        left join desk.record r
          on r.gstin = :gstin and r.until is null
         and (r.section, r.stin, r.number, r.period, r.form) = (s.section, s.stin, s.number, s.period, s.form)) c
 where became is not null;

-- name: compare_gone!
-- Records that were there: their period is closed, or the supplier took them back.
insert into changed
select section, stin, number, period, form, 'gone'
  from desk.record r
 where gstin = :gstin and until is null
   and not exists (select from staged s where (s.section, s.stin, s.number, s.period, s.form)
                                            = (r.section, r.stin, r.number, r.period, r.form));

-- name: emptied
-- Sections of which all records are gone.
select section from changed c
 where became = 'gone' and not exists (select from staged s where s.section = c.section)
 group by section;

-- name: end_versions!
update desk.record r
   set until = :sync
  from changed c
 where r.gstin = :gstin and r.until is null
   and (r.section, r.stin, r.number, r.period, r.form) = (c.section, c.stin, c.number, c.period, c.form);

-- name: begin_versions!
insert into desk.record
      (gstin, since, became, section, stin, number, period, form, trade_name, document_date, invoice_type, original_number,
       original_date, pos, value, taxable, igst, cgst, sgst, cess, action, filed, pending_blocked, remarks, remarks_blocked,
       reduction, declared_igst, declared_cgst, declared_sgst, declared_cess, reduction_blocked, hash, source)
select :gstin, :sync, c.became, s.*
  from staged s
  join changed c using (section, stin, number, period, form);

-- name: void_decisions!
-- A decision is about what was seen. Where that is edited, gone, or acted on elsewhere, it is void, and asked anew.
with voided as (
    update desk.decision d
       set state = 'void',
           words = case c.became when 'edited' then 'The supplier has edited the document: look again.'
                                 when 'gone' then 'The record is no longer in IMS.'
                                 else 'Somebody acted on the record elsewhere: look again.' end
      from changed c
      left join staged s using (section, stin, number, period, form)
     where d.gstin = :gstin and d.state in ('prepared', 'approved')
       and (d.section, d.stin, d.number, d.period, d.form) = (c.section, c.stin, c.number, c.period, c.form)
       and (c.became in ('edited', 'gone') or s.action <> d.was)
 returning d.*
)
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
select :gstin, :at, 'desk', 'void', desk.name_of(section, stin, number, period, form), words, policy,
       jsonb_build_object('decision', id, 'sync', :sync::int)
  from voided;

-- name: tell!
-- How it ended: how many records there are, and what changed.
update desk.sync
   set ended_at = :at,
       records = (select count(*) from staged),
       changed = (select coalesce(jsonb_object_agg(became, n), '{}') from (select became, count(*) as n from changed group by 1) c)
 where gstin = :gstin and id = :sync;

-- name: syncs
-- The readings, the newest first.
select id, began_at, ended_at, records, changed from desk.sync
 where gstin = :gstin and side = 'inward' order by id desc limit :limit;

-- name: changes
-- What a reading found changed, with what stood before. What a person did at this desk isn't news.
select c.section, c.stin, c.number, c.period, c.form, c.trade_name, c.became, b.action as was, c.action, b.taxable as taxable_before,
       c.taxable, b.tax as tax_before, c.tax,
       exists (select from desk.decision d
                where d.gstin = :gstin and d.state = 'applied' and d.action = c.action
                  and (d.section, d.stin, d.number, d.period, d.form) = (c.section, c.stin, c.number, c.period, c.form)) as ours
  from desk.record c
  left join desk.record b
    on b.gstin = :gstin and b.until = :sync
   and (b.section, b.stin, b.number, b.period, b.form) = (c.section, c.stin, c.number, c.period, c.form)
 where c.gstin = :gstin and c.since = :sync
union all
select section, stin, number, period, form, trade_name, 'gone', action, null, taxable, null, tax, null, false
  from desk.record g
 where gstin = :gstin and until = :sync
   and not exists (select from desk.record n
                    where n.gstin = :gstin and n.since = :sync
                      and (n.section, n.stin, n.number, n.period, n.form) = (g.section, g.stin, g.number, g.period, g.form))
 order by 1, 2, 3, 4, 5;

-- name: records
-- The records as a reading left them, or as they stand.
select * from desk.record where gstin = :gstin and since <= :sync and (until is null or until > :sync)
 order by section, stin, number, period, form;

-- name: begin_sales^
-- A reading of what the taxpayer sold begins; its number is the next of his readings'.
insert into desk.sync (gstin, id, side, began_at)
select :gstin, coalesce(max(id), 0) + 1, 'sales', :at from desk.sync where gstin = :gstin
returning id;

-- name: make_sales_staging!
-- Sales as they are read, without what versions have besides.
create temp table staged_sale on commit drop as
select of, form, section, rtin, number, document_date, note_type, original_number, original_date, pos, value, taxable, igst, cgst,
       sgst, cess, action, remarks, source
  from desk.sale where gstin = :gstin with no data;

-- name: copy_sales_staging#
copy staged_sale from stdin

-- name: key_sales_staging!
create unique index on staged_sale (of, form, section, rtin, number);

-- name: analyse_sales_staging!
analyze staged_sale;

-- name: compare_sales!
-- What is new or different in the periods that were read, and what is no longer there.
create temp table changed_sale on commit drop as
select of, form, section, rtin, number,
       case when o.gstin is null then 'new'
            when s.rtin is null then 'gone'
            when (o.document_date, o.note_type, o.original_number, o.original_date, o.pos, o.value, o.taxable, o.igst, o.cgst,
                  o.sgst, o.cess, o.source)
                 is distinct from
                 (s.document_date, s.note_type, s.original_number, s.original_date, s.pos, s.value, s.taxable, s.igst, s.cgst,
                  s.sgst, s.cess, s.source) then 'edited'
            else 'acted' end as became
  from (select true as here, * from staged_sale) s
  full join (select * from desk.sale where gstin = :gstin and until is null and of = any(:periods)) o
       using (of, form, section, rtin, number)
 where o.gstin is null or s.here is null
    or (o.document_date, o.note_type, o.original_number, o.original_date, o.pos, o.value, o.taxable, o.igst, o.cgst, o.sgst, o.cess,
        o.source, o.action, o.remarks)
       is distinct from
       (s.document_date, s.note_type, s.original_number, s.original_date, s.pos, s.value, s.taxable, s.igst, s.cgst, s.sgst, s.cess,
        s.source, s.action, s.remarks);

-- name: end_sales!
update desk.sale o
   set until = :sync
  from changed_sale c
 where o.gstin = :gstin and o.until is null
   and (o.of, o.form, o.section, o.rtin, o.number) = (c.of, c.form, c.section, c.rtin, c.number);

-- name: begin_sales_versions!
insert into desk.sale
      (gstin, since, became, of, form, section, rtin, number, document_date, note_type, original_number, original_date, pos, value,
       taxable, igst, cgst, sgst, cess, action, remarks, source)
select :gstin, :sync, c.became, s.*
  from staged_sale s
  join changed_sale c using (of, form, section, rtin, number);

-- name: tell_sales!
update desk.sync
   set ended_at = :at,
       records = (select count(*) from staged_sale),
       changed = (select coalesce(jsonb_object_agg(became, n), '{}')
                    from (select became, count(*) as n from changed_sale group by 1) c)
 where gstin = :gstin and id = :sync;

-- name: sales_readings
-- The readings of sales, the newest first.
select id, began_at, ended_at, records, changed from desk.sync
 where gstin = :gstin and side = 'sales' order by id desc limit :limit;

-- name: sales_changes
-- What a reading of sales found changed, with what stood before.
select c.of, c.form, c.section, c.rtin, c.number, c.became, b.action as was, c.action, c.remarks,
       b.tax as tax_before, c.tax
  from desk.sale c
  left join desk.sale b
    on b.gstin = :gstin and b.until = :sync
   and (b.of, b.form, b.section, b.rtin, b.number) = (c.of, c.form, c.section, c.rtin, c.number)
 where c.gstin = :gstin and c.since = :sync
union all
select of, form, section, rtin, number, 'gone', action, null, null, tax, null
  from desk.sale g
 where gstin = :gstin and until = :sync
   and not exists (select from desk.sale n
                    where n.gstin = :gstin and n.since = :sync
                      and (n.of, n.form, n.section, n.rtin, n.number) = (g.of, g.form, g.section, g.rtin, g.number))
 order by 1, 2, 3, 4, 5;

-- name: forget_added_back!
-- What is read anew. The portal only ever adds to a period; what a person corrects there is corrected here.
delete from desk.added_back where gstin = :gstin and of = any(:periods);

-- name: make_added_back_staging!
-- Rows can't be copied into a table that shows each desk its own only.
create temp table staged_back on commit drop as
select of, section, rtin, number, period, form, document_date, igst, cgst, sgst, cess, remarks
  from desk.added_back where gstin = :gstin with no data;

-- name: copy_added_back_staging#
copy staged_back from stdin

-- name: put_added_back!
insert into desk.added_back as known
      (gstin, of, section, rtin, number, period, form, document_date, igst, cgst, sgst, cess, remarks, read_at)
select :gstin, b.*, :at from staged_back b;

-- name: jobs
-- The newest job that reads the portal of each taxpayer: how often it was tried in vain, and when it is tried again.
select distinct on (args ->> 'gstin') args ->> 'gstin' as gstin, status::text as status, attempts, scheduled_at as again_at
  from procrastinate_jobs
 where task_name = 'desk:sync' and args ->> 'gstin' = any(:gstins)
 order by args ->> 'gstin', id desc;
