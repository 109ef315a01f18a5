-- name: kept
-- Every GSTR-2B that was read, the newest first, with what its documents promise and state.
select s.period, s.id, s.at, s.version, t.documents, t.promised, t.stated, t.outside, t.differing
  from desk.statement s
 cross join lateral (
      select count(*) as documents, coalesce(sum(promised), 0)::bigint as promised,
             coalesce(sum(stated) filter (where promised is not null), 0)::bigint as stated,
             coalesce(sum(stated) filter (where promised is null), 0)::bigint as outside,
             count(*) filter (where reason <> '') as differing
        from desk.promise p
       where p.gstin = :gstin and p.period = s.period and p.statement = s.id) t
 where s.gstin = :gstin
 order by s.period desc, s.id desc
 limit :limit;

-- name: documents
-- The documents of one, a page by name: all, or what differs from the promise.
select p.record, p.promised, p.stated, p.reason
  from desk.promise p
 where p.gstin = :gstin and p.period = :period and p.statement = :statement
   and (:after::text is null or p.record > :after)
   and (:all or p.reason <> '')
 order by p.record
 limit :limit;
