-- name: hold_sealing$
-- Whether nobody else seals; if so nobody will until the transaction's end.
select pg_try_advisory_xact_lock(hashtextextended('sealing', 0));

-- name: unsealed
-- Those who have entries that no seal covers, and how many, as far as there are `most` in all.
select rtin, count(*) as entries
  from (select rtin from trail_unsealed where rtin is not null order by rtin, id limit :most) u
 group by rtin
 order by rtin;

-- name: seal$
-- Cover a recipient's entries that no seal covers with one. Returns how many there were, `most` at the most. An entry that
-- is gone already is covered by a digest that nothing has: so that it is missed.
with taken as (
    delete from trail_unsealed u
     using (select id from trail_unsealed where rtin = :rtin order by id limit :most) n
     where u.rtin = :rtin and u.id = n.id
 returning u.id
), batch as (
    select array_agg(n.id order by n.id) as ids,
           array_agg(case when t.id is null then '' else digest_of(t.rtin, t.id, t.at, t.event, t.reference_id, t.section, t.stin, t.number, t.period, t.form,
                         t.port_code, t.was, t.became, t.details) end
                     order by n.id) as digests
      from taken n
      left join trail t on t.rtin = :rtin and t.id = n.id
), written as (
    insert into trail_seal (rtin, number, sealed_at, ids, digests, hash)
    select :rtin, s.number, :at, b.ids, b.digests, hash_of(s.previous, :rtin, s.number, :at, b.ids, b.digests)
      from batch b
      left join lateral (select number, hash from trail_seal where rtin = :rtin order by number desc limit 1) p on true
     cross join lateral (select coalesce(p.number, 0) + 1 as number, p.hash as previous) s
     where b.ids is not null
 returning number
)
select count(*) from taken;

-- name: first_breaks
-- Of each recipient (of all where :rtin is null) the first place at which the trail isn't what was sealed.
with chain as (
    select s.*, lag(number, 1, 0) over previous as number_before, lag(hash) over previous as hash_before
      from trail_seal s
     where s.rtin = coalesce(:rtin, s.rtin)
    window previous as (partition by rtin order by number)
), sealed as materialized (
    select s.rtin, s.number as seal, e.id, e.digest
      from chain s
     cross join lateral unnest(s.ids, s.digests) as e (id, digest)
), breaks as (
    select rtin, number as seal, ids[1] as id, 'seal changed, or one before it removed' as what
      from chain
     where number <> number_before + 1
        or hash <> hash_of(hash_before, rtin, number, sealed_at, ids, digests)
     union all
    select s.rtin, s.seal, s.id, case when t.id is null then 'entry removed' else 'entry changed' end
      from sealed s
      left join trail t on t.rtin = s.rtin and t.id = s.id
     where case when t.id is not null then digest_of(t.rtin, t.id, t.at, t.event, t.reference_id, t.section, t.stin, t.number, t.period, t.form,
                         t.port_code, t.was, t.became, t.details) end
           is distinct from s.digest
     union all
    select t.rtin, null, t.id, 'entry put in'
      from trail t
     where t.rtin = coalesce(:rtin, t.rtin)
       and not exists (select from sealed s where s.rtin = t.rtin and s.id = t.id)
       and not exists (select from trail_unsealed u where u.rtin = t.rtin and u.id = t.id)
     union all
    select u.rtin, null, u.id, 'entry removed'
      from trail_unsealed u
     where u.rtin = coalesce(:rtin, u.rtin)
       and not exists (select from trail t where t.rtin = u.rtin and t.id = u.id)
)
select distinct on (rtin) rtin, seal, id, what from breaks order by rtin, id, seal nulls last, what;

-- name: sealed^
-- How much is sealed, and a hash of the last seal of each recipient: whoever has it can tell if all is written anew.
with seal as materialized (
    select rtin, cardinality(ids) as entries, hash, row_number() over (partition by rtin order by number desc) = 1 as newest
      from trail_seal
     where rtin = coalesce(:rtin, rtin)
), waiting as materialized (
    select count(*) as entries from trail_unsealed where rtin = coalesce(:rtin, rtin)
)
select count(*) as seals, coalesce(sum(seal.entries), 0)::bigint as entries, (select entries from waiting) as unsealed,
       encode(sha256(coalesce(string_agg(hash, ''::bytea order by rtin) filter (where newest), '')), 'hex') as hash
  from seal;
