"""Near-best plans: nearly all of the gain with the fewest and the smallest moves.

For any price p, moving cell c from today's b to x changes the value, less the money moved at that price, by at most
``g_c(p) = max f(x) - f(b) - p (x - b)``. Moves sum to nothing, so k moved cells gain no more than the k largest g_c(p)
together. The least of that over the prices says how many cells must move at the least, and names the ones to try.
Where trying them is not enough, a search through the sets that are left decides.

The size of the moves is cut down by a fee t on money that is moved. Moves sum to nothing, so that the money moved is
``sum |x - b| = 2 (B - sum min(x, b))``, and a fee is the same as a reward of 2 t for every unit up to b: a curve like
the others, as concave as before, on which the same solver is exact.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.certificate import certify
from optimizer.allocation.envelope import AnyResponse, respond
from optimizer.allocation.feasibility import check, settle
from optimizer.allocation.frontier import plain, with_bound
from optimizer.allocation.problem import Allocation, Bounds, Problem
from optimizer.allocation.rules import FixedCost
from optimizer.allocation.solve import solve
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Floats
from optimizer.language.message import figure, say
from optimizer.response.curves import Curves, count_below

GIVE_AWAY = 0.05  # of the gain over today's split, unless told
PRICES = 96  # prices at which moves are bounded
STILL = 1e-9  # of the budget: a smaller move is none
ENOUGH = 1e-12  # relative: a value short of the one needed by less is enough
FEES = 40  # halvings of the fee on moved money
MOST_SETS = 400  # sets of cells tried


@dataclass(frozen=True, eq=False)
class NearBest:
    """A plan near the best that moves little.

    Attributes
    ----------
    allocation : Allocation
        The plan with its certificate; the bound is that of the best plan.
    best : Allocation
        The plan it is near to.
    moved : tuple of int
        Cells whose spend is not that of today's split.
    fewest : int
        Proven: no plan that gives away as little moves fewer cells.
    money_moved : float
        Weekly money that changes its cell.
    least_money_moved : float
        Proven: no plan that gives away as little and moves the same cells moves less money.
    given_away : float
        Share of the best plan's gain over today's split that is given up, 0 to 1.
    """

    allocation: Allocation
    best: Allocation
    moved: tuple[int, ...]
    fewest: int
    money_moved: float
    least_money_moved: float
    given_away: float

    @property
    def proven_fewest(self) -> bool:
        """Whether no fewer cells could do."""
        return len(self.moved) <= self.fewest


def near_best(problem: Problem, give_away: float = GIVE_AWAY, best: Allocation | None = None) -> NearBest:
    """Find the plan with the fewest moved cells, and then the smallest moves, that keeps most of the gain.

    Parameters
    ----------
    problem : Problem
        A cell counts as unmoved where it keeps the spend of today's split, scaled to the budget and made to keep the
        rules (`Allocation.baseline`). Its `seconds` end the search for fewer cells.
    give_away : float
        Share of the gain over today's split that may be lost, 0 to 1.
    best : Allocation, optional
        The solution of the problem, where it is known.

    Returns
    -------
    NearBest

    Raises
    ------
    InputError
        A share outside of 0 to 1; or the budget may be left unspent.
    InfeasibleError
        The problem has no plan.

    Examples
    --------
    >>> from optimizer.history.panel import Cell
    >>> cells = [Cell("n", name) for name in "abcd"]
    >>> curves = Curves.from_slopes(cells, [0.0, 100.0], [[9, 1], [1, 0], [3, 1], [3.2, 1]], [0.0] * 4)
    >>> found = near_best(Problem(curves, 100.0, Bounds(np.zeros(4), np.full(4, 100.0)), np.ones(4)), 0.3)
    >>> found.moved, found.fewest, round(found.given_away, 6)
    ((0, 1), 2, 0.3)
    """
    if not 0.0 <= give_away <= 1.0:
        said = say("the share of the gain to give away is {share}", share=figure(give_away))
        raise InputError.at(said, fix=say("it must be from 0 to 1"))
    if not problem.spend_all:
        fix = say("near-best plans compare splits of one budget, spent in full")
        raise InputError.at(say("the budget may be left unspent"), fix=fix)
    problem = replace(problem, price_rules=False)
    best = best if best is not None else solve(problem)
    search = _Search(problem, best, give_away)
    spend, fewest = search.run()
    cells = np.flatnonzero(np.abs(spend - best.baseline) > STILL * problem.budget)
    spend, least = search.smaller_moves(spend, cells)
    return _result(problem, best, spend, (fewest, least))


def _result(problem: Problem, best: Allocation, spend: Floats, proven: tuple[int, float]) -> NearBest:
    own = _certified(problem, best, spend)
    gain = best.certificate.value - best.baseline_value
    lost = best.certificate.value - own.certificate.value
    change = np.abs(own.spend - best.baseline)
    moved = tuple(int(c) for c in np.flatnonzero(change > STILL * problem.budget))
    return NearBest(
        allocation=own,
        best=best,
        moved=moved,
        fewest=min(proven[0], len(moved)),
        money_moved=0.5 * float(change.sum()),
        least_money_moved=min(max(proven[1], 0.0), 0.5 * float(change.sum())),
        given_away=max(lost / gain, 0.0) if gain > 0.0 else 0.0,
    )


def _certified(problem: Problem, best: Allocation, spend: Floats) -> Allocation:
    """The plan, held against the bound that was proven for the best one."""
    if np.array_equal(spend, best.spend):
        return best
    if plain(problem):
        proof = certify(problem, check(problem), spend)
    else:  # solving with every cell locked checks the rules
        proof = solve(replace(problem, bounds=Bounds(spend, spend), baseline=spend)).certificate
    bound = max(best.certificate.bound, proof.value)
    return replace(best, spend=spend, certificate=with_bound(proof, bound, problem.tolerance))


class _Search:
    """One search for the fewest moved cells."""

    def __init__(self, problem: Problem, best: Allocation, give_away: float) -> None:
        self.problem, self.best, self.today = problem, best, best.baseline
        value = best.certificate.value
        self.needed = value - give_away * (value - best.baseline_value)
        self.needed -= ENOUGH * abs(value)
        self.until = time.monotonic() + problem.seconds
        self.bounds = self._known_bounds()
        self.most = self._most_gains()
        self.tried = 0

    def run(self) -> tuple[Floats, int]:
        """The plan found, and the number of moves proven to be the fewest."""
        if self.best.baseline_value >= self.needed:
            return self.today.copy(), 0
        fewest = self._fewest()
        spend = self._few(fewest)
        count = self._moves(spend)
        while fewest < count:
            found, closed = self._any_of_size(fewest)
            if found is not None:
                return found, fewest
            if not closed:
                break
            fewest += 1
        return spend, fewest

    def smaller_moves(self, spend: Floats, cells: NDArray[np.intp]) -> tuple[Floats, float]:
        """Cut down the moves of some cells as far as the value needed allows; and what is proven about how far."""
        if len(cells) == 0:
            return spend, 0.0
        if not plain(self.problem):
            return self._nearer_under_rules(spend), 0.0
        bounds = self._only(cells)
        reward = _Rewarded(self.problem, bounds, self.today)
        low, high = 0.0, 2.0 * reward.top
        plan, enough, less = spend, spend, self.today  # what is worth enough, and too little, on both sides of the fee
        least = 0.0
        for _ in range(FEES):
            fee = 0.5 * (low + high)
            found, bound = reward.best(fee)
            least = max(least, self.problem.budget - (bound - self.needed) / (2.0 * fee))
            if self._value(found) >= self.needed:
                low, enough = fee, found
            else:
                high, less = fee, found
            plan = min(plan, enough, self._between(enough, less), key=self._money_moved)
            if self._money_moved(plan) <= least * (1.0 + 1e-6):
                break
        return plan, least

    # Which cells ----------------------------------------------------------------------------------------------------

    def _known_bounds(self) -> Bounds:
        knots = self.problem.curves.knots
        bounds = self.problem.bounds
        return Bounds(np.maximum(bounds.lower, knots[:, 0]), np.minimum(bounds.upper, knots[:, -1]))

    def _most_gains(self) -> Floats:
        """(C, P) the most that moving a cell can bring at each of P prices of money."""
        curves, today = self.problem.curves, self.today
        response = respond(curves, self.bounds)
        floor, now = curves.value(self.bounds.lower), curves.value(today)
        price = max(self.best.certificate.price, 0.0)
        top = response.top_price
        spread = price * np.geomspace(0.2, 5.0, PRICES - 2) if price > 0.0 else np.linspace(0.0, top, PRICES - 2)
        prices = np.unique(np.concatenate([[0.0, price], np.minimum(spread, top)]))
        gains = [np.maximum(response.at(float(p))[1] + floor + p * today - now, 0.0) for p in prices]
        return np.asarray(np.stack(gains, axis=1) + self._saved_costs()[:, None], dtype=np.float64)

    def _saved_costs(self) -> Floats:
        """(C,) fixed costs that leaving a cell may save: they come on top of what its move brings."""
        saved = np.zeros(len(self.today))
        for rule in self.problem.rules:
            if isinstance(rule, FixedCost):
                saved[list(rule.cells)] += rule.cost
        return saved

    def _fewest(self) -> int:
        """Fewest moved cells that could bring the gain needed; moving one alone is no move."""
        missing = self.needed - self.best.baseline_value
        sums = np.cumsum(np.sort(self.most, axis=0)[::-1], axis=0).min(axis=1)
        return max(int(np.searchsorted(sums, missing)) + 1, 2)

    def _few(self, fewest: int) -> Floats:
        """A plan of few moves: the cells that promise most, as many as it takes, and then without those not needed."""
        spend = self.best.spend
        moved = np.flatnonzero(np.abs(spend - self.today) > STILL * self.problem.budget)
        for count in range(fewest, len(moved)):
            sums = np.sort(self.most, axis=0)[::-1][:count].sum(axis=0)
            order = np.argsort(-self.most[:, int(np.argmin(sums))], kind="stable")
            found = self._plan_of(order[:count])[0]
            if found is not None:
                spend = found
                break
            if self._late():
                break
        return self._without_needless(spend, fewest)

    def _without_needless(self, spend: Floats, fewest: int) -> Floats:
        """Put cells back to today's spend one by one, smallest moves first, as long as the rest can do without."""
        for cell in np.argsort(np.abs(spend - self.today), kind="stable"):
            moved = np.flatnonzero(np.abs(spend - self.today) > STILL * self.problem.budget)
            if len(moved) <= fewest or self._late():
                break
            if cell in moved:
                found = self._plan_of(moved[moved != cell])[0]
                spend = found if found is not None else spend
        return spend

    def _any_of_size(self, count: int) -> tuple[Floats | None, bool]:
        """Some plan that moves `count` cells and is worth enough; and whether all sets were ruled out or tried."""
        order = np.argsort(-self.most.min(axis=1), kind="stable")
        missing = self.needed - self.best.baseline_value
        gains = self.most[order]
        stack: list[tuple[int, tuple[int, ...]]] = [(0, ())]
        while stack:
            at, chosen = stack.pop()
            left = count - len(chosen)
            mine = gains[list(chosen)].sum(axis=0)
            rest = gains[at:]
            if len(rest) < left:
                continue
            more = np.sort(rest, axis=0)[len(rest) - left :].sum(axis=0) if left else 0.0
            if float((mine + more).min()) < missing:
                continue
            if left == 0:
                if self._late() or self.tried > MOST_SETS:
                    return None, False
                found, ruled_out = self._plan_of(order[list(chosen)])
                if found is not None:
                    return found, True
                if not ruled_out:
                    return None, False
                continue
            if self._late():
                return None, False
            stack.append((at + 1, chosen))
            stack.append((at + 1, (*chosen, at)))
        return None, True

    def _plan_of(self, cells: NDArray[np.intp]) -> tuple[Floats | None, bool]:
        """A plan that moves these cells only and is worth enough, if one is found; and whether there is none."""
        self.tried += 1
        seconds = max(self.until - time.monotonic(), 0.0)
        try:
            one = solve(replace(self.problem, bounds=self._only(cells), baseline=self.today, seconds=seconds))
        except InfeasibleError:
            return None, True
        if one.certificate.value >= self.needed:
            return one.spend, False
        return None, one.certificate.bound < self.needed

    def _only(self, cells: NDArray[np.intp]) -> Bounds:
        lower, upper = self.today.copy(), self.today.copy()
        lower[cells], upper[cells] = self.bounds.lower[cells], self.bounds.upper[cells]
        return Bounds(lower, upper)

    def _moves(self, spend: Floats) -> int:
        return int((np.abs(spend - self.today) > STILL * self.problem.budget).sum())

    def _late(self) -> bool:
        return time.monotonic() > self.until

    # How far --------------------------------------------------------------------------------------------------------

    def _money_moved(self, spend: Floats) -> float:
        return 0.5 * float(np.abs(spend - self.today).sum())

    def _value(self, spend: Floats) -> float:
        return float(self.problem.curves.value(spend).sum())

    def _between(self, enough: Floats, less: Floats) -> Floats:
        """The point nearest to the smaller moves that is still worth enough."""
        if self._money_moved(less) >= self._money_moved(enough):
            return enough
        low, high = 0.0, 1.0
        for _ in range(FEES):
            share = 0.5 * (low + high)
            if self._value(enough + share * (less - enough)) >= self.needed:
                low = share
            else:
                high = share
        mixed = settle(enough + low * (less - enough), self.problem.budget, self.bounds)
        return mixed if self._value(mixed) >= self.needed else enough

    def _nearer_under_rules(self, spend: Floats) -> Floats:
        """Narrow every move by one factor as long as a plan that keeps the rules is worth enough."""
        low, high = 0.0, 1.0
        change = spend - self.today
        for _ in range(8):
            share = 0.5 * (low + high)
            ends = np.stack([self.today, self.today + share * change])
            room = Bounds(ends.min(axis=0), ends.max(axis=0))
            try:
                one = solve(replace(self.problem, bounds=room, baseline=self.today, seconds=self.problem.seconds / 8))
                good = one.certificate.value >= self.needed and self._moves(one.spend) <= self._moves(spend)
            except InfeasibleError:
                good = False
            if good:
                spend, high = one.spend, share
            else:
                low = share
        return spend


