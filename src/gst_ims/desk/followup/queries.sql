-- name: settings
select name, value from desk.setting where gstin = :gstin;

-- name: put_setting!
insert into desk.setting (gstin, name, value) values (:gstin, :name, :value)
    on conflict (gstin, name) do update set value = excluded.value;

-- name: drop_setting!
delete from desk.setting where gstin = :gstin and name = :name;

-- name: supplier_documents
-- What suppliers have to be asked about. A document that is saved and not filed when its return was due; one of which the books
-- say something else; one that stands in the books only, though the return that should have it was due.
select 'unfiled' as kind, r.stin as party, coalesce(nullif(c.name, ''), r.trade_name) as name,
       r.name as id, r.section, r.number, r.document_date, r.period, r.form,
       r.value, r.taxable, r.tax, null as remarks, null::jsonb as differences
  from desk.record r
  left join desk.contact c on c.gstin = :gstin and c.party = r.stin
 where r.gstin = :gstin and r.until is null and not r.filed
   and r.period <= case r.form when 'IFF' then :quarterly::date else :monthly::date end
union all
select 'mismatch', r.stin, coalesce(nullif(c.name, ''), r.trade_name), f.id, r.section, r.number, r.document_date, r.period, r.form,
       r.value, r.taxable, r.tax, null, f.differences
  from desk.finding f
  join desk.record r
    on r.gstin = :gstin and r.until is null and r.name = f.id
  left join desk.contact c on c.gstin = :gstin and c.party = r.stin
 where f.gstin = :gstin and f.side = 'portal' and f.bucket = 'mismatch' and f.until is null and r.filed
   -- Something has to be his. Who filed is who he is: a GSTIN that our books have otherwise is our slip, unless it is another one of
   -- his PAN. How a number is written, a debit note that was booked as a purchase, and what the tolerance allows are nobody's.
   and exists (select from jsonb_to_recordset(f.differences) as d (field text, portal text, books text, difference bigint)
                where case when d.field = 'supplier' then substr(d.books, 3, 10) is not distinct from substr(r.stin, 3, 10)
                           when d.field = 'number'
                                then (select count(distinct regexp_replace(regexp_replace(
                                                 translate(upper(n), 'OIL', '011'), '(^|[^0-9])0+([0-9])', '\1\2', 'g'), '[^A-Z0-9]+', '', 'g'))
                                        from unnest(array[d.portal, d.books]) n) > 1
                           when d.field = 'kind' then (d.portal, d.books) <> ('debit', 'invoice')
                           when d.field = 'value' then abs(d.difference) > 2 * :tolerance
                           when d.field in ('taxable', 'igst', 'cgst', 'sgst', 'cess') then abs(d.difference) > :tolerance
                           else true end)
union all
select 'missing', b.stin, coalesce(nullif(c.name, ''), nullif(b.source ->> 'supplier', '')), b.id, b.section, b.number,
       b.document_date, b.period, null, b.value, b.taxable, b.tax, null, null
  from desk.finding f
  join desk.book b on b.gstin = :gstin and b.until is null and b.id = f.id
  left join desk.contact c on c.gstin = :gstin and c.party = b.stin
 where f.gstin = :gstin and f.side = 'books' and f.bucket = 'missing in portal' and f.until is null
   and b.stin is not null and b.document_date < :monthly::date + interval '1 month'
   -- What a person has held apart from a record of the portal is in his hands.
   and not exists (select from desk.link l
                    where l.gstin = :gstin and not l.together and l.ended_at is null and f.id = any(l.books));

-- name: customer_documents
-- What customers rejected or keep pending of what was sold. What was corrected since is about the correction.
select case s.action when 'R' then 'rejected' else 'pending' end as kind, s.rtin as party, c.name,
       s.name as id, s.section, s.number, s.document_date, s.of as period, s.form,
       s.value, s.taxable, s.tax, s.remarks, null::jsonb as differences
  from desk.latest_sale s
  left join desk.contact c on c.gstin = :gstin and c.party = s.rtin
 where s.gstin = :gstin and s.action in ('R', 'P');

-- name: customer_actions
-- What customers did with what was sold, by return period and section.
select of as period, section, action, count(*) as documents, sum(tax)::bigint as tax
  from desk.sale
 where gstin = :gstin and until is null
 group by 1, 2, 3
 order by 1 desc, 2, 3;

