"""How much of the possible gain a plan captures, in simulated worlds whose true curves are known.

Run ``python benchmarks/decision_quality.py`` (under two minutes; ``--worlds N`` for more or fewer). Every method splits
today's budget within 0.2 to 3 times today's spend per cell for four weeks; what its split is worth is read off the true
curves. The best split comes from dynamic programming on those. "captured" is the gain over today's split as a share of
the best split's, pooled over worlds and as the mean of the worlds; "harmed" counts worlds that end more than 1 % below
today's split; "regret" is how far below the best split a world ends, in percent of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from optimizer.allocation import Problem, solve
from optimizer.history.panel import Floats
from optimizer.response import ResponseModel
from tests.rivals import best_split, bounds_of, by_loglog, by_roas, today
from tests.worlds import SHAPES, Truth, WorldSpec, simulate

HORIZON = 4
HARM = 0.01
KINDS = {
    "all shapes": WorldSpec(),
    **{f"{shape} alone": WorldSpec(shapes=(shape,)) for shape in SHAPES},
    "one year": WorldSpec(weeks=52),
    "spend follows demand": WorldSpec(follow=2.0),
}


def by_model(truth: Truth) -> Floats:
    """Fit, ask for the curves, solve."""
    bounds = bounds_of(truth)
    fitted = ResponseModel().fit(truth.panel())
    if not fitted.responsive:
        return truth.today
    curves = fitted.curves(bounds.upper, HORIZON, "revenue")
    return solve(Problem(curves, float(truth.today.sum()), bounds, truth.today)).spend


METHODS = {"today's split": today, "by ROAS": by_roas, "log-log + SLSQP": by_loglog, "optimizer": by_model}


def main() -> None:
    """Print one table per kind of world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10, help="worlds per kind")
    worlds = parser.parse_args().worlds
    print(f"{'worlds':<22}{'method':<17}{'captured':>9}{'mean':>7}{'harmed':>9}{'worst regret':>14}{'seconds':>9}")
    for kind, spec in KINDS.items():
        gains: dict[str, list[tuple[float, float, float]]] = {name: [] for name in METHODS}
        seconds = dict.fromkeys(METHODS, 0.0)
        for seed in range(1, worlds + 1):
            truth = simulate(seed, spec)
            before, best = truth.worth(truth.today, HORIZON), truth.worth(best_split(truth, HORIZON), HORIZON)
            for name, method in METHODS.items():
                began = time.perf_counter()
                split = method(truth)
                seconds[name] += time.perf_counter() - began
                worth = truth.worth(split, HORIZON)
                gains[name].append((worth / before - 1.0, best / before - 1.0, 1.0 - worth / best))
        for name, rows in gains.items():
            gain, possible, regret = np.array(rows).T
            harmed = f"{int((gain < -HARM).sum())} of {worlds}"
            print(
                f"{kind:<22}{name:<17}{gain.sum() / possible.sum():>9.3f}{np.mean(gain / possible):>7.3f}"
                f"{harmed:>9}{100 * regret.max():>12.1f} %{seconds[name] / worlds:>9.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
