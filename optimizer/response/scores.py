"""Scores of forecasts: error, bias, skill over a naive forecast, coverage; each with its own uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from optimizer.history.panel import Floats

STATED = (0.5, 0.8, 0.9)  # intervals whose coverage is counted
SURE = 0.9  # of the intervals around scores
LEVELS = ("total", "cell", "cell and week")
"""What is compared: all cells over the whole horizon, each cell over it, each cell in each week of it."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Forecasts of one origin beside what came, N of them; each is a sum over cell-weeks whose outcome is known.

    Attributes
    ----------
    cell, week : int array, shape (N,)
        Index of the cell and of the week ahead; -1 where summed over all.
    actual, forecast, naive : float array, shape (N,)
        What came, the expected outcome, and the naive forecast: the mean of the cell's last `horizon` observed weeks.
    low, high : float array, shape (I, N)
        Ends of the central intervals `STATED`.
    """

    cell: NDArray[np.intp]
    week: NDArray[np.intp]
    actual: Floats
    forecast: Floats
    naive: Floats
    low: Floats
    high: Floats

    @property
    def inside(self) -> Flags:
        """(I, N) whether what came lies inside each interval, ends included."""
        return np.asarray((self.actual >= self.low) & (self.actual <= self.high))


@dataclass(frozen=True, eq=False)
class Origin:
    """One outcome seen from one origin.

    Attributes
    ----------
    known : int
        Complete weeks the fit saw.
    weeks : array of datetime64[D], shape (H,)
        Mondays of the weeks ahead.
    outcome : str
    levels : mapping of str to Comparison
        By name in `LEVELS`.
    """

    known: int
    weeks: NDArray[np.datetime64]
    outcome: str
    levels: dict[str, Comparison] = field(repr=False)


@dataclass(frozen=True)
class Estimate:
    """A score with the ends of its 90 % interval over the origins; NaN ends with fewer than three of them."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Coverage:
    """How often an interval held what came.

    Attributes
    ----------
    stated : float
        What the interval promises, such as 0.9.
    inside, count : int
    low, high : float
        90 % Wilson interval of the share inside. It counts comparisons as independent; cells that share a bad week and
        origins whose weeks overlap are not, so the truth is less sure than that.
    """

    stated: float
    inside: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share inside."""
        return self.inside / self.count


@dataclass(frozen=True)
class Score:
    """Error and coverage of one outcome at one level, over all origins.

    Attributes
    ----------
    outcome, level : str
    count : int
        Comparisons.
    wape : Estimate
        Sum of absolute errors over the sum of actuals.
    bias : Estimate
        Sum of forecast minus actual, over the sum of actuals.
    skill : Estimate
        1 - WAPE / WAPE of the naive forecast; above 0 is better than naive.
    naive_wape : float
    coverage : tuple of Coverage
        One per interval of `STATED`.
    """

    outcome: str
    level: str
    count: int
    wape: Estimate
    bias: Estimate
    skill: Estimate
    naive_wape: float
    coverage: tuple[Coverage, ...]


def score(origins: Sequence[Origin], level: str) -> Score | None:
    """Scores of one outcome at one level; None where nothing came at all, so that shares of it have no meaning."""
    parts = [one.levels[level] for one in origins]
    sums = np.array([_sums(part) for part in parts])
    if not sums[:, 0].sum() > 0:
        return None
    inside = np.concatenate([part.inside for part in parts], axis=1)
    count = inside.shape[1]
    coverage = []
    for stated, hits in zip(STATED, inside.sum(axis=1).tolist(), strict=True):
        coverage.append(Coverage(stated, hits, count, *wilson(hits, count)))
    return Score(
        outcome=origins[0].outcome,
        level=level,
        count=count,
        wape=_jackknife(sums, lambda total: total[1] / total[0]),
        bias=_jackknife(sums, lambda total: total[2] / total[0]),
        skill=_jackknife(sums, lambda total: 1.0 - total[1] / total[3] if total[3] > 0 else np.nan),
        naive_wape=float(sums[:, 3].sum() / sums[:, 0].sum()),
        coverage=tuple(coverage),
    )


def _sums(part: Comparison) -> tuple[float, float, float, float]:
    """Sums of actuals, of absolute errors, of errors, and of the naive forecast's absolute errors."""
    error = part.forecast - part.actual
    return (
        float(np.abs(part.actual).sum()),
        float(np.abs(error).sum()),
        float(error.sum()),
        float(np.abs(part.naive - part.actual).sum()),
    )


def _jackknife(sums: Floats, ratio: Callable[[Floats], float]) -> Estimate:
    """A ratio of sums over origins (K, ...), with its interval from leaving out one origin at a time."""
    total = sums.sum(axis=0)
    value, count = float(ratio(total)), len(sums)
    rest = total - sums
    if count < 3 or not (rest[:, 0] > 0).all():
        return Estimate(value, np.nan, np.nan)
    without = np.array([ratio(one) for one in rest])
    error = np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum())
    reach = NormalDist().inv_cdf(0.5 + 0.5 * SURE) * float(error)
    return Estimate(value, value - reach, value + reach)


def wilson(inside: int, count: int) -> tuple[float, float]:
    """90 % interval of a share, good for small counts and shares near 1. Source: Wilson (1927).

    Examples
    --------
    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.652, 0.977]
    """
    z = NormalDist().inv_cdf(0.5 + 0.5 * SURE)
    share, more = inside / count, z**2 / count
    middle = (share + 0.5 * more) / (1.0 + more)
    reach = z / (1.0 + more) * float(np.sqrt(share * (1.0 - share) / count + more / (4.0 * count)))
    low = middle - reach if inside > 0 else 0.0
    return low, middle + reach if inside < count else 1.0


def pick(scores: Iterable[Score], outcome: str, level: str) -> Score:
    """The score of one outcome at one level."""
    return next(score for score in scores if (score.outcome, score.level) == (outcome, level))
