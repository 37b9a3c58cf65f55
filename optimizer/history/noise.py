"""Noise: whether the ratio of two weekly sums differs between weeks, or between groups, by more than it varies anyway.

The ratio of a window is R = sum(N) / sum(D). To first order (the delta method) the difference of two windows is the sum
of weekly errors e[t] = N[t] - R D[t], each over the denominator of its window, so its variance follows from theirs:

    Var(R1 - R0) = sum over s, t of w[s] w[t] sigma^2 D[s]^(k/2) D[t]^(k/2) rho^|s-t|,  w = 1 / D1 in 1, -1 / D0 in 0.

Spread sigma^2 and autocorrelation rho are taken from the weeks themselves. Counts that scatter like Poisson's have
k = 1, whole weeks that go well or badly have k = 2; the larger variance of the two is taken, and never one below that
of independent counts. A change is also held against the same difference at earlier times of the history: a figure that
wanders every month must wander further to be told of; the larger deviation counts. Many comparisons at once are judged
together (Benjamini and Hochberg, 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Weeks = NDArray[np.int64]

FEWEST_ERRORS = 10
"""Weeks that spread and autocorrelation must rest on."""
FEWEST_EARLIER = 16
"""Earlier differences without which the newest is not held against them."""
FEWEST_EXPECTED = 8.0
"""Counts expected in the newer window below which no judgement is made."""
STEADIEST = 0.9
FEWEST_FITTED = 20
"""Weeks from which on elasticities are learned."""
PRIOR_SPREAD = 0.5
"""How far an elasticity may be from the usual one before the weeks must show it."""


@dataclass(frozen=True)
class Pair:
    """Weekly numerator and denominator of one group.

    Attributes
    ----------
    numerator, denominator : float array, shape (T,)
        NaN where not observed.
    scatter : float
        Variance over mean of the numerator if it counted independent things: 1, less for a part such as the bounces of
        sessions; 0 if it is money, of which that is not known.
    """

    numerator: Floats
    denominator: Floats
    scatter: float = 0.0

    def ratio(self, weeks: Weeks) -> float:
        """Sum over sum; NaN where there is nothing to divide by."""
        total = float(np.nansum(self.denominator[weeks]))
        return float(np.nansum(self.numerator[weeks])) / total if total > 0 else float("nan")

    def seen(self, weeks: Weeks) -> Weeks:
        """Those of the weeks that were observed and have a denominator."""
        held = np.isfinite(self.numerator[weeks]) & (np.nan_to_num(self.denominator[weeks]) > 0)
        return weeks[held]

    def over(self, expected: Floats) -> Pair:
        """The same numerator over what was expected of it; where nothing was, the week is not observed."""
        return Pair(self.numerator, np.where(expected > 0, expected, np.nan), self.scatter)


def as_the_rest(group: Pair, rest: Pair) -> Floats:
    """(T,) numerator of a group if its ratio were that of the rest in each week.

    Held against it, what moves both, such as a season, is gone from the group's ratio.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = group.denominator * (rest.numerator / rest.denominator)
    return np.asarray(np.where(np.isfinite(expected), expected, np.nan))


def as_its_spend(group: Pair, rest: Pair | None, block: Weeks) -> Floats:
    """(T,) numerator that a group's denominator, its spend, lets expect, and what the rest brought in the week.

    More spend brings less per unit, so a ratio to spend moves with the spend. The elasticities are those of the weeks
    of the block (ridge regression of logarithms, towards proportion to spend and to the rest's ratio).
    """
    columns, usual = [group.denominator], [1.0]
    if rest is not None:
        columns += [rest.numerator, rest.denominator]
        usual += [1.0, -1.0]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.log(np.stack(columns))
        logs = np.log(group.numerator + 0.5 * (group.scatter > 0))
    surprise = logs - np.array(usual) @ terms
    held = block[np.isfinite(surprise[block])]
    power = np.array(usual)
    if len(held) >= FEWEST_FITTED:
        middle = terms[:, held].mean(axis=1, keepdims=True)
        apart = terms[:, held] - middle
        left = surprise[held] - surprise[held].mean()
        penalty = float(left @ left) / (len(held) - 1) / PRIOR_SPREAD**2
        power = power + np.linalg.solve(apart @ apart.T + penalty * np.eye(len(power)), apart @ left)
    expected = np.exp(power @ terms)
    return np.asarray(np.where(np.isfinite(expected), expected, np.nan))


@dataclass(frozen=True)
class Difference:
    """How one ratio differs from another.

    Attributes
    ----------
    before, now : float
        The two ratios; of groups, that of the rest and that of the group.
    p_rise, p_fall : float
        One-sided p values: how often noise alone would raise, or lower, the ratio so far.
    """

    before: float
    now: float
    p_rise: float
    p_fall: float

    @property
    def p(self) -> float:
        """Two-sided p value."""
        return min(1.0, 2 * min(self.p_rise, self.p_fall))


