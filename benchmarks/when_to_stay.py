"""Whether a plan does harm where the history can tell little, and whether its intervals still hold there.

Run ``python benchmarks/when_to_stay.py`` (two minutes). In the first two kinds of worlds spend hardly varied; in one of
them what variation there is follows demand. In the last the history holds eight weeks. The worth of the plan and of
today's split is read off the true curves; "lost" counts plans worth over 1 % less than today's split. The 90 % interval
of the plan's total conversions is held against 1,000 futures of the true world: "held" is the share of those inside,
the mean over worlds, "under 75 %" counts worlds where it is small, and "today held" is the same for today's split.
Bar: lost in at most 1 of 10, held about 90 %.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from optimizer.allocation import Problem, solve
from optimizer.history.panel import Floats
from optimizer.response import FittedResponse, ResponseModel
from tests.rivals import bounds_of
from tests.worlds import Truth, WorldSpec, simulate

HORIZON = 4
FUTURES = 1000
LOSS = 0.01
KINDS = {
    "hardly varied": WorldSpec(variation=0.03, follow=0.2),
    "hardly varied but with demand": WorldSpec(variation=0.03, follow=1.0),
    "eight weeks": WorldSpec(weeks=8),
}


class Outcome(NamedTuple):
    """What came of one world: gain over today's split, money moved, coverage, width of the interval; all shares."""

    gain: float
    moved: float
    held: float
    held_today: float
    width: float
    responsive: bool


def play(truth: Truth, seed: int) -> Outcome:
    """Plan on a world's history and hold the plan against its truth."""
    bounds, today = bounds_of(truth), truth.today
    fitted = ResponseModel().fit(truth.panel())
    split = today
    if fitted.responsive:
        curves = fitted.curves(bounds.upper, HORIZON, "revenue")
        split = solve(Problem(curves, float(today.sum()), bounds, today)).spend
    held, width = interval_holds(fitted, truth, split, seed)
    return Outcome(
        gain=truth.worth(split, HORIZON) / truth.worth(today, HORIZON) - 1.0,
        moved=0.5 * float(np.abs(split - today).sum() / today.sum()),
        held=held,
        held_today=interval_holds(fitted, truth, today, seed)[0],
        width=width,
        responsive=fitted.responsive,
    )


def interval_holds(fitted: FittedResponse, truth: Truth, split: Floats, seed: int) -> tuple[float, float]:
    """Share of futures inside the 90 % interval of total conversions, and the interval's width over the mean."""
    draws = fitted.forecast(np.repeat(split[:, None], HORIZON, axis=1))["conversions"]
    total = draws.observed.sum(axis=(1, 2))
    low, high = np.quantile(total, [0.05, 0.95])
    came = truth.futures(split, HORIZON, FUTURES, seed)
    return float(((came >= low) & (came <= high)).mean()), float((high - low) / total.mean())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20, help="worlds per kind")
    worlds = parser.parse_args().worlds
    head = ("lost", "worst", "median gain", "moved", "no response", "held", "under 75 %", "today held", "width")
    print(f"{'worlds':<31}" + "".join(f"{name:>13}" for name in head))
    for kind, spec in KINDS.items():
        rows = [play(simulate(seed, spec), seed) for seed in range(1, worlds + 1)]
        gain, moved, held, held_today, width, responsive = np.array(rows).T
        cells = (
            f"{int((gain < -LOSS).sum())} of {worlds}",
            f"{100 * gain.min():+.1f} %",
            f"{100 * np.median(gain):+.1f} %",
            f"{100 * moved.mean():.0f} %",
            f"{int((responsive == 0).sum())} of {worlds}",
            f"{100 * held.mean():.0f} %",
            f"{int((held < 0.75).sum())} of {worlds}",
            f"{100 * held_today.mean():.0f} %",
            f"{100 * width.mean():.0f} %",
        )
        print(f"{kind:<31}" + "".join(f"{cell:>13}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
