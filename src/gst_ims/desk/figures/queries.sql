-- name: standing
-- The records as they stand, added up. `credit` is what a document does to the credit once it is accepted; an amendment of what
-- the desk has never seen counts in full. `age` counts days since the document's date: to 30, 60, 90, and more.
select r.gstin, r.period, r.section, r.action, f.bucket, width_bucket(:today::date - r.document_date, array[31, 61, 91]) as age,
       count(*) as records, sum(t.sign * t.tax)::bigint as tax,
       sum(coalesce(desk.credit_of(r.section, 'A', null, null, t.tax, desk.base_of(r)), t.sign * t.tax))::bigint as credit
  from desk.record r
 cross join lateral (select r.igst + r.cgst + r.sgst + r.cess as tax,
                            case when r.section in ('b2bcn', 'b2bcna') then -1 else 1 end as sign) t
  left join desk.finding f
    on f.gstin = r.gstin and f.side = 'portal' and f.until is null
   and f.id = desk.name_of(r.section, r.stin, r.number, r.period, r.form)
 where r.gstin = any(:gstins) and r.until is null
 group by 1, 2, 3, 4, 5, 6;

-- name: suppliers_at_risk
-- Whose documents nobody has decided about although the books don't agree, by what is at stake.
select r.gstin, r.stin, max(r.trade_name) as trade_name, count(*) as records,
       sum(case when r.section in ('b2bcn', 'b2bcna') then -1 else 1 end * (r.igst + r.cgst + r.sgst + r.cess))::bigint as tax
  from desk.record r
  join desk.finding f
    on f.gstin = r.gstin and f.side = 'portal' and f.until is null
   and f.id = desk.name_of(r.section, r.stin, r.number, r.period, r.form)
 where r.gstin = any(:gstins) and r.until is null and r.action = 'N' and f.bucket not in ('matched', 'within tolerance')
 group by 1, 2
 order by tax desc, r.gstin, r.stin
 limit :limit;

-- name: readings
-- The newest reading of each taxpayer, and what all readings since a moment found changed.
select s.gstin, max(s.ended_at) as last, jsonb_object_agg(c.key, c.n) filter (where c.key is not null) as changed
  from desk.sync s
  left join lateral (
       select key, sum(value::bigint) as n
         from desk.sync n, jsonb_each_text(n.changed)
        where n.gstin = s.gstin and n.began_at > :since
        group by key) c on true
 where s.gstin = any(:gstins)
 group by s.gstin;

-- name: decisions
-- Open decisions by what is to be done with them: approved by somebody else, or pushed.
select gstin, case when state = 'prepared' and needs_approval then 'waiting' when state = 'sending' then 'sending' else 'ready' end
           as state,
       count(*) as decisions, sum(stake)::bigint as stake
  from desk.decision
 where gstin = any(:gstins) and state in ('prepared', 'approved', 'sending')
 group by 1, 2;

-- name: open_pushes
select gstin, id, person, began_at, rows, applied, refused, unknown
  from desk.push where gstin = any(:gstins) and ended_at is null order by began_at;
