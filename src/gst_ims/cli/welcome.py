"""What `ims serve` says to a person when it starts on new data."""

from __future__ import annotations

from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_OTP, TEST_SECRET
from gst_ims.portal.start import Credentials
from gst_ims.synthetic import demo as demo_world

# Reads an answer on machines that have Python 3 and perhaps no jq.
READER = """python3 -c 'import json,sys; print(json.load(sys.stdin)["data"]["access_token"])'"""


def welcome(address: str, test_mode: bool, credentials: Credentials | None, *, demo: bool) -> str:
    """Addresses, credentials and, for the demo, three lines to paste."""
    lines = ["", f"  gst-ims   {address}", f"  API       {address}/docs", ""]
    if credentials:
        lines += [
            f"  x-api-key       {credentials.api_key}",
            f"  x-api-secret    {credentials.api_secret}",
            f"  x-operator-key  {credentials.operator_key}",
            "" if test_mode else "\n  Write them down: they are shown this once.\n",
        ]
    elif test_mode:
        lines += [f"  x-api-key {TEST_KEY}   x-api-secret {TEST_SECRET}   x-operator-key {TEST_OPERATOR_KEY}", ""]
    if demo:
        lines += ["  The demo group. One-time password: " + (TEST_OTP if test_mode else "in the log, on request"), ""]
        lines += [f"    {c.gstin}  {c.username:<24} {c.trade_name}" for c in demo_world().recipients] + [""]
    if demo and test_mode:
        lines += ["  Paste these three lines into another terminal:", "", *curl_lines(address), ""]
    return "\n".join(lines) + "\n"


def curl_lines(address: str) -> list[str]:
    """Three lines that sign in as the demo's first company and count its inward records."""
    first = demo_world().recipients[0]
    path = f"{address}/gst/compliance/tax-payer"
    who = f'{{"username":"{first.username}","gstin":"{first.gstin}"}}'
    key = f"-H 'x-api-key: {TEST_KEY}'"
    return [
        f"T=$(curl -s -X POST {address}/authenticate {key} -H 'x-api-secret: {TEST_SECRET}' | {READER})",
        f"curl -s -X POST {path}/otp {key} -H \"authorization: $T\" -d '{who}' && "
        f"S=$(curl -s -X POST '{path}/otp/verify?otp={TEST_OTP}' {key} -H \"authorization: $T\" -d '{who}' | {READER})",
        f"curl -s '{path}/invoices/count?type_of_goods=others' {key} -H \"authorization: $S\"",
    ]
