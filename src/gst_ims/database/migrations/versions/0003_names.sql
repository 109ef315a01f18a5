-- The names of a statement's suppliers, as they were when it was drawn up: a later change of a name changes no version.
create table statement_supplier (
    rtin       text    not null,
    period     date    not null,
    version    integer not null,
    gstin      text    not null,       -- the supplier, or who sold from a special economic zone
    trade_name text    not null,
    primary key (rtin, period, version, gstin)
);

insert into statement_supplier (rtin, period, version, gstin, trade_name)
select distinct l.rtin, l.period, l.version, t.gstin, t.trade_name
  from statement_line l
  join record r on r.rtin = l.rtin and r.section = l.section and r.stin = l.stin and r.number = l.number
               and r.period = l.return_period and r.form = l.form and r.port_code = l.port_code
  join taxpayer t on t.gstin = coalesce(r.seller, l.stin);

-- Each amount fits into a bigint; their sum needn't.
alter table statement_total
    alter column taxable type numeric,
    alter column igst type numeric,
    alter column cgst type numeric,
    alter column sgst type numeric,
    alter column cess type numeric;
