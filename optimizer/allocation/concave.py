"""The exact dual search: the price of money at which the cells, each answering for itself, spend the whole budget.

For a price p the dual ``D(p) = sum of surpluses + p * budget`` is convex, and its slope is the budget minus what the
cells spend. Its minimum is found between two prices, one at which too much is spent and one at which too little.
On concave curves a mix of the two answers spends the budget exactly and is worth D at its minimum (strong duality). On
other curves D is still a bound, and the same as the best plan on the concave envelopes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation.envelope import ConcaveResponse, Response
from optimizer.history.panel import Floats

MANY, SAMPLE = 5000, 2000  # with more cells than MANY the search starts from the price of a sample
NEAR = 0.02  # how near a hint is expected to be
FAR = 1e9  # a hint wrong by this factor is given up
FIRST_CUT = 1e-3  # of the highest price, where the lowest is still 0 and has no logarithm
STEPS = 200  # bisection alone would need about 120 from the widest bracket; a secant step mostly needs 10
QUICK = 0.5  # of what was missing: a secant that leaves more has met a corner
STALLS = 2  # after so many the secants are given up: corners, or rounding, are near
NARROW = 1.5  # a bracket of this ratio is one in which curves look smooth
CLOSE = 4e-15  # relative: what is left is rounding
SPENT = 1e-13  # of the budget: what is then missing is settled by one cell


@dataclass(frozen=True)
class Priced:
    """What the dual search found.

    Attributes
    ----------
    price : float
        Minimiser of the dual.
    bound : float
        The dual there: no split is worth more (values count from the lower bounds).
    less, more : float array, shape (C,)
        Best responses just above and just below the price; they spend at most and at least the budget.
    share : float
        ``less + share * (more - less)`` spends the budget.
    steps : int
        Prices tried.
    """

    price: float
    bound: float
    less: Floats
    more: Floats
    share: float
    steps: int

    @property
    def spend(self) -> Floats:
        """(C,) the mix that spends the budget: the best split on the concave envelopes."""
        return np.asarray(self.less + self.share * (self.more - self.less), dtype=np.float64)


@dataclass
class _Side:
    """One end of the bracket: its price, the answer, the dual and the money spent above the budget."""

    price: float
    spend: Floats
    dual: float
    over: float


def find_price(response: Response, budget: float, hint: float | None = None) -> Priced:
    """Minimise the dual over the price.

    Parameters
    ----------
    response : Response
        Its bounds must be able to hold the budget.
    budget : float
        Money per week, > 0.
    hint : float, optional
        A price to begin with.

    Returns
    -------
    Priced
    """
    bounds = response.bounds
    top = response.top_price
    dear = _Side(top, bounds.lower, (budget - float(bounds.lower.sum())) * top, float(bounds.lower.sum()) - budget)
    free, steps = _Side(0.0, bounds.upper, np.inf, np.inf), 0  # what is taken for free: asked only if need be
    cheap = free
    if dear.over < 0.0 and hint is None and isinstance(response, ConcaveResponse) and len(bounds.lower) > MANY:
        cheap, dear, steps = _around(response, budget, free, dear, _price_of_sample(response, budget))
    if cheap is free:
        cheap = _ask(response, 0.0, budget)
        if cheap.over <= 0.0:  # more money than is of any use: what is left goes where it does no harm
            rest = _Side(0.0, bounds.upper, cheap.dual, float(bounds.upper.sum()) - budget)
            return _mix(rest, cheap, 1)
        if dear.over >= 0.0:
            return _mix(_Side(top, bounds.lower, dear.dual, dear.over), dear, 1)
        if steps == 0:
            cheap, dear, steps = _around(response, budget, cheap, dear, hint)
    found = _narrow(response, budget, cheap, dear)
    return replace(found, steps=found.steps + steps)


def _price_of_sample(response: ConcaveResponse, budget: float) -> float:
    """The price for some of the cells with their part of the budget: near that for all, and cheap to find."""
    floor, ceiling = float(response.bounds.lower.sum()), float(response.bounds.upper.sum())
    some = response.sample(SAMPLE)
    low, high = float(some.bounds.lower.sum()), float(some.bounds.upper.sum())
    return find_price(some, low + (high - low) * (budget - floor) / (ceiling - floor)).price


def _around(
    response: Response, budget: float, cheap: _Side, dear: _Side, hint: float | None
) -> tuple[_Side, _Side, int]:
    """Start from a bracket about a hint, widened until it holds the answer."""
    if hint is None:
        return cheap, dear, 0
    step, steps, price = 1.0 + NEAR, 0, hint
    while cheap.price < price < dear.price and step < FAR:
        side = _ask(response, price, budget)
        steps += 1
        if side.over > 0.0:
            cheap, up = side, True
        else:
            dear, up = side, False
        if hint / step <= cheap.price and dear.price <= hint * step:
            break
        step = step**2 if steps > 1 else step
        price = hint * step if up else hint / step
    return cheap, dear, steps


def _narrow(response: Response, budget: float, cheap: _Side, dear: _Side) -> Priced:
    """Close the bracket by secants on the spend, crossings of the dual's tangents, and halving when these stall."""
    before, last = (cheap, dear) if abs(dear.over) < abs(cheap.over) else (dear, cheap)
    quick = dear.price <= NARROW * cheap.price  # whether secants through the last two answers gain on the answer
    turn, stalls = 0, 0
    many = isinstance(response, ConcaveResponse) and len(last.spend) > MANY
    for step in range(STEPS):
        if dear.price - cheap.price <= CLOSE * dear.price:
            break
        crossing, height = _crossing(cheap, dear)
        if many and min(cheap.dual, dear.dual) - height <= CLOSE * abs(height):
            break  # on concave curves the mix of both answers is worth that height
        guess = _secant(before, last) if quick else _guess(cheap, dear, crossing, turn)
        turn += not quick
        if not cheap.price < guess < dear.price:
            guess = 0.5 * (cheap.price + dear.price)
        side = _ask(response, guess, budget)
        if abs(side.over) <= SPENT * budget:
            return _mix(side, side, step + 2)
        if guess == crossing and side.dual <= height + CLOSE * abs(height):
            return _kink(cheap, side, dear, step + 2)
        cheap, dear = (side, dear) if side.over > 0.0 else (cheap, side)
        gained = abs(side.over) <= QUICK * abs(last.over)
        stalls += quick and not gained
        quick = gained and stalls < STALLS and dear.price <= NARROW * cheap.price
        before, last = last, side
    return _mix(cheap, dear, STEPS)


