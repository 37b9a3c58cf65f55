"""What a plan is held against in simulated worlds: the best split there is, and what people do without a model."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from optimizer.allocation import fit_to_bounds
from optimizer.allocation.problem import Bounds
from optimizer.history.panel import Floats
from tests.worlds import Truth

LEAST, MOST = 0.2, 3.0  # times today's spend
STEPS = 1000  # of the budget; the best split is exact to one of them
FEW = 8  # weeks with spend and revenue below which a regression is not tried


def bounds_of(truth: Truth) -> Bounds:
    """0.2 to 3 times today's spend."""
    return Bounds(LEAST * truth.today, MOST * truth.today)


def best_split(truth: Truth, horizon: int = 4) -> Floats:
    """(C,) the split worth most on the true curves: dynamic programming over all splits in steps of a thousandth."""
    bounds, budget = bounds_of(truth), float(truth.today.sum())
    step = (budget - bounds.lower.sum()) / STEPS
    most = np.minimum(np.floor((bounds.upper - bounds.lower) / step + 1e-9).astype(int), STEPS)
    nothing = truth.expected(np.zeros_like(truth.today), horizon).sum(axis=1)
    worth = np.full((len(most), most.max() + 1), -np.inf)
    for k in range(most.max() + 1):
        spend = np.minimum(bounds.lower + k * step, bounds.upper)
        worth[:, k] = truth.value * (truth.expected(spend, horizon).sum(axis=1) - nothing)
    best, choices = np.full(STEPS + 1, -np.inf), []
    best[0] = 0.0
    for c, top in enumerate(most):
        tried = np.full((top + 1, STEPS + 1), -np.inf)
        for k in range(top + 1):
            tried[k, k:] = best[: STEPS + 1 - k] + worth[c, k]
        choices.append(tried.argmax(axis=0))
        best = tried.max(axis=0)
    left, steps = STEPS, np.zeros(len(most), dtype=int)
    for c in reversed(range(len(most))):
        steps[c] = choices[c][left]
        left -= steps[c]
    return fit_to_bounds(bounds.lower + step * steps, budget, bounds)


def today(truth: Truth) -> Floats:
    """(C,) everything stays."""
    return truth.today


def by_roas(truth: Truth) -> Floats:
    """(C,) money in proportion to the return on ad spend of the last 12 weeks, times what is spent there."""
    spend, revenue = truth.spend[:, -12:].mean(axis=1), truth.revenue[:, -12:].mean(axis=1)
    return fit_to_bounds(np.maximum(revenue, 1e-9 * spend), float(spend.sum()), bounds_of(truth))


def loglog_curves(spend: Floats, revenue: Floats) -> tuple[Floats, Floats]:
    """Scale and power (C,) of one log-log regression per cell; power 0.5 where there is too little to regress on."""
    power = np.full(len(spend), 0.5)
    scale = revenue.sum(axis=1) / np.sqrt(spend).sum(axis=1)
    for c in range(len(spend)):
        used = (spend[c] > 0) & (revenue[c] > 0)
        if used.sum() >= FEW:
            x, y = np.log(spend[c, used]), np.log(revenue[c, used])
            power[c] = np.clip(np.polyfit(x, y, 1)[0], 0.05, 0.98)
            scale[c] = np.exp(np.mean(y - power[c] * x))
    return scale, power


def by_loglog(truth: Truth) -> Floats:
    """(C,) a log-log regression per cell and a general-purpose optimizer: what an analyst writes in an afternoon."""
    scale, power = loglog_curves(truth.spend, truth.revenue)
    bounds, budget = bounds_of(truth), float(truth.today.sum())
    start = truth.today / budget
    scale = scale * budget**power
    scale = scale / (scale * start**power).sum()
    low, high = bounds.lower / budget, bounds.upper / budget
    found = minimize(
        lambda share: -(scale * np.maximum(share, 1e-9) ** power).sum(),
        start,
        jac=lambda share: -scale * power * np.maximum(share, 1e-9) ** (power - 1.0),
        method="SLSQP",
        bounds=list(zip(low, high, strict=True)),
        constraints={"type": "eq", "fun": lambda share: share.sum() - 1.0, "jac": np.ones_like},
        options={"maxiter": 500},
    )
    return fit_to_bounds(np.clip(found.x, low, high) * budget, budget, bounds)
