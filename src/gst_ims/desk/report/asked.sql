-- Reports that people asked for in a browser, and their files.

-- name: ask$
-- Note that somebody wants a report. Who waits for the same one already doesn't get another.
with there as (
    select id from desk.report
     where gstin = :gstin and person = :person and (period, form) = (:period, :form) and ended_at is null
), fresh as (
    insert into desk.report (gstin, period, form, person, asked_at)
    select :gstin, :period, :form, :person, :at where not exists (select from there)
    returning id
)
select id from fresh;

-- name: forget!
delete from desk.report where gstin = :gstin and asked_at < :before;

-- name: reports
-- The newest first.
select id, period, form, person, asked_at, ended_at, words, size
  from desk.report where gstin = :gstin order by id desc limit :limit;

-- name: report^
select id, period, form, person, asked_at, ended_at, words, size from desk.report where gstin = :gstin and id = :report;

-- name: put_part!
insert into desk.report_part (gstin, report, part, content) values (:gstin, :report, :part, :content);

-- name: end!
update desk.report set ended_at = :at, words = :words, size = :size where gstin = :gstin and id = :report and ended_at is null;

-- name: part$
select content from desk.report_part where gstin = :gstin and report = :report and part = :part;
