-- What a policy is asked about, in DuckDB: one row for each record, with the columns of columns.py and what proposals need
-- besides. Amounts are paise. `today`, `days_to_draft` and `days_to_3b` are variables of the connection. Nothing here is made
-- of anything that a user wrote but the conditions, which were checked and written anew (expression.py).

-- name: closed#
-- Whatever is handed in is registered by now: files, addresses and settings are out of reach from here on.
set enable_progress_bar = false;
set enable_external_access = false;
set lock_configuration = true;

-- name: tables#
create table section_fact (section varchar, credit_note boolean, amendment boolean, declares boolean);
create table pending_limit (period date, r1a boolean, day date);
create table credit_limit (year int, day date);

-- name: section_fact!
insert into section_fact values (?, ?, ?, ?);

-- name: pending_limit!
insert into pending_limit values (?, ?, ?);

-- name: credit_limit!
insert into credit_limit values (?, ?);

-- name: periods
select distinct period, form = 'R1A' from records;

-- name: years
select distinct year(document_date - interval 3 month) from records;

-- name: helpers#
create macro difference_of(list, name) as
    coalesce(list_filter(list, lambda d: d.field = name)[1].difference, 0);
-- An amount as it counts in a sum: credit notes are taken off.
create macro signed(section, amount) as case when section in ('b2bcn', 'b2bcna') then -amount else amount end;
create macro at_year(day) as year(day - interval 3 month);

