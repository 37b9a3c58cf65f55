"""What people do on Mondays and at the end of a month, in a real browser: This week, Pacing, posts, Finance."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from optimizer import PlanRequest, cli, load_history, make_plan
from optimizer.language.catalogue import speaker
from optimizer.planning.export import plan_csv
from tests.browser.steps import HEADLINE, fits_the_width, go, planned, settled, upload

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"
LEFT, REASON = "facebook/image", "contract until June"
MOVED = {"facebook/carousel": 500.0, "facebook/video": -500.0}


def pressed(page: Page, button: str) -> bytes:
    """The bytes of a download."""
    with page.expect_download() as arriving:
        page.get_by_role("button", name=button, exact=True).click()
    return Path(arriving.value.path()).read_bytes()


def sound(page: Page) -> None:
    """Nothing on the page is an error that nobody caught."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)


def typed(field: Locator, text: str) -> None:
    """Type into a field and leave it."""
    field.fill(text)
    field.press("Tab")


def until(history: Path, end: str) -> bytes:
    """The history as it stood on a day."""
    table = pd.read_csv(history)
    return table[table["date"] < end].to_csv(index=False).encode()


def take_history(page: Page, name: str, history: bytes) -> None:
    """Hand a history to the page Data and settings, and wait until it is at hand."""
    expect(page.get_by_role("tab", name="Exports")).to_be_visible()
    settled(page)
    upload(page, name, history)
    expect(page.get_by_role("combobox", name="History")).to_have_value(name)
    settled(page)


# Monday -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weeks(sample_history: Path) -> tuple[bytes, bytes]:
    """The sample without its newest week, and with it."""
    return until(sample_history, "2026-10-26"), until(sample_history, "2027-01-01")


def set_today(page: Page, history: bytes) -> dict[str, float]:
    """Type today's budgets into the fields, with EUR 500 of Facebook video moved to its carousel; all, by cell."""
    cells = sorted({(row["network"], row["content_type"]) for row in csv.DictReader(io.StringIO(history.decode()))})
    page.get_by_role("button", name=re.compile("Today's budgets")).click()
    given = {}
    for network, content_type in cells:
        field = page.get_by_role("spinbutton", name=speaker("en").place((network, content_type, "")), exact=True)
        label, amount = f"{network}/{content_type}", float(field.input_value())
        if label in MOVED:
            amount += MOVED[label]
            typed(field, repr(amount))
        given[label] = amount
    page.get_by_role("button", name="Take these as today's budgets").click()
    expect(page.get_by_role("button", name="Today's budgets: given")).to_be_visible()
    page.keyboard.press("Escape")
    settled(page)
    return given


def changes_of_the_command_line(folder: Path, history: bytes, budget: float, today: dict[str, float]) -> bytes:
    """The change list of `optimizer rebalance` for the same question."""
    (folder / "october.csv").write_bytes(history)
    rows = [f"{label.replace('/', ',')},{amount!r}" for label, amount in today.items()]
    (folder / "today.csv").write_text("\n".join(["network,content_type,spend", *rows]) + "\n")
    question = [str(folder / "october.csv"), "--budget", repr(budget), "--current", str(folder / "today.csv")]
    question += ["--leave", f"{LEFT}={REASON}", "--changes", str(folder / "changes.csv")]
    assert cli.main(["rebalance", *question]) == 0
    return (folder / "changes.csv").read_bytes()


def test_a_monday_and_the_monday_after(open_page: OpenPage, weeks: tuple[bytes, bytes], tmp_path: Path) -> None:
    page = open_page("data")
    take_history(page, "october.csv", weeks[0])
    go(page, "This week")
    planned(page)
    today = set_today(page, weeks[0])
    expect(page.get_by_text("the budgets you gave come to").first).to_be_visible()
    card = page.locator("[class*=st-key-co_week_card_]").filter(has=page.get_by_role("heading", name="Facebook image"))
    card.get_by_text("Leave as today").click()
    typed(card.get_by_role("textbox", name=re.compile("^Why")), REASON)
    settled(page)
    budget = float(page.get_by_role("spinbutton", name=re.compile("Budget of the week")).input_value())
    screen = pressed(page, "Change list")
    assert screen == changes_of_the_command_line(tmp_path, weeks[0], budget, today)
    assert "facebook,image" not in screen.decode()
    typed(page.get_by_role("textbox", name="Your name"), "Bình")
    settled(page)
    page.get_by_role("button", name="Accept these budgets").click()
    expect(page.get_by_text(re.compile("Accepted by Bình on")).first).to_be_visible()
    again = open_page(page.url)  # the link opens what was accepted
    planned(again)
    expect(again.get_by_text(re.compile("Accepted by Bình on")).first).to_be_visible()
    the_week_after(open_page("data"), weeks[1])


