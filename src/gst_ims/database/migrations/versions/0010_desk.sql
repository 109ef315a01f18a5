-- The desk keeps its data beside the portal's and reads none of that: they meet at the wire, also where one server has both.
-- Everything is somebody's: `gstin`, the taxpayer whose desk it is, leads every key. Amounts are paise.
--
-- What is read again and again is kept as versions: a row stands from `since` until `until`, both numbers of the sync (the
-- register, the matching) that brought it and that found it gone or different. So what stood at any time can be read, what
-- changed is what begins or ends with a number, and what stays the same costs nothing.
create schema desk;

-- A record's name, as in `ims explain`. (`to_char` isn't immutable, which a generated column asks for.)
create function desk.name_of(section text, stin text, number text, period date, form text) returns text
language sql immutable parallel safe as $$
    select section || ':' || stin || ':' || number || ':' || lpad(extract(month from period)::int::text, 2, '0')
           || extract(year from period)::int || case form when 'R1A' then ':R1A' else '' end
$$;

create table desk.registration (
    gstin       text primary key,
    name        text not null,
    profile     text not null,                          -- which profile of the client leads to its portal
    frequency   text not null check (frequency in ('monthly', 'quarterly')),
    policy      text,                                   -- the name of the policy that proposes decisions
    added_at    timestamptz not null
);

-- People, and what each may do for which taxpayer.
create table desk.person (
    name        text primary key,
    email       text not null default '',
    added_at    timestamptz not null,
    gone_at     timestamptz                             -- who is gone has no duties, and stays in the trail
);
create table desk.duty (
    gstin       text not null references desk.registration,
    person      text not null references desk.person,
    role        text not null check (role in ('viewer', 'preparer', 'approver', 'administrator')),
    primary key (gstin, person, role)
);

-- How people prove who they are, and where they are signed in. Only the house reads it.
create table desk.credential (
    person          text primary key references desk.person,
    password        text not null,                      -- argon2's hash
    totp            text,                               -- the secret of one-time codes, base32; null: none are asked for
    totp_step       bigint not null default 0,          -- the newest code that counted: none counts twice
    failures        int not null default 0,             -- tries since the last one that was right
    locked_until    timestamptz,
    changed_at      timestamptz not null
);
create table desk.session (
    digest      bytea primary key,                      -- SHA-256 of the cookie
    person      text not null references desk.person,
    began_at    timestamptz not null,
    seen_at     timestamptz not null
);
create index on desk.session (person);

-- Who did what, when, and why. Nothing here is ever changed or deleted.
create table desk.trail (
    gstin       text not null,
    id          bigint generated always as identity,
    at          timestamptz not null,
    person      text not null,                          -- or the program: 'desk'
    what        text not null,                          -- such as 'prepared', 'approved', 'applied'
    record      text,                                   -- section:supplier:number:period[:R1A]
    why         text not null default '',
    policy      text,                                   -- name and version of the policy, and its rule
    detail      jsonb not null default '{}',
    primary key (gstin, id)
);
create index on desk.trail (gstin, record, id) where record is not null;

-- What the portal says.
create table desk.sync (
    gstin       text not null references desk.registration,
    id          int not null,
    side        text not null default 'inward' check (side in ('inward', 'sales')),
    began_at    timestamptz not null,
    ended_at    timestamptz,
    records     int not null default 0,
    changed     jsonb not null default '{}',            -- how many by kind of change
    primary key (gstin, id)
);
create table desk.record (
    gstin               text not null,
    section             text not null,
    stin                text not null,
    number              text not null,
    period              date not null,                  -- the supplier's return period
    form                text not null,
    since               int not null,
    until               int,
    became              text not null,                  -- why there is this version: new, edited, filed, acted, flags
    trade_name          text,
    document_date       date not null,
    invoice_type        text,
    original_number     text,
    original_date       date,
    pos                 text not null,
    value               bigint not null,
    taxable             bigint not null,
    igst                bigint not null,
    cgst                bigint not null,
    sgst                bigint not null,
    cess                bigint not null,
    action              text not null,                  -- N, A, R, P
    filed               boolean not null,
    pending_blocked     boolean not null,
    remarks             text,
    remarks_blocked     boolean not null,
    reduction           boolean,
    declared_igst       bigint,
    declared_cgst       bigint,
    declared_sgst       bigint,
    declared_cess       bigint,
    reduction_blocked   boolean,
    hash                text not null,
    source              text not null,                  -- as the portal wrote it: a save echoes it
    name                text not null generated always as (desk.name_of(section, stin, number, period, form)) stored,
    words               text not null generated always as   -- in which people search; no longer than an index takes
        (upper(number || ' ' || left(coalesce(trade_name, ''), 200) || ' ' || stin || ' ' || coalesce(original_number, ''))) stored,
    tax                 bigint not null generated always as (igst + cgst + sgst + cess) stored,
    primary key (gstin, section, stin, number, period, form, since)
);
create unique index on desk.record (gstin, section, stin, number, period, form) where until is null;
create unique index on desk.record (gstin, name) where until is null;
-- The order in which people look: the most rupees first, a page by key. A text is found in it without reading a record.
create index on desk.record (gstin, tax, name) include (words) where until is null;
create index on desk.record (gstin, since);
create index on desk.record (gstin, until) where until is not null;

