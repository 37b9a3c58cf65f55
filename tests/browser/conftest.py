"""A server of the screen and a real browser, shared by the journeys."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from optimizer.ui.launch import command

pytest.importorskip("playwright", reason="Playwright drives the browser")
from playwright.sync_api import Browser, Page, expect, sync_playwright

WAIT = 30_000  # milliseconds until something that is being computed must be on screen
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

OpenPage = Callable[..., Page]
expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server started as `optimizer app` starts it."""
    with _served(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def own_address(tmp_path: Path) -> Iterator[str]:
    """Address of a server of a test's own, where nobody has kept or accepted anything."""
    folder = tmp_path / "own"
    folder.mkdir()
    with _served(folder) as found:
        yield found


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log.txt").open("w") as log:
        kept = os.environ | {"OPTIMIZER_STORE": str(folder / "kept" / "store.sqlite")}
        server = subprocess.Popen(command(port, headless=True), cwd=folder, env=kept, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, folder / "log.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the browser that Playwright brings."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Open a page of the screen in a fresh browser; `open_page("plan", width=390, scheme="dark")`."""
    contexts = []

    def start(path: str = "", width: int = 1280, height: int = 900, scheme: Any = "light", **more: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            accept_downloads=True,
            **{"locale": "en-GB", **more},
        )
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.goto(path if path.startswith("http") else f"{address}/{path}")
        return page

    yield start
    for context in contexts:
        context.close()


def _wait_for(health: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; fail with its log when it ends or takes too long."""
    for _ in range(150):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(health, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The server did not start:\n{log.read_text()}")
