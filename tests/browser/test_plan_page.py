"""Journeys through the plan page in a real browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from optimizer import PlanRequest, load_history, make_plan, write_plan
from optimizer.history.sample import write_sample

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
HEADLINE = ".co-headline h2"


def wait_for_plan(page: Page) -> None:
    page.locator(HEADLINE).wait_for()
    page.get_by_text("Where this comes from").wait_for()


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_text("My file").click()
    page.get_by_role("heading", name="Bring your history to get a plan").wait_for()
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def fits_the_width(page: Page) -> bool:
    """No element of the page but a table's own frame can be scrolled sideways."""
    return bool(
        page.evaluate(
            "() => [document.documentElement, ...document.querySelectorAll('body, section, [data-testid=stMain]')]"
            ".every(node => node.scrollWidth <= node.clientWidth + 1)"
        )
    )


@pytest.fixture(scope="module")
def short_csv(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A simulated history of 26 weeks with other figures than the shipped sample."""
    folder = tmp_path_factory.mktemp("short")
    write_sample(folder, seed=3, weeks=26)
    return (folder / "sample_history.csv").read_bytes()


def test_from_first_start_to_a_plan(open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    wait_for_plan(page)
    expect(page.locator(HEADLINE)).to_contain_text("a week")
    for label in ("Spend", "Expected revenue", "More than today's split", "Proof"):
        expect(page.get_by_text(label, exact=True).first).to_be_visible()
    expect(page.locator(".co-grid tbody tr")).to_have_count(6)  # five networks and their total
    expect(page.locator(".co-moves").first).to_be_visible()
    expect(page.locator('[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg')).to_have_count(2)
    assert fits_the_width(page)
    host = page.url.split("/")[2]
    assert [url for url in asked if host not in url and not url.startswith(("data:", "blob:"))] == []


def test_the_downloaded_plan_is_that_of_the_command_line(
    open_page: OpenPage, sample_history: Path, tmp_path: Path
) -> None:
    page = open_page()
    wait_for_plan(page)
    budget = float(page.get_by_role("spinbutton", name="Budget for all weeks").input_value())
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Plan as CSV").click()
    arriving.value.save_as(tmp_path / "screen.csv")
    plan = make_plan(load_history(sample_history), PlanRequest(budget=budget, weeks=4, goal="revenue"))
    write_plan(plan, tmp_path / "command.csv")
    screen = (tmp_path / "screen.csv").read_bytes()
    assert screen == (tmp_path / "command.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(screen.decode())))
    assert sum(float(row["spend"]) for row in rows) == pytest.approx(budget)


def test_an_upload_gives_a_plan(open_page: OpenPage, short_csv: bytes) -> None:
    page = open_page()
    wait_for_plan(page)
    upload(page, "autumn.csv", short_csv)
    expect(page.get_by_role("heading", name="Your history is read")).to_be_visible()
    expect(page.get_by_text("autumn.csv: 26 complete weeks")).to_be_visible()
    expect(page.locator(HEADLINE)).to_have_count(0)
    page.get_by_role("button", name="Make the plan").click()
    wait_for_plan(page)


def test_broken_rows_are_named_in_a_sentence(open_page: OpenPage, short_csv: bytes) -> None:
    lines = short_csv.decode().splitlines()
    fields = lines[6].split(",")
    fields[lines[0].split(",").index("spend")] = "a lot"
    lines[6] = ",".join(fields)
    page = open_page()
    wait_for_plan(page)
    upload(page, "broken_rows.csv", "\n".join(lines).encode())
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("broken_rows.csv, row 7, column spend")
    expect(alert).to_contain_text("a lot")
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.locator(HEADLINE)).to_have_count(0)


def test_another_number_of_weeks_gives_another_plan(open_page: OpenPage) -> None:
    page = open_page()
    wait_for_plan(page)
    weeks = page.get_by_role("spinbutton", name="Weeks", exact=True)
    weeks.fill("2")
    weeks.press("Enter")
    expect(page.get_by_text("The inputs have changed")).to_be_visible()
    page.get_by_role("button", name="Make the plan").click()
    expect(page.locator(HEADLINE)).to_contain_text("two weeks")
    expect(page.get_by_text("The inputs have changed")).to_have_count(0)


def test_the_keyboard_reaches_what_matters(open_page: OpenPage) -> None:
    page = open_page()
    wait_for_plan(page)
    name_of = "node => (node.getAttribute('aria-label') || node.innerText || '').trim()"
    wanted = {"Budget for all weeks", "Weeks", "Make the plan", "Plan as CSV", "Where the money goes", "strong"}
    # Twice round the page at most: what is still being drawn at the first pass is reached at the second.
    for _ in range(100):
        page.keyboard.press("Tab")
        reached = page.evaluate(f"() => ({name_of})(document.activeElement)")
        wanted -= {name for name in wanted if name in reached}
        if not wanted:
            break
    assert wanted == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_sideways_scrolling(open_page: OpenPage, scheme: str, short_csv: bytes) -> None:
    page = open_page(width=390, height=844, scheme=scheme)
    wait_for_plan(page)
    assert fits_the_width(page)
    expect(page.locator(".co-moves td[data-label=Evidence]").first).to_be_visible()
    upload(page, "a_rather_long_name_of_an_export_from_an_advertising_network_2026.csv", short_csv)
    page.get_by_role("heading", name="Your history is read").wait_for()
    assert fits_the_width(page)


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_page_follows_the_readers_scheme(open_page: OpenPage, scheme: str, dark: bool) -> None:
    page = open_page(scheme=scheme)
    wait_for_plan(page)
    channels = page.evaluate("() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    brightness = sum(float(part) for part in channels.strip("rgba()").split(",")[:3]) / 3
    assert (brightness < 80) is dark
