-- Two rules hold for every table of taxpayers' data:
-- what a recipient reads has `rtin`, and what a supplier reads has `stin`, as the first column of its key, of its
-- partitions and of every statement on it. A period is a date, the first day of its month. Money is paise.

-- What this installation is: made once, at the first start.
create table installation (
    one          boolean     primary key default true check (one),
    test_mode    boolean     not null,
    clock_offset interval    not null default '0', -- test mode: how far the portal's clock is from the real one
    demo_events  integer     not null default 0    -- how much of the demo's story has been told
);

create table signing_key (
    id           text        primary key,
    secret       bytea       not null,
    created_at   timestamptz not null
);

create table operator_key (
    digest       bytea       primary key,
    created_at   timestamptz not null
);

create table api_key (
    key           text        primary key,
    secret_digest bytea       not null,
    label         text        not null,
    rate_limit    integer     check (rate_limit > 0),  -- calls a minute; null: that of the installation
    created_at    timestamptz not null
);

-- Calls of the running minute. Losing it in a crash costs nothing.
create unlogged table rate_window (
    key          text        primary key,
    minute       timestamptz not null,
    calls        integer     not null
);

create table taxpayer (
    gstin            text    primary key,
    username         text    not null,
    legal_name       text    not null,
    trade_name       text    not null,
    filing_frequency text    not null check (filing_frequency in ('monthly', 'quarterly')),
    taxpayer_type    text    not null,
    registered_on    date
);

create table one_time_password (
    gstin        text        not null,
    key          text        not null,
    hash         text        not null,
    expires_at   timestamptz not null,
    tries        smallint    not null default 0,
    primary key (gstin, key)
);

create table session (
    id           uuid        primary key,
    key          text        not null,
    gstin        text,                      -- null: the account's own token
    expires_at   timestamptz not null,      -- of the newest token
    ends_at      timestamptz not null,      -- no refresh goes beyond this
    revoked_at   timestamptz
);

-- Inward records: what the recipient sees and acts upon.
create table record (
    rtin              text     not null,
    section           text     not null,    -- b2b, b2bcn, impg, …
    stin              text     not null,    -- the supplier, e-commerce operator or distributor; '' for bills of entry
    number            text     not null,
    period            date     not null,    -- the supplier's return period; for imports that of the credit
    form              text     not null,    -- R1, R1A, IFF, R6, BOE
    port_code         text     not null default '',
    document_date     date     not null,
    original_number   text,
    original_date     date,
    invoice_type      text,
    pos               text,
    value             bigint   not null,
    taxable           bigint   not null,
    igst              bigint   not null,
    cgst              bigint   not null,
    sgst              bigint   not null,
    cess              bigint   not null,
    hash              text     not null,    -- of the content above, and of nothing else
    seller            text,                 -- imports from an SEZ: who sold
    reference         text,                 -- imports: ICEGATE's reference
    reference_date    date,
    document_type     text,                 -- ISD: ISDI, ISDC
    bypass            text,                 -- why it never enters IMS (R1.3); null: it is in IMS
    period_2b         date     not null,    -- tentative until filed (R7.3)
    specified         boolean  not null,    -- accepting it reduces the credit (R2.4)
    pending_blocked   boolean  not null,
    reduction_blocked boolean  not null,    -- no declaration of the reduction (R6.2)
    edits             integer  not null default 0,
    saved_at          timestamptz not null,
    filed_at          timestamptz,
    action            text     not null default 'N' check (action in ('N', 'A', 'R', 'P')),
    acted_at          timestamptz,
    remarks           text,
    reduction         text     check (reduction in ('Y', 'N')),
    declared_igst     bigint,
    declared_cgst     bigint,
    declared_sgst     bigint,
    declared_cess     bigint,
    primary key (rtin, section, stin, number, period, form, port_code)
) partition by hash (rtin);

-- Everything that ever happened to a record; nothing is changed or deleted here.
create table trail (
    rtin         text        not null,
    id           bigint      generated always as identity,
    at           timestamptz not null,
    event        text        not null check (event in ('saved', 'edited', 'deleted', 'filed', 'acted', 'reset')),
    reference_id text,                      -- the request that caused it
    section      text        not null,
    stin         text        not null,
    number       text        not null,
    period       date        not null,
    form         text        not null,
    port_code    text        not null,
    was          text,                      -- the action before
    became       text,                      -- the action after
    details      jsonb,
    primary key (rtin, id)
) partition by hash (rtin);

