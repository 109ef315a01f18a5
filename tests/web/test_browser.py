"""The workbench in a real browser: a month's work by mouse and keyboard, and what axe says of every page."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.client.conftest import Served
from tests.desk.report.excel import rewritten, write
from tests.web.conftest import HEADINGS, PASSWORD, Workbench, open_workbench, work

from gst_ims.cli.server import Server
from gst_ims.core.gstin import Gstin
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.web.app import create_app
from gst_ims.web.matching.endpoints import VIEWS
from gst_ims.web.pages import PLACES

CHROMIUM = Path("/usr/bin/chromium")
# A machine that does much else at once may be slow, and the page right.
expect.set_options(timeout=30_000)
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="Chromium isn't on this machine: install Debian's package `chromium`."
)


@pytest.fixture(scope="module")
def workbench(server: EmbeddedServer, served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """One for this module: a month's work leaves nothing as it was."""
    with open_workbench(server, served, tmp_path_factory.mktemp("browser")) as made:
        yield made


@pytest.fixture(scope="module")
def address(workbench: Workbench) -> Iterator[str]:
    """The workbench over a real socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = Server(create_app(workbench.desk), 0, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    assert ready.wait(20)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium, for this module only: its event loop must be gone before other tests have theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A window in which nothing may go wrong unseen: no error of a script, nothing that the policy had to stop."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(30_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: foreign.append(request.url) if not request.url.startswith((address, "data:")) else None,
    )
    yield page
    context.close()
    assert wrong == []
    assert foreign == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def row(page: Page, number: str) -> Any:
    return page.locator("[role=row]").filter(has_text=number)


def test_a_month_by_hand(workbench: Workbench, page: Page, tmp_path: Path) -> None:
    """Drop a register, match, decide by keyboard, have it approved by another one, push, and see it at the portal."""
    register = tmp_path / "april.csv"
    lines = [
        f"{workbench.supplier.gstin},INV-{n},05-10-2025,{(1000 + n) * 1.18:.2f},{1000 + n},{(1000 + n) * 0.18:.2f},0,0"
        for n in (0, 6)
    ]
    register.write_text("\n".join([HEADINGS, *lines]) + "\n")

    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/books")
    page.locator("[name=file]").set_input_files(register)
    expect(page.get_by_label("Invoice Number is")).to_have_value("number")
    page.get_by_role("button", name="Keep the register").click()
    expect(page.get_by_text("2 documents are kept under april.")).to_be_visible()
    page.get_by_role("link", name="On to matching").click()
    page.get_by_role("button", name="Match now").click()
    expect(page.get_by_text("Matching runs")).to_be_visible()
    work(workbench)
    expect(page.get_by_text("Matching runs")).to_have_count(0)
    expect(page.get_by_role("row", name="Matched").get_by_role("link").first).to_have_text("3")
    page.get_by_role("row", name="Matched").get_by_role("link").first.click()
    expect(row(page, "INV-6")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("3 documents")

    row(page, "INV-6").locator("[col-id=number]").click()
    expect(page.locator("#record h2")).to_contain_text("INV-6")
    page.keyboard.press("p")
    expect(row(page, "INV-6")).to_contain_text("Prepared")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("r")
    expect(page.locator("#ask")).to_contain_text("1 document")
    page.get_by_label("Remarks for the supplier").fill("Not ours")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 decided: Reject.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, "Chetan")
    page.goto(f"/desk/{workbench.mine}/approvals")
    page.locator("[name=ids]").first.check()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#toasts")).to_contain_text("1 decision is approved.")
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/pushes")
    page.get_by_role("button", name="Push to the portal").click()
    expect(page.get_by_text("It is queued")).to_be_visible()
    work(workbench)
    expect(page.locator("progress").first).to_have_js_property("value", 2)
    page.goto(f"/desk/{workbench.mine}/inward?action=P&action=R")
    expect(row(page, "INV-6")).to_contain_text("Pending")
    page.goto(f"/desk/{workbench.mine}/trail?what=applied")
    expect(page.get_by_role("row")).to_have_count(3)


def test_the_grid_by_keyboard_alone(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Vera")
    page.goto(f"/desk/{workbench.mine}/inward")
    expect(row(page, "INV-2")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("CN-")
    expect(page.locator("#status")).to_contain_text("3 documents")
    expect(page).to_have_url(f"{page.url.split('?')[0]}?text=CN-")
    expect(row(page, "CN-1")).to_be_visible()
    expect(row(page, "INV-2")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#status")).to_contain_text("selected 2")
    page.keyboard.press("Enter")
    expect(page.locator("#record h2")).to_contain_text("CN-")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("from row to row")
    page.keyboard.press("Escape")
    page.get_by_text("By supplier").click()
    expect(page.locator("#suppliers")).to_contain_text(str(workbench.supplier.gstin))


def pages_of(workbench: Workbench, drawn: Gstin, seller: Gstin) -> list[str]:
    sold = f"/desk/{seller}/outward"
    mine, readings = f"/desk/{workbench.mine}", f"/desk/{drawn}/statements"
    return [
        "/desk",
        mine,
        f"{mine}/news",
        sold,
        f"{sold}/documents?period=102025&section=cdnr&action=R",
        readings,
        f"{readings}/documents?period=102025",
        f"{readings}/compare?period=102025&reading=2&against=1",
        f"{readings}/what-if?period=102025&asked=y&undecided=R",
        *(f"{mine}/{place}" for place, _ in PLACES),
        *(f"{mine}/matching?view={view}" for view in VIEWS[1:]),
        f"{mine}/matching/runs/1",
    ]


def test_a_policy_is_checked_tried_and_looked_into_by_keyboard(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/policy")
    expect(page.get_by_role("heading", name="What it would do now")).to_be_visible()
    text = page.get_by_label("Rules, in TOML")
    rules = '\n[[rule]]\nname = "all of it"\naction = "{}"\n'
    text.fill('name = "quick"\n' + rules.format("accep"))
    expect(page.locator("#checked")).to_contain_text("Line 5, column 1")
    page.get_by_role("button", name="Line 5, column 1").click()
    chosen = "[document.activeElement.id, text.value.slice(text.selectionStart, text.selectionEnd)]"
    assert page.evaluate(f"(() => {{ const text = document.getElementById('text'); return {chosen}; }})()") == [
        "text",
        'action = "accep"',
    ]
    text.fill('name = "quick"\n' + rules.format("accept"))
    expect(page.locator("#checked")).to_contain_text("1 rule, and it can be read.")
    page.keyboard.press("Control+Enter")
    number = page.get_by_role("button", name="Records of all of it")
    expect(number).to_be_visible()
    number.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rows")).to_be_focused()
    expect(page.locator("#rows tbody tr").first).to_contain_text("INV-6")
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(workbench: Workbench, drawn: Gstin, seller: Gstin, page: Page, scheme: str) -> None:
    """Labels, contrast, structure: axe finds nothing serious on any page. In the dark only contrast differs."""
    rules = [] if scheme == "light" else ["color-contrast"]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/sign-in")
    found = {"/sign-in": serious(page, rules)}
    sign_in(page, "Asha")
    for path in pages_of(workbench, drawn, seller):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if path.endswith("/inward"):
            row(page, "INV-2").locator("[col-id=number]").click()
            expect(page.locator("#record h2")).to_contain_text("INV-2")
        found[path] = serious(page, rules)
        if path.endswith("/policy"):
            page.get_by_role("button", name="Records of").first.click()
            expect(page.locator("#rows table")).to_be_visible()
    assert {path: what for path, what in found.items() if what} == {}


def serious(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What is seriously wrong, by all rules or by these.

    The script of axe comes by the debugger: the page's own policy would not let it in.
    """
    told = (
        Axe()
        .run(page, options={"resultTypes": ["violations"]} | ({"runOnly": [*rules]} if rules else {}))
        .response["violations"]
    )
    return [
        f"{it['id']}: {it['nodes'][0]['html'][:200]} {it['nodes'][0].get('failureSummary', '')[:200]}"
        for it in told
        if it["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_pages_fit_phones_and_desks(workbench: Workbench, drawn: Gstin, seller: Gstin, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "Asha")
    wide: list[tuple[str, int]] = []
    for path in pages_of(workbench, drawn, seller):
        page.goto(path)
        size = page.evaluate("document.documentElement.scrollWidth")
        if size > width:
            wide.append((path, size))
    assert wide == []


def test_a_page_on_paper_is_light_whole_and_without_what_cannot_be_pressed(
    workbench: Workbench, drawn: Gstin, page: Page
) -> None:
    page.emulate_media(color_scheme="dark")
    sign_in(page, "Asha")
    for path in ("/desk", f"/desk/{drawn}/statements", f"/desk/{workbench.mine}/policy"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 29)"
        expect(page.locator("header.bar")).not_to_be_visible()
        assert page.pdf(format="A4")[:5] == b"%PDF-"
        page.emulate_media(media="screen", color_scheme="dark")


def test_a_view_is_kept_and_opens_the_page(workbench: Workbench, page: Page) -> None:
    """Its filter, order, columns and widths are there in another browser; without it the grid is as it comes."""
    page.set_viewport_size({"width": 1920, "height": 800})
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward?section=b2bcn")
    expect(row(page, "CN-1")).to_be_visible()
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Taxable").uncheck()
    page.get_by_label("Score").check()
    page.keyboard.press("Escape")
    page.locator("[role=columnheader][col-id=number]").click()
    page.locator("summary").filter(has_text="View").click()
    page.get_by_label("Keep filter, order and columns as").fill("Credit notes")
    page.get_by_label("Open the page with it").check()
    page.locator("[name=keep]").click()
    expect(page.locator("#views summary")).to_have_text("View Credit notes")

    assert page.context.browser is not None
    other = page.context.browser.new_context(
        base_url=page.url.split("/desk")[0], viewport={"width": 1920, "height": 800}
    )
    again = other.new_page()
    sign_in(again, "Asha")
    again.goto(f"/desk/{workbench.mine}/inward")
    expect(row(again, "CN-1")).to_be_visible()
    expect(again.locator("#status")).to_contain_text("3 documents")
    expect(again.locator("[role=columnheader][col-id=score]")).to_be_visible()
    expect(again.locator("[role=columnheader][col-id=taxable]")).to_have_count(0)
    expect(again.locator("[role=columnheader][col-id=number]")).to_have_attribute("aria-sort", "ascending")
    other.close()

    page.locator("#views summary").click()
    expect(page.locator("[name=keep]")).to_have_text("Overwrite")
    page.get_by_label("Keep filter, order and columns as").fill("Other")
    expect(page.locator("[name=keep]")).to_have_text("Save")
    page.get_by_role("button", name="Delete Credit notes").click()
    expect(page.locator("#views summary")).to_have_text("View")
    expect(page.locator("#status")).to_contain_text("12 documents")
    expect(page.locator("[role=columnheader][col-id=taxable]")).to_be_visible()


def test_the_grids_file_is_what_the_grid_shows(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Vera")
    page.goto(f"/desk/{workbench.mine}/inward")
    page.keyboard.press("/")
    page.keyboard.type("CN-")
    expect(page.locator("#status")).to_contain_text("3 documents")
    page.get_by_text("Columns", exact=True).click()
    for name in ("Supplier", "Date", "Portal", "Books", "Decided", "Decision", "Taxable", "Decide by", "Comments"):
        page.locator("#columns").get_by_label(name, exact=True).uncheck()
    page.keyboard.press("Escape")
    page.locator("[role=columnheader][col-id=number]").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="This table as CSV").click()
    lines = waiting.value.path().read_text().splitlines()
    assert lines == ["Section,Number,Tax", "CN,CN-0,18.00", "CN,CN-1,18.18", "CN,CN-2,18.36"]
    page.get_by_text("By supplier").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="This table as a workbook").click()
    assert waiting.value.suggested_filename.startswith("suppliers-")


def test_a_report_comes_back_with_decisions(workbench: Workbench, page: Page, tmp_path: Path) -> None:
    """Asked for, made, downloaded, edited, dropped, looked at, and decided: without leaving the page."""
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/reports")
    page.get_by_role("button", name="Make the workbook").click()
    expect(page.get_by_text("being made")).to_be_visible()
    work(workbench)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download xlsx of Oct 2025").first.click()
    book = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(book)
    edited = rewritten(book, write("DN-0", Decision="Accept"), write("DN-1", Decision="Perhaps"))
    page.locator("[name=data]").set_input_files(edited)
    expect(page.locator("#looked")).to_contain_text("1 document")
    expect(page.locator("#looked")).to_contain_text("'Perhaps' isn't one of Accept, Reject, Pending.")
    page.get_by_label("Why, for our own trail").fill("From the workbook")
    page.get_by_role("button", name="Decide, without the wrong rows").click()
    expect(page.get_by_text("1 document is decided about.")).to_be_visible()
    page.get_by_role("link", name="Look at them").click()
    expect(row(page, "DN-0")).to_contain_text("Accept")
