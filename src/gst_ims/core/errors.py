"""The errors of gst-ims: what was wrong, where, and what to do.

Four kinds, because four things happen to them: `Invalid` is a value that can't be, `HttpError` becomes an HTTP status,
`BusinessError` becomes HTTP 200 with `status_cd` "0", `RowError` becomes a line of an error report.

The first line of a docstring is the message for people; `wire` is GSTN's own text, word for word where it is known.
GSTN doesn't publish all of its codes: IMSSAV9001 and up, and RET199001 and up, are ours.
"""

from __future__ import annotations

from typing import ClassVar


class ImsError(Exception):
    """Something went wrong in gst-ims."""

    def __init__(self, message: str = "", /) -> None:
        """Say `message`, or the first line of the class's docstring."""
        super().__init__(message or (type(self).__doc__ or type(self).__name__).partition("\n")[0])


class Invalid(ImsError, ValueError):
    """The value can't be what it claims to be."""


# Refused before business rules, or apart from them: the HTTP status says it.


class HttpError(ImsError):
    """The request was refused before any rule of GST was looked at."""

    status: ClassVar[int]


class BadRequest(HttpError):
    """The request isn't as the contract has it: add what is missing."""

    status = 400


class Unauthorized(HttpError):
    """The API key or its secret is wrong: check both."""

    status = 401


class Forbidden(HttpError):
    """The token is invalid, has expired or may not do this: authenticate again."""

    status = 403


class NotFound(HttpError):
    """There is nothing at this address: check the URL."""

    status = 404


class TooLarge(HttpError):
    """The request is larger than the portal takes: send it in parts."""

    status = 413


class Unprocessable(HttpError):
    """A value of the request doesn't fit its schema: correct it."""

    status = 422


class TooManyRequests(HttpError):
    """Too many requests: wait, then go on more slowly."""

    status = 429

    def __init__(self, retry_after: int, limit: int) -> None:
        """`retry_after` in seconds from now, `limit` in requests a minute."""
        super().__init__(f"More than {limit} requests a minute: wait {retry_after} seconds, then go on more slowly.")
        self.retry_after = retry_after
        self.limit = limit

    def __reduce__(self) -> tuple[type[TooManyRequests], tuple[int, int]]:
        # Exceptions are copied by calling the class with `args`, which here is the message.
        return type(self), (self.retry_after, self.limit)


class InternalError(HttpError):
    """Something went wrong in the portal: its log says what."""

    status = 500


class Unavailable(HttpError):
    """The portal can't answer now: try again later."""

    status = 503


class _Coded(ImsError):
    """An error that has a code and a text at GSTN."""

    code: ClassVar[str]
    wire: ClassVar[str]

    def __init__(self, message: str = "", /) -> None:
        """`text` is what goes on the wire: `message`, or the class's wire text."""
        super().__init__(message)
        self.text = message or self.wire


# Refused by GSTN's rules: the whole request.


class BusinessError(_Coded):
    """GSTN's rules refuse the request."""


class RequestInProgress(BusinessError):
    """A save or reset of this taxpayer is still being worked on: wait until its status is final, then send again."""

    code = "IMSSAV0015"
    wire = "Previous Save or Reset request is already under progress. Please try after some time."


class NoAddedBack(BusinessError):
    """No liability was added back in this period and section: nothing to do."""

    code = "IMS0027"
    wire = "No added back liability records available for the selected input criteria"


class NoDocuments(BusinessError):
    """There is no document of this kind: check section, status and period."""

    code = "RET11416"
    wire = (
        "No document found in selected financial year. Either this document exists in a different financial year "
        "or the document number is incorrect."
    )


class UnknownReference(BusinessError):
    """No request of this taxpayer has this reference id: check it against the reply to the save or reset."""

    code = "RET13508"
    wire = "No Details Found for the Provided Inputs"


class InvalidSession(BusinessError):
    """The taxpayer's session is unknown or over: ask for a new one-time password."""

    code = "AUTH4033"
    wire = "Invalid Session"


class WrongOtp(BusinessError):
    """The one-time password is wrong or used up: ask for a new one."""

    code = "AUTH4034"
    wire = "Invalid OTP"


