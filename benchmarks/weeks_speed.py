"""How fast and how good weekly plans are, side by side with SciPy's SLSQP with exact gradients on the same draws.

Run ``python benchmarks/weeks_speed.py`` (about three minutes; ``--quick`` leaves out SLSQP on the large problem;
``--sample`` adds the fitted sample history). Every row maximises the mean over all draws of the same weekly problem
with carry-over and
change limits. "of bound" is the value as a share of the proven upper bound; only `solve_weeks` knows that bound.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from optimizer.allocation.risk import Kind, Risk, solve_risk
from optimizer.allocation.week_rules import prepare
from optimizer.allocation.weeks import ChangeLimits, WeekBudgets, WeeklyProblem, solve_weeks
from optimizer.history.panel import Cell, Floats
from optimizer.response.weekly import TAIL_WEEKS, WeeklyPart, WeeklyResponse

SLSQP_SECONDS = 120.0
SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample_history.csv"


def response_of(cells: int, weeks: int, draws: int, slope: tuple[float, float], seed: int = 0) -> WeeklyResponse:
    """Hill heights with carry-over and season; slopes above 1 make them S-shaped."""
    rng = np.random.default_rng(seed)
    shape = (draws, cells)
    season = 1.0 + 0.4 * np.sin(np.arange(weeks + TAIL_WEEKS) / 4.0)
    part = WeeklyPart(
        half=rng.normal(0.5, 0.4, cells) + rng.normal(0, 0.3, shape),
        slope=np.clip(rng.uniform(*slope, cells) + rng.normal(0, 0.1, shape), *slope),
        decay=np.clip(rng.uniform(0.1, 0.6, cells) + rng.normal(0, 0.08, shape), 0.02, 0.8),
        carry_in=rng.uniform(0.6, 1.2, shape),
        worth=rng.lognormal(6, 0.6, cells) * rng.lognormal(0, 0.3, shape),
        demand=season * rng.lognormal(0, 0.1, (draws, weeks + TAIL_WEEKS)),
    )
    reference = rng.lognormal(0, 0.7, cells) * 1000
    names = tuple(Cell("cell", str(i)) for i in range(cells))
    return WeeklyResponse(names, weeks, reference, reference * rng.uniform(0.6, 1.4, cells), (part,))


def problem_of(response: WeeklyResponse, budgets: str, share: float, seconds: float) -> WeeklyProblem:
    """Today's money in each week, or in all weeks together; changes of at most a share of the week before."""
    cells, weeks = len(response.cells), response.weeks
    today = np.repeat(response.today[:, None], weeks, axis=1)
    money = WeekBudgets.fixed(today.sum(axis=0)) if budgets == "fixed" else WeekBudgets.free(float(today.sum()), weeks)
    limits = None
    if np.isfinite(share):
        limits = ChangeLimits(np.full(cells, share), np.full(cells, np.inf), response.today)
    return WeeklyProblem(response, money, 0.0 * today, 3.0 * today, today, limits, seconds=seconds)


def by_slsqp(problem: WeeklyProblem) -> tuple[Floats, str]:
    """SciPy's SLSQP from today's split, in scaled units, stopped after a while; the best plan it has looked at."""
    from scipy.optimize import minimize

    setting = prepare(problem)
    rules, paths, even = setting.asked, setting.paths, setting.even
    shape, start = rules.lower.shape, setting.baseline
    scale = float(even @ paths.total(start))
    totals = np.tile(rules.sums.T, (1, shape[0]))
    cell, row = np.nonzero(np.isfinite(rules.most))
    matrix = np.zeros((len(cell), start.size))
    for i, (c, r) in enumerate(zip(cell, row, strict=True)):
        matrix[i, c * shape[1] : (c + 1) * shape[1]] = rules.rows[c, r]
    until, best = time.monotonic() + SLSQP_SECONDS, [start.ravel()]

    class LateError(Exception):
        pass

    def value(x: Floats) -> tuple[float, Floats]:
        point = paths.at(np.clip(x.reshape(shape), rules.lower, rules.upper))
        return -float(even @ point.total) / scale, -point.gradient(even).ravel() / scale

    def keep(x: Floats) -> None:
        best[0] = x.copy()
        if time.monotonic() > until:
            raise LateError

    rows = [{"type": "eq", "fun": lambda x: totals @ x - rules.totals, "jac": lambda x: totals}]
    if len(cell):
        most = rules.most[cell, row]
        rows.append({"type": "ineq", "fun": lambda x: most - matrix @ x, "jac": lambda x: -matrix})
    try:
        found = minimize(
            value, start.ravel(), jac=True, method="SLSQP", constraints=rows, callback=keep,
            bounds=np.stack([rules.lower.ravel(), rules.upper.ravel()], axis=1),
            options={"maxiter": 500, "ftol": 1e-10},
        )  # fmt: skip
        best[0], says = found.x, "converged" if found.success else found.message
    except LateError:
        says = "stopped by time"
    nearest = rules.nearest(best[0].reshape(shape))
    return setting.money_of(start if nearest is None else rules.settled(nearest)), says


