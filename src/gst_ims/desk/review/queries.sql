-- name: make_wishes!
-- What is wanted of records, in the order given. `refused` says why it is not to be.
create temp table wish (
    place           int primary key,
    section         text not null,
    stin            text not null,
    number          text not null,
    period          date not null,
    form            text not null,
    hash            text not null,
    was             text not null,
    action          text not null,
    remarks         text,
    reduction       text,
    declared_igst   bigint,
    declared_cgst   bigint,
    declared_sgst   bigint,
    declared_cess   bigint,
    why             text not null,
    policy          text,
    needs_approval  boolean not null,
    refused         text
) on commit drop;

-- name: key_wishes!
create index on wish (section, stin, number, period, form);

-- name: analyse_wishes!
analyze wish;

-- name: refuse!
-- Why a record can't be decided about so: it isn't as it was seen, or somebody else's decision about it is open.
update wish w
   set refused = x.refused
  from (
      select o.place,
             case when o.place <> first_value(o.place) over (partition by o.section, o.stin, o.number, o.period, o.form order by o.place)
                      then 'It stands here twice: the first counts.'
                  when r.gstin is null then 'There is no such record in IMS, or no longer.'
                  when r.hash <> o.hash then 'The supplier has edited the document since: look again.'
                  when r.action <> o.was then 'Somebody acted on the record since: look again.'
                  when d.state = 'sending' then 'It is being sent to the portal: wait until that is over.'
                  when d.state = 'approved' then 'It is approved: undo that first.'
                  when d.person not in (:person, 'desk') then concat('It is for ', d.person, ' to change, who decided about it.')
                  when d.person = :person
                       and (d.hash, d.was, d.action, d.remarks, d.reduction, d.declared_igst, d.declared_cgst, d.declared_sgst,
                            d.declared_cess, d.policy)
                           is not distinct from
                           (o.hash, o.was, o.action, o.remarks, o.reduction, o.declared_igst, o.declared_cgst, o.declared_sgst,
                            o.declared_cess, o.policy) then 'It is decided so already.' end as refused
        from wish o
        left join desk.record r
          on r.gstin = :gstin and r.until is null
         and (r.section, r.stin, r.number, r.period, r.form) = (o.section, o.stin, o.number, o.period, o.form)
        left join desk.decision d
          on d.gstin = :gstin and d.state in ('prepared', 'approved', 'sending')
         and (d.section, d.stin, d.number, d.period, d.form) = (o.section, o.stin, o.number, o.period, o.form)) x
 where w.place = x.place and x.refused is not null;

-- name: wished
-- What is left to be looked at, with its records.
select w.place, w.section, r.source, w.action, w.remarks, w.reduction, w.declared_igst, w.declared_cgst, w.declared_sgst,
       w.declared_cess
  from wish w
  join desk.record r
    on r.gstin = :gstin and r.until is null
   and (r.section, r.stin, r.number, r.period, r.form) = (w.section, w.stin, w.number, w.period, w.form)
 where w.refused is null
 order by w.place;

-- name: refuse_places!
-- Refuse what the rulebook forbids.
update wish w set refused = x.why from unnest(:places::int[], :whys::text[]) as x (place, why) where w.place = x.place;

-- name: refused
select section, stin, number, period, form, refused from wish where refused is not null order by place;

-- name: replace_decisions!
-- What is decided anew takes the place of what the same person, or the program, had prepared.
with replaced as (
    update desk.decision d
       set state = 'undone', words = 'Decided anew.'
      from wish w
     where d.gstin = :gstin and d.state = 'prepared' and d.person in (:person, 'desk') and w.refused is null
       and (d.section, d.stin, d.number, d.period, d.form) = (w.section, w.stin, w.number, w.period, w.form)
 returning d.*
)
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
select :gstin, :at, :person, 'undone', desk.name_of(section, stin, number, period, form), words, policy,
       jsonb_build_object('decision', id)
  from replaced;