-- What the books say. A register that is read again under its label takes the place of what it said before.
create table desk.register (
    gstin       text not null references desk.registration,
    id          int not null,
    label       text not null,
    files       jsonb not null,                         -- name and SHA-256 of each
    at          timestamptz not null,
    person      text not null,
    documents   int not null,
    problems    jsonb not null default '[]',            -- rows that aren't documents: file, sheet, row, heading, kind, reason
    totals      jsonb not null default '{}',
    primary key (gstin, id)
);
-- How registers with some headings are read, once a person has confirmed it.
create table desk.mapping (
    gstin       text not null references desk.registration,
    fingerprint text not null,                          -- of the headings
    mapping     jsonb not null,
    person      text not null,
    at          timestamptz not null,
    primary key (gstin, fingerprint)
);
create table desk.book (
    gstin           text not null,
    id              text not null,                      -- label:section:supplier:number:date, and #2 for a copy
    since           int not null,
    until           int,
    label           text not null,
    section         text not null,
    stin            text,
    number          text,
    document_date   date,
    period          date,
    original_number text,
    original_date   date,
    pos             text,
    reverse_charge  boolean,
    value           bigint,
    taxable         bigint not null,
    igst            bigint not null,
    cgst            bigint not null,
    sgst            bigint not null,
    cess            bigint not null,
    source          jsonb not null,                     -- file, sheet, row, voucher, notes
    tax             bigint not null generated always as (igst + cgst + sgst + cess) stored,
    primary key (gstin, id, since)
);
create unique index on desk.book (gstin, id) where until is null;
create index on desk.book (gstin, tax, id) where until is null;
create index on desk.book (gstin, label) where until is null;
create index on desk.book (gstin, since);
create index on desk.book (gstin, until) where until is not null;

-- What belongs together.
create table desk.matching (
    gstin       text not null references desk.registration,
    id          int not null,
    at          timestamptz not null,
    person      text not null,
    sync        int,                                    -- what it compared with what
    register    int,
    settings    jsonb not null,
    buckets     jsonb not null default '{}',
    primary key (gstin, id)
);
create table desk.finding (
    gstin       text not null,
    side        text not null check (side in ('portal', 'books')),
    id          text not null,                          -- of the record (as in the trail), or of the book
    since       int not null,
    until       int,
    bucket      text not null,
    score       int not null,
    rule        text not null,
    partners    text[] not null,                        -- ids of the other side
    reasons     text[] not null,
    differences jsonb not null,
    primary key (gstin, side, id, since)
);
create unique index on desk.finding (gstin, side, id) where until is null;
create index on desk.finding (gstin, side, bucket) where until is null;
create index on desk.finding (gstin, since);
create index on desk.finding (gstin, until) where until is not null;
-- A person's word that documents belong together, or don't. Ids are those of findings.
create table desk.link (
    gstin       text not null references desk.registration,
    id          int not null,
    portal      text[] not null,
    books       text[] not null,
    together    boolean not null,
    at          timestamptz not null,
    person      text not null,
    why         text not null default '',
    ended_at    timestamptz,                            -- taken back
    primary key (gstin, id)
);

-- Rules that people wrote. A version is never changed; the newest that a second person has put into force counts.
create table desk.policy (
    name        text not null,
    version     int not null,
    text        text not null,
    person      text not null,
    at          timestamptz not null,
    why         text not null default '',
    approved_by text,
    approved_at timestamptz,
    primary key (name, version),
    check (approved_by <> person)
);
create table desk.vendor (                              -- a line of a vendor list
    gstin       text not null references desk.registration,
    list        text not null,
    vendor      text not null,                          -- a GSTIN or a PAN
    note        text not null default '',
    primary key (gstin, list, vendor)
);

