"""What `ims serve` says to a person when it starts."""

from __future__ import annotations

from gst_ims.cli.desk.demo import PASSWORD
from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_OTP, TEST_SECRET
from gst_ims.portal.start import Credentials
from gst_ims.synthetic import demo as demo_world

# Reads an answer on machines that have Python 3 and perhaps no jq.
READER = """python3 -c 'import json,sys; print(json.load(sys.stdin)["data"]["access_token"])'"""


def welcome(address: str, test_mode: bool, credentials: Credentials | None, *, demo: bool) -> str:
    """Addresses, credentials and, for the demo, three lines to paste."""
    lines = ["", f"  Workbench  {address}", f"  API        {address}/docs", ""]
    known = Credentials(TEST_KEY, TEST_SECRET, TEST_OPERATOR_KEY) if test_mode else credentials
    if known:
        lines += [
            f"  x-api-key          {known.api_key}",
            f"  x-api-secret       {known.api_secret}",
            f"  x-operator-key     {known.operator_key}",
            f"  one-time password  {TEST_OTP}\n" if test_mode else "\n  Write them down: they are shown this once.\n",
        ]
    if demo and test_mode:
        lines += [f"  workbench          asha prepares, bina and chetan approve: {PASSWORD}", ""]
    if demo:
        lines += ["  The demo group", ""]
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
        f"curl -s -o /dev/null -X POST {path}/otp {key} -H \"authorization: $T\" -d '{who}' && "
        f"S=$(curl -s -X POST '{path}/otp/verify?otp={TEST_OTP}' {key} -H \"authorization: $T\" -d '{who}' | {READER})",
        f"curl -s -w '\\n' '{path}/invoices/count?type_of_goods=others' {key} -H \"authorization: $S\"",
    ]
