"""Take a picture of every page of the workbench, light and dark, as the demo shows it.

Run it as `python tools/pictures.py FOLDER`, or by `make pictures`: it starts a server of its own on a free port, with
data that is thrown away, and ends it. Each picture is a WebP of less than 150 kB, named after its page.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "password_test_local"  # noqa: S105 - test mode's
LARGEST = 150_000
#: Seconds in which the demo's desk has to be filled.
FILLED = 180


def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ims-pictures-") as data:
        command = [sys.executable, "-m", "gst_ims.cli", "serve", "--test-mode", "--demo", "--port", "0"]
        # Signed in, read and matched by whoever reads the log of the portal: it isn't shown.
        with subprocess.Popen(
            [*command, "--data-dir", f"{data}/ims"], stdout=subprocess.PIPE, text=True, cwd=data
        ) as server:
            try:
                _take(_address(server), folder)
            finally:
                server.terminate()
                server.communicate(timeout=60)


def _address(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise SystemExit("The server didn't start.")


def _take(address: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 860})
        page.set_default_timeout(30_000)
        page.goto("/sign-in")
        _shoot(page, "sign-in", folder)
        page.get_by_label("Name").fill("asha")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        mine = _filled(page)
        _prepare(page, mine)
        for name, path in PAGES.items():
            page.goto(path.format(mine=mine))
            page.wait_for_load_state("networkidle")
            if name == "inward":
                page.locator("[role=row] [col-id=number]").nth(2).click()
                page.locator("#record h2").wait_for()
            if name == "policy":
                page.get_by_role("button", name=re.compile("Records of")).first.click()
                page.locator("#rows table").wait_for()
                page.locator("#tried").scroll_into_view_if_needed()
            _shoot(page, name, folder)
        browser.close()


PAGES = {
    "home": "/desk",
    "taxpayer": "{mine}",
    "news": "{mine}/news",
    "inward": "{mine}/inward",
    "registers": "{mine}/books",
    "approvals": "{mine}/approvals",
    "pushes": "{mine}/pushes",
    "policy": "{mine}/policy",
    "outward": "{mine}/outward",
    "gstr-2b": "{mine}/statements",
    "what-if": "{mine}/statements/what-if?asked=y&decisions=y&undecided=R",
    "trail": "{mine}/trail",
}


def _filled(page: Page) -> str:
    """Wait until the demo's desk is filled, and give the address of its first taxpayer."""
    for _ in range(FILLED):
        page.goto("/desk")
        if page.locator("#taxpayers tbody tr").count() >= 4 and page.get_by_text("never", exact=True).count() == 0:
            return page.locator("#taxpayers tbody tr th a").first.get_attribute("href") or ""
        time.sleep(1)
    raise SystemExit("The demo's desk wasn't filled in time.")


def _prepare(page: Page, mine: str) -> None:
    """Decide about some records, and read the last GSTR-2B, so that there is something to see."""
    page.goto(f"{mine}/inward?action=N")
    page.locator("[role=row] [col-id=number]").nth(1).click()
    for _ in range(6):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("r")
    page.get_by_label("Remarks for the supplier").fill("We never got these goods.")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("decided")
    page.goto(f"{mine}/outward")
    page.get_by_role("button", name="Read what customers did").click()
    page.goto(f"{mine}/statements")
    page.get_by_role("button", name="Read and compare").click()
    page.wait_for_load_state("networkidle")
    time.sleep(3)  # the reading of the sales is a job


def _shoot(page: Page, name: str, folder: Path) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # Two frames: charts are drawn anew.
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        debugger = page.context.new_cdp_session(page)
        for quality in (90, 75, 60, 45):
            told = debugger.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
            picture = base64.b64decode(told["data"])
            if len(picture) < LARGEST:
                break
        (folder / f"{name}-{scheme}.webp").write_bytes(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
