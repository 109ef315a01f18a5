-- What is certain, and what the rest has in common. DuckDB, in memory, one run; documents are named by `doc`, their place
-- in the table of their side. Amounts are paise. Settings are variables of the connection.

-- name: quiet#
-- What takes seconds would draw a bar on the terminal. No row's place means anything, and what lasts as long as a run isn't
-- worth compressing.
set enable_progress_bar = false;
set preserve_insertion_order = false;
set checkpoint_threshold = '1 TB';

-- name: threads!
set threads = {threads};

-- name: setting!
set variable {name} = {value};

-- name: tables#
-- `link`: certain pairs. `member`: groups, by the user's word or by sums. `apart`: pairs that the user ruled out.
create table kinds (section varchar, kind varchar, amended boolean);
create table link (p bigint, b bigint, rule varchar);
create table member (grp bigint, rule varchar, by_what varchar, side int, doc bigint);
create table apart (p bigint, b bigint, place int);
create table decision (place int, together boolean, side varchar, rtin varchar, stin varchar, section varchar,
    number varchar, document_date date);

-- name: kind!
insert into kinds values (?, ?, ?);

-- name: decision!
insert into decision values (?, ?, ?, ?, ?, ?, ?, ?);

-- name: together#
-- Groups by the user's word. Where a later word is about the same document, it is the one that counts.
insert into member
select place, 'manual', 'the user', case named.side when 'portal' then 0 else 1 end as at, doc
  from (select 'portal' as side, doc, rtin, stin, section, number, document_date from portal
         union all
        select 'books', doc, rtin, stin, section, number, document_date from books) as named
  join decision using (side, rtin, stin, section, number, document_date)
 where together
qualify row_number() over (partition by named.side, doc order by place desc) = 1;
-- A later word that holds two of them apart takes that of the books out.
delete from member
 where side = 1
   and (grp, doc) in (select (m.grp, a.b) from apart a join member m on m.side = 0 and m.doc = a.p and m.grp < a.place);
delete from member where grp not in (select grp from member group by grp having min(side) < max(side));

-- name: apart#
insert into apart
select p.doc, b.doc, d.place
  from decision d
  join decision e on e.place = d.place and e.side = 'books'
  join portal p on (p.rtin, p.stin, p.section, p.number, p.document_date) = (d.rtin, d.stin, d.section, d.number, d.document_date)
  join books b on (b.rtin, b.stin, b.section, b.number, b.document_date) = (e.rtin, e.stin, e.section, e.number, e.document_date)
 where not d.together and d.side = 'portal';

-- name: normalising#
-- How a number is read. Case and separators say nothing, nor do zeros before a serial; O is 0, I and L are 1.
-- `core` leaves out the financial year too, if it is that of the document's date or the one before or after.
create or replace macro year_of(day) as (year(day) - (month(day) < 4)::int) % 100;
create or replace macro tidy(number) as
    regexp_replace(
        regexp_replace(translate(upper(number), 'OIL', '011'), '(^|[^0-9])0+([0-9])', '\1\2', 'g'),
        '[^A-Z0-9]+', '', 'g');
create or replace macro year_in(number) as
    regexp_extract(number,
        '(?:^|[^0-9])((?:20)?(?:17[-/ ]?(?:20)?18|18[-/ ]?(?:20)?19|19[-/ ]?(?:20)?20|20[-/ ]?(?:20)?21|21[-/ ]?(?:20)?22|22[-/ ]?(?:20)?23|23[-/ ]?(?:20)?24|24[-/ ]?(?:20)?25|25[-/ ]?(?:20)?26|26[-/ ]?(?:20)?27|27[-/ ]?(?:20)?28|28[-/ ]?(?:20)?29|29[-/ ]?(?:20)?30|30[-/ ]?(?:20)?31|31[-/ ]?(?:20)?32|32[-/ ]?(?:20)?33|33[-/ ]?(?:20)?34|34[-/ ]?(?:20)?35|35[-/ ]?(?:20)?36)[-/ _.]*)', 1);