def _secant(before: _Side, last: _Side) -> float:
    """Where the line through the last two answers spends the budget; on smooth curves each is far nearer."""
    rise = before.over - last.over
    return last.price + (before.price - last.price) * -last.over / rise if rise else last.price


def _guess(cheap: _Side, dear: _Side, crossing: float, step: int) -> float:
    """Next price: in turn the secant, the tangents' crossing, and the middle (of the logarithms, where it can be)."""
    if step % 3 == 0:
        return cheap.price + (dear.price - cheap.price) * cheap.over / (cheap.over - dear.over)
    if step % 3 == 1:
        return crossing
    if cheap.price > 0.0:
        return float(np.sqrt(cheap.price) * np.sqrt(dear.price))
    return dear.price * FIRST_CUT


def _crossing(cheap: _Side, dear: _Side) -> tuple[float, float]:
    """Price and height at which the dual's tangents at both sides meet: a lower bound on its minimum."""
    steep = cheap.over - dear.over
    price = (cheap.dual - dear.dual + cheap.over * cheap.price - dear.over * dear.price) / steep
    price = min(max(price, cheap.price), dear.price)
    return price, cheap.dual - cheap.over * (price - cheap.price)


def _ask(response: Response, price: float, budget: float) -> _Side:
    spend, surplus = response.at(price)
    return _Side(price, spend, float(surplus.sum()) + price * budget, float(spend.sum()) - budget)


def _kink(cheap: _Side, corner: _Side, dear: _Side, steps: int) -> Priced:
    """The minimum is a corner of the dual: the answers of both neighbours are best there too."""
    found = _mix(cheap, dear, steps)
    return Priced(corner.price, corner.dual, found.less, found.more, found.share, steps)


def _mix(cheap: _Side, dear: _Side, steps: int) -> Priced:
    best = cheap if cheap.dual <= dear.dual else dear
    span = cheap.over - dear.over
    share = min(max(-dear.over / span, 0.0), 1.0) if span > 0.0 else 0.0
    return Priced(best.price, best.dual, dear.spend, cheap.spend, share, steps)