class _Rewarded:
    """The problem with a reward for every unit of money that stays where it is."""

    def __init__(self, problem: Problem, bounds: Bounds, today: Floats) -> None:
        self.problem, self.bounds, self.today = problem, bounds, today
        knots = np.sort(np.concatenate([problem.curves.knots, today[:, None]], axis=1), axis=1)
        whole = AnyResponse.whole(problem.curves)
        place = np.clip(count_below(problem.curves.knots, 0.5 * (knots[:, 1:] + knots[:, :-1])) - 1, 0, None)
        place = np.minimum(place, whole.start.shape[1] - 1)
        rows = np.arange(len(today))[:, None]
        begin = whole.knots[rows, place]
        width = whole.knots[rows, place + 1] - begin
        bend = (whole.end[rows, place] - whole.start[rows, place]) / np.where(width > 0.0, width, 1.0)
        self.knots = knots
        self.start = np.maximum(whole.start[rows, place] + bend * (knots[:, :-1] - begin), 0.0)
        self.end = np.maximum(whole.start[rows, place] + bend * (knots[:, 1:] - begin), 0.0)
        self.stays = knots[:, 1:] <= today[:, None]
        self.top = float(max(self.start.max(), self.end.max()))

    def best(self, fee: float) -> tuple[Floats, float]:
        """The best plan when moved money costs a fee, and what no plan's value and reward together exceed."""
        extra = 2.0 * fee * self.stays
        curves = self.problem.curves
        base = curves.base + 2.0 * fee * curves.knots[:, 0]
        rewarded = Curves(curves.cells, self.knots, self.start + extra, self.end + extra, base)
        seconds = self.problem.seconds / FEES
        one = solve(replace(self.problem, curves=rewarded, bounds=self.bounds, baseline=self.today, seconds=seconds))
        return one.spend, one.certificate.bound
