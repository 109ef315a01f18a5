-- Whoever takes a job looks for others that have its lock; without this index he reads the whole queue for it.
create index procrastinate_jobs_by_lock on procrastinate_jobs (lock, id) where status in ('todo', 'doing');
