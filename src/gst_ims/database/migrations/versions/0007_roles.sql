-- The portal's roles. Nobody signs in with them: the portal's user takes them on, one for each transaction. They belong to
-- the server, not to the database, so they may be there already: of another database, or made by an administrator.
do $$
declare
    r text;
begin
    foreach r in array array['ims_service', 'ims_recipient', 'ims_supplier'] loop
        if not exists (select from pg_roles where rolname = r) then
            begin
                execute format('create role %I nologin', r);
            exception
                when duplicate_object or unique_violation then null; -- another database's upgrade was faster
            end;
            execute format('grant %I to %I', r, current_user);
        elsif not pg_has_role(current_user, r, 'member') then
            execute format('grant %I to %I', r, current_user);
        end if;
        execute format('grant usage on schema public to %I', r);
        execute format('grant temporary on database %I to %I', current_database(), r); -- staging tables
    end loop;
end $$;
