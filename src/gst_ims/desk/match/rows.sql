-- One row for each document of either side. The statements are run for each side in turn: {me} is its table and {other} the
-- other one, {side} and {other_side} their numbers, {mine} and {its} the columns of a pair that name their documents.

-- name: said#
-- The rows of documents that are in no pair.
create or replace table said (
    side varchar, id varchar, rtin varchar, stin varchar, section varchar, kind varchar, number varchar, document_date date,
    taxable bigint, igst bigint, cgst bigint, sgst bigint, cess bigint,
    bucket varchar, score bigint, rule varchar,
    partners struct(id varchar, stin varchar, section varchar, number varchar, document_date date)[],
    reasons varchar[], differences struct(field varchar, portal varchar, books varchar, difference bigint)[]
);

-- name: result!
-- Most documents are in pairs, and what is said of those needs no memory of its own.
create or replace view result as {pairs} union all from said;

-- name: plain_rows
select '{me}' as side, m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date,
       m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       'matched' as bucket, case l.rule when 'exact' then {exact_score} else {number_score} end as score,
       case when m.negative or o.negative then 'credit note below zero' when l.rule = 'exact' then 'exact'
            else 'number written otherwise' end as rule,
       [struct_pack(id := o.id, stin := o.stin, section := o.section, number := o.number, document_date := o.document_date)]
           as partners,
       case when m.negative or o.negative then ['Supplier, number, date and amounts are the same.', 'One side has it below zero, which is a credit note.']
            when l.rule = 'exact' then ['Supplier, number, date and amounts are the same, and nothing else has them.']
            else ['Supplier, date and amounts are the same.', about_number(1, {portal}.number, {books}.number)] end as reasons,
       case when l.rule = 'exact' then [] else [text_differs('number', {portal}.number, {books}.number)] end as differences
  from plain_pair l join {me} m on m.doc = l.{mine} join {other} o on o.doc = l.{its}

-- name: pair_rows
select '{me}', m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date, m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       f.bucket, f.score, f.rule,
       [struct_pack(id := o.id, stin := o.stin, section := o.section, number := o.number, document_date := o.document_date)],
       f.reasons, f.differences
  from finding f join {me}_open m on m.doc = f.{mine} join {other}_open o on o.doc = f.{its}

-- name: group_rows!
insert into said
with partners as (
    select grp, list(struct_pack(id := o.id, stin := o.stin, section := o.section, number := o.number, document_date := o.document_date)
                     order by o.document_date, o.number, o.id) as partners
      from member join {other}_open o using (doc) where side = {other_side} group by grp
)
select '{me}', m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date, m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       g.bucket, g.score, g.rule, partners, g.reasons, g.differences
  from member join {me}_open m using (doc) join group_finding g using (grp) join partners using (grp) where side = {side};

-- name: single_rows!
-- What has no partner, and why: `stranger` if the other side has nothing of its recipient, `uncharged` if it is under reverse
-- charge and nothing is there.
insert into said
with alone as (
    select *, exists (select 1 from {other}) and rtin not in (select distinct rtin from {other}) as stranger,
           reverse_charge and not exists (select 1 from {other} where reverse_charge) as uncharged
      from {me}_open anti join (from partnered where side = {side}) as partnered using (doc)
)
select '{me}', m.id, m.rtin, m.stin, m.section, m.kind, m.number, m.document_date, m.taxable, m.igst, m.cgst, m.sgst, m.cess,
       case when not m.comparable then 'not comparable'
            when s.doc is not null or t.doc is not null then 'duplicate'
            when stranger or uncharged then 'not comparable'
            else 'missing in {other}' end,
       case when not m.comparable then 100 when s.doc is not null or t.doc is not null then getvariable('copy_score')
            else 100 - coalesce(n.score, 0) end,
       case when not m.comparable then 'incomplete' when s.doc is not null then 'amended'
            when t.doc is not null then 'duplicate in {me}'
            when stranger then 'recipient not there'
            when uncharged then 'reverse charge'
            else 'no partner' end,
       [],
       case when not m.comparable then ['The recipient, the supplier, the number, the date or the section isn''t given.']
            when s.doc is not null then [newer.number || ' of ' || on_day(newer.document_date) || ' amends it, and counts instead.']
            when t.doc is not null then ['It says again what ' || first.number || ' of ' || on_day(first.document_date) || ' (' || first.id || ') says.']
            when stranger then ['{Other} no document of recipient ' || m.rtin || '.']
            when uncharged
            then ['Tax is due under reverse charge: such documents never enter IMS.']
            when held.words is not null or near.words is not null
            then list_filter(['{Other} nothing ' || case when held.words is null then '' else 'else ' end || 'for it.',
                              'You decided that it doesn''t belong to ' || held.words || '.', 'The nearest is ' || near.words],
                             lambda x: x is not null)
            else ['{Other} nothing of this supplier with this number, or with this amount.'] end,
       []
  from alone m
  left join superseded s on s.side = {side} and s.doc = m.doc
  left join (from {me} where doc in (select newer from superseded where side = {side})) newer on newer.doc = s.newer
  left join said_again t on t.side = {side} and t.doc = m.doc
  left join (from {me} where doc in (select of_doc from said_again where side = {side})) first on first.doc = t.of_doc
  left join held on held.side = {side} and held.doc = m.doc
  left join near_miss near on near.side = {side} and near.doc = m.doc
  left join (select {mine} as doc, max(score) as score from edge group by 1) n on n.doc = m.doc;