-- name: make_decisions!
-- Decisions of what is left, each with its trail. Where another one was faster, his stands.
-- What is at stake is the tax of the document; above the taxpayer's threshold a second person has to look, whoever decided.
with made as (
    insert into desk.decision
          (gstin, section, stin, number, period, form, hash, was, action, remarks, reduction, declared_igst, declared_cgst,
           declared_sgst, declared_cess, stake, person, at, why, policy, needs_approval, state)
    select :gstin, w.section, w.stin, w.number, w.period, w.form, w.hash, w.was, w.action, w.remarks, w.reduction,
           w.declared_igst, w.declared_cgst, w.declared_sgst, w.declared_cess, r.tax, :person, :at, w.why, w.policy,
           w.needs_approval or r.tax > :above::bigint, 'prepared'
      from wish w
      join desk.record r
        on r.gstin = :gstin and r.until is null
       and (r.section, r.stin, r.number, r.period, r.form) = (w.section, w.stin, w.number, w.period, w.form)
     where w.refused is null
     order by w.place
        on conflict do nothing
 returning *
), told as (
    insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
    select gstin, at, person, 'prepared', desk.name_of(section, stin, number, period, form), why, policy,
           jsonb_strip_nulls(jsonb_build_object('decision', id, 'was', was, 'action', action, 'remarks', remarks,
                                                'reduction', reduction, 'needs_approval', needs_approval))
      from made
     order by id
)
update wish w
   set refused = 'Somebody else has decided about it this moment: look again.'
 where w.refused is null
   and not exists (select from made m where (m.section, m.stin, m.number, m.period, m.form)
                                          = (w.section, w.stin, w.number, w.period, w.form));

-- name: effect^
-- What is left does to the credit and to what suppliers owe, against what stands at the portal. `unsure` amend documents that
-- aren't known here, so that only their difference would tell.
select count(*) filter (where e.before is null or e.after is null or t.base is null and 'R' in (r.action, w.action)) as unsure,
       coalesce(sum(e.before), 0)::bigint as credit_before, coalesce(sum(e.after), 0)::bigint as credit_after,
       coalesce(sum(e.owed_before), 0)::bigint as owed_before, coalesce(sum(e.owed_after), 0)::bigint as owed_after
  from wish w
  join desk.record r
    on r.gstin = :gstin and r.until is null
   and (r.section, r.stin, r.number, r.period, r.form) = (w.section, w.stin, w.number, w.period, w.form)
 cross join lateral (select desk.base_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) as base) t
 cross join lateral (
      select desk.credit_of(r.section, r.action,
                            desk.reduction_of(r.reduction, r.declared_igst),
                            r.declared_igst + r.declared_cgst + r.declared_sgst + r.declared_cess, r.tax, t.base) as before,
             desk.credit_of(r.section, w.action, w.reduction,
                            w.declared_igst + w.declared_cgst + w.declared_sgst + w.declared_cess, r.tax, t.base) as after,
             desk.owed_of(r.section, r.action, r.tax, t.base) as owed_before,
             desk.owed_of(r.section, w.action, r.tax, t.base) as owed_after) e
 where w.refused is null;

-- name: drop_wishes!
drop table wish;

-- name: approval_setting^
select value from desk.setting where gstin = :gstin and name = 'approval';

-- name: decisions
-- Decisions by their ids, held until the transaction ends.
select id, section, stin, number, period, form, state, person, needs_approval
  from desk.decision
 where gstin = :gstin and id = any(:ids)
 order by id
   for update;

-- name: step!
-- A step of decisions that were looked at, each with its trail.
with stepped as (
    update desk.decision
       set state = :state, words = nullif(:why, ''),
           approved_by = case :state when 'approved' then :person else approved_by end,
           approved_at = case :state when 'approved' then :at else approved_at end
     where gstin = :gstin and id = any(:ids)
 returning *
)
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
select gstin, :at, :person, state, desk.name_of(section, stin, number, period, form), :why, policy,
       jsonb_build_object('decision', id)
  from stepped
 order by id;

-- name: known_record$
-- Whether there is, or was, a record of this name.
select exists (select from desk.record
                where gstin = :gstin and (section, stin, number, period) = (:section, :stin, :number, :period) and name = :name);

-- name: add_comment!
insert into desk.comment (gstin, record, person, at, text) values (:gstin, :record, :person, :at, :text);
