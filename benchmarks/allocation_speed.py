"""How fast and how good the allocation is, side by side with what a user would pick instead.

Run ``python benchmarks/allocation_speed.py`` (a few minutes; ``--quick`` leaves out the large ones). Every row solves
the same problem on the same curves: SciPy's SLSQP with exact gradients from an even split, a greedy search that hands
out the budget in 1,000 equal steps, a plain PuLP model of 50 straight segments per cell solved by HiGHS (with an order
of segments in whole numbers where curves are not concave; half a minute at most), and `optimizer.allocation.solve`.
"of bound" is the value on the curves as a share of the proven upper bound; only `solve` knows that bound, the others
are measured by it. Then follow the frontier of 50 budgets, ladder, reverse questions and near-best plans.
"""

from __future__ import annotations

import argparse
import heapq
import time
import warnings
from collections.abc import Callable

import numpy as np
import pulp
from scipy.optimize import minimize

from optimizer.allocation import Bounds, Problem, fit_to_bounds, solve
from optimizer.allocation.frontier import budget_range, frontier, ladder
from optimizer.allocation.nearby import near_best
from optimizer.allocation.returns import spend_at_marginal_roas, spend_at_roas
from optimizer.allocation.targets import least_spend
from optimizer.history.panel import Cell, Floats
from optimizer.response.curves import Curves

SLSQP_CELLS = 200  # it factors a matrix of all cells at every step: 1,000 give no answer in a minute and a half
STEPS = 1000
SEGMENTS, PULP_SECONDS = 50, 30
PULP_CELLS = {"concave": 1000, "S-shaped": 200}


def problem_of(cells: int, power: tuple[float, float], seed: int = 0, knots: int = 33) -> Problem:
    """Hill curves of random size; powers above 1 make them S-shaped."""
    rng = np.random.default_rng(seed)
    most, top = rng.lognormal(0, 0.7, (cells, 1)) * 1000, rng.lognormal(0, 1, (cells, 1)) * 100
    half, n = most * rng.uniform(0.1, 0.7, (cells, 1)), rng.uniform(*power, (cells, 1))
    x = np.linspace(0, 1, knots)[None] ** 1.5 * most
    u = (x / half) ** n
    slope = top * n * (np.maximum(x, 1e-12) / half) ** (n - 1) / half / (1 + u) ** 2
    curves = Curves.from_values([Cell("cell", str(i)) for i in range(cells)], x, top * u / (1 + u), slope)
    upper = curves.knots[:, -1].copy()
    return Problem(curves, 0.3 * float(upper.sum()), Bounds(np.zeros(cells), upper), rng.uniform(0, 1, cells))


def by_solve(problem: Problem) -> Floats:
    """Dual search, or branch and bound, with the certificate."""
    return solve(problem).spend


