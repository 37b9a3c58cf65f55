"""The best split under rules: a programme that lies above the curves bounds it, improvement below them finds it.

Round by round the programme is solved, its solution improved on the true curves, and the lines and regions made finer
just where its solution stands above the curves. A region is cut in two only where the concave envelope itself lies
above the curve, so concave curves never ask for whole numbers. Where no whole numbers are needed the bound is
recomputed from the curves and the prices of the rows alone (weak duality); the largest value of
``sum f(x) - sum price * (row - limit)`` falls apart into the cells.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from optimizer.allocation.improve import Improved, improve
from optimizer.allocation.milp import Ended, Outcome, run
from optimizer.allocation.pieces import Interval, Region, cover, respond, touch
from optimizer.allocation.programme import Programme
from optimizer.allocation.rule_rows import write
from optimizer.allocation.setting import Setting
from optimizer.errors import InternalError
from optimizer.history.panel import Floats
from optimizer.language.message import say

ROUNDS = 60
LEAST = 0.05  # seconds given to a programme even when time is up, so that there is a bound at all
SHARE = 0.3  # of the tolerance may remain open within the programme
FINE = 0.2  # of the tolerance, spread over the cells: an error below it is left
EDGE = 0.1  # of a straight part: cuts keep this far from its ends
SAFE = 1e-8  # of all that the curves could bring: what the tolerances of the solver may hide
ROUNDING = 1e-14
TINY = 1e-300


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    best : Improved
    bound : float
        In the setting's units, rounded up.
    proof : str
        "dual" or "programme" (see `Certificate`).
    timed_out : bool
    regions : list of list of Region
        As fine as they got, to begin another search with.
    """

    best: Improved
    bound: float
    proof: str
    timed_out: bool
    regions: list[list[Region]]

    @property
    def gap(self) -> float:
        """(bound - value) / |bound|."""
        return relative_gap(self.best.value, self.bound)


def relative_gap(value: float, bound: float) -> float:
    """(bound - value) / |bound|, never below 0."""
    return max(bound - value, 0.0) / max(abs(bound), TINY)


def closed(value: float, bound: float, tolerance: float) -> bool:
    """Whether a gap is within the tolerance, or within what the tolerances of the solver may hide (setting's units)."""
    return relative_gap(value, bound) <= tolerance or bound - value <= 2.0 * SAFE


