"""How long the page What-if waits: four scenarios compared, other budgets, the next money, what matters most.

Run ``python benchmarks/scenario_speed.py`` (a minute). On a made-up history of 35 cells x 156 weeks, fitted once, and
on the sample; every row is the median of five runs, each of a budget that was not asked for before, so that nothing
that was worked out for one run helps the next but the fit itself.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402 - with one thread of linear algebra, as the program runs

from benchmarks.slider_speed import made_history  # noqa: E402
from optimizer.history import build_panel, load_history  # noqa: E402
from optimizer.history.history import History  # noqa: E402
from optimizer.history.panel import Cell  # noqa: E402
from optimizer.history.sample import HISTORY_FILE, write_sample  # noqa: E402
from optimizer.planning.asked import Asked  # noqa: E402
from optimizer.planning.change import Change  # noqa: E402
from optimizer.planning.compare import Scenario, compare  # noqa: E402
from optimizer.planning.levers import frontier_view, next_money, target_question, tornado  # noqa: E402
from optimizer.planning.request import PlanRequest  # noqa: E402
from optimizer.planning.studio import Basis, Studio, basis_of, open_studio  # noqa: E402

RUNS = 5
Ask = Callable[[Asked], object]


def four(asked: Asked, network: str) -> tuple[Scenario, ...]:
    """The plan as it stands, and three that differ in all that a scenario can."""
    return (
        Scenario("As planned", asked),
        Scenario("Prices up", asked, Change(price={"": 0.1, network: -0.05})),
        Scenario("One network off", asked, Change(off=(network,))),
        Scenario("Promotion", replace(asked, budget=1.1 * asked.budget), Change(rate={"": 0.05}, promotion={2: 0.3})),
    )


def measure(history: History) -> dict[str, float]:
    """Median seconds of each question."""
    studios: dict[Basis, Studio] = {}

    def studio_for(request: PlanRequest, added: Sequence[Cell]) -> Studio:
        basis = basis_of(history, request, added)
        if basis not in studios:
            studios[basis] = open_studio(history, request, None, added)
        return studios[basis]

    panel = build_panel(history)
    network = panel.cells[int(np.argmax(panel.recent_spend))].network
    usual = Asked(budget=4 * float(panel.recent_spend.sum()), weeks=4)
    wanted = float(compare(studio_for, history, [Scenario("As planned", usual)]).rows[0].total.mean)

    def fitted(asked: Asked) -> tuple[Studio, PlanRequest]:
        request = asked.request(panel)
        return studio_for(request, ()), request

    asks: dict[str, Ask] = {
        "compare, 4 scenarios": lambda asked: compare(studio_for, history, four(asked, network)),
        "other budgets": lambda asked: frontier_view(*fitted(asked)),
        "the next money": lambda asked: next_money(*fitted(asked)),
        "what matters most": lambda asked: tornado(*fitted(asked)),
        "reach a target": lambda asked: target_question(*fitted(asked), 0.95 * wanted),
    }
    return {name: _median(ask, usual) for name, ask in asks.items()}


def _median(ask: Ask, usual: Asked) -> float:
    ask(usual)
    seconds = []
    for run in range(RUNS):
        asked = replace(usual, budget=usual.budget * (1.01 + 0.01 * run))
        began = time.perf_counter()
        ask(asked)
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sample(folder)
        sample = measure(load_history(folder / HISTORY_FILE))
    large = measure(made_history())
    print(f"{'seconds, median of ' + str(RUNS):<26}{'sample':>10}{'35 cells':>10}")
    for question, seconds in sample.items():
        print(f"{question:<26}{seconds:>10.2f}{large[question]:>10.2f}", flush=True)


if __name__ == "__main__":
    main()
