"""A seller's month in a real browser: who rejected what, what it costs, asked why, and corrected."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect
from tests.web import test_browser as harness
from tests.web.test_browser import sign_in

from gst_ims.core.gstin import Gstin

workbench, address, browser, page = harness.workbench, harness.address, harness.browser, harness.page
pytestmark = harness.pytestmark


def test_a_rejection_is_seen_asked_about_and_corrected(seller: Gstin, page: Page) -> None:
    outward = f"/desk/{seller}/outward"
    sign_in(page, "Asha")
    page.goto(outward)
    expect(page.get_by_label("Liability", exact=True).get_by_title("₹ 18.36").first).to_have_text("₹ 18")
    rejected = page.get_by_role("row", name="CDNR").get_by_role("link").first
    expect(rejected).to_have_text("1")
    rejected.click()
    expect(page.get_by_role("row", name="CN-2")).to_contain_text("Not agreed")

    page.goto(outward)
    ask = page.get_by_role("button", name="Ask")
    ask.click()
    expect(page.locator("#asked")).to_contain_text("has no address. An administrator enters it under Contacts.")
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, "Bina")
    page.goto(outward)
    page.get_by_role("link", name="has no address: contacts").click()
    page.get_by_label("Mail address").fill("accounts@customer.example.in")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#contacts")).to_contain_text("is kept.")
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, "Asha")
    page.goto(outward)
    ask.click()
    expect(page.locator("#asked pre")).to_contain_text("CN-2")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#asked")).to_contain_text("It is queued.")
    page.reload()
    expect(page.get_by_role("row", name="accounts@customer.example.in")).to_contain_text("queued")

    with page.expect_download() as waiting:
        page.get_by_role("link", name=".json").click()
    draft = json.loads(waiting.value.path().read_bytes())
    assert "CN-2" in json.dumps(draft)