def change(pair: Pair, new: Weeks, old: Weeks, blocks: Sequence[Weeks], earlier: bool) -> Difference | None:
    """Difference of the ratio between two windows of weeks.

    Parameters
    ----------
    pair : Pair
    new, old : int array
        Positions of the weeks of the windows.
    blocks : sequence of int array
        Stretches of weeks whose errors, each around its own ratio, tell the noise.
    earlier : bool
        Hold it against the same difference at earlier times too.

    Returns
    -------
    Difference or None
        None where too little was observed to judge.
    """
    fresh, past = pair.seen(new), pair.seen(old)
    if len(fresh) < 0.75 * len(new) or len(past) < 0.66 * len(old):
        return None
    before, now, both = pair.ratio(past), pair.ratio(fresh), pair.ratio(np.concatenate([fresh, past]))
    if both <= 0 or (pair.scatter > 0 and both * np.nansum(pair.denominator[fresh]) < FEWEST_EXPECTED):
        return None
    spread = _spread(pair, (fresh, past), [pair.seen(block) for block in blocks])
    if spread is None:
        return None
    usual = _earlier(pair, new, old) if earlier else None
    deviation, freedom = spread if usual is None else max(spread, (usual[0] * both, usual[1]))
    return Difference(before, now, *_tails((now - before) / deviation, freedom))


def contrast(group: Pair, rest: Pair, window: Weeks, block: Weeks) -> Difference | None:
    """Difference of the ratio between a group and the rest in the same weeks.

    What moves both in a week cancels, so the weekly errors are those of the difference.

    Parameters
    ----------
    group, rest : Pair
    window : int array
        Weeks to compare.
    block : int array
        Weeks whose errors tell the noise; the window is among them.
    """
    both = np.intersect1d(group.seen(window), rest.seen(window))
    told = np.intersect1d(group.seen(block), rest.seen(block))
    if len(both) < 0.5 * len(window) or len(told) < FEWEST_ERRORS:
        return None
    now, before = group.ratio(both), rest.ratio(both)
    whole = group.numerator[both].sum() + rest.numerator[both].sum()
    whole /= group.denominator[both].sum() + rest.denominator[both].sum()
    if whole <= 0 or (group.scatter > 0 and whole * group.denominator[both].sum() < FEWEST_EXPECTED):
        return None
    errors = np.zeros(len(told))
    floor = 0.0
    for pair, sign in ((group, 1.0), (rest, -1.0)):
        total = float(pair.denominator[both].sum())
        errors += sign * (pair.numerator[told] - pair.ratio(told) * pair.denominator[told]) / total
        floor += pair.scatter * pair.ratio(both) / total
    rho = _steadiness([(told, errors)])
    lags = np.abs(both[:, None] - both[None, :])
    weekly = float(errors @ errors) / (len(told) - 1)
    deviation = np.sqrt(max(weekly * float((rho**lags).sum()), floor))
    if deviation == 0:
        return None
    rise, fall = _tails((now - before) / deviation, _freedom(len(told), rho, 1))
    return Difference(before, now, rise, fall)


def beyond_noise(p_values: Sequence[float], rate: float) -> NDArray[np.bool_]:
    """Which comparisons to tell of, so that at most `rate` of those told are chance on average.

    Benjamini and Hochberg's step-up rule; where all is noise, the chance to tell of anything is at most `rate`.

    Examples
    --------
    >>> beyond_noise([0.001, 0.2, 0.03, 0.9], 0.1).tolist()
    [True, False, True, False]
    """
    p = np.asarray(p_values, dtype=np.float64)
    if not p.size:
        return np.zeros(0, dtype=bool)
    ordered = np.sort(p)
    under = np.flatnonzero(ordered <= rate * np.arange(1, p.size + 1) / p.size)
    return np.asarray(p <= ordered[under[-1]]) if under.size else np.zeros(p.size, dtype=bool)