-- name: sold
-- Documents of a period, section and action, the most rupees first, a page by key.
select s.rtin, c.name as customer, s.section, s.of as period, s.form, s.number, s.document_date, s.note_type, s.taxable, s.tax as size,
       s.action, s.remarks, s.name
  from desk.sale s
  left join desk.contact c on c.gstin = :gstin and c.party = s.rtin
 where s.gstin = :gstin and s.until is null and s.of = :period and s.section = :section and s.action = :action
   and (:after::text is null or (s.tax, s.name) < (:after_size::bigint, :after::text))
 order by s.tax desc, s.name desc
 limit :limit;

-- name: contacts
-- Whom to write to. Secrets stay where they are.
select party, name, email, webhook from desk.contact
 where gstin = :gstin and (:parties::text[] is null or party = any(:parties))
   and position(upper(:text) in upper(concat_ws(' ', party, name, email, webhook))) > 0
   and (:after::text is null or party > :after)
 order by party
 limit :limit;

-- name: put_contacts!
-- Contacts as they are given take the place of those that there are. A webhook that stays keeps its secret where none is given.
insert into desk.contact (gstin, party, name, email, webhook, secret)
select :gstin, party, name, email, webhook, secret
  from unnest(:parties::text[], :names::text[], :emails::text[], :webhooks::text[], :secrets::text[])
       as given (party, name, email, webhook, secret)
    on conflict (gstin, party) do update
   set name = excluded.name, email = excluded.email, webhook = excluded.webhook,
       secret = case when excluded.secret = '' and excluded.webhook = contact.webhook then contact.secret else excluded.secret end;

-- name: drop_contact!
delete from desk.contact where gstin = :gstin and party = :party;

-- name: secret$
select secret from desk.contact where gstin = :gstin and party = :party and webhook = :webhook;

-- name: hold_messages!
-- Whoever asks waits for who asks: so nobody is asked twice about the same.
select pg_advisory_xact_lock(hashtextextended('messages ' || :gstin, 0));

-- name: asked
-- What has been asked already, and has an answer to come: by party and document.
select party, unnest(records) as record, max(reply_by) as reply_by
  from desk.message
 where gstin = :gstin and kind = :kind and state <> 'dead' and answered_at is null and reply_by >= :today
 group by 1, 2;

-- name: put_message$
insert into desk.message (gstin, party, kind, channel, address, subject, body, attachment, records, person, at, reply_by, state)
values (:gstin, :party, :kind, :channel, :address, :subject, :body, :attachment, :records, :person, :at, :reply_by, 'queued')
returning id;

-- name: messages
-- What went to whom, the newest first.
select id, party, kind, channel, address, subject, records, person, at, reply_by, state, attempts, sent_at, words, answered_at
  from desk.message
 where gstin = :gstin and (:state::text is null or state = :state) and (:party::text is null or party = :party)
 order by id desc limit :limit;

-- name: message^
select * from desk.message where gstin = :gstin and id = :id;

-- name: take_message^
-- A message that is to go out now. The attempt counts before it is made: a worker may die of it.
update desk.message set attempts = attempts + 1 where gstin = :gstin and id = :id and state = 'queued' returning *;

-- name: let_message_wait!
-- Nobody is woken: the attempt isn't counted, and the first round after quiet hours has it delivered.
update desk.message set attempts = attempts - 1, words = :words where gstin = :gstin and id = :id;

-- name: waiting_messages
update desk.message set words = '' where gstin = :gstin and state = 'queued' and words = :words returning id;

-- name: message_sent!
update desk.message set state = 'sent', sent_at = :at, words = '' where gstin = :gstin and id = :id;

-- name: message_failed!
update desk.message set state = :state, words = :words where gstin = :gstin and id = :id;

-- name: asked_anew$
-- Whether somebody else asks the party the same meanwhile, by the same channel.
select exists (
    select from desk.message m
      join desk.message d on d.gstin = :gstin and d.id = :id
     where m.gstin = :gstin and m.id <> d.id and m.state <> 'dead' and m.answered_at is null and m.reply_by >= :today
       and (m.party, m.kind, m.channel) = (d.party, d.kind, d.channel) and m.records && d.records);

-- name: requeue_message!
update desk.message set state = 'queued', attempts = 0, words = '' where gstin = :gstin and id = :id and state = 'dead';

-- name: answered!
update desk.message set answered_at = :at where gstin = :gstin and id = :id and answered_at is null and state <> 'dead';

