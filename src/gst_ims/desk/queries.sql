-- name: work_for$
-- Take on the rights of the desk, for the data of these GSTINs, to the transaction's end.
select set_config('ims.gstins', :gstins, true) from set_config('role', 'ims_desk', true);

-- name: see_one_moment!
-- As the first statement of a transaction.
set transaction isolation level repeatable read, read only;

-- name: name_session$
-- Until the end of the transaction.
select set_config('application_name', :name, true);

-- name: defer$
-- Queue a job in the caller's transaction. Jobs of one taxpayer's desk run one after another, but for strands of their own.
select desk.queue_job(:task, :args, :strand);

-- name: note!
-- Add to the trail.
insert into desk.trail (gstin, at, person, what, record, why, policy, detail)
values (:gstin, :at, :person, :what, :record, :why, :policy, :detail);