-- What is to become of records. A decision is about one version of its record, by `hash`: once that is edited, it is void.
create table desk.decision (
    gstin           text not null references desk.registration,
    id              bigint generated always as identity,
    section         text not null,
    stin            text not null,
    number          text not null,
    period          date not null,
    form            text not null,
    hash            text not null,
    was             text not null,                      -- the record's action when it was decided about
    action          text not null check (action in ('N', 'A', 'R', 'P')),  -- N takes back
    remarks         text,
    reduction       text check (reduction in ('full', 'none', 'amounts')),
    declared_igst   bigint,
    declared_cgst   bigint,
    declared_sgst   bigint,
    declared_cess   bigint,
    stake           bigint not null,                    -- the tax of the document, paise
    person          text not null,                      -- who prepared it; 'desk' where a policy did
    at              timestamptz not null,
    why             text not null default '',
    policy          text,                               -- name, version and rule
    needs_approval  boolean not null,
    state           text not null check (state in
                        ('prepared', 'approved', 'returned', 'undone', 'void', 'sending', 'applied', 'refused', 'unknown')),
    approved_by     text,
    approved_at     timestamptz,
    push            int,
    code            text,                               -- the portal's, where it refused
    words           text,                               -- why it is returned, void, refused
    primary key (gstin, id),
    check (approved_by <> person)
);
create unique index on desk.decision (gstin, section, stin, number, period, form)
    where state in ('prepared', 'approved', 'sending');
create index on desk.decision (gstin, state, id);
create index on desk.decision (gstin, section, stin, number, period, form, id);
create index on desk.decision (gstin, push) where push is not null;
create table desk.comment (
    gstin       text not null references desk.registration,
    id          bigint generated always as identity,
    record      text not null,
    person      text not null,
    at          timestamptz not null,
    text        text not null,
    primary key (gstin, id)
);
create index on desk.comment (gstin, record);

-- How a person looks at the grid of records, under a name: the filter, the order, the columns, by supplier or not.
create table desk.view (
    gstin       text not null references desk.registration,
    person      text not null references desk.person,
    name        text not null,
    look        jsonb not null,
    is_default  boolean not null,                       -- what the grid opens with
    primary key (gstin, person, name)
);
create unique index on desk.view (gstin, person) where is_default;

-- What went to the portal. A push is here before anything is sent, so that whoever finds it open can go on.
create table desk.push (
    gstin       text not null references desk.registration,
    id          int not null,
    person      text not null,
    began_at    timestamptz not null,
    ended_at    timestamptz,
    rows        int not null,
    batches     text[] not null default '{}',           -- the client's names of what it sends
    applied     int not null default 0,
    refused     int not null default 0,
    void        int not null default 0,                 -- the record had changed
    unknown     int not null default 0,
    primary key (gstin, id)
);
-- GSTR-2B as the portal drew it up, document by document, and what the decisions had promised.
create table desk.statement (
    gstin       text not null references desk.registration,
    period      date not null,
    id          int not null,
    at          timestamptz not null,
    version     text not null,
    summary     jsonb not null,
    primary key (gstin, period, id)
);
create table desk.promise (
    gstin       text not null,
    period      date not null,
    statement   int not null,
    record      text not null,
    promised    bigint,                                 -- the credit in paise, below zero for a credit note; null: not expected
    stated      bigint,                                 -- null: not there
    reason      text not null default '',
    primary key (gstin, period, statement, record)
);
-- Every document of a GSTR-2B, those that bypass IMS too, and by head what it does to the figure in which it stands.
create table desk.statement_document (
    gstin           text not null,
    period          date not null,
    statement       int not null,
    name            text not null,                      -- as of a record
    part            text not null,                      -- itcavl, itcunavl, itcrev, itcRejected
    supply          text not null,                      -- nonrevsup, isdsup, revsup, imports, othersup
    leaf            text not null,                      -- b2b, cdnr, …
    stin            text not null,                      -- the supplier; the port of a bill of entry
    trade_name      text not null default '',
    number          text not null,
    document_date   date,
    tax             bigint[] not null,                  -- IGST, CGST, SGST, cess; paise
    credit          bigint[],                           -- the same; null where it isn't known what is amended
    primary key (gstin, period, statement, name)
);
create index on desk.statement_document (gstin, stin, number);

