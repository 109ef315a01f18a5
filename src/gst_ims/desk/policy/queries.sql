-- name: records
-- The records as they stand, for the view. `compared`: the newest matching has seen this version. With :all without regard to
-- decisions; otherwise only those that are the program's to decide about: there is none about this version, or the newest one
-- is its own and not approved, or is void. What a person made, took back or returned stays his.
select r.name as id, r.section, r.stin, r.number, r.period, r.form,
       r.trade_name, r.document_date, r.invoice_type, r.original_number, r.original_date, r.pos, r.value, r.taxable,
       r.igst, r.cgst, r.sgst, r.cess, r.action, r.filed, r.pending_blocked, r.remarks, r.remarks_blocked, r.reduction,
       r.declared_igst, r.declared_cgst, r.declared_sgst, r.declared_cess, r.reduction_blocked, r.hash,
       coalesce(r.since <= (select sync from desk.matching where gstin = :gstin order by id desc limit 1), false) as compared,
       case when r.original_number is not null
            then desk.base_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) end as original_tax
  from desk.record r
  left join lateral (
      select state, person, hash
        from desk.decision d
       where not :all and d.gstin = :gstin
         and (d.section, d.stin, d.number, d.period, d.form) = (r.section, r.stin, r.number, r.period, r.form)
       order by d.id desc
       limit 1) d on true
 where r.gstin = :gstin and r.until is null
   and (d.state is null or d.hash <> r.hash or d.state = 'void' or (d.person = 'desk' and d.state in ('prepared', 'applied')));

-- name: findings
-- What matching says of them. Once there are other books than it compared, it says nothing until it runs again. A register that
-- says what it said, or has come and gone since, makes no other books.
with compared as (
    select coalesce((select register from desk.matching where gstin = :gstin order by id desc limit 1), 0) as register
)
select id, bucket, score, rule, partners, differences::text as differences
  from desk.finding
 where gstin = :gstin and side = 'portal' and until is null
   and not exists (select from desk.book b, compared c where b.gstin = :gstin and b.since > c.register and b.until is null)
   and not exists (select from desk.book b, compared c
                    where b.gstin = :gstin and b.since <= c.register and b.until > c.register);

-- name: books
select id, label, reverse_charge from desk.book where gstin = :gstin and until is null;

-- name: vendors
select list, vendor from desk.vendor where gstin = :gstin;

-- name: suppliers
-- What the desk knows of each supplier, from everything that it has ever read of him.
with document as (
    select stin, name, min(since) as since, bool_or(action = 'R') as rejected
      from desk.record
     where gstin = :gstin
     group by stin, name
), finding as (
    select distinct on (id) id, bucket
      from desk.finding
     where gstin = :gstin and side = 'portal'
     order by id, since desc
), rejection as (
    select distinct desk.name_of(section, stin, number, period, form) as name
      from desk.decision
     where gstin = :gstin and state = 'applied' and action = 'R'
)
select d.stin, count(*) as documents, count(*) filter (where f.bucket in ('matched', 'within tolerance')) as matched,
       count(*) filter (where d.rejected or r.name is not null) as rejected,
       (min(s.began_at) at time zone 'Asia/Kolkata')::date as first_seen
  from document d
  join desk.sync s on s.gstin = :gstin and s.id = d.since
  left join finding f on f.id = d.name
  left join rejection r using (name)
 group by d.stin;

-- name: hold!
-- One at a time writes a version of a policy, or proposes.
select pg_advisory_xact_lock(hashtextextended('policy ' || :name::text, 0));

-- name: versions
-- The versions of a policy, or of all, the newest first.
select name, version, text, person, at, why, approved_by, approved_at
  from desk.policy
 where name = :name or :name = ''
 order by name, version desc;

-- name: put_version!
insert into desk.policy (name, version, text, person, at, why) values (:name, :version, :text, :person, :at, :why);

-- name: approve_version!
update desk.policy set approved_by = :person, approved_at = :at where name = :name and version = :version and approved_by is null;

-- name: in_force^
-- The newest version that a second person has approved.
select name, version, text from desk.policy where name = :name and approved_by is not null order by version desc limit 1;

-- name: users
-- The taxpayers for which a policy proposes.
select gstin from desk.registration where policy = :name order by gstin;

-- name: use!
update desk.registration set policy = :name where gstin = :gstin;

-- name: lists
select list, count(*)::int as vendors from desk.vendor where gstin = :gstin group by list order by list;

-- name: list_of
select vendor, note from desk.vendor where gstin = :gstin and list = :list order by vendor;

-- name: clear_list!
delete from desk.vendor where gstin = :gstin and list = :list;

-- name: put_vendor*!
insert into desk.vendor (gstin, list, vendor, note) values (:gstin, :list, :vendor, :note);

-- name: own_decisions
-- What the program has prepared and nobody has approved.
select id, section, stin, number, period, form, hash, was, action, remarks, reduction, declared_igst, declared_cgst,
       declared_sgst, declared_cess, policy
  from desk.decision
 where gstin = :gstin and state = 'prepared' and person = 'desk';

-- name: withdraw!
-- The program's own decisions that its policy doesn't make any more, each with its trail.
with withdrawn as (
    update desk.decision
       set state = 'void', words = 'The policy says so no longer.'
     where gstin = :gstin and id = any(:ids) and state = 'prepared' and person = 'desk'
 returning *
)
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
select gstin, :at, 'desk', 'void', desk.name_of(section, stin, number, period, form), words, policy,
       jsonb_build_object('decision', id)
  from withdrawn
 order by id;

-- name: ask!
-- What is pending is on nobody's list. Where the policy asks about it, it comes there, once for each version.
insert into desk.trail (gstin, at, person, what, record, policy, detail)
select :gstin, :at, 'desk', 'asked', a.name, a.policy, jsonb_build_object('hash', a.hash)
  from unnest(:names::text[], :hashes::text[], :policies::text[]) as a (name, hash, policy)
 where not exists (select from desk.trail t
                    where t.gstin = :gstin and t.record = a.name and t.what = 'asked' and t.detail ->> 'hash' = a.hash);
