-- The trail can only be added to: no role of the portal may change it, and this trigger stops whoever may. Who owns the
-- database can still switch the trigger off; therefore the seals below.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = format('%s is written once: %s is refused', tg_table_name, lower(tg_op));
end $$;

-- Entries that no seal covers yet. Ids alone can't tell: what has a lower id may be committed later.
create table trail_unsealed (
    rtin         text        not null,
    id           bigint      not null,
    primary key (rtin, id)
);

-- A seal covers entries of one recipient, with the digest of each; its hash covers these, and the seal before it.
create table trail_seal (
    rtin         text        not null,
    number       integer     not null,     -- counts from 1
    sealed_at    timestamptz not null,
    ids          bigint[]    not null,
    digests      bytea[]     not null,
    hash         bytea       not null,
    primary key (rtin, number)
);

do $$
declare
    t regclass;
begin
    for t in select oid from pg_class
              where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^trail(_\d|_seal)?$' loop
        execute format('create trigger written_once_whole before truncate on %s execute function refuse_change()', t);
    end loop;
    -- Partitions inherit it.
    foreach t in array array['trail', 'trail_seal']::regclass[] loop
        execute format('create trigger written_once before update or delete on %s
                        for each row execute function refuse_change()', t);
    end loop;
    foreach t in array array['trail_unsealed', 'trail_seal']::regclass[] loop
        execute format('alter table %s enable row level security', t);
        execute format('create policy service on %s to ims_service using (true)', t);
    end loop;
end $$;
revoke update, delete on trail_seal from ims_service;
revoke insert, update on trail_unsealed from ims_service;

create function leave_unsealed() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into trail_unsealed select rtin, id from added;
    return null;
end $$;
create trigger unsealed after insert on trail referencing new table as added
    for each statement execute function leave_unsealed();
insert into trail_unsealed select rtin, id from trail;

-- What an entry says, whatever the settings of the connection. A column that is added later stays out of it.
create function digest_of(t public.trail) returns bytea language sql stable strict as $$
    select sha256(convert_to(jsonb_build_array(
        t.rtin, t.id, extract(epoch from t.at), t.event, t.reference_id, t.section, t.stin, t.number, t.period, t.form,
        t.port_code, t.was, t.became, t.details)::text, 'UTF8'))
$$;

create function hash_of(previous bytea, rtin text, number integer, sealed_at timestamptz, ids bigint[], digests bytea[])
returns bytea language sql stable as $$
    select sha256(coalesce(previous, '')
                  || convert_to(jsonb_build_array(rtin, number, extract(epoch from sealed_at), ids)::text, 'UTF8')
                  || coalesce((select string_agg(d, ''::bytea order by n) from unnest(digests) with ordinality as x (d, n)), ''))
$$;
