-- name: put_password!
-- A new password ends a lock-out, and keeps the one-time codes.
insert into desk.credential (person, password, changed_at)
select name, :password, :at from desk.person where name = :person and gone_at is null
    on conflict (person) do update
   set password = excluded.password, changed_at = excluded.changed_at, failures = 0, locked_until = null;

-- name: has_password$
select exists (select from desk.credential where person = :person);

-- name: put_totp!
-- A secret of one-time codes, or none. Codes of before the change count no more.
update desk.credential set totp = :totp, totp_step = 0, changed_at = :at where person = :person;

-- name: attempt^
-- Count a try before it is looked at, so that many at a time aren't more than one after another. No row: unknown, or locked.
update desk.credential c
   set failures = case when c.failures + 1 >= :limit then 0 else c.failures + 1 end,
       locked_until = case when c.failures + 1 >= :limit then :until::timestamptz end
  from desk.person p
 where c.person = :person and p.name = c.person and p.gone_at is null
   and (c.locked_until is null or c.locked_until <= :at)
returning c.password, c.totp;

-- name: succeed!
-- The try was right. No row changes where its code counted already, or where the password is another one by now.
update desk.credential
   set failures = 0, locked_until = null, totp_step = coalesce(:step, totp_step)
 where person = :person and password = :password and (:step::bigint is null or totp_step < :step);

-- name: end_old!
delete from desk.session where began_at <= :at - :longest::interval or seen_at <= :at - :idle::interval;

-- name: begin!
insert into desk.session (digest, person, began_at, seen_at) values (:digest, :person, :at, :at);

-- name: session^
-- Whose session it is, while it lasts: also where the clock was ahead when it was used, and is set right since.
select person, seen_at
  from desk.session
 where digest = :digest and began_at > :at - :longest::interval and seen_at > :at - :idle::interval
   and seen_at < :at + :idle::interval;

-- name: touch!
update desk.session set seen_at = :at where digest = :digest;

-- name: end!
delete from desk.session where digest = :digest;

-- name: end_all!
delete from desk.session where person = :person;
