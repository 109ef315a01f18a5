-- name: count_odd
-- How many rows have something taxable; how many of them have tax; how many more than any rate gives. A rupee is nothing.
select count(*), count(*) filter (tax <> 0), count(*) filter (abs(tax) > abs(taxable) * $highest // 100 + 100)
  from (select coalesce(igst, 0) + coalesce(cgst, 0) + coalesce(sgst, 0) as tax, coalesce(taxable, value - tax) as taxable
          from cells)
 where taxable <> 0;
