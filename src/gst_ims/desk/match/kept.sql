-- Matching at the desk: what is compared, and what of the findings is new.

-- name: records
-- The portal's side as it stands.
select name as id, gstin as rtin, stin, section, number, document_date,
       original_number, original_date, pos, null::boolean as reverse_charge, value, taxable, igst, cgst, sgst, cess
  from desk.record where gstin = :gstin and until is null;

-- name: books
select id, gstin as rtin, stin, section, number, document_date, original_number, original_date, pos, reverse_charge, value,
       taxable, igst, cgst, sgst, cess
  from desk.book where gstin = :gstin and until is null;

-- name: links
-- What people said, with the documents that it is about, as far as they still stand.
select l.id, l.together, d.side, d.stin, d.section, d.number, d.document_date
  from desk.link l
  join (select 'portal' as side, name as id, stin, section, number, document_date
          from desk.record where gstin = :gstin and until is null
        union all
        select 'books', id, stin, section, number, document_date from desk.book where gstin = :gstin and until is null) d
    on d.id = any(case d.side when 'portal' then l.portal else l.books end)
 where l.gstin = :gstin and l.ended_at is null
 order by l.id;

-- name: findings
select side, id, bucket, score, rule, partners, reasons, differences::text as differences
  from desk.finding where gstin = :gstin and until is null;

-- name: fresh
-- DuckDB's: findings of this run in the form in which they are kept.
create or replace temp table fresh as
select side, id, bucket, score::int as score, rule, list_transform(partners, lambda p: p.id) as partners, reasons, differences
  from result;

-- name: changed
-- DuckDB's: what is otherwise than before. PostgreSQL has the members of an object in an order of its own.
select coalesce(f.side, s.side) as side, coalesce(f.id, s.id) as id, s.id is not null as stood, f.bucket, f.score, f.rule,
       f.partners, f.reasons, cast(to_json(f.differences) as varchar) as differences
  from fresh f
  full join standing s using (side, id)
 where (f.bucket, f.score, f.rule, f.partners, f.reasons, f.differences)
       is distinct from
       (s.bucket, s.score, s.rule, s.partners, s.reasons,
        from_json(s.differences, '[{"field": "VARCHAR", "portal": "VARCHAR", "books": "VARCHAR", "difference": "BIGINT"}]'));

-- name: hold!
-- One at a time writes a taxpayer's findings.
select pg_advisory_xact_lock(hashtextextended('match ' || :gstin::text, 0));

-- name: newest^
-- What a matching compares: the newest reading, the newest register, and which matching was the last.
select (select max(id) from desk.sync where gstin = :gstin) as sync,
       (select max(id) from desk.register where gstin = :gstin) as register,
       (select coalesce(max(id), 0) from desk.matching where gstin = :gstin) as matching;

-- name: begin!
insert into desk.matching (gstin, id, at, person, sync, register, settings, buckets)
values (:gstin, :id, :at, :person, :sync, :register, :settings, :buckets);

-- name: make_staging!
create temp table staged (side text, id text, stood boolean, bucket text, score int, rule text, partners text[], reasons text[],
                          differences jsonb) on commit drop;

-- name: analyse_staging!
analyze staged;

-- name: end_versions!
update desk.finding f
   set until = :matching
  from staged s
 where f.gstin = :gstin and f.until is null and (f.side, f.id) = (s.side, s.id) and s.stood;

-- name: begin_versions!
insert into desk.finding (gstin, side, id, since, bucket, score, rule, partners, reasons, differences)
select :gstin, side, id, :matching, bucket, score, rule, partners, reasons, differences from staged where bucket is not null;

-- name: matchings
select id, at, person, sync, register, settings, buckets
  from desk.matching
 where gstin = :gstin and (:before::int is null or id < :before)
 order by id desc
 limit :limit;

-- name: hold_links!
-- One at a time numbers a taxpayer's links.
select pg_advisory_xact_lock(hashtextextended('link ' || :gstin::text, 0));

-- name: put_link^
insert into desk.link (gstin, id, portal, books, together, at, person, why)
select :gstin, coalesce(max(id), 0) + 1, :portal, :books, :together, :at, :person, :why from desk.link where gstin = :gstin
returning id;

-- name: end_link^
update desk.link set ended_at = :at where gstin = :gstin and id = :id and ended_at is null returning portal;

-- name: known$
-- How many of these documents there are that a link can name: with number and date.
select (select count(*) from desk.record where gstin = :gstin and until is null
         and name = any(:portal))
     + (select count(*) from desk.book where gstin = :gstin and until is null and id = any(:books)
         and number <> '' and document_date is not null);

-- name: waits^
-- Whether a matching is queued that hasn't begun, and whether one is queued or under way.
select coalesce(bool_or(status = 'todo'), false) as queued, count(*) > 0 as open
  from procrastinate_jobs
 where task_name = 'desk:match' and status in ('todo', 'doing') and args ->> 'gstin' = :gstin;

-- name: outdated^
-- Whether books or portal say something else than the newest matching compared. Of a record only what a supplier does counts:
-- documents that are new, edited or gone. What was filed or decided since has the same partners.
select m.id is not null
       and (exists (select from desk.book b where b.gstin = :gstin and b.since > m.register and b.until is null)
            or exists (select from desk.book b where b.gstin = :gstin and b.since <= m.register and b.until > m.register)) as books,
       m.id is not null
       and (exists (select from desk.record r where r.gstin = :gstin and r.since > m.sync and r.became in ('new', 'edited'))
            or exists (select from desk.record r
                        where r.gstin = :gstin and r.until > m.sync
                          and not exists (select from desk.record n
                                           where n.gstin = :gstin and n.since = r.until and n.name = r.name))) as portal
  from (select) one
  left join (select id, coalesce(register, 0) as register, coalesce(sync, 0) as sync
               from desk.matching where gstin = :gstin order by id desc limit 1) m on true;