create or replace macro without_year(number, day) as
    case
        when year_in(number) = '' then tidy(number)
        when abs(regexp_extract(year_in(number), '^(?:20)?([0-9][0-9])', 1)::int - year_of(day)) > 1 then tidy(number)
        when not regexp_matches(replace(number, year_in(number), ''), '[0-9]') then tidy(number)
        else tidy(replace(number, year_in(number), '/'))
    end;

-- name: side!
-- One side ({me}) as it is matched: every document has a kind, and a document below zero is a credit note.
create or replace table {me}_read as
select cast(id as varchar) as id, rtin, coalesce(upper(stin), '') as stin, section, number,
       document_date, original_number, original_date, pos, coalesce(reverse_charge, false) as reverse_charge,
       coalesce(taxable, 0) + coalesce(igst, 0) + coalesce(cgst, 0) + coalesce(sgst, 0) + coalesce(cess, 0) < 0 as negative,
       case when negative then -1 else 1 end as sign, case when negative then 'credit' else kinds.kind end as kind,
       abs(value) as value, sign * coalesce(documents.taxable, 0) as taxable, sign * coalesce(documents.igst, 0) as igst,
       sign * coalesce(documents.cgst, 0) as cgst, sign * coalesce(documents.sgst, 0) as sgst,
       sign * coalesce(documents.cess, 0) as cess,
       coalesce(rtin <> '' and number <> '' and document_date is not null and kinds.kind is not null
           and (coalesce(documents.stin, '') <> '' or kinds.kind = 'import'), false) as comparable
  from documents left join kinds using (section);

-- name: numbered!
-- Documents are named by their place in the table, which costs nothing.
create or replace view {me} as select rowid as doc, * from {me}_read;

-- name: exact_pairs#
-- Same supplier, number, date, and every amount.
create or replace table pair as
select p.doc as p, b.doc as b
  from portal p join books b using (rtin, stin, kind, number, document_date, taxable, igst, cgst, sgst, cess)
  anti join apart on apart.p = p.doc and apart.b = b.doc
  anti join (from member where side = 0) as mine on mine.doc = p.doc
  anti join (from member where side = 1) as its on its.doc = b.doc
 where p.comparable and b.comparable and p.reverse_charge = b.reverse_charge
   and (p.pos = b.pos) is not false and (p.value = b.value) is not false;

-- name: link_pairs#
-- Pairs whose documents are in no other pair: a duplicate on either side makes them wait for the best assignment.
insert into link
select any_value(p), b, 'exact'
  from (select p, any_value(b) as b from pair group by p having count(*) = 1)
 group by b having count(*) = 1;

-- name: rest#
-- What isn't linked, with its number read.
create or replace table rest as
select *, without_year(number, document_date) as core
  from (select 0 as side, portal.* from portal
          anti join link on link.p = doc
          anti join (from member where side = 0) as member on member.doc = portal.doc
         where comparable
         union all
        select 1, books.* from books
          anti join link on link.b = doc
          anti join (from member where side = 1) as member on member.doc = books.doc
         where comparable);

-- name: number_pairs#
-- The same but for how the number is written.
create or replace table pair as
select p.doc as p, b.doc as b
  from rest p join rest b using (rtin, stin, kind, core, document_date, taxable, igst, cgst, sgst, cess)
  anti join apart on apart.p = p.doc and apart.b = b.doc
 where p.side = 0 and b.side = 1 and p.reverse_charge = b.reverse_charge
   and (p.pos = b.pos) is not false and (p.value = b.value) is not false;

-- name: link_pairs_by_number#
insert into link
select any_value(p), b, 'number'
  from (select p, any_value(b) as b from pair group by p having count(*) = 1)
 group by b having count(*) = 1;

-- name: shrink#
-- What is linked by now leaves the rest. Of what stays, all is read that can be compared: `stem` is the number without a
-- suffix of one or two characters, `alias` the number of what it amends. `tie` tells apart what nothing else does.
create or replace table rest as
select *, tidy(number) as plain, substr(stin, 3, 10) as pan,
       hash(id, stin, section, number, document_date, taxable, igst, cgst, sgst, cess, negative) as tie,
       coalesce(try_cast(right(regexp_extract(plain, '[0-9]+$'), 15) as bigint), -1) as serial,
       case when original_number <> '' then without_year(original_number, coalesce(original_date, document_date)) end as alias,
       without_year(nullif(regexp_replace(number, '([-/_ .(]+[A-Za-z0-9]{1,2}[)]?|[A-Za-z])$', ''), number), document_date) as stem
  from rest
  anti join (select 0 as side, p as doc from link where rule = 'number' union all select 1, b from link where rule = 'number')
      as linked using (side, doc);