-- name: added_back
-- The liability that came back, by the period in which it did.
select b.of, b.section, b.rtin, c.name, b.number, b.document_date, b.period, b.form, b.igst, b.cgst, b.sgst, b.cess, b.remarks
  from desk.added_back b
  left join desk.contact c on c.gstin = :gstin and c.party = b.rtin
 where b.gstin = :gstin
 order by b.of desc, b.igst + b.cgst + b.sgst + b.cess desc, b.rtin, b.section, b.number;

-- name: at_stake
-- What comes back where a customer rejects, or leaves rejected, a document that lowers the supplier's tax: of a credit note all
-- that was accepted by no earlier document of its chain, of an amendment downward the difference to what was accepted (R5.9,
-- R5.10); less what came back for the chain already. What is in the portal's list is over.
with standing as not materialized (
    select *, rtrim(section, 'a') as family, section in ('cdnr', 'cdnra') and note_type = 'C' as credit
      from desk.sale where gstin = :gstin and until is null
), chained as (
    select s.*, c.name as customer, coalesce(o.igst, 0) as base_igst, coalesce(o.cgst, 0) as base_cgst, coalesce(o.sgst, 0) as base_sgst,
           coalesce(o.cess, 0) as base_cess, o.number is not null as known,
           coalesce(b.igst, 0) as owed_igst, coalesce(b.cgst, 0) as owed_cgst, coalesce(b.sgst, 0) as owed_sgst,
           coalesce(b.cess, 0) as owed_cess
      from standing s
      left join desk.contact c on c.gstin = :gstin and c.party = s.rtin
      left join lateral (
           select * from standing o
            where o.rtin = s.rtin and o.family = s.family and o.action in ('A', 'N') and (o.of, o.form) < (s.of, s.form)
              and (o.number = s.original_number or o.original_number = s.original_number)
              and ((o.number, o.document_date) = (s.original_number, s.original_date)
                   or (o.original_number, o.original_date) = (s.original_number, s.original_date))
            order by o.of desc, o.form desc limit 1) o on true
      left join lateral (
           select sum(b.igst)::bigint as igst, sum(b.cgst)::bigint as cgst, sum(b.sgst)::bigint as sgst, sum(b.cess)::bigint as cess
             from desk.added_back b
             join standing o on o.rtin = b.rtin and (o.of, o.form, o.section, o.number) = (b.period, b.form, b.section, b.number)
            where b.gstin = :gstin and b.rtin = s.rtin and o.family = s.family
              and (o.number = s.original_number or o.original_number = s.original_number)
              and ((o.number, o.document_date) = (s.original_number, s.original_date)
                   or (o.original_number, o.original_date) = (s.original_number, s.original_date))) b on true
     where s.action in ('R', 'P')
       and not exists (select from desk.added_back b
                        where b.gstin = :gstin and b.rtin = s.rtin
                          and (b.period, b.form, b.section, b.number) = (s.of, s.form, s.section, s.number))
), owed as (
    select k.*, d.sign * (k.igst - k.base_igst) - k.owed_igst as more_igst, d.sign * (k.cgst - k.base_cgst) - k.owed_cgst as more_cgst,
           d.sign * (k.sgst - k.base_sgst) - k.owed_sgst as more_sgst, d.sign * (k.cess - k.base_cess) - k.owed_cess as more_cess
      from chained k
     cross join lateral (select case when k.credit then 1 else -1 end as sign) d
     where k.credit or k.known
)
select case action when 'R' then 'rejected' else 'pending' end as kind, rtin as party, customer as name,
       name as id, section, number, document_date, of as period, form, value, taxable,
       tax, remarks, null::jsonb as differences, more_igst, more_cgst, more_sgst, more_cess
  from owed
 where more_igst + more_cgst + more_sgst + more_cess > 0
 order by more_igst + more_cgst + more_sgst + more_cess desc, id;

-- name: to_correct
-- What customers rejected, and was reported anew neither by an amendment nor in GSTR-1A, with all that a draft repeats.
select s.of, s.form, s.section, s.rtin, s.number, s.document_date, s.note_type, s.original_number, s.original_date, s.pos,
       s.value, s.remarks, s.tax, s.source::text as source,
       s.name as id
  from desk.latest_sale s
 where s.gstin = :gstin and s.action = 'R'
 order by s.rtin, s.section, s.of, s.number;

