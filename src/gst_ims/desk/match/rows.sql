-- One row for each document of either side. The statements are run for each side in turn: {me} is its table and {other} the
-- other one, {side} and {other_side} their numbers, {mine} and {its} the columns of a pair that name their documents.

-- name: result#
create or replace table result (
    side varchar, id varchar, rtin varchar, stin varchar, section varchar, kind varchar, number varchar, document_date date,
    taxable bigint, igst bigint, cgst bigint, sgst bigint, cess bigint,
    bucket varchar, score bigint, rule varchar,
    partners struct(id varchar, stin varchar, section varchar, number varchar, document_date date)[],
    reasons varchar[], differences struct(field varchar, portal varchar, books varchar, difference bigint)[]
);

-- name: plain_rows!
insert into result
select '{me}', m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date, m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       'matched', case l.rule when 'exact' then getvariable('exact_score') else getvariable('number_score') end,
       case when m.negative or o.negative then 'credit note below zero' when l.rule = 'exact' then 'exact'
            else 'number written otherwise' end,
       [struct_pack(id := o.id, stin := o.stin, section := o.section, number := o.number, document_date := o.document_date)],
       case when m.negative or o.negative then ['Supplier, number, date and amounts are the same.', 'One side has it below zero, which is a credit note.']
            when l.rule = 'exact' then ['Supplier, number, date and amounts are the same, and nothing else has them.']
            else ['Supplier, date and amounts are the same.', about_number(1, {portal}.number, {books}.number)] end,
       case when l.rule = 'exact' then [] else [text_differs('number', {portal}.number, {books}.number)] end
  from plain_pair l join {me} m on m.doc = l.{mine} join {other} o on o.doc = l.{its};

-- name: pair_rows!
insert into result
select '{me}', m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date, m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       f.bucket, f.score, f.rule,
       [struct_pack(id := o.id, stin := o.stin, section := o.section, number := o.number, document_date := o.document_date)],
       f.reasons, f.differences
  from finding f join {me} m on m.doc = f.{mine} join {other} o on o.doc = f.{its};

-- name: group_rows!
insert into result
with partners as (
    select grp, list(struct_pack(id := o.id, stin := o.stin, section := o.section, number := o.number, document_date := o.document_date)
                     order by o.document_date, o.number, o.id) as partners
      from member join {other} o using (doc) where side = {other_side} group by grp
)
select '{me}', m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date, m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       g.bucket, g.score, g.rule, partners, g.reasons, g.differences
  from member join {me} m using (doc) join group_finding g using (grp) join partners using (grp) where side = {side};

-- name: single_rows!
-- What has no partner, and why.
insert into result
select '{me}', m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date, m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       case when not m.comparable then 'not comparable'
            when s.doc is not null or t.doc is not null then 'duplicate'
            when exists (select 1 from {other}) and m.rtin not in (select rtin from {other}) then 'not comparable'
            when m.reverse_charge and not exists (select 1 from {other} where reverse_charge) then 'not comparable'
            else 'missing in {other}' end,
       case when not m.comparable then 100 when s.doc is not null or t.doc is not null then getvariable('copy_score')
            else 100 - coalesce(n.score, 0) end,
       case when not m.comparable then 'incomplete' when s.doc is not null then 'amended'
            when t.doc is not null then 'duplicate in {me}'
            when exists (select 1 from {other}) and m.rtin not in (select rtin from {other}) then 'recipient not there'
            when m.reverse_charge and not exists (select 1 from {other} where reverse_charge) then 'reverse charge'
            else 'no partner' end,
       [],
       case when not m.comparable then ['The recipient, the supplier, the number, the date or the section isn''t given.']
            when s.doc is not null then [newer.number || ' of ' || on_day(newer.document_date) || ' amends it, and counts instead.']
            when t.doc is not null then ['It says again what ' || first.number || ' of ' || on_day(first.document_date) || ' (' || first.id || ') says.']
            when exists (select 1 from {other}) and m.rtin not in (select rtin from {other}) then ['{Other} no document of recipient ' || m.rtin || '.']
            when m.reverse_charge and not exists (select 1 from {other} where reverse_charge)
            then ['Tax is due under reverse charge: such documents never enter IMS.']
            when held.words is not null or near.words is not null
            then list_filter(['{Other} nothing ' || case when held.words is null then '' else 'else ' end || 'for it.',
                              'You decided that it doesn''t belong to ' || held.words || '.', 'The nearest is ' || near.words],
                             lambda x: x is not null)
            else ['{Other} nothing of this supplier with this number, or with this amount.'] end,
       []
  from {me} m
  left join superseded s on s.side = {side} and s.doc = m.doc
  left join (select * from {me} where doc in (select newer from superseded where side = {side})) newer on newer.doc = s.newer
  left join said_again t on t.side = {side} and t.doc = m.doc
  left join (select * from {me} where doc in (select of_doc from said_again where side = {side})) first on first.doc = t.of_doc
  left join held on held.side = {side} and held.doc = m.doc
  left join near_miss near on near.side = {side} and near.doc = m.doc
  left join (select {mine} as doc, max(score) as score from edge group by 1) n on n.doc = m.doc
 where m.doc not in (select doc from partnered where side = {side});