-- How a record was accepted: with no reduction, with amounts, or (null) with all of it.
create function desk.reduction_of(reduction boolean, declared bigint) returns text language sql immutable parallel safe as $$
    select case when not reduction then 'none' when reduction and declared is not null then 'amounts' end
$$;

-- Whether accepting a record reduces credit: what its reduction may be declared of, where the portal says so (R2.4, R6.2).
create function desk.specified(section text, reduction_blocked boolean) returns boolean language sql immutable parallel safe as $$
    select coalesce(not reduction_blocked, section in ('b2bcn', 'b2bcna'))
$$;

-- What a document does to the credit under an action, in paise (R4.7, R6.5). `base` is the tax of what it amends; null where
-- that isn't known: then this isn't either. `declared` is the sum of amounts, where amounts are declared. `base` stands once:
-- PostgreSQL puts such a function into a statement, and calls one that has the value of another twice, row by row.
create function desk.credit_of(section text, action text, reduction text, declared bigint, tax bigint, base bigint)
returns bigint language sql immutable parallel safe as $$
    select case when action in ('R', 'P') or reduction = 'none' then 0
                when reduction = 'amounts' and declared < tax then -declared
                else case when section in ('b2bcn', 'b2bcna') then -1 else 1 end * (tax - base) end
$$;

-- What a rejection adds to the supplier's liability: reductions come back, nothing else (R5.4, R5.5, R5.9).
create function desk.owed_of(section text, action text, tax bigint, base bigint) returns bigint
language sql immutable parallel safe as $$
    select case when action <> 'R' or section not in ('b2bcn', 'b2bcna', 'b2ba', 'b2bdna', 'ecoma') then 0
                else greatest(case when section in ('b2bcn', 'b2bcna') then 1 else -1 end * (tax - base), 0) end
$$;

-- Head by head: IGST, CGST, SGST, cess.
create function desk.credits_of(section text, action text, reduction text, declared bigint[], tax bigint[], base bigint[])
returns bigint[] language sql immutable parallel safe as $$
    select case when reduction = 'amounts' and action not in ('R', 'P')
                     and declared[1] + declared[2] + declared[3] + declared[4] < tax[1] + tax[2] + tax[3] + tax[4]
                then array[-declared[1], -declared[2], -declared[3], -declared[4]]
                else array[desk.credit_of(section, action, nullif(reduction, 'amounts'), null, tax[1], base[1]),
                           desk.credit_of(section, action, nullif(reduction, 'amounts'), null, tax[2], base[2]),
                           desk.credit_of(section, action, nullif(reduction, 'amounts'), null, tax[3], base[3]),
                           desk.credit_of(section, action, nullif(reduction, 'amounts'), null, tax[4], base[4])] end
$$;

-- The document that a record amends, as it was last read. These take columns: a whole row would be made for each record of a
-- million, its source among it, also where nothing is amended.
create function desk.original_of(gstin text, section text, stin text, period date, form text, original_number text, original_date date)
returns setof desk.record language sql stable parallel safe as $$
    select o.*
      from desk.record o
     where o.gstin = original_of.gstin and o.stin = original_of.stin
       and o.section in (original_of.section, left(original_of.section, -1))
       and (o.number, o.document_date) = (original_of.original_number, original_of.original_date)
       and (o.period, o.form) < (original_of.period, original_of.form)
     order by o.period desc, o.form desc, o.since desc
     limit 1
$$;

-- The tax by head of what a record amends: zero where it amends none, or that one was rejected; null where the desk has never
-- seen it, neither in IMS nor in a GSTR-2B of an earlier period (records leave IMS with GSTR-3B, R3.14).
create function desk.seen_bases_of(gstin text, section text, stin text, period date, form text, original_number text,
                                   original_date date)
returns bigint[] language sql stable parallel safe as $$
    select coalesce(
        (select case o.action when 'R' then '{0,0,0,0}'::bigint[] else array[o.igst, o.cgst, o.sgst, o.cess] end
           from desk.original_of(gstin, section, stin, period, form, original_number, original_date) o),
        (select case d.part when 'itcRejected' then '{0,0,0,0}'::bigint[] else d.tax end
           from desk.statement_document d
          where d.gstin = seen_bases_of.gstin and d.stin = seen_bases_of.stin and d.period < seen_bases_of.period
            and (d.number, d.document_date) = (original_number, original_date)
            and split_part(d.name, ':', 1) in (seen_bases_of.section, left(seen_bases_of.section, -1))
          order by d.period desc, d.statement desc
          limit 1))
