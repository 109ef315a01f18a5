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
-- The documents of one, a page by name: all, or what differs from the promise. What GSTR-2B doesn't say of them, a record does.
select p.record, p.promised, p.stated, p.reason, coalesce(d.document_date, r.document_date) as document_date,
       coalesce(nullif(d.trade_name, ''), r.trade_name) as trade_name
  from desk.promise p
  left join desk.statement_document d
    on d.gstin = :gstin and d.period = :period and d.statement = :statement and d.name = p.record
  left join lateral (
       select r.document_date, r.trade_name from desk.record r
        where coalesce(d.trade_name, '') = '' and r.gstin = :gstin and r.section = split_part(p.record, ':', 1)
          and r.stin = split_part(p.record, ':', 2) and r.name = p.record
        order by r.since desc
        limit 1) r on true
 where p.gstin = :gstin and p.period = :period and p.statement = :statement
   and (:after::text is null or p.record > :after)
   and (:all or p.reason <> '')
 order by p.record
 limit :limit;