def row(name: str, seconds: float, value: float, bound: float, says: str) -> None:
    """Print one line of the table."""
    print(f"{name:<44}{seconds:>9.2f}  {value / bound:>12.8f}  {says}", flush=True)


def compare(name: str, problem: WeeklyProblem, *, slsqp: bool) -> None:
    """Solve one problem both ways."""
    began = time.perf_counter()
    plan = solve_weeks(problem)
    proof = plan.certificate
    row(f"{name}, solve_weeks", time.perf_counter() - began, proof.value, proof.bound, f"proven gap {proof.gap:.1e}")
    row(f"{name}, today's split", 0.0, plan.baseline_value, proof.bound, "")
    if slsqp:
        began = time.perf_counter()
        spend, says = by_slsqp(problem)
        seconds = time.perf_counter() - began
        row(f"{name}, SLSQP", seconds, float(problem.response.value(spend).sum(axis=1).mean()), proof.bound, says)


def risks(name: str, problem: WeeklyProblem) -> None:
    """Solve one problem for each measure of risk."""
    today = problem.response.value(problem.baseline).sum(axis=1)
    for risk in (
        Risk(Kind.CVAR, 0.1),
        Risk(Kind.QUANTILE, 0.1),
        Risk(Kind.PROBABILITY, target=float(np.quantile(today, 0.5))),
    ):
        began = time.perf_counter()
        proof = solve_risk(problem, risk).certificate
        seconds = time.perf_counter() - began
        row(f"{name}, {risk.kind.value}", seconds, proof.value, proof.bound, f"proven gap {proof.gap:.1e}")


def sample() -> WeeklyResponse:
    """The response of the sample history, revenue over 13 weeks."""
    from optimizer import load_history
    from optimizer.history import build_panel
    from optimizer.response import ResponseModel

    return ResponseModel().fit(build_panel(load_history(SAMPLE)), "conversions").weekly(13, "revenue")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out SLSQP on the large problems")
    parser.add_argument("--sample", action="store_true", help="add the fitted sample history")
    options = parser.parse_args()
    print(f"{'problem, method':<44}{'seconds':>9}  {'of bound':>12}")
    small = response_of(6, 6, 200, (0.5, 1.0))
    compare("concave 6 x 6, fixed", problem_of(small, "fixed", 0.2, 10.0), slsqp=True)
    concave, bent = response_of(35, 13, 200, (0.5, 1.0)), response_of(35, 13, 200, (0.7, 3.0))
    for budgets in ("fixed", "free"):
        problem = problem_of(concave, budgets, 0.2, 10.0)
        compare(f"concave 35 x 13, {budgets}", problem, slsqp=not options.quick and budgets == "fixed")
        compare(f"S-shaped 35 x 13, {budgets}", problem_of(bent, budgets, 0.2, 30.0), slsqp=False)
    compare("S-shaped 35 x 13, no change limits", problem_of(bent, "fixed", np.inf, 30.0), slsqp=False)
    risks("concave 35 x 13", problem_of(concave, "fixed", 0.2, 30.0))
    risks("concave 35, same every week", replace(problem_of(concave, "fixed", np.inf, 30.0), constant=True))
    if options.sample:
        fitted = sample()
        for budgets, share in (("fixed", 0.2), ("free", 0.2), ("fixed", np.inf)):
            compare(f"sample {budgets}, change {share}", problem_of(fitted, budgets, share, 30.0), slsqp=False)
        risks("sample", problem_of(fitted, "fixed", 0.2, 30.0))


if __name__ == "__main__":
    main()
