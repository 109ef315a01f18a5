"""POST /authenticate and the taxpayer's session (contract 2)."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, post
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, QueryParameter, RawBody

from gst_ims.core.errors import Invalid, InvalidSession, OtpUndelivered, UnknownTaxpayer, Unprocessable, WrongOtp
from gst_ims.core.gstin import Gstin
from gst_ims.portal.access import service
from gst_ims.portal.access.schemas import AccountToken, OtpRequest, TaxpayerToken
from gst_ims.portal.access.service import Token
from gst_ims.portal.context import Portal
from gst_ims.portal.decoding import decode
from gst_ims.portal.edge import TheAccount, ThePortal, TheTaxpayer
from gst_ims.portal.envelope import Failure, FlatSuccess, Ok, flat_success, milliseconds

Secret = Annotated[str, HeaderParameter(name="x-api-secret", required=False, description="Secret of the API key.")]
Otp = Annotated[
    str, QueryParameter(description="The one-time password, six digits.", examples=[Example(value=service.TEST_OTP)])
]


@post("/authenticate", sync_to_thread=True, status_code=200, operation_id="authenticate", tags=["Access"])
def authenticate(portal: ThePortal, account: TheAccount, secret: Secret = "") -> FlatSuccess[AccountToken]:
    """Get a token for the account, valid for 24 hours."""
    at = portal.clock.now()
    with portal.transaction() as db:
        token = service.authenticate(db, account.key, secret, at)
    return flat_success(AccountToken(token.access_token), at)


@post(
    "/otp",
    sync_to_thread=True,
    status_code=200,
    operation_id="generateOtp",
    opt={"body": OtpRequest, "errors": [UnknownTaxpayer, OtpUndelivered]},
)
def request_otp(portal: ThePortal, caller: TheAccount, body: RawBody) -> FlatSuccess[Ok] | Failure:
    """Send the taxpayer a one-time password."""
    username, gstin = _who(portal, body)
    service.request_otp(portal, caller.key, username, gstin)
    return flat_success(Ok(), portal.clock.now())


@post(
    "/otp/verify",
    sync_to_thread=True,
    status_code=200,
    operation_id="verifyOtp",
    opt={"body": OtpRequest, "errors": [UnknownTaxpayer, InvalidSession, WrongOtp]},
)
def verify_otp(portal: ThePortal, caller: TheAccount, otp: Otp, body: RawBody) -> FlatSuccess[TaxpayerToken] | Failure:
    """Open a taxpayer's session of six hours with a one-time password."""
    username, gstin = _who(portal, body)
    return _token(portal, service.verify_otp(portal, caller.key, username, gstin, otp))


@post("/session/refresh", sync_to_thread=True, status_code=200, operation_id="refreshSession")
def refresh(portal: ThePortal, taxpayer: TheTaxpayer) -> FlatSuccess[TaxpayerToken]:
    """Go on for six more hours, without a new one-time password."""
    with portal.transaction() as db:
        return _token(portal, service.refresh(db, taxpayer, portal.clock.now()))


@post("/logout", sync_to_thread=True, status_code=200, operation_id="logout")
def log_out(portal: ThePortal, taxpayer: TheTaxpayer) -> FlatSuccess[Ok]:
    """End the taxpayer's session."""
    at = portal.clock.now()
    with portal.transaction() as db:
        service.log_out(db, taxpayer, at)
    return flat_success(Ok(), at)


def _who(portal: Portal, body: bytes) -> tuple[str, Gstin]:
    request = decode(body, OtpRequest)
    try:
        return request.username, portal.gstin(request.gstin)
    except Invalid as error:
        # The text that the real service answers with.
        raise Unprocessable("Invalid GSTIN pattern") from error


def _token(portal: Portal, token: Token) -> FlatSuccess[TaxpayerToken]:
    expiry = milliseconds(token.expires_at)
    return flat_success(TaxpayerToken(token.access_token, expiry, expiry), portal.clock.now())


router = Router(
    "/gst/compliance/tax-payer", route_handlers=[request_otp, verify_otp, refresh, log_out], tags=["Access"]
)
