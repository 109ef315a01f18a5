"""The wire of access (contract 2)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class OtpRequest(Struct, forbid_unknown_fields=True):
    """The user name on the GST portal, and the taxpayer's GSTIN."""

    username: Annotated[str, Meta(examples=["saraswati.mh"], min_length=1, max_length=200)]
    gstin: Annotated[str, Meta(examples=["27AAPFU0939F1ZV"])]


class AccountToken(Struct):
    """Valid for 24 hours; sent as `authorization`, without Bearer."""

    access_token: str


class TaxpayerToken(Struct):
    """Valid for six hours; expiries in epoch milliseconds."""

    access_token: str
    session_expiry: int
    token_expiry: int
    status_cd: Literal["1"] = "1"
