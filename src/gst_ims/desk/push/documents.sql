-- The documents of GSTR-2B, and the figures in which they stand.

-- name: make_staging!
create temp table drawn (
    place int, section text, stin text, number text, period date, part text, supply text, leaf text, trade_name text,
    document_date date, tax bigint[], reduction text, declared bigint[]
) on commit drop;

-- name: analyse_staging!
analyze drawn;

-- name: drop_staging!
drop table drawn;

-- name: add_documents!
-- Each by the name of its record: two of one number and period are in GSTR-1 and in GSTR-1A. A rejected one stands with its own
-- figures, any other with what it adds to the credit; an amendment of what the desk has never seen with none, and one that counts
-- instead of its original in full (R3.8).
insert into desk.statement_document (gstin, period, statement, name, part, supply, leaf, stin, trade_name, number, document_date, tax,
                                     credit)
select :gstin, :period, :statement,
       desk.name_of(d.section, d.stin, d.number, d.period, case d.nth when 1 then 'R1' else 'R1A' end)
           || case when d.nth > 2 then ':' || d.nth else '' end,
       d.part, d.supply, d.leaf, d.stin, d.trade_name, d.number, d.document_date, d.tax,
       case when d.part = 'itcRejected' then d.tax
            when d.supply = 'othersup' and d.section not in ('b2bcn', 'b2bcna')
                 then array[-d.tax[1], -d.tax[2], -d.tax[3], -d.tax[4]]
            when b.base is not null
                 then desk.credits_of(d.section, 'A', d.reduction, d.declared, d.tax, b.base) end
  from (select s.place, s.section, s.stin, s.number, coalesce(s.period, :period) as period, s.part, s.supply, s.leaf, s.trade_name,
               s.document_date, s.tax, s.reduction, s.declared,
               row_number() over (partition by s.section, s.stin, s.number, s.period order by s.tax, s.place) as nth
          from drawn s) d
 cross join lateral (
      select case when d.leaf not in ('b2ba', 'cdnra', 'cdnrarev', 'ecoma', 'isda', 'impga', 'impgasez') then '{0,0,0,0}'::bigint[]
                  else (select case when o.until is null and o.gstin is not null
                                         and not exists (select from drawn x
                                                          where (x.section, x.stin, x.number, coalesce(x.period, :period))
                                                                = (o.section, o.stin, o.number, o.period))
                                    then '{0,0,0,0}'::bigint[]
                                    else desk.bases_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) end
                          from desk.record r
                          left join lateral
                               desk.original_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) o on true
                         where r.gstin = :gstin and (r.section, r.stin, r.number, r.period) = (d.section, d.stin, d.number, d.period)
                         order by r.since desc
                         limit 1) end) b (base);

-- name: summary$
select summary::text from desk.statement where gstin = :gstin and period = :period and id = :statement;

-- name: counts
-- How many documents stand in each figure.
select part, supply, leaf, count(*)
  from desk.statement_document
 where gstin = :gstin and period = :period and statement = :statement
 group by 1, 2, 3;

-- name: behind
-- The documents of a figure, or of several, the most rupees first, a page by key. With a head those that have it; an amendment
-- without it may have taken it away.
select d.name, d.part, d.supply, d.leaf, d.stin, d.trade_name, d.number, d.document_date, d.tax, d.credit, x.size
  from desk.statement_document d
 cross join lateral (select coalesce(abs(case when :head::int > 0 then d.tax[:head::int]
                                              else d.tax[1] + d.tax[2] + d.tax[3] + d.tax[4] end), 0)) x (size)
 where d.gstin = :gstin and d.period = :period and d.statement = :statement
   and (:part::text = '' or d.part = :part) and (:supply::text = '' or d.supply = :supply) and (:leaf::text = '' or d.leaf = :leaf)
   and (:head::int = 0 or x.size <> 0 or d.leaf in ('b2ba', 'cdnra', 'cdnrarev', 'ecoma', 'isda', 'impga', 'impgasez'))
   and (:after::text is null or (x.size, d.name) < (:after_size::bigint, :after::text))
 order by x.size desc, d.name desc
 limit :limit;

