"""What can go wrong between a client and a portal: a tree that mirrors the portal's own errors.

Each says what happened, where (`call`, and `transaction_id`, by which the portal's log can be searched), and what to
do: the first line of its docstring. `repeatable` tells whether the same call can be made again as it is, and may then
succeed. None has a key, a secret, a token or a password in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gst_ims.core.errors import ImsError

if TYPE_CHECKING:
    from gst_ims.client.outcome import Outcome


class ClientError(ImsError):
    """Something went wrong between the client and the portal."""


class SignInNeeded(ClientError):
    """There is no valid token for this taxpayer: ask for a one-time password, and sign in with it."""


class CredentialsMissing(ClientError):
    """No API key or no secret: give both, or set IMS_API_KEY and IMS_API_SECRET."""


class StateUnusable(ClientError):
    """Tokens, or saves that aren't over, can't be read or written: make room and rights for this user's state."""


class WaitTimeout(ClientError):
    """The portal isn't done in time: take the wait up again, with the reference or its id."""


class RowsRefused(ClientError):
    """Not every row is applied: see the verdicts in `outcome`."""

    def __init__(self, outcome: Outcome) -> None:
        """`outcome` has a verdict for every row."""
        left = [verdict for verdict in outcome.verdicts if verdict.fate != "applied"]
        first = "; ".join(str(verdict) for verdict in left[:3])
        more = f"; and {len(left) - 3} more" if len(left) > 3 else ""
        super().__init__(f"{len(left)} of {len(outcome.verdicts)} rows aren't applied: {first}{more}.")
        self.outcome = outcome

    def __reduce__(self) -> tuple[type[RowsRefused], tuple[Outcome]]:
        return type(self), (self.outcome,)


class CallFailed(ClientError):
    """A call didn't give what it was made for."""

    repeatable: ClassVar[bool] = False

    def __init__(
        self, words: str = "", /, *, call: str = "", code: str | None = None, transaction_id: str = ""
    ) -> None:
        """`words` are the portal's; `call` is method and path; `code` is GSTN's, or the HTTP status as text."""
        where = ", ".join(part for part in (code, call, transaction_id) if part)
        advice = (type(self).__doc__ or "").partition("\n")[0]
        said = f" The portal says: {words}" if words else ""
        super().__init__(f"{advice}{said}{f' ({where})' if where else ''}")
        self.words = words
        self.call = call
        self.code = code
        self.transaction_id = transaction_id

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.words, self.call, self.code, self.transaction_id), self.__dict__


def _again(kind: type[CallFailed], words: str, call: str, code: str | None, transaction_id: str) -> CallFailed:
    return kind(words, call=call, code=code, transaction_id=transaction_id)


class NoAnswer(CallFailed):
    """The portal couldn't be reached, or its answer was cut: try again later. Whether it did anything isn't known."""

    repeatable = True


class Unreachable(NoAnswer):
    """No connection to the portal could be made, so nothing was done: check the base URL, or try again later."""


class UnexpectedAnswer(CallFailed):
    """The answer isn't one of this API: check the base URL."""


# Refused before any rule of GST was looked at: the HTTP status says it.


class HttpFailed(CallFailed):
    """The portal refused the call by an HTTP status."""

    status: int = 0


class InvalidRequest(HttpFailed):
    """The portal doesn't take the request as it is: correct it."""


class Unauthorized(HttpFailed):
    """The API key or its secret is wrong: check both."""


class Forbidden(HttpFailed):
    """The token is invalid or over, or may not do this: sign in again."""


class NotFound(HttpFailed):
    """There is nothing at this address: check the base URL."""


class TooLarge(HttpFailed):
    """The request is larger than the portal takes: send it in parts."""


class TooManyRequests(HttpFailed):
    """Too many requests: wait, then go on more slowly."""

    repeatable = True


class PortalDown(HttpFailed):
    """The portal, or what is behind it, doesn't work now: try again later."""

    repeatable = True


STATUSES: dict[int, type[HttpFailed]] = {
    400: InvalidRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    413: TooLarge,
    422: InvalidRequest,
    429: TooManyRequests,
}


def of_status(status: int) -> type[HttpFailed]:
    """The error of an HTTP status."""
    return STATUSES.get(status, PortalDown if status >= 500 else HttpFailed)


# Refused by a rule of GST, in HTTP 200: GSTN's code says it.


class Refused(CallFailed):
    """A rule of GST refuses the call: the code and the words say which."""

    codes: ClassVar[tuple[str, ...]] = ()


class NothingFound(Refused):
    """There is nothing of this kind: check section, status and period."""

    codes = ("RET11416", "IMS0027", "RET13508", "RET13509", "RET13510", "RET11417", "IMS0004")


class RequestInProgress(Refused):
    """A save or reset of this taxpayer is still being worked on: wait until its status is final, then send again."""

    repeatable = True
    codes = ("IMSSAV0015",)


class NotReady(Refused):
    """The portal is still preparing it: ask again later."""

    repeatable = True
    codes = ("RTN_24", "INVJ01")


class InvalidSession(Refused):
    """The taxpayer's session is unknown or over: ask for a new one-time password."""

    codes = ("AUTH4033", "AUTH4038")


class WrongOtp(Refused):
    """The one-time password is wrong or used up: ask for a new one."""

    codes = ("AUTH4034",)


class UnknownTaxpayer(Refused):
    """The username and the GSTIN don't belong together: check both, and that API access is on at the GST portal."""

    codes = ("AUTH158", "RET11402", "RET2B1010")


class TooManySessions(Refused):
    """The taxpayer has as many sessions as he may: log out elsewhere, or wait until one is over."""

    codes = ("AUTH403",)


class OtpUndelivered(Refused):
    """The one-time password couldn't be sent: try again later."""

    codes = ("TEC4001",)


class StatementUnchanged(Refused):
    """Nothing has changed since GSTR-2B was computed last: it stays as it is."""

    codes = ("IMS0005", "IMS2005")


class StatementClosed(Refused):
    """The period doesn't exist, or its GSTR-3B is filed: its GSTR-2B doesn't change any more."""

    codes = ("IMS2B007",)


class StatementTooEarly(Refused):
    """The draft of GSTR-2B isn't drawn up yet: wait for the 14th of the month after the period."""

    codes = ("IMS2B009", "RET2B1018")


class StatementMissing(Refused):
    """There is no GSTR-2B of this period: have it computed, or ask for the quarter's last month."""

    codes = ("GTR2B-001", "GTR2B-002", "RET2B1016", "RET2B1023")


CODES: dict[str, type[Refused]] = {code: kind for kind in Refused.__subclasses__() for code in kind.codes}


def of_code(code: str) -> type[Refused]:
    """The error of one of GSTN's codes."""
    return CODES.get(code, Refused)


class FileDamaged(CallFailed):
    """A file of a large answer isn't what the portal says it is: ask for it again."""

    repeatable = True
