"""Matching by hand and several registers at once, in a real browser: by drag, by keyboard alone, by buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from tests.web import test_browser as harness
from tests.web.conftest import HEADINGS, Workbench, rows_of, work
from tests.web.test_browser import row, sign_in

workbench, address, browser, page = harness.workbench, harness.address, harness.browser, harness.page
pytestmark = harness.pytestmark


def doc(page: Page, side: str, number: str) -> Any:
    """A row of the matching page."""
    return page.locator(f"tr[data-side={side}][data-name='{number}']")


def taken_back(page: Page, workbench: Workbench) -> None:
    """The newest link is taken back on its page, and matching is done without it."""
    page.goto(f"/desk/{workbench.mine}/matching?view=links")
    page.get_by_role("button", name="Take back").first.click()
    expect(page.get_by_text("is taken back")).to_be_visible()
    expect(page.get_by_text("Matching runs")).to_be_visible()
    work(workbench)
    expect(page.get_by_text("Matching runs")).to_have_count(0)


def test_a_row_is_dragged_onto_its_partner(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/matching")
    doc(page, "books", "INV-99").drag_to(doc(page, "portal", "INV-3"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row", name="Taxable")).to_contain_text("8,997.00")
    dialog.get_by_label("Why, for the trail").fill("advance and goods")
    dialog.get_by_role("button", name="They belong together").click()
    expect(page.get_by_text("Kept as link")).to_be_visible()
    expect(page.get_by_text("Matching runs")).to_be_visible()
    work(workbench)
    expect(doc(page, "books", "INV-99")).to_have_count(0)
    expect(doc(page, "portal", "INV-3")).to_have_count(0)
    taken_back(page, workbench)
    page.goto(f"/desk/{workbench.mine}/matching")
    expect(doc(page, "books", "INV-99")).to_be_visible()


def test_several_are_linked_by_keyboard_alone(workbench: Workbench, page: Page) -> None:
    """Arrows, Space and Enter do what dragging does, and more: two of the portal to one of the books."""
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/matching")
    page.get_by_label("Number, or a part of it").nth(1).fill("INV-")
    expect(doc(page, "portal", "CN-0")).to_have_count(0)
    doc(page, "books", "INV-99").get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#chosen")).to_contain_text("1 of the books: tax ₹ 1,800.00 · 2 of the portal")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="They belong together")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept as link")).to_be_visible()
    expect(page.locator("#tray")).to_be_hidden()
    work(workbench)
    expect(page.get_by_text("Matching runs")).to_have_count(0)
    page.goto(f"/desk/{workbench.mine}/matching?view=links")
    expect(page.get_by_role("row", name="together").locator("td").nth(1).locator(".doc")).to_have_count(2)
    taken_back(page, workbench)


def test_nothing_is_kept_that_is_left(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/matching")
    doc(page, "books", "INV-99").get_by_role("checkbox").check()
    page.get_by_label("Show what the other side has of the supplier of INV-99").click()
    doc(page, "portal", "INV-3").get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare and link").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave it").click()
    expect(doc(page, "books", "INV-99")).to_have_class("chosen")
    page.get_by_role("button", name="Let go of INV-3").click()
    expect(page.get_by_role("button", name="Compare and link")).to_be_disabled()
    page.get_by_role("button", name="Choose none").click()
    expect(page.locator("#tray")).to_be_hidden()
    page.goto(f"/desk/{workbench.mine}/matching?view=links")
    expect(page.get_by_text("Nobody has put documents together")).to_be_visible()


def test_a_record_is_parted_from_its_book_beside_the_grid(workbench: Workbench, page: Page) -> None:
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/inward?text=INV-2")
    row(page, "INV-2").locator("[col-id=number]").click()
    page.get_by_text("They do not belong together").click()
    page.locator("#record").get_by_label("Why, for the trail").fill("another delivery")
    page.get_by_role("button", name="Part them").click()
    expect(page.get_by_text("Kept. It counts when matching is done")).to_be_visible()
    work(workbench)
    expect(page.locator("#record")).to_contain_text("Held apart by hand")
    expect(page.locator("#record")).to_contain_text("another delivery")
    page.get_by_role("link", name="Link by hand").click()
    expect(page.locator("#chosen")).to_contain_text("1 of the portal")
    expect(doc(page, "portal", "INV-2")).to_have_class("chosen")
    taken_back(page, workbench)


def test_files_are_dropped_checked_and_kept_as_one_register(workbench: Workbench, page: Page, tmp_path: Path) -> None:
    line = f"{workbench.supplier.gstin},{{}},05-10-2025,1180,1000,180,0,0"
    files = [tmp_path / f"{name}.csv" for name in ("jan", "feb")]
    for file in files:
        file.write_text(f"{HEADINGS}\n{line.format(file.stem)}\n")
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/books")
    page.locator("[name=file]").set_input_files(files)
    expect(page.get_by_text("read like that")).to_be_visible()
    expect(page.get_by_text("2 documents would be kept under jan.")).to_be_visible()
    page.get_by_label("Read this sheet").nth(1).uncheck()
    page.get_by_label("Label").fill("quarter")
    page.get_by_role("button", name="Keep the register").click()
    expect(page.get_by_text("1 document is kept under quarter.")).to_be_visible()
    page.get_by_role("link", name="On to matching").click()
    page.get_by_role("button", name="Take out quarter").click()
    ask = page.get_by_role("dialog", name="Take out quarter?")
    expect(ask).to_contain_text("Its 1 document no longer counts in the books")
    ask.get_by_role("button", name="Cancel").click()
    expect(ask).to_be_hidden()
    expect(page.get_by_role("button", name="Take out quarter")).to_be_visible()
    page.get_by_role("button", name="Take out quarter").click()
    ask.get_by_role("button", name="Take it out").click()
    expect(page.get_by_role("button", name="Take out quarter")).to_have_count(0)


def test_a_register_that_is_dropped_anew_is_kept_under_its_label(
    workbench: Workbench, page: Page, tmp_path: Path
) -> None:
    """Under the file's name its documents would count twice: that is said before anything was pressed."""
    path = tmp_path / "tally (2).csv"
    path.write_text("\n".join([HEADINGS, *rows_of(workbench.supplier.gstin)]) + "\n")
    sign_in(page, "Asha")
    page.goto(f"/desk/{workbench.mine}/books")
    page.locator("[name=file]").set_input_files(path)
    expect(page.get_by_text("3 documents stand under tally already")).to_be_visible()
    page.get_by_role("button", name="Keep it under tally").click()
    expect(page.get_by_text("3 documents would be kept under tally.")).to_be_visible()
    expect(page.get_by_text("count twice")).to_have_count(0)
    page.get_by_role("button", name="Keep the register").click()
    expect(page.get_by_text("3 documents are kept under tally.")).to_be_visible()
    expect(page.get_by_text("0 new, 0 changed, 0 gone")).to_be_visible()