def by_slsqp(problem: Problem) -> Floats:
    """SciPy's SLSQP, scaled to the budget, with exact gradients, from an even split."""
    curves, budget, bounds = problem.curves, problem.budget, problem.bounds
    scale = float(curves.value(bounds.upper).sum())
    ones = np.ones(len(bounds.lower))

    def clip(share: Floats) -> Floats:
        return np.clip(share * budget, bounds.lower, bounds.upper)

    result = minimize(
        lambda share: -float(curves.value(clip(share)).sum()) / scale,
        fit_to_bounds(ones, budget, bounds) / budget,
        jac=lambda share: -curves.slope(clip(share)) * budget / scale,
        bounds=np.stack([bounds.lower, bounds.upper], axis=1) / budget,
        constraints=[{"type": "eq", "fun": lambda share: share.sum() - 1.0, "jac": lambda share: ones}],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    return fit_to_bounds(np.maximum(result.x, 0.0), budget, bounds)


def by_greedy(problem: Problem) -> Floats:
    """One step of money after the other to the cell where it brings most."""
    curves, bounds = problem.curves, problem.bounds
    step = (problem.budget - float(bounds.lower.sum())) / STEPS
    most = np.floor((bounds.upper - bounds.lower) / step + 1e-9).astype(int)
    grid = np.minimum(bounds.lower[:, None] + step * np.arange(most.max() + 1)[None], bounds.upper[:, None])
    gains = np.diff(curves.value(grid), axis=1)
    taken = np.zeros(len(most), dtype=int)
    heap = [(-float(gains[c, 0]), c) for c in range(len(most)) if most[c]]
    heapq.heapify(heap)
    for _ in range(STEPS):
        if not heap:
            break
        _, c = heapq.heappop(heap)
        taken[c] += 1
        if taken[c] < most[c]:
            heapq.heappush(heap, (-float(gains[c, taken[c]]), c))
    return fit_to_bounds(bounds.lower + step * taken, problem.budget, bounds)


def by_pulp(problem: Problem) -> Floats:
    """Straight segments in PuLP, solved by HiGHS; segments are filled in order by whole numbers where need be."""
    curves, bounds = problem.curves, problem.bounds
    shares = np.linspace(0.0, 1.0, SEGMENTS + 1)
    grid = bounds.lower[:, None] + (bounds.upper - bounds.lower)[:, None] * shares
    width, rise = np.diff(grid, axis=1), np.diff(curves.value(grid), axis=1)
    model = pulp.LpProblem("split", pulp.LpMaximize)
    cells, segments = range(len(width)), range(SEGMENTS)
    part = [[pulp.LpVariable(f"x_{c}_{k}", 0.0, 1.0) for k in segments] for c in cells]
    model += pulp.lpSum(float(rise[c, k]) * part[c][k] for c in cells for k in segments)
    model += pulp.lpSum(float(width[c, k]) * part[c][k] for c in cells for k in segments) == problem.budget - float(
        bounds.lower.sum()
    )
    for c in np.flatnonzero(~curves.concave).tolist():
        full = [pulp.LpVariable(f"z_{c}_{k}", cat="Binary") for k in range(SEGMENTS - 1)]
        for k, whole in enumerate(full):
            model += part[c][k] >= whole
            model += part[c][k + 1] <= whole
    model.solve(pulp.HiGHS(msg=False, timeLimit=PULP_SECONDS, threads=1))
    spend = [float(bounds.lower[c]) + sum(width[c, k] * (part[c][k].value() or 0.0) for k in segments) for c in cells]
    return fit_to_bounds(np.maximum(np.array(spend), 0.0), problem.budget, bounds)


def measure(method: Callable[[Problem], Floats], problem: Problem) -> tuple[float, float]:
    """Seconds (best of up to five runs, no more after the first second) and value."""
    seconds, value, until = np.inf, 0.0, time.perf_counter() + 1.0
    for run in range(5):
        if run and time.perf_counter() > until:
            break
        problem.curves.__dict__.pop("concave", None)  # the check for concave curves is part of the work
        began = time.perf_counter()
        spend = method(problem)
        seconds = min(seconds, time.perf_counter() - began)
        value = float(problem.curves.value(spend).sum())
    return seconds, value


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")  # SciPy remarks on values that rounding puts past a bound
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out more than 1,000 cells")
    quick = parser.parse_args().quick
    print(f"{'curves':<10}{'cells':>8}  {'method':<8}{'seconds':>10}  {'of bound':>13}  {'proven gap':>10}")
    for shape, power, sizes in (
        ("concave", (1.0, 1.0), (35, 200, 1000, 10_000, 100_000)),
        ("S-shaped", (1.5, 6.0), (35, 200, 1000)),
    ):
        for cells in (n for n in sizes if not quick or n <= 1000):
            problem = problem_of(cells, power)
            certificate = solve(problem).certificate
            methods = [("solve", by_solve)]
            methods += [("SLSQP", by_slsqp)] if cells <= SLSQP_CELLS else []
            methods += [("greedy", by_greedy)] if cells <= STEPS else []
            methods += [("PuLP", by_pulp)] if cells <= (35 if quick else PULP_CELLS[shape]) else []
            for name, method in methods:
                seconds, value = measure(method, problem)
                gap = f"{certificate.gap:.1e}" if name == "solve" else "none"
                share = value / certificate.bound
                print(f"{shape:<10}{cells:>8,}  {name:<8}{seconds:>10.4f}  {share:>13.9f}  {gap:>10}", flush=True)
    further_questions()


def further_questions() -> None:
    """Time what is asked around one plan, on 35 cells."""
    print(f"\n{'35 cells':<26}{'concave':>10}{'S-shaped':>10}   seconds")
    kinds = [problem_of(35, power) for power in ((1.0, 1.0), (1.5, 6.0))]

    def budgets(problem: Problem) -> Floats:
        return np.linspace(0.02, 1.0, 50) * budget_range(problem)[1]

    def target(problem: Problem) -> float:
        return 0.6 * float(problem.curves.value(problem.bounds.upper).sum())

    questions: list[tuple[str, Callable[[Problem], object]]] = [
        ("frontier of 50 budgets", lambda p: frontier(p, budgets(p))),
        ("ladder, 5 steps each way", lambda p: ladder(p, 0.02 * p.budget)),
        ("least spend for an outcome", lambda p: least_spend(p, target(p))),
        ("spend at marginal ROAS", lambda p: spend_at_marginal_roas(p, target(p) / float(p.bounds.upper.sum()))),
        ("spend at ROAS", lambda p: spend_at_roas(p, 1.2 * solve(p).certificate.value / p.budget)),
        ("near-best plan", near_best),
    ]
    for name, ask in questions:
        seconds = []
        for problem in kinds:
            ask(problem)
            began = time.perf_counter()
            ask(problem)
            seconds.append(time.perf_counter() - began)
        print(f"{name:<26}{seconds[0]:>10.3f}{seconds[1]:>10.3f}", flush=True)


if __name__ == "__main__":
    main()
