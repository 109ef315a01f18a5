"""Tokens: JWTs that name a session. The session in the database decides; the signature only spares it forgeries."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from gst_ims.core.errors import Forbidden
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load

queries = load(__file__)

INVALID = "The access token is invalid: authenticate again, and send the token without Bearer."
ALGORITHM = "HS256"
# A key signs for so long, and reads what it signed until that has expired; then it is deleted.
KEY_AGE = timedelta(days=30)
LONGEST_TOKEN = timedelta(hours=24)


def sign(db: Connection, session: UUID, subject: str, issued: datetime, expires: datetime) -> str:
    """A token of `session`, signed with the newest key. Where that is too old, or there is none, a new one is made."""
    key = queries.newest_signing_key(db, since=issued - KEY_AGE)
    if key is None:
        queries.add_signing_key(db, id=secrets.token_hex(4), secret=secrets.token_bytes(32), at=issued)
        queries.forget_signing_keys(db, before=issued - KEY_AGE - LONGEST_TOKEN)
        key = queries.newest_signing_key(db, since=issued - KEY_AGE)
    claims = {
        "iss": "gst-ims",
        "aud": "API",
        "sub": subject,
        "sid": str(session),
        "iat": int(issued.timestamp()),
        "exp": int(expires.timestamp()),
    }
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": key.id}, claims, OctKey.import_key(key.secret))


def read(db: Connection, token: str, at: datetime) -> UUID:
    """The session that `token` names. Raises Forbidden if it isn't one of ours or has expired."""

    def find_key(obj: object) -> OctKey:
        kid = obj.headers().get("kid")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
        key = queries.signing_key(db, id=kid) if isinstance(kid, str) and kid.isalnum() else None  # pyright: ignore[reportUnknownArgumentType]
        if key is None:
            raise Forbidden(INVALID)
        return OctKey.import_key(key.secret)

    try:
        claims = jwt.decode(token, find_key, algorithms=[ALGORITHM]).claims
        session, expires = UUID(claims["sid"]), int(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Forbidden(INVALID) from error
    if at.timestamp() >= expires:
        raise Forbidden("The access token has expired: authenticate again.")
    return session
