"""Take README's pictures of the screen on the sample, in Debian's Chromium.

python tools/screenshot.py        writes docs/screens/*.png
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from optimizer.ui.launch import command

ROOT = Path(__file__).resolve().parents[1]
SCREENS = ROOT / "docs" / "screens"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHART = "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"
DECISION = ".co-headline h2"
PATIENCE = 60.0  # seconds for the server to answer, and for the plan to stand on the page


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str) -> None:
    """Return once the server answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise SystemExit("the screen did not start")


def open_page(browser: Browser, address: str, last: str) -> Page:
    """A page of the screen, once its last part is drawn."""
    page = browser.new_page(viewport={"width": 1280, "height": 1060}, locale="en-GB")
    page.goto(address)
    page.locator(last).first.wait_for(timeout=PATIENCE * 1000)
    page.wait_for_timeout(2000)  # charts draw after their frame stands
    return page


def with_scenarios(page: Page) -> None:
    """Add what a person in a meeting would try first."""
    for name in ("Budget +10", "Media prices +10", "TikTok off"):
        page.get_by_role("button", name="Add a scenario").click()
        page.get_by_role("menuitem", name=re.compile(re.escape(name))).click()
        page.wait_for_timeout(2500)
    page.get_by_role("button", name="Done").click()
    page.wait_for_timeout(2500)


def with_margin(page: Page) -> None:
    """Give the margin, and wait for the statement that it makes."""
    page.get_by_role("spinbutton", name=re.compile("^Margin")).first.fill("43")
    page.get_by_role("button", name="Show the statement").click()
    page.locator(DECISION).wait_for(timeout=PATIENCE * 1000)
    page.wait_for_timeout(2000)


def main() -> int:
    """Start the screen with no work kept, and take the pictures."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="screens-") as folder:
        environment = os.environ | {"OPTIMIZER_STORE": str(Path(folder) / "store.sqlite")}
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(command(port, headless=True), cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/_stcore/health")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                SCREENS.mkdir(parents=True, exist_ok=True)
                open_page(browser, address, DECISION).screenshot(path=SCREENS / "this-week.png")
                scenarios = open_page(browser, f"{address}/what_if", CHART)
                with_scenarios(scenarios)
                scenarios.screenshot(path=SCREENS / "what-if.png")
                open_page(browser, f"{address}/curves", CHART).screenshot(path=SCREENS / "curves.png")
                open_page(browser, f"{address}/pacing", CHART).screenshot(path=SCREENS / "pacing.png")
                finance = open_page(browser, f"{address}/finance", "[class*=st-key-finance_empty]")
                with_margin(finance)
                finance.screenshot(path=SCREENS / "finance.png")
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=10)
    print(f"Written: {', '.join(str(path.relative_to(ROOT)) for path in sorted(SCREENS.glob('*.png')))}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
