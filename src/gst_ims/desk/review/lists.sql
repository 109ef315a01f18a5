-- Worklists, and all that is known about one record. What stands in braces is another statement of this file.

-- name: page
-- First the records of the page, then what is found and decided about each. A page goes on by key.
with line as (
    select r.section, r.stin, r.number, r.period, r.form, r.name,
           r.trade_name, r.document_date, r.value, r.taxable, r.tax, r.action, r.filed,
           r.pending_blocked, r.became, r.since, r.hash, r.remarks,
           c.due, case when not r.pending_blocked then w.until end as pending_until, d.deadline
      from desk.record r
     {days}
     where r.gstin = :gstin and {chosen}
),
paged as (
    select l.*, o.first
      from line l
     cross join lateral (select case when :by_deadline then coalesce(l.deadline, date '9999-12-31') else date '2000-01-01' end as first) o
     where (:after_tax::bigint is null or o.first > :after_first::date
            or o.first = :after_first::date and (l.tax, l.name) < (:after_tax::bigint, :after_name::text))
     order by o.first, l.tax desc, l.name desc
     limit :limit
)
select l.*, f.bucket, f.score, f.rule, d.id as decision, d.state, d.action as decided, d.person, d.needs_approval, d.stake,
       coalesce(d.words, d.why, '') as why, d.remarks as telling, d.policy, d.code, m.comments
  from paged l
  left join desk.finding f on f.gstin = :gstin and f.side = 'portal' and f.id = l.name and f.until is null
  left join lateral (
       select * from desk.decision d
        where d.gstin = :gstin
          and (d.section, d.stin, d.number, d.period, d.form) = (l.section, l.stin, l.number, l.period, l.form)
        order by d.id desc
        limit 1) d on true
 cross join lateral (select count(*) from desk.comment m where m.gstin = :gstin and m.record = l.name) m (comments)
 order by l.first, l.tax desc, l.name desc;

-- name: days
-- What is known of a record's days. `dues` are the due dates of GSTR-3B, and `limits` the last days of waiting for what reduces
-- credit, by the supplier's period; `years` and `ends` those of section 16(4) for the rest. Until `deadline` it can be decided
-- about, as it stands.
cross join lateral (select desk.specified(r.section, r.reduction_blocked)) s (specified)
      left join unnest(:periods::date[], :dues::date[], :limits::date[]) c (period, due, until)
        on c.period = (r.period + case r.form when 'R1A' then interval '1 month' else interval '0' end)::date
      left join unnest(:years::int[], :ends::date[]) y (year, until)
        on y.year = extract(year from r.document_date - interval '3 months')::int
     cross join lateral (select case when s.specified then c.until else y.until end) w (until)
     cross join lateral (select case when r.action = 'P' and not r.pending_blocked
                                     then coalesce(w.until, c.due) else c.due end) d (deadline)

-- name: chosen
-- Which records: those of a filter. What is in a state has a last decision in it.
r.until is null
       and (:sections::text[] is null or r.section = any(:sections))
       and (:supplier::text is null or r.stin = :supplier or substr(r.stin, 3, 10) = :supplier)
       and (:actions::text[] is null or r.action = any(:actions))
       and (:of_period::date is null or r.period = :of_period)
       and (:dated_from::date is null or r.document_date >= :dated_from)
       and (:dated_to::date is null or r.document_date <= :dated_to)
       and (:text::text is null or position(upper(:text) in r.words) > 0)
       and (:buckets::text[] is null
            or coalesce((select b.bucket from desk.finding b
                          where b.gstin = :gstin and b.side = 'portal' and b.until is null
                            and b.id = r.name), 'not matched') = any(:buckets))
       and (:state::text is null
            or (select case :state::text
                           when 'todo' then coalesce(e.state not in ('prepared', 'approved', 'sending'), true)
                               and (r.action = 'N' and not coalesce(
                                        e.state = 'applied' and e.action <> 'N'
                                        and (select began_at from desk.sync where gstin = :gstin and id = r.since) <= e.at, false)
                                    or coalesce(e.state in ('returned', 'refused', 'unknown') and r.action = e.was
                                                or e.state = 'void' and r.action <> e.action, false)
                                    or exists (select from desk.trail t
                                                where t.gstin = :gstin and t.what = 'asked'
                                                  and t.record = r.name
                                                  and t.id > coalesce(
                                                      (select max(o.id) from desk.trail o
                                                        where o.gstin = :gstin and o.record = t.record
                                                          and o.what in ('prepared', 'undone')), 0)))
                           when 'waiting' then e.state = 'prepared' and e.needs_approval
                           when 'ready' then e.state = 'approved' or e.state = 'prepared' and not e.needs_approval
                           else e.state = :state end
                  from (select) one
                  left join lateral (
                       select * from desk.decision e
                        where e.gstin = :gstin
                          and (e.section, e.stin, e.number, e.period, e.form) = (r.section, r.stin, r.number, r.period, r.form)
                        order by e.id desc
                        limit 1) e on true))

