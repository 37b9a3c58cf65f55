"""Branch and bound on the true curves, for those that are not concave.

The dual search bounds the best split by that on the concave envelopes, and leaves in general one cell on a straight
part of its envelope, where its curve lies lower. That cell's range is cut in two there; each half has tighter
envelopes, so a lower bound, and the search goes on in the half that promises most. Every half also proposes splits, which
are improved on the true curves. What remains open when the effort is spent is stated as the gap.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from optimizer.allocation.certificate import Part, Proof
from optimizer.allocation.climb import Stretches, climb, values_at
from optimizer.allocation.concave import Priced, find_price
from optimizer.allocation.envelope import AnyResponse, split
from optimizer.allocation.feasibility import fit_to_bounds, settle
from optimizer.allocation.problem import Bounds, Problem
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Floats

INSIDE = 0.1  # a range is cut at least this share of its straight part away from both its ends


@dataclass(frozen=True)
class Effort:
    """How long to go on.

    Attributes
    ----------
    parts : int
        Parts looked at before the search stops with the gap it has.
    spare : int
        Parts looked at for a gap smaller than the problem's tolerance, down to `aim`.
    aim : float
        Relative gap at which nothing more is to be had.
    """

    parts: int = 4000
    spare: int = 200
    aim: float = 1e-9


@dataclass(order=True)
class _Open:
    """A part still open: minus its bound (the heap's order), its place in the proof, its curves, floor and dual."""

    rank: float
    index: int
    cut: AnyResponse = field(compare=False)
    floor: float = field(compare=False)
    found: Priced = field(compare=False)


class Search:
    """One run of branch and bound; `spend`, `value` and `proof` are the best known so far."""

    def __init__(self, problem: Problem, bounds: Bounds, effort: Effort) -> None:
        self.budget, self.tolerance, self.effort = problem.budget, problem.tolerance, effort
        self.cut = AnyResponse.of(problem.curves, bounds)
        self.stretches = Stretches.of(self.cut)
        self.offset = float(problem.curves.value(bounds.lower).sum())
        self.parts: list[Part] = []
        self.open: list[_Open] = []
        self.spend: Floats = bounds.lower
        self.value = -np.inf

    def run(self, starts: list[Floats]) -> tuple[Floats, Proof]:
        """Search from some splits that spend the budget."""
        self._enter(self.cut, 0.0)
        price = self.open[0].found.price
        for start in starts:
            self._propose(start, price)
        while self.open and not self._done():
            self._expand(heapq.heappop(self.open))
        return self.spend, Proof(tuple(self.parts))

    def _done(self) -> bool:
        bound = max(-self.open[0].rank, self.value)
        gap = (bound - self.value) / max(abs(bound + self.offset), 1e-300)
        effort = self.effort.spare if gap <= self.tolerance else self.effort.parts
        return gap <= self.effort.aim or len(self.parts) >= effort

    def _enter(self, cut: AnyResponse, floor: float) -> int:
        """Bound a part, propose splits from it and put it on the heap; returns its place in the proof."""
        index = len(self.parts)
        lower, upper = cut.bounds.lower.sum(), cut.bounds.upper.sum()
        if lower > self.budget * (1 + 1e-12) or upper < self.budget * (1 - 1e-12):
            self.parts.append(Part(0.0))
            return index
        found = find_price(split(cut), self.budget)
        self.parts.append(Part(found.price))
        bound = found.bound + floor
        if bound > self.value:
            self._round(cut, found)
            heapq.heappush(self.open, _Open(-bound, index, cut, floor, found))
        return index

    def _expand(self, node: _Open) -> None:
        """Cut the range of the cell that lies farthest below its envelope."""
        cell, at = self._where(node)
        if cell < 0:
            return
        bounds = node.cut.bounds
        low, high = float(bounds.lower[cell]), float(bounds.upper[cell])
        below = self._enter(node.cut.with_row(cell, low, at), node.floor)
        rise = float(values_at(node.cut.take(np.array([cell])), np.array([at]))[0])
        above = self._enter(node.cut.with_row(cell, at, high), node.floor + rise)
        self.parts[node.index] = Part(node.found.price, cell, at, (below, above))

    def _where(self, node: _Open) -> tuple[int, float]:
        found, mix = node.found, node.found.spend
        jump = found.more - found.less
        missing = values_at(node.cut, found.less) * (1 - found.share) + values_at(node.cut, found.more) * found.share
        missing -= values_at(node.cut, mix)
        cell = int(np.argmax(missing))
        if missing[cell] <= 0.0 or jump[cell] <= 0.0:
            return -1, 0.0
        edge = INSIDE * jump[cell]
        return cell, float(np.clip(mix[cell], found.less[cell] + edge, found.more[cell] - edge))

    def _round(self, cut: AnyResponse, found: Priced) -> None:
        """Turn a split on the envelopes into splits on the curves: fill jumps one by one, the last one either way."""
        self._propose(settle(found.spend, self.budget, cut.bounds), found.price)
        jump = found.more - found.less
        jumping = np.flatnonzero(jump > 1e-9 * self.budget)
        room = self.budget - float(found.less.sum())
        order = jumping[np.argsort(-jump[jumping], kind="stable")]
        filled = np.cumsum(jump[order]) <= room
        full = found.less.copy()
        full[order[filled]] = found.more[order[filled]]
        self._repair(cut, full, found.price)
        rest = order[~filled]
        if len(rest):
            full[rest[0]] = found.more[rest[0]]
            self._repair(cut, full, found.price)

    def _repair(self, cut: AnyResponse, spend: Floats, price: float) -> None:
        """Keep each cell in the stretch it was put in and spend the budget within these."""
        stretch = self.stretches.around(spend, price)
        try:
            start = fit_to_bounds(np.maximum(spend, 1e-9 * self.budget), self.budget, stretch)
        except InfeasibleError:
            start = fit_to_bounds(np.maximum(spend, 1e-9 * self.budget), self.budget, self.cut.bounds)
        self._propose(start, price)

    def _propose(self, start: Floats, price: float) -> None:
        spend, value = climb(self.stretches, self.budget, start, price)
        if value > self.value:
            self.spend, self.value = spend, value


def close_gap(problem: Problem, bounds: Bounds, starts: list[Floats], effort: Effort | None = None) -> tuple[Floats, Proof]:
    """Best split found on the true curves, and the proof of how good it is."""
    return Search(problem, bounds, effort or Effort()).run(starts)
