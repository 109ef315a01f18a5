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

-- name: work_for^
-- Take on the rights of a recipient or a supplier, for the data of this GSTIN, to the transaction's end.
select set_config('role', :role, true) as role, set_config('ims.gstin', :gstin, true) as gstin;

-- name: defer$
-- Queue a job in the caller's transaction. Jobs of one lock run one after another, in this order.
select queue_job(:task, :lock, :args);

-- name: hold_recipient!
-- One at a time decides for a recipient, draws up his statement, or closes his tax period; to the transaction's end.
select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'recipient', :rtin::text), 0));
