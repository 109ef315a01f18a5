-- The first sheet of a report: what it was made of, and sums.

-- name: made_of^
-- The newest reading, matching and registers, and the policy that proposes.
select (select id from desk.sync where gstin = :gstin and side = 'inward' order by id desc limit 1) as reading,
       (select began_at from desk.sync where gstin = :gstin and side = 'inward' order by id desc limit 1) as read_at,
       (select id from desk.matching where gstin = :gstin order by id desc limit 1) as matching,
       (select at from desk.matching where gstin = :gstin order by id desc limit 1) as matched_at,
       (select string_agg(distinct label, ', ' order by label) from desk.book where gstin = :gstin and until is null) as books,
       (select max(id) from desk.statement where gstin = :gstin and period = :period) as statement;

-- name: sections
-- Records by section and by what stands at the portal. Amounts of credit notes are above zero, as everywhere on the portal.
select section, action, count(*), count(*) filter (where not filed), sum(taxable)::bigint, sum(tax)::bigint
  from desk.record
 where gstin = :gstin and until is null
 group by 1, 2
 order by 1, 2;

-- name: credit
-- The credit by what becomes of it, as it stands at the portal and with the decisions that are on their way. Each record is in
-- one line; of those without action some are at risk: the books don't agree. Pending and rejected is what acceptance would
-- bring. Amendments of what the desk has never seen are counted, and left out of the rupees. What only the books have isn't on the
-- portal at all.
with each as (
    select x.side, x.action, coalesce(f.bucket in ('matched', 'within tolerance'), false) as agrees,
           desk.credit_of(r.section, 'A', x.reduction, x.declared, r.tax, t.base) as credit
      from desk.record r
      left join desk.finding f
        on f.gstin = :gstin and f.side = 'portal' and f.until is null
       and f.id = r.name
      left join desk.decision d
        on d.gstin = :gstin and d.state in ('prepared', 'approved', 'sending')
       and (d.section, d.stin, d.number, d.period, d.form) = (r.section, r.stin, r.number, r.period, r.form)
     cross join lateral (select desk.base_of(r.gstin, r.section, r.stin, r.period, r.form, r.original_number, r.original_date) as base) t
     cross join lateral (
          values ('portal', r.action,
                  desk.reduction_of(r.reduction, r.declared_igst),
                  r.declared_igst + r.declared_cgst + r.declared_sgst + r.declared_cess),
                 ('decided', coalesce(d.action, r.action),
                  case when d.id is not null then d.reduction else desk.reduction_of(r.reduction, r.declared_igst) end,
                  case when d.id is not null then d.declared_igst + d.declared_cgst + d.declared_sgst + d.declared_cess
                       else r.declared_igst + r.declared_cgst + r.declared_sgst + r.declared_cess end)
          ) x (side, action, reduction, declared)
     where r.gstin = :gstin and r.until is null
), classed as (
    select side, credit,
           case action when 'A' then 'accepted' when 'R' then 'rejected' when 'P' then 'pending'
                else case when agrees then 'agrees' else 'at risk' end end as class
      from each
     union all
    select s.side, case when b.section in ('b2bcn', 'b2bcna') then -1 else 1 end * b.tax, 'in the books only'
      from desk.finding f
      join desk.book b on b.gstin = :gstin and b.until is null and b.id = f.id
     cross join (values ('portal'), ('decided')) s (side)
     where f.gstin = :gstin and f.side = 'books' and f.until is null and f.bucket = 'missing in portal'
)
select c.class, count(*) filter (where side = 'portal'), coalesce(sum(credit) filter (where side = 'portal'), 0)::bigint,
       count(*) filter (where side = 'decided'), coalesce(sum(credit) filter (where side = 'decided'), 0)::bigint,
       count(*) filter (where side = 'decided' and credit is null)
  from classed c
  join unnest(array['accepted', 'agrees', 'at risk', 'pending', 'rejected', 'in the books only'])
       with ordinality o (class, place) on o.class = c.class
 group by c.class, o.place
 order by o.place;

-- name: decisions
-- What was decided in the time of the report, by what became of it. Credit notes are taken off.
select state, action, count(*), sum(case when section in ('b2bcn', 'b2bcna') then -stake else stake end)::bigint,
       count(*) filter (where policy is not null), count(*) filter (where needs_approval)
  from desk.decision
 where gstin = :gstin and at between :opens and :closes
 group by 1, 2
 order by 1, 2;

-- name: statement
-- GSTR-2B as it was compared last with what was promised of it; what bypasses IMS promises nothing.
select count(*), coalesce(sum(promised), 0)::bigint, coalesce(sum(stated) filter (where promised is not null), 0)::bigint,
       coalesce(sum(stated) filter (where promised is null), 0)::bigint, count(*) filter (where reason <> '')
  from desk.promise
 where gstin = :gstin and period = :period
   and statement = (select max(id) from desk.statement where gstin = :gstin and period = :period)
having count(*) > 0;