class Search:
    """One search.

    Parameters
    ----------
    setting : Setting
    tolerance : float
        Relative gap that ends it.
    seconds : float
    regions : list of list of Region, optional
        To begin with; those of the rules' domains by default.
    """

    def __init__(
        self, setting: Setting, tolerance: float, seconds: float, regions: list[list[Region]] | None = None
    ) -> None:
        self.setting, self.tolerance = setting, tolerance
        self.deadline = time.monotonic() + seconds
        self.domains = setting.domains()
        self.regions = regions or first_regions(setting, self.domains)
        self.best: Improved | None = None
        self.bound, self.proof = np.inf, "programme"

    def run(self, starts: list[Floats]) -> Found:
        """Search from some splits that keep the rules."""
        for start in starts:
            self._offer(start)
        timed_out = False
        for _ in range(ROUNDS):
            programme = write(self.setting, self.regions)
            outcome = run(programme, max(self.deadline - time.monotonic(), LEAST), SHARE * self.tolerance)
            self._lower(programme, outcome)
            if outcome.values is not None:
                self._offer(outcome.values[: self.setting.count])
            if self.best is not None and closed(self.best.value, self.bound, self.tolerance):
                break
            timed_out = outcome.ended is Ended.STOPPED or time.monotonic() > self.deadline
            if timed_out or outcome.values is None or not self._refine(programme, outcome.values):
                break
        if self.best is None:
            raise InternalError(say("no split that keeps the rules was found, although one exists."))
        return Found(self.best, max(self.bound, self.best.value), self.proof, timed_out, self.regions)

    def _offer(self, spend: Floats) -> None:
        found = improve(self.setting, self.domains, spend)
        if found is not None and (self.best is None or found.value > self.best.value):
            self.best = found

    def _lower(self, programme: Programme, outcome: Outcome) -> None:
        """Take the bound of a programme, or the one its prices prove on the curves."""
        if outcome.ended is Ended.INFEASIBLE:
            raise InternalError(say("the solver finds no split that keeps the rules, although one exists."))
        bound, proof = outcome.bound + SAFE, "programme"
        if outcome.duals is not None and not self.setting.ratio_function:
            bound, proof = dual_bound(self.setting, self.regions, programme, outcome.duals), "dual"
        if bound < self.bound:
            self.bound, self.proof = bound, proof

    def _refine(self, programme: Programme, values: Floats) -> bool:
        """Finer lines and regions where the programme's solution stands above the curves; False where it does not."""
        setting = self.setting
        level = abs(self.bound) if np.isfinite(self.bound) else 1.0
        fine = max(FINE * self.tolerance * level / setting.count, ROUNDING)
        spend = values[: setting.count]
        here = [self._chosen(c, columns, values) for c, columns in enumerate(programme.region_columns)]
        changed = self._touch(here, spend, fine)
        if self.best is not None:  # lines at the best split known make its own value plain
            where = [self._around(c, float(self.best.spend[c])) for c in range(setting.count)]
            changed |= self._touch(where, self.best.spend, fine)
        return changed

    def _chosen(self, cell: int, columns: list[int], values: Floats) -> Region:
        return self.regions[cell][int(np.argmax(values[columns])) if columns else 0]

    def _around(self, cell: int, spend: float) -> Region:
        return min(self.regions[cell], key=lambda r: max(r.low - spend, spend - r.high, 0.0))

    def _touch(self, regions: list[Region], spend: Floats, fine: float) -> bool:
        """Add the touching line where a region's lines stand above a curve; cut it where the envelope does."""
        changed, cuts = False, {}
        for place, function in enumerate(self.setting.functions):
            wide = [(r, s) for r, s in zip(regions, spend.tolist(), strict=True) if r.high > r.low]
            if not wide:
                continue
            own = [r for r, _ in wide]
            at = np.clip([s for _, s in wide], [r.low for r in own], [r.high for r in own])
            value = function.value(np.array([r.cell for r in own]), at)
            above = np.array([min(a * x + b for a, b in r.lines[place]) for r, x in zip(own, at, strict=True)]) - value
            pick = np.flatnonzero(above > fine)
            if not len(pick):
                continue
            some = [own[n] for n in pick]
            lines, left, right = touch(function, some, at[pick])
            for region, line, x, v, a, b in zip(some, lines, at[pick], value[pick], left, right, strict=True):
                if line not in region.lines[place]:
                    region.lines[place].append(line)
                    changed = True
                if line[0] * x + line[1] - v > fine and b - a > 1e-12 and id(region) not in cuts:
                    cuts[id(region)] = (region, self._where(place, region.cell, float(x), (float(a), float(b))))
        self._cut(list(cuts.values()))
        return changed or bool(cuts)

    def _where(self, place: int, cell: int, x: float, straight: tuple[float, float]) -> float:
        """Where to cut a region whose envelope is straight around x: where the curve begins to bend the other way."""
        left, right = straight
        edge = EDGE * (right - left)
        low, high, concave = self.setting.functions[place].stretch(cell, x)
        borders = [b for b in (high, low) if left + 1e-9 * (right - left) < b < right - 1e-9 * (right - left)]
        if borders:
            return min(borders, key=lambda b: abs(b - x)) if concave else borders[0]
        return min(max(x, left + edge), right - edge)

    def _cut(self, cuts: list[tuple[Region, float]]) -> None:
        """Replace regions by their two parts, with lines laid anew."""
        fresh = []
        for region, at in cuts:
            parts = [Region(region.cell, region.low, at), Region(region.cell, at, region.high)]
            own = self.regions[region.cell]
            place = next(k for k, r in enumerate(own) if r is region)
            own[place : place + 1] = parts
            fresh += parts
        lay(self.setting, fresh)


def first_regions(setting: Setting, domains: list[list[Interval]]) -> list[list[Region]]:
    """One region per allowed interval, with lines."""
    regions = [[Region(cell, i.low, i.high, i.off) for i in own] for cell, own in enumerate(domains)]
    lay(setting, [r for own in regions for r in own])
    return regions


def lay(setting: Setting, regions: list[Region]) -> None:
    """Lay the first outer lines of all functions over some regions."""
    wide = [r for r in regions if r.high > r.low]
    points = [r for r in regions if r.high <= r.low]
    cells, at = np.array([r.cell for r in points], dtype=np.intp), np.array([r.low for r in points])
    for function in setting.functions:
        for region, lines in zip(wide, cover(function, wide), strict=True):
            region.lines.append(lines)
        for region, value in zip(points, function.value(cells, at).tolist() if points else [], strict=True):
            region.lines.append([(0.0, value)])


def dual_bound(setting: Setting, regions: list[list[Region]], programme: Programme, duals: Floats) -> float:
    """Bound that the prices of the rows prove on the true curves; each cell may take any spend of its range."""
    price = np.full(setting.count, setting.cost)
    limit, noise = programme.fixed, 0.0
    for row, dual in zip(programme.rows, duals.tolist(), strict=True):
        if not row.terms or max(k for k, _ in row.terms) >= setting.count or not dual:
            continue
        side = row.high if dual > 0.0 else row.low
        if not np.isfinite(side):  # a price of the wrong sign proves nothing, and is rounding
            continue
        for cell, factor in row.terms:
            price[cell] += dual * factor
        limit += dual * side
        noise += abs(dual * side)
    low = np.array([min(r.low for r in own) for own in regions])
    high = np.array([max(r.high for r in own) for own in regions])
    whole = setting.functions[0].whole
    cut, floor = whole.cut(low, high), whole.value_at(low)
    surplus = respond(cut, price)[1] + floor
    noise += float(np.abs(surplus).sum())
    return float(surplus.sum()) + limit + ROUNDING * noise
