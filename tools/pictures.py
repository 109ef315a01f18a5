"""Take a picture of every page of the workbench, light and dark, as the demo shows it.

Run it as `python tools/pictures.py FOLDER`, or by `make pictures`: it starts a server of its own on a free port, with
data that is thrown away, and ends it. Each picture is a WebP, named after its page; all together are some three MB.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "password_test_local"  # noqa: S105 - test mode's
#: How good a picture is, the best first of which it has less bytes than this.
LARGEST, QUALITIES = 54_000, (85, 75, 65, 55, 45, 38)
#: Seconds in which the demo's desk has to be filled, and a job to be done.
FILLED, DONE = 180, 60

#: Each page by the name of its picture: its address, in which `mine` is one taxpayer, and `seller` another.
PAGES = {
    "sign-in": "/sign-in",
    "home": "/desk",
    "taxpayer": "{mine}",
    "news": "{mine}/news",
    "inward": "{mine}/inward",
    "inward-on-paper": "{mine}/inward/print?action=N&bucket=mismatch&column=section&column=trade_name&column=number"
    "&column=document_date&column=tax&column=bucket&column=deadline",
    "registers": "{mine}/books",
    "register-columns": "{mine}/books",
    "rows-to-look-at": "{mine}/books/2/problems",
    "matching": "{mine}/matching",
    "in-doubt": "{mine}/matching?view=doubtful",
    "by-hand": "{mine}/matching?view=links",
    "ask-suppliers": "{mine}/matching?view=suppliers",
    "runs": "{mine}/matching?view=runs",
    "run": "{mine}/matching/runs/2",
    "approvals": "{mine}/approvals",
    "pushes": "{mine}/pushes",
    "push": "{mine}/pushes/1",
    "policy": "{mine}/policy",
    "behind-a-rule": "{mine}/policy",
    "outward": "{seller}/outward",
    "sold": "{seller}/outward/documents?period=112025&section=b2b&action=R",
    "gstr-2b": "{mine}/statements",
    "behind-a-figure": "{mine}/statements/documents?period=122025&part=itcavl&supply=nonrevsup&leaf=b2b",
    "two-versions": "{mine}/statements/compare?period=122025&reading=2&against=1",
    "what-if": "{mine}/statements/what-if?asked=y&decisions=y&undecided=R",
    "reports": "{mine}/reports",
    "contacts": "{mine}/contacts",
    "trail": "{mine}/trail",
}


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
                take(_address(server), folder)
            finally:
                server.terminate()
                server.communicate(timeout=60)


def _address(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise SystemExit("The server didn't start.")


def take(address: str, folder: Path) -> None:
    """Take the pictures of the demo at an address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page, bina, nobody = (_come(browser, address, name) for name in ("asha", "bina", ""))
        of = _filled(page)
        _prepare(page, bina, **of)
        for name, path in PAGES.items():
            # Who approves or administers sees how, and who isn't signed in the door.
            shown = {"sign-in": nobody, "approvals": bina, "contacts": bina}.get(name, page)
            shown.goto(path.format(**of))
            shown.wait_for_load_state("networkidle")
            if name in FIRST:
                FIRST[name](shown)
            _shoot(shown, name, folder)
        browser.close()


def _come(browser: Browser, address: str, name: str = "") -> Page:
    """Somebody's window; without a name it stands before the door."""
    page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 860})
    page.set_default_timeout(30_000)
    page.goto("/sign-in")
    if name:
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk")
    return page


def _filled(page: Page) -> dict[str, str]:
    """Wait until the demo's desk is filled, and give the addresses of the taxpayers whose pages are shown."""
    for _ in range(FILLED):
        page.goto("/desk")
        if page.locator("#taxpayers tbody tr").count() >= 4 and page.get_by_text("never", exact=True).count() == 0:
            names = {"mine": "Saraswati Textiles", "seller": "Saraswati Exports"}
            links = page.locator("#taxpayers")
            return {it: links.get_by_role("link", name=name).get_attribute("href") or "" for it, name in names.items()}
        time.sleep(1)
    raise SystemExit("The demo's desk wasn't filled in time.")


# --- what there is to see ---------------------------------------------------------------------------------------------


def _prepare(page: Page, bina: Page, mine: str, seller: str) -> None:
    """Let some days' work be done: books, links, a policy, decisions, a push, GSTR-2B before it and after, a report."""
    page.goto(f"{mine}/statements")
    page.get_by_role("button", name="Read and compare").click()
    page.goto(f"{seller}/outward")
    page.get_by_role("button", name="Read what customers did").click()
    _books(page, mine)
    _link(page, mine)
    _policy(page, bina, mine)
    _contacts(bina, mine)
    _decide(page, mine, "?action=N&bucket=missing+in+books", "r", "We never got these goods.")
    bina.goto(f"{mine}/approvals")
    bina.locator("#all").check()
    bina.get_by_role("button", name="Approve").click()
    expect(bina.locator("#list")).to_contain_text("approved")
    page.goto(f"{mine}/pushes")
    page.get_by_role("button", name="Push to the portal").click()
    _until(page, f"{mine}/statements", lambda: page.locator("table").first.locator("tbody tr").count() > 1)
    page.goto(f"{mine}/matching")
    page.get_by_role("button", name="Match now").click()
    _until(page, f"{mine}/matching?view=runs", lambda: page.locator("tbody tr").count() > 2)
    _decide(page, mine, "?action=N&bucket=mismatch", "r", "The amount isn't that of our order.")
    page.goto(f"{mine}/reports")
    page.get_by_role("button", name="Make the workbook").click()
    _until(page, f"{mine}/reports", lambda: page.get_by_text("being made").count() == 0)


