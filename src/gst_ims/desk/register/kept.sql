-- Registers as the desk keeps them. The first statements are DuckDB's, over a register that was read; the others are
-- PostgreSQL's.

-- name: mine!
-- This taxpayer's documents with their names, which a register that is read anew gives them again. Copies are numbered.
create or replace temp table kept as
select concat_ws(':', $label, section, coalesce(stin, ''), coalesce(upper(number), ''), coalesce(cast(document_date as varchar), ''))
           || case when copy > 1 then '#' || copy else '' end as id,
       section, stin, number, document_date, period, original_number, original_date, pos, reverse_charge, value, taxable, igst,
       cgst, sgst, cess, source
  from (select *, row_number() over (partition by section, stin, upper(number), document_date
                                     order by taxable, igst, cgst, sgst, cess, id) as copy
          from document where coalesce(rtin, $gstin) = $gstin);

-- name: staged
select * from kept;

-- name: told
-- What isn't a document of this taxpayer's, and why.
select *
  from (select file, sheet, row, heading, kind, reason from problem
         union all
        select source ->> 'file', source ->> 'sheet', cast(source ->> 'row' as bigint), '', 'excluded',
               'It is ' || rtin || '''s, not this taxpayer''s.'
          from document where rtin <> $gstin)
 order by kind = 'note', file, sheet, row
 limit $limit;

-- name: sums
-- What stands in the books, credit notes below zero.
select coalesce(sum(sign * taxable), 0), coalesce(sum(sign * igst), 0), coalesce(sum(sign * cgst), 0),
       coalesce(sum(sign * sgst), 0), coalesce(sum(sign * cess), 0)
  from (select *, case when section in ('b2bcn', 'b2bcna', 'isdcn', 'isdcna') then -1 else 1 end as sign from kept);

-- name: hold!
-- One at a time changes a taxpayer's books.
select pg_advisory_xact_lock(hashtextextended('books ' || :gstin::text, 0));

-- name: make_staging!
create temp table staged on commit drop as
select id, section, stin, number, document_date, period, original_number, original_date, pos, reverse_charge, value, taxable,
       igst, cgst, sgst, cess, source
  from desk.book where gstin = :gstin with no data;

-- name: key_staging!
create unique index on staged (id);

-- name: analyse_staging!
analyze staged;

-- name: begin^
insert into desk.register (gstin, id, label, files, at, person, documents, problems, totals)
select :gstin, coalesce(max(id), 0) + 1, :label, :files, :at, :person, :documents, :problems, :totals
  from desk.register where gstin = :gstin
returning id;

-- name: twice
-- The same supplier, number and date under another label: a document's id is the same but for its label.
select b.label, count(*) as documents
  from desk.book b
  join staged s on substr(s.id, length(:label) + 1) = substr(b.id, length(b.label) + 1)
 where b.gstin = :gstin and b.label <> :label and b.until is null and b.stin <> '' and b.number <> ''
 group by b.label
 order by documents desc, b.label;

-- name: end_absent!
update desk.book b
   set until = :register
 where gstin = :gstin and label = :label and until is null
   and not exists (select from staged s where s.id = b.id);

-- name: end_changed!
-- Where a document stands in a file isn't what it says.
update desk.book b
   set until = :register
  from staged s
 where b.gstin = :gstin and b.label = :label and b.until is null and s.id = b.id
   and (b.number, b.period, b.original_number, b.original_date, b.pos, b.reverse_charge, b.value, b.taxable, b.igst, b.cgst,
        b.sgst, b.cess)
       is distinct from
       (s.number, s.period, s.original_number, s.original_date, s.pos, s.reverse_charge, s.value, s.taxable, s.igst, s.cgst,
        s.sgst, s.cess);

-- name: end_all!
update desk.book set until = :register where gstin = :gstin and label = :label and until is null;

-- name: begin_versions!
insert into desk.book (gstin, since, label, id, section, stin, number, document_date, period, original_number, original_date,
                       pos, reverse_charge, value, taxable, igst, cgst, sgst, cess, source)
select :gstin, :register, :label, s.*
  from staged s
 where not exists (select from desk.book b where b.gstin = :gstin and b.id = s.id and b.until is null);

-- name: registers
-- The newest of each label, as long as anything of it stands.
select *
  from (select distinct on (label) id, label, files, at, person, documents, jsonb_array_length(problems) as problems, totals
          from desk.register
         where gstin = :gstin
         order by label, id desc) newest
 where documents > 0
 order by id desc;

-- name: problems$
select problems from desk.register where gstin = :gstin and id = :register;

-- name: mappings
-- How registers are read, as people have confirmed it.
select mapping from desk.mapping where gstin = :gstin;

-- name: remember*!
-- The newest word about some headings counts.
insert into desk.mapping (gstin, fingerprint, mapping, person, at)
values (:gstin, :fingerprint, :mapping, :person, :at)
    on conflict (gstin, fingerprint) do update set mapping = excluded.mapping, person = excluded.person, at = excluded.at;
