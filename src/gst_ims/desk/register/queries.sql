-- From the cells of one sheet to its documents, in DuckDB. A sheet is staged as `cells`: its row numbers and the fields of
-- its mapping as text, amounts as paise, with the places of cells that aren't amounts (`_unread`) or have a part of a paisa
-- (`_uneven`), counted from 1 among the columns of the field, and the cells themselves. What a text means has been put into `meaning`. What
-- belongs to the whole sheet stands in variables: sheet_file, sheet_name, sheet_section, owner (the recipient), tax (which
-- columns say it: heads, gst or rate), side_<field> (dr or cr, whichever isn't negative there), heading_<field>.

-- name: is_plain#
-- Whether a cell is what most are: a number with two decimals at most, which takes a short way.
create or replace macro is_plain(cell) as
    regexp_full_match(cell, '(\d{1,13}|\d{1,3}(,\d{2,3})*,\d{3})(\.\d{1,2})?');

-- name: bare#
-- Any other amount without what stands around it: currency, spaces, and the long minus. Null for a plain one.
create or replace macro bare(cell) as
    case when not is_plain(cell)
         then lower(replace(regexp_replace(cell, '(?i)₹|rs\.?|inr|[\s\x{A0}\x{2007}\x{2009}\x{202F}]', '', 'g'), '−', '-')) end;

-- name: digits#
-- The digits of a bare amount, with sign, brackets, Dr and Cr taken off; itself where it isn't an amount.
create or replace macro digits(bare) as
    regexp_replace(bare, '^(?:(?:\(-\)|[-+])?([\d.,]+(?:e[+-]?\d+)?)-?(?:dr|cr)?\.?|\(([\d.,]+)\)(?:dr|cr)?\.?)$', '\1\2');

-- name: is_negative#
-- Whether a bare amount is below zero: by a minus on either side, by brackets, or by the other side of the ledger.
create or replace macro is_negative(bare, side) as
    regexp_matches(bare, '^[-(]|\d-(dr|cr)?\.?$') <> (regexp_extract(bare, '(dr|cr)\.?$', 1) not in ('', side));

-- name: unsigned#
-- The digits as rupees. Commas group by thousand or lakh; a comma for a point is refused, as is what is too large.
create or replace macro unsigned(digits) as
    case when regexp_full_match(digits, '\d+(\.\d*)?(e[+-]?\d+)?|\.\d+|\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?')
          and abs(try_cast(replace(digits, ',', '') as double)) < 1e13
         then try_cast(replace(digits, ',', '') as decimal(38, 12)) end;

-- name: exact#
-- A bare amount as rupees; null where it isn't one.
create or replace macro exact(bare, digits, side) as
    case when bare in ('', '-', '--', '–', 'nil') then cast(0 as decimal(38, 12))
         when is_negative(bare, side) then -unsigned(digits)
         else unsigned(digits) end;

-- name: amount_of#
-- A cell as paise, halves away from zero; null where it is empty, or isn't an amount. `exact` is what it is if not plain.
create or replace macro amount_of(cell, exact) as
    case when is_plain(cell) then cast(try_cast(replace(cell, ',', '') as decimal(15, 2)) * 100 as bigint)
         else cast(round(exact, 2) * 100 as bigint) end;

-- name: is_uneven#
-- Whether an amount has a part of a paisa, beyond what Excel itself is off.
create or replace macro is_uneven(exact) as coalesce(abs(exact - round(exact, 2)) > 0.000001, false);

-- name: complaint#
-- What is to be said about one of the cells of an amount, if anything.
create or replace macro complaint(place, cells, headings, reason) as
    case when place > 0
         then {'heading': headings[place], 'reason': 'Amount ''' || left(cells[place], 40) || ''' ' || reason} end;

-- name: said_of#
-- What is to be said about a field, if anything.
create or replace macro said_of(heading, reason) as
    case when reason is not null then {'heading': heading, 'reason': reason} end;

-- name: create_tables#
-- What all sheets end in.
create table document (
    id varchar, rtin varchar, stin varchar, section varchar, number varchar, document_date date, period date,
    original_number varchar, original_date date, pos varchar, value bigint, taxable bigint, igst bigint, cgst bigint,
    sgst bigint, cess bigint, reverse_charge boolean, source varchar
);
create table problem (file varchar, sheet varchar, row bigint, heading varchar, kind varchar, reason varchar);
create table total (
    file varchar, sheet varchar, field varchar, headings varchar, read hugeint, taken hugeint, repeated hugeint,
    excluded hugeint, rejected hugeint, documents hugeint, derived hugeint, unread bigint
);
create table counted (file varchar, sheet varchar, class varchar, rows bigint);

-- name: create_meaning#
-- What the texts of a sheet mean, filled from outside.
create or replace temp table meaning (field varchar, cell varchar, value varchar, reason varchar, note varchar);

-- name: create_parsed#
-- Each row with what it is and what it says. A row is judged in this order: blank, heading, total, then a document.
create or replace temp table parsed as
with joined as (
    select c.row, c.blank, c.said, c.extra, c.line, c.number, c.voucher, c.name, c.original_number, c.stin as stin_cell,
           coalesce(c.document_date, c.voucher_date) as date_cell,
           case when own.reason is null then coalesce(own.value, getvariable('owner')) end as rtin, stin.value as stin,
           coalesce(kind.value, voucher_kind.value, getvariable('sheet_section')) as section,
           coalesce(kind.value, voucher_kind.value) is not null as kind_said,
           cast(coalesce(document_date.value, voucher_date.value) as date) as document_date,
           cast(period.value as date) as period, cast(original_date.value as date) as original_date, pos.value as pos,
           cast(rate.value as decimal(9, 4)) as rate, coalesce(reverse_charge.value = 'Y', false) as reverse_charge,
           c.value, c.value_cells, c.value_unread, c.value_uneven,
           c.taxable, c.taxable_cells, c.taxable_unread, c.taxable_uneven,
           c.igst, c.igst_cells, c.igst_unread, c.igst_uneven,
           c.cgst, c.cgst_cells, c.cgst_unread, c.cgst_uneven,
           c.sgst, c.sgst_cells, c.sgst_unread, c.sgst_uneven,
           c.cess, c.cess_cells, c.cess_unread, c.cess_uneven,
           c.gst, c.gst_cells, c.gst_unread, c.gst_uneven,
           c.value_unread + c.taxable_unread + c.igst_unread + c.cgst_unread + c.sgst_unread + c.cess_unread + c.gst_unread > 0
               as unread,
           c.value_uneven + c.taxable_uneven + c.igst_uneven + c.cgst_uneven + c.sgst_uneven + c.cess_uneven + c.gst_uneven > 0
               as uneven,
           own.reason as own_reason, stin.reason as stin_reason, period.reason as period_reason, rate.reason as rate_reason,
           case when c.document_date is not null then document_date.reason else voucher_date.reason end as date_reason,
           stin.note as stin_note, pos.note as pos_note, kind.note as kind_note, voucher_kind.note as voucher_kind_note,
           reverse_charge.note as reverse_charge_note, original_date.reason as original_date_note,
           case when getvariable('tax') = 'rate' then rate.note end as rate_note
      from cells c
      left join meaning own on own.field = 'rtin' and own.cell = c.rtin
      left join meaning stin on stin.field = 'stin' and stin.cell = c.stin
      left join meaning kind on kind.field = 'kind' and kind.cell = c.kind
      left join meaning voucher_kind on voucher_kind.field = 'voucher_kind' and voucher_kind.cell = c.voucher_kind
      left join meaning document_date on document_date.field = 'document_date' and document_date.cell = c.document_date
      left join meaning voucher_date on voucher_date.field = 'voucher_date' and voucher_date.cell = c.voucher_date
      left join meaning original_date on original_date.field = 'original_date' and original_date.cell = c.original_date
      left join meaning period on period.field = 'period' and period.cell = c.period
      left join meaning pos on pos.field = 'pos' and pos.cell = c.pos
      left join meaning rate on rate.field = 'rate' and rate.cell = c.rate
      left join meaning reverse_charge on reverse_charge.field = 'reverse_charge' and reverse_charge.cell = c.reverse_charge
),
checked as (
    select *, stin_cell is null and number is null and date_cell is null as nameless, section in ('impg', 'impga', 'impgsez', 'impgseza') as is_import,
           -- What has a number and a day is a document, also of a supplier called Total.
           document_date is not null and number is not null and not regexp_matches(lower(number), getvariable('totals')) as is_named,
           coalesce(regexp_matches(number, '^\d{4}-\d{2}-\d{2}T|^\d(\.\d+)?[eE]\+\d+$'), true) as number_wrong
      from joined
),
judged as (
    select *,
           -- Few rows have anything to complain of: only for these the list is made.
           case when (stin is not null or is_import) and not number_wrong and document_date is not null and not unread
                 and extra is null and (value is not null or taxable is not null) and rtin is not null
                 and period_reason is null and (getvariable('tax') <> 'rate' or rate is not null)
                then [] else list_filter([
               said_of(getvariable('heading_stin'),
                       case when stin is not null or is_import then null
                            when nameless then 'The row has amounts, but names no document: neither supplier nor number nor date.'
                            else stin_reason end),
               said_of(getvariable('heading_rtin'),
                       case when rtin is null and not nameless
                            then coalesce(own_reason, 'It is empty, and nothing else says whose document it is.') end),
               said_of(getvariable('heading_number'),
                       case when nameless then null
                            when number is null then 'It is empty: the document has no number.'
                            when number like '%T%' and number_wrong
                            then 'Number ' || left(number, 10) || ' came as a date: format the cell as text.'
                            when number_wrong
                            then 'Number ' || number || ' came with its last digits lost: format the cell as text.' end),
               said_of(coalesce(getvariable('heading_document_date'), getvariable('heading_voucher_date')),
                       case when nameless then null when date_cell is null then 'It is empty: the document has no date.'
                            else date_reason end),
               said_of(getvariable('heading_period'), period_reason),
               said_of(getvariable('heading_rate'),
                       case when getvariable('tax') = 'rate' and rate is null
                            then coalesce(rate_reason, 'It is empty, and the tax is to be computed from it.') end),
               said_of('', case when value is null and taxable is null and not unread then 'It has no amount.' end),
               said_of('', case when extra is not null
                                then 'It has more cells than the sheet has headings: ''' || left(extra, 40) || '''.' end),
               complaint(value_unread, value_cells, getvariable('headings_value'), 'isn''t a number such as 1,23,456.78.'),
               complaint(taxable_unread, taxable_cells, getvariable('headings_taxable'), 'isn''t a number such as 1,23,456.78.'),
               complaint(igst_unread, igst_cells, getvariable('headings_igst'), 'isn''t a number such as 1,23,456.78.'),
               complaint(cgst_unread, cgst_cells, getvariable('headings_cgst'), 'isn''t a number such as 1,23,456.78.'),
               complaint(sgst_unread, sgst_cells, getvariable('headings_sgst'), 'isn''t a number such as 1,23,456.78.'),
               complaint(cess_unread, cess_cells, getvariable('headings_cess'), 'isn''t a number such as 1,23,456.78.'),
               complaint(gst_unread, gst_cells, getvariable('headings_gst'), 'isn''t a number such as 1,23,456.78.')
           ], lambda it: it is not null) end as errors,
           case when coalesce(stin_note, pos_note, kind_note, voucher_kind_note, reverse_charge_note, original_date_note,
                              rate_note) is null and not uneven
                then [] else list_filter([
               said_of(getvariable('heading_stin'), stin_note), said_of(getvariable('heading_pos'), pos_note),
               said_of(getvariable('heading_kind'), kind_note),
               said_of(getvariable('heading_voucher_kind'), voucher_kind_note),
               said_of(getvariable('heading_reverse_charge'), reverse_charge_note),
               said_of(getvariable('heading_original_date'), original_date_note),
               said_of(getvariable('heading_rate'), rate_note),
               complaint(value_uneven, value_cells, getvariable('headings_value'), 'has parts of a paisa: rounded, halves up.'),
               complaint(taxable_uneven, taxable_cells, getvariable('headings_taxable'), 'has parts of a paisa: rounded, halves up.'),
               complaint(igst_uneven, igst_cells, getvariable('headings_igst'), 'has parts of a paisa: rounded, halves up.'),
               complaint(cgst_uneven, cgst_cells, getvariable('headings_cgst'), 'has parts of a paisa: rounded, halves up.'),
               complaint(sgst_uneven, sgst_cells, getvariable('headings_sgst'), 'has parts of a paisa: rounded, halves up.'),
               complaint(cess_uneven, cess_cells, getvariable('headings_cess'), 'has parts of a paisa: rounded, halves up.'),
               complaint(gst_uneven, gst_cells, getvariable('headings_gst'), 'has parts of a paisa: rounded, halves up.')
           ], lambda it: it is not null) end as notes
      from checked
)
select row, line, number, voucher, name, original_number, original_date, rtin, stin, section, kind_said, document_date, period,
       pos, rate, reverse_charge, value, taxable, igst, cgst, sgst, cess, gst,
       value_unread, taxable_unread, igst_unread, cgst_unread, sgst_unread, cess_unread, gst_unread, errors, notes,
       case when blank then 'blank'
            when stin_cell = getvariable('heading_stin') then 'heading'
            when stin is null and not is_named and regexp_matches(lower(said), getvariable('totals')) then 'total'
            when stin is null and coalesce(value, taxable, igst, cgst, sgst, cess, gst) is null and not unread then 'heading'
            when len(errors) > 0 then 'rejected'
            when stin is null and not is_import then 'unregistered'
            else 'document' end as class
  from judged;

-- name: reject_rest#
-- A document of which one row can't be read would be short of it: its other rows aren't taken either.
update parsed
   set class = 'rejected',
       errors = [said_of('', 'Row ' || broken.row || ' of the same document can''t be read: the document would be short of it.')]
  from (select stin, number, min(row) as row from parsed where class = 'rejected' group by stin, number) broken
 where parsed.class = 'document' and parsed.stin is not distinct from broken.stin and parsed.number = broken.number;

-- name: note_problems#
-- What is to be said about rows: why they are no documents, and what was found in those that are.
insert into problem
select getvariable('sheet_file'), getvariable('sheet_name'), row, it.heading, 'rejected', it.reason
  from (select row, unnest(errors) as it from parsed where class = 'rejected')
union all
select getvariable('sheet_file'), getvariable('sheet_name'), row, it.heading, 'note', it.reason
  from (select row, unnest(notes) as it from parsed where class = 'document')
union all
select getvariable('sheet_file'), getvariable('sheet_name'), row, '', 'excluded',
       case class when 'total' then 'It adds up others.'
                  when 'unregistered' then 'Its supplier has no GSTIN: nothing is to be compared with.'
                  else 'It is a heading: it has no supplier and no amount.' end
  from parsed
 where class in ('heading', 'total', 'unregistered')
 order by row;

-- name: create_line#
-- The rows of documents, with the tax where one column has it or only its rate is told. Half a paisa goes to SGST.
create or replace temp table line as
with taxed as (
    select *, left(stin, 2) = coalesce(pos, left(rtin, 2)) as within,
           case getvariable('tax')
                when 'gst' then gst
                when 'rate' then case when taxable is not null then cast(round(taxable * rate / 100) as bigint)
                                      else value - cast(round(value * 100 / (100 + rate)) as bigint) end end as tax
      from parsed
     where class = 'document'
)
select row, line, rtin, stin, number, coalesce(voucher, '') as voucher, name, document_date, period, original_number,
       original_date, pos, reverse_charge, section, kind_said, value,
       coalesce(taxable, case when getvariable('tax') = 'rate' then value - tax end) as taxable,
       taxable as told_taxable, coalesce(gst, 0) as told_gst,
       case when getvariable('tax') = 'heads' then coalesce(igst, 0) when within then 0 else coalesce(tax, 0) end as igst,
       case when getvariable('tax') = 'heads' then coalesce(cgst, 0) when within then coalesce(tax, 0) // 2 else 0 end as cgst,
       case when getvariable('tax') = 'heads' then coalesce(sgst, 0)
            when within then coalesce(tax, 0) - coalesce(tax, 0) // 2 else 0 end as sgst,
       coalesce(cess, 0) as cess, within
  from taxed;

-- name: create_copy#
-- Rows that name the same document are its rows per rate, unless each stands there as often: then the document is booked
-- so often. Equal amounts don't say which; the value does, and where there is none, whether the rows are equal in all cells.
create or replace temp table copy as
with several as (
    select *, row_number() over (
               partition by rtin, stin, section, number, document_date, period, voucher, taxable, igst, cgst, sgst, cess, value
               order by row) as nth,
           coalesce(taxable, 0) + igst + cgst + sgst + cess as own
      from line
   qualify count(*) over (partition by rtin, stin, section, number, document_date, period, voucher) > 1
),
groups as (
    select rtin, stin, section, number, document_date, period, voucher, max(nth) as copies,
           count(*) = max(nth) * count(*) filter (nth = 1) as even,
           sum(own) filter (nth = 1) as single, min(value) as least, max(value) as most,
           bool_and(abs(value - own) <= 100) as alone,
           count(distinct line) * max(nth) = count(*) as equal
      from several
     group by all
)
select s.row, case when g.copies > 1 and g.even
                    and case when g.most is null then g.equal
                             when g.least < g.most then g.alone
                             else abs(g.most - g.single) <= 100 or (not abs(g.most - g.single * g.copies) <= 100 and g.equal) end
                   then s.nth else 1 end as copy
  from several s
  join groups g on s.rtin is not distinct from g.rtin and s.stin is not distinct from g.stin and s.section = g.section
   and s.number = g.number and s.document_date = g.document_date and s.period is not distinct from g.period
   and s.voucher = g.voucher;

-- name: create_group#
-- The rows of each document added up. A value that stands on each row counts once; one that is each row's own is added.
create or replace temp table grouped as
with added as (
    select l.rtin, l.stin, l.section, l.number, l.document_date, l.period, l.voucher, coalesce(c.copy, 1) as copy,
           min(l.row) as row, list(l.row order by l.row) as rows, bool_and(l.kind_said) as kind_said,
           first(l.name order by l.row) as name, first(l.original_number order by l.row) as original_number,
           first(l.original_date order by l.row) as original_date,
           first(l.pos order by l.row) as pos, bool_or(l.reverse_charge) as reverse_charge, bool_and(l.within) as within,
           count(*) as n, count(l.value) as valued, min(l.value) as least, max(l.value) as most, sum(l.value) as values,
           bool_and(abs(l.value - (coalesce(l.taxable, 0) + l.igst + l.cgst + l.sgst + l.cess)) <= 100) as alone,
           sum(l.taxable) as taxable, sum(l.told_taxable) as told_taxable, sum(l.told_gst) as told_gst, sum(l.igst) as igst,
           sum(l.cgst) as cgst, sum(l.sgst) as sgst, sum(l.cess) as cess
      from line l
      left join copy c using (row)
     group by l.rtin, l.stin, l.section, l.number, l.document_date, l.period, l.voucher, coalesce(c.copy, 1)
),
valued as (
    select *, case when valued = 0 then null
                   when n > 1 and least = most and not coalesce(alone, false) then most
                   else values end as told_value
      from added
),
whole as (
    select *, coalesce(told_value, coalesce(taxable, 0) + igst + cgst + sgst + cess) as value,
           coalesce(taxable, told_value - igst - cgst - sgst - cess) as all_taxable
      from valued
)
select * exclude (all_taxable, taxable, least, most), all_taxable as taxable, taxable is null as taxable_derived,
       case when coalesce(nullif(all_taxable, 0), nullif(value, 0), igst + cgst + sgst + cess) < 0 then -1 else 1 end as sign,
       n > 1 and told_value is not null and told_value <> values as once
  from whole;

-- name: insert_documents#
-- The documents of the sheet. Amounts below zero make a credit note, an original's number an amendment.
insert into document
with named as (
    select *,
           case when sign < 0 and section in ('b2b', 'b2bdn') then 'b2bcn'
                when sign < 0 and section in ('b2ba', 'b2bdna') then 'b2bcna'
                when sign < 0 and section = 'isd' then 'isdcn'
                when section = 'b2b' and original_number is not null and original_number <> number then 'b2ba'
                else section end as named
      from grouped
)
select getvariable('sheet_file') || '#' || getvariable('sheet_name') || '!' || row as id, rtin, stin, named, number, document_date,
       period, original_number, original_date, pos, sign * value, sign * taxable, sign * igst, sign * cgst, sign * sgst,
       sign * cess, reverse_charge,
       to_json({'file': getvariable('sheet_file'), 'sheet': getvariable('sheet_name'), 'row': row, 'rows': rows,
                'voucher': nullif(voucher, ''), 'supplier': name,
                'notes': list_filter([
                    case when n > 1 then 'Rows added up: ' || n || '.' end,
                    case when once then 'Its value stands on each of its rows, and counts once.' end,
                    case when told_value is null then 'Its value is computed: taxable and taxes.' end,
                    case when taxable_derived then 'Its taxable is computed: value less taxes.' end,
                    case when getvariable('tax') = 'rate' then 'Its tax is computed from the rate.' end,
                    case when getvariable('tax') in ('gst', 'rate')
                         then case when within then 'Its tax is CGST and SGST: supplier and place of supply are in one state.'
                                   else 'Its tax is IGST: supplier and place of supply are in different states.' end end,
                    case when sign < 0 then 'Its amounts are below zero in the books.' end,
                    case when named = 'b2ba' and section = 'b2b' then 'It is an amendment: it names another number as its original.' end
                ], lambda it: it is not null)}) as source
  from named
 order by row;

-- name: insert_totals#
-- What was read in each column and what became of it, in paise. Signs are those of the books.
insert into total
with fields as (
    unpivot (select row, class, value, taxable, igst, cgst, sgst, cess, gst from parsed)
    on value, taxable, igst, cgst, sgst, cess, gst into name field value amount
),
-- `unread` are the rows with a cell that isn't an amount, and so is in no sum.
unread as (
    unpivot (select count(*) filter (value_unread > 0) as value,
                    count(*) filter (taxable_unread > 0) as taxable,
                    count(*) filter (igst_unread > 0) as igst,
                    count(*) filter (cgst_unread > 0) as cgst,
                    count(*) filter (sgst_unread > 0) as sgst,
                    count(*) filter (cess_unread > 0) as cess,
                    count(*) filter (gst_unread > 0) as gst from parsed)
    on value, taxable, igst, cgst, sgst, cess, gst into name field value unread
),
reads as (
    select field, sum(amount) as read, sum(amount) filter (class = 'document') as taken,
           sum(amount) filter (class = 'rejected') as rejected,
           sum(amount) filter (class not in ('document', 'rejected')) as excluded
      from fields
     group by field
),
ends as (
    unpivot (select sum(value) as value, sum(taxable) as taxable, sum(igst) as igst, sum(cgst) as cgst, sum(sgst) as sgst,
                    sum(cess) as cess, sum(igst + cgst + sgst) as gst from grouped)
    on value, taxable, igst, cgst, sgst, cess, gst into name field value documents
),
told as (
    unpivot (select sum(case when once then values - told_value else 0 end) as value, cast(0 as hugeint) as taxable from grouped)
    on value, taxable into name field value repeated
),
derived as (
    unpivot (select sum(case when told_value is null then value else 0 end) as value,
                    sum(case when taxable_derived or told_taxable is null then taxable else 0 end) as taxable from grouped)
    on value, taxable into name field value derived
)
select getvariable('sheet_file'), getvariable('sheet_name'), m.field, m.headings, coalesce(r.read, 0),
       coalesce(r.taken, 0) - coalesce(t.repeated, 0), coalesce(t.repeated, 0), coalesce(r.excluded, 0),
       coalesce(r.rejected, 0), coalesce(e.documents, 0), coalesce(d.derived, 0), coalesce(u.unread, 0)
  from amount_field m
  left join reads r using (field)
  left join ends e using (field)
  left join told t using (field)
  left join derived d using (field)
  left join unread u using (field);

-- name: insert_counted#
-- How many rows of each class the sheet has.
insert into counted
select getvariable('sheet_file'), getvariable('sheet_name'), class, count(*)
  from parsed
 group by class;
