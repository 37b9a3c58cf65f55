"""Value of one unit of an outcome (revenue per conversion), per cell, drifting slowly.

The logarithm of a week's ratio is a level that walks, seen through noise whose variance falls with the number of units
behind it. Levels walk together (prices, the mix of what is sold) and each on its own; how fast, and how noisy weeks
are, is shared by all cells and chosen by likelihood. Levels are pooled towards the advertiser's average where a cell
has shown little. Source: Harvey (1989), local level model.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from optimizer.history.panel import Floats

WALKS = (0.0, 1e-3, 1e-2, 1e-1)  # variance of a week's step over that of the noise
COUNT_PARTS = (0.0, 3.0, 30.0, 300.0)  # noise of a ratio of one unit over that of a ratio of many
COMMON_WALKS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)  # variance of a common step over that of one cell's noise
USUAL_PART = 10.0  # noise of a ratio of one unit over that of many, where only weights depend on it
CLEARLY = 3.0  # log likelihood that a common walk must gain
FEWEST_COMMON, FEWEST_CELLS = 6, 2  # weeks and cells that can tell a common walk
BLOCKS = (1, 2, 4, 8, 13)  # weeks
UNPAID = 0.05  # share of blocks with units that may hold no money
BETWEEN_SD = 0.7  # spread between cells before anything is seen


@dataclass(frozen=True)
class UnitValue:
    """What a unit of the outcome is worth next week.

    Attributes
    ----------
    mean, variance : float array, shape (C,)
        Of the log level.
    walk : float
        Variance of its weekly step.
    noise, noise_per_unit : float
        Variance of a week's log ratio: noise + noise_per_unit / units.
    common_walk, common_variance : float
        Variance of the weekly step that all cells make together, and of where that walk stands now.
    """

    mean: Floats
    variance: Floats
    walk: float
    noise: float
    noise_per_unit: float
    common_walk: float = 0.0
    common_variance: float = 0.0

    def draws(self, normal: Floats, units: Floats) -> Floats:
        """Expected value of a unit per draw (S, C) from standard normals (S, C + 1); `units` (C,) usual in a week."""
        spread = self.noise + self.noise_per_unit / np.maximum(units, 1.0)
        level = self.mean + np.sqrt(self.variance) * normal[:, :-1] + np.sqrt(self.common_variance) * normal[:, -1:]
        return np.asarray(np.exp(level + 0.5 * np.minimum(spread, 1.0)))

    def path_noise(self, units: Floats, rng: np.random.Generator) -> Floats:
        """Noise of revenue per unit around its expectation, with the walks to come; like `units`, (S, C, H)."""
        draws, _, weeks = units.shape
        own = np.cumsum(np.sqrt(self.walk) * rng.standard_normal(units.shape), axis=2)
        together = np.cumsum(np.sqrt(self.common_walk) * rng.standard_normal((draws, 1, weeks)), axis=2)
        variance = np.minimum(self.noise + self.noise_per_unit / np.maximum(units, 1.0), 1.0)
        return np.asarray(
            np.exp(own + together + np.sqrt(variance) * rng.standard_normal(units.shape) - 0.5 * variance)
        )


def learn_unit_value(units: Floats, money: Floats) -> UnitValue:
    """Learn from weekly units (C, T) and money (C, T), NaN where not observed."""
    units, money, block = paying_blocks(units, money)
    units = with_unpaid(units, money)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((units > 0) & (money > 0), np.log(money / units), np.nan)
    seen = np.isfinite(ratio)
    if not seen.any():
        nothing = np.full(len(units), -np.inf)
        return UnitValue(nothing, np.zeros(len(units)), 0.0, 0.0, 0.0)
    centre = float(np.sum(np.where(seen, ratio * units, 0.0)) / np.sum(np.where(seen, units, 0.0)))
    path, common_walk, common_variance = _common_path(ratio, seen, np.where(seen, units, 0.0))
    options = np.array(list(product(WALKS, COUNT_PARTS)))
    levels, spreads, scale, score = _filter(ratio - centre - (path - path[-1]), seen, units, options)
    best = int(np.argmax(score))
    walk, part = options[best]
    noise = float(scale[best])
    mean, variance = levels[best] + centre, spreads[best]
    walks = walk * noise / block, common_walk / block
    return UnitValue(mean, variance, walks[0], noise, part * noise, walks[1], common_variance)


def paying_blocks(units: Floats, money: Floats) -> tuple[Floats, Floats, int]:
    """Units and money (C, B) summed over blocks of weeks long enough that few hold units but no money, and that length.

    The logarithm of a ratio that is often 0 has no mean; over longer blocks it has. Blocks end with the newest week.
    """
    both = np.isfinite(units) & np.isfinite(money)
    known = [np.where(both, values, np.nan) for values in (units, money)]
    for block in BLOCKS:
        sums = [_block_sums(values, block) for values in known]
        sold = sums[0] > 0
        if (sold & ~(sums[1] > 0)).sum() <= UNPAID * sold.sum():
            break
    return sums[0], sums[1], block


def _block_sums(values: Floats, block: int) -> Floats:
    """Sums over blocks that end with the newest week; NaN where nothing was observed."""
    if block == 1:
        return values
    short = -values.shape[1] % block
    parts = np.pad(values, ((0, 0), (short, 0)), constant_values=np.nan).reshape(len(values), -1, block)
    return np.where(np.isfinite(parts).any(axis=2), np.nansum(parts, axis=2), np.nan)


def with_unpaid(units: Floats, money: Floats) -> Floats:
    """Units (C, T) with those of weeks that brought no money added to the cell's next paying week, or to its last.

    A ratio of paying weeks alone would count only the lucky ones.

    Examples
    --------
    >>> with_unpaid(np.array([[2.0, 3.0, 4.0, 1.0]]), np.array([[0.0, 50.0, 20.0, 0.0]])).tolist()
    [[0.0, 5.0, 5.0, 0.0]]
    """
    both = np.isfinite(units) & np.isfinite(money)
    pays = both & (money > 0)
    waiting = np.zeros(len(units))
    out = np.where(both, 0.0, np.nan)
    for t in range(units.shape[1]):
        waiting += np.where(both[:, t], units[:, t], 0.0)
        out[:, t] = np.where(pays[:, t], waiting, out[:, t])
        waiting = np.where(pays[:, t], 0.0, waiting)
    some = pays.any(axis=1)
    last = units.shape[1] - 1 - np.argmax(pays[:, ::-1], axis=1)
    out[np.flatnonzero(some), last[some]] += waiting[some]
    return out


def _common_path(ratio: Floats, seen: Floats, units: Floats) -> tuple[Floats, float, float]:
    """The walk that all cells make together (T,), the variance of its step, and of where it stands in the last week.

    A random walk seen through the weekly mean of the cells' distances from their own means; no walk unless the data
    are clearly likelier with one.
    """
    weight = np.where(seen, 1.0 / (1.0 + USUAL_PART / np.maximum(units, 1.0)), 0.0)
    own = np.where(seen, ratio, 0.0)
    gap = own - (weight * own).sum(axis=1, keepdims=True) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    total = weight.sum(axis=0)
    weeks = ratio.shape[1]
    still = np.zeros(weeks)
    if (total > 0).sum() < FEWEST_COMMON or (seen.any(axis=1)).sum() < FEWEST_CELLS:
        return still, 0.0, 0.0
    mean = np.where(total > 0, (weight * gap).sum(axis=0) / np.maximum(total, 1e-12), 0.0)
    steps = np.diff(np.eye(weeks), axis=0)
    best, found = _walk_likelihood(mean, total, steps, 0.0)[0] + CLEARLY, (still, 0.0, 0.0)
    for walk in COMMON_WALKS:
        likelihood, path, noise, last = _walk_likelihood(mean, total, steps, walk)
        if likelihood > best:
            best, found = likelihood, (path, walk * noise, last)
    return found


def _walk_likelihood(mean: Floats, total: Floats, steps: Floats, walk: float) -> tuple[float, Floats, float, float]:
    """Log likelihood of a walk seen as `mean` with precision `total`, its path, the noise, the last week's variance."""
    weeks, used = len(mean), total > 0
    count = int(used.sum())
    if walk == 0.0:
        level = (total @ mean) / total.sum()
        noise = max(float((total * (mean - level) ** 2).sum()) / max(count - 1, 1), 1e-10)
        logdet = np.log(total.sum()) - np.log(total[used]).sum()
        return float(-0.5 * ((count - 1) * np.log(noise) + logdet)), np.full(weeks, level), noise, 0.0
    rough = steps.T @ steps / walk
    precision = rough + np.diag(total)
    path = np.linalg.solve(precision, total * mean)
    squares = float((total * (mean - path) ** 2).sum() + path @ rough @ path)
    noise = max(squares / max(count - 1, 1), 1e-10)
    logdet = np.linalg.slogdet(precision)[1] + (weeks - 1) * np.log(walk) - np.log(total[used]).sum()
    last = float(np.linalg.inv(precision)[-1, -1]) * noise
    return float(-0.5 * ((count - 1) * np.log(noise) + logdet)), np.asarray(path, dtype=np.float64), noise, last


