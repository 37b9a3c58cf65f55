"""Late reporting: how much of a week's outcome is in, by the age of the week when it was exported.

Networks book outcomes by the day of the click or view, so the newest weeks look worse than they are. Where exports of
different age exist, the share reported is learned from the same weeks seen early and late; else the joint fit detects
it against demand and spend, starting from a wide prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.history.panel import Floats, Panel

DETECT_SD = np.array([0.6, 0.3, 0.12, 0.06])  # of the log share reported, by age in weeks, before anything is known
AGES = len(DETECT_SD)
LEAST_SD = 0.02


@dataclass(frozen=True)
class Reporting:
    """Prior of the log share reported: mean and standard deviation by age in weeks, newest first, each (AGES,)."""

    mean: Floats
    sd: Floats


UNKNOWN = Reporting(np.zeros(AGES), DETECT_SD)


def learn_reporting(newest: Panel, earlier: Sequence[Panel], outcome: str) -> Reporting:
    """Share reported by age, from earlier exports of the same weeks.

    Parameters
    ----------
    newest : Panel
        The latest export; its own newest weeks are left out, since they are not final either.
    earlier : sequence of Panel
        Exports that end before it.
    outcome : str

    Returns
    -------
    Reporting
        The detecting prior for ages of which nothing is seen.
    """
    mean, sd = UNKNOWN.mean.copy(), UNKNOWN.sd.copy()
    for age in range(AGES):
        shares = [share for panel in earlier if (share := _share(newest, panel, outcome, age)) is not None]
        if shares:
            logs = np.log(shares)
            mean[age] = logs.mean()
            # one comparison does not tell how much the share varies between exports; a fifth of the prior stands in
            spread = logs.std(ddof=1) if len(logs) > 1 else 0.2 * DETECT_SD[age]
            sd[age] = max(spread * np.sqrt(1.0 + 1.0 / len(logs)), LEAST_SD)
    return Reporting(mean, sd)


def _share(newest: Panel, earlier: Panel, outcome: str, age: int) -> float | None:
    """What the earlier export had of its week of that age, over what the newest has of it; None where unknown."""
    if outcome not in earlier.outcomes or len(earlier.weeks) <= age:
        return None
    week = earlier.weeks[-1 - age]
    place = np.flatnonzero(newest.weeks == week)
    if not len(place) or len(newest.weeks) - 1 - place[0] < AGES + age:
        return None
    rows = {cell: index for index, cell in enumerate(newest.cells)}
    pairs = [(rows[cell], index) for index, cell in enumerate(earlier.cells) if cell in rows]
    if not pairs:
        return None
    late, early = (np.array(part) for part in zip(*pairs, strict=True))
    final = newest.outcomes[outcome][late, place[0]]
    first = earlier.outcomes[outcome][early, -1 - age]
    both = np.isfinite(final) & np.isfinite(first)
    if final[both].sum() <= 0 or first[both].sum() <= 0:
        return None
    return float(min(first[both].sum() / final[both].sum(), 1.0))