$$;
create function desk.bases_of(gstin text, section text, stin text, period date, form text, original_number text, original_date date)
returns bigint[] language sql stable parallel safe as $$
    select case when original_number is null then '{0,0,0,0}'::bigint[]
                else desk.seen_bases_of(gstin, section, stin, period, form, original_number, original_date) end
$$;
create function desk.sum_of(amounts bigint[]) returns bigint language sql immutable parallel safe as $$
    select amounts[1] + amounts[2] + amounts[3] + amounts[4]
$$;
create function desk.base_of(gstin text, section text, stin text, period date, form text, original_number text, original_date date)
returns bigint language sql stable parallel safe as $$
    select case when original_number is null then 0
                else desk.sum_of(desk.seen_bases_of(gstin, section, stin, period, form, original_number, original_date)) end
$$;

-- The other side of the taxpayer: what recipients do with what he sold.
create table desk.sale (
    gstin           text not null,
    of              date not null,                      -- return period in which he reported it
    form            text not null,
    section         text not null,                      -- b2b, b2ba, cdnr, cdnra, ecom, ecoma
    rtin            text not null,
    number          text not null,
    since           int not null,
    until           int,
    became          text not null,                      -- new, edited, acted
    document_date   date not null,
    note_type       text,
    original_number text,
    original_date   date,
    pos             text not null,
    value           bigint,
    taxable         bigint not null,
    igst            bigint not null,
    cgst            bigint not null,
    sgst            bigint not null,
    cess            bigint not null,
    action          text not null,
    remarks         text,
    source          jsonb not null,                     -- rates and all else that a GSTR-1A draft needs
    name            text not null generated always as (desk.name_of(section, rtin, number, of, form)) stored,
    tax             bigint not null generated always as (igst + cgst + sgst + cess) stored,
    primary key (gstin, of, form, section, rtin, number, since)
);
create unique index on desk.sale (gstin, of, form, section, rtin, number) where until is null;
create index on desk.sale (gstin, rtin, number) where until is null;
create index on desk.sale (gstin, rtin, original_number) where until is null and original_number is not null;
create index on desk.sale (gstin, since);
create index on desk.sale (gstin, until) where until is not null;
create table desk.added_back (
    gstin           text not null,
    of              date not null,                      -- the period in which the liability comes back
    section         text not null,
    rtin            text not null,
    number          text not null,
    period          date not null,                      -- where it was reported
    form            text not null,
    document_date   date not null,
    igst            bigint not null,
    cgst            bigint not null,
    sgst            bigint not null,
    cess            bigint not null,
    remarks         text,
    read_at         timestamptz not null,
    primary key (gstin, of, section, rtin, number, period, form)
);

-- Whom to ask, and what was asked.
create table desk.contact (
    gstin       text not null references desk.registration,
    party       text not null,                          -- a supplier, or a recipient
    name        text not null default '',
    email       text not null default '',
    webhook     text not null default '',
    secret      text not null default '',               -- of the webhook's signatures
    primary key (gstin, party)
);
create table desk.message (
    gstin       text not null references desk.registration,
    id          bigint generated always as identity,
    party       text not null,
    kind        text not null,
    channel     text not null check (channel in ('email', 'webhook')),
    address     text not null,
    subject     text not null,
    body        text not null,
    attachment  bytea,                                  -- the documents, xlsx
    records     text[] not null,
    person      text not null,
    at          timestamptz not null,
    reply_by    date,
    state       text not null check (state in ('queued', 'sent', 'dead')),
    attempts    int not null default 0,
    sent_at     timestamptz,
    words       text not null default '',               -- why it couldn't be sent
    answered_at timestamptz,
    primary key (gstin, id)
);
create index on desk.message (gstin, party, at);
create table desk.alert (
    gstin       text not null references desk.registration,
    id          bigint generated always as identity,
    kind        text not null,
    key         text not null,                          -- what it is about: nobody is told twice
    at          timestamptz not null,
    urgent      boolean not null,
    text        text not null,
    link        text not null default '',
    told_at     timestamptz,
    seen_by     text,
    seen_at     timestamptz,
    primary key (gstin, id),
    unique (gstin, kind, key)
);
create table desk.setting (                             -- whom alerts go to, thresholds, quiet hours, tolerances
    gstin       text not null references desk.registration,
    name        text not null,
    value       jsonb not null,
    primary key (gstin, name)
);

