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
       desk.name_of(r.section, r.stin, r.number, r.period, r.form) as id, r.section, r.number, r.document_date, r.period, r.form,
       r.value, r.taxable, r.igst + r.cgst + r.sgst + r.cess as tax, null as remarks, null::jsonb as differences
  from desk.record r
  left join desk.contact c on c.gstin = :gstin and c.party = r.stin
 where r.gstin = :gstin and r.until is null and not r.filed
   and r.period <= case r.form when 'IFF' then :quarterly::date else :monthly::date end
union all
select 'mismatch', r.stin, coalesce(nullif(c.name, ''), r.trade_name), f.id, r.section, r.number, r.document_date, r.period, r.form,
       r.value, r.taxable, r.igst + r.cgst + r.sgst + r.cess, null, f.differences
  from desk.finding f
  join desk.record r
    on r.gstin = :gstin and r.until is null and desk.name_of(r.section, r.stin, r.number, r.period, r.form) = f.id
  left join desk.contact c on c.gstin = :gstin and c.party = r.stin
 where f.gstin = :gstin and f.side = 'portal' and f.bucket = 'mismatch' and f.until is null and r.filed
union all
select 'missing', b.stin, c.name, b.id, b.section, b.number, b.document_date, b.period, null,
       b.value, b.taxable, b.igst + b.cgst + b.sgst + b.cess, null, null
  from desk.finding f
  join desk.book b on b.gstin = :gstin and b.until is null and b.id = f.id
  left join desk.contact c on c.gstin = :gstin and c.party = b.stin
 where f.gstin = :gstin and f.side = 'books' and f.bucket = 'missing in portal' and f.until is null
   and b.stin is not null and b.document_date < :monthly::date + interval '1 month';

-- name: customer_documents
-- What customers rejected or keep pending of what was sold. What was corrected since by an amendment is about that one.
select case s.action when 'R' then 'rejected' else 'pending' end as kind, s.rtin as party, c.name,
       desk.name_of(s.section, s.rtin, s.number, s.of, s.form) as id, s.section, s.number, s.document_date, s.of as period, s.form,
       s.value, s.taxable, s.igst + s.cgst + s.sgst + s.cess as tax, s.remarks, null::jsonb as differences
  from desk.sale s
  left join desk.contact c on c.gstin = :gstin and c.party = s.rtin
 where s.gstin = :gstin and s.until is null and s.action in ('R', 'P')
   and not exists (select from desk.sale a
                    where a.gstin = :gstin and a.until is null and a.rtin = s.rtin and rtrim(a.section, 'a') = rtrim(s.section, 'a')
                      and (a.of, a.form) > (s.of, s.form)
                      and ((a.original_number, a.original_date) = (s.number, s.document_date)
                           or (a.original_number, a.original_date) = (s.original_number, s.original_date)));

-- name: contacts
-- Whom to write to. Secrets stay where they are.
select party, name, email, webhook from desk.contact
 where gstin = :gstin and (:parties::text[] is null or party = any(:parties)) order by party;

-- name: put_contacts!
-- Contacts as they are given take the place of those that there are.
insert into desk.contact (gstin, party, name, email, webhook, secret)
select :gstin, party, name, email, webhook, secret
  from unnest(:parties::text[], :names::text[], :emails::text[], :webhooks::text[], :secrets::text[])
       as given (party, name, email, webhook, secret)
    on conflict (gstin, party) do update
   set name = excluded.name, email = excluded.email, webhook = excluded.webhook, secret = excluded.secret;

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