-- name: twins#
-- Documents of the rest that say again what another one of their side says: number, supplier and amounts, within a month.
-- Each is compared with the one before and the one after it. Of those that are linked already only the numbers that can
-- matter are read. Copies of one document have one `family`.
create or replace table twin as
with linked as (
    select 0 as side, portal.* from portal
      semi join (from rest where side = 0) as rest using (stin, taxable)
      semi join link on link.p = portal.doc
     union all
    select 1, books.* from books
      semi join (from rest where side = 1) as rest using (stin, taxable)
      semi join link on link.b = books.doc
),
every as (
    select side, doc, id, rtin, stin, kind, taxable, igst, cgst, sgst, cess, document_date, core, true as open from rest
     union all
    select side, doc, id, rtin, stin, kind, taxable, igst, cgst, sgst, cess, document_date,
           without_year(number, document_date), false from linked
),
placed as (
    select side, doc, open, document_date, first_value(hash(id)) over copies as family,
           lag(doc) over copies as before, lag(open) over copies as before_open, lag(document_date) over copies as before_date
      from every
    window copies as (partition by side, rtin, stin, kind, taxable, igst, cgst, sgst, cess, core order by document_date, id)
),
neighbours as (select * from placed where document_date - before_date <= 31)
select side, doc, before as other, before_open as open, false as first, family from neighbours where open
 union all
select side, before, doc, open, true, family from neighbours where before_open;

-- name: keys#
-- What may belong together shares a key. Amount keys are as wide as two tolerances and laid twice, half a width apart, so
-- that what is within tolerance shares one of them. `tolerances` counts how often the tolerance fits into the amount.
create or replace table key as
with read as (
    select *,
           case when getvariable('relative') * taxable <= 1e4 * greatest(getvariable('absolute'), 1)
                then taxable / greatest(getvariable('absolute'), 1)
                else 1e4 / getvariable('relative')
                     * (1 + ln(getvariable('relative') * taxable / (1e4 * greatest(getvariable('absolute'), 1))))
           end as tolerances
      from rest
)
select side, doc, document_date, core, tie, hash(1, rtin, pan, core) as key from read
 union all select side, doc, document_date, core, tie, hash(1, rtin, pan, alias) from read where alias <> core
 union all select side, doc, document_date, core, tie, hash(2, rtin, stin, serial) from read where serial >= 0
 union all select side, doc, document_date, core, tie, hash(3, rtin, pan, floor(tolerances / 2)) from read
 union all select side, doc, document_date, core, tie, hash(4, rtin, pan, floor((tolerances + 1) / 2)) from read
 union all select side, doc, document_date, core, tie, hash(5, rtin, core, floor(tolerances / 2)) from read
 union all select side, doc, document_date, core, tie, hash(6, rtin, core, floor((tolerances + 1) / 2)) from read
 union all select side, doc, document_date, core, tie, hash(7, rtin, document_date, taxable, igst, cgst) from read;

-- name: candidates#
-- Pairs that share a key. In a key with many documents only neighbours in order of date and number are compared, so that
-- the work grows with the documents and not with their square.
create or replace table candidate as
with counted as (
    select key, count(*) as documents from key group by key having min(side) < max(side)
),
small as (
    select p.doc as p, b.doc as b
      from key p join key b using (key) join counted using (key)
     where p.side = 0 and b.side = 1 and documents <= 2 * getvariable('near')
),
ordered as (
    select side, doc, key, row_number() over (partition by key order by document_date, length(core), core, tie) as place
      from key join counted using (key)
     where documents > 2 * getvariable('near')
),
near as (
    select side, doc, key, 0 as half, place // getvariable('near') as part from ordered
     union all
    select side, doc, key, 1, (place + getvariable('near') // 2) // getvariable('near') from ordered
)
select distinct p, b
  from (select p, b from small
         union all
        select p.doc, b.doc from near p join near b using (key, half, part) where p.side = 0 and b.side = 1);
