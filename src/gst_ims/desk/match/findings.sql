-- What is said about each document: bucket, score, rule, partners, reasons, differences.

-- name: wording#
-- Amounts and dates as people read them, and what a pair's levels mean in words. In sentences rupees are grouped by thousand,
-- lakh and crore; in differences they are plain, for programs.
create or replace macro rupees(paise) as
    case when paise < 0 then '-' else '' end || (abs(paise) // 100) || '.' || lpad(cast(abs(paise) % 100 as varchar), 2, '0');
create or replace macro grouped(paise) as
    case when abs(paise) < 100000 then rupees(paise)
         else case when paise < 0 then '-' else '' end
              || ltrim(reverse(regexp_replace(reverse(cast(abs(paise) // 100000 as varchar)), '([0-9]{2})', '\1,', 'g')), ',')
              || ',' || right(rupees(paise), 6) end;
create or replace macro on_day(day) as strftime(day, '%d-%m-%Y');
create or replace macro amount_differs(name, p, b) as
    case when p <> b then {field: name, portal: rupees(p), books: rupees(b), difference: b - p} end;
create or replace macro text_differs(name, p, b) as
    case when p <> b then {field: name, portal: p, books: b, difference: null::bigint} end;
create or replace macro about_gstin(level, p, b) as
    case level
        when 0 then 'The supplier is the same.'
        when 1 then 'The GSTINs ' || p || ' and ' || b || ' are two registrations of one PAN.'
        when 2 then 'One slip separates the GSTINs ' || p || ' (portal) and ' || b || ' (books).'
        else 'Two slips separate the GSTINs ' || p || ' (portal) and ' || b || ' (books).' end;
create or replace macro about_number(level, p, b) as
    case level
        when 0 then 'The number is the same.'
        when 1 then 'The numbers ' || p || ' and ' || b || ' are the same but for how they are written.'
        when 2 then 'One of the numbers ' || p || ' and ' || b || ' is the one that the other document amends.'
        when 3 then 'The numbers ' || p || ' and ' || b || ' have the same serial.'
        when 4 then 'One slip separates the numbers ' || p || ' and ' || b || '.'
        when 5 then 'Two slips separate the numbers ' || p || ' and ' || b || '.'
        else 'The numbers ' || p || ' and ' || b || ' are different.' end;
create or replace macro about_date(p, b) as
    case when p = b then 'The date is the same.'
        else 'The dates ' || on_day(p) || ' and ' || on_day(b) || ' are ' || abs(p - b)
            || case when abs(p - b) = 1 then ' day apart' else ' days apart' end
            || case when year_of(p) <> year_of(b) then ', in two financial years.' else '.' end end;
create or replace macro about_amount(level, taxable, tax) as
    case level
        when 0 then 'The amounts are the same.'
        when 1 then 'Every amount is within the tolerance.'
        when 2 then 'The tax is the same, under other heads.'
        when 3 then 'The taxable value is the same; the tax differs by ' || grouped(tax) || '.'
        else 'The taxable value differs by ' || grouped(taxable) || ', the tax by ' || grouped(tax) || '.' end;

-- name: amendments#
-- Documents that another one of their side amends; the last amendment counts.
create or replace table superseded as
select 0 as side, o.doc, arg_max(a.doc, (a.document_date, a.id)) as newer
  from portal a
  join kinds k on k.section = a.section and k.amended
  join portal o on (o.rtin, o.stin, o.kind, o.number) = (a.rtin, a.stin, a.kind, a.original_number) and o.doc <> a.doc
 where (o.document_date = a.original_date) is not false and o.section <> a.section
 group by o.doc
 union all
select 1, o.doc, arg_max(a.doc, (a.document_date, a.id))
  from books a
  join kinds k on k.section = a.section and k.amended
  join books o on (o.rtin, o.stin, o.kind, o.number) = (a.rtin, a.stin, a.kind, a.original_number) and o.doc <> a.doc
 where (o.document_date = a.original_date) is not false and o.section <> a.section
 group by o.doc;

-- name: pairings#
-- Every pair that isn't plain. An amendment takes over the partner of what it amends, if it has none of its own.
create or replace table plain_pair as select p, b, rule from link;
create or replace table pairing as
select p, b, number, amount, gstin, kind, score, weight, false as amended from edge where linked;
create or replace table moved as
with both_kinds as (select p, b from plain_pair union all select p, b from pairing),
taken as (
    select 0 as side, p as doc from both_kinds union all select 1, b from both_kinds union all select side, doc from member
)
select p, b, p_was, b_was
  from (select s.newer as p, l.b, l.p as p_was, l.b as b_was, 0 as side, s.newer
          from both_kinds l join superseded s on s.side = 0 and s.doc = l.p
         union all
        select l.p, s.newer, l.p, l.b, 1, s.newer
          from both_kinds l join superseded s on s.side = 1 and s.doc = l.b)
 where (side, newer) not in (from taken) and (p, b) not in (select (p, b) from apart)
qualify row_number() over (partition by p_was, b_was order by side) = 1
    and row_number() over (partition by side, newer order by p_was, b_was) = 1;
delete from plain_pair where (p, b) in (select (p_was, b_was) from moved);
delete from pairing where (p, b) in (select (p_was, b_was) from moved);
insert into pairing
select m.p, m.b, case when p.number = b.number then 0 else 2 end,
       case when p.taxable = b.taxable and p.igst = b.igst and p.cgst = b.cgst and p.sgst = b.sgst and p.cess = b.cess then 0
            else 4 end,
       0, 0, 99, 20, true
  from moved m join portal p on p.doc = m.p join books b on b.doc = m.b;

-- name: seen#
-- Which documents have a partner, and of the others which say again what is said elsewhere on their side; and those that
-- are in no plain pair, of which there is more to say.
create or replace view partnered as
select 0 as side, p as doc from plain_pair union all select 1, b from plain_pair
 union all select 0, p from pairing union all select 1, b from pairing
 union all select side, doc from member;
create or replace table said_again as
select side, doc, arg_min(other, first) as of_doc
  from twin
 where not first or (side, other) in (from partnered)
 group by side, doc;
delete from said_again where (side, doc) in (from partnered);
create or replace table portal_open as from portal anti join plain_pair on plain_pair.p = portal.doc;
create or replace table books_open as from books anti join plain_pair on plain_pair.b = books.doc;

-- name: nearest#
-- What came nearest without being the partner, for each document that was compared.
create or replace table near_miss as
with other as (
    select 0 as side, p as doc, b as near, e.* from edge e anti join pairing using (p, b)
     union all
    select 1, b, p, e.* from edge e anti join pairing using (p, b)
)
select other.side, other.doc, other.near,
       other_side.number || ' of ' || on_day(other_side.document_date) || ': '
       || lower(about_number(other.number, p.number, b.number)[1]) || about_number(other.number, p.number, b.number)[2:]
       || ' ' || about_date(p.document_date, b.document_date)
       || ' ' || about_amount(other.amount, abs(p.taxable - b.taxable),
                              abs(p.igst + p.cgst + p.sgst + p.cess - b.igst - b.cgst - b.sgst - b.cess)) as words
  from other
  join portal_open p on p.doc = other.p
  join books_open b on b.doc = other.b
  join (select 1 as at, doc, number, document_date from books_open union all select 0, doc, number, document_date from portal_open)
       as other_side on other_side.at = 1 - other.side and other_side.doc = other.near
qualify row_number() over (partition by other.side, other.doc order by other.weight desc, other.tie) = 1;

-- name: held_apart#
-- What the user said of documents that have no partner.
create or replace table held as
with other as (
    select 0 as side, p as doc, number, document_date from apart join books b on b.doc = apart.b
     union
    select 1, b, number, document_date from apart join portal p on p.doc = apart.p
)
select side, doc, string_agg(number || ' of ' || on_day(document_date), ', ' order by document_date, number) as words
  from other group by side, doc;

-- name: findings#
-- The pairs that aren't plain, in words. Identity is sure where supplier and number are; then it is the fields that count.
create or replace table finding as
with fields as (
    select g.*, p.id as p_id, b.id as b_id,
           coalesce(p.pos <> b.pos, false) as other_pos, p.reverse_charge <> b.reverse_charge as other_charge,
           'credit' in (p.kind, b.kind) and 'invoice' in (p.kind, b.kind) as confused,
           coalesce(p.value <> b.value, false) as value_off,
           abs(p.value - b.value) > 2 * getvariable('absolute') + getvariable('relative') * p.value // 10000 as other_value,
           abs(p.document_date - b.document_date) as days, b.negative or p.negative as below_zero,
           list_filter([
               text_differs('supplier', p.stin, b.stin), text_differs('number', p.number, b.number),
               case when p.document_date <> b.document_date then {field: 'date', portal: on_day(p.document_date),
                   books: on_day(b.document_date), difference: b.document_date - p.document_date} end,
               text_differs('kind', p.kind, b.kind), text_differs('place of supply', p.pos, b.pos),
               text_differs('reverse charge', cast(p.reverse_charge as varchar), cast(b.reverse_charge as varchar)),
               amount_differs('value', p.value, b.value), amount_differs('taxable', p.taxable, b.taxable),
               amount_differs('igst', p.igst, b.igst), amount_differs('cgst', p.cgst, b.cgst),
               amount_differs('sgst', p.sgst, b.sgst), amount_differs('cess', p.cess, b.cess)
           ], lambda x: x is not null) as differences,
           list_filter([
               about_gstin(g.gstin, p.stin, b.stin), about_number(g.number, p.number, b.number),
               about_date(p.document_date, b.document_date),
               about_amount(g.amount, abs(p.taxable - b.taxable),
                            abs(p.igst + p.cgst + p.sgst + p.cess - b.igst - b.cgst - b.sgst - b.cess)),
               case when p.value <> b.value and g.amount = 0
                    then 'The invoice value differs by ' || grouped(abs(p.value - b.value)) || '.' end,
               case when p.pos <> b.pos
                    then 'The place of supply is ' || p.pos || ' on the portal and ' || b.pos || ' in the books.' end,
               case when p.reverse_charge <> b.reverse_charge then 'Only one side says reverse charge.' end,
               case when g.kind = 1 then 'The kind is ' || p.kind || ' on the portal and ' || b.kind || ' in the books.' end,
               case when b.negative then 'The books have it below zero, which is a credit note.' end,
               case when p.negative then 'The portal has it below zero, which is a credit note.' end,
               case when g.amended then 'It is the amendment of the document that the other side has.' end,
               case when pn.words <> '' then 'Not the books'' ' || pn.words end,
               case when bn.words <> '' then 'Not the portal''s ' || bn.words end
           ], lambda x: x is not null) as reasons
      from pairing g
      join portal_open p on p.doc = g.p
      join books_open b on b.doc = g.b
      left join near_miss pn on pn.side = 0 and pn.doc = g.p
      left join near_miss bn on bn.side = 1 and bn.doc = g.b
)
select p, b, p_id, b_id, score, reasons, differences,
       case when amended then 'amendment'
            when kind = 1 then case when confused then 'credit note as invoice' else 'other kind' end
            when gstin = 1 then 'other GSTIN of the PAN'
            when gstin > 1 then 'GSTIN mistyped'
            when number = 6 then 'other number'
            when number > 3 then 'number mistyped'
            when number = 3 then 'same serial'
            when number = 2 then 'amendment'
            when amount = 2 then 'other tax heads'
            when amount > 2 then 'amounts differ'
            when other_charge then 'reverse charge differs'
            when other_pos then 'other place of supply'
            when days > 0 then 'date shifted'
            when amount = 1 then 'within tolerance'
            when value_off then 'value differs'
            when number = 1 then 'number written otherwise'
            when below_zero then 'credit note below zero'
            else 'exact' end as rule,
       case when number <= 1 and gstin = 0 and kind = 0 and amount <= 1 and days <= getvariable('days')
             and not other_pos and not other_charge and other_value is not true
            then case when score < 95 then 'probable' when amount = 0 and days = 0 and not value_off then 'matched' else 'within tolerance' end
            when number <= 2 and (gstin = 0 or amount <= 1) then 'mismatch'
            else 'probable' end as bucket
  from fields;

-- name: group_findings#
-- Groups, with what both sides sum up to.
create or replace table group_finding as
with sums as (
    select grp, any_value(rule) as rule, any_value(by_what) as by_what,
           sum(d.taxable) filter (side = 0) as p_taxable, sum(d.taxable) filter (side = 1) as b_taxable,
           sum(d.tax) filter (side = 0) as p_tax, sum(d.tax) filter (side = 1) as b_tax,
           count(*) filter (side = 0) as p_count, count(*) filter (side = 1) as b_count, count(*) as members
      from member m
      join (select 0 as side, doc, taxable, igst + cgst + sgst + cess as tax, kind from portal
             union all
            select 1, doc, taxable, igst + cgst + sgst + cess, kind from books) d using (side, doc)
     group by grp
)
select grp, rule,
       case when by_what = 'sum' then 'probable'
            when p_taxable = b_taxable and p_tax = b_tax then 'matched'
            when greatest(abs(p_taxable - b_taxable), abs(p_tax - b_tax)) <= getvariable('absolute') * members then 'within tolerance'
            else 'mismatch' end as bucket,
       case by_what when 'the user' then getvariable('manual_score') when 'number' then getvariable('named_score')
            else getvariable('sum_score') end as score,
       list_filter([
           case by_what when 'the user' then 'You decided that these belong together.' end,
           case when by_what <> 'the user' then 'The portal has ' || p_count || ' and the books have ' || b_count
               || ' that add up to the same: taxable value ' || grouped(p_taxable) || ', tax ' || grouped(p_tax) || '.' end,
           case by_what when 'number' then 'Their numbers are the same, but for a suffix.'
                        when 'sum' then 'Only the sums say so, and that they are of one supplier and near in time.' end
       ], lambda x: x is not null) as reasons,
       list_filter([amount_differs('taxable', p_taxable, b_taxable), amount_differs('tax', p_tax, b_tax)],
                   lambda x: x is not null) as differences
  from sums;
