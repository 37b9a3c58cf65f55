"""Coverage with its own uncertainty, where comparisons are not independent of each other.

Places share a good or a bad week, and a plan's weeks share what the plan got wrong. So N comparisons say as much as
fewer independent ones would: N / (1 + (m - 1) r), where m is how many come from the same stretch of weeks, as long as a
plan, and r is how alike these are. r is measured between the stretches (analysis of variance) and, since a young track
record has few of them, drawn towards what simulated seasons showed. The share that is kept then has a Beta
distribution (Jeffreys), which stays sensible where all or none were kept; resampling stretches would claim certainty
there, and needs dozens of them. Sources: Kish (1965), Survey Sampling; Brown, Cai and DasGupta (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.finance.definitions import coverage

SURE = 0.9  # of the interval around a share
LIKE_PLACES, LIKE_SUMS = 0.03, 0.15
"""How alike comparisons of one stretch usually are: of single places and networks, and of sums over all of them; see
benchmarks/track_record.py."""
USUAL_WEIGHT = 6.0  # stretches that what is usual counts as

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Coverage:
    """How often an interval held what came.

    Attributes
    ----------
    stated : float
        What it promises, such as 0.9.
    inside, count : int
        Comparisons, as they were made.
    low, high : float
        What the true share could be: 90 % interval.
    worth : float
        Independent comparisons that would say as much.
    """

    stated: float
    inside: int
    count: int
    low: float
    high: float
    worth: float

    @property
    def share(self) -> float:
        """Share inside; NaN where nothing was compared."""
        return coverage(self.inside, self.count)


def coverage_of(
    stated: float, inside: Flags, stretch: NDArray[np.intp], usual: float = LIKE_PLACES, distinct: int | None = None
) -> Coverage:
    """Coverage of an interval.

    Parameters
    ----------
    stated : float
    inside : bool array, shape (N,)
        Whether what came lies inside, N above 0.
    stretch : int array, shape (N,)
        Which stretch of weeks a comparison belongs to.
    usual : float
        How alike comparisons of one stretch usually are.
    distinct : int, optional
        How many things that came they are of, where some were forecast more than once; None for all of them. To hear
        of one thing twice is no more evidence.

    Examples
    --------
    >>> found = coverage_of(0.9, np.array([True] * 17 + [False] * 3), np.arange(20))
    >>> found.inside, found.count, round(found.low, 2), round(found.high, 2)
    (17, 20, 0.69, 0.94)
    """
    from scipy.special import betaincinv

    count, kept = len(inside), int(inside.sum())
    apart = 1.0 if distinct is None else distinct / count
    worth = count * apart / _inflation(inside, stretch, usual, apart)
    hits = worth * kept / count
    tail = 0.5 * (1.0 - SURE)
    low, high = (float(betaincinv(hits + 0.5, worth - hits + 0.5, end)) for end in (tail, 1.0 - tail))
    share = coverage(kept, count)
    return Coverage(stated, kept, count, min(low, share), max(high, share), worth)


def _inflation(inside: Flags, stretch: NDArray[np.intp], usual: float, apart: float) -> float:
    """How many comparisons say as much as one that is independent of the others."""
    _, where, sizes = np.unique(stretch, return_inverse=True, return_counts=True)
    count, stretches = len(inside), len(sizes)
    together = apart * float((sizes.astype(np.float64) ** 2).sum()) / count
    measured = likeness(inside, where, sizes)
    weight = stretches if np.isfinite(measured) else 0
    alike = (weight * (measured if weight else 0.0) + USUAL_WEIGHT * usual) / (weight + USUAL_WEIGHT)
    return max(1.0 + (together - 1.0) * alike, 1.0)


def likeness(inside: Flags, where: NDArray[np.intp], sizes: NDArray[np.intp]) -> float:
    """How alike comparisons of one stretch are (intraclass correlation), 0 to 1; NaN where that cannot be told.

    Parameters
    ----------
    inside : bool array, shape (N,)
    where : int array, shape (N,)
        Index of each one's stretch.
    sizes : int array, shape (B,)
        Comparisons of each stretch.
    """
    count, stretches = len(inside), len(sizes)
    if stretches < 2 or count == stretches:
        return float("nan")
    values = inside.astype(np.float64)
    mean = values.mean()
    means = np.bincount(where, values) / sizes
    between = float((sizes * (means - mean) ** 2).sum()) / (stretches - 1)
    within = float(((values - means[where]) ** 2).sum()) / (count - stretches)
    usual = (count - float((sizes.astype(np.float64) ** 2).sum()) / count) / (stretches - 1)
    spread = between + (usual - 1.0) * within
    if spread <= 0.0:
        return float("nan")
    return float(np.clip((between - within) / spread, 0.0, 1.0))
