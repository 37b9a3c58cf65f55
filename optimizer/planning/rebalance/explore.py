"""Learning on purpose: which small changes of spend teach most for what they cost.

The worth of a test is the expected value of its sample information: after it the curve of a cell is known better, and
the split that is best then is worth more, on average over what the test may show, than the one that is best now.
What a test shows of a cell is its outcome in the test's weeks, which holds the cell's own draw and the noise of those
weeks. The expectation of the curve given that is linear in it as far as draws and noise are normal (Strong, Oakley and
Brennan, 2014, regress in the same way); money that a cell takes or leaves is weighed at the price it has elsewhere.

A test is proposed only where its effect would stand out from noise within twelve weeks, and where knowing is
worth more than the test costs. When the history knows what it would show, nothing is proposed: it has taught it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.allocation.problem import Bounds
from optimizer.history.panel import Floats
from optimizer.planning.outlook import INTERVAL

if TYPE_CHECKING:
    from optimizer.planning.fit import Response
    from optimizer.response.weekly import WeeklyResponse

LONGEST = 12  # weeks in which an effect must stand out
SHORTEST = 2
KNOWN = 26  # weeks that knowledge is counted on: half a year
RAMP = 4  # weeks over which a week's effect is averaged, so that carry-over has come in
SURE, POWER = 1.6449, 0.8416  # normal quantiles: one-sided 95 %, found in 80 % of cases
GRID = 17  # weekly amounts at which a cell may end up afterwards
NODES = 33  # what a test may show
LEAST = 1e-3  # of the budget: a smaller change of a cell is no test


@dataclass(frozen=True)
class Trial:
    """One test of a cell: some weeks at another amount.

    Attributes
    ----------
    cell : int
    without, spend : float
        Weekly money without the test and with it, account currency.
    weeks : int
        In which its effect stands out from noise: in 80 % of cases, at 95 %.
    effect : float
        Expected change of the cell's goal per week of the test.
    noise : float
        Standard deviation of a week's goal of the cell.
    teaches : float
        Expected value of what it shows beyond what the plan without it would, goal units over the half year after.
    costs : float
        Expected goal given up over its weeks, funding included; 0 where it costs nothing.
    low, high : float
        Ends of the 90 % interval of `effect`, as far as it is known before the test.
    """

    cell: int
    without: float
    spend: float
    weeks: int
    effect: float
    noise: float
    teaches: float
    costs: float
    low: float = 0.0
    high: float = 0.0

    @property
    def change(self) -> float:
        """Weekly money added, or taken when negative."""
        return self.spend - self.without


class Room(NamedTuple):
    """What tests are chosen in.

    Attributes
    ----------
    spend, start : float array, shape (C,)
        The plan without tests, weekly money, and what it starts from.
    bounds : Bounds
        What next week allows; cells that must stay have equal ends.
    far : Bounds
        What a cell may get in the end.
    price : float
        Goal units that one unit of weekly money brings elsewhere, over the weeks that a split is kept for.
    share : float
        Of the budget, for tests.
    """

    spend: Floats
    start: Floats
    bounds: Bounds
    far: Bounds
    price: float
    share: float


def detectable_weeks(effect: float, noise: float) -> int:
    """Weeks after which an effect per week stands out from the noise of a week, in 80 % of cases at 95 %.

    Parameters
    ----------
    effect, noise : float
        Change of the mean, and standard deviation, of a week.

    Examples
    --------
    >>> detectable_weeks(10.0, 10.0), detectable_weeks(10.0, 20.0), detectable_weeks(0.0, 1.0)
    (7, 25, 1000000)
    """
    if effect == 0.0:
        return 1_000_000
    return min(max(math.ceil(((SURE + POWER) * noise / effect) ** 2), 1), 1_000_000)


def choose_trials(first: Response, goal: str, weekly: WeeklyResponse, room: Room) -> tuple[Trial, ...]:
    """The tests worth their cost within the share of the budget, dearest knowledge first; none where there are none.

    Parameters
    ----------
    first : FittedResponse or GoalResponse
        Tells the goal.
    goal : str
    weekly : WeeklyResponse
        Draws of the goal over the weeks that a split is kept for.
    room : Room

    Returns
    -------
    tuple of Trial
        The money they add and the money they take each stay within the share.
    """
    purse = room.share * float(room.spend.sum())
    if purse <= 0.0:
        return ()
    low, high = np.maximum(room.bounds.lower, room.spend - purse), np.minimum(room.bounds.upper, room.spend + purse)
    curves = _after(weekly, room)
    shown = {side: _signal(first, goal, split) for side, split in (("plan", room.spend), ("up", high), ("down", low))}
    tests = []
    for side, ends in (("up", high), ("down", low)):
        for c in np.flatnonzero(np.abs(ends - room.spend) > LEAST * float(room.spend.sum())).tolist():
            test = _test(c, curves, (shown["plan"], shown[side]), (room, float(ends[c])))
            if test is not None and test.teaches > test.costs:
                tests.append(test)
    return _within(tests, purse)


def with_trials(room: Room, trials: Sequence[Trial], slopes: Floats) -> Floats:
    """(C,) the plan with its tests; cells that are moved anyway pay for them first, then those that lose least by it.

    Parameters
    ----------
    room : Room
    trials : sequence of Trial
    slopes : float array, shape (C,)
        What the next money brings at the plan, goal units per unit of weekly money.
    """
    spend = room.spend.copy()
    for trial in trials:
        spend[trial.cell] = trial.spend
    missing = float(spend.sum() - room.spend.sum())  # to be taken elsewhere; given where negative
    tested = {trial.cell for trial in trials}
    order = [int(c) for c in np.argsort(slopes if missing > 0 else -slopes, kind="stable") if c not in tested]
    for least, most in ((room.start, room.start), (room.bounds.lower, room.bounds.upper)):
        for c in order:
            if missing > 0:
                part = min(missing, max(spend[c] - max(least[c], room.bounds.lower[c]), 0.0))
            else:
                part = max(missing, min(spend[c] - min(most[c], room.bounds.upper[c]), 0.0))
            spend[c] -= part
            missing -= part
    for trial in trials:  # nothing is left to fund them all: what is tested shrinks by what is missing
        part = min(missing, max(trial.change, 0.0)) if missing > 0 else max(missing, min(trial.change, 0.0))
        spend[trial.cell] -= part
        missing -= part
    return spend


def effect_draws(first: Response, goal: str, split: Floats, change: tuple[int, float, float]) -> Floats:
    """(S,) what a cell's goal per week differs by, draw by draw, when its weekly money goes from one amount to another.

    Parameters
    ----------
    first : FittedResponse or GoalResponse
    goal : str
    split : float array, shape (C,)
        Weekly money of all cells.
    change : (int, float, float)
        The cell, and its weekly money before and after.
    """
    c, before, after = change
    means = []
    for amount in (before, after):
        other = split.copy()
        other[c] = amount
        means.append(_signal(first, goal, other).mean[:, c])
    return np.asarray(means[1] - means[0])


class _After(NamedTuple):
    """Where a cell may end up afterwards: weekly money (C, G) and its worth per draw (S, C, G) over some weeks."""

    spend: Floats
    value: Floats
    weeks: int


class _Signal(NamedTuple):
    """Mean goal per week of each cell as a split shows it: per draw (S, C), and the noise of one week (C,)."""

    mean: Floats
    noise: Floats


def _after(weekly: WeeklyResponse, room: Room) -> _After:
    """Amounts from the least to the most a cell may get in the end, the plan's among them."""
    reach = room.far.lower[:, None] + (room.far.upper - room.far.lower)[:, None] * np.linspace(0.0, 1.0, GRID)
    spend = np.concatenate([reach, room.spend[:, None]], axis=1)
    return _After(spend, weekly.constant_draws(spend)[0], weekly.weeks)