-- name: undecided^
-- Records without an action and without a decision that is on its way; and those of them that are filed.
select count(*) as count, coalesce(sum(r.tax), 0)::bigint as tax,
       count(*) filter (where r.filed) as deemed, coalesce(sum(r.tax) filter (where r.filed), 0)::bigint as deemed_tax
  from desk.record r
 where r.gstin = :gstin and r.until is null and r.action = 'N'
   and not exists (select from desk.decision d
                    where d.gstin = :gstin and d.state in ('prepared', 'approved', 'sending')
                      and (d.section, d.stin, d.number, d.period, d.form) = (r.section, r.stin, r.number, r.period, r.form));

-- name: kept_pending
-- Pending records: specified ones, as far as the portal lets their reduction be declared, by period and form; others by day.
select case when s.specified then period end as period, form, case when not s.specified then document_date end as day,
       count(*) as count, sum(tax)::bigint as tax
  from desk.record
 cross join lateral (select desk.specified(section, reduction_blocked)) s (specified)
 where gstin = :gstin and until is null and action = 'P'
   and (section not in ('b2bcn', 'b2bcna') or reduction_blocked is not true)
 group by 1, 2, 3;

-- name: missing_by_day
select b.document_date as day, count(*) as count, sum(b.tax)::bigint as tax
  from desk.finding f
  join desk.book b on b.gstin = :gstin and b.until is null and b.id = f.id
 where f.gstin = :gstin and f.side = 'books' and f.bucket = 'missing in portal' and f.until is null and b.stin is not null
   and b.document_date is not null and b.section not in ('cn', 'cna', 'b2bcn', 'b2bcna')
 group by 1;

-- name: open_pushes
select id, began_at, ended_at, refused + unknown as left from desk.push
 where gstin = :gstin and (ended_at is null or refused + unknown > 0) and began_at > :since order by id;

-- name: last_reading$
select max(began_at) from desk.sync where gstin = :gstin and side = :side;

-- name: edited_after_acceptance
-- By reading: records that their suppliers edited while they stood accepted.
select r.since, count(*) as count, sum(r.tax)::bigint as tax
  from desk.record r
  join desk.sync s on s.gstin = :gstin and s.id = r.since
  join desk.record b
    on b.gstin = :gstin and b.until = r.since and b.action = 'A'
   and (b.section, b.stin, b.number, b.period, b.form) = (r.section, r.stin, r.number, r.period, r.form)
 where r.gstin = :gstin and r.became = 'edited' and s.began_at > :since
 group by 1 order by 1;

-- name: rejected_by_recipients
select s.name as id, s.number, s.rtin as party, c.name,
       s.tax
  from desk.sale s
  left join desk.contact c on c.gstin = :gstin and c.party = s.rtin
 where s.gstin = :gstin and s.until is null and s.action = 'R' and s.tax >= :least
 order by tax desc, id;

-- name: rejected_by_us
select name as id, number, stin as party, trade_name as name,
       tax
  from desk.record
 where gstin = :gstin and until is null and action = 'R' and tax >= :least
 order by tax desc, id;

-- name: dead_messages
select id, party from desk.message where gstin = :gstin and state = 'dead' and kind <> 'digest' and at > :since order by id;

-- name: put_alerts!
-- What is known already isn't told again, whatever is told of it by now.
insert into desk.alert (gstin, kind, key, at, urgent, text)
select :gstin, kind, key, :at, urgent, text
  from unnest(:kinds::text[], :keys::text[], :urgents::boolean[], :texts::text[]) as found (kind, key, urgent, text)
    on conflict (gstin, kind, key) do nothing;

-- name: untold
select id, kind, at, urgent, text from desk.alert where gstin = :gstin and told_at is null order by id for update;

-- name: told!
update desk.alert set told_at = :at where gstin = :gstin and id = any(:ids) and told_at is null;

-- name: whom_to_tell
-- People with a duty and an address, each once.
select p.name, p.email
  from desk.person p
 where p.gone_at is null and p.email <> '' and exists (select from desk.duty d where d.gstin = :gstin and d.person = p.name)
 order by p.name;

-- name: alerts
-- What people were told, the newest first; `seen` null: all, else only those that are seen, or aren't.
select id, kind, at, urgent, text, told_at, seen_by, seen_at from desk.alert
 where gstin = :gstin and (:seen::boolean is null or (seen_at is not null) = :seen) order by id desc limit :limit;

-- name: seen!
update desk.alert set seen_by = :person, seen_at = :at where gstin = :gstin and id = any(:ids) and seen_at is null;
