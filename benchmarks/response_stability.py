"""How much a plan changes when little has changed, and whether money goes where nothing answers.

Run ``python benchmarks/response_stability.py`` (about two minutes). Three questions to simulated worlds:

1. Two more weeks of the same world, same budget and bounds: which share of the budget changes its place? Bar: at most
   5 % in the median world.
2. 5 % multiplicative noise on the history's outcomes: how far does the plan's value move, as the plan states it and on
   the true curves? Bar: less than 2 %.
3. One cell's spend is shuffled in time and its conversions are set to its organic level: does it get money above its
   minimum? Bar: none in 9 of 10 worlds.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from optimizer.allocation import Allocation, Problem, solve
from optimizer.allocation.problem import Bounds
from optimizer.history.panel import Floats, Panel
from optimizer.response import ResponseModel
from tests.rivals import bounds_of
from tests.worlds import Truth, simulate

HORIZON = 4
NOISE = 0.05
ABOVE = 1e-3  # of the budget; less than that above the minimum is rounding


def split_of(panel: Panel, today: Floats, bounds: Bounds) -> Allocation:
    """The best split of today's budget, as planned from a panel."""
    fitted = ResponseModel().fit(panel).with_today(today)
    curves = fitted.curves(bounds.upper, HORIZON, "revenue")
    found = solve(Problem(curves, float(today.sum()), bounds, today))
    return found if fitted.responsive else replace(found, spend=today)


def moved_by_two_weeks(truth: Truth) -> float:
    """Share of the budget that changes its place."""
    earlier = truth.until(truth.weeks - 2)
    today, bounds = earlier.today, bounds_of(earlier)
    one, other = (split_of(panel, today, bounds).spend for panel in (earlier.panel(), truth.panel()))
    return 0.5 * float(np.abs(other - one).sum() / today.sum())


def value_changes(truth: Truth, seed: int) -> tuple[float, float]:
    """Relative change of the plan's value under noise: as stated by the certificate, and on the true curves."""
    rng = np.random.default_rng([seed, 41])
    noise = np.exp(NOISE * rng.standard_normal(truth.spend.shape) - 0.5 * NOISE**2)
    noisy = replace(truth, conversions=truth.conversions * noise, revenue=truth.revenue * noise)
    today, bounds = truth.today, bounds_of(truth)
    one, other = (split_of(world.panel(), today, bounds) for world in (truth, noisy))
    stated = other.certificate.value / one.certificate.value - 1.0
    return stated, truth.worth(other.spend, HORIZON) / truth.worth(one.spend, HORIZON) - 1.0


def placebo(truth: Truth, seed: int) -> tuple[float, float]:
    """What a cell without any effect gets above its minimum, and what it spent until now; shares of the budget."""
    rng = np.random.default_rng([seed, 42])
    cell = int(rng.integers(len(truth.cells)))
    spend, conversions, revenue = truth.spend.copy(), truth.conversions.copy(), truth.revenue.copy()
    spend[cell] = rng.permutation(spend[cell])
    mean = truth.demand[: truth.weeks] * truth.organic[cell]
    shape = 1.0 / truth.dispersion[cell]
    conversions[cell] = rng.poisson(rng.gamma(shape, mean / shape))
    revenue[cell] = conversions[cell] * truth.value[cell] * np.exp(rng.normal(0, 0.08, truth.weeks))
    world = replace(truth, spend=spend, conversions=conversions, revenue=revenue)
    bounds, budget = bounds_of(world), float(world.today.sum())
    planned = split_of(world.panel(), world.today, bounds).spend
    return float(planned[cell] - bounds.lower[cell]) / budget, float(world.today[cell]) / budget


def main() -> None:
    """Print the three answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20)
    worlds = parser.parse_args().worlds
    truths = {seed: simulate(seed) for seed in range(1, worlds + 1)}
    print(f"{'question':<46}{'median':>9}{'90th':>9}{'largest':>9}  bar")

    def row(question: str, shares: Floats, bar: str) -> None:
        figures = (np.median(shares), np.quantile(shares, 0.9), shares.max())
        print(f"{question:<46}" + "".join(f"{100 * one:>7.2f} %" for one in figures) + f"  {bar}", flush=True)

    moved = np.array([moved_by_two_weeks(truth) for truth in truths.values()])
    row("two more weeks: budget that moves", moved, "median 5 %")
    stated, true = np.abs([value_changes(truth, seed) for seed, truth in truths.items()]).T
    row("5 % noise: value as stated", stated, "2 %")
    row("5 % noise: value on the true curves", true, "2 %")
    given, before = np.array([placebo(truth, seed) for seed, truth in truths.items()]).T
    row("placebo: money above its minimum", given, f"none in 9 of 10; today {100 * before.mean():.1f} % on average")
    print(f"placebo got nothing above its minimum in {int((given <= ABOVE).sum())} of {worlds} worlds")


if __name__ == "__main__":
    main()
