"""What people do on the screen, step by step, for the journeys."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

HEADLINE = ".co-headline h2"
PAGES = ("", "plan", "what_if", "curves", "performance", "data")


def settled(page: Page) -> None:
    """Wait until nothing is being worked out any more."""
    page.locator("[data-testid=stMain] h1.co-title").wait_for()
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0)
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    expect(page).to_have_url(re.compile("view="))


def planned(page: Page) -> Locator:
    """The decision on screen, once it is there."""
    settled(page)
    headline = page.locator(HEADLINE)
    headline.wait_for()
    return headline


def go(page: Page, name: str) -> None:
    """Open a page by the navigation."""
    if page.viewport_size and page.viewport_size["width"] < 700:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    settled(page)


def upload(page: Page, name: str, content: bytes) -> None:
    """Hand a file to the page Data and settings."""
    page.locator('input[type="file"]').first.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def fits_the_width(page: Page) -> bool:
    """No element of the page but a table's own frame can be scrolled sideways."""
    return bool(
        page.evaluate(
            "() => [document.documentElement, ...document.querySelectorAll('body, section, [data-testid=stMain]')]"
            ".filter(node => node.clientWidth > 0).every(node => node.scrollWidth <= node.clientWidth + 1)"
        )
    )
