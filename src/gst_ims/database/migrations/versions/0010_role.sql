-- The role of the desk, like those of the portal in 0007: nobody signs in with it, and it belongs to the server.
do $$
begin
    if not exists (select from pg_roles where rolname = 'ims_desk') then
        begin
            create role ims_desk nologin;
        exception
            when duplicate_object or unique_violation then null; -- another database's upgrade was faster
        end;
        execute format('grant ims_desk to %I', current_user);
    elsif not pg_has_role(current_user, 'ims_desk', 'member') then
        execute format('grant ims_desk to %I', current_user);
    end if;
    execute format('grant temporary on database %I to ims_desk', current_database()); -- staging tables
end $$;
