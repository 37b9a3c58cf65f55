"""How long a plan takes after a slider moves: one studio of 35 cells and 156 weeks, asked again and again.

Run ``python benchmarks/slider_speed.py`` (a quarter of a minute). The history is read and fitted once, as a screen
does. Then come twenty moves of each kind (budget, weeks, a limit, a lock, largest share, largest step, a price, all of
these in turn, and careful plans), each a question that was not asked before, through `optimizer.planning.studio.answer`
with the proof of its split. Beside them stands a whole `make_plan` from the same history. The bar is on the server's
time for a move, with what a page makes of the plan on top.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - with one thread of linear algebra, as the program runs

from optimizer.history import build_panel, load_history  # noqa: E402
from optimizer.history.history import History  # noqa: E402
from optimizer.history.panel import Cell, Panel  # noqa: E402
from optimizer.planning import PlanRequest, make_plan  # noqa: E402
from optimizer.planning.asked import Asked  # noqa: E402
from optimizer.planning.change import NO_CHANGE, Change  # noqa: E402
from optimizer.planning.studio import Studio, answer, open_studio  # noqa: E402
from tests import worlds  # noqa: E402

CELLS, WEEKS = 35, 156
MOVES = 20
BAR = 0.3  # seconds

Move = tuple[PlanRequest, Change]


def made_history() -> History:
    """A simulated history of that size, as from a file."""
    worlds.PLACES = [Cell(f"network{n}", f"type{k}") for n in range(5) for k in range(7)]
    truth = worlds.simulate(1, worlds.WorldSpec(cells=CELLS, weeks=WEEKS))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["date", "network", "content_type", "spend", "conversions", "revenue", "currency"])
    for week, monday in enumerate(truth.panel().weeks):
        for c, cell in enumerate(truth.panel().cells):
            counted = int(truth.conversions[c, week])
            amounts = f"{truth.spend[c, week]:.2f}", counted, f"{truth.revenue[c, week]:.2f}"
            writer.writerow([monday, cell.network, cell.content_type, *amounts, "EUR"])
    return load_history(text.getvalue().encode(), name="history.csv")


def moves(panel: Panel, weekly: float) -> dict[str, list[Move]]:
    """Twenty questions of each kind; none comes twice."""
    rng = np.random.default_rng(0)
    labels = [cell.label for cell in panel.cells]
    usual = panel.recent_spend
    many = range(MOVES)

    def asked(budget: float = 4.0 * weekly, weeks: int = 4, **more: object) -> PlanRequest:
        return Asked(round(budget, 2), weeks, **more).request(panel)  # type: ignore[arg-type]

    cell, share = rng.integers(0, len(labels), MOVES), rng.uniform(0.2, 2.0, MOVES)
    kinds: dict[str, list[Move]] = {
        "budget": [(asked(4.0 * weekly * f), NO_CHANGE) for f in np.linspace(0.4, 1.8, MOVES)],
        "weeks": [(asked(weekly * (k + 1), k + 1), NO_CHANGE) for k in many],
        "a limit": [
            (asked(limits={labels[c]: (None, float(s * usual[c]))}), NO_CHANGE)
            for c, s in zip(cell, share, strict=True)
        ],
        "a lock": [
            (asked(locks={labels[c]: float(s * usual[c])}), NO_CHANGE) for c, s in zip(cell, share, strict=True)
        ],
        "largest share": [(asked(largest_share=float(s)), NO_CHANGE) for s in np.linspace(0.05, 0.4, MOVES)],
        "largest step": [(asked(largest_step=float(s)), NO_CHANGE) for s in np.linspace(0.05, 1.0, MOVES)],
        "a price": [(asked(), Change(price={"network1": float(p)})) for p in np.linspace(-0.3, 0.3, MOVES)],
    }
    kinds["all in turn"] = [
        (
            asked(
                4.0 * weekly * float(f),
                2 + k % 6,
                largest_share=0.15 + 0.01 * k,
                largest_step=0.3 + 0.02 * k,
                locks={labels[cell[k]]: float(usual[cell[k]])},
            ),
            Change(price={"": 0.01 * k}),
        )
        for k, f in enumerate(rng.uniform(0.6, 1.2, MOVES))
    ]
    kinds["careful"] = [(asked(4.0 * weekly * f, risk="careful"), NO_CHANGE) for f in np.linspace(0.5, 1.5, 5)]
    return kinds


def timed(studio: Studio, questions: Iterable[Move]) -> tuple[list[float], float]:
    """Seconds of each answer, and the largest gap left open."""
    seconds, gap = [], 0.0
    for request, change in questions:
        began = time.perf_counter()
        plan = answer(studio, request, change)
        seconds.append(time.perf_counter() - began)
        gap = max(gap, plan.allocation.certificate.gap)
    return seconds, gap


def main() -> None:
    """Print the table."""
    history = made_history()
    panel = build_panel(history)
    weekly = float(panel.recent_spend.sum())
    request = PlanRequest(budget=4.0 * weekly, weeks=4)
    make_plan(history, PlanRequest(budget=4.0 * weekly, weeks=4, draws=20))  # what is imported late is loaded now
    print(f"{CELLS} cells x {WEEKS} weeks, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; bar {BAR} s a move")
    began = time.perf_counter()
    make_plan(history, request)
    print(f"{'make_plan, whole':<18}{time.perf_counter() - began:>9.3f} s")
    began = time.perf_counter()
    studio = open_studio(history, request)
    print(f"{'read and fit, once':<18}{time.perf_counter() - began:>9.3f} s")
    print(f"\n{'after a move of':<18}{'median':>11}{'longest':>11}{'largest gap':>14}")
    for name, questions in moves(panel, weekly).items():
        seconds, gap = timed(studio, questions)
        late = "" if max(seconds) <= BAR or name == "careful" else "  over the bar"
        print(f"{name:<18}{np.median(seconds):>9.3f} s{max(seconds):>9.3f} s{gap:>14.1e}{late}", flush=True)


if __name__ == "__main__":
    main()