def the_week_after(page: Page, history: bytes) -> None:
    """The next Monday, in a fresh browser: what was left is not asked again, and the page says why."""
    take_history(page, "november.csv", history)
    go(page, "This week")
    planned(page)
    expect(page.get_by_text(re.compile("You accepted budgets for the week of 26.Oct.2026"))).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Facebook image").first
    expect(row).to_contain_text(re.compile(f"you left it on 26.Oct.2026: “{REASON}”"))
    expect(page.get_by_role("heading", name="Facebook image")).to_have_count(0)
    sound(page)


def test_the_month_lands_on_its_budget(
    open_page: OpenPage, own_address: str, sample_history: Path, tmp_path: Path
) -> None:
    page = open_page(f"{own_address}/pacing")  # plans that were accepted would be the budgets of places
    settled(page)
    typed(page.get_by_role("spinbutton", name=re.compile("^Budget of ")), "108000")
    expect(page.locator(".co-headline")).to_contain_text("108,000")
    expect(page.get_by_text("Odds that it pays")).to_have_count(0)
    page.get_by_text("Re-solve: split what is left anew").click()
    expect(page.get_by_role("cell", name=re.compile("Odds that it pays")).first).to_be_visible()
    settled(page)
    question = [str(sample_history), "--budget", "108000", "--resolve", "--out", str(tmp_path / "pace.csv")]
    assert cli.main(["pace", *question]) == 0
    assert pressed(page, "Daily budgets as CSV") == (tmp_path / "pace.csv").read_bytes()
    page.reload()  # budget and switch are in the link
    settled(page)
    expect(page.get_by_role("cell", name=re.compile("Odds that it pays")).first).to_be_visible()
    expect(page.get_by_role("spinbutton", name=re.compile("^Budget of "))).to_have_value("108000")
    sound(page)


# What goes in -------------------------------------------------------------------------------------------------------


def take_exports(page: Page, *names: str) -> None:
    """Hand export files to the tab Exports."""
    page.get_by_role("tab", name="Exports").click()
    expect(page.get_by_role("heading", name="Import exports")).to_be_visible()
    settled(page)
    files = [
        {"name": Path(name).name, "mimeType": "text/csv", "buffer": (EXPORTS / name).read_bytes()} for name in names
    ]
    page.locator('[class*=st-key-exports_upload] input[type="file"]').set_input_files(files)
    expect(page.get_by_role("heading", name="Keep it")).to_be_visible()
    settled(page)


