"""How long the pages take on the server: complete on the sample, and planned anew after the budget has changed.

Run ``python benchmarks/screen_speed.py`` (about a minute). "Opened first" reads, fits and plans with nothing kept,
in a program that is running; "opened again" is the same page for the next visit. "Budget changed" is the whole rerun of
the page after another budget was typed, planning included, with 35 cells and 156 weeks; each budget is a new one, so no
plan is taken from what is kept. Times are those of the page run without a browser (`AppTest`), whose own reading of the
result is part of them: they are no shorter than a server's. "Processor" is what the program itself used of them, which
other work on the machine does not lengthen much.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PAGE_BAR, CHANGE_BAR = 1.5, 0.3  # seconds
CELLS, WEEKS = 35, 156
RUNS, CHANGES = 3, 20
PAGES = ("this_week", "plan", "what_if", "curves", "performance", "data")


class Took(NamedTuple):
    """Seconds by the clock, and of the processor."""

    clock: float
    processor: float


def took(action: Callable[[], object]) -> Took:
    """What an action takes."""
    began, used = time.perf_counter(), time.process_time()
    action()
    return Took(time.perf_counter() - began, time.process_time() - used)


def write_history(path: Path) -> None:
    """A simulated advertiser of 35 cells and 156 weeks as a file."""
    from optimizer.history.panel import Cell
    from tests import worlds

    # The twelve places of the test worlds do not go round.
    worlds.PLACES = [Cell(f"network{n}", f"type{k}") for n in range(5) for k in range(7)]
    truth = worlds.simulate(1, worlds.WorldSpec(cells=CELLS, weeks=WEEKS))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "network", "content_type", "spend", "conversions", "revenue", "currency"])
        for week, monday in enumerate(truth.panel().weeks):
            for c, cell in enumerate(truth.cells):
                outcome = int(truth.conversions[c, week]), f"{truth.revenue[c, week]:.2f}"
                writer.writerow(
                    [monday, cell.network, cell.content_type, f"{truth.spend[c, week]:.2f}", *outcome, "EUR"]
                )


def page_times() -> dict[str, tuple[Took, Took]]:
    """What it takes until each page is complete on the sample: with nothing kept, and once more; best of three."""
    from tests.ui.driver import fresh_server, open_app

    found = {}
    for page in PAGES:
        open_app(page)  # modules are loaded
        first, again = [], []
        for _ in range(RUNS):
            fresh_server()
            first.append(took(lambda: open_app(page)))  # noqa: B023 - called at once
            again.append(took(lambda: open_app(page)))  # noqa: B023
        found[page] = min(first), min(again)
    return found


def change_times(path: Path) -> list[Took]:
    """What each rerun takes after another budget."""
    from optimizer.ui import service
    from optimizer.ui.state import View
    from tests.ui.driver import open_app

    history = service.store().add_history(path.name, path.read_bytes(), author="").id
    app = open_app("plan", link=service.store().keep_state(View(history=history).to_json()))
    if app.error or app.exception:
        raise SystemExit(f"the page could not be drawn: {[one.value for one in (*app.error, *app.exception)]}")
    budget, found = float(app.number_input(key="plan_budget").value), []
    for k in range(CHANGES):
        app.number_input(key="plan_budget").set_value(round(budget * (0.8 + 0.02 * (k + 1) + 0.001)))
        found.append(took(app.run))
        if not app.metric:
            raise SystemExit("a change of the budget left no plan on the page")
    return found


def main() -> None:
    """Measure and print; exit code 1 where a bar is missed and `--strict` is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strict", action="store_true", help="fail where a bar is missed")
    strict = parser.parse_args().strict
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OPTIMIZER_STORE"] = str(Path(folder, "store.sqlite"))
        pages = page_times()
        path = Path(folder, "history.csv")
        write_history(path)
        changes = change_times(path)
        _close_store()
    rows = [
        (f"{page} on the sample, opened {when}", value, PAGE_BAR)
        for page, times in pages.items()
        for when, value in zip(("first (read, fit, plan)", "again"), times, strict=True)
    ]
    median = Took(*(statistics.median(column) for column in zip(*changes, strict=True)))
    rows += [
        (f"budget changed, {CELLS} cells, {WEEKS} weeks, median of {CHANGES}", median, CHANGE_BAR),
        ("budget changed, longest", max(changes), CHANGE_BAR),
    ]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'page':<58}{'seconds':>9}{'processor':>11}{'bar':>6}")
    for name, value, bar in rows:
        missed = "" if value.clock <= bar else "  missed"
        print(f"{name:<58}{value.clock:>9.3f}{value.processor:>11.3f}{bar:>6.1f}{missed}")
    if strict and any(value.clock > bar for _, value, bar in rows):
        raise SystemExit(1)


def _close_store() -> None:
    from optimizer.ui import service
    from tests.ui.driver import fresh_server

    service.store().close()
    fresh_server()


if __name__ == "__main__":
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    main()