class UnknownTaxpayer(BusinessError):
    """The username and the GSTIN don't belong together here: check both."""

    code = "AUTH158"
    wire = "Authorization failed. The username is not registered with this GSTIN."


class AlreadyFiled(BusinessError):
    """The return of this period is filed and can't be changed: correct it by amendment in a later one."""

    code = "RET00009"
    wire = "Return Form already filed"


class InvalidPeriod(BusinessError):
    """The return period doesn't exist or isn't open for this: check month and year."""

    code = "AUTH113"
    wire = "The return period is invalid. Please check the month and the year."


class OtpUndelivered(BusinessError):
    """The one-time password couldn't be sent: try again later."""

    code = "TEC4001"
    wire = "OTP generation failed as OTP server is down. Contact Support"


class ReturnInProgress(BusinessError):
    """A save or reset of this return is still being worked on: wait until its status is final, then file."""

    code = "RET191251"
    wire = "RESET is under process. Please try again later"


class NothingForStatement(BusinessError):
    """There is no document for GSTR-2B of this period: nothing to compute."""

    code = "IMS0004"
    wire = "There is no record available for GSTR 2B of this return period"


class StatementUnchanged(BusinessError):
    """Nothing has changed since GSTR-2B was computed last: it stays as it is."""

    code = "IMS0005"
    wire = "2B cannot be generated as there are no changes"


class StatementClosed(BusinessError):
    """The period doesn't exist, or its GSTR-3B is filed: its GSTR-2B doesn't change any more."""

    code = "IMS2B007"
    wire = "Either the entered ITC period is incorrect or it has 3B filed"


class StatementTooEarly(BusinessError):
    """The draft of GSTR-2B isn't drawn up yet: wait for the 14th of the month after the period."""

    code = "IMS2B009"
    wire = "GSTR-2B can be generated only after its draft is available."


class StatementNotApplicable(BusinessError):
    """A quarterly filer has one GSTR-2B for the quarter: ask for its last month."""

    code = "GTR2B-001"
    wire = "GSTR-2B is not applicable for this return period."


class PreviousNotFiled(BusinessError):
    """GSTR-3B of the previous period isn't filed, so no GSTR-2B was drawn up: file it, then have GSTR-2B computed."""

    code = "GTR2B-002"
    wire = (
        "Either there is no record for GSTR 2B or GSTR 2B for current return period is not generated by system (due to "
        "non-filing GSTR 3B of last return period till GSTR 2B cut-off date of current return period), kindly generate "
        "2B ondemand"
    )


class BeforeCutOff(BusinessError):
    """GSTR-2B is drawn up on the 14th of the month after the period: ask again then."""

    code = "RET2B1018"
    wire = "GSTR-2B of this return period is not available before its cut-off date."


class NotGenerated(BusinessError):
    """GSTR-2B of this period wasn't generated, or not in this version: have it computed."""

    code = "RET2B1023"
    wire = "GSTR-2B of this return period is not generated. Please generate it."


class PreviousOpen(BusinessError):
    """GSTR-3B of the previous tax period isn't filed: file it first."""

    code = "RET3B9001"
    wire = "GSTR-3B of the previous tax period is not filed. Please file it first."


class RecomputeDue(BusinessError):
    """Actions changed after GSTR-2B was computed: have it computed anew, then file GSTR-3B."""

    code = "RET3B9002"
    wire = "GSTR-2B must be computed again because actions have changed. Please compute it, then file GSTR-3B."


# Refused row by row: the other rows go on.


class RowError(_Coded):
    """One row of the request is refused, the others go on."""


class StaleAction(RowError):
    """The record has changed since it was read: fetch it again and decide anew."""

    code = "IMSSAV0010"
    wire = "Either previous action is incorrect/ invoice might have edited by supplier"


class ReductionMissing(RowError):
    """The record reduces ITC: say in itcRedReq whether ITC is to be reduced (Y or N)."""

    code = "IMSSAV0054"
    wire = "Error! Please enter value for the column itcRedReq."


class PendingBlocked(RowError):
    """The record can't be kept pending, or no longer: accept or reject it."""

    code = "IMSSAV9001"
    wire = "Pending action is not allowed for this record. Please accept or reject it."