-- Save and reset requests of recipients, bodies as they came.
create table action_request (
    rtin         text        not null,
    reference_id text        not null,
    kind         text        not null check (kind in ('SAVE', 'RESET')),
    body         bytea       not null,
    received_at  timestamptz not null,
    finished_at  timestamptz,
    status       text        not null default 'IP' check (status in ('IP', 'P', 'PE', 'ER')),
    applied      integer     not null default 0,
    refused      integer     not null default 0,
    error_code   text        not null default '',
    error_text   text        not null default '',
    errors       jsonb,
    primary key (rtin, reference_id)
) partition by hash (rtin);

-- Outward documents: what the supplier reported, and what the recipient did about it.
create table outward (
    stin            text    not null,
    period          date    not null,
    form            text    not null,
    section         text    not null,       -- the table of the return: b2b, b2ba, cdnr, cdnra, ecom, ecoma
    number          text    not null,
    rtin            text    not null,
    inward_section  text    not null,       -- where the record stands at the recipient
    seller          text,                   -- ecom, ecoma: who sells through the operator; null: unregistered
    document_date   date    not null,
    hash            text    not null,       -- that of the record
    content         jsonb   not null,       -- the document as reported
    checksum        text    not null,       -- of the content
    filed_at        timestamptz,
    action          text    not null default 'N',
    remarks         text,
    primary key (stin, period, form, section, number)
) partition by hash (stin);

-- Document numbers are unique in a supplier's financial year; amendments look for their originals.
create index outward_number on outward (stin, number);

-- Tables of a return that make no records (b2cs, hsn, …), kept as reported.
create table outward_rest (
    stin         text        not null,
    period       date        not null,
    form         text        not null,
    section      text        not null,
    content      jsonb       not null,
    primary key (stin, period, form, section)
);

create table outward_return (
    stin         text        not null,
    period       date        not null,
    form         text        not null,
    filed_at     timestamptz not null,
    arn          text        not null,      -- acknowledgement reference number
    primary key (stin, period, form)
);

create table filing_request (
    stin         text        not null,
    reference_id text        not null,
    kind         text        not null check (kind in ('SAVE', 'RESET')),
    period       date        not null,
    form         text        not null,
    body         bytea       not null,
    received_at  timestamptz not null,
    finished_at  timestamptz,
    status       text        not null default 'REC' check (status in ('REC', 'P', 'PE', 'ER')),
    error_code   text        not null default '',
    error_text   text        not null default '',
    errors       jsonb,
    primary key (stin, reference_id)
) partition by hash (stin);

-- Liability that comes back to a supplier because a recipient refused to reduce his credit (R5.4).
create table added_back (
    stin            text    not null,
    period          date    not null,      -- in which the supplier owes it
    section         text    not null,      -- cdnr, cdnra, b2ba, ecoma
    rtin            text    not null,
    number          text    not null,
    supplier_period date    not null,      -- in which the document was reported
    form            text    not null,
    document_date   date    not null,
    document_type   text,                  -- notes: C, D
    original_number text,
    original_date   date,
    invoice_type    text,
    seller          text,
    value           bigint  not null,
    taxable         bigint  not null,
    igst            bigint  not null,
    cgst            bigint  not null,
    sgst            bigint  not null,
    cess            bigint  not null,
    remarks         text,
    primary key (stin, period, section, rtin, number, supplier_period, form)
) partition by hash (stin);

do $$
declare
    t text;
begin
    foreach t in array array['record', 'trail', 'action_request', 'outward', 'filing_request', 'added_back'] loop
        for n in 0..7 loop
            execute format('create table %I partition of %I for values with (modulus 8, remainder %s)', t || '_' || n, t, n);
        end loop;
    end loop;
end $$;

-- One request at a time for a taxpayer (R2.18).
create unique index one_open_action_request on action_request (rtin) where finished_at is null;