-- name: differences
-- What one reading has otherwise than another: documents that were added, are gone, or changed, the most rupees first.
with each as (
    select coalesce(n.name, w.name) as name, case when w.name is null then 'added' when n.name is null then 'gone' else 'changed' end
           as kind,
           coalesce(n.stin, w.stin) as stin, coalesce(n.trade_name, w.trade_name) as trade_name,
           coalesce(n.number, w.number) as number, coalesce(n.document_date, w.document_date) as document_date,
           w.part as was_part, n.part as part, w.credit as was, n.credit as now
      from (select * from desk.statement_document where gstin = :gstin and period = :period and statement = :before) w
      full join (select * from desk.statement_document where gstin = :gstin and period = :period and statement = :statement) n
        on n.name = w.name
     where (n.part, n.supply, n.leaf, n.tax, n.credit) is distinct from (w.part, w.supply, w.leaf, w.tax, w.credit)
), sized as (
    select e.*, x.was_adds, x.adds, abs(x.adds - x.was_adds) as size
      from each e
     cross join lateral (
          -- What is rejected, or not available, adds nothing to the credit.
          select case when was_part = 'itcavl' then coalesce(was[1] + was[2] + was[3] + was[4], 0) else 0 end,
                 case when part = 'itcavl' then coalesce(now[1] + now[2] + now[3] + now[4], 0) else 0 end) x (was_adds, adds)
)
{select}

-- name: differing
-- Each with why, as far as the desk knows: what was decided here since the draft of the 14th, what readings of the portal found
-- between the two, or the amendment that counts instead.
select d.*, w.cause, w.action, w.person, w.at
  from (select * from sized
         where (:kind::text = '' or kind = :kind) and (:after::text is null or (size, name) < (:after_size::bigint, :after::text))
         order by size desc, name desc
         limit :limit) d
  join desk.statement w_was on w_was.gstin = :gstin and w_was.period = :period and w_was.id = :before
  join desk.statement w_now on w_now.gstin = :gstin and w_now.period = :period and w_now.id = :statement
 cross join lateral (
      select 1 as place, 'decided' as cause, c.action, c.person, t.at, t.id as nth
        from desk.trail t
        join desk.decision c on c.gstin = :gstin and c.id = (t.detail ->> 'decision')::bigint
       where t.gstin = :gstin and t.record = d.name and t.what = 'applied' and t.at <= w_now.at
         and t.at >= least(w_was.at, (:period::date + interval '1 month 13 days') at time zone 'Asia/Kolkata')
       union all
      select case r.became when 'acted' then 2 else 1 end, r.became, r.action, null, s.began_at, r.since
        from desk.record r
        join desk.sync s on s.gstin = :gstin and s.id = r.since
       where r.gstin = :gstin and r.section = split_part(d.name, ':', 1) and r.stin = split_part(d.name, ':', 2) and r.name = d.name
         and s.began_at <= w_now.at
         and (s.began_at > w_was.at or s.began_at = w_was.at and r.became <> 'new') and r.became in ('new', 'edited', 'filed', 'acted')
       union all
      select 3, 'amended', null, a.number, null, a.since
        from desk.record r
        join desk.record a on a.gstin = :gstin and a.stin = r.stin and a.until is null and a.original_number = r.number
                          and a.original_date = r.document_date
       where d.kind = 'gone' and r.gstin = :gstin and r.section = split_part(d.name, ':', 1)
         and r.stin = split_part(d.name, ':', 2) and r.name = d.name
       union all
      select 4, case when exists (select from desk.record r
                                   where r.gstin = :gstin and r.section = split_part(d.name, ':', 1)
                                     and r.stin = split_part(d.name, ':', 2) and r.name = d.name) then 'anew' else 'unseen' end,
             null, null, null, 0
       order by place, at desc, nth desc
       limit 1) w
 order by d.size desc, d.name desc;

-- name: differing_totals
select kind, count(*) as documents, sum(was_adds)::bigint as was_adds, sum(adds)::bigint as adds from sized group by kind order by kind;
