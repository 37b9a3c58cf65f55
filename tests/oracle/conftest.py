"""The oracle: an exact dynamic programme over a grid of money, and the random problems it judges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimizer.allocation import Bounds, Problem
from optimizer.history.panel import Cell, Floats
from optimizer.response.curves import Curves

SHAPES = ("straight", "concave", "s_shaped", "threshold", "points")


def grid_best(problem: Problem, steps: int) -> tuple[float, Floats] | None:
    """Best value and split among those that move money in steps of (budget - minimums) / steps; None if none fits.

    Every split on this grid keeps budget and bounds, so its value can never stand above a true bound.
    """
    lower, upper = problem.bounds.lower, np.minimum(problem.bounds.upper, problem.curves.knots[:, -1])
    step = (problem.budget - lower.sum()) / steps
    most = np.minimum(np.floor((upper - lower) / step * (1 + 1e-12)), steps).astype(int)
    if most.sum() < steps:
        return None
    amounts = np.minimum(lower[:, None] + step * np.arange(steps + 1)[None], upper[:, None])
    values = problem.curves.value(amounts)
    best = np.full(steps + 1, -np.inf)
    best[0] = 0.0
    choices = []
    for c in range(len(lower)):
        total = np.full((most[c] + 1, steps + 1), -np.inf)
        for units in range(most[c] + 1):
            total[units, units:] = best[: steps + 1 - units] + values[c, units]
        choices.append(np.argmax(total, axis=0))
        best = total.max(axis=0)
    spend, left = lower.copy(), steps
    for c in range(len(lower) - 1, -1, -1):
        units = int(choices[c][left])
        spend[c], left = amounts[c, units], left - units
    return float(best[steps]), spend


def random_curves(rng: np.random.Generator, shapes: list[str], money: float) -> Curves:
    """Curves of the named shapes; spend of the order of `money`, and value of any order of magnitude."""
    knots, values, slopes = [], [], []
    for shape in shapes:
        most, top = money * rng.lognormal(0, 0.7), 10 ** rng.uniform(-1, 1)
        x = np.linspace(0.0, most, 25)
        half, power = most * rng.uniform(0.1, 0.8), rng.uniform(1.5, 5.0)
        if shape == "straight":
            value, slope = top / most * x, np.full(25, top / most)
        elif shape == "concave":
            value, slope = top * x / (x + half), top * half / (x + half) ** 2
        elif shape == "s_shaped":
            u = (x / half) ** power
            value = top * u / (1 + u)
            slope = top * power * (x / half) ** (power - 1) / half / (1 + u) ** 2
        elif shape == "threshold":
            value = np.interp(x, [0, half * 0.9, half, most], [0, 0.02 * top, top, 1.1 * top])
            slope = np.gradient(value, x)
        else:
            value = np.cumsum(np.concatenate([[0.0], rng.exponential(top / 24, 24)]))
            slope = np.gradient(value, x)
        knots.append(x)
        values.append(value + rng.uniform(0, 2))
        slopes.append(slope)
    cells = [Cell("network", f"type{i}") for i in range(len(shapes))]
    return Curves.from_values(cells, np.array(knots), np.array(values), np.array(slopes))


def random_problem(seed: int, cells: tuple[int, int] = (2, 8)) -> Problem:
    """One of the kinds: all of one shape or mixed, tight or loose bounds, money from 1e-2 to 1e9."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(cells[0], cells[1] + 1))
    kind = seed % (len(SHAPES) + 1)
    names = [SHAPES[kind]] * count if kind < len(SHAPES) else [str(s) for s in rng.choice(SHAPES, count)]
    curves = random_curves(rng, names, 10.0 ** rng.uniform(-2, 9))
    most = curves.knots[:, -1]
    upper = most * rng.uniform(0.2, 1.0, count) if rng.random() < 0.5 else most * rng.uniform(1.0, 2.0, count)
    known = np.minimum(upper, most)
    lower = np.where(rng.random(count) < 0.4, known * rng.uniform(0, 0.4, count), 0.0)
    budget = float(lower.sum() + (known - lower).sum() * rng.uniform(0.02, 0.98))
    today = np.where(rng.random(count) < 0.2, 0.0, known * rng.uniform(0, 1, count))
    return Problem(curves, budget, Bounds(lower, upper), today)


@pytest.fixture(scope="session")
def oracle() -> Callable[[Problem, int], tuple[float, Floats] | None]:
    """`grid_best`."""
    return grid_best


@pytest.fixture(scope="session")
def make_problem() -> Callable[..., Problem]:
    """`random_problem`."""
    return random_problem
