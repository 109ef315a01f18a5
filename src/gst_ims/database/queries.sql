-- name: citus_version$
-- Null where the database has no Citus.
select extversion from pg_extension where extname = 'citus';

-- name: revision$
select version_num from schema_version;

-- name: hold_migrations!
select pg_advisory_xact_lock(:lock);

-- name: may_distribute$
-- Whether the user may do everything that is needed: policies, roles and triggers of all machines.
select rolsuper from pg_roles where rolname = current_user;

-- name: nodes$
-- How many machines hold data.
select count(*) from citus_get_active_worker_nodes();

-- name: distributed
-- The tables that are distributed or on all machines already.
select logicalrelid::regclass::text as name from pg_dist_partition;

-- name: allow_triggers!
-- The triggers on these tables write to the same taxpayer's rows, so to the same machine.
set local citus.enable_unsafe_triggers to on;

-- name: plain_policies!
-- Policies of distributed tables have no subqueries.
do $$
declare
    p pg_policies;
    asked constant text := '( SELECT the_taxpayer() AS the_taxpayer)';
begin
    for p in select *
               from pg_policies
              where schemaname = 'public' and position(asked in concat(qual, with_check)) > 0 loop
        execute format('alter policy %%I on %%I', p.policyname, p.tablename)
             || coalesce(' using (' || replace(p.qual, asked, 'the_taxpayer()') || ')', '')
             || coalesce(' with check (' || replace(p.with_check, asked, 'the_taxpayer()') || ')', '');
    end loop;
end $$;

-- name: distribute$
select create_distributed_table(:table, :key, colocate_with => :beside);

-- name: copy_everywhere$
select create_reference_table(:table);

-- name: share_functions!
-- Those that statements call where the rows are.
select create_distributed_function(p.oid::regprocedure)
  from pg_proc p
  join pg_language l on l.oid = p.prolang
 where p.pronamespace = 'public'::regnamespace and l.lanname = 'sql' and p.proname !~ '^procrastinate'
   and not exists (select from pg_type t where t.oid = any(p.proargtypes) and t.typtype = 'c')
   and not exists (select from pg_dist_object o where o.classid = 'pg_proc'::regclass and o.objid = p.oid);

-- name: let_roles_in!
-- Machines talk to one another in the role that a transaction has.
do $$
declare
    r text;
begin
    foreach r in array array['ims_service', 'ims_recipient', 'ims_supplier'] loop
        execute format('alter role %%I login', r);
        execute format('grant usage on sequence trail_id_seq to %%I', r); -- asked for here, not where the rows are
    end loop;
    execute format('alter database %%I set citus.propagate_set_commands to local', current_database());
    -- A transaction is committed on each of its connections: many small ones want few.
    execute format('alter database %%I set citus.max_adaptive_executor_pool_size to 1', current_database());
end $$;

-- name: be_ourselves$
-- Until the end of the transaction: only the user that opened a session may end it.
select set_config('role', 'none', true);

-- name: forsaken_jobs
-- Jobs whose worker is gone or shows no sign of life; and those of the portal whose worker lives but doesn't work on them any
-- more: its connection broke when it wanted to say how they ended. A job of the desk may be waiting for an answer, without one.
select j.id, j.lock
  from procrastinate_jobs j
  left join procrastinate_workers w on w.id = j.worker_id
 where j.status = 'doing'
   and j.queue_name = :queue
   and (w.id is null
        or w.last_heartbeat < now() - make_interval(secs => :seconds)
        or j.queue_name = 'portal'
           and not exists (select from pg_stat_activity a
                            where a.datname = current_database() and a.application_name = j.lock)
           and not exists (select from procrastinate_events e
                            where e.job_id = j.id and e.type = 'started' and e.at > now() - make_interval(secs => :seconds)))
 order by j.id;

-- name: end_sessions$
-- End what a job that nobody works on any more may still hold: a worker that hangs keeps its locks.
select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = :name;

-- name: retry_job$
-- Give the job to another worker, unless it has ended meanwhile.
select count(procrastinate_retry_job_v2(id, null, null, null, null)) from procrastinate_jobs where id = :id and status = 'doing';
