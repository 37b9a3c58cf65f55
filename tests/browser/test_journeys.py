"""Whole journeys of a person through the screen, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from optimizer.history.sample import write_sample
from tests.browser.steps import HEADLINE, PAGES, fits_the_width, go, planned, settled, upload

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def short_csv(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A simulated history of 26 weeks with other figures than the shipped sample."""
    folder = tmp_path_factory.mktemp("short")
    write_sample(folder, seed=3, weeks=26)
    return (folder / "sample_history.csv").read_bytes()


def broken(good: bytes) -> bytes:
    """The same history with a word where an amount should be, in row 7."""
    lines = good.decode().splitlines()
    fields = lines[6].split(",")
    fields[lines[0].split(",").index("spend")] = "a lot"
    lines[6] = ",".join(fields)
    return "\n".join(lines).encode()


def test_from_first_start_to_an_accepted_plan(open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(planned(page)).to_contain_text("a week")
    page.get_by_role("textbox", name="Your name").fill("An")
    page.get_by_role("textbox", name="Your name").press("Tab")
    settled(page)
    page.get_by_role("button", name="Accept these budgets").click()
    expect(page.get_by_text(re.compile("Accepted by An on")).first).to_be_visible()
    host = page.url.split("/")[2]
    assert [url for url in asked if host not in url and not url.startswith(("data:", "blob:"))] == []
    other = open_page()
    planned(other)
    expect(other.get_by_text(re.compile("Accepted by An on")).first).to_be_visible()


def test_from_broken_rows_to_findings_to_a_plan(open_page: OpenPage, short_csv: bytes) -> None:
    page = open_page("data")
    settled(page)
    upload(page, "broken_rows.csv", broken(short_csv))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("broken_rows.csv, row 7, column spend")
    expect(alert).to_contain_text("a lot")
    expect(page.get_by_text("Traceback")).to_have_count(0)
    upload(page, "autumn.csv", short_csv)
    expect(page.get_by_role("combobox", name="History")).to_have_value("autumn.csv")
    settled(page)
    expect(page.get_by_text(re.compile("26 weeks")).first).to_be_visible()
    expect(page.get_by_text(re.compile("What was found in the file"))).to_be_visible()
    go(page, "Plan")
    expect(planned(page)).to_contain_text("four weeks")
    expect(page.get_by_text(re.compile("autumn.csv: 26 complete weeks"))).to_be_visible()
    page.reload()  # the upload is kept, and so is the choice of it
    planned(page)
    expect(page.get_by_text(re.compile("autumn.csv: 26 complete weeks"))).to_be_visible()


def test_four_scenarios_are_shared_by_link(open_page: OpenPage) -> None:
    page = open_page("what_if")
    settled(page)
    for name in ("Budget +10", "Media prices +10", "Instagram off"):
        page.get_by_role("button", name="Add a scenario").click()
        page.get_by_role("menuitem", name=re.compile(re.escape(name))).click()
        settled(page)
    cards = page.get_by_text(re.compile("better than as planned"))
    expect(cards).to_have_count(3)
    told = cards.all_inner_texts()
    link = page.url
    assert "view=" in link
    other = open_page(link)
    settled(other)
    again = other.get_by_text(re.compile("better than as planned"))
    expect(again).to_have_count(3)
    assert again.all_inner_texts() == told


def test_a_link_that_was_tampered_with_opens_nothing(open_page: OpenPage) -> None:
    page = open_page("plan?view=../../etc/passwd")
    planned(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_leaving_a_change_as_today_answers_anew_at_once(open_page: OpenPage) -> None:
    page = open_page()
    before = planned(page).inner_text()
    card = page.locator("[class*=st-key-co_week_card_]").first
    name = card.locator("b, h3, strong").first.inner_text()
    card.get_by_text("Leave as today").click()
    settled(page)
    expect(page.locator(HEADLINE)).not_to_have_text(before)
    go(page, "Plan")
    expect(page.get_by_text(re.compile("1 place")).first).to_be_visible()
    assert name


def test_the_language_changes_everywhere_and_stays(open_page: OpenPage) -> None:
    page = open_page("plan")
    planned(page)
    page.get_by_text("Tiếng Việt").click()
    expect(page.get_by_text("Kế hoạch").first).to_be_visible()
    settled(page)
    expect(page.locator(HEADLINE)).to_contain_text("EUR")
    assert "lang=vi" in page.url
    page.reload()
    expect(planned(page)).to_contain_text("doanh thu")
    other = open_page("curves", locale="vi-VN")
    settled(other)
    expect(other.get_by_text("Ngôn ngữ")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_page_without_sideways_scrolling(open_page: OpenPage, scheme: str) -> None:
    page = open_page(width=390, height=844, scheme=scheme)
    for path in PAGES:
        page.goto(f"{page.url.split('?')[0].rsplit('/', 1)[0]}/{path}")
        settled(page)
        assert fits_the_width(page), path


def test_the_keyboard_reaches_what_matters(open_page: OpenPage) -> None:
    page = open_page("plan")
    planned(page)
    name_of = "node => (node.getAttribute('aria-label') || node.innerText || '').trim()"
    wanted = {"Budget for all weeks", "Weeks", "Plan as CSV", "strong"}
    # Twice round the page at most: what is still being drawn at the first pass is reached at the second.
    for _ in range(200):
        page.keyboard.press("Tab")
        reached = page.evaluate(f"() => ({name_of})(document.activeElement)")
        wanted -= {name for name in wanted if name in reached}
        if not wanted:
            break
    assert wanted == set()
