"""Value of one unit of an outcome (revenue per conversion), per cell, drifting slowly.

The logarithm of a week's ratio is a level that walks, seen through noise whose variance falls with the number of units
behind it. How fast levels walk and how noisy weeks are is shared by all cells and chosen by likelihood; levels are
pooled towards the advertiser's average where a cell has shown little. Source: Harvey (1989), local level model.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from optimizer.history.panel import Floats

WALKS = (0.0, 1e-3, 1e-2, 1e-1)  # variance of a week's step over that of the noise
COUNT_PARTS = (0.0, 3.0, 30.0, 300.0)  # noise of a ratio of one unit over that of a ratio of many
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
    """

    mean: Floats
    variance: Floats
    walk: float
    noise: float
    noise_per_unit: float

    def draws(self, normal: Floats, units: Floats) -> Floats:
        """Expected value of a unit per draw (S, C) from standard normals (S, C); `units` (C,) are usual per week."""
        spread = self.noise + self.noise_per_unit / np.maximum(units, 1.0)
        return np.asarray(np.exp(self.mean + np.sqrt(self.variance) * normal + 0.5 * np.minimum(spread, 1.0)))


def learn_unit_value(units: Floats, money: Floats) -> UnitValue:
    """Learn from weekly units (C, T) and money (C, T), NaN where not observed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((units > 0) & (money > 0), np.log(money / units), np.nan)
    seen = np.isfinite(ratio)
    if not seen.any():
        nothing = np.full(len(units), -np.inf)
        return UnitValue(nothing, np.zeros(len(units)), 0.0, 0.0, 0.0)
    centre = float(np.sum(np.where(seen, ratio * units, 0.0)) / np.sum(np.where(seen, units, 0.0)))
    options = np.array(list(product(WALKS, COUNT_PARTS)))
    levels, spreads, scale, score = _filter(ratio - centre, seen, units, options)
    best = int(np.argmax(score))
    walk, part = options[best]
    noise = float(scale[best])
    return UnitValue(levels[best] + centre, spreads[best], walk * noise, noise, part * noise)


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