-- name: view#
create table asked as
with told as (
    select * exclude (differences),
           case when differences = '[]' then []
                else from_json(differences, '[{"field": "varchar", "difference": "bigint"}]') end as differences
      from findings
),
finding as (
    select *, list_transform(differences, lambda d: d.field) as fields from told
),
partner as (
    select f.id, count(b.id) as found, arg_min(b.label, f.partner) as label,
           coalesce(bool_or(b.reverse_charge), false) as reverse_charge
      from (select id, unnest(partners) as partner from findings) f
      left join books b on b.id = f.partner
     group by f.id
),
vendor as (
    select vendor, list(distinct list) as lists from vendors group by vendor
),
compared as (
    -- A finding counts while all that it is about stands as it was matched.
    select r.*, f.bucket, f.score, f.rule, len(f.partners) as partners, p.label, p.reverse_charge, f.differences, f.fields,
           r.igst + r.cgst + r.sgst + r.cess as tax, substr(r.stin, 3, 10) as pan
      from records r
      left join partner p on p.id = r.id
      left join finding f
        on f.id = r.id and r.compared and (len(f.partners) = 0 or p.found = len(f.partners))
)
select r.id, r.section, r.stin as supplier, r.trade_name as supplier_name, r.number, r.document_date,
       strftime(r.period, '%m%Y') as period, r.form, r.invoice_type, r.pos as place_of_supply,
       nullif(r.original_number, '') as original_number, r.original_date, s.credit_note, s.amendment,
       case r.action when 'N' then 'no_action_taken' when 'A' then 'accepted' when 'R' then 'rejected' else 'pending' end as action,
       r.filed, r.pending_blocked, r.remarks_blocked,
       coalesce(s.declares and not r.reduction_blocked, s.credit_note) as asks_reduction,
       nullif(r.remarks, '') as remarks, r.value, r.taxable, r.igst, r.cgst, r.sgst, r.cess, r.tax, r.original_tax,
       coalesce(r.bucket, 'not compared') as bucket, coalesce(r.score, 0)::bigint as score, r.rule as match_rule,
       coalesce(r.partners, 0)::bigint as partners, r.label as book_label, coalesce(r.reverse_charge, false) as book_reverse_charge,
       case when r.partners > 0 then difference_of(r.differences, 'value') end as difference_value,
       case when r.partners > 0 then difference_of(r.differences, 'taxable') end as difference_taxable,
       -- Of documents that were added up, only the sums are known.
       r.partners > 0 and not list_contains(r.fields, 'tax') as has_heads,
       case when has_heads then difference_of(r.differences, 'igst') end as difference_igst,
       case when has_heads then difference_of(r.differences, 'cgst') end as difference_cgst,
       case when has_heads then difference_of(r.differences, 'sgst') end as difference_sgst,
       case when has_heads then difference_of(r.differences, 'cess') end as difference_cess,
       case when has_heads then difference_igst + difference_cgst + difference_sgst + difference_cess
            when r.partners > 0 then difference_of(r.differences, 'tax') end as difference_tax,
       case when r.partners > 0 then difference_of(r.differences, 'date') end as days_apart,
       coalesce(r.fields, []) as differing,
       case when r.bucket = 'mismatch' and has_heads and len(list_filter(r.fields, lambda f: f in ('igst', 'cgst', 'sgst', 'cess'))) > 0
            then abs(difference_igst) + abs(difference_cgst) + abs(difference_sgst) + abs(difference_cess)
            when r.bucket = 'mismatch' and list_contains(r.fields, 'tax') then abs(difference_tax)
            else r.tax end as at_stake,
       r.pan, substr(r.stin, 1, 2) as state, coalesce(u.documents, 0)::bigint as supplier_documents,
       coalesce(100 * u.matched // u.documents, 0)::bigint as supplier_matched, coalesce(u.rejected, 0)::bigint as supplier_rejected,
       coalesce(u.first_seen, getvariable('today')) as first_seen,
       list_concat(coalesce(v.lists, []), coalesce(w.lists, [])) as lists,
       getvariable('today') as today, getvariable('days_to_draft') as days_to_draft, getvariable('days_to_3b') as days_to_3b,
       case when r.pending_blocked then null
            when asks_reduction then p.day - getvariable('today')
            else c.day - getvariable('today') end as days_to_pending_limit,
       case when not s.credit_note then c.day - getvariable('today') end as days_to_credit_limit,
       -- What conditions can't ask about.
       r.period as period_day, r.hash, r.action as was,
       case when r.reduction is null then null when not r.reduction then 'none' when r.declared_igst is null then 'full'
            else 'amounts' end as was_reduced,
       r.declared_igst + r.declared_cgst + r.declared_sgst + r.declared_cess as was_declared,
       -- What the document brings to GSTR-2B, with what it amends taken off: below zero where it takes credit away, null
       -- where it isn't known what it amends.
       (case when s.credit_note then -1 else 1 end) * (r.tax - case when s.amendment then r.original_tax else 0 end) as effect
  from compared r
  join section_fact s on s.section = r.section
  left join suppliers u on u.stin = r.stin
  left join vendor v on v.vendor = r.stin
  left join vendor w on w.vendor = r.pan
  left join pending_limit p on p.period = r.period and p.r1a = (r.form = 'R1A')
  left join credit_limit c on c.year = at_year(r.document_date);

-- name: rules#
create or replace table rules (place int, name varchar, wish varchar, remarks varchar, declaration varchar, approval bigint);

-- name: rule!
insert into rules values (?, ?, ?, ?, ?, ?);

-- name: credit#
-- What a document brings to GSTR-2B, and to its supplier's liability, under an action (R4.7, R5.4, R6.5).
create macro credit_of(action, effect, reduction, declared) as
    case when action in ('R', 'P') then 0
         when effect >= 0 or reduction is null or reduction = 'full' then effect
         when reduction = 'none' then 0
         else -declared end;
create macro liability_of(action, effect) as case when action = 'R' and effect < 0 then -effect else 0 end;

-- name: outcome#
-- What becomes of each record. `place` is that of the rule, 0 where none holds, and -1 for what is decided at the portal
-- already, which rules leave alone. `problem` says why a rule's wish can't be, so that people are asked.
create or replace table {table} as
with judged as (
    select *, case when was in ('A', 'R') then -1 {whens} else 0 end as place from asked
),
wished as (
    select j.*, r.name as rule, coalesce(r.wish, 'ask') as wish,
           case when not j.remarks_blocked then r.remarks end as new_remarks,
           coalesce(r.wish = 'accept' and j.asks_reduction, false) as declaring, r.declaration, r.approval,
           case when r.declaration = 'as in books' and j.section = 'b2bcn' then j.igst + j.difference_igst
                when j.difference_igst = 0 then j.igst end as books_igst,
           case when r.declaration = 'as in books' and j.section = 'b2bcn' then j.cgst + j.difference_cgst
                when j.difference_cgst = 0 then j.cgst end as books_cgst,
           case when r.declaration = 'as in books' and j.section = 'b2bcn' then j.sgst + j.difference_sgst
                when j.difference_sgst = 0 then j.sgst end as books_sgst,
           case when r.declaration = 'as in books' and j.section = 'b2bcn' then j.cess + j.difference_cess
                when j.difference_cess = 0 then j.cess end as books_cess
      from judged j
      left join rules r on r.place = j.place
),
declared as (
    select *,
           coalesce(books_igst between 0 and igst and books_cgst between 0 and cgst and books_sgst between 0 and sgst
                    and books_cess between 0 and cess and books_cgst = books_sgst, false) as declarable,
           case when not declaring then null
                when declaration <> 'as in books' then declaration
                when not declarable then null
                when books_igst + books_cgst + books_sgst + books_cess = tax then 'full'
                when books_igst + books_cgst + books_sgst + books_cess = 0 then 'none'
                else 'amounts' end as new_reduction
      from wished
),
possible as (
    select *,
           case when wish = 'pending' and pending_blocked then 'It can''t be kept pending, or no longer (R2.14).'
                when declaring and declaration = 'as in books' and not declarable
                     then 'The books don''t say by how much credit is reduced, or by more than the document does (R6.7, R6.8).'
                when new_reduction <> 'full' and remarks_blocked
                     then 'It takes no remarks, which a partial reduction needs (R6.10, R6.11).' end as problem
      from declared
),
done as (
    select *,
           case when problem is not null then 'ask' else wish end as does,
           case when place = -1 or does = 'ask' then was else upper(does[1]) end as becomes
      from possible
)
select id, section, supplier, supplier_name, number, document_date, period_day as period, form, hash, was, becomes, place, rule, wish,
       does, problem, value, taxable, tax, at_stake,
       becomes <> was as proposed,
       case when proposed then new_remarks end as remarks,
       case when proposed then new_reduction end as reduction,
       case when proposed and new_reduction = 'amounts' then books_igst end as declared_igst,
       case when proposed and new_reduction = 'amounts' then books_cgst end as declared_cgst,
       case when proposed and new_reduction = 'amounts' then books_sgst end as declared_sgst,
       case when proposed and new_reduction = 'amounts' then books_cess end as declared_cess,
       coalesce(proposed and approval <= tax, false) as needs_approval,
       effect is null as unsure,
       credit_of(was, effect, case was when 'A' then was_reduced end, was_declared) as credit_before,
       case when not proposed then credit_before
            else credit_of(becomes, effect, new_reduction, books_igst + books_cgst + books_sgst + books_cess) end as credit_after,
       liability_of(was, effect) as liability_before, liability_of(becomes, effect) as liability_after
  from done;

-- name: proposals
select section, supplier as stin, number, period, form, hash, was, becomes as action, remarks, reduction, declared_igst, declared_cgst,
       declared_sgst, declared_cess, tax as stake, $policy || ': ' || rule as policy, needs_approval
  from outcome
 where proposed
 order by section, stin, number, period, form;

-- name: questions
-- What is kept pending at the portal, and what a rule asks people about all the same.
select id, hash, $policy || ': ' || rule as policy from outcome where place > 0 and does = 'ask' and was = 'P' order by id;

-- name: figures
-- Of each rule: how much it holds for, with credit notes taken off, and what comes of it.
select place, count(*) as records, sum(signed(section, value))::bigint as value, sum(signed(section, tax))::bigint as tax,
       count(*) filter (proposed) as proposed, count(*) filter (needs_approval) as approvals,
       count(*) filter (problem is not null) as unable, min(problem) as problem
  from outcome group by place order by place;

-- name: totals
select count(*) filter (unsure),
       coalesce(sum(credit_before) filter (not unsure), 0)::bigint, coalesce(sum(credit_after) filter (not unsure), 0)::bigint,
       coalesce(sum(liability_before) filter (not unsure), 0)::bigint, coalesce(sum(liability_after) filter (not unsure), 0)::bigint
  from outcome;

-- name: changed#
-- What would be otherwise than under the policy in force, the most tax first.
create or replace table changed as
select n.id, n.section, n.supplier, n.supplier_name, n.number, n.document_date, n.period, n.tax, i.does as was, n.does as becomes,
       i.reduction as reduction_was, n.reduction as reduction_becomes, i.rule as rule_was, n.rule as rule_becomes
  from outcome n
  join in_force i on i.id = n.id
 where n.place >= 0
   and (n.does, n.remarks, n.reduction, n.declared_igst, n.declared_cgst, n.declared_sgst, n.declared_cess, n.needs_approval)
       is distinct from
       (i.does, i.remarks, i.reduction, i.declared_igst, i.declared_cgst, i.declared_sgst, i.declared_cess, i.needs_approval);

-- name: changes
select was, becomes, count(*) as records, sum(signed(section, tax))::bigint as tax
  from changed group by was, becomes order by tax desc, was, becomes;

-- name: changed_records
select * from changed order by tax desc, id;

-- name: behind
-- The records of a rule by its place, or of all of them, the most tax first, a page by key: all, those that are decided
-- otherwise than they stand, those that a second person has to approve, or those for which the rule's wish isn't possible.
select id, section, supplier, supplier_name, number, document_date, period, tax, was, becomes, does, rule, problem, remarks, reduction,
       needs_approval, case when not unsure then credit_before end as credit_before, case when not unsure then credit_after end as credit_after
  from outcome
 where ($place::int is null or place = $place)
   and case $which when 'decides' then proposed when 'approve' then needs_approval when 'unable' then problem is not null else true end
   and ($after::varchar is null or (tax < $tax or tax = $tax and id > $after))
 order by tax desc, id
 limit $limit;

-- name: changed_behind
-- Of what changes against the policy in force a page, the most tax first.
select * from changed
 where ($was::varchar is null or was = $was and becomes = $becomes)
   and ($after::varchar is null or (tax < $tax or tax = $tax and id > $after))
 order by tax desc, id
 limit $limit;

-- name: known_lists
select distinct list from vendors;
