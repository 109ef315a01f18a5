-- name: clock_offset$
-- How far the virtual clock is from the real one.
select clock_offset from installation;

-- name: move_clock!
update installation set clock_offset = :clock_offset;

-- name: installation^
select test_mode, demo_events from installation;

-- name: tell_demo!
update installation set demo_events = :events;

-- name: install!
insert into installation (test_mode) values (:test_mode) on conflict do nothing;

-- name: living_worker^
-- A worker that has shown a sign of life since then, by the database's own clock.
select id from procrastinate_workers where last_heartbeat >= :since limit 1;

-- name: database_time$
select now();

-- name: work_for$
-- Take on the rights of a recipient or a supplier, for the data of this GSTIN, to the transaction's end.
select work_for(:role, :gstin);

-- name: defer$
-- Queue a job in the caller's transaction. Jobs of one lock run one after another, in this order.
select queue_job(:task, :lock, :args);

-- name: queue_drafts$
-- Queue the drafts of a period, for each recipient who has filed documents of it or earlier that are still open. In batches:
-- an array of everybody would be too long.
select count(procrastinate_defer_jobs_v1(jobs))
  from (
      select array_agg(row('portal', 'statement:draft', 0, 'recipient ' || rtin, null,
                           jsonb_build_object('gstin', rtin, 'period', :text::text), null)::procrastinate_job_to_defer_v1) as jobs
        from (select distinct rtin
                from record
               where rtin is not null and filed_at is not null and closed_in is null and period_2b <= :period) r
       group by hashtext(rtin) & 255) batch;

-- name: take_drafts
-- The drafts that are queued, for whoever draws them up now.
delete from procrastinate_jobs where task_name = 'statement:draft' and status = 'todo'
returning args ->> 'gstin' as rtin, args ->> 'period' as period;

-- name: take_job!
-- The job of a request that is done already, by whoever asked for it.
delete from procrastinate_jobs where status = 'todo' and args ->> 'reference_id' = :reference_id;

-- name: forget_action_bodies!
-- What was asked long ago: its status, counts and error report stay.
update action_request
   set body = null
 where rtin is not null and body is not null and finished_at < :before;

-- name: forget_filing_bodies!
update filing_request
   set body = null
 where stin is not null and body is not null and finished_at < :before;

-- name: tally!
-- Add to the totals of the metrics, in one order, so that two workers never wait for one another in a circle.
insert into tally as t (name, kind, code, total)
select name, kind, code, total
  from jsonb_to_recordset(:rows) as r (name text, kind text, code text, total bigint)
 order by name, kind, code
    on conflict (name, kind, code) do update set total = t.total + excluded.total;

-- name: hold_recipient!
-- One at a time decides for a recipient, draws up his statement, or closes his tax period; to the transaction's end.
select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'recipient', :rtin::text), 0));

-- name: name_session$
-- Until the end of the transaction.
select set_config('application_name', :name, true);
