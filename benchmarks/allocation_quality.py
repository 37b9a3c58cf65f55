"""Is the allocation ever worse than something simple? Random problems, each solved in every way there is.

Run ``python benchmarks/allocation_quality.py`` (1,000 problems; ``--count 60`` for a look). A problem has 5 to 50
cells with straight, concave, S-shaped, stepped or mixed curves, tight or loose bounds, and money from 1e-2 to 1e9.
Checked on each: the plan is never worth less than today's split, SciPy's SLSQP or a greedy search by more than a
millionth; an exact dynamic programme on a grid never stands above the proven bound; and with all money multiplied by a
factor the plan is multiplied by it. Exits with 1 where one of these fails.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from allocation_speed import by_greedy, by_slsqp  # noqa: E402 - found by the line above

from optimizer.allocation import Bounds, Problem, Status, solve  # noqa: E402
from tests.oracle.conftest import grid_best, random_problem  # noqa: E402

LOSS = 1e-6  # relative: the most by which another way may be better
GRID = 60  # steps of the oracle
SAME = 1e-6  # of the budget: how near a plan in other money must come
LEVEL = 1e-9  # relative: plans worth the same may differ where curves are level


def within_reach(problem: Problem) -> Problem:
    """The problem with its bounds inside the curves, as the rivals need them."""
    upper = np.minimum(problem.bounds.upper, problem.curves.knots[:, -1])
    return replace(problem, bounds=Bounds(problem.bounds.lower, upper))


def in_other_money(problem: Problem, factor: float) -> Problem:
    """The same problem with money counted in another unit."""
    bounds = Bounds(problem.bounds.lower * factor, problem.bounds.upper * factor)
    curves = problem.curves.scaled(money=factor)
    return replace(
        problem, curves=curves, budget=problem.budget * factor, bounds=bounds, baseline=problem.baseline * factor
    )


def judge(seed: int) -> dict[str, float]:
    """Figures of one problem; a loss above 0 means that the other way was better."""
    problem = within_reach(random_problem(seed, (5, 50)))
    began = time.perf_counter()
    result = solve(problem)
    seconds = time.perf_counter() - began
    proof = result.certificate
    scale = max(abs(proof.bound), 1e-300)
    rivals: dict[str, Callable[[Problem], np.ndarray]] = {"SLSQP": by_slsqp, "greedy": by_greedy}
    figures = {"today's split": (result.baseline_value - proof.value) / scale}
    for name, method in rivals.items():
        figures[name] = (float(problem.curves.value(method(problem)).sum()) - proof.value) / scale
    grid = grid_best(problem, GRID)
    figures["oracle above bound"] = (grid[0] - proof.bound) / scale if grid is not None else -np.inf
    factor = float(10.0 ** np.random.default_rng(seed).uniform(-6, 8))
    other = solve(in_other_money(problem, factor))
    figures["value in other money"] = abs(other.certificate.value - proof.value) / scale
    figures["plan in other money"] = float(np.abs(other.spend / factor - result.spend).max()) / problem.budget
    figures |= {"gap": proof.gap, "open": float(proof.status is not Status.OPTIMAL), "seconds": seconds}
    return figures


def main() -> int:
    """Print the worst figures; 1 where a promise is broken."""
    warnings.simplefilter("ignore")  # SciPy remarks on values that rounding puts past a bound
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=1000, help="number of problems")
    count = parser.parse_args().count
    rows = []
    for seed in range(count):
        rows.append(judge(seed))
        if (seed + 1) % 100 == 0:
            print(f"{seed + 1:,} problems", file=sys.stderr, flush=True)
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    print(f"{count:,} problems; largest loss against (relative, below 0 where the plan is better in every one)")
    broken = 0
    for name, allowed in (
        ("today's split", LOSS),
        ("SLSQP", LOSS),
        ("greedy", LOSS),
        ("oracle above bound", 1e-12),
        ("value in other money", LEVEL),
        ("plan in other money", SAME),
    ):
        worst = table[name]
        bad = int((worst > allowed).sum())
        broken += bad
        seed = int(np.argmax(worst))
        print(f"  {name:<22}{worst.max():>12.2e}   allowed {allowed:.0e}   broken {bad:>4}   worst seed {seed}")
    for name in ("SLSQP", "greedy"):
        print(f"  {name} falls short by more than 0.1 % in {int((table[name] < -1e-3).sum()):,}")
    gap, seconds = table["gap"], table["seconds"]
    print(f"  gap: mean {gap.mean():.1e}, largest {gap.max():.1e}; not proven best: {int(table['open'].sum())}")
    print(f"  seconds a solve: median {np.median(seconds):.4f}, largest {seconds.max():.3f}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
