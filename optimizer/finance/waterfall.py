"""A bridge as a waterfall: where each bar begins and ends, and from where the axis runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

TOTAL, UP, DOWN = "total", "up", "down"
PLAN, ACTUAL = "plan", "actual"
CUT = 0.35  # of the tallest: if the lowest point is above it, bars are cut on the left
ROOM, LEAST = 0.3, 0.02  # left of the lowest point: of what moves, and at least of the tallest


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    key : str
        plan, a step, or actual.
    kind : "total", "up" or "down"
    amount : float
        What it stands for: a total, or what the step brought (above 0) or took.
    start, end : float
        Where it is drawn, on the scale of revenue; a total starts where the axis does.
    """

    key: str
    kind: str
    amount: float
    start: float
    end: float


@dataclass(frozen=True)
class Waterfall:
    """All bars of a bridge.

    Attributes
    ----------
    bars : tuple of Bar
        The plan, the steps in order, what came.
    low, high : float
        Ends of the axis.
    """

    bars: tuple[Bar, ...]
    low: float
    high: float

    @property
    def cut(self) -> bool:
        """Whether the axis leaves 0 out, which a reader must be told."""
        return self.low > 0.0


def waterfall(plan: float, steps: Mapping[str, float], actual: float) -> Waterfall:
    """The bars of a bridge; totals far above what moves are cut on the left, so that steps can be seen.

    Examples
    --------
    >>> drawn = waterfall(1000.0, {"spend": 50.0, "mix": -30.0}, 1020.0)
    >>> [(bar.key, bar.start, bar.end) for bar in drawn.bars[1:3]], drawn.cut
    ([('spend', 1000.0, 1050.0), ('mix', 1050.0, 1020.0)], True)
    """
    levels = [plan]
    for amount in steps.values():
        levels.append(levels[-1] + amount)
    low, high, inner = min(0.0, *levels), max(0.0, *levels), min(levels)
    if inner > CUT * high:
        low = max(0.0, inner - max(ROOM * (high - inner), LEAST * high))
    base = max(low, 0.0)
    moved = zip(steps.items(), pairwise(levels), strict=True)
    bars = [Bar(key, UP if amount >= 0 else DOWN, amount, *ends) for (key, amount), ends in moved]
    return Waterfall(
        (Bar(PLAN, TOTAL, plan, base, plan), *bars, Bar(ACTUAL, TOTAL, actual, base, actual)),
        low,
        high if high > low else low + 1.0,
    )
