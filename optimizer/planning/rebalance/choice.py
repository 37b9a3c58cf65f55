"""Which moves are worth making: judged by the draws, not by their mean alone, and as few of them as do.

A move brings what its cell gains less what the money brings in the places it comes from (or goes to). On common draws
that is a distribution: a move is worth making where it pays in most of it, and by more than relearning costs. What
does not is taken back, weakest first, and the rest is solved anew; of what is left the fewest and smallest moves that
keep nearly all of the gain are made. Near the best split the gain of a move falls with the square of its size while
its noise falls with the size alone, so that moves come to rest there by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.nearby import near_best
from optimizer.allocation.problem import Allocation, Bounds, Problem
from optimizer.allocation.solve import solve
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Floats

if TYPE_CHECKING:
    from optimizer.response.weekly import WeeklyResponse

ODDS = 0.6  # of paying, from which on a move is made: three to two
GIVE_AWAY = 0.02  # of the gain over today's split, for fewer and smaller moves
STILL = 1e-6  # of the budget: a smaller change is none
SAME_BUDGET = 1e-3  # relative; a budget that differs by less from what is spent now is the same
FEWEST = 3  # moved cells of which one may be needless: money that moves has two ends
AT_ONCE = 3  # of the moves that do not pay this part is taken back before the rest is judged anew


@dataclass(frozen=True, eq=False)
class Worth:
    """What moves bring, on common draws; S draws, C cells.

    Attributes
    ----------
    gained : float array, shape (S, C)
        Goal that each cell's change adds or gives up.
    net : float array, shape (S, C)
        The same less what the money brings where it comes from or goes to.
    """

    gained: Floats
    net: Floats

    @property
    def total(self) -> Floats:
        """(S,) gain of all moves together."""
        return np.asarray(self.gained.sum(axis=1))

    @property
    def odds(self) -> Floats:
        """(C,) share of draws in which a cell's move pays."""
        return np.asarray((self.net > 0.0).mean(axis=0))


@dataclass(frozen=True, eq=False)
class Chosen:
    """The moves that are made.

    Attributes
    ----------
    spend, start : float array, shape (C,)
        Weekly money after and before; `start` is what is spent now, with what the budget adds or takes put where it is
        worth most (`absorbed`).
    reference : float array, shape (C,)
        Today's split, scaled to the budget and made to keep the rules: what all is compared with.
    best : Allocation
        The best split of what next week allows, moves that do not pay included; its bound is the proof's.
    worth : Worth
        Of the moves that are made.
    odds : float array, shape (C,)
        Of each cell's move: of those that are made as they stand, of the others when they were given up.
    wanted : float array, shape (C,)
        Weekly money that the best split gives each cell.
    doubtful : bool array, shape (C,)
        Cells whose move does not pay often enough.
    stuck : bool array, shape (C,), or None
        Cells whose move no step of money allows.
    untested : float array, shape (C,), or None
        Weekly money without the tests, where there are any.
    """

    spend: Floats
    start: Floats
    reference: Floats
    best: Allocation
    worth: Worth
    odds: Floats
    wanted: Floats
    doubtful: NDArray[np.bool_]
    stuck: NDArray[np.bool_] | None = None
    untested: Floats | None = None


def worth_of(weekly: WeeklyResponse, start: Floats, spend: Floats) -> Worth:
    """Judge the moves from one constant weekly split to another.

    Parameters
    ----------
    weekly : WeeklyResponse
    start, spend : float array, shape (C,)

    Returns
    -------
    Worth
    """
    value = weekly.constant_draws(np.stack([start, spend], axis=1))[0]
    gained = value[..., 1] - value[..., 0]
    change = spend - start
    added, taken = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    # what one unit of money brings where it goes, and loses where it comes from, draw by draw
    brings = np.where(added > 0.0, gained, 0.0).sum(axis=1) / max(float(added.sum()), 1e-300)
    loses = np.where(taken > 0.0, -gained, 0.0).sum(axis=1) / max(float(taken.sum()), 1e-300)
    net = gained - added * loses[:, None] + taken * brings[:, None]
    return Worth(gained, np.where(change == 0.0, 0.0, net))


def choose_moves(problem: Problem, weekly: WeeklyResponse, relearning: Floats, responsive: bool = True) -> Chosen:
    """Find the moves that are worth making next week.

    Parameters
    ----------
    problem : Problem
        What next week allows, its baseline today's split; value over the weeks that a split is kept for.
    weekly : WeeklyResponse
        The draws behind its curves.
    relearning : float array, shape (C,)
        Goal units that a change of each cell costs.
    responsive : bool
        Whether the history shows any response; without one nothing moves.

    Raises
    ------
    InfeasibleError
        Nothing satisfies bounds and rules.
    """
    problem = replace(problem, price_rules=False)
    best = solve(problem)
    start, cells = absorbed(problem, best.baseline), len(best.spend)
    still = Worth(*np.zeros((2, weekly.draws, cells)))
    if not responsive:
        none = np.zeros(cells, dtype=np.bool_)
        reference = best.baseline
        return Chosen(start.copy(), start, reference, best, still, np.full(cells, 0.5), start.copy(), none)
    search = _Search(replace(problem, baseline=start), weekly, relearning, best)
    spend = search.run()
    worth = worth_of(weekly, start, spend) if moved(spend, start, problem.budget).any() else still
    odds = np.where(moved(spend, start, problem.budget), worth.odds, search.odds)
    return Chosen(spend, start, best.baseline, best, worth, odds, best.spend, search.doubtful)


