-- Faults on demand, in test mode. They end by the real time, whatever the portal's clock says.
create table fault (
    id           bigint      primary key generated always as identity,
    endpoint     text        not null,          -- an operation's name, or a pattern of paths
    fault        jsonb       not null,
    probability  double precision not null check (probability between 0 and 1),
    seed         bigint      not null,
    gstin        text,                          -- null: of anybody
    api_key      text,                          -- null: any
    expires_at   timestamptz not null,
    calls        bigint      not null default 0, -- that it was for
    strikes      bigint      not null default 0  -- of these
);

-- Work done, for the metrics of all portals. Losing it in a crash costs nothing: such counters may begin anew.
create unlogged table tally (
    name         text        not null,
    kind         text        not null,
    code         text        not null,
    total        bigint      not null,
    primary key (name, kind, code)
);

-- Bodies of finished requests are forgotten after a while, and found without looking at all requests there ever were.
alter table action_request alter column body drop not null;
alter table filing_request alter column body drop not null;
create index action_request_body on action_request (finished_at) where finished_at is not null and body is not null;
create index filing_request_body on filing_request (finished_at) where finished_at is not null and body is not null;
