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

-- name: defer$
-- Queue a job in the caller's transaction. Jobs of one lock run one after another, in this order.
select procrastinate_defer_jobs_v1(
    array[row('portal', :task, 0, :lock, null, :args, null)::procrastinate_job_to_defer_v1]
);

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