-- A report that somebody asked for in a browser, and a worker makes. Its file is in parts: nobody has all of it in memory.
create table desk.report (
    gstin       text not null references desk.registration,
    id          bigint generated always as identity,
    period      date not null,
    form        text not null check (form in ('xlsx', 'json')),
    person      text not null,
    asked_at    timestamptz not null,
    ended_at    timestamptz,
    words       text not null default '',               -- why it couldn't be made
    size        bigint not null default 0,              -- bytes
    primary key (gstin, id)
);
create table desk.report_part (
    gstin       text not null,
    report      bigint not null,
    part        int not null,
    content     bytea not null,
    primary key (gstin, report, part),
    foreign key (gstin, report) references desk.report on delete cascade
);
alter table desk.report_part alter column content set storage external;  -- it is packed already

-- One role works at the desk. Each transaction says for which taxpayers, and finds nothing of others.
grant usage on schema desk to ims_service, ims_desk;
grant select, insert, update, delete on all tables in schema desk to ims_service, ims_desk;
grant usage on all sequences in schema desk to ims_service, ims_desk;
revoke update, delete, truncate on desk.trail from ims_service, ims_desk;
revoke update, delete on desk.comment, desk.promise, desk.statement, desk.statement_document from ims_service, ims_desk;
revoke all on desk.duty, desk.person, desk.credential, desk.session from ims_desk;
grant select on desk.duty, desk.person to ims_desk;

create function desk.the_gstins() returns text[] language sql stable parallel safe as $$
    select string_to_array(current_setting('ims.gstins', true), ',')
$$;
do $$
declare
    t text;
begin
    for t in select table_name from information_schema.columns where table_schema = 'desk' and column_name = 'gstin' loop
        execute format('alter table desk.%I enable row level security', t);
        execute format('create policy service on desk.%I to ims_service using (true)', t);
        execute format('create policy desk on desk.%I to ims_desk using (gstin = any ((select desk.the_gstins())::text[]))', t);
    end loop;
end $$;
-- Sales that were not corrected since: neither by an amendment of them, nor by a later one of the same original. These are two
-- conditions, because one with OR would compare row by row.
create view desk.latest_sale with (security_invoker = true) as
select s.*
  from desk.sale s
 where s.until is null
   and not exists (select from desk.sale a
                    where a.gstin = s.gstin and a.until is null and a.rtin = s.rtin and rtrim(a.section, 'a') = rtrim(s.section, 'a')
                      and (a.original_number, a.original_date) = (s.number, s.document_date) and (a.of, a.form) > (s.of, s.form))
   and not exists (select from desk.sale a
                    where a.gstin = s.gstin and a.until is null and a.rtin = s.rtin and rtrim(a.section, 'a') = rtrim(s.section, 'a')
                      and (a.original_number, a.original_date) = (s.original_number, s.original_date)
                      and (a.of, a.form) > (s.of, s.form));
grant select on desk.latest_sale to ims_service, ims_desk;

-- Policies are the house's: everybody reads them, and each version is written once and approved once.
revoke delete on desk.policy from ims_service, ims_desk;
revoke update on desk.policy from ims_service, ims_desk;
grant update (approved_by, approved_at) on desk.policy to ims_service, ims_desk;

-- Queue a job for a taxpayer's desk. His jobs run one after another, also while the first waits to be tried again; those with
-- a `strand` wait for those of this strand only.
create function desk.queue_job(task text, args jsonb, strand text default '') returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if current_setting('ims.gstins', true) <> '' and not (args ->> 'gstin' = any (desk.the_gstins())) then
        raise insufficient_privilege using message = 'a job of another taxpayer';
    end if;
    perform procrastinate_defer_jobs_v1(
        array[row('desk', task, 0, concat_ws(' ', 'desk', args ->> 'gstin', nullif(strand, '')), null, args,
                  null)::procrastinate_job_to_defer_v1]);
end $$;
revoke execute on function desk.queue_job from public;
grant execute on function desk.queue_job to ims_service, ims_desk;
