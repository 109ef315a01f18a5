-- name: hold$
-- One push of a taxpayer at a time, until the transaction ends: whether this is it.
select pg_try_advisory_xact_lock(hashtextextended('push ' || :gstin, 0));

-- name: void_changed!
-- What isn't about the record as it stands is not sent.
with voided as (
    update desk.decision d
       set state = 'void', words = 'The record has changed since: look again.'
     where d.gstin = :gstin and (d.state = 'approved' or d.state = 'prepared' and not d.needs_approval)
       and not exists (select from desk.record r
                        where r.gstin = :gstin and r.until is null and r.hash = d.hash and r.action = d.was
                          and (r.section, r.stin, r.number, r.period, r.form) = (d.section, d.stin, d.number, d.period, d.form))
 returning d.*
)
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
select gstin, :at, 'desk', 'void', desk.name_of(section, stin, number, period, form), words, policy,
       jsonb_build_object('decision', id)
  from voided;

-- name: any_ready$
select exists (select from desk.decision
                where gstin = :gstin and (state = 'approved' or state = 'prepared' and not needs_approval));

-- name: begin$
-- The next push of this taxpayer.
insert into desk.push (gstin, id, person, began_at, rows)
select :gstin, coalesce(max(id), 0) + 1, :person, :at, 0 from desk.push where gstin = :gstin
returning id;

-- name: take!
-- What may be sent is now being sent.
with taken as (
    update desk.decision
       set state = 'sending', push = :push
     where gstin = :gstin and (state = 'approved' or state = 'prepared' and not needs_approval)
 returning *
)
insert into desk.trail (gstin, at, person, what, record, policy, detail)
select gstin, :at, :person, 'sending', desk.name_of(section, stin, number, period, form), policy,
       jsonb_build_object('decision', id, 'push', :push::int)
  from taken
 order by id;

-- name: count_rows!
update desk.push p
   set rows = (select count(*) from desk.decision d where d.gstin = :gstin and d.push = :push)
 where p.gstin = :gstin and p.id = :push;

-- name: open_pushes
select id, person, rows, batches from desk.push where gstin = :gstin and ended_at is null order by id;

-- name: sending
-- What is being sent, with the version of its record that was decided about.
select d.id, d.section, d.action, d.remarks, d.reduction, d.declared_igst, d.declared_cgst, d.declared_sgst, d.declared_cess,
       r.source
  from desk.decision d
 cross join lateral (
      select source from desk.record r
       where r.gstin = :gstin and r.hash = d.hash and r.action = d.was
         and (r.section, r.stin, r.number, r.period, r.form) = (d.section, d.stin, d.number, d.period, d.form)
       order by since desc
       limit 1) r
 where d.gstin = :gstin and d.push = :push and d.state = 'sending'
 order by d.section, d.id;

-- name: add_batch!
-- By this name the way to the portal knows what was sent.
update desk.push set batches = batches || :batch::text where gstin = :gstin and id = :push and :batch <> all(batches);

-- name: write_verdicts!
-- What became of decisions, each with its trail.
with told as (
    update desk.decision d
       set state = v.state, code = v.code, words = nullif(v.words, '')
      from unnest(:ids::bigint[], :states::text[], :codes::text[], :words::text[]) as v (id, state, code, words)
     where d.gstin = :gstin and d.push = :push and d.state = 'sending' and d.id = v.id
 returning d.*
)
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
select gstin, :at, :person, state, desk.name_of(section, stin, number, period, form), coalesce(words, ''), policy,
       jsonb_strip_nulls(jsonb_build_object('decision', id, 'push', push, 'code', code))
  from told
 order by id;

-- name: end!
-- It is over: every decision has its verdict, and the records were read again.
update desk.push p
   set ended_at = :at, applied = t.applied, refused = t.refused, void = t.void, unknown = t.unknown
  from (select count(*) filter (where state = 'applied') as applied, count(*) filter (where state = 'refused') as refused,
               count(*) filter (where state = 'void') as void, count(*) filter (where state = 'unknown') as unknown
          from desk.decision
         where gstin = :gstin and push = :push) t
 where p.gstin = :gstin and p.id = :push;

-- name: pushes
-- The pushes, the newest first: those that are open as far as they are.
select p.id, p.person, p.began_at, p.ended_at, p.rows, p.applied + t.applied as applied, p.refused + t.refused as refused,
       p.void + t.void as void, p.unknown + t.unknown as unknown
  from desk.push p
 cross join lateral (
      select count(*) filter (where state = 'applied') as applied, count(*) filter (where state = 'refused') as refused,
             count(*) filter (where state = 'void') as void, count(*) filter (where state = 'unknown') as unknown
        from desk.decision
       where gstin = :gstin and push = p.id and p.ended_at is null) t
 where p.gstin = :gstin and p.id = coalesce(:push::int, p.id)
 order by p.id desc
 limit :limit;

-- name: left
-- What of a push isn't applied.
select id, section, stin, number, period, form, state, code, words
  from desk.decision
 where gstin = :gstin and push = :push and state <> 'applied'
 order by state, id;