-- name: sources
-- The records of some keys as they stand, in the order given. By name: what reads one can't tell GSTR-1 from IFF.
select k.place, k.section, k.stin, k.number, k.period, k.form, r.source
  from unnest(:sections::text[], :stins::text[], :numbers::text[], :periods::date[], :forms::text[])
       with ordinality as k (section, stin, number, period, form, place)
  left join desk.record r
    on r.gstin = :gstin and r.until is null
   and r.name = desk.name_of(k.section, k.stin, k.number, k.period, k.form)
 order by k.place;

-- name: versions
-- All versions of a record, the newest first, each with when it was read. By name, as above.
select r.*, s.began_at as read_at, (select began_at from desk.sync where gstin = :gstin and id = r.until) as ended_at
  from desk.record r
  join desk.sync s on s.gstin = :gstin and s.id = r.since
 where r.gstin = :gstin and (r.section, r.stin, r.number, r.period) = (:section, :stin, :number, :period) and r.name = :name
 order by r.since desc;

-- name: record_days^
-- The days of a record that is in IMS, and whether accepting it reduces credit.
select c.due, w.until as pending_until, s.specified
  from desk.record r
 {days}
 where r.gstin = :gstin and r.until is null
   and (r.section, r.stin, r.number, r.period, r.form) = (:section, :stin, :number, :period, :form);

-- name: finding^
select bucket, score, rule, partners, reasons, differences
  from desk.finding where gstin = :gstin and side = 'portal' and id = :name and until is null;

-- name: partners
select * from desk.book where gstin = :gstin and id = any(:ids) and until is null order by id;

-- name: record_decisions
-- Whatever was decided about a record, the newest first.
select * from desk.decision
 where gstin = :gstin and (section, stin, number, period, form) = (:section, :stin, :number, :period, :form)
 order by id desc;

-- name: comments
select person, at, text from desk.comment where gstin = :gstin and record = :name order by id;

-- name: trail
select at, person, what, why, policy, detail from desk.trail where gstin = :gstin and record = :name order by id;

-- name: chain
-- The documents that a record amends, and those that amend it, by the period: each as it was last read.
with recursive linked as (
    select section, stin, number, period, form, document_date, original_number, original_date
      from desk.record
     where gstin = :gstin and (section, stin, number, period, form) = (:section, :stin, :number, :period, :form)
     union
    select o.section, o.stin, o.number, o.period, o.form, o.document_date, o.original_number, o.original_date
      from linked l
      join desk.record o
        on o.gstin = :gstin and o.stin = l.stin and rtrim(o.section, 'a') = rtrim(l.section, 'a')
       and ((o.number, o.document_date) = (l.original_number, l.original_date)
            or (o.original_number, o.original_date) = (l.number, l.document_date))
)
select distinct on (o.period, o.form, o.section, o.number) o.section, o.stin, o.number, o.period, o.form, o.document_date,
       o.original_number, o.action, o.tax, o.until is null as stands
  from linked l
  join desk.record o
    on o.gstin = :gstin and (o.section, o.stin, o.number, o.period, o.form) = (l.section, l.stin, l.number, l.period, l.form)
 order by o.period, o.form, o.section, o.number, o.since desc;
