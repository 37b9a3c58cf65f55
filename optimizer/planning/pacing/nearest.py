"""Today's split, scaled to some money and moved as little as it takes to keep floors, steps and rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.allocation.clash import explain, nearest
from optimizer.allocation.feasibility import check, fit_to_bounds
from optimizer.allocation.keeping import keeps
from optimizer.allocation.problem import Problem
from optimizer.allocation.setting import Setting
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Floats

SECONDS = 1.0  # for the nearest split under on/off rules


def kept_split(problem: Problem) -> tuple[Floats, bool]:
    """(C,) weekly money that keeps all, and whether it is all of the money.

    Smallest budgets and steps leave gaps that the money may fall into: then as much of it as fits below is spent, and
    where even the least that they allow is more, what is nearest.

    Raises
    ------
    InfeasibleError
        No amount of money keeps the rules.
    """
    try:
        return _nearest(problem), True
    except InfeasibleError as clash:
        if not problem.rules:
            raise
        for less in (replace(problem, spend_all=False), _free(problem)):
            try:
                return _nearest(less, problem.budget), False
            except InfeasibleError:
                continue
        raise clash from None


def _free(problem: Problem) -> Problem:
    """The same without a limit to what is spent."""
    return replace(problem, spend_all=False, budget=float(problem.bounds.upper.sum()))


def _nearest(problem: Problem, money: float | None = None) -> Floats:
    """(C,) weekly money nearest to today's split, scaled to the budget (or to some `money`), that keeps all."""
    bounds = check(problem)
    wanted = fit_to_bounds(problem.baseline, money or problem.budget, bounds, problem.curves.cells)
    if not problem.rules:
        return wanted
    setting = Setting.of(problem, bounds)
    scaled = np.clip(wanted / setting.money, setting.lower, setting.upper)
    if all(setting.domains()) and keeps(setting, scaled):
        return wanted
    found = nearest(setting, scaled, SECONDS)
    if found is None:
        raise explain(setting, problem.curves.cells)
    return np.asarray(found * setting.money)
