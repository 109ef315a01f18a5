"""What goes wrong at a keyboard or on a phone costs nothing: a key too early, a verdict without words, an old table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.web import test_browser as harness
from tests.web.conftest import HEADINGS, PASSWORD, Workbench
from tests.web.test_browser import row, sign_in

from gst_ims.core.section import Action
from gst_ims.desk.people import service as people
from gst_ims.desk.review import steps
from gst_ims.desk.review.deciding import Want, decide_about
from gst_ims.desk.review.lists import Filter, worklist

workbench, address, browser, page = harness.workbench, harness.address, harness.browser, harness.page
pytestmark = harness.pytestmark


@pytest.fixture
def waiting(workbench: Workbench) -> Iterator[None]:
    """Asha has rejected all invoices; afterwards she hasn't."""
    desk, mine = workbench.desk, workbench.mine
    asha = people.person(desk, "Asha")
    decide_about(desk, asha, mine, Filter(text="INV-"), Want(Action.REJECT, remarks="Not ours"))
    yield
    undo_all(workbench)


def undo_all(workbench: Workbench) -> None:
    """Asha takes back whatever isn't sent."""
    desk, mine = workbench.desk, workbench.mine
    asha = people.person(desk, "Asha")
    lines = [it for state in ("waiting", "ready") for it in worklist(desk, asha, mine, Filter(state=state)).lines]
    steps.undo(desk, asha, mine, [it.decision for it in lines if it.decision is not None])