def _filter(ratio: Floats, seen: Floats, units: Floats, options: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Kalman filter of all cells under all options (O, 2): level (O, C), its variance, noise (O,), log likelihood (O,).

    The noise variance scales everything, so it is found from the innovations once per option, in two passes for the
    prior spread between cells, which is in absolute units.
    """
    walk, part = options[:, :1], options[:, 1:]
    scale = np.full(len(options), 0.01)
    shape = (len(options), len(ratio))
    for _ in range(3):
        level, spread = np.zeros(shape), np.broadcast_to(BETWEEN_SD**2 / scale[:, None], shape)
        squares, logs, count = np.zeros(len(options)), np.zeros(len(options)), max(int(seen.sum()), 1)
        for t in range(ratio.shape[1]):
            spread = spread + walk
            here = seen[:, t]
            total = spread + 1.0 + part / np.where(here, np.maximum(units[:, t], 1.0), 1.0)
            gap = np.where(here, ratio[:, t] - level, 0.0)
            gain = np.where(here, spread / total, 0.0)
            squares += (gap**2 / total).sum(axis=1)
            logs += np.where(here, np.log(total), 0.0).sum(axis=1)
            level, spread = level + gain * gap, (1.0 - gain) * spread
        scale = np.maximum(squares / count, 1e-8)
    score = -0.5 * (count * np.log(scale) + logs)
    return level, spread * scale[:, None], scale, score