class RejectNotAllowed(RowError):
    """A record of this section can't be rejected: accept it or keep it pending."""

    code = "IMSSAV9002"
    wire = "Reject action is not allowed for this section. Please accept the record or keep it pending."


class ReductionBlocked(RowError):
    """An ITC reduction can't be declared here: leave out itcRedReq and the declared amounts."""

    code = "IMSSAV9004"
    wire = "ITC reduction cannot be declared for this record. Please remove itcRedReq and the declared amounts."


class ReductionInvalid(RowError):
    """The declared amounts don't fit: none below zero or above the document's tax, CGST equal to SGST, none with N."""

    code = "IMSSAV9005"
    wire = (
        "Declared ITC reduction is invalid. Please enter amounts between zero and the tax of the document, CGST equal "
        "to SGST, and no amount with itcRedReq N."
    )


class RemarksMissing(RowError):
    """A partial reduction of ITC, or none, has to be explained: add remarks."""

    code = "IMSSAV9007"
    wire = "Remarks are mandatory when ITC is reduced partially or not at all. Please enter remarks."


class RemarksTooLong(RowError):
    """The remarks are longer than 250 characters: shorten them."""

    code = "IMSSAV9008"
    wire = "Remarks must not exceed 250 characters. Please shorten the remarks."


class RemarksBlocked(RowError):
    """The record's GSTR-2B period is before October 2025, when remarks began: leave them out."""

    code = "IMSSAV9010"
    wire = "Remarks are not allowed for this record. Please remove them."


class OriginalOpen(RowError):
    """The original of this amendment is still open: decide on it, and file the GSTR-3B of its period first."""

    code = "IMSSAV9009"
    wire = "The original document is still open. Please act on it and file GSTR-3B of its period first."


class RowStructure(RowError):
    """The row lacks a member or has one of the wrong kind: compare it with the schema of the return."""

    code = "RET191106"
    wire = "Error in Json structure validation."


class ItemsMissing(RowError):
    """The document has no items: give at least one, with its rate and tax."""

    code = "RET191107"
    wire = "At least one item is required. Please enter the items of the document."


class DuplicateDocument(RowError):
    """The supplier has used this document number in this financial year: give the document another, or amend it."""

    code = "RET191111"
    wire = "The document number already exists in this financial year. Please use another number or amend the document."


class WrongPlaceOfSupply(RowError):
    """The place of supply isn't one of the codes 01 to 38, 96 or 97: correct it."""

    code = "RET191112"
    wire = "The place of supply is invalid. Please enter a valid state code."


class WrongGstin(RowError):
    """The GSTIN isn't one: check its 15 characters."""

    code = "RET191113"
    wire = "The GSTIN is invalid. Please check the GSTIN."


class WrongDate(RowError):
    """The date isn't a day written DD-MM-YYYY, or lies after the return's period: correct it."""

    code = "RET191114"
    wire = "The date is invalid. Please enter a date as DD-MM-YYYY that is not after the return period."


class RateRepeated(RowError):
    """The document has two items of one tax rate: add them up into one."""

    code = "RET191117"
    wire = "The tax rate is repeated. Please enter one item for each tax rate."


class WrongReceiver(RowError):
    """The receiver's GSTIN can't be on this document: it is the supplier's own, unknown here, or not the original's."""

    code = "RET191119"
    wire = "The GSTIN of the receiver does not match. Please check the GSTIN of the receiver."


class WrongTax(RowError):
    """The tax doesn't fit the place of supply: CGST and SGST inside the supplier's state, IGST outside."""

    code = "RET199001"
    wire = "The tax does not match the place of supply. Please enter CGST and SGST within the state, otherwise IGST."


class WrongRate(RowError):
    """The rate isn't a GST rate of that day: correct it."""

    code = "RET199002"
    wire = "The tax rate is invalid. Please enter a tax rate that was in force on the date of the document."


class SectionNotAllowed(RowError):
    """The table isn't part of this form: file the document in the form that has it."""

    code = "RET199004"
    wire = "The table is not allowed in this form. Please file the document in the form that has the table."


class WrongNumber(RowError):
    """The document number isn't 1 to 16 letters, digits, / and -, not all of them zero: correct it."""

    code = "RET199005"
    wire = "The document number is invalid. Please enter 1 to 16 letters, digits, / or -, not only zeros."
