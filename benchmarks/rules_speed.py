"""How long a proven split under rules takes (python benchmarks/rules_speed.py).

Processor seconds (the solver runs on one thread) and the gap reached, on random curves; "groups" are three limits of
money and share, "on/off" adds nothing-or-at-least for every cell, at most 60 % of the cells in use, a largest share and
a production cost. What rules cost is not asked for: that is one more solve per rule that binds.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from optimizer.allocation import Bounds, Problem, solve
from optimizer.allocation.rules import CountLimit, Diversification, FixedCost, GroupLimit, NothingOrAtLeast, Rule
from optimizer.history.panel import Cell
from optimizer.response.curves import Curves


def make(count: int, shape: str, seed: int, *, switches: bool) -> Problem:
    """A random problem of a shape: concave, s_shaped or mixed."""
    rng = np.random.default_rng(seed)
    most, top = 1_000 * rng.lognormal(0, 0.7, (count, 1)), 10 ** rng.uniform(-1, 1, (count, 1))
    power = np.where(rng.random((count, 1)) < 0.5, 1.0, rng.uniform(1.5, 5, (count, 1)))
    power = {"concave": np.ones_like(power), "s_shaped": rng.uniform(1.5, 5, (count, 1)), "mixed": power}[shape]
    half, x = most * rng.uniform(0.1, 0.8, (count, 1)), most * np.linspace(0, 1, 33)
    u = (x / half) ** power
    slope = top * power * (x / half) ** (power - 1) / half / (1 + u) ** 2
    curves = Curves.from_values([Cell("n", f"t{i:03d}") for i in range(count)], x, top * u / (1 + u), slope)
    budget, part, everyone = float(most.sum() * rng.uniform(0.15, 0.5)), count // 5, tuple(range(count))
    rules: tuple[Rule, ...] = (
        GroupLimit(everyone[:part], minimum=0.3 * budget),
        GroupLimit(everyone[part : 2 * part], maximum=0.1 * budget),
        GroupLimit(everyone[2 * part : 3 * part], minimum_share=0.1, maximum_share=0.25),
    )
    if switches:
        rules += (
            NothingOrAtLeast(everyone, 0.5 * budget / count),
            CountLimit(tuple((c,) for c in everyone), at_most=int(0.6 * count)),
            Diversification(everyone, 0.15),
            FixedCost(everyone[::7], 0.5),
        )
    bounds = Bounds(np.zeros(count), most[:, 0])
    today = most[:, 0] * rng.uniform(0, 1, count)
    tolerance = 1e-4 if count < 100 else 1e-3
    return Problem(curves, budget, bounds, today, tolerance, rules=rules, price_rules=False)


def main() -> None:
    """Print one line per kind of problem."""
    solve(make(20, "mixed", 0, switches=True))  # imports
    for count in (35, 200):
        for shape in ("concave", "s_shaped", "mixed"):
            for switches in (False, True):
                seconds, gaps = [], []
                for seed in range(5):
                    problem = make(count, shape, seed, switches=switches)
                    began = time.process_time()
                    gaps.append(solve(problem).certificate.gap)
                    seconds.append(time.process_time() - began)
                kind = "on/off" if switches else "groups"
                print(
                    f"{count:4d} cells {shape:9s} {kind}: median {statistics.median(seconds):5.2f} s, "
                    f"longest {max(seconds):5.2f} s, largest gap {max(gaps):.1e}"
                )


if __name__ == "__main__":
    main()