def _spread(pair: Pair, windows: tuple[Weeks, Weeks], blocks: Sequence[Weeks]) -> tuple[float, float] | None:
    """Standard deviation of the difference of two windows, and its degrees of freedom."""
    count = sum(len(block) for block in blocks)
    if count < max(FEWEST_ERRORS, len(blocks) + 1):
        return None
    weeks = np.concatenate(windows)
    sides = [np.full(len(window), 1 / pair.denominator[window].sum()) for window in windows]
    weight = np.concatenate([sides[0], -sides[1]])
    floor = pair.scatter * pair.ratio(weeks)
    lags = np.abs(weeks[:, None] - weeks[None, :])
    variances, rhos = [], []
    for power in (1.0, 2.0):
        errors = [(block, _errors(pair, block, power)) for block in blocks]
        rho = _steadiness(errors)
        sigma = sum(float(error @ error) for _, error in errors) / (count - len(blocks))
        loads = weight * pair.denominator[weeks] ** (power / 2)
        independent = floor * float((weight**2 * pair.denominator[weeks]).sum())
        variances.append(max(sigma * float(loads @ rho**lags @ loads), independent))
        rhos.append(rho)
    most = int(np.argmax(variances))
    if variances[most] <= 0:
        return None
    return float(np.sqrt(variances[most])), _freedom(count, rhos[most], len(blocks))


def _errors(pair: Pair, weeks: Weeks, power: float) -> Floats:
    """Weekly errors around the ratio of the weeks, brought to one variance."""
    errors = pair.numerator[weeks] - pair.ratio(weeks) * pair.denominator[weeks]
    return np.asarray(errors / pair.denominator[weeks] ** (power / 2), dtype=np.float64)


def _steadiness(series: Sequence[tuple[Weeks, Floats]]) -> float:
    """Autocorrelation from one week to the next, 0 to 0.9, on the safe side of its estimate.

    An estimate from n weeks is low by about (1 + 4 rho) / n (Marriott and Pope, 1954), which is given back, and so is
    half its standard error: of few weeks it is not known how long a good or bad spell lasts.
    """
    product, square, count = 0.0, 0.0, 0
    for weeks, errors in series:
        follows = np.diff(weeks) == 1
        product += float((errors[1:] * errors[:-1])[follows].sum())
        square += float(errors @ errors)
        count += len(errors)
    if square == 0 or count < 2:
        return 0.0
    rho = product / square
    unsure = 0.5 * np.sqrt(max(1 - rho**2, 0.0) / count)
    return float(np.clip(rho + (1 + 4 * rho) / count + unsure, 0.0, STEADIEST))


def _freedom(count: int, rho: float, means: int) -> float:
    """Degrees of freedom of a variance estimated from that many autocorrelated errors."""
    return max(1.0, count * (1 - rho**2) / (1 + rho**2) - means)


def _earlier(pair: Pair, new: Weeks, old: Weeks) -> tuple[float, float] | None:
    """Usual size of the same difference at earlier times, relative, and the degrees of freedom of that size.

    The newer windows of the earlier differences end before the newest one begins, so that a change does not hide
    itself. Where a difference then rested on more than the newest one does, it is scaled to what that rests on.
    """
    seen = np.isfinite(pair.numerator) & np.isfinite(pair.denominator)
    numerator, denominator = (np.where(seen, part, 0.0) for part in (pair.numerator, pair.denominator))
    shifts = np.arange(len(new), int(min(new[0], old[0])) + 1)
    if len(shifts) < FEWEST_EARLIER:
        return None
    sums = [
        (
            numerator[window[None, :] - shifts[:, None]].sum(axis=1),
            denominator[window[None, :] - shifts[:, None]].sum(axis=1),
        )
        for window in (new, old)
    ]
    whole = (sums[0][0] + sums[1][0], sums[0][1] + sums[1][1])
    held = (sums[0][1] > 0) & (sums[1][1] > 0) & (whole[0] > 0)
    if held.sum() < FEWEST_EARLIER:
        return None
    ratios = [above[held] / below[held] for above, below in (*sums, whole)]
    relative = (ratios[0] - ratios[1]) / ratios[2]
    rests = 1 / sums[0][1][held] + 1 / sums[1][1][held]
    here = 1 / denominator[new].sum() + 1 / denominator[old].sum()
    size = max(float(np.mean(relative**2)), float(np.mean(relative**2 * here / rests)))
    return (float(np.sqrt(size)), _freedom_of_earlier(new, old, len(relative))) if size > 0 else None


def _freedom_of_earlier(new: Weeks, old: Weeks, count: int) -> float:
    """Independent differences that so many overlapping ones are worth, for the estimate of a variance."""
    first = min(int(new[0]), int(old[0]))
    weight = np.zeros(int(max(new[-1], old[-1])) - first + 1)
    weight[new - first], weight[old - first] = 1 / len(new), -1 / len(old)
    alike = np.correlate(weight, weight, mode="full")[len(weight) - 1 :] / float(weight @ weight)
    lags = np.arange(1, min(count, len(alike)))
    return float(count / (1 + 2 * ((1 - lags / count) * alike[lags] ** 2).sum()))


def _tails(t: float, freedom: float) -> tuple[float, float]:
    """Chance of Student's t above, and below, a value."""
    from scipy.special import stdtr

    return float(stdtr(freedom, -t)), float(stdtr(freedom, t))
