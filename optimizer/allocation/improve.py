"""Local improvement on the true curves under all rules, with the on/off decisions of a split as they are.

Each cell moves inside the allowed interval and the stretch of its curve that it stands in. Lines nowhere above the
curve make a linear programme whose solution is worth at least what it says; laid closer around each solution they
climb to the best split there. Then one exact step: on its segments the value is a quadratic form, and the binding
rows are equations, so marginal values meet to the last digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.keeping import keeps, value_of
from optimizer.allocation.milp import run
from optimizer.allocation.pieces import Interval, Region, inner_lines
from optimizer.allocation.programme import BUDGET, Programme
from optimizer.allocation.rule_rows import write
from optimizer.allocation.rules import Steps
from optimizer.allocation.setting import Setting
from optimizer.history.panel import Floats

PASSES = 3  # each lays the lines closer by CLOSER; more would only follow a split into the next stretch
CLOSER = 0.06
SPREAD = np.array([-1.0, -0.6, -0.3, -0.12, 0.12, 0.3, 0.6, 1.0])
KNOTS = 5  # corners of a curve on each side of the spend that lines are laid through
BETTER = 1e-12
ENOUGH = 1e-6  # of what the curves could bring: what is then left the exact steps find
ZERO = 1e-9  # of the budget: where 0 is allowed, less is 0
STEPS = 12  # exact steps; each ends at a corner or at the best split
LONGEST = 5.0  # seconds; a programme of this kind takes milliseconds
ACTIVE = 1e-9


@dataclass(frozen=True)
class Improved:
    """A split that keeps the rules, its value in the setting's units, and what the rows that bind cost.

    Attributes
    ----------
    spend : float array, shape (C,)
    value : float
    prices : dict of int to float
        By owner the price of its rows: value per unit by which the limit could move.
    cell_price : float array, shape (C,), or None
        What a unit of money of a cell takes from the rows that bind: its marginal value, unless it cannot move.
    """

    spend: Floats
    value: float
    prices: dict[int, float]
    cell_price: Floats | None = None


def snap(domains: list[list[Interval]], spend: Floats) -> tuple[Floats, list[Interval]]:
    """Move each spend into the nearest allowed interval of its cell; 0 where it is as good as 0."""
    result, chosen = spend.copy(), []
    for cell, own in enumerate(domains):
        at = float(spend[cell])
        off = own[0] if own[0].low <= 0.0 and at <= ZERO else None
        near = off or min(own, key=lambda i: max(i.low - at, at - i.high, 0.0))
        result[cell] = min(max(at, near.low), near.high) if off is None else 0.0
        chosen.append(near)
    return result, chosen


def improve(setting: Setting, domains: list[list[Interval]], spend: Floats) -> Improved | None:
    """Best split near a split with the same decisions; None if none is found that keeps the rules.

    Parameters
    ----------
    setting : Setting
    domains : list of list of Interval
        The setting's.
    spend : float array, shape (C,)
        Need not keep the rules itself.
    """
    spend, chosen = snap(domains, spend)
    best = Improved(spend, value_of(setting, spend), {}) if keeps(setting, spend) else None
    reach = 1.0
    for _ in range(PASSES):
        regions = [_region(setting, cell, chosen[cell], float(spend[cell]), reach) for cell in range(setting.count)]
        programme = write(setting, [[r] for r in regions], near=spend)
        found = run(programme, LONGEST, 1e-9)
        if found.values is None:
            break
        spend = _settled(setting, regions, _rounded(setting, found.values[: setting.count], regions))
        if not keeps(setting, spend):
            break
        value = value_of(setting, spend)
        gain = np.inf if best is None else value - best.value
        if best is None or gain >= -BETTER:
            prices = _prices(programme, found.duals, setting.count)
            best = Improved(spend, max(value, best.value if best else value), *prices)
        if gain <= ENOUGH:
            break
        reach *= CLOSER
    return best if best is None else _exact(setting, chosen, best)


def _region(setting: Setting, cell: int, allowed: Interval, at: float, reach: float) -> Region:
    """The part of an interval in which every function of the cell bends one way, with lines laid around a spend."""
    low, high, off = allowed
    if high <= low:
        lines = [[(0.0, float(f.value(np.array([cell]), np.array([low]))[0]))] for f in setting.functions]
        return Region(cell, low, high, off, lines)
    bends = []
    for function in setting.functions:
        first, last, concave = function.stretch(cell, at)
        if not concave and at <= first:  # of two stretches that meet here the concave one
            left = function.stretch(cell, at, left=True)
            first, last, concave = left if left[2] else (first, last, concave)
        low, high = max(low, first), min(high, last)
        bends.append(concave)
    if high - low <= 1e-12:
        low = high = at
    lines = []
    for function, concave in zip(setting.functions, bends, strict=True):
        if high <= low:
            lines.append([(0.0, float(function.value(np.array([cell]), np.array([at]))[0]))])
        else:
            knots = function.whole.knots[cell]
            lines.append(inner_lines(function, cell, _points(knots, low, high, at, reach), concave=concave, at=at))
    return Region(cell, low, high, off, lines)


def _points(knots: Floats, low: float, high: float, at: float, reach: float) -> Floats:
    """Spends between which chords are laid: close around `at`, at corners of the curve next to it, and both ends."""
    near = at + (high - low) * reach * SPREAD
    place = int(np.searchsorted(knots, at))
    corners = knots[max(place - KNOTS, 0) : place + KNOTS + 1]
    points = np.unique(np.clip(np.concatenate([[low, high, at], near, corners]), low, high))
    apart = np.concatenate([[True], np.diff(points) > 1e-10])
    apart[-1] = True
    points = points[apart]
    return points if len(points) < 3 or points[-1] - points[-2] > 1e-10 else np.delete(points, -2)


def _rounded(setting: Setting, spend: Floats, regions: list[Region]) -> Floats:
    """Spends inside their regions, and whole steps where the rules ask for them."""
    low, high = np.array([r.low for r in regions]), np.array([r.high for r in regions])
    spend = np.clip(spend, low, high)
    spend = np.where((low <= 0.0) & (spend <= ZERO), 0.0, spend)
    for rule in setting.rules:
        if isinstance(rule, Steps):
            own = list(rule.cells)
            spend[own] = np.round(spend[own] / rule.step) * rule.step
    return spend


def _settled(setting: Setting, regions: list[Region], spend: Floats) -> Floats:
    """Let the cell with the most room take up what rounding left of the budget."""
    missing = 1.0 - float(spend.sum())
    if not setting.spend_all or abs(missing) > ACTIVE or missing == 0.0:
        return spend
    stepped = {c for rule in setting.rules if isinstance(rule, Steps) for c in rule.cells}
    room = np.array([0.0 if r.cell in stepped else min(spend[r.cell] - r.low, r.high - spend[r.cell]) for r in regions])
    cell = int(np.argmax(room))
    if room[cell] > abs(missing):
        spend[cell] += missing
    return spend


def _prices(programme: Programme, duals: Floats | None, count: int) -> tuple[dict[int, float], Floats | None]:
    """Price of each owner of rows (the largest dual among them), and of the money of each cell."""
    prices: dict[int, float] = {}
    if duals is None:
        return prices, None
    cell_price = np.zeros(count)
    for row, dual in zip(programme.rows, duals.tolist(), strict=True):
        if row.owner >= BUDGET:
            if abs(dual) > abs(prices.get(row.owner, 0.0)):
                prices[row.owner] = dual
            for column, factor in row.terms:
                if column < count:
                    cell_price[column] += dual * factor
    return prices, cell_price


def _exact(setting: Setting, chosen: list[Interval], found: Improved) -> Improved:
    """Newton steps on the segments the cells stand in, with the rows that bind as equations."""
    if any(isinstance(rule, Steps) for rule in setting.rules):
        return found
    regions = [[Region(c, i.low, i.high, i.off, [[]] + [[(0.0, 0.0)]] * (len(setting.functions) - 1))]
               for c, i in enumerate(chosen)]  # fmt: skip
    programme = write(setting, regions, near=found.spend, with_value=False)
    rows = [row for row in programme.rows if row.terms and max(k for k, _ in row.terms) < setting.count]
    matrix = np.zeros((len(rows), setting.count))
    for number, row in enumerate(rows):
        for column, factor in row.terms:
            matrix[number, column] = factor
    low, high = np.array([row.low for row in rows]), np.array([row.high for row in rows])
    owners = [row.owner for row in rows]
    best, spend = found, found.spend
    for _ in range(STEPS):
        step = _newton(setting, chosen, spend, (matrix, low, high))
        if step is None:
            break
        moved, active, duals = step
        value = value_of(setting, moved)
        if value < best.value - BETTER or not keeps(setting, moved):
            break
        prices = dict(best.prices)
        for number, dual in zip(active.tolist(), duals.tolist(), strict=True):
            prices[owners[number]] = dual
        cell_price = matrix[active].T @ duals if not setting.ratio_function else best.cell_price
        best = Improved(moved, max(value, best.value), prices, cell_price)
        if np.abs(moved - spend).max() <= 1e-15:
            break
        spend = moved
    return best


def _newton(
    setting: Setting, chosen: list[Interval], spend: Floats, rows: tuple[Floats, Floats, Floats]
) -> tuple[Floats, NDArray[np.intp], Floats] | None:
    """One step: the moved split, the rows that bind and their prices; None where no cell can move."""
    whole, cells = setting.functions[0].whole, np.arange(setting.count)
    k = np.clip((whole.knots <= spend[:, None]).sum(axis=1) - 1, 0, whole.start.shape[1] - 1)
    left, right = whole.knots[cells, k], whole.knots[cells, k + 1]
    width = np.where(right > left, right - left, 1.0)
    bend = (whole.end[cells, k] - whole.start[cells, k]) / width
    low = np.maximum([i.low for i in chosen], left)
    high = np.minimum([i.high for i in chosen], right)
    free = np.flatnonzero((spend > low + ACTIVE) & (spend < high - ACTIVE) & (bend < 0.0))
    matrix, least, most = rows
    at = matrix @ spend
    active = np.flatnonzero(np.minimum(np.abs(at - least), np.abs(at - most)) <= ACTIVE)
    active = active[(matrix[active][:, free] != 0.0).any(axis=1)] if len(active) else active
    if not len(free) or not len(active):
        return None
    part = matrix[np.ix_(active, free)]
    target = np.where(np.abs(at - least) <= np.abs(at - most), least, most)[active]
    slope = whole.start[cells, k][free] + bend[free] * (spend - left)[free] - setting.cost
    size, count = len(free), len(active)
    system = np.zeros((size + count, size + count))
    system[:size, :size][np.diag_indices(size)] = bend[free]
    system[:size, size:], system[size:, :size] = -part.T, part
    solution = np.linalg.lstsq(system, np.concatenate([-slope, target - at[active]]), rcond=1e-13)[0]
    move = solution[:size]
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(
            move > 0.0, (high - spend)[free] / move, np.where(move < 0.0, (low - spend)[free] / move, np.inf)
        )
    moved = spend.copy()
    moved[free] += min(1.0, float(room.min())) * move
    return np.clip(moved, setting.lower, setting.upper), active, solution[size:]
