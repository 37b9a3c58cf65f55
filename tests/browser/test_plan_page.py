"""The page Plan in a real browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from optimizer import PlanRequest, load_history, make_plan, write_plan
from tests.browser.steps import HEADLINE, planned, settled

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_the_downloaded_plan_is_that_of_the_command_line(
    open_page: OpenPage, sample_history: Path, tmp_path: Path
) -> None:
    page = open_page("plan")
    planned(page)
    field = page.get_by_role("spinbutton", name="Budget for all weeks")
    expect(field).not_to_have_value(re.compile(r"^0?$"))  # a field is drawn a moment before it has its number
    budget = float(field.input_value())
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Plan as CSV").click()
    arriving.value.save_as(tmp_path / "screen.csv")
    plan = make_plan(load_history(sample_history), PlanRequest(budget=budget, weeks=4, goal="revenue"))
    write_plan(plan, tmp_path / "command.csv")
    screen = (tmp_path / "screen.csv").read_bytes()
    assert screen == (tmp_path / "command.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(screen.decode())))
    assert sum(float(row["spend"]) for row in rows) == pytest.approx(budget)


def test_another_number_of_weeks_gives_another_plan(open_page: OpenPage) -> None:
    page = open_page("plan")
    planned(page)
    weeks = page.get_by_role("spinbutton", name="Weeks", exact=True)
    weeks.fill("2")
    weeks.press("Enter")
    expect(page.locator(HEADLINE)).to_contain_text("two weeks")
    settled(page)
    page.reload()
    expect(planned(page)).to_contain_text("two weeks")


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_page_follows_the_readers_scheme(open_page: OpenPage, scheme: str, dark: bool) -> None:
    page = open_page("plan", scheme=scheme)
    planned(page)
    channels = page.evaluate("() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    brightness = sum(float(part) for part in channels.strip("rgba()").split(",")[:3]) / 3
    assert (brightness < 80) is dark