def absorbed(problem: Problem, kept: Floats) -> Floats:
    """(C,) what is spent now, with the money that the budget adds or takes put where it is worth most.

    Scaling every cell would change every budget for the sake of a few per cent. Money that comes in is only added, and
    money that goes is only taken, in as few cells as keep nearly all of what that brings.

    Parameters
    ----------
    problem : Problem
        Its baseline is what is spent now, in money.
    kept : float array, shape (C,)
        Today's split scaled to the budget, which keeps the rules; what stands where adding or taking alone cannot.
    """
    now, bounds = problem.baseline, problem.bounds
    more = problem.budget - float(now.sum())
    if abs(more) <= SAME_BUDGET * problem.budget or (now < bounds.lower).any() or (now > bounds.upper).any():
        return kept
    room = Bounds(now, bounds.upper) if more > 0.0 else Bounds(bounds.lower, now)
    problem = replace(problem, baseline=kept)
    try:
        best = solve(replace(problem, bounds=room))
    except InfeasibleError:  # rules ask for more than adding or taking
        return kept
    stays = float(problem.curves.value(now).sum())
    needed = best.certificate.value - GIVE_AWAY * abs(best.certificate.value - stays)
    needed = max(needed, float(problem.curves.value(kept).sum()))  # never less than scaling brings
    order = np.argsort(-np.abs(best.spend - now), kind="stable")
    for count in range(1, int(moved(best.spend, now, problem.budget).sum())):
        free = np.isin(np.arange(len(now)), order[:count])
        try:
            few = solve(
                replace(problem, bounds=Bounds(np.where(free, room.lower, now), np.where(free, room.upper, now)))
            )
        except InfeasibleError:
            continue
        if few.certificate.value >= needed:
            return few.spend
    return best.spend if best.certificate.value >= needed else kept


def moved(spend: Floats, start: Floats, budget: float) -> NDArray[np.bool_]:
    """(C,) whether a cell's spend changes."""
    return np.asarray(np.abs(spend - start) > STILL * budget)


class _Search:
    """Takes back what does not pay, and then what is not needed."""

    def __init__(self, problem: Problem, weekly: WeeklyResponse, relearning: Floats, best: Allocation) -> None:
        self.problem, self.weekly, self.relearning = problem, weekly, relearning
        self.best, self.start = best, problem.baseline
        self.odds = np.full(len(self.start), 0.5)
        self.doubtful = np.zeros(len(self.start), dtype=np.bool_)
        self.held = self.doubtful.copy()  # not worth a move of their own
        self.needed = self.doubtful.copy()  # rules leave no split without these moves

    def run(self) -> Floats:
        """Weekly money per cell."""
        solved: Allocation = self.best
        while True:
            change = moved(solved.spend, self.start, self.problem.budget)
            worth = worth_of(self.weekly, self.start, solved.spend)
            weak = self._weak(worth, change)
            if not len(weak):
                break
            self.odds[weak] = worth.odds[weak]
            self.doubtful[weak] = True
            found = self._without()
            if found is None:
                self.doubtful[weak], self.needed[weak] = False, True
                continue
            solved = found
        if not self._pays(worth, change):
            return self.start.copy()
        return self._fewer(solved)

    def _weak(self, worth: Worth, change: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The weakest of the moves that do not pay; all of them where hardly any are left."""
        pays = (worth.odds >= ODDS) & (worth.net.mean(axis=0) > self.relearning)
        failing = np.flatnonzero(change & ~pays & ~self.needed)
        order = failing[np.argsort(worth.odds[failing], kind="stable")]
        return order[: -(-len(order) // AT_ONCE)]

    def _without(self) -> Allocation | None:
        """The best split that leaves doubtful cells where they are; None where rules allow none."""
        try:
            return solve(self._held())
        except InfeasibleError:
            return None

    def _held(self) -> Problem:
        """The problem with doubtful and needless cells kept where they are."""
        bounds = self.problem.bounds
        still = self.doubtful | self.held
        lower = np.where(still, self.start, bounds.lower)
        return replace(self.problem, bounds=Bounds(lower, np.where(still, self.start, bounds.upper)))

    def _pays(self, worth: Worth, change: NDArray[np.bool_]) -> bool:
        """Whether all moves together pay often enough, and more than relearning costs."""
        total = worth.total - float(self.relearning[change].sum())
        return bool(change.any() and (total > 0.0).mean() >= ODDS and total.mean() > 0.0)

    def _fewer(self, solved: Allocation) -> Floats:
        """Nearly all of the gain with the fewest and smallest moves."""
        held = self._held()
        solved = replace(solved, baseline=self.start, baseline_value=float(held.curves.value(self.start).sum()))
        if not held.spend_all or solved.certificate.value <= solved.baseline_value:
            return solved.spend
        return self._without_needless(solved) if held.rules else near_best(held, GIVE_AWAY, solved).allocation.spend

    def _without_needless(self, solved: Allocation) -> Floats:
        """Under rules: take back the moves that bring least, as long as the rest can do without them."""
        value = solved.certificate.value
        needed = value - GIVE_AWAY * (value - solved.baseline_value)
        while True:
            change = np.flatnonzero(moved(solved.spend, self.start, self.problem.budget))
            if len(change) < FEWEST:
                return solved.spend
            worth = worth_of(self.weekly, self.start, solved.spend).net.mean(axis=0)
            least = change[int(np.argmin(worth[change]))]
            before, self.held[least] = solved.spend, True
            found = self._without()
            if found is None or found.certificate.value < needed:
                return before
            solved = found
