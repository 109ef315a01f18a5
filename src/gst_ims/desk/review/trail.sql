-- name: entries
-- The trail from its end, a page by id: all of it, or what has a text in its record, its words, its person or its policy.
select id, at, person, what, record, why, policy, detail
  from desk.trail
 where gstin = :gstin
   and (:before::bigint is null or id < :before)
   and (:person::text is null or person = :person)
   and (:what::text is null or what = :what)
   and (:since::date is null or at >= :since::date)
   and (:text::text is null or position(upper(:text) in upper(concat_ws(' ', record, why, policy, detail::text))) > 0)
 order by id desc
 limit :limit;

-- name: words
-- What happened here at all, and who did it: to choose from.
select array_agg(distinct what order by what) as whats, array_agg(distinct person order by person) as people
  from desk.trail where gstin = :gstin;