def test_the_next_key_is_about_the_record_that_is_shown(workbench: Workbench, page: Page) -> None:
    """What was decided leaves the list, and another row comes to its place: panel and sums follow."""
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward?state=todo&text=INV-")
    beside, sums = page.locator("#record h2"), page.locator("#status")
    expect(sums).to_contain_text("7 documents")
    expect(row(page, "INV-2")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#record")).to_be_focused()
    decided: set[str] = set()
    for left in ("6 documents", "5 documents"):
        number = beside.inner_text().split()[0]
        decided.add(number)
        page.keyboard.press("p")
        expect(sums).to_contain_text(left)
        expect(beside).not_to_contain_text(number)
    ready = worklist(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine, Filter(state="ready")).lines
    assert {it.key.number for it in ready} == decided
    undo_all(workbench)


def test_a_key_is_about_nothing_while_a_link_has_led_to_another_record(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward?text=INV-")
    row(page, "INV-2").locator("[col-id=number]").click()
    expect(page.locator("#record h2")).to_contain_text("INV-2")
    link = f"<a data-record='b2b:{workbench.supplier.gstin}:INV-3:102025'>on</a>"
    page.locator("#record").evaluate("(it, link) => it.insertAdjacentHTML('beforeend', link)", link)
    page.get_by_text("on", exact=True).click()
    expect(page.locator("#record h2")).to_contain_text("INV-3")
    page.keyboard.press("a")
    expect(page.get_by_text("Choose a row first.")).to_be_visible()
    row(page, "INV-2").locator("[col-id=number]").click()
    expect(page.locator("#record h2")).to_contain_text("INV-2")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("1 decided: Accept.")
    undo_all(workbench)


def test_the_row_that_is_shown_is_marked_wherever_the_keys_are(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward?text=INV-")
    marked = page.locator(".ag-row.shown")
    for number in ("INV-2", "INV-3"):
        row(page, number).locator("[col-id=number]").click()
        expect(page.locator("#record h2")).to_contain_text(number)
        expect(marked).to_have_count(1)
        expect(marked).to_contain_text(number)
    page.keyboard.press("Enter")
    expect(page.locator("#record")).to_be_focused()
    page.locator("[role=columnheader][col-id=number]").click()
    expect(page.locator("[role=columnheader][col-id=number]")).to_have_attribute("aria-sort", "ascending")
    expect(marked).to_contain_text("INV-3")


def test_a_period_is_written_as_one_says_it(workbench: Workbench, page: Page) -> None:
    """What is half typed is no question yet, and no mistake."""
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward")
    expect(page.locator("#status")).to_contain_text("12 documents")
    page.locator("summary").filter(has_text="More").click()
    period = page.get_by_role("textbox", name="Period")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/inward/" in request.url else None)
    period.press_sequentially("Sep", delay=120)
    page.wait_for_timeout(400)
    assert asked == []
    period.press_sequentially(" 2025", delay=40)
    expect(page.locator("#status")).to_contain_text("0 documents")
    period.fill("Oct 2025")
    expect(page.locator("#status")).to_contain_text("12 documents")
    expect(page.locator("#toasts > *")).to_have_count(0)


def test_who_has_to_sign_in_again_goes_on_where_he_was(workbench: Workbench, browser: Browser, address: str) -> None:
    """Not in the window of the others: what is refused is an error to its console."""
    page = browser.new_page(base_url=address)
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward?text=INV-2")
    row(page, "INV-2").locator("[col-id=number]").click()
    expect(page.locator("#record h2")).to_contain_text("INV-2")
    page.context.clear_cookies()
    page.keyboard.press("p")
    expect(page.get_by_text("What you pressed last was not done")).to_be_visible()
    page.get_by_label("Name").fill("Asha")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#status")).to_contain_text("1 document ·")
    page.close()
    assert not worklist(
        workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine, Filter(state="ready")
    ).lines


def test_a_policy_that_is_kept_stands_among_the_versions_at_once(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/policy")
    page.get_by_label("Rules, in TOML").fill('name = "kept"\n[[rule]]\nname = "all of it"\naction = "ask"\n')
    page.get_by_label("Why this version").fill("for a start")
    page.get_by_role("button", name="Keep as a new version").click()
    expect(page.get_by_role("heading", name="kept v1 is kept.")).to_be_visible()
    kept = page.locator("#versions").get_by_role("row", name="kept v1")
    expect(kept).to_contain_text("waits for another person")
    expect(page.locator("#versions")).to_have_count(1)
    kept.get_by_role("link", name="kept v1").click()
    expect(page.get_by_role("heading", name="kept v1", exact=True)).to_be_visible()


def test_a_key_without_a_row_asks_for_nothing_and_arrows_find_one(workbench: Workbench, page: Page) -> None:
    """The grid would read a block for the row that isn't there, and begin with that."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/inward/rows" in request.url else None)
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward")
    expect(row(page, "INV-2")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(asked) == 1
    page.keyboard.press("a")
    expect(page.get_by_text("Choose a row first.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(asked) == 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#status")).to_contain_text("selected 1")


def test_one_document_is_said_to_be_one(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward?text=INV-2")
    expect(page.locator("#status")).to_contain_text("1 document ·")
    row(page, "INV-2").locator("[col-id=number]").click()
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_contain_text("Reject: 1 document")
    expect(page.get_by_role("dialog")).not_to_contain_text("1 documents")
    page.keyboard.press("Escape")


def test_all_that_a_filter_finds_is_decided_as_it_was_looked_at(
    workbench: Workbench, browser: Browser, address: str
) -> None:
    """Once the list is another one, it has to be looked at again: an error to the console."""
    desk, mine = workbench.desk, workbench.mine
    asha, page = people.person(desk, "Asha"), browser.new_page(base_url=address)
    sign_in(page, "Asha")
    page.goto(f"/desk/{mine}/inward?text=DN-&state=todo")
    expect(page.locator("#status")).to_contain_text("2 documents")
    page.get_by_label("All that the filter finds").check()
    page.get_by_role("button", name="A Accept").click()
    expect(page.get_by_role("dialog")).to_contain_text("2 documents")
    decide_about(desk, asha, mine, Filter(text="DN-1"), Want(Action.PENDING))
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("look again")
    page.get_by_role("button", name="A Accept").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 document")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("1 decided")
    page.close()
    made = worklist(desk, asha, mine, Filter(text="DN-", state="prepared")).lines
    assert {it.key.number: it.decided for it in made} == {"DN-0": "A", "DN-1": "P"}
    steps.undo(desk, asha, mine, [it.decision for it in made if it.decision is not None])


@pytest.mark.usefixtures("waiting")
def test_what_is_refused_leaves_the_list_and_what_was_chosen(
    workbench: Workbench, browser: Browser, address: str
) -> None:
    """Not in the window of the others: a refusal is an error to its console."""
    page = browser.new_page(base_url=address, viewport={"width": 390, "height": 844})
    sign_in(page, "Chetan")
    page.goto(f"/desk/{workbench.mine}/approvals")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    page.get_by_label("All", exact=True).check()
    expect(page.locator("#chosen")).to_contain_text("7 of 7 chosen: tax ₹ ")
    page.get_by_role("button", name="Return").click()
    words = page.get_by_label("Note to who decided")
    expect(words).to_be_focused()
    words.fill(" ")
    page.get_by_role("button", name="Return").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it is returned")
    expect(page.locator("[name=ids]:checked")).to_have_count(7)
    words.fill("Ask the store first")
    page.get_by_role("button", name="Return").click()
    expect(page.locator("#toasts")).to_contain_text("7 decisions are returned.")
    page.close()


@pytest.mark.usefixtures("waiting")
def test_who_presses_twice_means_it_once(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Chetan")
    page.goto(f"/desk/{workbench.mine}/approvals")
    page.get_by_label("All", exact=True).check()
    page.get_by_role("button", name="Approve").dblclick()
    expect(page.get_by_role("heading", name="Nothing waits for approval")).to_be_visible()
    expect(page.locator("#toasts > *")).to_have_text(["7 decisions are approved."])
    undo_all(workbench)


def test_the_page_where_one_is_stands_in_sight_on_a_phone(workbench: Workbench, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/trail")
    expect(page.locator(".bar nav [aria-current]")).to_be_in_viewport()


def test_what_is_kept_stands_below_at_once(workbench: Workbench, page: Page, tmp_path: Path) -> None:
    register = tmp_path / "may.csv"
    register.write_text(f"{HEADINGS}\n{workbench.supplier.gstin},M-1,05-10-2025,1180,1000,180,0,0\n")
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/books")
    page.locator("[name=file]").set_input_files(register)
    page.get_by_role("button", name="Keep the register").dblclick()
    expect(page.get_by_text("1 document is kept under may.")).to_be_visible()
    expect(page.get_by_text("1 new, 0 changed")).to_be_visible()
    expect(page.locator("#standing").get_by_role("row", name="may.csv")).to_be_visible()
    expect(page.get_by_role("button", name="Match now")).to_be_enabled()
    page.get_by_role("button", name="Take out may").click()
    page.get_by_role("button", name="Take it out").click()
    expect(page.get_by_role("row", name="may.csv")).to_have_count(0)