def test_exports_of_two_networks_become_one_history_and_a_plan(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("data")
    settled(page)
    take_exports(page, "meta/en_by_platform.csv")
    typed(page.get_by_role("textbox", name="Name of the history"), "both.csv")
    page.get_by_role("button", name="Keep as a new history").click()
    expect(page.get_by_role("combobox", name="History")).to_have_value("both.csv")
    settled(page)
    take_exports(page, "tiktok/en_by_day.csv")
    expect(page.get_by_role("combobox", name="Put them into")).to_have_value("both.csv")
    written = pressed(page, "Download the history")
    page.get_by_role("button", name="Put it into both.csv").click()
    expect(page.get_by_role("heading", name="Keep it")).to_have_count(0)
    settled(page)
    (tmp_path / "both.csv").write_bytes(written)
    history = load_history(tmp_path / "both.csv")
    assert {row["network"] for row in csv.DictReader(io.StringIO(written.decode()))} >= {
        "facebook",
        "instagram",
        "tiktok",
    }
    go(page, "Plan")
    planned(page)
    budget = float(page.get_by_role("spinbutton", name="Budget for all weeks").input_value())
    assert pressed(page, "Plan as CSV").decode() == plan_csv(make_plan(history, PlanRequest(budget=budget, weeks=4)))
    sound(page)


def test_a_list_of_posts_is_ranked_and_says_which_deserve_no_money(
    open_page: OpenPage, sample_history: Path, tmp_path: Path
) -> None:
    page = open_page("sponsor")
    settled(page)
    posts = sample_history.parent / "sample_posts.csv"
    page.get_by_text("Add a list").click()
    page.locator('input[type="file"]').set_input_files(
        {"name": "autumn_posts.csv", "mimeType": "text/csv", "buffer": posts.read_bytes()}
    )
    expect(page.get_by_text("autumn_posts.csv").first).to_be_visible()
    page.get_by_role("button", name="Read and keep").click()
    expect(page.get_by_text("autumn_posts.csv is on file.")).to_be_visible()
    settled(page)
    expect(page.locator(HEADLINE)).to_contain_text(re.compile(r"Sponsor \d+ posts? of \d+"))
    question = [str(posts), "--history", str(sample_history), "--out", str(tmp_path / "ranking.csv")]
    assert cli.main(["sponsor", *question]) == 0
    ranking = (tmp_path / "ranking.csv").read_bytes()
    assert pressed(page, "Ranking (CSV)") == ranking
    verdicts = {row["post"]: row["verdict"] for row in csv.DictReader(io.StringIO(ranking.decode()))}
    for title, verdict in (("Sponsor", "sponsor"), ("No money for these", "do not")):
        shown = page.get_by_role("table").and_(page.get_by_role("region", name=title, exact=True).get_by_role("table"))
        names = shown.locator("tbody tr td:first-child b").all_inner_texts()
        assert names
        assert {verdicts[name] for name in names} == {verdict}
    sound(page)


# Finance ------------------------------------------------------------------------------------------------------------


def give_margin(page: Page, percent: str) -> None:
    """Give what the page Finance asks for first."""
    settled(page)
    typed(page.get_by_role("spinbutton", name=re.compile("^Margin")).first, percent)
    page.get_by_role("button", name="Show the statement").click()
    expect(page.get_by_role("heading", name="Statement")).to_be_visible()
    settled(page)


def approve(page: Page, name: str, author: str) -> None:
    """Approve what the page Finance shows."""
    typed(page.get_by_role("textbox", name="Name", exact=True), name)
    settled(page)
    typed(page.get_by_role("textbox", name="Your name").first, author)
    settled(page)
    page.get_by_role("button", name="Approve this plan").click()
    expect(page.get_by_text(re.compile(f"Approved: {author}"))).to_be_visible()
    settled(page)


def test_finance_approves_a_plan_and_a_better_one_supersedes_it(open_page: OpenPage) -> None:
    page = open_page("finance")
    give_margin(page, "43")
    expect(page.locator(HEADLINE)).to_contain_text("after all costs")
    statement = page.get_by_role("row").filter(has_text="Marketing contribution").first
    expect(statement).to_contain_text(re.compile(r"\d\.\d\d"))
    sound(page)
    approve(page, "November", "Mai")
    go(page, "Track record")
    expect(page.get_by_text("November", exact=True)).to_be_visible()
    go(page, "Plan")
    planned(page)
    typed(page.get_by_role("spinbutton", name="Budget for all weeks"), "90000")
    settled(page)
    go(page, "Finance")
    expect(page.get_by_text(re.compile("It supersedes November, approved for the same weeks: Mai"))).to_be_visible()
    approve(page, "November, less", "Jonas")
    go(page, "Track record")
    expect(page.get_by_text(re.compile("superseded by November, less")).first).to_be_visible()
    sound(page)


# On a phone ---------------------------------------------------------------------------------------------------------


def comes_to_fit(page: Page) -> bool:
    """Whether nothing sticks out once charts have taken the width of the page, for which they are drawn twice."""
    for _ in range(20):
        if fits_the_width(page):
            return True
        page.wait_for_timeout(100)
    return False


def record_that_came(page: Page, history: Path) -> tuple[str, str]:
    """A plan of four weeks that have passed since; the links of its Finance and of its Track record."""
    take_history(page, "september.csv", until(history, "2026-10-05"))
    go(page, "Finance")
    give_margin(page, "40")
    approve(page, "October", "Lan")
    finance = page.url
    go(page, "Data and settings")
    take_history(page, "since.csv", until(history, "2027-01-01"))
    go(page, "Track record")
    expect(page.get_by_role("heading", name="How good the forecasts were")).to_be_visible()
    settled(page)
    return finance, page.url


def test_a_phone_shows_the_pages_of_the_month_without_sideways_scrolling(
    open_page: OpenPage, address: str, sample_history: Path
) -> None:
    finance, track = record_that_came(open_page("data"), sample_history)
    for scheme in ("light", "dark"):
        page = open_page("pacing", width=390, height=844, scheme=scheme)
        for link in (page.url, f"{address}/sponsor", finance, track):
            page.goto(link)
            settled(page)
            expect(page.locator(HEADLINE)).to_be_visible()
            assert comes_to_fit(page), link
            sound(page)
