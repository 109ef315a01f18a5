-- How many records of each section and action a recipient has in IMS, kept as changes: a count reads some rows, however many
-- records there are. Every statement that changes records adds what it changes; from time to time the changes are summed up.
create table record_tally (
    rtin    text   not null,
    section text   not null,
    action  text   not null,
    records bigint not null
) partition by hash (rtin);

create index on record_tally (rtin);

do $$
begin
    for n in 0..7 loop
        execute format('create table %I partition of record_tally for values with (modulus 8, remainder %s)',
                       'record_tally_' || n, n);
    end loop;
end $$;

insert into record_tally
select rtin, section, action, count(*) from record where bypass is null and closed_in is null group by rtin, section, action;

create function tally() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into public.record_tally
        select rtin, section, action, count(*)
          from added where bypass is null and closed_in is null
         group by rtin, section, action;
    elsif tg_op = 'DELETE' then
        insert into public.record_tally
        select rtin, section, action, -count(*)
          from removed where bypass is null and closed_in is null
         group by rtin, section, action;
    else
        insert into public.record_tally
        select rtin, section, action, sum(records)
          from (select rtin, section, action, 1 as records from added where bypass is null and closed_in is null
                 union all
                select rtin, section, action, -1 from removed where bypass is null and closed_in is null) change
         group by rtin, section, action
        having sum(records) <> 0;
    end if;
    return null;
end $$;

create trigger tally_added after insert on record referencing new table as added
    for each statement execute function tally();
create trigger tally_changed after update on record referencing old table as removed new table as added
    for each statement execute function tally();
create trigger tally_removed after delete on record referencing old table as removed
    for each statement execute function tally();
