-- name: add_api_key!
insert into api_key (key, secret_digest, label, rate_limit, created_at)
values (:key, :secret_digest, :label, :rate_limit, :at)
on conflict (key) do nothing;

-- name: api_key^
select key, secret_digest, rate_limit from api_key where key = :key;

-- name: remove_api_key!
delete from api_key where key = :key;

-- name: revoke_sessions!
update session set revoked_at = :at where key = :key and revoked_at is null;

-- name: add_operator_key!
insert into operator_key (digest, created_at) values (:digest, :at) on conflict do nothing;

-- name: operator_key^
select digest from operator_key where digest = :digest;

-- name: any_operator_key^
select digest from operator_key limit 1;

-- name: newest_signing_key^
select id, secret from signing_key where created_at > :since order by created_at desc, id limit 1;

-- name: forget_signing_keys!
-- What they signed has expired.
delete from signing_key where created_at < :before;

-- name: signing_key^
select id, secret from signing_key where id = :id;

-- name: add_signing_key!
insert into signing_key (id, secret, created_at) values (:id, :secret, :at);

-- name: count_call^
-- One more call of this key in its running minute.
insert into rate_window as w (key, minute, calls)
values (:key, :minute, 1)
on conflict (key) do update
   set minute = excluded.minute,
       calls = case when w.minute = excluded.minute then w.calls + 1 else 1 end
returning calls;

-- name: taxpayer^
select gstin, username from taxpayer where gstin = :gstin and username = :username;

-- name: set_otp!
-- The newest one-time password replaces an older one. Tries of one that is still good stay counted: asking again must
-- not give more guesses.
insert into one_time_password (gstin, key, hash, expires_at)
values (:gstin, :key, :hash, :expires_at)
on conflict (gstin, key) do update
   set hash = excluded.hash, expires_at = excluded.expires_at,
       tries = case when one_time_password.expires_at > :at then one_time_password.tries else 0 end;

-- name: try_otp^
-- Count a try, so that it stays counted whatever comes of it. No row: no password, an expired or an exhausted one.
update one_time_password
   set tries = tries + 1
 where gstin = :gstin and key = :key and expires_at > :at and tries < :most
returning hash;

-- name: use_otp!
-- Zero rows where somebody else has used it meanwhile.
delete from one_time_password where gstin = :gstin and key = :key and hash = :hash;

-- name: add_session!
insert into session (id, key, gstin, expires_at, ends_at) values (:id, :key, :gstin, :expires_at, :ends_at);

-- name: live_session^
select id, key, gstin, ends_at
  from session
 where id = :id and revoked_at is null and expires_at > :at;

-- name: extend_session!
update session set expires_at = :expires_at where id = :id and revoked_at is null;

-- name: revoke_session!
update session set revoked_at = :at where id = :id and revoked_at is null;
