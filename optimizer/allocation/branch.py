"""Branch and bound on the true curves, for those that are not concave.

The dual search bounds the best split by that on the concave envelopes, and leaves in general one cell on a straight
part of its envelope, where its curve lies lower. That cell's range is cut in two there; each half has tighter
envelopes, so a lower bound, and the search goes on in the half that promises most. Every half also proposes splits,
which are improved on the true curves. What remains open when the effort is spent is stated as the gap.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field

import numpy as np

from optimizer.allocation.certificate import Part, Proof
from optimizer.allocation.climb import Stretches, climb
from optimizer.allocation.concave import Priced, find_price
from optimizer.allocation.envelope import AnyResponse, halves, split, twins
from optimizer.allocation.feasibility import fit_to_bounds, settle
from optimizer.allocation.problem import Bounds, Problem
from optimizer.history.panel import Floats

INSIDE = 0.1  # a range is cut at least this share of its straight part away from both its ends
AIM = 1e-9  # relative gap at which nothing more is to be had
SPARE_PARTS, SPARE_CELLS = (20, 500), 20_000  # looked at for a gap below the tolerance: parts, and parts times cells
EAGER_PARTS = 16  # the first parts, and then one in EAGER_PARTS, propose every rounding; the others one
ROUNDING = 1e-12
NOISE = 1e-15  # of all that the curves could bring: a sum is not better known


@dataclass(order=True)
class _Open:
    """A part still open, with its dual search; the heap gives the one of the largest bound first."""

    rank: float
    index: int
    bounds: Bounds = field(compare=False)
    found: Priced = field(compare=False)


class Search:
    """One run of branch and bound.

    Parameters
    ----------
    problem : Problem
    bounds : Bounds
        Narrowed to the range of the curves; able to hold the budget.
    """

    def __init__(self, problem: Problem, bounds: Bounds) -> None:
        self.problem, self.budget = problem, problem.budget
        self.cut = AnyResponse.of(problem.curves, bounds)
        self.stretches = Stretches.of(self.cut)
        self.twins = twins(self.cut)
        self.offset = float(problem.curves.value(bounds.lower).sum())
        self.range = float(self.cut.value[:, -1].sum())
        self.deadline = time.monotonic() + problem.seconds
        self.parts: list[Part] = []
        self.open: list[_Open] = []
        self.spend: Floats = bounds.lower
        self.value = -np.inf

    def run(self, starts: list[Floats]) -> tuple[Floats, Proof]:
        """Search from some splits that spend the budget; returns the best split and the proof of its bound."""
        self._enter(self.cut.bounds, None)
        price = self.open[0].found.price
        for start in starts:
            self._propose(start, price)
        while self.open and not self._done():
            self._expand(heapq.heappop(self.open))
        return self._like_today(), Proof(tuple(self.parts))

    def _done(self) -> bool:
        missing = -self.open[0].rank - self.value
        if missing <= NOISE * self.range:
            return True
        gap = missing / max(abs(self.value + self.offset), NOISE * self.range)
        spare = min(max(SPARE_CELLS // len(self.spend), SPARE_PARTS[0]), SPARE_PARTS[1])
        if gap <= self.problem.tolerance and len(self.parts) >= spare:
            return True
        return gap <= AIM or time.monotonic() > self.deadline

    def _within(self, bounds: Bounds) -> tuple[AnyResponse, float]:
        """The curves cut to a part's bounds, and the value at its lower bounds; made anew, to keep open parts small."""
        whole = self.cut.bounds
        rows = np.flatnonzero((bounds.lower > whole.lower) | (bounds.upper < whole.upper))
        if not len(rows):
            return self.cut, 0.0
        lower = bounds.lower[rows]
        floor = float(self.cut.take(rows).value_at(lower).sum())
        return self.cut.narrowed(rows, lower, bounds.upper[rows]), floor

    def _enter(self, bounds: Bounds, hint: float | None) -> int:
        """Bound a part, propose splits from it and put it on the heap; returns its place in the proof."""
        index = len(self.parts)
        if not _holds(bounds, self.budget):
            self.parts.append(Part(0.0))
            return index
        cut, floor = self._within(bounds)
        found = find_price(split(cut), self.budget, hint)
        self.parts.append(Part(found.price))
        bound = found.bound + floor
        if bound > self.value:
            self._round(found, every=index < EAGER_PARTS or index % EAGER_PARTS == 0)
            heapq.heappush(self.open, _Open(-bound, index, bounds, found))
        return index

    def _expand(self, part: _Open) -> None:
        """Cut the range of the cell that lies farthest below its envelope."""
        cell, at = self._where(part)
        if cell < 0:
            return
        low, high = halves(part.bounds, cell, at, self.twins)
        children = (self._enter(low, part.found.price), self._enter(high, part.found.price))
        self.parts[part.index] = Part(part.found.price, cell, at, children)

    def _where(self, part: _Open) -> tuple[int, float]:
        """Cell and spend at which to cut; of twins in the same place the one up to which the budget would fill them."""
        cut, found, mix = self.cut, part.found, part.found.spend
        jump = found.more - found.less
        on_envelope = cut.value_at(found.less) * (1.0 - found.share) + cut.value_at(found.more) * found.share
        missing = on_envelope - cut.value_at(mix)
        cell = int(np.argmax(missing))
        if missing[cell] <= NOISE * self.range or jump[cell] <= 0.0:
            return -1, 0.0
        group = next((g for g in self.twins if cell in g), None)
        if group is not None:
            level = group[(missing[group] >= missing[cell] * (1.0 - 1e-9)) & (mix[group] == mix[cell])]
            cell = int(level[min(int(found.share * len(level)), len(level) - 1)])
        edge = INSIDE * jump[cell]
        return cell, float(np.clip(mix[cell], found.less[cell] + edge, found.more[cell] - edge))

    def _round(self, found: Priced, *, every: bool) -> None:
        """Turn a split on the envelopes into splits on the curves: fill jumps one by one, the last one either way."""
        jump = found.more - found.less
        jumping = np.flatnonzero(jump > AIM * self.budget)
        order = jumping[np.argsort(-jump[jumping], kind="stable")]
        filled = np.cumsum(jump[order]) <= self.budget - float(found.less.sum())
        full = found.less.copy()
        full[order[filled]] = found.more[order[filled]]
        self._repair(full, found.price)
        if every:
            self._propose(settle(found.spend, self.budget, self.cut.bounds), found.price)
            if not filled.all():
                last = order[~filled][0]
                full[last] = found.more[last]
                self._repair(full, found.price)

    def _repair(self, spend: Floats, price: float) -> None:
        """Spend the budget with each cell in the stretch it was put in, where that is possible."""
        stretch = self.stretches.around(spend, price)
        room = stretch if _holds(stretch, self.budget) else self.cut.bounds
        self._propose(fit_to_bounds(spend, self.budget, room), price)

    def _propose(self, start: Floats, price: float) -> None:
        spend, value = climb(self.stretches, self.budget, start, price)
        if value > self.value:
            self.spend, self.value = spend, value

    def _like_today(self) -> Floats:
        """The best split; among twins the largest spend where most is spent today."""
        spend = self.spend.copy()
        for group in self.twins:
            order = group[np.argsort(-self.problem.baseline[group], kind="stable")]
            spend[order] = np.sort(spend[group])[::-1]
        return spend


def _holds(bounds: Bounds, budget: float) -> bool:
    """Whether some split of the budget keeps the bounds."""
    low, high = float(bounds.lower.sum()), float(bounds.upper.sum())
    return low <= budget * (1.0 + ROUNDING) and high >= budget * (1.0 - ROUNDING)


def close_gap(problem: Problem, bounds: Bounds, starts: list[Floats]) -> tuple[Floats, Proof]:
    """Find the best split on curves of any shape, and the proof of how good it is.

    Parameters
    ----------
    problem : Problem
        Its `seconds` end the search with the gap it then has.
    bounds : Bounds
        Narrowed to the range of the curves; able to hold the budget.
    starts : list of float array, shape (C,)
        Splits to begin with; the result is worth at least as much as each.

    Returns
    -------
    spend : float array, shape (C,)
    proof : Proof
    """
    return Search(problem, bounds).run(starts)