def _until(page: Page, path: str, there: Callable[[], bool]) -> None:
    """Load a page until a job is done."""
    for _ in range(DONE):
        page.goto(path)
        if there():
            return
        time.sleep(1)
    raise SystemExit(f"What is to be seen at {path} wasn't there in time.")


def _books(page: Page, mine: str) -> None:
    """Keep a second register, of which some rows can't be read."""
    _drop(page, mine)
    page.get_by_role("button", name="Keep the register").click()
    expect(page.locator("#checked")).to_contain_text("kept")


def _drop(page: Page, mine: str) -> None:
    page.goto(f"{mine}/books")
    file = {"name": "january-by-hand.csv", "mimeType": "text/csv", "buffer": REGISTER.encode()}
    page.locator("[name=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("#keep")).to_be_visible()


REGISTER = """\
Party,Party GSTIN,Bill No,Bill Date,Total,Basic Amount,IGST,CGST,SGST,Narration
Shubharathi Ceramics,27BSGCS8706S1ZE,SHU/771,05-01-2026,11800.00,10000.00,,900.00,900.00,Tiles
Madhushila Fabrics,29BYBCM1352T1ZJ,MAD-014,07-01-2026,59000.00,50000.00,9000.00,,,Cotton
Corner Tea Stall,,CT-9,07-01-2026,1050.00,1000.00,,25.00,25.00,Refreshments
Jalarathi Logistics,23BHWCJ1205G1ZB,JAL/118,31-02-2026,23600.00,20000.00,3600.00,,,Pune to Indore
Harigiri Polymers,32BOXCH9147F1ZB,HAR/2201,09-01-2026,35400.00,"30,000.OO",5400.00,,,Granules
Total,,,,"1,30,850.00","1,11,000.00","18,000.00",925.00,925.00,
"""


def _link(page: Page, mine: str) -> None:
    """Say of the first pair in doubt that it belongs together, and match by it."""
    page.goto(f"{mine}/matching?view=doubtful")
    page.get_by_role("button", name="Confirm or part").first.click()
    page.get_by_label("Why, for the trail").fill("The supplier's letter says so.")
    page.get_by_role("button", name="They belong together").click()
    expect(page.locator("#toasts")).not_to_be_empty()
    _until(page, f"{mine}/matching?view=runs", lambda: page.locator("tbody tr").count() > 1)


def _policy(page: Page, bina: Page, mine: str) -> None:
    """Let the starter policy be put into force by two."""
    page.goto(f"{mine}/policy")
    page.get_by_label("Why this version").fill("To begin with")
    page.get_by_role("button", name="Keep as a new version").click()
    expect(page.locator("#tried")).to_contain_text("is kept")
    bina.goto(f"{mine}/policy")
    bina.get_by_role("button", name=re.compile("^Approve ")).click()
    bina.get_by_role("button", name="Use it here").click()
    expect(bina.locator("main")).to_contain_text("proposes for this taxpayer")


def _contacts(bina: Page, mine: str) -> None:
    """Take a list of addresses."""
    bina.goto(f"{mine}/contacts")
    file = {"name": "contacts.csv", "mimeType": "text/csv", "buffer": CONTACTS.encode()}
    bina.locator("[name=data]").set_input_files(file)  # type: ignore[arg-type]
    expect(bina.locator("#contacts")).to_contain_text("are taken")


CONTACTS = """\
gstin,name,email,webhook,secret
07BHOCM2381G1ZV,Mihivati Papers,accounts@mihivati.example.in,,
33BYJCI0176T1ZM,Indukunja Cables,gst@indukunja.example.in,,
27BSGCS8706S1ZE,Shubharathi Ceramics,,https://erp.shubharathi.example.in/ims,whsec_c2VjcmV0IG9mIGEgd2ViaG9vaw==
32BOXCH9147F1ZB,Harigiri Polymers,billing@harigiri.example.in,,
"""


def _decide(page: Page, mine: str, wanted: str, key: str, remarks: str) -> None:
    """Choose some rows of the grid, and decide about them by keyboard."""
    page.goto(f"{mine}/inward{wanted}")
    page.wait_for_load_state("networkidle")
    page.locator("[role=row] [col-id=number]").nth(1).click()
    page.locator("#record h2").wait_for()
    for _ in range(6):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    expect(page.locator("#status")).to_contain_text("selected 6")
    page.keyboard.press(key)
    page.get_by_label("Remarks for the supplier").fill(remarks)
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("decided")


# --- pictures ---------------------------------------------------------------------------------------------------------


def _record(page: Page) -> None:
    page.locator("[role=row] [col-id=number]").nth(2).click()
    page.locator("#record h2").wait_for()


def _columns(page: Page) -> None:
    _drop(page, page.url.removesuffix("/books"))
    page.get_by_role("button", name="Check").click()
    page.locator("#checked table").first.wait_for()
    page.locator("#looked").scroll_into_view_if_needed()


def _tried(page: Page) -> None:
    page.locator("#tried table").first.wait_for()


def _behind(page: Page) -> None:
    page.get_by_role("button", name="To approve of booked as reported").click()
    page.locator("#rows table").wait_for()
    page.locator("#rows").scroll_into_view_if_needed()


#: What is done on a page before its picture is taken.
FIRST: dict[str, Callable[[Page], None]] = {
    "inward": _record,
    "register-columns": _columns,
    "policy": _tried,
    "behind-a-rule": _behind,
}


def _shoot(page: Page, name: str, folder: Path) -> None:
    page.mouse.move(0, 0)  # what is under it looks otherwise
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # Two frames: charts are drawn anew.
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        debugger = page.context.new_cdp_session(page)
        for quality in QUALITIES:
            told = debugger.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
            picture = base64.b64decode(told["data"])
            if len(picture) < LARGEST:
                break
        (folder / f"{name}-{scheme}.webp").write_bytes(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