def _signal(first: Response, goal: str, split: Floats) -> _Signal:
    """What some weeks of a split will show."""
    drawn = first.forecast(np.repeat(split[:, None], RAMP, axis=1))[goal]
    noise = (drawn.observed - drawn.expected).sum(axis=2).std(axis=0) / math.sqrt(RAMP)
    return _Signal(np.asarray(drawn.expected.mean(axis=2)), np.asarray(noise))


def _test(c: int, curves: _After, shown: tuple[_Signal, _Signal], at: tuple[Room, float]) -> Trial | None:
    """One cell at another amount; None where its effect would not stand out in time."""
    room, spend = at
    drawn = shown[1].mean[:, c] - shown[0].mean[:, c]
    effect, (low, high) = float(drawn.mean()), np.percentile(drawn, INTERVAL)
    noise = float(shown[1].noise[c])
    weeks = max(detectable_weeks(effect, noise), SHORTEST)
    if weeks > LONGEST:
        return None
    known = [_information(c, curves, signal, room.price, weeks) * KNOWN / curves.weeks for signal in shown]
    mean = curves.value[:, c].mean(axis=0)
    kept = float(mean[-1] - room.price * room.spend[c])
    tested = float(np.interp(spend, curves.spend[c][:-1], mean[:-1]) - room.price * spend)
    costs = max(kept - tested, 0.0) * weeks / curves.weeks
    return Trial(
        c, float(room.spend[c]), spend, weeks, effect, noise, known[1] - known[0], costs, float(low), float(high)
    )


def _information(c: int, curves: _After, signal: _Signal, price: float, weeks: int) -> float:
    """Expected value of knowing a cell's mean outcome of so many weeks, over the weeks that a split is kept for."""
    worth = curves.value[:, c] - price * curves.spend[c]  # (S, G)
    seen = signal.mean[:, c] - signal.mean[:, c].mean()
    spread = math.sqrt(float(seen @ seen) / len(seen) + float(signal.noise[c]) ** 2 / weeks)
    if spread <= 0.0:
        return 0.0
    mean = worth.mean(axis=0)
    lean = (seen @ (worth - mean)) / len(seen) / spread  # what one standard deviation of the result says
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    best = (mean + nodes[:, None] * lean).max(axis=1) @ weights / weights.sum()
    return max(float(best - mean.max()), 0.0)


def _within(tests: Sequence[Trial], purse: float) -> tuple[Trial, ...]:
    """The tests that bring most over their cost for the money they move, one a cell, within the purse each way."""
    ordered = sorted(tests, key=lambda one: -(one.teaches - one.costs) / abs(one.change))
    kept: list[Trial] = []
    up = down = 0.0
    for test in ordered:
        if any(test.cell == other.cell for other in kept):
            continue
        if test.change > 0 and up + test.change <= purse * (1 + 1e-9):
            up += test.change
        elif test.change < 0 and down - test.change <= purse * (1 + 1e-9):
            down -= test.change
        else:
            continue
        kept.append(test)
    return tuple(kept)
