"""How much of the possible gain a season of weekly rebalancing captures, and how calm it is once it has settled.

Run ``python benchmarks/season.py`` (ten minutes; ``--worlds N`` for more or fewer). In simulated worlds whose true
curves are known every week is planned with at most 30 % change per cell, played, and added to the history. "captured"
is the gain over standing still as a share of what the best constant split brings from the first week on, which no one
who keeps to 30 % can reach; "ceiling" is that share for moves straight to it as fast as allowed. "churn" is the mean
share of the budget that moves per week from the seventh on, and "idle" the share of those weeks in which nothing moves.
One line per odds from which on a move is made; 0 judges by the mean alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from optimizer.allocation.problem import Bounds
from optimizer.history import load_history
from optimizer.history.panel import Floats
from optimizer.planning.rebalance.rebalance import RebalanceRequest, rebalance
from optimizer.planning.rebalance.rebalance import choice as rebalance_choice
from tests.rivals import best_split, bounds_of
from tests.worlds import Truth, WorldSpec, carry, simulate

WEEKS, SETTLED, LARGEST = 12, 6, 0.3
KINDS = {"all shapes": WorldSpec(), "logistic alone": WorldSpec(shapes=("logistic",)), "one year": WorldSpec(weeks=52)}


@dataclass(frozen=True)
class Season:
    """What came of one season; all shares."""

    captured: float
    ceiling: float
    churn: float
    idle: float
    seconds: float


def value(truth: Truth, path: Floats) -> float:
    """Expected revenue of the weeks in which spend (C, W) is made."""
    weeks = truth.weeks
    carried = carry(np.concatenate([truth.spend, path], axis=1), truth.decay)[:, weeks:]
    season = truth.demand[weeks : weeks + path.shape[1]]
    return float(truth.value @ (season * (truth.organic[:, None] + truth.height(carried))).sum(axis=1))


def played(truth: Truth, spend: Floats, rng: np.random.Generator) -> Truth:
    """The world one week later."""
    longer = np.concatenate([truth.spend, spend[:, None]], axis=1)
    mean = truth.demand[truth.weeks] * (truth.organic + truth.height(carry(longer, truth.decay))[:, -1])
    shape = 1.0 / truth.dispersion
    sold = rng.poisson(rng.gamma(shape, mean / shape)).astype(float)
    worth = sold * truth.value * np.exp(rng.normal(0, 0.08, len(sold)))
    return replace(
        truth,
        spend=longer,
        conversions=np.concatenate([truth.conversions, sold[:, None]], axis=1),
        revenue=np.concatenate([truth.revenue, worth[:, None]], axis=1),
    )


def write(truth: Truth, path: Path) -> None:
    """The history as a file."""
    rows = ["date,network,content_type,spend,conversions,revenue,currency"]
    for week in range(truth.weeks):
        day = np.datetime64("2024-01-01", "D") + 7 * week
        rows += [
            f"{day},{cell.network},{cell.content_type},{truth.spend[c, week]:.2f},{truth.conversions[c, week]:.0f},"
            f"{truth.revenue[c, week]:.2f},EUR"
            for c, cell in enumerate(truth.cells)
        ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def play(truth: Truth, seed: int, explore: float) -> Season:
    """Plan and play week after week."""
    rng, bounds, now = np.random.default_rng([seed, 17]), bounds_of(truth), truth.today
    budget, live, chosen, seconds = float(np.round(now.sum(), 2)), truth, [now], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(WEEKS):
            file = Path(folder) / "history.csv"
            write(live, file)
            history = load_history(file)
            asked = RebalanceRequest(budget, chosen[-1], LARGEST, explore, Bounds(bounds.lower, bounds.upper))
            began = time.perf_counter()
            chosen.append(rebalance(history, asked).plan.spend[:, 0])
            seconds += time.perf_counter() - began
            live = played(live, chosen[-1], rng)
    best, straight = best_split(truth, WEEKS), [now]
    for _ in range(WEEKS):
        straight.append(_towards(straight[-1], best))
    still = value(truth, np.repeat(now[:, None], WEEKS, axis=1))
    top = value(truth, np.repeat(best[:, None], WEEKS, axis=1)) - still
    moved = 0.5 * np.abs(np.diff(np.stack(chosen), axis=0)).sum(axis=1)[SETTLED:] / budget
    return Season(
        (value(truth, np.stack(chosen[1:], axis=1)) - still) / top,
        (value(truth, np.stack(straight[1:], axis=1)) - still) / top,
        float(moved.mean()),
        float((moved < 1e-6).mean()),
        seconds / WEEKS,
    )


def _towards(now: Floats, best: Floats) -> Floats:
    """As far towards a split as 30 % allow, the shorter of the two sides deciding how much money moves."""
    wanted = np.clip(best, (1 - LARGEST) * now, (1 + LARGEST) * now) - now
    up, down = np.maximum(wanted, 0.0).sum(), np.maximum(-wanted, 0.0).sum()
    share = min(up, down)
    return np.asarray(now + np.where(wanted > 0, wanted * share / max(up, 1e-9), wanted * share / max(down, 1e-9)))


def main() -> None:
    """Print one line per kind of world and setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=4, help="worlds per kind")
    parser.add_argument("--odds", type=float, nargs="*", default=[rebalance_choice.ODDS], help="odds to compare")
    parser.add_argument("--explore", type=float, nargs="*", default=[0.0, 0.05], help="shares to explore with")
    args = parser.parse_args()
    head = ("captured", "ceiling", "lost", "churn", "idle", "seconds")
    print(f"{'worlds':<18}{'odds':>6}{'explore':>9}" + "".join(f"{name:>10}" for name in head))
    for kind, spec in KINDS.items():
        for odds in args.odds:
            rebalance_choice.ODDS = odds
            for explore in args.explore:
                rows = [play(simulate(seed, spec), seed, explore) for seed in range(1, args.worlds + 1)]
                got = np.array([(one.captured, one.ceiling, one.churn, one.idle, one.seconds) for one in rows])
                mean = got.mean(axis=0)
                lost = f"{int((got[:, 0] < 0).sum())} of {len(rows)}"
                cells = (f"{mean[0]:.3f}", f"{mean[1]:.3f}", lost, f"{100 * mean[2]:.2f} %", f"{100 * mean[3]:.0f} %")
                line = "".join(f"{cell:>10}" for cell in (*cells, f"{mean[4]:.2f}"))
                print(f"{kind:<18}{odds:>6.2f}{explore:>9.2f}{line}", flush=True)


if __name__ == "__main__":
    main()
